//! Processes: who the caller is, and whether another one is gone.

use crate::segment::os::fork::Birthplace;
use nix::errno::Errno;
use nix::libc;
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use std::collections::BTreeMap;
use std::os::fd::{AsFd, FromRawFd, OwnedFd, RawFd};
use std::sync::atomic::{AtomicU64, Ordering};

/// The uid that the kernel checks.
pub(crate) fn effective_uid() -> u32 {
    nix::unistd::geteuid().as_raw()
}

/// The number of a user, by name; `None` if there is none, or it cannot be determined.
pub(crate) fn user_id(name: &str) -> Option<u32> {
    nix::unistd::User::from_name(name).ok()?.map(|user| user.uid.as_raw())
}

/// The number of a group, likewise.
pub(crate) fn group_id(name: &str) -> Option<u32> {
    nix::unistd::Group::from_name(name).ok()?.map(|group| group.gid.as_raw())
}

/// Nanoseconds since 1970.
pub(crate) fn now_ns() -> u64 {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    since.map_or(0, |d| u64::try_from(d.as_nanos()).unwrap_or(u64::MAX))
}

/// The name of the caller's program, as `ps` shows it.
pub(crate) fn program_name() -> String {
    std::fs::read_to_string("/proc/self/comm").map(|s| s.trim_end().to_owned()).unwrap_or_default()
}

/// A number that nobody can guess; by time and address where the kernel has
/// no random numbers to give.
pub(crate) fn random() -> u64 {
    let mut bytes = [0u8; 8];
    // SAFETY: the buffer is 8 bytes long and outlives the call.
    let n = unsafe { libc::getrandom(bytes.as_mut_ptr().cast(), 8, libc::GRND_NONBLOCK) };
    if n == 8 { u64::from_ne_bytes(bytes) } else { now_ns() ^ bytes.as_ptr() as u64 }
}

/// The inode of the caller's pid namespace; 0 if it cannot be determined.
pub(crate) fn pid_namespace() -> u64 {
    use std::os::unix::fs::MetadataExt;
    // Whose namespace it is, as a number of `Birthplace`, and its inode. A process
    // keeps its namespace; a child may be born into another one, with the pid that
    // its parent has in its own (both can be 1), so the pid tells nothing.
    static WHOSE: AtomicU64 = AtomicU64::new(0);
    static INODE: AtomicU64 = AtomicU64::new(0);
    let here = Birthplace::here().map_or(0, Birthplace::number);
    // Acquire pairs with the release below: the inode that goes with it.
    if here != 0 && WHOSE.load(Ordering::Acquire) == here {
        return INODE.load(Ordering::Relaxed);
    }
    let inode = std::fs::metadata("/proc/self/ns/pid").map_or(0, |m| m.ino());
    if inode != 0 {
        INODE.store(inode, Ordering::Relaxed);
        WHOSE.store(here, Ordering::Release);
    }
    inode
}

/// The inode of the caller's IPC namespace; 0 if it cannot be determined.
pub(crate) fn ipc_namespace() -> u64 {
    use std::os::unix::fs::MetadataExt;
    std::fs::metadata("/proc/thread-self/ns/ipc").map_or(0, |m| m.ino())
}

/// What the kernel calls this boot: 36 digits and dashes; `None` if it cannot be
/// told.
pub(crate) fn boot_id() -> Option<String> {
    let text = std::fs::read_to_string("/proc/sys/kernel/random/boot_id").ok()?;
    let id = text.trim_end();
    is_boot_id(id).then(|| id.to_owned())
}

/// Whether a text can be the name of a boot.
pub(crate) fn is_boot_id(text: &str) -> bool {
    text.len() == 36 && text.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f' | b'-'))
}

/// A descriptor of a process, which can be polled once it is dead; ESRCH if nobody
/// has this pid.
pub(crate) fn pidfd(pid: u32) -> Result<OwnedFd, Errno> {
    let pid = libc::pid_t::try_from(pid).map_err(|_| Errno::EINVAL)?;
    // SAFETY: takes two numbers and returns a new descriptor or an error.
    let fd = Errno::result(unsafe { libc::syscall(libc::SYS_pidfd_open, pid, 0) })?;
    let fd = RawFd::try_from(fd).map_err(|_| Errno::EBADF)?;
    // SAFETY: just made, and nobody else's.
    Ok(unsafe { OwnedFd::from_raw_fd(fd) })
}

/// Whether nobody has this pid. Without a descriptor a zombie counts as alive.
pub(crate) fn is_nobody(pid: u32) -> bool {
    let Ok(pid) = libc::pid_t::try_from(pid) else { return false };
    // SAFETY: signal 0 is none; it only asks whether there is such a process.
    pid > 0 && unsafe { libc::kill(pid, 0) } != 0 && Errno::last() == Errno::ESRCH
}

/// Whether nobody has this pid, or whoever has it is dead. A zombie is dead,
/// a process whose main thread has left is not. Never signals anybody.
pub(crate) fn pid_is_dead(pid: u32) -> bool {
    let fd = match pidfd(pid) {
        Ok(fd) => fd,
        Err(Errno::ESRCH) => return true,
        // A sandbox denies it, or the kernel has none (Linux before 5.3).
        Err(_) => return is_nobody(pid),
    };
    let mut asked = [PollFd::new(fd.as_fd(), PollFlags::POLLIN)];
    let ready = poll(&mut asked, PollTimeout::ZERO);
    ready == Ok(1) && asked[0].revents().is_some_and(|found| found.contains(PollFlags::POLLIN))
}

