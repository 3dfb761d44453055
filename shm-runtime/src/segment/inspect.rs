//! Looking at a segment from outside, without taking part in it: `stat`, `ls`
//! and `dump`.
//!
//! POSIX segments are read through their file, never by a mapping, so that one
//! which shrinks under the reader is an error and no signal. Everything read
//! is checked; what makes no sense is shown as far as it goes. What is told of
//! the objects is in [`objects`].

mod objects;

pub use objects::{Message, ObjectStat, QueueStat};

use super::access::Opened;
use super::address::Address;
use super::failure::Attempt;
use super::fault::Fault;
use super::header::{Header, HeaderFault, State};
use super::options::Options;
use super::owner::Owner;
use super::participants::{RECORD_SIZE, Record, RecordState, holder_is_dead};
use super::process::Mappers;
use super::{file, huge, locks, memfd, posix, process, resident, sysv};
use crate::contract::{Contract, Fingerprint};
use crate::error::{ErrorKind, Result};
use std::fs::File;

/// What a segment is to an operator.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SegmentState {
    /// Ours, with somebody attached who is alive, or may be.
    Live,
    /// Ours, with nobody attached.
    Orphan,
    /// Bare, or another program's, or not to be read by the caller.
    Foreign,
    /// Ours, not ready yet.
    Initialising,
    /// It begins like one of ours, and its header makes no sense; see
    /// [`SegmentStat::fault`].
    Damaged,
}

impl SegmentState {
    /// `live`, `orphan`, `foreign`, `initialising` or `damaged`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Live => "live",
            Self::Orphan => "orphan",
            Self::Foreign => "foreign",
            Self::Initialising => "initialising",
            Self::Damaged => "damaged",
        }
    }
}

/// All that can be told of a segment.
#[derive(Clone, Debug)]
pub struct SegmentStat {
    /// Where it is.
    pub address: Address,
    /// What it is to an operator.
    pub state: SegmentState,
    /// Its size in bytes.
    pub size: u64,
    /// Its permissions, such as `0o640`.
    pub mode: u32,
    /// The owning user.
    pub uid: u32,
    /// The owning group.
    pub gid: u32,
    /// What else the kernel knows.
    pub kernel: KernelStat,
    /// POSIX and memfd: the processes that have it mapped, as far as the caller may know.
    pub mapped_by: Vec<u32>,
    /// What its header says, if it is one of ours.
    pub header: Option<HeaderStat>,
    /// What is wrong with it, if it begins like one of ours and cannot be read,
    /// or not wholly.
    pub fault: Option<Fault>,
    /// Who takes part in it, the dead included until they are swept.
    pub participants: Vec<ParticipantStat>,
    /// Whether somebody is attached who only reads, and so has no record.
    pub readers: bool,
    /// Its objects, in order.
    pub objects: Vec<ObjectStat>,
}

/// What the kernel knows of a segment; which of it depends on the kind.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct KernelStat {
    /// System V: the id.
    pub id: Option<i32>,
    /// System V: the key.
    pub key: Option<u32>,
    /// System V: the uid and gid of who created it.
    pub creator: Option<(u32, u32)>,
    /// System V: the pid of who created it.
    pub creator_pid: Option<u32>,
    /// System V: the pid of the last shmat or shmdt.
    pub last_pid: Option<u32>,
    /// System V: how many times it is attached.
    pub attached: Option<u64>,
    /// System V: whether `SHM_LOCK` keeps it in memory.
    pub locked: Option<bool>,
    /// Bytes of it that are in memory now. For POSIX before Linux 6.5, and for
    /// who may not read it, with those that are swapped out.
    pub resident: Option<u64>,
    /// Bytes of it that are swapped out, where the kernel tells.
    pub swapped: Option<u64>,
    /// POSIX: when it was made, in seconds since 1970, where the kernel tells.
    pub birth_time: Option<i64>,
    /// POSIX: the last read(2) or mmap(2), in seconds since 1970.
    pub access_time: Option<i64>,
    /// POSIX: the last write(2) or change of size, in seconds since 1970; what
    /// is written through a mapping is not counted.
    pub modify_time: Option<i64>,
    /// Bytes of the pages that it is made of: more than an ordinary page's if it
    /// got huge pages of its own, as memfds and System V segments can. `None` if
    /// that cannot be told.
    pub page_size: Option<u64>,
    /// Bytes of it that lie in huge pages, transparent ones among them, as far as
    /// those who have it mapped have come across them. `None` if nobody has, or
    /// none of them may be looked into; and in a list.
    pub huge: Option<u64>,
    /// Memfd: the name that it was made with, which leads nowhere.
    pub name: Option<String>,
    /// Memfd: its seals, without the `F_SEAL_` of fcntl(2), in lower case.
    pub seals: Option<Vec<&'static str>>,
    /// System V: the last attach, in seconds since 1970.
    pub attach_time: Option<i64>,
    /// System V: the last detach, in seconds since 1970.
    pub detach_time: Option<i64>,
    /// The last change of owner or mode, in seconds since 1970.
    pub change_time: Option<i64>,
}

