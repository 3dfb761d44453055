//! What the kernel alone tells of a segment.

use super::stat::{KernelStat, SegmentStat, SegmentState};
use crate::error::{Error, ErrorKind, Result};
use crate::segment::os::address::Address;
use crate::segment::os::failure::Attempt;
use crate::segment::os::process::Mappers;
use crate::segment::os::{file, huge, memfd, posix, resident, sysv};
use nix::errno::Errno;
use std::fs::File;

/// The file of a segment, opened so that only its facts can be asked.
pub(super) fn peek(address: &Address, attempt: Attempt<'_>) -> Result<File> {
    match address {
        Address::Posix(name) => posix::peek(name, attempt),
        Address::Memfd(Some(place)) => memfd::peek(*place, attempt),
        _ => Err(attempt.fail(ErrorKind::Invalid, "it does not lie in a file")),
    }
}

pub(super) fn of_file_kernel(
    address: &Address,
    file: &File,
    mappers: &Mappers,
    attempt: Attempt<'_>,
) -> Result<SegmentStat> {
    let facts = file::facts(file, attempt)?;
    let is_memfd = matches!(address, Address::Memfd(_));
    Ok(SegmentStat {
        mapped_by: mappers.of(facts.device, facts.inode),
        address: address.clone(),
        state: SegmentState::Foreign,
        size: facts.size,
        mode: facts.mode,
        uid: facts.uid,
        gid: facts.gid,
        kernel: KernelStat {
            resident: Some(facts.resident),
            swapped: facts.swapped,
            birth_time: facts.birth_time,
            access_time: Some(facts.access_time),
            modify_time: Some(facts.modify_time),
            page_size: Some(huge::hugetlb_page(file).unwrap_or_else(huge::page)),
            name: if is_memfd { memfd::name(file) } else { None },
            seals: if is_memfd { memfd::seal_names(file) } else { None },
            change_time: Some(facts.change_time),
            ..KernelStat::default()
        },
        header: None,
        fault: None,
        participants: Vec::new(),
        readers: false,
        objects: Vec::new(),
    })
}

/// What the kernel tells of a segment that could not be looked into.
pub(super) fn outside(mut stat: SegmentStat, why: &Error) -> SegmentStat {
    let denied = [Errno::EACCES, Errno::EPERM].map(|errno| Some(errno as i32));
    if stat.state == SegmentState::Foreign && denied.contains(&why.raw_os_error()) {
        stat.state = SegmentState::Unreadable;
    }
    stat
}

pub(super) fn of_sysv_kernel(address: &Address, kernel: &sysv::KernelStat) -> SegmentStat {
    SegmentStat {
        mapped_by: Vec::new(),
        address: address.clone(),
        state: if kernel.is_removed() { SegmentState::Removed } else { SegmentState::Foreign },
        size: kernel.size,
        mode: kernel.mode & 0o777,
        uid: kernel.uid,
        gid: kernel.gid,
        kernel: KernelStat {
            id: Some(kernel.id),
            key: Some(kernel.key),
            creator: Some((kernel.creator_uid, kernel.creator_gid)),
            creator_pid: Some(kernel.creator_pid),
            last_pid: Some(kernel.last_pid),
            attached: Some(kernel.attached),
            locked: Some(kernel.is_locked()),
            attach_time: Some(kernel.attach_time),
            detach_time: Some(kernel.detach_time),
            change_time: Some(kernel.change_time),
            ..KernelStat::default()
        },
        header: None,
        fault: None,
        participants: Vec::new(),
        readers: false,
        objects: Vec::new(),
    }
}

/// What an attach for looking is about to change.
pub(super) fn before_sysv(id: i32, attempt: Attempt<'_>) -> Result<KernelStat> {
    let kernel = sysv::stat(id, attempt)?;
    Ok(KernelStat {
        last_pid: Some(kernel.last_pid),
        attach_time: Some(kernel.attach_time),
        detach_time: Some(kernel.detach_time),
        ..KernelStat::default()
    })
}

/// What the kernel tells of the pages of a System V segment.
pub(super) fn add_pages(kernel: &mut KernelStat, found: Option<resident::Pages>) {
    kernel.resident = found.map(|p| p.resident);
    kernel.swapped = found.map(|p| p.swapped);
}
