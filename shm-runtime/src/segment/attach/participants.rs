//! Participants, alive or dead: the table of [records](crate::segment::format::record).
//!
//! The claim of record i *is* a write lock on byte i of the segment's file (of
//! the companion file, for System V), which the kernel drops at death. The
//! record is filled only by a process that holds the lock, and is live from the store of
//! its state. So a record that is live while its lock is free belonged to
//! somebody who died; whatever else it says.
//!
//! FREE → LIVE(g) → FREE, or LIVE(g) → DEAD(g) → SWEPT(g) → LIVE(g + 1). A
//! record is used again only after every object was swept for what its holder
//! had claimed; free records are preferred.

use crate::error::{Error, ErrorKind, Holder, Result};
use crate::memory::{Mapping, Word};
use crate::object::role::ParticipantId;
use crate::segment::format::header::clip;
use crate::segment::format::record::{RECORD_SIZE, Record, RecordState, pack, unpack};
use crate::segment::os::liveness::holder_is_dead;
use crate::segment::os::locks;
use crate::segment::os::pidfds::{Life, Pidfds};
use crate::segment::os::process::{self, pid_namespace};
use std::fs::File;
use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex};

/// The table of a segment that is mapped for writing.
pub(crate) struct Participants {
    mapping: Arc<Mapping>,
    offset: u64,
    count: u32,
    watch: Mutex<Watch>,
}

/// What an attachment keeps in order to notice deaths.
#[derive(Default)]
struct Watch {
    pidfds: Pidfds,
    /// The record whose lock was asked for last.
    turn: u32,
}

/// What to write into a fresh record.
pub(crate) struct Claimant<'a> {
    pub(crate) version: &'a str,
}

impl Participants {
    pub(crate) fn new(mapping: Arc<Mapping>, offset: u64, count: u32) -> Self {
        Self { mapping, offset, count, watch: Mutex::default() }
    }

    fn at(&self, index: u32) -> u64 {
        self.offset + u64::from(index) * RECORD_SIZE as u64
    }

    /// A private copy of a record; `None` if the index is out of range.
    pub(crate) fn record(&self, index: u32) -> Option<Record> {
        if index >= self.count {
            return None;
        }
        let mut bytes = [0; RECORD_SIZE];
        self.mapping.read(self.at(index), &mut bytes).ok()?;
        // The state once more, whole and in order: the copy goes by bytes.
        let word = self.mapping.load_u64(self.at(index), Ordering::Acquire).ok()?;
        bytes[..8].copy_from_slice(&word.to_le_bytes());
        Some(Record::parse(&bytes))
    }

    /// Only the state of a record, by one load.
    pub(crate) fn state(&self, index: u32) -> Option<(u32, RecordState)> {
        if index >= self.count {
            return None;
        }
        self.mapping.load_u64(self.at(index), Ordering::Acquire).ok().map(unpack)
    }

    /// Claims a record. `file` carries the locks and is this attachment's own
    /// open file description; `sweep` clears what a dead holder left behind.
    pub(crate) fn claim(
        &self,
        file: &File,
        claimant: &Claimant<'_>,
        mut sweep: impl FnMut(ParticipantId),
    ) -> Result<ParticipantId> {
        // Free ones first, then those of the dead; the second time round all,
        // as a free one may have been taken meanwhile.
        for only_free in [true, false, false] {
            for index in 0..self.count {
                let free =
                    matches!(self.state(index), Some((_, RecordState::Free | RecordState::Swept)));
                if only_free && !free {
                    continue;
                }
                // A dead one's record is swept before its lock is taken: with the
                // lock held, the dead one would look alive, and its roles taken.
                if !free {
                    self.sweep_if_dead(Some(file), None, index, &mut sweep);
                }
                if !locks::try_write(file, i64::from(index))? {
                    continue;
                }
                // The lock is ours, so nobody else fills this record, and its
                // last holder is gone.
                let (generation, state) = self.state(index).unwrap_or((0, RecordState::Free));
                let last = ParticipantId { index, generation };
                if matches!(state, RecordState::Live | RecordState::Dead) {
                    // It died just now.
                    self.mark_dead(last);
                    sweep(last);
                }
                let me = ParticipantId { index, generation: generation.wrapping_add(1) };
                self.fill(me, claimant)?;
                return Ok(me);
            }
        }
        let mut holders: Vec<String> = Vec::new();
        for index in 0..self.count.min(8) {
            if let Some(holder) = self.holder(index) {
                let own = holder.pid == std::process::id() && !holder.foreign_pid_namespace;
                let own = if own { ", which is this process" } else { "" };
                holders.push(format!("{holder}{own}"));
            }
        }
        if holders.is_empty() {
            // Whoever may read the file can hold locks, too.
            holders.push("processes that lock its file and take no part".to_owned());
        }
        let more = if self.count > 8 { ", .." } else { "" };
        Err(Error::new(
            ErrorKind::TableFull,
            format!(
                "all {} participant records are taken, by {}{more} (close attachments, or raise \
                 `participants` in the schema)",
                self.count,
                holders.join(", ")
            ),
        ))
    }

