//! The two commands of membarrier(2) that reach other processes: whoever is about
//! to sleep makes every registered process pass a fence, so that those need none
//! of their own between a store and the look at who sleeps.

use std::sync::atomic::{AtomicU32, Ordering};

/// `MEMBARRIER_CMD_GLOBAL_EXPEDITED`, since Linux 4.16 as the other one.
#[cfg(segments)]
const EXPEDITED: i32 = 1 << 1;
/// `MEMBARRIER_CMD_REGISTER_GLOBAL_EXPEDITED`.
#[cfg(segments)]
const REGISTER: i32 = 1 << 2;

/// 0 once this process is registered; else all bits. A registration is of a
/// process and lasts until it runs another program.
static UNREGISTERED: AtomicU32 = AtomicU32::new(u32::MAX);

#[cfg(segments)]
fn call(command: i32) -> Result<(), i32> {
    use nix::libc;
    // SAFETY: takes numbers, and touches no memory of ours.
    match unsafe { libc::syscall(libc::SYS_membarrier, command, 0, 0) } {
        0 => Ok(()),
        _ => Err(nix::errno::Errno::last_raw()),
    }
}

/// Registers this process; `Err` is the errno. A child inherits it or not, so each
/// attach asks anew.
#[cfg(segments)]
pub(crate) fn register() -> Result<(), i32> {
    let done = call(REGISTER);
    UNREGISTERED.store(if done.is_ok() { 0 } else { u32::MAX }, Ordering::Relaxed);
    done
}

/// The given bits, unless this process is registered.
#[inline]
pub(super) fn unless_registered(bits: u32) -> u32 {
    UNREGISTERED.load(Ordering::Relaxed) & bits
}

/// Makes every registered process pass a sequentially consistent fence, and this
/// one too; false where the system refuses.
#[cfg(segments)]
pub(super) fn everywhere() -> bool {
    call(EXPEDITED).is_ok()
}

/// No segments exist on other systems.
#[cfg(not(segments))]
pub(crate) fn register() -> Result<(), i32> {
    UNREGISTERED.store(u32::MAX, Ordering::Relaxed);
    Err(0)
}

#[cfg(not(segments))]
pub(super) fn everywhere() -> bool {
    false
}
