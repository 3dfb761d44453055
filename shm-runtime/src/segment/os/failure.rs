//! How failures are reported: what was tried, on what, why not, what to do.

use crate::error::{Error, ErrorKind};
use crate::segment::os::address::Address;

/// What is being tried, for messages.
#[derive(Clone, Copy)]
pub(crate) struct Attempt<'a> {
    pub(crate) verb: &'static str,
    pub(crate) address: &'a Address,
}

impl<'a> Attempt<'a> {
    pub(crate) fn new(verb: &'static str, address: &'a Address) -> Self {
        Self { verb, address }
    }

    /// A failure with a reason of our own.
    pub(crate) fn fail(self, kind: ErrorKind, why: impl AsRef<str>) -> Error {
        Error::new(kind, format!("cannot {} {}: {}", self.verb, self.address, why.as_ref()))
    }

    /// The same failure, as a part of this attempt.
    pub(crate) fn wrap(self, error: Error) -> Error {
        error.map_message(|why| format!("cannot {} {}: {why}", self.verb, self.address))
    }
}

/// Why a mode is none: 640 without `0o` is 0o1200.
pub(crate) fn no_mode(mode: u32) -> String {
    let digits = mode.to_string();
    let hint = match u32::from_str_radix(&digits, 8) {
        Ok(0..=0o777) => format!("; if {digits} was meant, write 0o{digits}"),
        _ => String::new(),
    };
    format!("mode {mode:o} is not within 0 to 777{hint}")
}
