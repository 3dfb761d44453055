//! POSIX segments: files in /dev/shm.
//!
//! A segment is born whole: it is made as a nameless file (`O_TMPFILE`), given
//! its pages, filled, and only then linked to its name. So nobody ever meets a
//! half-made one, and a full /dev/shm is an error of create instead of a
//! SIGBUS later.

mod nameless;
mod removal;

pub(crate) use nameless::{OwnName, no_tmpfs, open_nameless, remove_temporary, temporary_path};
pub(crate) use removal::{remove, remove_claimed, remove_this};

use crate::error::{Error, ErrorKind, Result};
use crate::memory::Mapping;
use crate::segment::os::address::OWN_FILES;
use crate::segment::os::descriptor::open;
use crate::segment::os::failure::Attempt;
use crate::segment::os::options::{Making, Options};
use crate::segment::os::{file, huge, nobody, process, sysv};
use crate::text::Printable;
use nix::errno::Errno;
use nix::fcntl::{AT_FDCWD, OFlag};
use nix::sys::stat::{FileStat, Mode, SFlag, fstat, lstat};
use nix::unistd::{LinkatFlags, linkat};
use std::fs::File;
use std::os::fd::{AsRawFd, OwnedFd};

pub(crate) const DIR: &str = "/dev/shm";

/// Random names of 64 bits do not meet; this ends a search that cannot succeed.
const NAMES_TO_TRY: u32 = 100;

/// What is put before every name.
pub(crate) fn prefix() -> String {
    std::env::var("SHM_RUNTIME_PREFIX").unwrap_or_default()
}

/// The path of a segment's file; refused where the prefix makes it too long.
pub(crate) fn path(name: &str, attempt: Attempt<'_>) -> Result<String> {
    let file = format!("{}{name}", prefix());
    if file.starts_with(OWN_FILES) {
        let why = format!(
            "with SHM_RUNTIME_PREFIX before it, the name begins with {OWN_FILES}: such names belong \
             to the runtime; choose another prefix"
        );
        return Err(attempt.fail(ErrorKind::Invalid, why));
    }
    if file.is_empty() || file.len() > 255 || file.contains('/') {
        let why = "with SHM_RUNTIME_PREFIX before it, the name is empty, too long or has a slash";
        return Err(attempt.fail(ErrorKind::Invalid, why));
    }
    Ok(format!("{DIR}/{file}"))
}

/// What `make` makes: a file, the name that it has meanwhile, and where it is mapped.
pub(crate) type Made = (File, Option<OwnName>, Mapping);

/// Makes a nameless segment of `size` bytes, mapped for writing.
pub(crate) fn make(size: u64, making: &Making, attempt: Attempt<'_>) -> Result<Made> {
    let (fd, own) = open_nameless(attempt)?;
    file::reserve(&fd, size, Some(DIR), attempt)?;
    let mapping = file::map(&fd, size, true, attempt)?;
    huge::settle(&mapping, making, attempt)?;
    Ok((fd, own, mapping))
}

/// Gives a filled segment its owner, its mode and its name; an empty name
/// asks for one that is free. The name.
pub(crate) fn publish(
    fd: &File,
    name: &str,
    making: &Making,
    attempt: Attempt<'_>,
) -> Result<String> {
    file::give(fd, making, attempt)?;
    if !name.is_empty() {
        link(fd, name, attempt)?;
        return Ok(name.to_owned());
    }
    for _ in 0..NAMES_TO_TRY {
        let name = format!("shmgen.{:016x}", process::random());
        match link(fd, &name, attempt) {
            Err(e) if e.kind() == ErrorKind::Exists => {}
            other => return other.map(|()| name),
        }
    }
    Err(attempt.fail(ErrorKind::Exists, "no name is free, of many that were tried"))
}

fn link(fd: &File, name: &str, attempt: Attempt<'_>) -> Result<()> {
    let to = path(name, attempt)?;
    let linked = match link_as(fd, &to, attempt) {
        Err(e) if e.kind() == ErrorKind::Exists && removal::remove_retired(name, attempt) => {
            link_as(fd, &to, attempt)
        }
        linked => linked,
    };
    linked.map_err(|error| {
        let seen = lstat(to.as_str()).ok().filter(|_| error.kind() == ErrorKind::Exists);
        match seen.and_then(|seen| stranger(&seen, "a segment", Some(&to))) {
            Some(why) => attempt.fail(ErrorKind::Exists, why).with_os(Errno::EEXIST as i32),
            None => error,
        }
    })
}

