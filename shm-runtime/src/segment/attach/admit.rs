//! Attaching to a segment of ours: what is looked at before a byte of it is
//! trusted, and how a refusal is reported.
//!
//! Every field of the header is read once, into private memory, and checked
//! with arithmetic that cannot overflow.

use crate::contract::descriptor::Contract;
use crate::contract::explain::explain;
use crate::error::{Error, ErrorKind, Result};
use crate::object::clock::Deadline;
use crate::object::kind::ObjectLayout;
use crate::object::place::Place;
use crate::segment::attach::access::{Kernel, Opened};
use crate::segment::attach::core::{Companion, Core, Geography};
use crate::segment::attach::spec::{Spec, title};
use crate::segment::format::directory;
use crate::segment::format::fault::Fault;
use crate::segment::format::header::{Header, STATE, State};
use crate::segment::os::address::Address;
use crate::segment::os::failure::Attempt;
use crate::segment::os::fork::Birthplace;
use crate::segment::os::options::Options;
use crate::segment::os::{file, huge, locks, process, sysv};
use crate::text::Printable;
use std::fmt::Write as _;
use std::sync::atomic::{Ordering, fence};
use std::time::{Duration, Instant};

/// How long an attacher waits for a creator that is at work.
const BIRTH_PATIENCE: Duration = Duration::from_secs(2);

/// How long an attacher gives way to a process that removes what nobody uses.
const REMOVAL_PATIENCE: Duration = Duration::from_secs(2);
const REMOVED_ALL_THE_TIME: &str = "somebody has been removing it all the time; try again";

/// Attaches to a segment of this contract, and takes part in it unless it is
/// for reading only.
pub(crate) fn attach(
    spec: &Spec,
    address: &Address,
    options: &Options,
    read_only: bool,
) -> Result<Core> {
    let attempt = Attempt::new("attach to", address);
    let birthplace = Birthplace::here().map_err(|e| attempt.wrap(e))?;
    let deadline = Deadline::after(REMOVAL_PATIENCE);
    loop {
        let (opened, header) = open_ready(address, read_only, options, attempt)?;
        compare(&opened, &header, spec, attempt)?;
        let geography = Geography {
            places: read_directory(&opened, &header, &spec.layouts, attempt)?,
            participants_offset: header.participants_offset,
            participants_count: header.participants_count,
        };
        let attached = opened.map(attempt)?;
        file::keep_out_of_core(&attached.mapping, options.core_dump);
        if options.prefault {
            huge::prefault(&attached.mapping, attempt)?;
        }
        let companion = match attached.kernel {
            Kernel::Posix(_) | Kernel::Memfd(_) => None,
            Kernel::Sysv(id) => {
                let mark = header.birth_mark;
                let file = sysv::open_companion(id, mark, read_only, options, attempt)?;
                Some(Companion::new(file, attempt)?)
            }
        };
        let mut core = Core::new(attached, companion, geography, spec, birthplace);
        let joined = if read_only { count_reader(&core) } else { core.claim_record() };
        // A process that removes what nobody uses keeps everybody out for a moment.
        let removing = |f| locks::is_write_locked(f, locks::REMOVE);
        let kept_out = joined.is_err() && core.new_lock_file().is_some_and(removing);
        // It may be gone since: then every lock was held, and nobody is in the table.
        let is_full = joined.as_ref().is_err_and(|e| e.kind() == ErrorKind::TableFull);
        let was_kept_out = kept_out || (is_full && !core.participants.has_holder());
        if was_kept_out && deadline.left().is_some() {
            drop(core);
            std::thread::sleep(Duration::from_millis(1));
            continue;
        }
        if kept_out {
            return Err(attempt.fail(ErrorKind::Busy, REMOVED_ALL_THE_TIME));
        }
        if !read_only {
            joined.map_err(|e| attempt.wrap(e))?;
        }
        // Whoever removes looks for participants after it has retired the
        // segment; so one of both sees the other.
        fence(Ordering::SeqCst);
        let ready = core.mapping().load_u32(STATE, Ordering::Acquire)? == State::Ready.word();
        if ready && !core.kernel_says_removed() {
            return Ok(core);
        }
        // Removed between the look and the claim, or about to be: look again.
        if deadline.left().is_none() {
            return Err(
                attempt.fail(ErrorKind::Removed, "it was removed again and again meanwhile")
            );
        }
        drop(core);
        std::thread::sleep(Duration::from_millis(1));
    }
}

