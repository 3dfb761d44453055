//! The companion file of a System V segment of ours.
//!
//! System V segments have no file that could carry the participants' locks; one
//! of ours therefore has a companion in /dev/shm, named after its id and its
//! birth mark, with the same owner and mode. It is there before the segment is
//! ready and goes with it. It holds eight bytes: the IPC namespace of its
//! segment, as the inode of /proc/thread-self/ns/ipc. Like a POSIX segment, it
//! gets its name when it is whole: one that does not say where it belongs is
//! kept for ever.

use crate::error::{Error, ErrorKind, Result};
use crate::segment::os::address::OWN_FILES;
use crate::segment::os::descriptor::open;
use crate::segment::os::failure::Attempt;
use crate::segment::os::options::{Making, Options};
use crate::segment::os::{file, nobody, posix, process};
use nix::errno::Errno;
use nix::fcntl::OFlag;
use nix::sys::stat::{Mode, SFlag, fstat};
use std::fs::File;

pub(crate) fn companion_path(id: i32, birth_mark: u64) -> String {
    format!("/dev/shm/{OWN_FILES}sysv.{id}.{birth_mark:016x}")
}

/// Makes the file that carries the participants' locks.
pub(crate) fn make_companion(
    id: i32,
    birth_mark: u64,
    making: &Making,
    attempt: Attempt<'_>,
) -> Result<File> {
    let (companion, own) = posix::open_nameless(attempt)?;
    let namespace = process::ipc_namespace().to_le_bytes();
    file::write(&companion, 0, &namespace, attempt)?;
    file::give(&companion, making, attempt)?;
    posix::link_as(&companion, &companion_path(id, birth_mark), attempt)?;
    drop(own);
    Ok(companion)
}

/// Opens the companion of a segment; each attachment does so for itself.
pub(crate) fn open_companion(
    id: i32,
    birth_mark: u64,
    read_only: bool,
    options: &Options,
    attempt: Attempt<'_>,
) -> Result<File> {
    let path = companion_path(id, birth_mark);
    let access = if read_only { OFlag::O_RDONLY } else { OFlag::O_RDWR };
    let flags = access | OFlag::O_NOFOLLOW | OFlag::O_NONBLOCK | OFlag::O_CLOEXEC;
    let fd = open(&path, flags, Mode::empty()).map_err(|e| match e {
        Errno::ENOENT => {
            let why = format!(
                "its companion {path} is out of sight; processes that share System V segments must share \
                 /dev/shm too"
            );
            attempt.fail(ErrorKind::Unsupported, why).with_os(e as i32)
        }
        // A symbolic link, a directory, a socket or a device.
        Errno::ELOOP | Errno::EISDIR | Errno::ENXIO | Errno::ENODEV => {
            no_regular_file(attempt).with_os(e as i32)
        }
        e => attempt.os("open of its companion file in /dev/shm", e),
    })?;
    let stat = fstat(&fd).map_err(|e| attempt.os("fstat of its companion file", e))?;
    if stat.st_mode & SFlag::S_IFMT.bits() != SFlag::S_IFREG.bits() {
        return Err(no_regular_file(attempt));
    }
    options.check_owner(stat.st_uid, || nobody::owns(&fd), attempt)?;
    Ok(File::from(fd))
}

fn no_regular_file(attempt: Attempt<'_>) -> Error {
    attempt.fail(ErrorKind::Permission, "its companion is no regular file; somebody put it there")
}

/// Changes owner and mode of the companion.
pub(crate) fn change_companion(
    id: i32,
    birth_mark: u64,
    uid: Option<u32>,
    gid: Option<u32>,
    mode: Option<u32>,
    attempt: Attempt<'_>,
) -> Result<()> {
    let path = companion_path(id, birth_mark);
    let flags = OFlag::O_PATH | OFlag::O_NOFOLLOW | OFlag::O_CLOEXEC;
    match open(&path, flags, Mode::empty()) {
        Ok(fd) => file::set(fd, uid, gid, mode, attempt),
        Err(Errno::ENOENT) => Ok(()),
        Err(e) => Err(attempt.os("open of its companion file in /dev/shm", e)),
    }
}

/// The id and the birth mark in the name of a companion.
pub(crate) fn parse_companion(name: &str) -> Option<(i32, u64)> {
    let (id, mark) = name.strip_prefix(OWN_FILES)?.strip_prefix("sysv.")?.split_once('.')?;
    let (id, mark) = (id.parse().ok()?, u64::from_str_radix(mark, 16).ok()?);
    // Only what `companion_path` writes.
    companion_path(id, mark).ends_with(&format!("/{name}")).then_some((id, mark))
}

pub(crate) fn remove_companion(id: i32, birth_mark: u64) {
    let _ = nix::unistd::unlink(companion_path(id, birth_mark).as_str());
}