/// What the header of a segment says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HeaderStat {
    /// The schema's dotted name.
    pub schema: String,
    /// The schema's version.
    pub version: String,
    /// The segment's name in the schema.
    pub segment: String,
    /// The contract's fingerprint.
    pub fingerprint: Fingerprint,
    /// The version of the tool that made it.
    pub tool_version: String,
    /// When it was made, in nanoseconds since 1970.
    pub created_ns: u64,
    /// Who made it.
    pub creator: CreatorStat,
    /// Whether it was removed, so that only who is attached still has it.
    pub retired: bool,
    /// How many participant records it has.
    pub participant_records: u32,
}

/// Who made a segment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CreatorStat {
    /// Its process id, as it saw itself.
    pub pid: u32,
    /// Its user.
    pub uid: u32,
    /// The name of its program.
    pub program: String,
    /// Whether it is alive; `None` if that cannot be told.
    pub alive: Option<bool>,
}

/// A participant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ParticipantStat {
    /// The index of its record.
    pub index: u32,
    /// Its process id, as it sees itself.
    pub pid: u32,
    /// Whether that id counts in another pid namespace than the caller's.
    pub foreign_pid_namespace: bool,
    /// Its user.
    pub uid: u32,
    /// The name of its program.
    pub program: String,
    /// The version of the schema that it was built from.
    pub version: String,
    /// When it attached, in nanoseconds since 1970.
    pub attached_ns: u64,
    /// Whether it is alive; unknown counts as alive.
    pub alive: bool,
}

/// A segment that is looked at.
pub struct Inspector {
    opened: Opened,
    header: Option<Header>,
    contract: Option<Contract>,
    fault: Option<Fault>,
    /// The file that carries the participants' locks.
    locks: Option<File>,
    /// What the kernel knew before this look changed it.
    before: KernelStat,
}

impl Inspector {
    /// Opens a segment for looking at it.
    pub fn open(address: &Address, options: &Options) -> Result<Self> {
        Self::open_to("look at", address, options)
    }

    /// As [`Self::open`], for a look before something is done with the segment:
    /// failures say that it cannot be `verb`ed.
    pub fn open_to(verb: &'static str, address: &Address, options: &Options) -> Result<Self> {
        let attempt = Attempt::new(verb, address);
        let before = match address {
            Address::Posix(_) | Address::Memfd(_) => KernelStat::default(),
            _ => {
                let id = sysv::find(address, attempt)?;
                let mut before = before_sysv(id, attempt)?;
                add_pages(&mut before, resident::of_sysv(id));
                before
            }
        };
        Self::new(Opened::open(address, true, options, attempt)?, before, attempt)
    }

    /// Who owns a segment, and its permissions, without reading it, before
    /// something is done with it: failures say that it cannot be `verb`ed.
    pub fn owner_to(verb: &'static str, address: &Address) -> Result<Owner> {
        let attempt = Attempt::new(verb, address);
        if matches!(address, Address::Posix(_) | Address::Memfd(Some(_))) {
            let facts = file::facts(&peek(address, attempt)?, attempt)?;
            return Ok(Owner { uid: facts.uid, gid: facts.gid, mode: facts.mode & 0o777 });
        }
        let stat = sysv::stat(sysv::find(address, attempt)?, attempt)?;
        Ok(Owner { uid: stat.uid, gid: stat.gid, mode: stat.mode & 0o777 })
    }

