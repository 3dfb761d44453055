//! System V segments: shmget and its family (shmget(2), shmat(2), shmctl(2)),
//! which nix does not have: mapping and changing them, by their id.

use crate::error::{Error, ErrorKind, Result};
use crate::memory::Mapping;
use crate::segment::format::header::{HEADER_SIZE, Header};
use crate::segment::os::address::Address;
use crate::segment::os::failure::Attempt;
use crate::segment::os::options::Options;
use crate::segment::os::resident::{self, Pages};
use crate::segment::os::{file, huge, limits, process};
use nix::errno::Errno;
use nix::libc;
use std::ptr::NonNull;

/// What the kernel knows of a System V segment; see shmctl(2).
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct KernelStat {
    pub(crate) id: i32,
    pub(crate) key: u32,
    pub(crate) mode: u32,
    pub(crate) size: u64,
    pub(crate) uid: u32,
    pub(crate) gid: u32,
    pub(crate) creator_uid: u32,
    pub(crate) creator_gid: u32,
    pub(crate) creator_pid: u32,
    pub(crate) last_pid: u32,
    pub(crate) attached: u64,
    /// Seconds since 1970; 0 for never.
    pub(crate) attach_time: i64,
    pub(crate) detach_time: i64,
    pub(crate) change_time: i64,
    /// Only in a list, which has it at hand; see `pages`.
    pub(crate) pages: Option<Pages>,
}

/// Bits of the mode that are not permissions, from shmctl(2).
const SHM_DEST: u32 = 0o1000;
const SHM_LOCKED: u32 = 0o2000;

impl KernelStat {
    /// Marked for removal when the last one detaches.
    pub(crate) fn is_removed(&self) -> bool {
        self.mode & SHM_DEST != 0
    }

    /// Kept in memory by `SHM_LOCK`.
    pub(crate) fn is_locked(&self) -> bool {
        self.mode & SHM_LOCKED != 0
    }
}

/// What the kernel knows of a segment; an id that leads nowhere is `NotFound`.
fn found(id: i32, attempt: Attempt<'_>) -> Result<libc::shmid_ds> {
    raw_stat(id).map_err(|e| match e {
        Errno::EINVAL | Errno::EIDRM => attempt.os("shmctl", Errno::ENOENT),
        e => attempt.os("shmctl(IPC_STAT)", e),
    })
}

pub(crate) fn stat(id: i32, attempt: Attempt<'_>) -> Result<KernelStat> {
    let ds = found(id, attempt)?;
    #[allow(clippy::cast_sign_loss)] // keys and pids are bits here
    Ok(KernelStat {
        id,
        key: ds.shm_perm.__key as u32,
        mode: u32::from(ds.shm_perm.mode),
        size: ds.shm_segsz as u64,
        uid: ds.shm_perm.uid,
        gid: ds.shm_perm.gid,
        creator_uid: ds.shm_perm.cuid,
        creator_gid: ds.shm_perm.cgid,
        creator_pid: ds.shm_cpid as u32,
        last_pid: ds.shm_lpid as u32,
        attached: ds.shm_nattch,
        attach_time: ds.shm_atime,
        detach_time: ds.shm_dtime,
        change_time: ds.shm_ctime,
        pages: None,
    })
}

pub(crate) fn raw_stat(id: i32) -> Result<libc::shmid_ds, Errno> {
    // SAFETY: a structure of numbers, for which zero is a value.
    let mut ds: libc::shmid_ds = unsafe { std::mem::zeroed() };
    // SAFETY: the kernel fills the structure, which outlives the call.
    Errno::result(unsafe { libc::shmctl(id, libc::IPC_STAT, &mut ds) })?;
    Ok(ds)
}

/// Whether it was marked for removal, or is gone.
pub(crate) fn is_removed(id: i32) -> bool {
    match raw_stat(id) {
        Ok(ds) => u32::from(ds.shm_perm.mode) & SHM_DEST != 0,
        Err(e) => matches!(e, Errno::EINVAL | Errno::EIDRM),
    }
}