    /// Says that who held a record is dead; the caller knows it.
    fn mark_dead(&self, who: ParticipantId) {
        if let Ok(word) = self.mapping.word(self.at(who.index)) {
            let live = pack(who.generation, RecordState::Live);
            let _ = word.exchange(live, pack(who.generation, RecordState::Dead));
        }
    }

    fn fill(&self, me: ParticipantId, claimant: &Claimant<'_>) -> Result<()> {
        let mut bytes = [0; RECORD_SIZE];
        bytes[8..12].copy_from_slice(&std::process::id().to_le_bytes());
        bytes[12..16].copy_from_slice(&process::effective_uid().to_le_bytes());
        bytes[16..24].copy_from_slice(&pid_namespace().to_le_bytes());
        bytes[24..32].copy_from_slice(&process::now_ns().to_le_bytes());
        let program = process::program_name();
        let program = clip(&program, 15);
        bytes[32..32 + program.len()].copy_from_slice(program);
        let version = clip(claimant.version, 15);
        bytes[48..48 + version.len()].copy_from_slice(version);
        self.mapping.write(self.at(me.index) + 8, &bytes[8..])?;
        let state = self.mapping.word(self.at(me.index))?;
        // Release: whoever sees the record live sees what it says.
        state.store(pack(me.generation, RecordState::Live), Ordering::Release);
        Ok(())
    }

    /// Gives the record back; all roles are given up already.
    pub(crate) fn release(&self, me: ParticipantId) {
        if let Ok(state) = self.mapping.word(self.at(me.index)) {
            let live = pack(me.generation, RecordState::Live);
            let _ = state.exchange(live, pack(me.generation, RecordState::Free));
        }
    }

    /// The holder of a record, for messages; `None` if nobody does.
    pub(crate) fn holder(&self, index: u32) -> Option<Holder> {
        let record = self.record(index)?;
        (record.state == RecordState::Live).then(|| Holder {
            pid: record.pid,
            foreign_pid_namespace: record.pid_namespace != pid_namespace(),
            program: record.program,
        })
    }

    /// Whether some record says that somebody holds it.
    pub(crate) fn has_holder(&self) -> bool {
        (0..self.count).any(|index| self.holder(index).is_some())
    }

    /// Whether the attachment is over: its record moved on, or its holder is
    /// dead. `me` is alive by definition.
    pub(crate) fn is_gone(
        &self,
        file: Option<&File>,
        me: Option<ParticipantId>,
        who: ParticipantId,
    ) -> bool {
        if me == Some(who) {
            return false;
        }
        let Some((generation, state)) = self.state(who.index) else {
            return true;
        };
        if generation != who.generation || state != RecordState::Live {
            return true;
        }
        let Some(record) = self.record(who.index) else {
            return true;
        };
        // The lock was held from before the record went live until after it
        // is not; live and unlocked, in this order, means dead. And if the
        // record moved on meanwhile, swept by somebody else or taken by another
        // attachment, whose life was just looked at, this one is gone too.
        holder_is_dead(file, who.index, &record)
            || self.state(who.index) != Some((who.generation, RecordState::Live))
    }