    pub(super) fn of_file(address: &Address, file: &File) -> Result<Self> {
        let attempt = Attempt::new("look at", address);
        let opened = Opened::of_file(address, file::reopen(file, attempt)?, attempt)?;
        Self::new(opened, KernelStat::default(), attempt)
    }

    pub(super) fn of_sysv(address: &Address, id: i32) -> Result<Self> {
        let attempt = Attempt::new("look at", address);
        let options = Options::default().trust_any_owner();
        let before = before_sysv(id, attempt)?;
        Self::new(Opened::of_sysv(address, id, &options, attempt)?, before, attempt)
    }

    /// The one that the caller has attached, which may have been removed since.
    pub(super) fn of_attached_sysv(address: &Address, id: i32) -> Result<Self> {
        let attempt = Attempt::new("look at", address);
        let before = before_sysv(id, attempt)?;
        Self::new(Opened::of_attached_sysv(address, id, attempt)?, before, attempt)
    }

    fn new(opened: Opened, mut before: KernelStat, attempt: Attempt<'_>) -> Result<Self> {
        if let Some(file) = opened.file() {
            before.access_time = file::facts(file, attempt).ok().map(|f| f.access_time);
        }
        let parsed = Header::parse(&opened.read_head()?).and_then(|header| {
            header.check(opened.size)?;
            Ok(header)
        });
        let fault = match &parsed {
            Ok(_) | Err(HeaderFault::Foreign) => None,
            Err(fault) => Some(Fault::of_header(fault, opened.size)),
        };
        let header = parsed.ok();
        let mut this = Self { opened, header, contract: None, fault, locks: None, before };
        let Some(header) = &this.header else {
            return Ok(this);
        };
        let mut bytes = vec![0; usize::try_from(header.contract_size).unwrap_or(0)];
        this.opened.read(header.contract_offset, &mut bytes)?;
        let contract = Contract::decode(&bytes);
        this.fault = match (header.state, &contract) {
            // Not written yet.
            (State::Uninitialised | State::Initialising, _) => None,
            (State::Unknown(n), _) => {
                Some(Fault::damage(format!("its header is damaged: {n} is no state")))
            }
            (_, Err(error)) => Some(Fault::damage(error.to_string())),
            (_, Ok(_)) if header.fingerprint != Fingerprint::of_bytes(&bytes) => {
                Some(Fault::damage("its fingerprint is not that of the contract which lies in it"))
            }
            (_, Ok(contract)) => this.directory_fault(header, contract),
        };
        this.contract = contract.ok();
        this.locks = match this.opened.sysv_id() {
            Some(id) => {
                let any = Options::default().trust_any_owner();
                sysv::open_companion(id, header.birth_mark, true, &any, attempt).ok()
            }
            None => this.opened.file().and_then(|f| f.try_clone().ok()),
        };
        Ok(this)
    }

    /// Where the segment is.
    pub fn address(&self) -> &Address {
        &self.opened.address
    }

    /// The contract that lies in the segment, if it has one.
    pub fn contract(&self) -> Option<&Contract> {
        self.contract.as_ref()
    }

    /// What is wrong with the segment, if it begins like one of ours and cannot
    /// be read, or not wholly.
    pub fn fault(&self) -> Option<&Fault> {
        self.fault.as_ref()
    }

    /// All that can be told.
    pub fn stat(&self) -> Result<SegmentStat> {
        let mappers = Mappers::find();
        let mut stat = self.stat_among(&mappers)?;
        if let Some(id) = self.opened.sysv_id() {
            // To read a page that nobody has written makes it resident.
            stat.kernel.resident = self.before.resident;
            stat.kernel.swapped = self.before.swapped;
            if stat.kernel.resident.is_none() {
                add_pages(&mut stat.kernel, resident::of_sysv(id));
            }
        }
        self.tell_pages(&mut stat, &mappers);
        Ok(stat)
    }

