//! The errors of system calls as errors of ours.

use crate::error::{Error, ErrorKind};
use crate::segment::os::failure::Attempt;
use crate::segment::os::limits;
use crate::segment::os::options::Making;
use nix::errno::Errno;

/// Calls that the kernel lets only some make: the owner, root.
const PRIVILEGED: [&str; 8] = [
    "chown",
    "fchown",
    "chmod",
    "fchmod",
    "unlink",
    "shmctl(IPC_SET)",
    "shmctl(IPC_RMID)",
    "shmctl(SHM_LOCK)",
];

/// Since which Linux calls exist that came late.
const SINCE: [(&str, &str); 10] = [
    ("open(O_TMPFILE)", "3.11"),
    ("fcntl(F_OFD_SETLK)", "3.15"),
    ("memfd_create", "3.17"),
    ("fcntl(F_ADD_SEALS)", "3.17"),
    ("fcntl(F_GET_SEALS)", "3.17"),
    ("madvise(MADV_WIPEONFORK)", "4.14"),
    ("membarrier", "4.16"),
    ("pidfd_open", "5.3"),
    ("madvise(MADV_POPULATE_WRITE)", "5.14"),
    ("madvise(MADV_POPULATE_READ)", "5.14"),
];

/// What to add where a call is not there.
pub(crate) fn missing(call: &str) -> String {
    let since = SINCE.iter().find(|(name, _)| *name == call).map(|(_, since)| *since);
    let since = match since {
        Some(since) => format!("it exists since Linux {since}; this kernel is older, or"),
        None if call.starts_with("shm") => "a kernel without System V IPC lacks it, or".to_owned(),
        None => "every Linux that is supported has it;".to_owned(),
    };
    format!("{since} a sandbox or an emulator does not have it")
}

/// What to add where a call is denied that needs no privilege.
pub(crate) const FORBIDDEN: &str = "a sandbox (seccomp) may forbid it";

/// What follows from an errno, and what to do.
fn hint(call: &str, errno: Errno) -> String {
    // `open of its id file`
    let call = call.split(" of ").next().unwrap_or(call);
    match errno {
        Errno::EMFILE => format!(": {}", limits::descriptors()),
        Errno::ENFILE => " (the machine has too many open; raise sysctl fs.file-max)".to_owned(),
        Errno::EPERM if !PRIVILEGED.contains(&call) => format!(" ({FORBIDDEN})"),
        Errno::ENOSYS => format!(" ({})", missing(call)),
        _ => String::new(),
    }
}

impl Attempt<'_> {
    /// A system call that failed.
    pub(crate) fn os(self, call: &str, errno: Errno) -> Error {
        let kind = match errno {
            Errno::ENOENT => ErrorKind::NotFound,
            Errno::EEXIST => ErrorKind::Exists,
            Errno::EACCES | Errno::EPERM => ErrorKind::Permission,
            Errno::ENOSPC | Errno::ENOMEM => ErrorKind::NoSpace,
            Errno::EIDRM => ErrorKind::Removed,
            Errno::EINVAL => ErrorKind::Invalid,
            Errno::EAGAIN | Errno::EBUSY => ErrorKind::Busy,
            Errno::ENOSYS | Errno::EOPNOTSUPP => ErrorKind::Unsupported,
            _ => ErrorKind::Os,
        };
        let text = match kind {
            ErrorKind::NotFound => "there is no such segment".to_owned(),
            ErrorKind::Exists => "it exists already (attach to it, or remove it first)".to_owned(),
            _ => format!("{call}: {}{}", describe(errno), hint(call, errno)),
        };
        self.fail(kind, text).with_os(errno as i32)
    }

    /// A system call that should have given it to another user or group.
    pub(crate) fn not_given(self, call: &str, making: &Making, errno: Errno) -> Error {
        if errno != Errno::EPERM {
            return self.os(call, errno);
        }
        let id = |id: Option<u32>| id.map_or("-".to_owned(), |id| id.to_string());
        let why = format!(
            "{call}: only root may give it to {}:{}; create it as that user, or say another owner",
            id(making.uid),
            id(making.gid)
        );
        self.fail(ErrorKind::Permission, why).with_os(errno as i32)
    }
}

/// An errno in the words of the system.
pub(crate) fn describe(errno: Errno) -> String {
    // The text of strerror(3) with its number, as std writes it.
    std::io::Error::from_raw_os_error(errno as i32).to_string()
}
