//! Locks on bytes of a file that the kernel drops when their holder dies.
//!
//! They are locks of the *open file description* (fcntl(2), `F_OFD_SETLK`):
//! not lost when some other descriptor of the file is closed, as classic ones
//! are, and not shared by a second attachment of the same process, which opens
//! the file anew. They are never unlocked, only closed: a forked child shares
//! the description and must not give up what its parent holds.
//!
//! The bytes need not exist; what lies at them is not touched.
//!
//! | byte | locked by |
//! |---|---|
//! | i < 4096 | the attachment that owns participant record i, for writing |
//! | 2^40 | each read-only attachment, for reading: for counting only |
//! | 2^40 + 1 | who removes the segment, for writing |
//! | 2^40 + 2 | who made it where files without a name cannot be had, for writing |
//!
//! A process that collects an orphan locks all of them, which proves that nobody is attached.

use crate::error::{Error, ErrorKind, Result};
use crate::segment::os::errno::{FORBIDDEN, describe, missing};
use nix::errno::Errno;
use nix::fcntl::{FcntlArg, fcntl};
use nix::libc;
use std::fs::File;

/// The byte that read-only attachments lock.
pub(crate) const READERS: i64 = 1 << 40;
/// The byte that is locked while the segment's name is taken away.
pub(crate) const REMOVE: i64 = READERS + 1;

const CALL: &str = "fcntl(F_OFD_SETLK)";

/// The byte that is locked by a process that makes a file that has a name meanwhile.
pub(crate) const MAKING: i64 = READERS + 2;

/// How many bytes, from the first, are for participant records.
pub(crate) const RECORDS: i64 = 4096;

fn flock(kind: i32, byte: i64, len: i64) -> libc::flock {
    libc::flock {
        l_type: i16::try_from(kind).unwrap_or_default(),
        l_whence: i16::try_from(libc::SEEK_SET).unwrap_or_default(),
        l_start: byte,
        l_len: len,
        l_pid: 0,
    }
}

/// Takes a write lock; `false` if somebody else holds a lock there.
pub(crate) fn try_write(file: &File, byte: i64) -> Result<bool> {
    try_lock(file, flock(libc::F_WRLCK, byte, 1))
}

/// Takes a write lock on every byte that an attachment locks; `false` if there
/// is one. While it is held, nobody can attach.
pub(crate) fn try_exclude(file: &File) -> Result<bool> {
    Ok(try_lock(file, flock(libc::F_WRLCK, 0, RECORDS))? && try_write(file, READERS)?)
}

/// Takes a read lock; `false` if somebody else holds a write lock there.
pub(crate) fn try_read(file: &File, byte: i64) -> Result<bool> {
    try_lock(file, flock(libc::F_RDLCK, byte, 1))
}

/// Whether the kernel, or who stands before it, has no such locks at all.
pub(crate) fn are_missing(error: &Error) -> bool {
    error.kind() == ErrorKind::Unsupported || error.raw_os_error() == Some(Errno::EPERM as i32)
}

fn failure(errno: Errno) -> Error {
    let (kind, hint) = match errno {
        // To a kernel that lacks them the command is none.
        Errno::EINVAL | Errno::ENOSYS | Errno::EOPNOTSUPP => {
            (ErrorKind::Unsupported, format!(" ({})", missing(CALL)))
        }
        Errno::EPERM => (ErrorKind::Permission, format!(" ({FORBIDDEN})")),
        Errno::ENOLCK => (ErrorKind::Os, " (the machine's table of locks is full)".to_owned()),
        _ => (ErrorKind::Os, String::new()),
    };
    let why = format!("cannot lock a byte of its file: {CALL}: {}{hint}", describe(errno));
    Error::new(kind, why).with_os(errno as i32)
}

fn try_lock(file: &File, lock: libc::flock) -> Result<bool> {
    loop {
        match fcntl(file, FcntlArg::F_OFD_SETLK(&lock)) {
            Ok(_) => return Ok(true),
            Err(Errno::EAGAIN | Errno::EACCES) => return Ok(false),
            Err(Errno::EINTR) => {}
            Err(other) => return Err(failure(other)),
        }
    }
}

/// Whether another open file description holds a write lock on the byte;
/// what cannot be determined counts as locked. A reader's lock does not count:
/// anybody who may read can hold one.
pub(crate) fn is_write_locked(file: &File, byte: i64) -> bool {
    // Asking for a read lock is answered by write locks alone.
    is_locked(file, flock(libc::F_RDLCK, byte, 1))
}

/// Whether another open file description holds any lock on the byte.
pub(crate) fn is_any_locked(file: &File, byte: i64) -> bool {
    is_locked(file, flock(libc::F_WRLCK, byte, 1))
}

/// Whether another open file description holds any lock on the byte of a
/// participant record, whatever the records say.
pub(crate) fn is_any_record_locked(file: &File) -> bool {
    is_locked(file, flock(libc::F_WRLCK, 0, RECORDS))
}

fn is_locked(file: &File, mut lock: libc::flock) -> bool {
    match fcntl(file, FcntlArg::F_OFD_GETLK(&mut lock)) {
        Ok(_) => i32::from(lock.l_type) != libc::F_UNLCK,
        Err(_) => true,
    }
}