    /// What pages it got, as the kernel tells of those who have it mapped.
    fn tell_pages(&self, stat: &mut SegmentStat, mappers: &Mappers) {
        let seen = match (self.opened.sysv_id(), self.opened.file()) {
            (Some(id), _) => huge::seen_by(&mappers.of_sysv(id), |line| {
                process::mapped_sysv(line)
                    .is_some_and(|inode| i64::try_from(inode) == Ok(id.into()))
            }),
            (None, Some(file)) => {
                let Ok(place) = file::place(file) else { return };
                huge::seen_by(&stat.mapped_by, |line| process::mapped_file(line) == Some(place))
            }
            (None, None) => None,
        };
        if let Some(seen) = seen {
            stat.kernel.page_size = stat.kernel.page_size.or(Some(seen.page));
            stat.kernel.huge = Some(seen.huge);
        }
        // What it is made of, it is made of as a whole.
        if stat.kernel.page_size.is_some_and(|page| page > huge::page()) {
            stat.kernel.huge = Some(stat.kernel.resident.unwrap_or(stat.size));
        }
    }

    pub(super) fn stat_among(&self, mappers: &Mappers) -> Result<SegmentStat> {
        let attempt = Attempt::new("look at", &self.opened.address);
        let mut stat = match (self.opened.sysv_id(), self.opened.file()) {
            (Some(id), _) => {
                let mut kernel = sysv::stat(id, attempt)?;
                kernel.attached = kernel.attached.saturating_sub(1); // not ourselves
                of_sysv_kernel(&self.opened.address, &kernel)
            }
            (None, Some(file)) => of_file_kernel(&self.opened.address, file, mappers, attempt)?,
            (None, None) => return Err(attempt.fail(ErrorKind::Unsupported, "no such kind")),
        };
        let (kernel, before) = (&mut stat.kernel, &self.before);
        kernel.last_pid = before.last_pid.or(kernel.last_pid);
        kernel.attach_time = before.attach_time.or(kernel.attach_time);
        kernel.detach_time = before.detach_time.or(kernel.detach_time);
        kernel.access_time = before.access_time.or(kernel.access_time);
        stat.fault.clone_from(&self.fault);
        let Some(header) = &self.header else {
            if self.fault.as_ref().is_some_and(|f| f.kind() == ErrorKind::Corrupt) {
                stat.state = SegmentState::Damaged;
            }
            return Ok(stat);
        };
        stat.participants = self.participants(header);
        stat.readers = self.locks.as_ref().is_some_and(|f| locks::is_any_locked(f, locks::READERS));
        stat.objects = self.objects(header, &stat.participants);
        stat.state = match header.state {
            State::Uninitialised | State::Initialising => SegmentState::Initialising,
            State::Unknown(_) => SegmentState::Damaged,
            State::Ready | State::Retired if anybody(&stat) => SegmentState::Live,
            State::Ready | State::Retired => SegmentState::Orphan,
        };
        stat.header = Some(header_stat(header));
        Ok(stat)
    }

    /// Whether somebody takes part in it who is alive, or may be.
    pub(super) fn is_in_use(&self) -> bool {
        self.header.as_ref().is_some_and(|h| self.participants(h).iter().any(|p| p.alive))
    }

    pub(super) fn header(&self) -> Option<&Header> {
        self.header.as_ref()
    }

    /// Copies bytes out of the segment.
    pub(super) fn read(&self, at: u64, out: &mut [u8]) -> Result<()> {
        self.opened.read(at, out)
    }

    /// The System V id.
    pub(super) fn sysv_id(&self) -> Option<i32> {
        self.opened.sysv_id()
    }

    /// The file that it lies in.
    pub(super) fn file(&self) -> Option<&File> {
        self.opened.file()
    }

    /// The file that carries the participants' locks, if it is in sight.
    pub(super) fn locks(&self) -> Option<&File> {
        self.locks.as_ref()
    }

    fn participants(&self, header: &Header) -> Vec<ParticipantStat> {
        let size = u64::from(header.participants_count) * RECORD_SIZE as u64;
        let mut bytes = vec![0; usize::try_from(size).unwrap_or(0)];
        if self.opened.read(header.participants_offset, &mut bytes).is_err() {
            return Vec::new();
        }
        let records = bytes.chunks_exact(RECORD_SIZE).map(Record::parse);
        (0..)
            .zip(records)
            .filter(|(_, r)| matches!(r.state, RecordState::Live | RecordState::Dead))
            .map(|(index, record)| ParticipantStat {
                index,
                alive: record.state == RecordState::Live
                    && !holder_is_dead(self.locks.as_ref(), index, &record),
                pid: record.pid,
                foreign_pid_namespace: record.pid_namespace != process::pid_namespace(),
                uid: record.uid,
                program: record.program,
                version: record.version,
                attached_ns: record.attached_ns,
            })
            .collect()
    }
}

