//! What generated unions are made of: bytes that are one type or another.

use crate::error::{Error, ErrorKind};
use crate::types::layout::{SharedLayout, bytes_of, bytes_of_mut};
use std::fmt;

/// The value at the front of a union's bytes; zeros where they are too few,
/// which the generator sees to that they are not.
pub fn load<S: SharedLayout, T: SharedLayout>(storage: &S) -> T {
    let mut value = T::zeroed();
    let (from, to) = (bytes_of(storage), bytes_of_mut(&mut value));
    let n = from.len().min(to.len());
    to[..n].copy_from_slice(&from[..n]);
    value
}

/// A union's bytes with a value at the front, and zeros behind it.
pub fn store<S: SharedLayout, T: SharedLayout>(value: &T) -> S {
    load(value)
}

/// A tag that no variant of this version of the schema has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UnknownTag(pub u64);

impl fmt::Display for UnknownTag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "a union has the tag {}, which no variant here has", self.0)
    }
}

impl std::error::Error for UnknownTag {}

impl From<UnknownTag> for Error {
    fn from(error: UnknownTag) -> Self {
        Self::new(ErrorKind::Invalid, error.to_string())
    }
}