/// Gives a nameless file its path.
pub(crate) fn link_as(fd: &File, to: &str, attempt: Attempt<'_>) -> Result<()> {
    let from = format!("/proc/self/fd/{}", fd.as_raw_fd());
    linkat(AT_FDCWD, from.as_str(), AT_FDCWD, to, LinkatFlags::AT_SYMLINK_FOLLOW).map_err(|e| {
        match e {
            Errno::ENOENT => attempt
                .fail(ErrorKind::Unsupported, "giving it a name needs /proc, which is not mounted")
                .with_os(e as i32),
            e => attempt.os("linkat", e),
        }
    })
}

/// Looks at a name and opens what it leads to, if that is a segment which
/// `options` trust.
pub(crate) fn open_checked(
    name: &str,
    read_only: bool,
    options: &Options,
    attempt: Attempt<'_>,
) -> Result<(File, u64)> {
    let path = path(name, attempt)?;
    let (peek, seen) = look_at_settled(name, &path, attempt)?;
    check_file(&seen, &peek, options, attempt)?;
    let access = if read_only { OFlag::O_RDONLY } else { OFlag::O_RDWR };
    let flags = access | OFlag::O_NOFOLLOW | OFlag::O_NONBLOCK | OFlag::O_CLOEXEC;
    let fd = open(&path, flags, Mode::empty()).map_err(|e| match e {
        Errno::EWOULDBLOCK => leased(attempt),
        e => attempt.os("open", e),
    })?;
    let stat = fstat(&fd).map_err(|e| attempt.os("fstat", e))?;
    if inode(&stat) != inode(&seen) {
        return Err(attempt.fail(ErrorKind::Busy, "the name was given to another file meanwhile"));
    }
    Ok((File::from(fd), u64::try_from(stat.st_size).unwrap_or(0)))
}

/// The error of a file that is not opened because its lease would have to be
/// waited for.
pub(crate) fn leased(attempt: Attempt<'_>) -> Error {
    attempt
        .fail(ErrorKind::Busy, "somebody holds a lease on it (fcntl F_SETLEASE)")
        .with_os(Errno::EWOULDBLOCK as i32)
}

fn check_file(
    stat: &FileStat,
    file: &OwnedFd,
    options: &Options,
    attempt: Attempt<'_>,
) -> Result<()> {
    check_links(stat, attempt)?;
    options.check_owner(stat.st_uid, || nobody::owns(file), attempt)
}

/// A segment has one name.
fn check_links(stat: &FileStat, attempt: Attempt<'_>) -> Result<()> {
    if stat.st_nlink == 0 {
        return Err(attempt.os("open", Errno::ENOENT));
    }
    if stat.st_nlink > 1 {
        let why = format!(
            "it has {} names (hard links); a segment has one, somebody added to it; `shmgen rm \
             --force` takes this name away",
            stat.st_nlink
        );
        return Err(attempt.fail(ErrorKind::Permission, why));
    }
    Ok(())
}

/// A name's file, opened so that only its facts can be asked.
pub(crate) fn peek(name: &str, attempt: Attempt<'_>) -> Result<File> {
    let path = path(name, attempt)?;
    look_at(name, &path, attempt).map(|(peek, _)| File::from(peek))
}

/// Whether the file lost its name.
pub(crate) fn is_unlinked(fd: &File) -> bool {
    fstat(fd).is_ok_and(|s| s.st_nlink == 0)
}

/// What makes a file that file.
pub(crate) fn inode(stat: &FileStat) -> (u64, u64) {
    (stat.st_dev, stat.st_ino)
}

/// What a name leads to, without opening it. Where there is no such name, and it
/// is the key or the id of a System V segment, the answer says so.
fn look_at(name: &str, path: &str, attempt: Attempt<'_>) -> Result<(OwnedFd, FileStat)> {
    look(path, "a segment", attempt).map_err(|error| {
        if error.kind() != ErrorKind::NotFound {
            return error;
        }
        let why = match sysv::named(name) {
            Some(meant) => format!("there is no POSIX segment of that name; {meant}"),
            None => match no_tmpfs() {
                Some(why) => format!("there is no such segment; {why}"),
                None => return error,
            },
        };
        attempt.fail(ErrorKind::NotFound, why).with_os(Errno::ENOENT as i32)
    })
}

