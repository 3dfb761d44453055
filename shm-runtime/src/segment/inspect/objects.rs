//! Looking at the objects of a segment from outside: where they lie, and what
//! can be told without taking part.

use super::{Attempt, Fault, Header, Inspector, ParticipantStat};
use crate::contract::{Contract, ObjectKind, Primitive, QueueDef, TypeExpr};
use crate::error::{ErrorKind, Result};
use crate::object::place::{Geometry, ObjectLayout};
use crate::object::queue::layout::{self, QueueLayout};
use crate::object::role::{RoleState, state};
use crate::object::{cell, counters, event, state as state_object};
use crate::segment::header::{ENTRY_SIZE, Entry};
use crate::sync::wait::WAITING;
use crate::text::Printable;

/// An object of a segment.
#[derive(Clone, Debug)]
pub struct ObjectStat {
    /// Its name.
    pub name: String,
    /// The name of its kind.
    pub kind: &'static str,
    /// All that the contract says of it.
    pub def: ObjectKind,
    /// Where it lies in the segment, in bytes; `None` where directory and
    /// contract do not agree.
    pub offset: Option<u64>,
    /// The numbers of its layout; `None` as for the offset.
    pub geometry: Option<Geometry>,
    /// With kind `cell` or `state`: how often a value was stored.
    pub version: Option<u64>,
    /// With kind `event`: how often it was signalled.
    pub count: Option<u64>,
    /// With kind `counters`: their values, in order.
    pub values: Vec<i128>,
    /// With kind `queue`, one to one: what waits in it, and whose it is.
    pub queue: Option<QueueStat>,
}

/// The numbers of a queue.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct QueueStat {
    /// The type of its items.
    pub item: TypeExpr,
    /// Bytes of an item.
    pub item_size: u64,
    /// Items that always fit.
    pub capacity: u64,
    /// Messages that wait.
    pub depth: u64,
    /// Messages that were ever pushed.
    pub pushed: u64,
    /// Messages that were ever popped.
    pub popped: u64,
    /// How often a push found no room.
    pub times_full: u64,
    /// Messages that came a second time after a consumer died.
    pub redelivered: u64,
    /// Messages that were committed and given up. A queue from one producer to
    /// one consumer gives none up.
    pub dropped: u64,
    /// The greatest depth that was noticed: sampled, not exact.
    pub high_water: u64,
    /// The participant that is the producer, by the index of its record.
    pub producer: Option<u32>,
    /// The participant that is the consumer, by the index of its record.
    pub consumer: Option<u32>,
    /// Whether the producer, alive, sleeps until there is room.
    pub producer_waits: bool,
    /// Whether the consumer, alive, sleeps until there is a message.
    pub consumer_waits: bool,
}

impl QueueStat {
    /// How many sleep until there is something to do for them.
    pub fn waiters(&self) -> u64 {
        u64::from(self.producer_waits) + u64::from(self.consumer_waits)
    }
}

/// A message that waits in a queue.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    /// How many were pushed before it.
    pub position: u64,
    /// Its bytes.
    pub bytes: Vec<u8>,
}

impl Inspector {
    /// What is wrong with the directory, held against the contract.
    pub(super) fn directory_fault(&self, header: &Header, contract: &Contract) -> Option<Fault> {
        let fault = |what: &str| Some(Fault::damage(format!("its directory is damaged: {what}")));
        if header.directory_count as usize != contract.objects.len() {
            return fault("it has another number of objects than the contract");
        }
        let displaced = |index: &usize| self.place(header, contract, *index).is_none();
        let index = (0..contract.objects.len()).find(displaced)?;
        let name = Printable(&contract.objects[index].name);
        fault(&format!(
            "object {name} has another kind or size than the contract says, or lies outside"
        ))
    }

    pub(super) fn objects(
        &self,
        header: &Header,
        participants: &[ParticipantStat],
    ) -> Vec<ObjectStat> {
        let Some(contract) = &self.contract else {
            return Vec::new();
        };
        let object = |index| self.object(header, contract, index, participants);
        (0..contract.objects.len()).map(object).collect()
    }

