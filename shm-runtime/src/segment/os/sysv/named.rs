//! Bare numbers: names of POSIX segments that were meant for System V ones.

use super::kernel;
use crate::segment::os::address::parse_key;
use nix::errno::Errno;
use nix::libc;

/// What to say where a bare number was taken for the name of a POSIX segment and
/// is the key or the id of a System V segment.
pub(crate) fn named(number: &str) -> Option<String> {
    let key = parse_key(number).filter(|key| *key != 0)?;
    #[allow(clippy::cast_possible_wrap)] // keys are 32 bits without a meaning
    // SAFETY: takes numbers, returns a number.
    if unsafe { libc::shmget(key as libc::key_t, 0, 0) } >= 0 || Errno::last() == Errno::EACCES {
        return Some(format!("a System V segment has that key: sysv:{number}"));
    }
    let id = number.parse().ok().filter(|id| *id >= 0)?;
    match kernel::raw_stat(id) {
        Ok(_) | Err(Errno::EACCES) => Some(format!("a System V segment has that id: sysv-id:{id}")),
        Err(_) => None,
    }
}