/// Maps a segment after a look at its owner.
pub(crate) fn attach(
    id: i32,
    read_only: bool,
    options: &Options,
    attempt: Attempt<'_>,
) -> Result<Mapping> {
    let stat = stat(id, attempt)?;
    if stat.is_removed() {
        return Err(attempt.os("shmctl", Errno::ENOENT));
    }
    // What is no file proves nobody its owner.
    options.check_owner(stat.uid, || false, attempt)?;
    let len = usize::try_from(stat.size).unwrap_or(usize::MAX);
    let mapping = map(id, read_only, len, attempt)?;
    // What is attached keeps its id, so this look is at what was mapped.
    let mapped = self::stat(id, attempt)?;
    options.check_owner(mapped.uid, || false, attempt)?;
    if mapped.size != stat.size {
        let why = "the id was given to another segment meanwhile";
        return Err(attempt.fail(ErrorKind::Busy, why));
    }
    Ok(mapping)
}

pub(crate) fn map(id: i32, read_only: bool, len: usize, attempt: Attempt<'_>) -> Result<Mapping> {
    let flags = if read_only { libc::SHM_RDONLY } else { 0 };
    // Where huge pages can be mapped as such, if it can be had.
    let aligned = huge::Room::for_size(len as u64).and_then(|room| {
        room.fill(|at| {
            // SAFETY: over addresses that were reserved for it, and hold nothing.
            let base = unsafe { libc::shmat(id, at.as_ptr(), flags | libc::SHM_REMAP) };
            if base as isize == -1 { None } else { NonNull::new(base.cast::<u8>()) }
        })
    });
    let base = match aligned {
        Some(base) => base.as_ptr().cast(),
        // SAFETY: the kernel chooses the place, so no memory of ours is touched.
        None => unsafe { libc::shmat(id, std::ptr::null(), flags) },
    };
    if base as isize == -1 {
        return Err(match Errno::last() {
            Errno::EINVAL | Errno::EIDRM => attempt.os("shmat", Errno::ENOENT),
            e => file::not_mapped("shmat", len as u64, e, attempt),
        });
    }
    let Some(base) = NonNull::new(base.cast::<u8>()) else {
        return Err(attempt.fail(ErrorKind::Os, "shmat: mapped at address 0"));
    };
    // SAFETY: just mapped so; the segment cannot shrink, and is unmapped by
    // nobody else.
    Ok(unsafe { Mapping::new(base, len, !read_only, unmap) })
}

fn unmap(base: NonNull<u8>, _: usize) {
    // SAFETY: called once, by the mapping that was made at this address.
    unsafe { libc::shmdt(base.as_ptr().cast()) };
}

/// Changes owner and mode, of the companion too.
pub(crate) fn change(
    id: i32,
    uid: Option<u32>,
    gid: Option<u32>,
    mode: Option<u32>,
    attempt: Attempt<'_>,
) -> Result<()> {
    let mut ds = found(id, attempt)?;
    ds.shm_perm.uid = uid.unwrap_or(ds.shm_perm.uid);
    ds.shm_perm.gid = gid.unwrap_or(ds.shm_perm.gid);
    if let Some(mode) = mode {
        ds.shm_perm.mode = (mode & 0o777) as _;
    }
    // SAFETY: the kernel reads the structure, which outlives the call.
    Errno::result(unsafe { libc::shmctl(id, libc::IPC_SET, &mut ds) }).map(drop).map_err(|e| {
        // The same errno for a user that there is not, and for a segment that is
        // gone meanwhile.
        match found(id, attempt) {
            Err(gone) if gone.kind() == ErrorKind::NotFound => gone,
            _ => attempt.os("shmctl(IPC_SET)", e),
        }
    })
}

/// Keeps the segment's pages in memory (`SHM_LOCK`), or no longer.
pub(crate) fn lock(id: i32, lock: bool, attempt: Attempt<'_>) -> Result<()> {
    /// From <linux/shm.h>; not in the libc crate.
    const SHM_LOCK: libc::c_int = 11;
    const SHM_UNLOCK: libc::c_int = 12;
    let command = if lock { SHM_LOCK } else { SHM_UNLOCK };
    // SAFETY: takes numbers; the pointer is not used by these commands.
    Errno::result(unsafe { libc::shmctl(id, command, std::ptr::null_mut()) }).map(drop).map_err(
        |e| match e {
            Errno::EINVAL | Errno::EIDRM => attempt.os("shmctl", Errno::ENOENT),
            Errno::ENOMEM | Errno::EPERM => not_locked(id, e, attempt),
            e => attempt.os("shmctl(SHM_LOCK)", e),
        },
    )
}

