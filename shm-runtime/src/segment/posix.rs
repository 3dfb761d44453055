//! POSIX segments: files in /dev/shm.
//!
//! A segment is born whole: it is made as a nameless file (`O_TMPFILE`), given
//! its pages, filled, and only then linked to its name. So nobody ever meets a
//! half-made one, and a full /dev/shm is an error of create instead of a
//! SIGBUS later.

use super::address::Address;
use super::failure::{Attempt, bytes};
use super::options::Options;
use super::process;
pub(super) use super::removal::{remove, remove_claimed, remove_this};
use super::room::memory_left;
use crate::error::{ErrorKind, Result};
use crate::memory::Mapping;
use nix::errno::Errno;
use nix::fcntl::{AT_FDCWD, FallocateFlags, OFlag, fallocate, open};
use nix::sys::mman::{MapFlags, ProtFlags, mmap, munmap};
use nix::sys::stat::{FchmodatFlags, FileStat, Mode, SFlag, fchmod, fchmodat, fstat};
use nix::sys::statvfs::fstatvfs;
use nix::unistd::{Gid, LinkatFlags, Uid, fchown, linkat};
use std::fs::File;
use std::num::NonZeroUsize;
use std::os::fd::{AsFd, AsRawFd};
use std::ptr::NonNull;

const DIR: &str = "/dev/shm";

/// Pages are taken in steps, so that a signal does not start all over again.
const STEP: u64 = 64 << 20;

/// Random names of 64 bits do not meet; this ends a search that cannot succeed.
const NAMES_TO_TRY: u32 = 100;

/// What is put before every name.
pub(crate) fn prefix() -> String {
    std::env::var("SHM_RUNTIME_PREFIX").unwrap_or_default()
}

/// The path of a segment's file; refused where the prefix makes it too long.
pub(super) fn path(name: &str, attempt: Attempt<'_>) -> Result<String> {
    let file = format!("{}{name}", prefix());
    if file.is_empty() || file.len() > 255 || file.contains('/') {
        let why = "with SHM_RUNTIME_PREFIX before it, the name is empty, too long or has a slash";
        return Err(attempt.fail(ErrorKind::Invalid, why));
    }
    Ok(format!("{DIR}/{file}"))
}

/// Makes a nameless segment of `size` bytes, mapped for writing.
pub(super) fn make(size: u64, attempt: Attempt<'_>) -> Result<(File, Mapping)> {
    let fd = open_nameless(attempt)?;
    reserve(&fd, size).map_err(|e| no_room(&fd, size, e, attempt))?;
    let mapping = map(&fd, size, true, attempt)?;
    Ok((fd, mapping))
}

/// A file in /dev/shm without a name, which is given one when it is whole.
pub(super) fn open_nameless(attempt: Attempt<'_>) -> Result<File> {
    let flags = OFlag::O_TMPFILE | OFlag::O_RDWR | OFlag::O_CLOEXEC;
    open(DIR, flags, Mode::from_bits_truncate(0o600)).map(File::from).map_err(|e| match e {
        Errno::EOPNOTSUPP | Errno::EISDIR | Errno::ENOENT => attempt
            .fail(ErrorKind::Unsupported, format!("{DIR} is no tmpfs that knows O_TMPFILE"))
            .with_os(e as i32),
        e => attempt.os("open(O_TMPFILE)", e),
    })
}

/// Bytes that a segment can have, as far as the file system and the machine tell.
fn free(fd: &File) -> u64 {
    let room = fstatvfs(fd);
    let room = room.map_or(u64::MAX, |s| match s.blocks() {
        0 => u64::MAX, // mounted with size=0: without a limit
        _ => s.blocks_available().saturating_mul(s.fragment_size()),
    });
    room.min(memory_left())
}

