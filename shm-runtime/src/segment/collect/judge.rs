//! Looking at everything that may be a leftover. Nothing is changed, and what
//! is found here is looked at again before it is removed.

use crate::error::{Error, ErrorKind};
use crate::object::look::HowMany;
use crate::segment::collect::{Candidate, Identity, Keep, Leftover, Survey, Verdict};
use crate::segment::format::header::{HEADER_SIZE, State};
use crate::segment::look::inspector::Inspector;
use crate::segment::look::stat::{SegmentStat, SegmentState};
use crate::segment::os::address::Address;
use crate::segment::os::failure::Attempt;
use crate::segment::os::options::Options;
use crate::segment::os::process::{self, Mappers};
use crate::segment::os::{file, locks, nobody, posix, sysv};
use crate::text::{Printable, in_words};
use std::fs::{File, OpenOptions};
use std::os::unix::fs::{FileExt, MetadataExt, OpenOptionsExt};

pub(crate) fn look(asked: Survey) -> Vec<Candidate> {
    let mappers = Mappers::find();
    let mut all: Vec<Candidate> =
        posix::list().into_iter().filter_map(|name| posix_segment(name, &mappers, asked)).collect();
    all.extend(sysv::list().iter().filter_map(|kernel| sysv_segment(kernel, &mappers, asked)));
    let own = posix::list_companions();
    all.extend(
        own.iter().filter_map(|name| companion(name, asked).or_else(|| temporary(name, asked))),
    );
    all
}

/// `None` if it went away meanwhile.
fn posix_segment(name: String, mappers: &Mappers, asked: Survey) -> Option<Candidate> {
    let address = Address::Posix(name.clone());
    let any = Options::default().trust_any_owner();
    let looked = Inspector::open(&address, &any).and_then(|i| {
        let stat = i.stat_among(mappers, HowMany::AtLeast)?;
        Ok((i, stat))
    });
    let (inspector, stat) = match looked {
        Ok(looked) => looked,
        Err(error) => {
            let attempt = Attempt::new("look at", &address);
            let facts =
                posix::peek(&name, attempt).and_then(|file| file::facts(&file, attempt)).ok()?;
            return Some(Candidate {
                name: address.spelling(),
                size: facts.size,
                uid: facts.uid,
                state: None,
                changed: facts.change_time,
                waiting: None,
                verdict: unreadable(facts.uid, asked, &error),
                identity: Identity::None,
                asked,
            });
        }
    };
    let file = inspector.file()?;
    let facts = file::facts(file, Attempt::new("look at", &address)).ok()?;
    let verdict = judge(&inspector, &stat, asked);
    let identity = Identity::Posix(name, (facts.device, facts.inode));
    Some(candidate(&stat, facts.change_time, verdict, identity, asked))
}

fn sysv_segment(kernel: &sysv::KernelStat, mappers: &Mappers, asked: Survey) -> Option<Candidate> {
    let address = match kernel.key {
        0 => Address::SysvId(kernel.id),
        key => Address::Sysv(key),
    };
    let looked = Inspector::of_sysv(&address, kernel.id).and_then(|i| {
        let stat = i.stat_among(mappers, HowMany::AtLeast)?;
        Ok((i, stat))
    });
    let (inspector, stat) = match looked {
        Ok(looked) => looked,
        Err(error) if error.kind() == ErrorKind::NotFound => return None,
        Err(error) => {
            return Some(Candidate {
                name: address.spelling(),
                size: kernel.size,
                uid: kernel.uid,
                state: None,
                changed: kernel.change_time,
                waiting: None,
                verdict: unreadable(kernel.uid, asked, &error),
                identity: Identity::None,
                asked,
            });
        }
    };
    let (verdict, identity) = match inspector.header() {
        Some(header) => {
            (judge(&inspector, &stat, asked), Identity::Sysv(kernel.id, header.birth_mark))
        }
        None if kernel.attached == 0 && is_stillborn(&inspector, kernel) => {
            let verdict = match is_mine(kernel.uid, asked) {
                true => Verdict::Leftover(Leftover::HalfBorn),
                false => of_another_user(kernel.uid),
            };
            (verdict, Identity::Stillborn(kernel.id))
        }
        None => (judge(&inspector, &stat, asked), Identity::None),
    };
    Some(candidate(&stat, kernel.change_time, verdict, identity, asked))
}