    /// What can be told of an object, by its index in the contract.
    pub fn object_stat(&self, index: usize) -> Result<ObjectStat> {
        let attempt = Attempt::new("look at", &self.opened.address);
        match (&self.header, &self.contract) {
            (Some(header), Some(contract)) if index < contract.objects.len() => {
                let participants = self.participants(header);
                Ok(self.object(header, contract, index, &participants))
            }
            (Some(_), Some(_)) => {
                Err(attempt.fail(ErrorKind::Invalid, format!("it has no object number {index}")))
            }
            _ => {
                let why = "the contract in it is damaged, so its objects cannot be told";
                Err(attempt.fail(ErrorKind::Corrupt, why))
            }
        }
    }

    fn object(
        &self,
        header: &Header,
        contract: &Contract,
        index: usize,
        participants: &[ParticipantStat],
    ) -> ObjectStat {
        let object = &contract.objects[index];
        let mut stat = ObjectStat {
            name: object.name.clone(),
            kind: object.kind.name(),
            def: object.kind.clone(),
            offset: None,
            geometry: None,
            version: None,
            count: None,
            values: Vec::new(),
            queue: None,
        };
        let Some((at, layout)) = self.place(header, contract, index) else {
            return stat;
        };
        stat.offset = Some(at);
        stat.geometry = Some(layout.geometry());
        match (&object.kind, layout) {
            (ObjectKind::Queue(def), ObjectLayout::Queue(layout)) => {
                stat.queue = Some(self.queue_stat(def, at, &layout, participants));
            }
            (ObjectKind::Cell(_), _) => {
                stat.version = Some(self.word(at + cell::layout::VERSION));
            }
            (ObjectKind::State(_), _) => {
                stat.version = Some(self.word(at + state_object::layout::VERSION));
            }
            (ObjectKind::Event, _) => stat.count = Some(self.word(at + event::layout::COUNT)),
            (ObjectKind::Counters(all), _) => {
                let value = |(n, counter): (u64, &crate::contract::CounterDef)| {
                    let word = self.word(at + n * counters::layout::STRIDE);
                    #[allow(clippy::cast_possible_wrap)] // as it is stored
                    match counter.ty {
                        Primitive::I64 => i128::from(word as i64),
                        _ => i128::from(word),
                    }
                };
                stat.values = (0..).zip(all).map(value).collect();
            }
            _ => {}
        }
        stat
    }

    /// Where an object lies, if the directory and the contract agree.
    fn place(
        &self,
        header: &Header,
        contract: &Contract,
        index: usize,
    ) -> Option<(u64, ObjectLayout)> {
        let layout = ObjectLayout::of(contract, &contract.objects.get(index)?.kind)?;
        if index as u64 >= u64::from(header.directory_count) {
            return None;
        }
        let mut bytes = [0; ENTRY_SIZE];
        self.opened.read(header.directory_offset + (index * ENTRY_SIZE) as u64, &mut bytes).ok()?;
        let entry = Entry::parse(&bytes);
        let inside = entry.offset.checked_add(entry.size)? <= self.opened.size;
        let agreed = entry.size == layout.size() && entry.kind == layout.kind_number();
        (inside && agreed).then_some((entry.offset, layout))
    }

    /// Where a one-to-one queue lies.
    pub(in crate::segment) fn queue_at(
        &self,
        header: &Header,
        index: usize,
    ) -> Option<(u64, QueueLayout)> {
        match self.place(header, self.contract.as_ref()?, index)? {
            (at, ObjectLayout::Queue(queue)) => Some((at, queue)),
            _ => None,
        }
    }

    pub(in crate::segment) fn word(&self, at: u64) -> u64 {
        let mut bytes = [0; 8];
        self.opened.read(at, &mut bytes).map_or(0, |()| u64::from_le_bytes(bytes))
    }