fn reserve(fd: &File, size: u64) -> Result<(), Errno> {
    if size > free(fd) {
        return Err(Errno::ENOSPC);
    }
    let mut done = 0;
    while done < size {
        let step = STEP.min(size - done);
        let (Ok(at), Ok(len)) = (i64::try_from(done), i64::try_from(step)) else {
            return Err(Errno::EFBIG);
        };
        match fallocate(fd, FallocateFlags::empty(), at, len) {
            Ok(()) => done += step,
            Err(Errno::EINTR) => {}
            Err(other) => return Err(other),
        }
    }
    Ok(())
}

fn no_room(fd: &File, size: u64, errno: Errno, attempt: Attempt<'_>) -> crate::error::Error {
    match errno {
        Errno::ENOSPC | Errno::ENOMEM | Errno::EFBIG => {
            // Give back what was taken before counting what is free.
            let _ = nix::unistd::ftruncate(fd, 0);
            let why = format!(
                "{} needed, {} free in {DIR} (remove segments that nobody uses, or enlarge it: \
                 mount -o remount,size=.., in a container --shm-size)",
                bytes(size),
                bytes(free(fd))
            );
            attempt.fail(ErrorKind::NoSpace, why).with_os(errno as i32)
        }
        other => attempt.os("fallocate", other),
    }
}

pub(super) fn map(fd: &File, size: u64, writable: bool, attempt: Attempt<'_>) -> Result<Mapping> {
    let len = usize::try_from(size).ok().and_then(NonZeroUsize::new);
    let Some(len) = len else {
        let why = match size {
            0 => "it is empty: its creator has not given it a size yet, or never will".to_owned(),
            _ => format!("{size} bytes cannot be mapped here"),
        };
        return Err(attempt.fail(ErrorKind::Mismatch, why));
    };
    let mut prot = ProtFlags::PROT_READ;
    if writable {
        prot |= ProtFlags::PROT_WRITE;
    }
    // SAFETY: the kernel chooses the place, so no memory of ours is touched.
    let base = unsafe { mmap(None, len, prot, MapFlags::MAP_SHARED, fd, 0) }
        .map_err(|e| attempt.os("mmap", e))?;
    // SAFETY: just mapped so, and unmapped by nobody else.
    Ok(unsafe { Mapping::new(base.cast(), len.get(), writable, unmap) })
}

fn unmap(base: NonNull<u8>, len: usize) {
    // SAFETY: called once, by the mapping that was made from this range.
    let _ = unsafe { munmap(base.cast(), len) };
}

/// Gives a filled segment its owner, its mode and its name; an empty name
/// asks for one that is free. The name.
pub(super) fn publish(
    fd: &File,
    name: &str,
    options: &Options,
    attempt: Attempt<'_>,
) -> Result<String> {
    let (uid, gid) = (options.uid.map(Uid::from_raw), options.gid.map(Gid::from_raw));
    if uid.is_some() || gid.is_some() {
        fchown(fd, uid, gid).map_err(|e| attempt.os("fchown", e))?;
    }
    fchmod(fd, Mode::from_bits_truncate(options.mode)).map_err(|e| attempt.os("fchmod", e))?;
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
    link_as(fd, &path(name, attempt)?, attempt)
}