fn is_stillborn(inspector: &Inspector, kernel: &sysv::KernelStat) -> bool {
    let mut head = [0; HEADER_SIZE];
    inspector.read(0, &mut head).is_ok() && sysv::is_stillborn(kernel, &head)
}

fn candidate(
    stat: &SegmentStat,
    changed: i64,
    verdict: Verdict,
    identity: Identity,
    asked: Survey,
) -> Candidate {
    Candidate {
        name: stat.address.spelling(),
        size: stat.size,
        uid: stat.uid,
        state: Some(stat.state),
        changed,
        waiting: stat.waiting(),
        verdict,
        identity,
        asked,
    }
}

fn keep(reason: Keep, why: impl Into<String>) -> Verdict {
    Verdict::Keep(reason, why.into())
}

/// Whether the caller may remove what belongs to a user.
fn is_mine(uid: u32, asked: Survey) -> bool {
    nobody::is_caller(uid) || (process::effective_uid() == 0 && asked.all_users)
}

fn of_another_user(uid: u32) -> Verdict {
    let who = if process::effective_uid() == 0 { "" } else { "root, with " };
    let way = in_words("all_users()", "--all-users", "--all-users");
    keep(Keep::OtherUser, format!("it belongs to uid {uid}; {who}{way} removes it"))
}

fn unreadable(uid: u32, asked: Survey, error: &Error) -> Verdict {
    if is_mine(uid, asked) { keep(Keep::Unknown, error.to_string()) } else { of_another_user(uid) }
}

fn judge(inspector: &Inspector, stat: &SegmentStat, asked: Survey) -> Verdict {
    if inspector.header().is_none() || stat.state == SegmentState::Damaged {
        return match &stat.fault {
            Some(fault) => keep(Keep::Damaged, fault.to_string()),
            None => keep(Keep::Foreign, "it is bare, or another program's"),
        };
    }
    if !is_mine(stat.uid, asked) {
        return of_another_user(stat.uid);
    }
    if let Some(who) = user(inspector, stat) {
        return keep(Keep::InUse, who);
    }
    if stat.state != SegmentState::Initialising {
        return match messages(inspector, stat.waiting()) {
            Some(why) if !asked.drop_messages => {
                let way = in_words("drop_messages()", "--drop-messages", "--drop-messages");
                keep(Keep::Messages, format!("{why}; {way} removes it with them"))
            }
            _ => Verdict::Leftover(Leftover::Orphan),
        };
    }
    match stat.kernel.creator_pid {
        Some(pid) if process::pid_is_dead(pid) => Verdict::Leftover(Leftover::HalfBorn),
        Some(pid) => keep(
            Keep::BeingBorn,
            format!("it is not ready, and its creator, pid {pid}, may be at work"),
        ),
        None => {
            // A POSIX segment gets its name when it is ready.
            keep(Keep::Unknown, "its header says that it is not ready, which no POSIX segment is")
        }
    }
}

/// How many messages wait in an orphan, or why that cannot be determined; `None` if none
/// do, and of one that is removed: nobody comes to them any more.
pub(crate) fn messages(inspector: &Inspector, waiting: Option<u64>) -> Option<String> {
    if inspector.header().is_some_and(|header| header.state == State::Retired) {
        return None;
    }
    match waiting {
        Some(0) => None,
        Some(1) => Some("nobody is attached, and 1 message waits in it".into()),
        Some(n) => Some(format!("nobody is attached, and {n} messages wait in it")),
        None => Some("it is damaged, so the messages in it cannot be counted".into()),
    }
}

