//! Finding a System V segment by its address.

use super::idfile;
use super::key::key;
use crate::error::{ErrorKind, Result};
use crate::segment::os::address::Address;
use crate::segment::os::failure::Attempt;
use nix::errno::Errno;
use nix::libc;

/// The id that an address leads to.
pub(crate) fn find(address: &Address, attempt: Attempt<'_>) -> Result<i32> {
    match address {
        Address::SysvId(id) => return Ok(*id),
        Address::SysvFile(path) => return idfile::find(path, attempt),
        Address::Memfd(_) => {
            let why = "which one? a memfd has no name to be found by: memfd:PID/FD";
            return Err(attempt.fail(ErrorKind::Invalid, why));
        }
        _ => {}
    }
    let key = key(address, attempt)?;
    // SAFETY: takes numbers, returns a number.
    let id = unsafe { libc::shmget(key, 0, 0) };
    Errno::result(id).map_err(|e| attempt.os("shmget", e))
}
