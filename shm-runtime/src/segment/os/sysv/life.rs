//! Making and removing System V segments.
//!
//! One with a key is in sight from the first moment, so its maker may die
//! before it is ready: the next one clears that away, and nothing else.

use super::companion::remove_companion;
use super::kernel::{KernelStat, change, discard, map, stat};
use super::key::key;
use super::reap::{reap_half_born, reap_retired_of};
use crate::error::{ErrorKind, Result};
use crate::memory::Mapping;
use crate::segment::format::header::{HEADER_SIZE, Header, STATE, State, begin, breaks_off};
use crate::segment::format::pages::HugePages;
use crate::segment::os::address::Address;
use crate::segment::os::failure::Attempt;
use crate::segment::os::options::{Making, Options};
use crate::segment::os::room::memory_left;
use crate::segment::os::sysv::idfile::{self, IdFile};
use crate::segment::os::{huge, limits, process};
use crate::text::bytes;
use nix::errno::Errno;
use nix::libc;
use std::sync::atomic::Ordering;

/// The mode of a private segment that is to be one of ours, until it has its
/// header: nothing else tells so long whose it is, and no key leads to it. To
/// execute means nothing for shared memory, so others do not ask for it.
const NASCENT: u32 = 0o611;

/// Whether this is what is left of a creator of ours that was killed between
/// shmget and the header; `head` is what the segment begins with.
pub(crate) fn is_stillborn(kernel: &KernelStat, head: &[u8; HEADER_SIZE]) -> bool {
    kernel.key == 0
        && kernel.mode & 0o777 == NASCENT
        && process::pid_is_dead(kernel.creator_pid)
        && breaks_off(head, kernel.size)
}

/// Makes a segment of `size` bytes, mapped for writing: all zero, or one of ours
/// in state initialising with this header. That is written before anything that
/// takes its time: a process that is killed later leaves what a collection knows.
pub(crate) fn make(
    address: &Address,
    size: u64,
    making: &Making,
    header: Option<&[u8; HEADER_SIZE]>,
    attempt: Attempt<'_>,
) -> Result<(i32, Mapping)> {
    let key = key(address, attempt)?;
    if let Address::SysvFile(path) = address {
        idfile::check_free(path, attempt)?;
    }
    match make_of(key, size, making, header, attempt) {
        Err(e)
            if e.kind() == ErrorKind::Exists
                && (header.is_some() && reap_half_born(key, size) || reap_retired_of(key)) =>
        {
            make_of(key, size, making, header, attempt)
        }
        made => made,
    }
}

/// Of huge pages if they are wanted and to be had, else of ordinary ones.
fn make_of(
    key: libc::key_t,
    size: u64,
    making: &Making,
    header: Option<&[u8; HEADER_SIZE]>,
    attempt: Attempt<'_>,
) -> Result<(i32, Mapping)> {
    if let Some(pages) = making.pages {
        match make_in(key, size, making, header, Some(pages), attempt) {
            // Whatever stands against huge pages, there are others.
            Err(e) if e.kind() != ErrorKind::Exists => {}
            made => return made,
        }
    }
    make_in(key, size, making, header, None, attempt)
}