    fn queue_stat(
        &self,
        def: &QueueDef,
        at: u64,
        queue: &QueueLayout,
        participants: &[ParticipantStat],
    ) -> QueueStat {
        // Taken first: the depth is then rather too great than too small.
        let popped = self.word(at + layout::TAKEN);
        let pushed = self.tail(at, queue);
        let depth = pushed.wrapping_sub(popped).min(queue.slots);
        let role = |offset| match state(self.word(at + offset)) {
            RoleState::Held(who) => Some(who.index),
            RoleState::Free | RoleState::Orphaned => None,
        };
        let (producer, consumer) = (role(layout::PRODUCER_ROLE), role(layout::CONSUMER_ROLE));
        // A bit that somebody set who died asleep means nothing.
        let waits = |holder: Option<u32>, flag| {
            participants.iter().any(|p| Some(p.index) == holder && p.alive)
                && self.word(at + flag) & u64::from(WAITING) != 0
        };
        QueueStat {
            item: def.item.clone(),
            item_size: queue.item,
            capacity: def.capacity,
            depth,
            pushed,
            popped,
            times_full: self.word(at + layout::TIMES_FULL),
            redelivered: self.word(at + layout::REDELIVERED),
            high_water: self.word(at + layout::HIGH_WATER).max(depth),
            dropped: 0,
            producer,
            consumer,
            producer_waits: waits(producer, layout::SPACE_FLAG),
            consumer_waits: waits(consumer, layout::DATA_FLAG),
        }
    }

    /// The exact tail: from the hint on over whole stamps.
    pub(in crate::segment) fn tail(&self, at: u64, queue: &QueueLayout) -> u64 {
        let mut tail = self.word(at + layout::TAIL_HINT);
        for _ in 0..queue.slots {
            let slot = at + layout::SLOTS + tail % queue.slots * queue.stride;
            if self.word(slot) != tail.wrapping_add(1) {
                break;
            }
            tail = tail.wrapping_add(1);
        }
        tail
    }

    /// How many messages wait in a one-to-one queue; `None` if the object is
    /// none.
    pub fn depth(&self, object: usize) -> Option<u64> {
        let (at, queue) = self.queue_at(self.header.as_ref()?, object)?;
        let popped = self.word(at + layout::TAKEN);
        Some(self.tail(at, &queue).wrapping_sub(popped).min(queue.slots))
    }

    /// The messages that wait in a one-to-one queue, oldest first, at most
    /// `limit`. They are not consumed; one that is overwritten during the look
    /// is left out.
    pub fn messages(&self, object: usize, limit: usize) -> Result<Vec<Message>> {
        let attempt = Attempt::new("look at", &self.opened.address);
        let found = self.header.as_ref().and_then(|h| self.queue_at(h, object));
        let Some((at, queue)) = found else {
            return Err(attempt.fail(ErrorKind::Invalid, format!("no queue number {object}")));
        };
        let taken = self.word(at + layout::TAKEN);
        let mut messages = Vec::new();
        for n in 0..queue.slots.min(limit as u64) {
            let position = taken.wrapping_add(n);
            if !self.is_committed(at, &queue, position) {
                break;
            }
            messages.extend(self.slot(at, &queue, position)?.map(|(message, _)| message));
        }
        Ok(messages)
    }

    /// The first bytes of a raw object, at most `limit`.
    pub fn raw_bytes(&self, object: usize, limit: usize) -> Result<Vec<u8>> {
        let attempt = Attempt::new("look at", &self.opened.address);
        let found = self.header.as_ref().zip(self.contract.as_ref());
        let found = found.and_then(|(h, contract)| self.place(h, contract, object));
        let Some((at, ObjectLayout::Raw(raw))) = found else {
            return Err(attempt.fail(ErrorKind::Invalid, format!("no raw object number {object}")));
        };
        let count = usize::try_from(raw.bytes).unwrap_or(usize::MAX).min(limit);
        let mut bytes = vec![0; count];
        self.opened.read(at, &mut bytes)?;
        Ok(bytes)
    }
}