/// Every segment of this machine that the caller can see: POSIX, System V, and
/// the memfds of processes that it may look into, each sorted. Those it may not read with what the kernel alone says.
pub fn list() -> Vec<SegmentStat> {
    let options = Options::default().trust_any_owner();
    let mut all = Vec::new();
    let mappers = Mappers::find();
    let in_file = |address: Address| {
        let looked = Inspector::open(&address, &options).and_then(|i| i.stat_among(&mappers));
        // One that fails twice is gone meanwhile.
        looked.or_else(|_| file_facts(&address, &mappers)).ok()
    };
    all.extend(posix::list().into_iter().filter_map(|name| in_file(Address::Posix(name))));
    for kernel in sysv::list() {
        let address = match kernel.key {
            0 => Address::SysvId(kernel.id),
            key => Address::Sysv(key),
        };
        // Where nobody has written yet, a look would be what makes a page resident.
        let blank = kernel.pages.is_some_and(|p| p.resident == 0 && p.swapped == 0);
        let looked = match blank {
            true => None,
            false => {
                Inspector::of_sysv(&address, kernel.id).and_then(|i| i.stat_among(&mappers)).ok()
            }
        };
        let mut stat = looked.unwrap_or_else(|| of_sysv_kernel(&address, &kernel));
        add_pages(&mut stat.kernel, kernel.pages);
        all.push(stat);
    }
    let memfds = memfd::list().into_iter().map(|found| Address::Memfd(Some((found.pid, found.fd))));
    all.extend(memfds.filter_map(in_file));
    all
}

/// What can be told of a segment that lies in a file and may not be read.
fn file_facts(address: &Address, mappers: &Mappers) -> Result<SegmentStat> {
    let attempt = Attempt::new("look at", address);
    of_file_kernel(address, &peek(address, attempt)?, mappers, attempt)
}

/// The file of a segment, opened so that only its facts can be asked.
fn peek(address: &Address, attempt: Attempt<'_>) -> Result<File> {
    match address {
        Address::Posix(name) => posix::peek(name, attempt),
        Address::Memfd(Some(place)) => memfd::peek(*place, attempt),
        _ => Err(attempt.fail(ErrorKind::Invalid, "it does not lie in a file")),
    }
}

fn of_file_kernel(
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

fn of_sysv_kernel(address: &Address, kernel: &sysv::KernelStat) -> SegmentStat {
    SegmentStat {
        mapped_by: Vec::new(),
        address: address.clone(),
        state: SegmentState::Foreign,
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
fn before_sysv(id: i32, attempt: Attempt<'_>) -> Result<KernelStat> {
    let kernel = sysv::stat(id, attempt)?;
    Ok(KernelStat {
        last_pid: Some(kernel.last_pid),
        attach_time: Some(kernel.attach_time),
        detach_time: Some(kernel.detach_time),
        ..KernelStat::default()
    })
}

/// What the kernel tells of the pages of a System V segment.
fn add_pages(kernel: &mut KernelStat, found: Option<resident::Pages>) {
    kernel.resident = found.map(|p| p.resident);
    kernel.swapped = found.map(|p| p.swapped);
}

/// Whether somebody is attached, or may be.
fn anybody(stat: &SegmentStat) -> bool {
    stat.participants.iter().any(|p| p.alive)
        || stat.kernel.attached.is_some_and(|n| n > 0)
        || stat.readers
}

fn header_stat(header: &Header) -> HeaderStat {
    let here = header.creator_pid_namespace != 0
        && header.creator_pid_namespace == process::pid_namespace();
    HeaderStat {
        schema: header.schema_name.clone(),
        version: header.schema_version.clone(),
        segment: header.segment_name.clone(),
        fingerprint: header.fingerprint,
        tool_version: header.tool_version.clone(),
        created_ns: header.created_ns,
        creator: CreatorStat {
            pid: header.creator_pid,
            uid: header.creator_uid,
            program: header.creator_program.clone(),
            alive: here.then(|| !process::pid_is_dead(header.creator_pid)),
        },
        retired: header.state == State::Retired,
        participant_records: header.participants_count,
    }
}