/// Makes a reader count as somebody; a failure changes nothing else.
fn count_reader(core: &Core) -> Result<()> {
    match core.new_lock_file().map(|file| locks::try_read(file, locks::READERS)) {
        Some(Ok(false)) => Err(Error::new(ErrorKind::Busy, "somebody keeps readers out")),
        Some(Err(e)) => Err(e),
        _ => Ok(()),
    }
}

/// Opens a segment of ours and reads its header, once it is ready.
fn open_ready(
    address: &Address,
    read_only: bool,
    options: &Options,
    attempt: Attempt<'_>,
) -> Result<(Opened, Header)> {
    let start = Instant::now();
    let mut retired = false;
    loop {
        let opened = Opened::open(address, read_only, options, attempt)?;
        let creator = match read_header(&opened, attempt)? {
            HeaderOrBirth::Header(header) => match header.state {
                State::Ready => return Ok((opened, *header)),
                State::Retired if is_being_judged(&opened, &header, options, attempt) => {
                    // Its collector says what becomes of it.
                    if start.elapsed() > REMOVAL_PATIENCE {
                        return Err(attempt.fail(ErrorKind::Busy, REMOVED_ALL_THE_TIME));
                    }
                    drop(opened);
                    std::thread::sleep(Duration::from_millis(1));
                    continue;
                }
                // Twice, as it may be judged to be ready before the lock is looked at.
                State::Retired if !std::mem::replace(&mut retired, true) => continue,
                State::Retired => {
                    return Err(attempt.fail(ErrorKind::Removed, "it was removed"));
                }
                State::Unknown(n) => {
                    return Err(attempt.fail(ErrorKind::Corrupt, format!("its state is {n}")));
                }
                State::Uninitialised | State::Initialising if opened.is_named_when_ready() => {
                    let why =
                        "its header says that it is not ready, but it gets its name when it is";
                    return Err(attempt.fail(ErrorKind::Corrupt, why));
                }
                State::Uninitialised | State::Initialising => Some(header),
            },
            HeaderOrBirth::Blank => None,
        };
        await_creator(&opened, creator.as_deref(), start, attempt)?;
        drop(opened);
        std::thread::sleep(Duration::from_millis(1));
    }
}

/// Whether somebody who collects has retired a System V segment for the moment in
/// which it looks whether it is nobody's; it may say that it is ready again.
fn is_being_judged(
    opened: &Opened,
    header: &Header,
    options: &Options,
    attempt: Attempt<'_>,
) -> bool {
    opened.sysv_id().is_some_and(|id| {
        let companion = sysv::open_companion(id, header.birth_mark, true, options, attempt);
        !sysv::is_removed(id) && companion.is_ok_and(|f| locks::is_write_locked(&f, locks::REMOVE))
    })
}

/// What to do about a System V segment or a memfd that is not ready: `Ok` is to
/// look once more.
fn await_creator(
    opened: &Opened,
    header: Option<&Header>,
    start: Instant,
    attempt: Attempt<'_>,
) -> Result<()> {
    let is_late = start.elapsed() > BIRTH_PATIENCE;
    if let Some(id) = opened.sysv_id() {
        // The kernel knows it, whatever the segment says.
        let pid = sysv::stat(id, attempt).map_or(0, |kernel| kernel.creator_pid);
        if process::pid_is_dead(pid) {
            let why = format!(
                "it has no header: it is a bare segment, or its creator (pid {pid}) died before \
                 it was ready; create it again, which clears away what a dead one left, or remove \
                 it"
            );
            return Err(attempt.fail(ErrorKind::Mismatch, why));
        }
        if is_late {
            let why = format!(
                "its creator (pid {pid}) has not written a header yet; it may be a bare segment"
            );
            return Err(attempt.fail(ErrorKind::Busy, why));
        }
        return Ok(());
    }
    // A memfd is in sight, by way of /proc, from the first moment as well.
    let pid = header.map_or(0, |header| header.creator_pid);
    let here = header.is_some_and(|h| h.creator_pid_namespace == process::pid_namespace());
    if here && process::pid_is_dead(pid) {
        let why = format!("its creator (pid {pid}) died before it was ready; create another one");
        return Err(attempt.fail(ErrorKind::Mismatch, why));
    }
    if is_late {
        let why = format!("its creator (pid {pid}) has not finished it yet");
        return Err(attempt.fail(ErrorKind::Busy, why));
    }
    Ok(())
}

enum HeaderOrBirth {
    Header(Box<Header>),
    /// No magic yet, as a System V segment is born.
    Blank,
}

