//! Files that segments lie in, whatever name they have or have not: their
//! pages, their bytes, their facts.

use crate::error::{Error, ErrorKind, Result};
use crate::memory::Mapping;
use crate::segment::os::address::Address;
use crate::segment::os::descriptor::open;
use crate::segment::os::failure::Attempt;
use crate::segment::os::options::Making;
use crate::segment::os::room::memory_left;
use crate::segment::os::{huge, limits, resident};
use crate::text::bytes;
use nix::errno::Errno;
use nix::fcntl::{AT_FDCWD, FallocateFlags, OFlag, fallocate};
use nix::sys::mman::{MapFlags, MmapAdvise, ProtFlags, madvise, mmap, munmap};
use nix::sys::stat::{FchmodatFlags, Mode, fchmod, fchmodat, fstat};
use nix::sys::statvfs::fstatvfs;
use nix::unistd::{Gid, Uid, fchown};
use std::fs::File;
use std::num::NonZeroUsize;
use std::os::fd::{AsFd, AsRawFd};
use std::ptr::NonNull;

/// Pages are taken in steps, so that a signal does not start all over again.
const STEP: u64 = 64 << 20;

/// Bytes that the file can have, as far as the file system and the machine
/// tell.
fn free(fd: &File) -> u64 {
    let room = match fstatvfs(fd) {
        // One without blocks has no limit of its own, as memfds have none.
        Ok(s) if s.blocks() > 0 => s.blocks_available().saturating_mul(s.fragment_size()),
        _ => u64::MAX,
    };
    room.min(memory_left())
}

/// Takes all pages of a fresh file, which gets this size. `folder` is where it
/// lies, if that has a limit.
pub(crate) fn reserve(
    fd: &File,
    size: u64,
    folder: Option<&str>,
    attempt: Attempt<'_>,
) -> Result<()> {
    limits::file_size(size, attempt)?;
    limits::addresses(size, attempt)?;
    if size > free(fd) {
        return Err(no_room(fd, size, folder, Errno::ENOSPC, attempt));
    }
    allocate(fd, size).map_err(|e| no_room(fd, size, folder, e, attempt))
}