/// The same; a segment that is being given its name has two for a moment.
fn look_at_settled(name: &str, path: &str, attempt: Attempt<'_>) -> Result<(OwnedFd, FileStat)> {
    for _ in 0..50 {
        let found = look_at(name, path, attempt)?;
        if found.1.st_nlink < 2 {
            return Ok(found);
        }
        std::thread::sleep(std::time::Duration::from_millis(1));
    }
    look_at(name, path, attempt)
}

/// What a path leads to, without opening it; refused if it is no file, as
/// `expected` (`a segment`) is one.
pub(crate) fn look(
    path: &str,
    expected: &str,
    attempt: Attempt<'_>,
) -> Result<(OwnedFd, FileStat)> {
    // O_PATH opens nothing: a FIFO, a device or a lease cannot make us wait.
    let flags = OFlag::O_PATH | OFlag::O_NOFOLLOW | OFlag::O_CLOEXEC;
    let peek = open(path, flags, Mode::empty()).map_err(|e| attempt.os("open", e))?;
    let seen = fstat(&peek).map_err(|e| attempt.os("fstat", e))?;
    require_file(&seen, expected, Some(path), attempt)?;
    Ok((peek, seen))
}

/// Refuses what is no regular file; `path` is where somebody put it.
pub(crate) fn require_file(
    seen: &FileStat,
    expected: &str,
    path: Option<&str>,
    attempt: Attempt<'_>,
) -> Result<()> {
    match stranger(seen, expected, path) {
        None => Ok(()),
        Some(why) => Err(attempt.fail(ErrorKind::Permission, why)),
    }
}

/// Why something is not what was expected, and what to do; `None` for a regular
/// file.
fn stranger(seen: &FileStat, expected: &str, path: Option<&str>) -> Option<String> {
    let (what, command) = match SFlag::from_bits_truncate(seen.st_mode & SFlag::S_IFMT.bits()) {
        SFlag::S_IFREG => return None,
        SFlag::S_IFLNK => ("a symbolic link", "rm"),
        SFlag::S_IFIFO => ("a FIFO", "rm"),
        SFlag::S_IFSOCK => ("a socket", "rm"),
        SFlag::S_IFDIR => ("a directory", "rmdir"),
        _ => ("a device", "rm"),
    };
    let by_hand = path.map(Printable).map(|path| format!(", and `{command} {path}` takes it away"));
    let by_hand = by_hand.unwrap_or_default();
    Some(format!("it is {what}, not {expected}; somebody put it there{by_hand}"))
}

/// Changes owner and mode of what a name leads to.
pub(crate) fn set(
    name: &str,
    uid: Option<u32>,
    gid: Option<u32>,
    mode: Option<u32>,
    attempt: Attempt<'_>,
) -> Result<()> {
    let path = path(name, attempt)?;
    let (peek, seen) = look_at(name, &path, attempt)?;
    // Another name may be that of a file which somebody must not open to all.
    check_links(&seen, attempt)?;
    file::set(&peek, uid, gid, mode, attempt)
}

/// The names in /dev/shm that are files, with the prefix taken off.
pub(crate) fn list() -> Vec<String> {
    let prefix = prefix();
    let names = files().into_iter().filter(|n| !n.starts_with(OWN_FILES));
    names
        .filter_map(|n| n.strip_prefix(&prefix).map(str::to_owned))
        .filter(|n| !n.is_empty())
        .collect()
}

/// The names of the runtime's own files, which no prefix is put before.
pub(crate) fn list_companions() -> Vec<String> {
    files().into_iter().filter(|n| n.starts_with(OWN_FILES)).collect()
}

/// The names of all files in /dev/shm, sorted.
fn files() -> Vec<String> {
    let Ok(entries) = std::fs::read_dir(DIR) else {
        return Vec::new();
    };
    let mut names: Vec<String> = entries
        .flatten()
        .filter(|e| e.file_type().is_ok_and(|t| t.is_file()))
        .filter_map(|e| e.file_name().into_string().ok())
        .collect();
    names.sort();
    names
}
