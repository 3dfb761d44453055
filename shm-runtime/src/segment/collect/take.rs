//! Removing a leftover. Everything that the survey found is looked at again,
//! now under locks: on the byte REMOVE, so that one at a time removes, and on
//! all bytes that an attachment locks, so that nobody is attached and nobody
//! becomes so until it is gone.

use crate::error::{Error, ErrorKind, Result};
use crate::events;
use crate::memory::Mapping;
use crate::segment::collect::judge::{companion_verdict, is_of_a_segment, messages};
use crate::segment::collect::{Candidate, Identity, Leftover, Survey, Verdict};
use crate::segment::format::header::{HEADER_SIZE, Header, STATE, State};
use crate::segment::look::inspector::Inspector;
use crate::segment::os::address::Address;
use crate::segment::os::failure::Attempt;
use crate::segment::os::options::Options;
use crate::segment::os::process::{self, Mappers};
use crate::segment::os::{descriptor, locks, posix, sysv};
use crate::text::Printable;
use nix::errno::Errno;
use nix::fcntl::OFlag;
use nix::sys::stat::Mode;
use std::fs::File;
use std::os::unix::fs::{FileExt, MetadataExt};
use std::sync::atomic::{Ordering, fence};

pub(crate) fn take(candidate: &Candidate) -> Result<()> {
    let leftover = match &candidate.verdict {
        Verdict::Leftover(leftover) => *leftover,
        Verdict::Keep(_, why) => {
            let why = format!("cannot remove {}: {why}", Printable(&candidate.name));
            return Err(Error::new(ErrorKind::Busy, why));
        }
    };
    let taken = match &candidate.identity {
        Identity::Posix(name, file) => take_posix(name, *file, candidate.asked),
        Identity::Sysv(id, mark) => take_sysv(*id, *mark, leftover, candidate.asked),
        Identity::Stillborn(id) => take_stillborn(*id),
        Identity::Companion(id, mark, file) => take_companion(*id, *mark, *file),
        Identity::Temporary(path, file) => posix::remove_temporary(path, *file),
        Identity::None => {
            let why =
                format!("cannot remove {}: it was not looked into", Printable(&candidate.name));
            Err(Error::new(ErrorKind::Busy, why))
        }
    };
    if taken.is_ok() {
        events::collected(&Printable(&candidate.name));
    }
    taken
}

fn in_use(attempt: Attempt<'_>) -> Error {
    attempt.fail(ErrorKind::Busy, "somebody attached to it meanwhile")
}

fn no_orphan(attempt: Attempt<'_>) -> Error {
    attempt.fail(ErrorKind::Busy, "it is not what it was a moment ago; look again")
}

/// The locks that keep everybody out, as long as the file is open.
fn exclude(file: &File, attempt: Attempt<'_>) -> Result<()> {
    if locks::try_exclude(file).map_err(|e| attempt.wrap(e))? {
        return Ok(());
    }
    Err(in_use(attempt))
}

/// Refuses where messages wait: somebody may have put them in and died, too, since
/// it was looked at. By a few reads, as whoever wants to attach waits meanwhile.
fn check_messages(inspector: &Inspector, asked: Survey, attempt: Attempt<'_>) -> Result<()> {
    match messages(inspector, inspector.waiting()) {
        Some(why) if !asked.drop_messages => Err(attempt.fail(ErrorKind::Busy, why)),
        _ => Ok(()),
    }
}

fn take_posix(name: &str, file: (u64, u64), asked: Survey) -> Result<()> {
    let address = Address::Posix(name.to_owned());
    let attempt = Attempt::new("remove", &address);
    let mapped = || !Mappers::find().of(file.0, file.1).is_empty();
    posix::remove_claimed(name, file, attempt, |file| {
        // Opened while nobody is kept out yet.
        let inspector = Inspector::of_file(&address, file)?;
        // Mapped as a bare segment, it has no lock; attachments have both.
        if mapped() {
            return Err(in_use(attempt));
        }
        exclude(file, attempt)?;
        let mut head = [0; HEADER_SIZE];
        let read = file.read_exact_at(&mut head, 0);
        let header = read.ok().and_then(|()| Header::parse(&head).ok());
        match header {
            Some(h) if matches!(h.state, State::Ready | State::Retired) => {
                check_messages(&inspector, asked, attempt)
            }
            _ => Err(no_orphan(attempt)),
        }
    })
}