/// Takes all pages; more than a file of this process may have is not tried.
pub(crate) fn allocate(fd: &File, size: u64) -> Result<(), Errno> {
    if !limits::file_may_have(size) {
        return Err(Errno::EFBIG);
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

fn no_room(
    fd: &File,
    size: u64,
    folder: Option<&str>,
    errno: Errno,
    attempt: Attempt<'_>,
) -> Error {
    if !matches!(errno, Errno::ENOSPC | Errno::ENOMEM | Errno::EFBIG) {
        return attempt.os("fallocate", errno);
    }
    // Give back what was taken before counting what is free.
    let _ = nix::unistd::ftruncate(fd, 0);
    let (size, free) = (bytes(size), bytes(free(fd)));
    let why = match folder {
        Some(folder) => format!(
            "{size} needed, {free} free in {folder} (remove segments that nobody uses, or enlarge \
             it: mount -o remount,size=.., in a container --shm-size)"
        ),
        None => format!("{size} needed, {free} of memory left"),
    };
    attempt.fail(ErrorKind::NoSpace, why).with_os(errno as i32)
}

/// Gives a file its owner and its mode, in this order: a file that is given
/// away loses bits of its mode.
pub(crate) fn give(fd: &File, making: &Making, attempt: Attempt<'_>) -> Result<()> {
    if making.gives() {
        let (uid, gid) = (making.uid.map(Uid::from_raw), making.gid.map(Gid::from_raw));
        fchown(fd, uid, gid).map_err(|e| attempt.not_given("fchown", making, e))?;
    }
    fchmod(fd, Mode::from_bits_truncate(making.mode)).map_err(|e| attempt.os("fchmod", e))
}

pub(crate) fn map(fd: &File, size: u64, writable: bool, attempt: Attempt<'_>) -> Result<Mapping> {
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
    // Where huge pages can be mapped as such, if it can be had.
    let aligned = huge::Room::for_size(size).and_then(|room| {
        room.fill(|at| {
            let flags = MapFlags::MAP_SHARED | MapFlags::MAP_FIXED;
            let at = NonZeroUsize::new(at.as_ptr() as usize);
            // SAFETY: over addresses that were reserved for it, and hold nothing.
            unsafe { mmap(at, len, prot, flags, fd, 0) }.ok().map(NonNull::cast)
        })
    });
    let base = match aligned {
        Some(base) => base,
        // SAFETY: the kernel chooses the place, so no memory of ours is touched.
        None => unsafe { mmap(None, len, prot, MapFlags::MAP_SHARED, fd, 0) }
            .map_err(|e| not_mapped("mmap", size, e, attempt))?
            .cast(),
    };
    // SAFETY: just mapped so, and unmapped by nobody else.
    Ok(unsafe { Mapping::new(base, len.get(), writable, unmap) })
}

/// The error of a call that lacks memory, and calls that a reason to try again.
fn not_again(call: &str, attempt: Attempt<'_>) -> Error {
    let why = format!("{call}: there is no more memory that can be locked");
    attempt.fail(ErrorKind::NoSpace, why).with_os(Errno::EAGAIN as i32)
}

/// Why a segment of this size could not be mapped.
pub(crate) fn not_mapped(call: &str, size: u64, errno: Errno, attempt: Attempt<'_>) -> Error {
    let limit = match errno {
        Errno::ENOMEM => limits::addresses(size, attempt).err(),
        // All memory of this process is locked (mlockall), as much as it may.
        Errno::EAGAIN => limits::locked(size, errno, attempt),
        _ => None,
    };
    limit.unwrap_or_else(|| match errno {
        Errno::EAGAIN => not_again(call, attempt),
        errno => attempt.os(call, errno),
    })
}

/// Leaves what is mapped out of core files of this process, unless it is asked for.
/// Where that cannot be had, they have it.
pub(crate) fn keep_out_of_core(mapping: &Mapping, core_dump: bool) {
    if !core_dump {
        let (base, len) = mapping.range();
        // SAFETY: advice about what is mapped there, which changes none of it.
        let _ = unsafe { madvise(base.cast(), len, MmapAdvise::MADV_DONTDUMP) };
    }
}

/// Maps the first page of a file that carries locks: the mapping keeps its open
/// file description, and so the locks, when somebody closes all descriptors of the
/// process, as libraries do that make a daemon of it. A forked child inherits it, as
/// it does the mapping of a POSIX segment.
pub(crate) fn hold_open(fd: &File, attempt: Attempt<'_>) -> Result<Mapping> {
    const PAGE: NonZeroUsize = NonZeroUsize::MIN.saturating_add(4095);
    // SAFETY: the kernel chooses the place, so no memory of ours is touched; nobody
    // reads what is mapped.
    let base = unsafe { mmap(None, PAGE, ProtFlags::PROT_READ, MapFlags::MAP_SHARED, fd, 0) }
        .map_err(|e| not_mapped("mmap of its companion file", 4096, e, attempt))?;
    // SAFETY: just mapped so, and unmapped by nobody else.
    Ok(unsafe { Mapping::new(base.cast(), PAGE.get(), false, unmap) })
}

fn unmap(base: NonNull<u8>, len: usize) {
    // SAFETY: called once, by the mapping that was made from this range.
    let _ = unsafe { munmap(base.cast(), len) };
}

/// Copies bytes out of the file.
pub(crate) fn read(fd: &File, offset: u64, out: &mut [u8], address: &Address) -> Result<()> {
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
pub(crate) fn write(fd: &File, offset: u64, bytes: &[u8], attempt: Attempt<'_>) -> Result<()> {
    use std::os::unix::fs::FileExt;
    limits::file_size(offset.saturating_add(bytes.len() as u64), attempt)?;
    fd.write_all_at(bytes, offset).map_err(|e| match e.raw_os_error() {
        Some(errno) => attempt.os("pwrite", Errno::from_raw(errno)),
        None => attempt.fail(ErrorKind::Os, e.to_string()),
    })
}

/// The same file with an open file description of its own, whose locks are
/// told apart from those of the first.
pub(crate) fn reopen(file: &File, attempt: Attempt<'_>) -> Result<File> {
    let path = format!("/proc/self/fd/{}", file.as_raw_fd());
    let flags = OFlag::O_RDONLY | OFlag::O_NONBLOCK | OFlag::O_CLOEXEC;
    open(&path, flags, Mode::empty()).map(File::from).map_err(|e| attempt.os("open", e))
}

/// What the kernel knows of a segment's file.
pub(crate) struct FileFacts {
    pub(crate) device: u64,
    pub(crate) inode: u64,
    pub(crate) size: u64,
    pub(crate) mode: u32,
    pub(crate) uid: u32,
    pub(crate) gid: u32,
    /// Bytes of memory that it takes; with those that are swapped out where
    /// these are not known.
    pub(crate) resident: u64,
    /// Bytes that are swapped out, where the kernel tells.
    pub(crate) swapped: Option<u64>,
    /// Seconds since 1970.
    pub(crate) access_time: i64,
    pub(crate) modify_time: i64,
    pub(crate) change_time: i64,
    /// Where the kernel keeps it.
    pub(crate) birth_time: Option<i64>,
}

pub(crate) fn facts(file: &File, attempt: Attempt<'_>) -> Result<FileFacts> {
    let stat = fstat(file).map_err(|e| attempt.os("fstat", e))?;
    let pages = resident::of_file(file);
    let allocated = u64::try_from(stat.st_blocks).unwrap_or(0).saturating_mul(512);
    let born = file.metadata().ok().and_then(|m| m.created().ok());
    let born = born.and_then(|t| t.duration_since(std::time::UNIX_EPOCH).ok());
    Ok(FileFacts {
        device: stat.st_dev,
        inode: stat.st_ino,
        size: u64::try_from(stat.st_size).unwrap_or(0),
        mode: stat.st_mode & 0o7777,
        uid: stat.st_uid,
        gid: stat.st_gid,
        resident: pages.map_or(allocated, |p| p.resident),
        swapped: pages.map(|p| p.swapped),
        access_time: stat.st_atime,
        modify_time: stat.st_mtime,
        change_time: stat.st_ctime,
        birth_time: born.and_then(|t| i64::try_from(t.as_secs()).ok()),
    })
}

/// Device and inode of a file.
pub(crate) fn place(file: impl AsFd) -> Result<(u64, u64), Errno> {
    fstat(file).map(|stat| (stat.st_dev, stat.st_ino))
}

/// Changes owner and mode of an open file, which need not be open for reading.
pub(crate) fn set(
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
pub(crate) fn lock(mapping: &Mapping, lock: bool, attempt: Attempt<'_>) -> Result<()> {
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
        Errno::ENOMEM | Errno::EPERM | Errno::EAGAIN => limits::locked(len as u64, e, attempt)
            .unwrap_or_else(|| match e {
                Errno::EAGAIN => not_again("mlock", attempt),
                e => attempt.os("mlock", e),
            }),
        e => attempt.os("mlock", e),
    })
}