/// Gives a nameless file its path.
pub(super) fn link_as(fd: &File, to: &str, attempt: Attempt<'_>) -> Result<()> {
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
pub(super) fn open_checked(
    name: &str,
    read_only: bool,
    options: &Options,
    attempt: Attempt<'_>,
) -> Result<(File, u64)> {
    let path = path(name, attempt)?;
    let (_peek, seen) = look(&path, attempt)?;
    check_file(&seen, options, attempt)?;
    let access = if read_only { OFlag::O_RDONLY } else { OFlag::O_RDWR };
    let flags = access | OFlag::O_NOFOLLOW | OFlag::O_NONBLOCK | OFlag::O_CLOEXEC;
    let fd = open(path.as_str(), flags, Mode::empty()).map_err(|e| match e {
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
pub(super) fn leased(attempt: Attempt<'_>) -> crate::error::Error {
    attempt
        .fail(ErrorKind::Busy, "somebody holds a lease on it (fcntl F_SETLEASE)")
        .with_os(Errno::EWOULDBLOCK as i32)
}

fn check_file(stat: &FileStat, options: &Options, attempt: Attempt<'_>) -> Result<()> {
    check_links(stat, attempt)?;
    options.check_owner(stat.st_uid, attempt)
}

/// A segment has one name.
fn check_links(stat: &FileStat, attempt: Attempt<'_>) -> Result<()> {
    if stat.st_nlink == 0 {
        return Err(attempt.os("open", Errno::ENOENT));
    }
    if stat.st_nlink > 1 {
        let why = format!(
            "it has {} names (hard links); a segment has one, somebody added to it",
            stat.st_nlink
        );
        return Err(attempt.fail(ErrorKind::Permission, why));
    }
    Ok(())
}

/// Copies bytes out of the file.
pub(super) fn read(fd: &File, offset: u64, out: &mut [u8], address: &Address) -> Result<()> {
    let attempt = Attempt::new("read", address);
    let mut done = 0;
    while done < out.len() {
        let at = i64::try_from(offset.saturating_add(done as u64)).unwrap_or(i64::MAX);
        match nix::sys::uio::pread(fd, &mut out[done..], at) {
            Ok(0) => {
                let why =
                    format!("it ends before byte {}", offset.saturating_add(out.len() as u64));
                return Err(attempt.fail(ErrorKind::Corrupt, why));
            }
            Ok(n) => done += n,
            Err(Errno::EINTR) => {}
            Err(e) => return Err(attempt.os("pread", e)),
        }
    }
    Ok(())
}

/// Copies bytes into the file.
pub(super) fn write(fd: &File, offset: u64, bytes: &[u8], attempt: Attempt<'_>) -> Result<()> {
    use std::os::unix::fs::FileExt;
    fd.write_all_at(bytes, offset).map_err(|e| match e.raw_os_error() {
        Some(errno) => attempt.os("pwrite", Errno::from_raw(errno)),
        None => attempt.fail(ErrorKind::Os, e.to_string()),
    })
}

/// The same file with an open file description of its own, whose locks are
/// told apart from those of the first.
pub(super) fn reopen(file: &File, attempt: Attempt<'_>) -> Result<File> {
    let path = format!("/proc/self/fd/{}", file.as_raw_fd());
    let flags = OFlag::O_RDONLY | OFlag::O_NONBLOCK | OFlag::O_CLOEXEC;
    open(path.as_str(), flags, Mode::empty()).map(File::from).map_err(|e| attempt.os("open", e))
}

/// A name's file, opened so that only its facts can be asked.
pub(super) fn peek(name: &str, attempt: Attempt<'_>) -> Result<File> {
    let path = path(name, attempt)?;
    look(&path, attempt).map(|(peek, _)| File::from(peek))
}

/// What the kernel knows of a segment's file.
pub(super) struct FileFacts {
    pub(super) device: u64,
    pub(super) inode: u64,
    pub(super) size: u64,
    pub(super) mode: u32,
    pub(super) uid: u32,
    pub(super) gid: u32,
    /// Bytes of memory that it takes.
    pub(super) resident: u64,
    /// Seconds since 1970.
    pub(super) change_time: i64,
}

pub(super) fn facts(file: &File, attempt: Attempt<'_>) -> Result<FileFacts> {
    let stat = fstat(file).map_err(|e| attempt.os("fstat", e))?;
    Ok(FileFacts {
        device: stat.st_dev,
        inode: stat.st_ino,
        size: u64::try_from(stat.st_size).unwrap_or(0),
        mode: stat.st_mode & 0o7777,
        uid: stat.st_uid,
        gid: stat.st_gid,
        resident: u64::try_from(stat.st_blocks).unwrap_or(0).saturating_mul(512),
        change_time: stat.st_ctime,
    })
}

/// Whether the file lost its name.
pub(super) fn is_unlinked(fd: &File) -> bool {
    fstat(fd).is_ok_and(|s| s.st_nlink == 0)
}

/// What makes a file that file.
pub(super) fn inode(stat: &FileStat) -> (u64, u64) {
    (stat.st_dev, stat.st_ino)
}

/// What a name leads to, without opening it; refused if it is no file.
pub(super) fn look(path: &str, attempt: Attempt<'_>) -> Result<(std::os::fd::OwnedFd, FileStat)> {
    // O_PATH opens nothing: a FIFO, a device or a lease cannot make us wait.
    let flags = OFlag::O_PATH | OFlag::O_NOFOLLOW | OFlag::O_CLOEXEC;
    let peek = open(path, flags, Mode::empty()).map_err(|e| attempt.os("open", e))?;
    let seen = fstat(&peek).map_err(|e| attempt.os("fstat", e))?;
    let kind = SFlag::from_bits_truncate(seen.st_mode & SFlag::S_IFMT.bits());
    if kind == SFlag::S_IFREG {
        return Ok((peek, seen));
    }
    let what = match kind {
        SFlag::S_IFLNK => "a symbolic link",
        SFlag::S_IFIFO => "a FIFO",
        SFlag::S_IFSOCK => "a socket",
        SFlag::S_IFDIR => "a directory",
        _ => "a device",
    };
    let why = format!("it is {what}, not a segment; somebody put it there");
    Err(attempt.fail(ErrorKind::Permission, why))
}

/// Changes owner and mode of what a name leads to.
pub(super) fn set(
    name: &str,
    uid: Option<u32>,
    gid: Option<u32>,
    mode: Option<u32>,
    attempt: Attempt<'_>,
) -> Result<()> {
    let path = path(name, attempt)?;
    let (peek, seen) = look(&path, attempt)?;
    // Another name may be that of a file which somebody must not open to all.
    check_links(&seen, attempt)?;
    set_file(&peek, uid, gid, mode, attempt)
}

/// Changes owner and mode of an open file, which need not be open for reading.
pub(super) fn set_file(
    file: impl AsFd,
    uid: Option<u32>,
    gid: Option<u32>,
    mode: Option<u32>,
    attempt: Attempt<'_>,
) -> Result<()> {
    let proc = format!("/proc/self/fd/{}", file.as_fd().as_raw_fd());
    if uid.is_some() || gid.is_some() {
        nix::unistd::chown(proc.as_str(), uid.map(Uid::from_raw), gid.map(Gid::from_raw))
            .map_err(|e| attempt.os("chown", e))?;
    }
    if let Some(mode) = mode {
        let mode = Mode::from_bits_truncate(mode);
        fchmodat(AT_FDCWD, proc.as_str(), mode, FchmodatFlags::FollowSymlink)
            .map_err(|e| attempt.os("chmod", e))?;
    }
    Ok(())
}

/// Keeps a mapping's pages in memory (mlock(2)), or no longer. The kernel
/// forgets it when the process ends.
pub(super) fn lock(mapping: &Mapping, lock: bool, attempt: Attempt<'_>) -> Result<()> {
    let (base, len) = mapping.range();
    // SAFETY: the range is mapped, and locking changes no byte.
    let result = unsafe {
        if lock {
            nix::sys::mman::mlock(base.cast(), len)
        } else {
            nix::sys::mman::munlock(base.cast(), len)
        }
    };
    result.map_err(|e| match e {
        Errno::ENOMEM | Errno::EPERM | Errno::EAGAIN => attempt
            .fail(
                ErrorKind::Permission,
                format!("{} are more than `ulimit -l` allows to lock", bytes(len as u64)),
            )
            .with_os(e as i32),
        e => attempt.os("mlock", e),
    })
}

/// The names in /dev/shm that are files, with the prefix taken off.
pub(super) fn list() -> Vec<String> {
    let prefix = prefix();
    let names = files().into_iter().filter(|n| !n.starts_with(super::address::OWN_FILES));
    names
        .filter_map(|n| n.strip_prefix(&prefix).map(str::to_owned))
        .filter(|n| !n.is_empty())
        .collect()
}

/// The names of the runtime's own files, which no prefix is put before.
pub(super) fn list_companions() -> Vec<String> {
    files().into_iter().filter(|n| n.starts_with(super::address::OWN_FILES)).collect()
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