fn take_sysv(id: i32, mark: u64, leftover: Leftover, asked: Survey) -> Result<()> {
    let address = Address::SysvId(id);
    let attempt = Attempt::new("remove", &address);
    let any = Options::default().trust_any_owner();
    // Opened while nobody is kept out yet.
    let inspector = match leftover {
        Leftover::Orphan => Some(Inspector::of_sysv(&address, id)?),
        _ => None,
    };
    // Out of sight, it cannot tell of anybody; the kernel's count still does.
    let companion = sysv::open_companion(id, mark, false, &any, attempt).ok();
    if let Some(file) = &companion {
        lock_removal(file, attempt)?;
        exclude(file, attempt)?;
    }
    if let Some(inspector) = inspector {
        check_messages(&inspector, asked, attempt)?;
    }
    let kernel = sysv::stat(id, attempt)?;
    if kernel.attached != 0 {
        return Err(in_use(attempt));
    }
    let len = usize::try_from(kernel.size).unwrap_or(usize::MAX);
    let mapping = sysv::map(id, false, len, attempt)?;
    let state = state_of(&mapping, mark).ok_or_else(|| no_orphan(attempt))?;
    let fits = match leftover {
        Leftover::Orphan => matches!(state, State::Ready | State::Retired),
        Leftover::HalfBorn => {
            matches!(state, State::Uninitialised | State::Initialising)
                && process::pid_is_dead(kernel.creator_pid)
        }
        Leftover::Companion => false,
    };
    if !fits {
        return Err(no_orphan(attempt));
    }
    let store = |state: State| mapping.store_u32(STATE, state.word(), Ordering::SeqCst);
    store(State::Retired)?;
    // Pairs with the fence of attach: it sees the segment retired, or is seen.
    fence(Ordering::SeqCst);
    if sysv::stat(id, attempt)?.attached != 1 {
        store(state)?;
        return Err(in_use(attempt));
    }
    discard(id, attempt).or_else(|error| store(state).and(Err(error)))?;
    sysv::remove_companion(id, mark);
    Ok(())
}

fn discard(id: i32, attempt: Attempt<'_>) -> Result<()> {
    sysv::discard(id);
    if sysv::is_removed(id) {
        return Ok(());
    }
    Err(attempt.fail(ErrorKind::Permission, "shmctl(IPC_RMID) is not permitted"))
}

/// Nothing leads to it but its id, and nobody of ours attaches by that to what
/// has no header: a process that is attached now is a stranger to it, or this process.
fn take_stillborn(id: i32) -> Result<()> {
    let address = Address::SysvId(id);
    let attempt = Attempt::new("remove", &address);
    let kernel = sysv::stat(id, attempt)?;
    let len = usize::try_from(kernel.size).unwrap_or(usize::MAX);
    let mapping = sysv::map(id, true, len, attempt)?;
    let mut head = [0; HEADER_SIZE];
    mapping.read(0, &mut head)?;
    if !sysv::is_stillborn(&kernel, &head) {
        return Err(no_orphan(attempt));
    }
    if sysv::stat(id, attempt)?.attached != 1 {
        return Err(in_use(attempt));
    }
    discard(id, attempt)
}

/// The state of the segment with this birth mark; `None` if it is another one.
fn state_of(mapping: &Mapping, mark: u64) -> Option<State> {
    let mut head = [0; HEADER_SIZE];
    mapping.read(0, &mut head).ok()?;
    let header = Header::parse(&head).ok()?;
    (header.birth_mark == mark).then_some(header.state)
}

fn lock_removal(file: &File, attempt: Attempt<'_>) -> Result<()> {
    if locks::try_write(file, locks::REMOVE).map_err(|e| attempt.wrap(e))? {
        return Ok(());
    }
    Err(attempt.fail(ErrorKind::Busy, "somebody else is removing it"))
}

fn take_companion(id: i32, mark: u64, identity: (u64, u64)) -> Result<()> {
    let path = sysv::companion_path(id, mark);
    let fail = |kind, why: &str| Err(Error::new(kind, format!("cannot remove {path}: {why}")));
    let flags = OFlag::O_RDWR | OFlag::O_NOFOLLOW | OFlag::O_NONBLOCK | OFlag::O_CLOEXEC;
    let file = match descriptor::open(&path, flags, Mode::empty()) {
        Ok(file) => File::from(file),
        Err(Errno::ENOENT) => return fail(ErrorKind::NotFound, "it is gone already"),
        Err(e) => return fail(ErrorKind::Permission, e.desc()),
    };
    let address = Address::SysvId(id);
    let attempt = Attempt::new("remove the companion of", &address);
    lock_removal(&file, attempt)?;
    if file.metadata().map(|m| (m.dev(), m.ino())).ok() != Some(identity) {
        return fail(ErrorKind::NotFound, "it is another file by now");
    }
    // A birth mark is used once, so no later segment can want this file.
    if is_of_a_segment(id, mark) {
        return fail(ErrorKind::Busy, "its segment is there");
    }
    match companion_verdict(&file) {
        Verdict::Leftover(_) => {}
        Verdict::Keep(_, why) => return fail(ErrorKind::Busy, &why),
    }
    match std::fs::remove_file(&path) {
        Ok(()) => Ok(()),
        Err(e) => fail(ErrorKind::Permission, &e.to_string()),
    }
}
