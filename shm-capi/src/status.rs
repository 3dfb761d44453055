//! The numbers of failures, the same as `shm_status` in `shm_runtime.h`.

use shm_runtime::{ErrorKind, PopError, PushError, TryPopError, TryPushError};

/// Done.
pub const OK: i32 = 0;
/// See [`ErrorKind::Full`].
pub const FULL: i32 = 1;
/// See [`ErrorKind::Empty`].
pub const EMPTY: i32 = 2;
/// See [`ErrorKind::Timeout`].
pub const TIMEOUT: i32 = 4;
/// See [`ErrorKind::Busy`].
pub const BUSY: i32 = 16;
/// See [`ErrorKind::Invalid`].
pub const INVALID: i32 = 17;

/// The number of a kind of failure.
pub const fn of(kind: ErrorKind) -> i32 {
    match kind {
        ErrorKind::Full => FULL,
        ErrorKind::Empty => EMPTY,
        ErrorKind::NotReady => 3,
        ErrorKind::Timeout => TIMEOUT,
        ErrorKind::RoleTaken => 5,
        ErrorKind::Removed => 6,
        ErrorKind::Mismatch => 7,
        ErrorKind::NotFound => 8,
        ErrorKind::Exists => 9,
        ErrorKind::Permission => 10,
        ErrorKind::NoSpace => 11,
        ErrorKind::Corrupt => 12,
        ErrorKind::Forked => 13,
        ErrorKind::OwnerDied => 14,
        ErrorKind::ReadOnly => 15,
        ErrorKind::Busy => BUSY,
        ErrorKind::Invalid => INVALID,
        ErrorKind::TableFull => 18,
        ErrorKind::NoLane => 19,
        ErrorKind::Unsupported => 20,
        // A kind of a later runtime is a failure of the system's to us.
        _ => 21,
    }
}

pub(crate) fn push<T>(result: &Result<T, TryPushError>) -> i32 {
    result.as_ref().err().map_or(OK, |e| of(e.kind()))
}

pub(crate) fn push_wait<T>(result: &Result<T, PushError>) -> i32 {
    result.as_ref().err().map_or(OK, |e| of(e.kind()))
}

pub(crate) fn pop<T>(result: &Result<T, TryPopError>) -> i32 {
    result.as_ref().err().map_or(OK, |e| of(e.kind()))
}

pub(crate) fn pop_wait<T>(result: &Result<T, PopError>) -> i32 {
    result.as_ref().err().map_or(OK, |e| of(e.kind()))
}