fn make_in(
    key: libc::key_t,
    size: u64,
    making: &Making,
    header: Option<&[u8; HEADER_SIZE]>,
    pages: Option<HugePages>,
    attempt: Attempt<'_>,
) -> Result<(i32, Mapping)> {
    limits::addresses(size, attempt)?;
    let len = usize::try_from(size).unwrap_or(usize::MAX);
    let mode = match header {
        Some(_) if key == libc::IPC_PRIVATE => NASCENT,
        _ => making.mode & 0o777,
    };
    let mut flags = libc::IPC_CREAT | libc::IPC_EXCL;
    flags |= i32::try_from(mode).unwrap_or(0);
    if let Some(pages) = pages {
        // The size is encoded in the bits from 26 on.
        flags |= libc::SHM_HUGETLB | i32::try_from(pages.log2() << 26).unwrap_or(0);
    }
    // SAFETY: takes numbers, returns a number.
    let id = Errno::result(unsafe { libc::shmget(key, len, flags) }).map_err(|e| match e {
        Errno::ENOSPC | Errno::ENOMEM | Errno::EINVAL => {
            let why = format!(
                "{} needed: {} (limits: /proc/sys/kernel/shmmax, shmall and shmmni; `ipcs -lm`)",
                bytes(size),
                crate::segment::os::errno::describe(e)
            );
            attempt.fail(ErrorKind::NoSpace, why).with_os(e as i32)
        }
        e => attempt.os("shmget", e),
    })?;
    let finish = || -> Result<Mapping> {
        let mapping = map(id, false, len, attempt)?;
        if let Some(header) = header {
            begin(&mapping, header)?;
        }
        change(id, making.uid, making.gid, Some(making.mode), attempt)?;
        take_pages(&mapping, making, pages, attempt)?;
        Ok(mapping)
    };
    match finish() {
        Ok(mapping) => Ok((id, mapping)),
        Err(error) => {
            discard(id);
            Err(match error.kind() {
                // It is in sight before it is made.
                ErrorKind::NotFound => {
                    let why = "somebody removed it while it was made";
                    attempt.fail(ErrorKind::Removed, why).with_os(Errno::ENOENT as i32)
                }
                _ => error,
            })
        }
    }
}

/// Takes all pages now, so that a lack of memory is an error of create.
fn take_pages(
    mapping: &Mapping,
    making: &Making,
    pages: Option<HugePages>,
    attempt: Attempt<'_>,
) -> Result<()> {
    // Those of hugetlbfs are not among the memory that is left.
    if pages.is_none() {
        if mapping.len() as u64 > memory_left() {
            return Err(huge::no_room(mapping, Errno::ENOMEM, attempt));
        }
        if making.pages.is_some() {
            huge::invite(mapping);
        }
    }
    if huge::populate(mapping, attempt)?.is_none() && making.prefault {
        mapping.touch(huge::page());
    }
    if pages.is_none() && making.pages.is_some() {
        huge::collapse(mapping);
    }
    Ok(())
}

/// Makes a segment that is ready known under its address, where that is not a
/// matter of course.
pub(crate) fn announce(
    address: &Address,
    says: &IdFile,
    making: &Making,
    options: &Options,
    attempt: Attempt<'_>,
) -> Result<()> {
    match address {
        Address::SysvFile(path) => idfile::publish(path, says, making, options, attempt),
        _ => Ok(()),
    }
}

/// Removes a segment, its companion, and its id file if `address` is that. Who
/// is attached keeps the memory.
pub(crate) fn remove(address: &Address, id: i32, attempt: Attempt<'_>) -> Result<()> {
    let stat = stat(id, attempt)?;
    if stat.is_removed() {
        let why = "it was removed already; those who are attached still have it";
        return Err(attempt.fail(ErrorKind::NotFound, why));
    }
    // Mapped before it is gone, to tell those who are still attached; at least
    // to read, to find its companion.
    let len = usize::try_from(stat.size).unwrap_or(usize::MAX);
    let mapping = map(id, false, len, attempt).or_else(|_| map(id, true, len, attempt)).ok();
    // SAFETY: takes numbers; the pointer is not used by IPC_RMID.
    Errno::result(unsafe { libc::shmctl(id, libc::IPC_RMID, std::ptr::null_mut()) }).map_err(
        |e| match e {
            Errno::EINVAL | Errno::EIDRM => attempt.os("shmctl", Errno::ENOENT),
            e => attempt.os("shmctl(IPC_RMID)", e),
        },
    )?;
    if let Some(mapping) = mapping {
        retire(&mapping, id);
    }
    match address {
        Address::SysvFile(path) => idfile::remove(path, id, attempt),
        _ => Ok(()),
    }
}

/// Tells those who are still attached to a segment of ours, and removes its
/// companion.
fn retire(mapping: &Mapping, id: i32) {
    let mut head = [0; HEADER_SIZE];
    if mapping.len() < head.len() || mapping.read(0, &mut head).is_err() {
        return;
    }
    if let Ok(header) = Header::parse(&head) {
        if header.state == State::Ready {
            let _ = mapping.store_u32(STATE, State::Retired.word(), Ordering::SeqCst);
        }
        remove_companion(id, header.birth_mark);
    }
}