/// Removes a segment by its id.
pub(crate) fn discard(id: i32) {
    // SAFETY: takes numbers; the pointer is not used by IPC_RMID.
    unsafe { libc::shmctl(id, libc::IPC_RMID, std::ptr::null_mut()) };
}

/// Why a segment could not be kept in memory.
fn not_locked(id: i32, errno: Errno, attempt: Attempt<'_>) -> Error {
    let Ok(facts) = stat(id, attempt) else { return attempt.os("shmctl(SHM_LOCK)", errno) };
    let me = process::effective_uid();
    if me != facts.uid && me != facts.creator_uid {
        let why = format!("it belongs to uid {}; only that user and root may lock it", facts.uid);
        return attempt.fail(ErrorKind::Permission, why).with_os(errno as i32);
    }
    limits::locked_by_user(facts.size, errno, attempt)
        .unwrap_or_else(|| attempt.os("shmctl(SHM_LOCK)", errno))
}

/// The birth mark of a segment; `None` if it is none of ours, as far as its
/// first bytes tell.
pub(crate) fn birth_mark(id: i32) -> Result<Option<u64>> {
    let address = Address::SysvId(id);
    let attempt = Attempt::new("look at", &address);
    let len = usize::try_from(stat(id, attempt)?.size).unwrap_or(usize::MAX);
    let mapping = map(id, true, len, attempt)?;
    let mut head = [0; HEADER_SIZE];
    if mapping.read(0, &mut head).is_err() {
        return Ok(None); // shorter than a header
    }
    Ok(Header::parse(&head).ok().map(|h| h.birth_mark))
}

/// All System V segments of this IPC namespace, from /proc/sysvipc/shm: keys
/// are signed there, modes octal, uids up to 32 bits.
pub(crate) fn list() -> Vec<KernelStat> {
    let table = std::fs::read_to_string("/proc/sysvipc/shm").unwrap_or_default();
    table.lines().skip(1).filter_map(parse_line).collect()
}

fn parse_line(line: &str) -> Option<KernelStat> {
    let f: Vec<&str> = line.split_ascii_whitespace().collect();
    if f.len() < 14 {
        return None;
    }
    #[allow(clippy::cast_sign_loss)] // keys are 32 bits without a meaning
    Some(KernelStat {
        key: f[0].parse::<i32>().ok()? as u32,
        id: f[1].parse().ok()?,
        mode: u32::from_str_radix(f[2], 8).ok()?,
        size: f[3].parse().ok()?,
        creator_pid: f[4].parse().ok()?,
        last_pid: f[5].parse().ok()?,
        attached: f[6].parse().ok()?,
        uid: f[7].parse().ok()?,
        gid: f[8].parse().ok()?,
        creator_uid: f[9].parse().ok()?,
        creator_gid: f[10].parse().ok()?,
        attach_time: f[11].parse().ok()?,
        detach_time: f[12].parse().ok()?,
        change_time: f[13].parse().ok()?,
        pages: resident::of_line(line).and_then(|(_, pages)| pages),
    })
}

#[cfg(test)]
#[allow(clippy::pedantic)]
mod tests {
    use super::*;

    #[test]
    fn a_line_of_the_kernels_table_is_read_with_octal_modes_and_large_uids() {
        let line = "1397227521          7  1640                  4096 1 2 3 4294967294 0 70000 0 5 6 7 0 0";
        let stat = parse_line(line).unwrap();
        assert_eq!((stat.key, stat.id, stat.mode), (0x5348_0001, 7, 0o1640));
        assert_eq!((stat.uid, stat.creator_uid, stat.attached), (4_294_967_294, 70_000, 3));
        assert!(stat.is_removed() && !stat.is_locked());
        assert_eq!(parse_line("-1 0 600 1 1 1 0 0 0 0 0 0 0 0 0 0").unwrap().key, u32::MAX);
    }
}