fn read_header(opened: &Opened, attempt: Attempt<'_>) -> Result<HeaderOrBirth> {
    let head = opened.read_head()?;
    if opened.sysv_id().is_some() && head.iter().take(8).all(|byte| *byte == 0) {
        return Ok(HeaderOrBirth::Blank);
    }
    let header = Header::parse(&head).and_then(|header| {
        header.check(opened.size)?;
        Ok(header)
    });
    header.map(|h| HeaderOrBirth::Header(Box::new(h))).map_err(|fault| {
        let fault = Fault::of_header(&fault, opened.size);
        attempt.fail(fault.kind(), fault.to_string())
    })
}

/// Refuses a segment of another contract, and says what differs.
fn compare(opened: &Opened, header: &Header, spec: &Spec, attempt: Attempt<'_>) -> Result<()> {
    if header.fingerprint == spec.fingerprint {
        return Ok(());
    }
    let theirs = read_contract(opened, header)?;
    let alive = if process::pid_namespace() != header.creator_pid_namespace {
        "of another pid namespace"
    } else if process::pid_is_dead(header.creator_pid) {
        "gone"
    } else {
        "alive"
    };
    let differences = match &theirs {
        Ok(theirs) => explain(&spec.contract, theirs),
        Err(_) => Vec::new(),
    };
    let first = match &theirs {
        Err(fault) => fault.to_string(),
        Ok(_) => differences.first().map_or_else(
            || "the fingerprints differ, the contracts do not: its header was tampered with".into(),
            |first| first.text.clone(),
        ),
    };
    let mut what = Printable(&first).to_string();
    let mut row = |name: &str, text: &str| {
        let _ = write!(what, "\n  {name:<8}  {text}");
    };
    for (n, difference) in differences.iter().skip(1).take(DIFFERENCES_SHOWN - 1).enumerate() {
        let name = if n == 0 { "also" } else { "" };
        row(name, &Printable(&difference.text).to_string());
    }
    if differences.len() > DIFFERENCES_SHOWN {
        row("", &format!("and {} more differences", differences.len() - DIFFERENCES_SHOWN));
    }
    row("yours", &format!("{}, shmgen {}", spec.title(), env!("CARGO_PKG_VERSION")));
    row(
        "segment",
        &format!(
            "{}, shmgen {}, made by pid {} ({}, {alive})",
            title(&header.schema_name, &header.schema_version),
            Printable(&header.tool_version),
            header.creator_pid,
            Printable(&header.creator_program),
        ),
    );
    let to_do = format!(
        "build both programs from one schema; or, if nobody needs it, `shmgen rm {}`",
        attempt.address
    );
    row("to do", &to_do);
    Err(attempt.fail(ErrorKind::Mismatch, what).with_differences(differences))
}

/// How many differences a text names; the error has all.
const DIFFERENCES_SHOWN: usize = 5;

fn read_contract(opened: &Opened, header: &Header) -> Result<Result<Contract, Fault>> {
    // At most CONTRACT_MAX, as the header's check made sure.
    let mut bytes = vec![0; usize::try_from(header.contract_size).unwrap_or(0)];
    opened.read(header.contract_offset, &mut bytes)?;
    Ok(Contract::decode(&bytes).map_err(|error| Fault::of_contract(&error, header, &bytes)))
}

/// The contract of the segment at an address, whatever it is: for types that
/// learn their geometry from it.
pub(crate) fn contract_at(address: &Address, options: &Options) -> Result<Contract> {
    let attempt = Attempt::new("attach to", address);
    let (opened, header) = open_ready(address, true, options, attempt)?;
    read_contract(&opened, &header)?.map_err(|fault| attempt.fail(fault.kind(), fault.to_string()))
}

/// Where the objects lie, as the directory says, each checked against the
/// geometry that the contract asks for.
fn read_directory(
    opened: &Opened,
    header: &Header,
    layouts: &[ObjectLayout],
    attempt: Attempt<'_>,
) -> Result<Vec<Place>> {
    let mut bytes = vec![0; directory::size(layouts.len())];
    if header.directory_count as usize == layouts.len() {
        opened.read(header.directory_offset, &mut bytes)?;
    }
    directory::places(header, &bytes, layouts).map_err(|wrong| {
        let an_object = if wrong.object.is_some() { "an object " } else { "" };
        let fault = Fault::of_directory(&wrong, header, &format!("{an_object}{}", wrong.what));
        attempt.fail(fault.kind(), fault.to_string())
    })
}
