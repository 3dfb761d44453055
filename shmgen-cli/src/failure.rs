//! How a verb fails: an exit code, and what to say on stderr.

use shm_runtime::{Address, ErrorKind, Fault, Printable};
use std::process::ExitCode;

/// A failure of a verb.
pub(crate) struct Failure {
    code: u8,
    message: String,
}

/// The result of a verb.
pub(crate) type Done = Result<(), Failure>;

impl Failure {
    /// Exit code 1.
    pub(crate) fn new(message: impl Into<String>) -> Self {
        Self { code: 1, message: message.into() }
    }

    /// Exit code 2: the arguments make no sense.
    pub(crate) fn usage(message: impl Into<String>) -> Self {
        Self { code: 2, message: message.into() }
    }

    /// Exit code 2: the schema is wrong, and the diagnostics have told so.
    pub(crate) fn schema(diagnostics: String) -> Self {
        Self { code: 2, message: diagnostics }
    }

    /// Exit code 5: the segment is of no contract, or of another.
    pub(crate) fn mismatch(message: impl Into<String>) -> Self {
        Self { code: 5, message: message.into() }
    }

    /// A segment that cannot be decoded because something is wrong with it.
    pub(crate) fn of_fault(address: &Address, fault: &Fault) -> Self {
        let message = format!("cannot decode {address}: {}", Printable(&fault.to_string()));
        Self { code: Self::code_of(fault.kind()), message }
    }

    /// Exit code 6.
    pub(crate) fn in_use(message: impl Into<String>) -> Self {
        Self { code: 6, message: message.into() }
    }

    /// Exit code 4.
    pub(crate) fn permission(message: impl Into<String>) -> Self {
        Self { code: 4, message: message.into() }
    }

    /// Some exit code, and nothing to say.
    pub(crate) fn silent(code: u8) -> Self {
        Self { code, message: String::new() }
    }

    fn code_of(kind: ErrorKind) -> u8 {
        match kind {
            ErrorKind::Invalid => 2,
            ErrorKind::NotFound => 3,
            ErrorKind::Permission | ErrorKind::ReadOnly => 4,
            ErrorKind::Mismatch => 5,
            ErrorKind::Exists
            | ErrorKind::Busy
            | ErrorKind::RoleTaken
            | ErrorKind::TableFull
            | ErrorKind::NoLane => 6,
            _ => 1,
        }
    }

    pub(crate) fn report(self) -> ExitCode {
        let message = self.message.trim_end();
        if message.starts_with("error") || message.starts_with("::error") {
            eprintln!("{message}");
        } else if !message.is_empty() {
            eprintln!("shmgen: {message}");
        }
        ExitCode::from(self.code)
    }
}

impl From<shm_runtime::Error> for Failure {
    fn from(error: shm_runtime::Error) -> Self {
        Self { code: Self::code_of(error.kind()), message: error.to_string() }
    }
}

impl From<std::io::Error> for Failure {
    fn from(error: std::io::Error) -> Self {
        // A reader that has seen enough (`| head`) is no failure of ours.
        if error.kind() == std::io::ErrorKind::BrokenPipe {
            return Self::silent(0);
        }
        let code = match error.kind() {
            std::io::ErrorKind::NotFound => 3,
            std::io::ErrorKind::PermissionDenied => 4,
            _ => 1,
        };
        Self { code, message: error.to_string() }
    }
}
