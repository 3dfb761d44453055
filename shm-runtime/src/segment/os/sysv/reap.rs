//! Clearing away what somebody dead left of a System V segment, for a creator
//! it anew: one that was never ready, and one that was collected but for the
//! last step.

use super::companion::{open_companion, remove_companion};
use super::kernel::{discard, is_removed, map, raw_stat, stat};
use crate::segment::format::header::{HEADER_SIZE, Header, State, breaks_off};
use crate::segment::os::address::Address;
use crate::segment::os::failure::Attempt;
use crate::segment::os::options::Options;
use crate::segment::os::{locks, nobody, process};
use nix::errno::Errno;
use nix::libc;

/// Removes what a creator left behind that was killed before the segment was
/// ready: of our own uid, of this very size, nobody attached, the creator
/// provably dead, and nothing in it but the beginnings of a header.
pub(super) fn reap_half_born(key: libc::key_t, size: u64) -> bool {
    // SAFETY: takes numbers, returns a number.
    let Ok(id) = Errno::result(unsafe { libc::shmget(key, 0, 0) }) else {
        return false;
    };
    let Ok(ds) = raw_stat(id) else { return false };
    let mine = nobody::is_caller(ds.shm_perm.cuid);
    let pid = u32::try_from(ds.shm_cpid).unwrap_or(0);
    if !mine || ds.shm_segsz as u64 != size || ds.shm_nattch != 0 || !process::pid_is_dead(pid) {
        return false;
    }
    let address = Address::SysvId(id);
    let attempt = Attempt::new("look at", &address);
    let Ok(mapping) = map(id, true, ds.shm_segsz, attempt) else {
        return false;
    };
    let mut head = [0; HEADER_SIZE];
    if mapping.read(0, &mut head).is_err() {
        return false;
    }
    let unborn = breaks_off(&head, size)
        || Header::parse(&head)
            .is_ok_and(|h| matches!(h.state, State::Uninitialised | State::Initialising));
    drop(mapping);
    if unborn {
        if let Ok(header) = Header::parse(&head) {
            remove_companion(id, header.birth_mark);
        }
        discard(id);
    }
    unborn
}

/// As [`reap_retired`], of the segment that a key leads to.
pub(super) fn reap_retired_of(key: libc::key_t) -> bool {
    // SAFETY: takes numbers, returns a number.
    Errno::result(unsafe { libc::shmget(key, 0, 0) }).is_ok_and(reap_retired)
}

/// Removes a segment of the caller's that says of itself that it is removed, and
/// is still there: whoever collected it died before it was done. Not one that is
/// being judged at this moment, which may be declared ready again.
pub(super) fn reap_retired(id: i32) -> bool {
    let address = Address::SysvId(id);
    let attempt = Attempt::new("look at", &address);
    let Ok(kernel) = stat(id, attempt) else { return false };
    let is_mine = nobody::is_caller(kernel.uid) || nobody::is_caller(kernel.creator_uid);
    if kernel.is_removed() || !is_mine {
        return false;
    }
    let len = usize::try_from(kernel.size).unwrap_or(usize::MAX);
    let Ok(mapping) = map(id, true, len, attempt) else { return false };
    let retired = || {
        let mut head = [0; HEADER_SIZE];
        mapping.read(0, &mut head).ok()?;
        Header::parse(&head).ok().filter(|header| header.state == State::Retired)
    };
    let Some(header) = retired() else { return false };
    // Held until it is gone. Where it is out of sight, a collector would have the
    // segment attached.
    let any = Options::default().trust_any_owner();
    let companion = open_companion(id, header.birth_mark, false, &any, attempt);
    let is_nobody_at_it = match &companion {
        Ok(file) => locks::try_write(file, locks::REMOVE).unwrap_or(false),
        Err(_) => kernel.attached == 0,
    };
    if !is_nobody_at_it || retired().is_none() {
        return false;
    }
    discard(id);
    if !is_removed(id) {
        return false;
    }
    remove_companion(id, header.birth_mark);
    true
}