/// The processes that use it, or may; `None` if none does, as far as can be seen.
fn user(inspector: &Inspector, stat: &SegmentStat) -> Option<String> {
    let out_of_sight = inspector.locks().is_none();
    let alive: Vec<String> = stat
        .participants
        .iter()
        .filter(|p| p.alive)
        .map(|p| format!("{} ({})", p.pid, Printable(&p.program)))
        .collect();
    if !alive.is_empty() {
        let pids = alive.join(", ");
        return Some(if out_of_sight {
            format!("pid {pids} may be attached: its companion file is out of sight")
        } else {
            format!("pid {pids} attached")
        });
    }
    if let Some(n) = stat.kernel.attached.filter(|n| *n > 0) {
        return Some(format!("it is attached {n} times"));
    }
    if !stat.mapped_by.is_empty() {
        let pids: Vec<String> = stat.mapped_by.iter().map(u32::to_string).collect();
        return Some(format!("mapped by pid {}", pids.join(", ")));
    }
    let locks = inspector.locks()?;
    if locks::is_any_locked(locks, locks::READERS) {
        return Some("somebody is attached who only reads".into());
    }
    locks::is_any_record_locked(locks).then(|| "somebody holds a lock on its file".into())
}

fn companion(name: &str, asked: Survey) -> Option<Candidate> {
    let (id, mark) = sysv::parse_companion(name)?;
    if is_of_a_segment(id, mark) {
        return None; // it goes with its segment
    }
    let identity = |file| Identity::Companion(id, mark, file);
    own_file(sysv::companion_path(id, mark), identity, asked, companion_verdict)
}

/// A file that is being made, or whose maker was killed.
fn temporary(name: &str, asked: Survey) -> Option<Candidate> {
    let path = posix::temporary_path(name)?;
    let identity = |file| Identity::Temporary(path.clone(), file);
    own_file(path.clone(), identity, asked, |file| {
        match locks::is_any_locked(file, locks::MAKING) {
            true => keep(Keep::BeingBorn, "somebody is making a segment of it"),
            false => Verdict::Leftover(Leftover::HalfBorn),
        }
    })
}

/// A file of the runtime's own; `judge` says what becomes of it when it is open.
fn own_file(
    path: String,
    identity: impl FnOnce((u64, u64)) -> Identity,
    asked: Survey,
    judge: impl FnOnce(&File) -> Verdict,
) -> Option<Candidate> {
    let meta = std::fs::symlink_metadata(&path).ok()?;
    // Neither a lease nor what somebody put there meanwhile makes it wait.
    let flags = nix::libc::O_NOFOLLOW | nix::libc::O_NONBLOCK;
    let verdict = match OpenOptions::new().read(true).custom_flags(flags).open(&path) {
        _ if !is_mine(meta.uid(), asked) => of_another_user(meta.uid()),
        Err(error) => keep(Keep::Unknown, format!("cannot open it: {error}")),
        Ok(file) => judge(&file),
    };
    Some(Candidate {
        name: path,
        size: meta.len(),
        uid: meta.uid(),
        state: None,
        changed: meta.ctime(),
        waiting: None,
        verdict,
        identity: identity((meta.dev(), meta.ino())),
        asked,
    })
}

pub(crate) fn companion_verdict(file: &File) -> Verdict {
    let mut namespace = [0; 8];
    let known = file.read_exact_at(&mut namespace, 0).is_ok();
    let namespace = u64::from_le_bytes(namespace);
    if !known || namespace == 0 || namespace != process::ipc_namespace() {
        // The same id can be alive in another IPC namespace.
        let why = "its segment may be in another IPC namespace, which cannot be looked into";
        return keep(Keep::Unknown, why);
    }
    if locks::is_any_record_locked(file) || locks::is_any_locked(file, locks::READERS) {
        return keep(Keep::InUse, "its segment is removed; somebody still has it");
    }
    Verdict::Leftover(Leftover::Companion)
}

/// Whether a companion's segment is there, or may be about to be.
pub(crate) fn is_of_a_segment(id: i32, mark: u64) -> bool {
    let address = Address::SysvId(id);
    let attempt = Attempt::new("look at", &address);
    let kernel = match sysv::stat(id, attempt) {
        Ok(kernel) => kernel,
        Err(error) => return error.kind() != ErrorKind::NotFound,
    };
    match sysv::birth_mark(id) {
        Ok(Some(found)) => found == mark,
        // Bare, or of somebody who has made the companion and not the header.
        Ok(None) => !process::pid_is_dead(kernel.creator_pid),
        Err(error) => error.kind() != ErrorKind::NotFound,
    }
}
