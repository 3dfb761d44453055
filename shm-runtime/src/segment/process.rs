//! Processes: who the caller is, and whether another one is gone.

use nix::errno::Errno;
use nix::libc;

/// The uid that the kernel checks.
pub(super) fn effective_uid() -> u32 {
    nix::unistd::geteuid().as_raw()
}

/// Nanoseconds since 1970.
pub(super) fn now_ns() -> u64 {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    since.map_or(0, |d| u64::try_from(d.as_nanos()).unwrap_or(u64::MAX))
}

/// The name of the caller's program, as `ps` shows it.
pub(super) fn program_name() -> String {
    std::fs::read_to_string("/proc/self/comm").map(|s| s.trim_end().to_owned()).unwrap_or_default()
}

/// A number that nobody can guess; by time and address where the kernel has
/// no random numbers to give.
pub(super) fn random() -> u64 {
    let mut bytes = [0u8; 8];
    // SAFETY: the buffer is 8 bytes long and outlives the call.
    let n = unsafe { libc::getrandom(bytes.as_mut_ptr().cast(), 8, libc::GRND_NONBLOCK) };
    if n == 8 { u64::from_ne_bytes(bytes) } else { now_ns() ^ bytes.as_ptr() as u64 }
}

/// The inode of the caller's pid namespace; 0 if it cannot be told.
pub(super) fn pid_namespace() -> u64 {
    use std::os::unix::fs::MetadataExt;
    use std::sync::OnceLock;
    // A process keeps its namespace; a child that is born into another one
    // was forked, and attaches anew only after `Birthplace` told so.
    static HERE: OnceLock<(u32, u64)> = OnceLock::new();
    let read = || std::fs::metadata("/proc/self/ns/pid").map_or(0, |m| m.ino());
    let (pid, inode) = *HERE.get_or_init(|| (std::process::id(), read()));
    if pid == std::process::id() { inode } else { read() }
}

/// Whether nobody has this pid, or whoever has it is dead. A zombie is dead,
/// a process whose main thread has left is not. Never signals anybody.
pub(super) fn pid_is_dead(pid: u32) -> bool {
    let Ok(pid) = libc::pid_t::try_from(pid) else {
        return false;
    };
    if pid <= 0 {
        return false;
    }
    // SAFETY: takes two numbers and returns a new descriptor or an error.
    let fd = unsafe { libc::syscall(libc::SYS_pidfd_open, pid, 0) };
    let Ok(fd) = i32::try_from(fd) else {
        return false;
    };
    if fd < 0 {
        return Errno::last() == Errno::ESRCH;
    }
    let mut poll = libc::pollfd { fd, events: libc::POLLIN, revents: 0 };
    // SAFETY: one pollfd that outlives the call; time-out 0 does not block.
    let ready = unsafe { libc::poll(&mut poll, 1, 0) };
    // SAFETY: the descriptor was just made and is not used again.
    unsafe { libc::close(fd) };
    ready == 1 && poll.revents & libc::POLLIN != 0
}
