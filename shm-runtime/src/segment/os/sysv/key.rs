//! The key of a System V segment, from its address.

use crate::error::{Error, ErrorKind, Result};
use crate::segment::os::address::Address;
use crate::segment::os::errno::describe;
use crate::segment::os::failure::Attempt;
use crate::text::Printable;
use nix::errno::Errno;
use nix::libc;

/// The key of an address; an id has none, and one with an id file has the
/// private one, which makes a new segment each time.
pub(crate) fn key(address: &Address, attempt: Attempt<'_>) -> Result<libc::key_t> {
    let key = match address {
        Address::Sysv(key) => *key,
        Address::SysvFtok(path, proj) => {
            ftok(path, *proj).map_err(|e| no_file(path, e, attempt))?
        }
        Address::SysvFile(_) => return Ok(libc::IPC_PRIVATE),
        Address::Memfd(_) => {
            let why = "a memfd gets its place from the system; create it at memfd:";
            return Err(attempt.fail(ErrorKind::Invalid, why));
        }
        _ => {
            let why = "an id is given by the system; create by a key (sysv:0x53480001), or with \
                       an id file (sysv-file:PATH)";
            return Err(attempt.fail(ErrorKind::Invalid, why));
        }
    };
    #[allow(clippy::cast_possible_wrap)] // keys are 32 bits without a meaning
    Ok(key as libc::key_t)
}

/// Why ftok(3) has nothing to make a key of.
fn no_file(path: &str, errno: Errno, attempt: Attempt<'_>) -> Error {
    let path = Printable(path);
    let (kind, why) = match errno {
        Errno::ENOENT | Errno::ENOTDIR => (
            ErrorKind::NotFound,
            format!("there is no file `{path}`, of which ftok would make the key; make it first"),
        ),
        Errno::EACCES => (
            ErrorKind::Permission,
            format!("the file `{path}`, of which ftok makes the key, may not be looked at"),
        ),
        e => (
            ErrorKind::Os,
            format!("stat of `{path}`, of which ftok makes the key: {}", describe(e)),
        ),
    };
    attempt.fail(kind, why).with_os(errno as i32)
}

/// The key that ftok(3) of the GNU C library makes.
fn ftok(path: &str, proj: u8) -> Result<u32, Errno> {
    let stat = nix::sys::stat::stat(path)?;
    #[allow(clippy::cast_possible_truncation)] // ftok keeps the low bits
    Ok((stat.st_ino as u32 & 0xffff) | (stat.st_dev as u32 & 0xff) << 16 | u32::from(proj) << 24)
}
