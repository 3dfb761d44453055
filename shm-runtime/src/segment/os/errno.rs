//! The errors of system calls as errors of ours.

use crate::error::{Error, ErrorKind};
use crate::segment::os::failure::Attempt;
use crate::segment::os::options::Making;
use nix::errno::Errno;

impl Attempt<'_> {
    /// A system call that failed.
    pub(crate) fn os(self, call: &str, errno: Errno) -> Error {
        let (kind, hint) = match errno {
            Errno::ENOENT => (ErrorKind::NotFound, ""),
            Errno::EEXIST => (ErrorKind::Exists, " (attach to it, or remove it first)"),
            Errno::EACCES | Errno::EPERM => (ErrorKind::Permission, ""),
            Errno::ENOSPC | Errno::ENOMEM => (ErrorKind::NoSpace, ""),
            Errno::EIDRM => (ErrorKind::Removed, ""),
            Errno::EINVAL => (ErrorKind::Invalid, ""),
            Errno::EAGAIN | Errno::EBUSY => (ErrorKind::Busy, ""),
            Errno::ENOSYS | Errno::EOPNOTSUPP => (ErrorKind::Unsupported, ""),
            Errno::EMFILE => (ErrorKind::Os, " (raise `ulimit -n`)"),
            _ => (ErrorKind::Os, ""),
        };
        let text = match kind {
            ErrorKind::NotFound => "there is no such segment".to_owned(),
            ErrorKind::Exists => format!("it exists already{hint}"),
            _ => format!("{call}: {}{hint}", describe(errno)),
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
