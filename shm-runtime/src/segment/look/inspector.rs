//! Looking at a segment from outside, without taking part in it: `stat`, `ls`
//! and `dump`.
//!
//! POSIX segments are read through their file, never by a mapping, so that one
//! which shrinks under the reader is an error and no signal. Everything read
//! is checked; what makes no sense is shown as far as it goes.

use super::kernel::{add_pages, before_sysv, of_file_kernel, of_sysv_kernel, peek};
use super::stat::{
    CreatorStat, HeaderStat, KernelStat, ParticipantStat, SegmentStat, SegmentState,
};
use crate::contract::Contract;
use crate::error::{ErrorKind, Result};
use crate::object::look::HowMany;
use crate::object::place::Place;
use crate::segment::attach::access::Opened;
use crate::segment::attach::owner::Owner;
use crate::segment::format::fault::Fault;
use crate::segment::format::header::{Header, HeaderFault, STATE, State};
use crate::segment::format::record::{RECORD_SIZE, Record, RecordState};
use crate::segment::os::address::Address;
use crate::segment::os::failure::Attempt;
use crate::segment::os::liveness::holder_is_dead;
use crate::segment::os::options::Options;
use crate::segment::os::process::Mappers;
use crate::segment::os::{file, huge, locks, memfd, posix, process, resident, sysv};
use crate::types::fingerprint::Fingerprint;
use std::fs::File;

/// A segment that is looked at.
pub struct Inspector {
    pub(super) opened: Opened,
    pub(super) header: Option<Header>,
    pub(super) contract: Option<Contract>,
    /// Where the objects of the contract lie; none of a damaged segment.
    pub(super) places: Vec<Place>,
    pub(super) fault: Option<Fault>,
    /// The file that carries the participants' locks.
    pub(super) locks: Option<File>,
    /// What the kernel knew before this look changed it.
    pub(super) before: KernelStat,
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

    pub(crate) fn of_file(address: &Address, file: &File) -> Result<Self> {
        let attempt = Attempt::new("look at", address);
        let opened = Opened::of_file(address, file::reopen(file, attempt)?, attempt)?;
        Self::new(opened, KernelStat::default(), attempt)
    }

    pub(crate) fn of_sysv(address: &Address, id: i32) -> Result<Self> {
        let attempt = Attempt::new("look at", address);
        let options = Options::default().trust_any_owner();
        let before = before_sysv(id, attempt)?;
        let opened = match sysv::is_removed(id) {
            // To be looked at as long as somebody has it.
            true => Opened::of_attached_sysv(address, id, attempt)?,
            false => Opened::of_sysv(address, id, &options, attempt)?,
        };
        Self::new(opened, before, attempt)
    }

    /// The one that the caller has attached, which may have been removed since.
    pub(crate) fn of_attached_sysv(address: &Address, id: i32) -> Result<Self> {
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
        let mut this =
            Self { opened, header, contract: None, places: vec![], fault, locks: None, before };
        let Some(header) = &this.header else {
            return Ok(this);
        };
        let told = this.read_contract(header)?;
        let fault = match (header.state, &told) {
            // Not written yet.
            (State::Uninitialised | State::Initialising, _) => None,
            (State::Unknown(n), _) => {
                Some(Fault::damage(format!("its header is damaged: {n} is no state")))
            }
            (_, Err(fault)) => Some(fault.clone()),
            (_, Ok(_)) => None,
        };
        if let (None, Ok((contract, places))) = (&fault, told) {
            (this.contract, this.places) = (Some(contract), places);
        }
        this.fault = fault;
        this.locks = match this.opened.sysv_id() {
            Some(id) => {
                let any = Options::default().trust_any_owner();
                sysv::open_companion(id, header.birth_mark, true, &any, attempt).ok()
            }
            None => this.opened.file().and_then(|f| f.try_clone().ok()),
        };
        Ok(this)
    }

    /// The contract that lies in the segment and where its objects lie, or what is
    /// wrong with them.
    fn read_contract(&self, header: &Header) -> Result<Result<(Contract, Vec<Place>), Fault>> {
        let mut bytes = vec![0; usize::try_from(header.contract_size).unwrap_or(0)];
        self.opened.read(header.contract_offset, &mut bytes)?;
        let contract = match Contract::decode(&bytes) {
            Ok(contract) => contract,
            Err(error) => return Ok(Err(Fault::of_contract(&error, header, &bytes))),
        };
        if header.fingerprint != Fingerprint::of_bytes(&bytes) {
            let what = "its fingerprint is not that of the contract which lies in it";
            return Ok(Err(Fault::damage(what)));
        }
        let places = self.places_of(header, &contract);
        Ok(places.map(|places| (contract, places)))
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

    /// All that can be determined.
    pub fn stat(&self) -> Result<SegmentStat> {
        let mappers = Mappers::find();
        let mut stat = self.stat_among(&mappers, HowMany::Exactly)?;
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

    /// The same, with the processes that have files mapped at hand, and with an
    /// exact number of messages or one that a single look gives.
    pub(crate) fn stat_among(&self, mappers: &Mappers, how_many: HowMany) -> Result<SegmentStat> {
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
        stat.objects = self.objects(&stat.participants, how_many);
        let removed = header.state == State::Retired && anybody(&stat);
        stat.state = match header.state {
            _ if removed || stat.state == SegmentState::Removed => SegmentState::Removed,
            State::Uninitialised | State::Initialising => SegmentState::Initialising,
            State::Unknown(_) => SegmentState::Damaged,
            State::Ready | State::Retired if anybody(&stat) => SegmentState::Live,
            State::Ready | State::Retired => SegmentState::Orphan,
        };
        stat.header = Some(header_stat(header));
        Ok(stat)
    }

    /// Whether the segment that is looked at was removed. An attached process still
    /// has it, and so has this reader.
    pub fn is_removed(&self) -> bool {
        let gone = match (self.sysv_id(), self.file(), self.address()) {
            (Some(id), ..) => sysv::is_removed(id),
            // It never had a name. Nobody comes to it any more once nobody holds it.
            (None, Some(_), Address::Memfd(Some(place))) => {
                let attempt = Attempt::new("look at", self.address());
                memfd::peek(*place, attempt).is_err() && !self.is_in_use()
            }
            (None, Some(file), _) => posix::is_unlinked(file),
            (None, None, _) => false,
        };
        let mut state = [0; 4];
        let retired = self.header().is_some()
            && self.read(STATE, &mut state).is_ok()
            && State::from_word(u32::from_le_bytes(state)) == State::Retired;
        gone || retired
    }

    /// Whether somebody takes part in it who is alive, or may be.
    pub(crate) fn is_in_use(&self) -> bool {
        self.header.as_ref().is_some_and(|h| self.participants(h).iter().any(|p| p.alive))
    }

    pub(crate) fn header(&self) -> Option<&Header> {
        self.header.as_ref()
    }

    /// Copies bytes out of the segment.
    pub(crate) fn read(&self, at: u64, out: &mut [u8]) -> Result<()> {
        self.opened.read(at, out)
    }

    /// The System V id.
    pub(crate) fn sysv_id(&self) -> Option<i32> {
        self.opened.sysv_id()
    }

    /// The file that it lies in.
    pub(crate) fn file(&self) -> Option<&File> {
        self.opened.file()
    }

    /// The file that carries the participants' locks, if it is in sight.
    pub(crate) fn locks(&self) -> Option<&File> {
        self.locks.as_ref()
    }

    pub(super) fn participants(&self, header: &Header) -> Vec<ParticipantStat> {
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
