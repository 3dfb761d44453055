//! Files in /dev/shm that have no name until they are whole (`O_TMPFILE`). Where
//! that cannot be had (gVisor, a profile of `AppArmor`, another file system), they
//! have one of the runtime's own meanwhile, `.shmgen.tmp.` and a random number;
//! who is killed then leaves it behind, and gc takes it.

use super::DIR;
use crate::error::{Error, ErrorKind, Result};
use crate::segment::os::address::OWN_FILES;
use crate::segment::os::descriptor::open;
use crate::segment::os::failure::Attempt;
use crate::segment::os::{locks, process};
use nix::errno::Errno;
use nix::fcntl::OFlag;
use nix::sys::stat::{Mode, fstat};
use nix::sys::statfs::{TMPFS_MAGIC, statfs};
use nix::unistd::unlink;
use std::fs::File;

/// How a tmpfs is made there.
const MOUNT: &str = "`mkdir -p /dev/shm && mount -t tmpfs -o mode=1777 tmpfs /dev/shm`, in a \
                     container --tmpfs /dev/shm:mode=1777";

/// A name of the runtime's own, taken away when this value goes.
pub(crate) struct OwnName(String);

impl Drop for OwnName {
    fn drop(&mut self) {
        let _ = unlink(self.0.as_str());
    }
}

/// What stands against segments in /dev/shm as such, and what to do; `None` for a
/// tmpfs.
pub(crate) fn no_tmpfs() -> Option<String> {
    match statfs(DIR) {
        Ok(facts) if facts.filesystem_type() == TMPFS_MAGIC => None,
        Ok(_) => Some(format!("{DIR} is no tmpfs; mount one: {MOUNT}")),
        Err(Errno::ENOENT | Errno::ENOTDIR) => {
            Some(format!("there is no {DIR}; make it, a tmpfs: {MOUNT}"))
        }
        Err(_) => None,
    }
}

/// A file without a name, which is given one when it is whole; or one with a name
/// of the runtime's own.
pub(crate) fn open_nameless(attempt: Attempt<'_>) -> Result<(File, Option<OwnName>)> {
    let flags = OFlag::O_TMPFILE | OFlag::O_RDWR | OFlag::O_CLOEXEC;
    match open(DIR, flags, Mode::from_bits_truncate(0o600)) {
        Ok(file) => Ok((File::from(file), None)),
        Err(e @ (Errno::ENOENT | Errno::ENOTDIR)) => Err(failure(e, attempt)),
        Err(
            Errno::EOPNOTSUPP
            | Errno::EISDIR
            | Errno::EINVAL
            | Errno::EACCES
            | Errno::EPERM
            | Errno::ENOSYS,
        ) => open_named(attempt),
        Err(e) => Err(attempt.os("open(O_TMPFILE)", e)),
    }
}

fn failure(errno: Errno, attempt: Attempt<'_>) -> Error {
    match no_tmpfs() {
        Some(why) => attempt.fail(ErrorKind::Unsupported, why).with_os(errno as i32),
        None => attempt.os("open", errno),
    }
}

fn open_named(attempt: Attempt<'_>) -> Result<(File, Option<OwnName>)> {
    let flags =
        OFlag::O_CREAT | OFlag::O_EXCL | OFlag::O_NOFOLLOW | OFlag::O_RDWR | OFlag::O_CLOEXEC;
    for _ in 0..100 {
        let path = format!("{DIR}/{OWN_FILES}tmp.{:016x}", process::random());
        let file = match open(&path, flags, Mode::from_bits_truncate(0o600)) {
            Ok(file) => File::from(file),
            Err(Errno::EEXIST) => continue,
            Err(e @ (Errno::ENOENT | Errno::ENOTDIR)) => return Err(failure(e, attempt)),
            Err(e) => return Err(attempt.os("open", e)),
        };
        let own = OwnName(path);
        // Held for as long as the file is open; it tells gc that somebody is at work.
        match locks::try_write(&file, locks::MAKING) {
            Ok(true) if fstat(&file).is_ok_and(|facts| facts.st_nlink > 0) => {}
            // gc was faster.
            Ok(_) => continue,
            Err(error) if locks::are_missing(&error) => {}
            Err(error) => return Err(attempt.wrap(error)),
        }
        return Ok((file, Some(own)));
    }
    Err(attempt.fail(ErrorKind::Exists, "no name is free, of many that were tried"))
}

/// The path of a name in /dev/shm, if it is of this kind.
pub(crate) fn temporary_path(name: &str) -> Option<String> {
    let number = name.strip_prefix(OWN_FILES)?.strip_prefix("tmp.")?;
    let digits = number.bytes().all(|b| b.is_ascii_hexdigit());
    (digits && number.len() == 16).then(|| format!("{DIR}/{name}"))
}

/// Takes away what a maker left behind that was killed, if it is that file.
pub(crate) fn remove_temporary(path: &str, file: (u64, u64)) -> Result<()> {
    let fail = |kind, why: &str| Err(Error::new(kind, format!("cannot remove {path}: {why}")));
    let flags = OFlag::O_RDWR | OFlag::O_NOFOLLOW | OFlag::O_NONBLOCK | OFlag::O_CLOEXEC;
    let found = match open(path, flags, Mode::empty()) {
        Ok(found) => File::from(found),
        Err(Errno::ENOENT) => return fail(ErrorKind::NotFound, "it is gone already"),
        Err(e) => return fail(ErrorKind::Permission, e.desc()),
    };
    if !fstat(&found).is_ok_and(|facts| super::inode(&facts) == file && facts.st_nlink > 0) {
        return fail(ErrorKind::NotFound, "it is another file by now");
    }
    if !locks::try_write(&found, locks::MAKING)? {
        return fail(ErrorKind::Busy, "somebody is making a segment of it");
    }
    unlink(path).or_else(|e| fail(ErrorKind::Permission, e.desc()))
}