/// Which processes have which files mapped, as /proc tells the
/// caller: one look at all of them.
#[derive(Default)]
pub(crate) struct Mappers {
    files: BTreeMap<(u64, u64), Vec<u32>>,
    /// System V segments, by their id.
    sysv: BTreeMap<u64, Vec<u32>>,
}

impl Mappers {
    pub(crate) fn find() -> Self {
        let mut all = Self::default();
        let entries = std::fs::read_dir("/proc").into_iter().flatten().flatten();
        for entry in entries {
            let Some(pid) = entry.file_name().to_str().and_then(|n| n.parse::<u32>().ok()) else {
                continue;
            };
            // Of another user's process, or gone: not to be known.
            let Ok(maps) = std::fs::read_to_string(entry.path().join("maps")) else { continue };
            for line in maps.lines() {
                let pids = if let Some(id) = mapped_sysv(line) {
                    all.sysv.entry(id).or_default()
                } else if let Some(file) = mapped_file(line) {
                    all.files.entry(file).or_default()
                } else {
                    continue;
                };
                if pids.last() != Some(&pid) {
                    pids.push(pid);
                }
            }
        }
        all
    }

    /// The processes of the caller's IPC namespace that have the System V segment
    /// of this id attached.
    pub(crate) fn of_sysv(&self, id: i32) -> Vec<u32> {
        let pids = u64::try_from(id).ok().and_then(|id| self.sysv.get(&id));
        let namespace = |pid: u32| std::fs::read_link(path_of(pid, "ns/ipc")).ok();
        let here = namespace(std::process::id());
        pids.into_iter().flatten().copied().filter(|pid| namespace(*pid) == here).collect()
    }

    /// The processes that have this file mapped.
    pub(crate) fn of(&self, device: u64, inode: u64) -> Vec<u32> {
        self.files.get(&(device, inode)).cloned().unwrap_or_default()
    }
}

/// Device and inode of a line of /proc/PID/maps about a file, whatever path it
/// came by: a bind mount and a container have others for the same one.
/// `7f.. rw-s 00000000 00:15 42   /dev/shm/acme.feed`. See proc(5).
pub(crate) fn mapped_file(line: &str) -> Option<(u64, u64)> {
    let mut fields = line.split_ascii_whitespace();
    let (device, inode) = (fields.nth(3)?, fields.next()?);
    if inode == "0" || mapped_sysv(line).is_some() {
        return None;
    }
    let (major, minor) = device.split_once(':')?;
    let (major, minor) = (u32::from_str_radix(major, 16), u32::from_str_radix(minor, 16));
    Some((nix::sys::stat::makedev(major.ok()?.into(), minor.ok()?.into()), inode.parse().ok()?))
}

/// The id in a line of /proc/PID/maps about a System V segment, where it stands
/// for the inode: `7f.. rw-s 00000000 00:01 32768   /SYSV53480001 (deleted)`.
pub(crate) fn mapped_sysv(line: &str) -> Option<u64> {
    let mut fields = line.split_ascii_whitespace();
    let inode = fields.nth(4)?;
    let key = fields.next()?.strip_prefix("/SYSV")?;
    // A file can have such a name, in the folder that a container begins with.
    let deleted = fields.next() == Some("(deleted)");
    (key.len() == 8 && deleted).then(|| inode.parse().ok())?
}

/// `/proc/PID/smaps`: what /proc has of a process.
pub(crate) fn path_of(pid: u32, what: &str) -> String {
    match pid {
        own if own == std::process::id() => format!("/proc/self/{what}"),
        pid => format!("/proc/{pid}/{what}"),
    }
}

#[cfg(test)]
#[allow(clippy::pedantic)]
mod tests {
    use super::*;

    #[test]
    fn a_line_of_maps_names_the_file_by_device_and_inode() {
        let line = "7f25b8000000-7f25b8100000 rw-s 00000000 00:15 42    /dev/shm/a b (deleted)";
        assert_eq!(mapped_file(line), Some((0x15, 42)));
        let line = "7f25 rw-s 00000000 00:01 84722   /memfd:acme.feed (deleted)";
        assert_eq!(mapped_file(line), Some((1, 84722)));
        assert_eq!(mapped_file("7f25 rw-s 00000000 00:15 42   /acme.feed"), Some((0x15, 42)));
        assert_eq!(mapped_file("7f25 rw-s 00000000 00:15 42   /SYSV1"), Some((0x15, 42)));
        assert_eq!(mapped_file("7f25 rw-p 00000000 00:00 0"), None);
        assert_eq!(mapped_file(""), None);
        let line = "7f25 rw-s 00000000 00:01 32768   /SYSV53480001 (deleted)";
        assert_eq!((mapped_file(line), mapped_sysv(line)), (None, Some(32768)));
        assert_eq!(mapped_sysv("7f25 rw-s 00000000 00:01 7   /memfd:SYSV (deleted)"), None);
    }
}
