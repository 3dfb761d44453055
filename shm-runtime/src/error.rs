//! The errors of segments, and what they can tell a program.

use std::fmt;

/// What went wrong, in the terms that every language of this project shares:
/// `SHM_NOT_FOUND` in C, `shm_runtime.NotFound` in Python.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The queue has no room.
    Full,
    /// The queue holds nothing.
    Empty,
    /// The next message is claimed but not committed yet.
    NotReady,
    /// The time given is up.
    Timeout,
    /// The role is held by somebody who is alive; see [`Error::holder`].
    RoleTaken,
    /// The segment was removed, and what it held is drained.
    Removed,
    /// The segment is not of this contract; see [`Error::differences`].
    Mismatch,
    /// There is no such segment.
    NotFound,
    /// There is a segment of that name already.
    Exists,
    /// The caller may not do that, or the segment belongs to somebody who is
    /// not trusted.
    Permission,
    /// There is not enough memory for it.
    NoSpace,
    /// The segment's own numbers do not fit together.
    Corrupt,
    /// The handle was made before a fork; the child attaches for itself.
    Forked,
    /// The holder of a lock died; its change did not happen.
    OwnerDied,
    /// The attachment may not write.
    ReadOnly,
    /// Somebody else is using it just now.
    Busy,
    /// An argument makes no sense, or a value in shared memory is none of its
    /// type.
    Invalid,
    /// The segment has no free participant record.
    TableFull,
    /// The queue has no free lane.
    NoLane,
    /// This system or this version cannot do that.
    Unsupported,
    /// A system call failed for a reason of its own; see
    /// [`Error::raw_os_error`].
    Os,
}

impl ErrorKind {
    /// The name, as it is written in Rust and Python.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Full => "Full",
            Self::Empty => "Empty",
            Self::NotReady => "NotReady",
            Self::Timeout => "Timeout",
            Self::RoleTaken => "RoleTaken",
            Self::Removed => "Removed",
            Self::Mismatch => "Mismatch",
            Self::NotFound => "NotFound",
            Self::Exists => "Exists",
            Self::Permission => "Permission",
            Self::NoSpace => "NoSpace",
            Self::Corrupt => "Corrupt",
            Self::Forked => "Forked",
            Self::OwnerDied => "OwnerDied",
            Self::ReadOnly => "ReadOnly",
            Self::Busy => "Busy",
            Self::Invalid => "Invalid",
            Self::TableFull => "TableFull",
            Self::NoLane => "NoLane",
            Self::Unsupported => "Unsupported",
            Self::Os => "Os",
        }
    }
}

/// Why an operation on a segment failed: what was tried, on what, why not,
/// and what to do about it.
#[derive(Clone)]
pub struct Error(Box<Inner>);

#[derive(Clone, Debug)]
struct Inner {
    kind: ErrorKind,
    message: String,
    os: Option<i32>,
    holder: Option<Holder>,
    differences: Vec<Difference>,
}

/// The result of an operation on a segment.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// A process that holds a role.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Holder {
    /// Its process id, as it sees itself.
    pub pid: u32,
    /// Whether that id counts in another pid namespace than the caller's.
    pub foreign_pid_namespace: bool,
    /// The name of its program, up to 15 bytes.
    pub program: String,
}

impl fmt::Display for Holder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "pid {}", self.pid)?;
        if !self.program.is_empty() {
            write!(f, " ({})", crate::text::Printable(&self.program))?;
        }
        if self.foreign_pid_namespace {
            f.write_str(" of another pid namespace")?;
        }
        Ok(())
    }
}

impl Error {
    pub(crate) fn new(kind: ErrorKind, message: impl Into<String>) -> Self {
        Self(Box::new(Inner {
            kind,
            message: message.into(),
            os: None,
            holder: None,
            differences: Vec::new(),
        }))
    }

    pub(crate) fn map_message(mut self, message: impl FnOnce(&str) -> String) -> Self {
        self.0.message = message(&self.0.message);
        self
    }

    pub(crate) fn with_os(mut self, errno: i32) -> Self {
        self.0.os = Some(errno);
        self
    }

    pub(crate) fn with_holder(mut self, holder: Holder) -> Self {
        self.0.holder = Some(holder);
        self
    }

    pub(crate) fn with_differences(mut self, differences: Vec<Difference>) -> Self {
        self.0.differences = differences;
        self
    }

    /// What went wrong.
    pub fn kind(&self) -> ErrorKind {
        self.0.kind
    }

    /// The errno of the system call that failed, if one did.
    pub fn raw_os_error(&self) -> Option<i32> {
        self.0.os
    }

    /// With [`ErrorKind::RoleTaken`]: who holds the role.
    pub fn holder(&self) -> Option<&Holder> {
        self.0.holder.as_ref()
    }

    /// With [`ErrorKind::Mismatch`]: all that differs, field by field; empty
    /// if the segment has no contract at all.
    pub fn differences(&self) -> &[Difference] {
        &self.0.differences
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.message)
    }
}

/// The message, as programs print it that return errors from `main`.
impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}: {}", self.0.kind, self.0.message)
    }
}

impl std::error::Error for Error {}

impl From<Error> for std::io::Error {
    fn from(error: Error) -> Self {
        use std::io::ErrorKind as Io;
        let kind = match error.kind() {
            ErrorKind::NotFound => Io::NotFound,
            ErrorKind::Exists => Io::AlreadyExists,
            ErrorKind::Permission | ErrorKind::ReadOnly => Io::PermissionDenied,
            ErrorKind::Timeout => Io::TimedOut,
            ErrorKind::Invalid => Io::InvalidInput,
            ErrorKind::Corrupt | ErrorKind::Mismatch => Io::InvalidData,
            ErrorKind::Full | ErrorKind::Empty | ErrorKind::NotReady => Io::WouldBlock,
            _ => Io::Other,
        };
        Self::new(kind, error)
    }
}

/// One difference between two contracts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// What it is about: `Book.bids`, `Side.BUY`, `trades`.
    pub path: String,
    /// The whole sentence, which begins with the path.
    pub text: String,
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}