    /// The same of one of whose generation only these bits are known: whoever had them
    /// before was swept before its record was used again.
    pub(crate) fn is_gone_by_bits(
        &self,
        file: Option<&File>,
        me: Option<ParticipantId>,
        index: u32,
        generation: u32,
        bits: u32,
    ) -> bool {
        match self.state(index) {
            Some((whole, RecordState::Live)) if whole & bits == generation => {
                self.is_gone(file, me, ParticipantId { index, generation: whole })
            }
            _ => true,
        }
    }

    /// Looks for records of the dead and sweeps them: `sweep` clears every
    /// object of what that participant had claimed. Anybody may do it, any
    /// number of times; while one thread of an attachment looks, others do not.
    ///
    /// It costs little, however many there are: processes of this pid namespace are
    /// watched by descriptors, all by one call. An end of which those cannot tell
    /// (of a process of another namespace, or one that ran another program since)
    /// shows by locks, of which each look asks for a few, in turn; for many if it is
    /// `thorough`.
    pub(crate) fn sweep_dead(
        &self,
        file: Option<&File>,
        me: Option<ParticipantId>,
        thorough: bool,
        mut sweep: impl FnMut(ParticipantId),
    ) {
        let Ok(mut watch) = self.watch.try_lock() else { return };
        let Watch { pidfds, turn } = &mut *watch;
        let (new_ones, queries) = if thorough { (u32::MAX, 256) } else { (8, 4) };
        let (here, own) = (pid_namespace(), std::process::id());
        let is_other = |index: u32| me.map_or(true, |me| me.index != index);
        let mut opened = 0;
        let mut live = 0;
        pidfds.look();
        for index in 0..self.count {
            match self.state(index) {
                Some((_, RecordState::Live)) if is_other(index) => live += 1,
                Some((_, RecordState::Dead)) => {
                    self.sweep_if_dead(file, me, index, &mut sweep);
                    continue;
                }
                _ => continue,
            }
            let Some((pid, namespace)) = self.process(index) else { continue };
            if here == 0 || namespace != here || pid == own {
                continue;
            }
            let mut life = pidfds.ask(pid, false);
            if life == Life::Unknown && opened < new_ones {
                opened += 1;
                life = pidfds.ask(pid, true);
            }
            if life == Life::Ended {
                self.sweep_if_dead(file, me, index, &mut sweep);
            }
        }
        pidfds.forget_the_others();
        let Some(file) = file else { return };
        let mut asked = 0;
        for _ in 0..self.count {
            if asked == queries.min(live) {
                break;
            }
            *turn = if *turn + 1 < self.count { *turn + 1 } else { 0 };
            if is_other(*turn) && matches!(self.state(*turn), Some((_, RecordState::Live))) {
                asked += 1;
                if !locks::is_write_locked(file, i64::from(*turn)) {
                    self.sweep_if_dead(Some(file), me, *turn, &mut sweep);
                }
            }
        }
    }

    /// The pid that a record names, and its namespace.
    fn process(&self, index: u32) -> Option<(u32, u64)> {
        let pid = self.mapping.load_u32(self.at(index) + 8, Ordering::Relaxed).ok()?;
        let namespace = self.mapping.load_u64(self.at(index) + 16, Ordering::Relaxed).ok()?;
        Some((pid, namespace))
    }

    /// Sweeps one record if its holder is dead.
    fn sweep_if_dead(
        &self,
        file: Option<&File>,
        me: Option<ParticipantId>,
        index: u32,
        sweep: &mut impl FnMut(ParticipantId),
    ) {
        let Some((generation, state)) = self.state(index) else {
            return;
        };
        let who = ParticipantId { index, generation };
        let Ok(word) = self.mapping.word(self.at(index)) else {
            return;
        };
        match state {
            RecordState::Live if self.is_gone(file, me, who) => self.mark_dead(who),
            RecordState::Dead => {}
            _ => return,
        }
        sweep(who);
        let dead = pack(generation, RecordState::Dead);
        let _ = word.exchange(dead, pack(generation, RecordState::Swept));
    }
}
