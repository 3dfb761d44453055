//! The two futex calls, shared between processes (no PRIVATE flag).
//! See futex(2).

use std::sync::atomic::AtomicU32;
use std::time::Duration;

/// Sleeps while the word has this value, until woken, interrupted or for so
/// long. The caller looks again at what it waits for in any case.
#[cfg(segments)]
pub(crate) fn wait(word: &AtomicU32, value: u32, at_most: Duration) {
    use nix::libc;
    let timeout = libc::timespec {
        tv_sec: libc::time_t::try_from(at_most.as_secs()).unwrap_or(libc::time_t::MAX),
        tv_nsec: i64::from(at_most.subsec_nanos()),
    };
    // SAFETY: the word and the timeout outlive the call. A word in a mapping
    // that is gone would be EFAULT, not a fault.
    unsafe {
        libc::syscall(
            libc::SYS_futex,
            word.as_ptr(),
            libc::FUTEX_WAIT,
            value,
            std::ptr::addr_of!(timeout),
        );
    }
}

/// Wakes all who sleep on the word; how many, or the errno. It fails only where the
/// call is denied or missing.
pub(crate) fn wake_all(word: &AtomicU32) -> Result<usize, i32> {
    wake(word, i32::MAX)
}

/// The same, one at most.
pub(crate) fn wake_one(word: &AtomicU32) -> Result<usize, i32> {
    wake(word, 1)
}

#[cfg(segments)]
fn wake(word: &AtomicU32, at_most: i32) -> Result<usize, i32> {
    use nix::libc;
    super::steps::step();
    // SAFETY: the word outlives the call, which does not access it.
    let woken = unsafe { libc::syscall(libc::SYS_futex, word.as_ptr(), libc::FUTEX_WAKE, at_most) };
    usize::try_from(woken).map_err(|_| nix::errno::Errno::last_raw())
}

/// No segments exist on other systems, so nobody sleeps on one.
#[cfg(not(segments))]
pub(crate) fn wait(_: &AtomicU32, _: u32, _: Duration) {}

/// No segments exist on other systems, so nobody sleeps on one.
#[cfg(not(segments))]
fn wake(_: &AtomicU32, _: i32) -> Result<usize, i32> {
    Ok(0)
}
