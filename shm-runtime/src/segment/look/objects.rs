//! Looking at the objects of a segment from outside: where they lie, and what
//! can be told without taking part.

use super::inspector::Inspector;
use super::stat::{ObjectStat, ParticipantStat};
use crate::contract::Contract;
use crate::error::{ErrorKind, Result};
use crate::object::facts;
use crate::object::look::Look;
use crate::object::place::{ObjectLayout, Place};
use crate::object::queue::observe::{Followed, Message, Observed};
use crate::segment::format::fault::Fault;
use crate::segment::format::header::{ENTRY_SIZE, Entry, Header};
use crate::segment::os::failure::Attempt;
use crate::text::Printable;

impl Inspector {
    /// What is wrong with the directory, held against the contract.
    pub(crate) fn directory_fault(&self, header: &Header, contract: &Contract) -> Option<Fault> {
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

    pub(crate) fn objects(
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
        let Some(place) = self.place(header, contract, index) else {
            return stat;
        };
        stat.offset = Some(place.offset);
        stat.geometry = Some(place.layout.geometry());
        let is_alive = |who| participants.iter().any(|p| p.index == who && p.alive);
        let facts = facts::observe(self, &object.kind, &place, is_alive);
        stat.version = facts.version;
        stat.count = facts.count;
        stat.values = facts.values;
        stat.queue = facts.queue;
        stat
    }

    /// Where an object lies, if the directory and the contract agree.
    fn place(&self, header: &Header, contract: &Contract, index: usize) -> Option<Place> {
        let layout = ObjectLayout::of(contract, &contract.objects.get(index)?.kind)?;
        if index as u64 >= u64::from(header.directory_count) {
            return None;
        }
        let mut bytes = [0; ENTRY_SIZE];
        self.opened.read(header.directory_offset + (index * ENTRY_SIZE) as u64, &mut bytes).ok()?;
        let entry = Entry::parse(&bytes);
        let inside = entry.offset.checked_add(entry.size)? <= self.opened.size;
        let agreed = entry.size == layout.size() && entry.kind == layout.kind_number();
        (inside && agreed).then_some(Place { offset: entry.offset, layout })
    }

    /// Where an object lies, by its index in the contract.
    fn place_of(&self, object: usize) -> Option<Place> {
        self.place(self.header.as_ref()?, self.contract.as_ref()?, object)
    }

    /// How many messages wait in a one-to-one queue; `None` if the object is
    /// none.
    pub fn depth(&self, object: usize) -> Option<u64> {
        let place = self.place_of(object)?;
        Some(facts::messages(self, &place)?.depth())
    }

    /// The messages that wait in a one-to-one queue, oldest first, at most
    /// `limit`. They are not consumed; one that is overwritten during the look
    /// is left out.
    pub fn messages(&self, object: usize, limit: usize) -> Result<Vec<Message>> {
        self.observed(object, "look at", "", |queue| queue.messages(limit))
    }

    /// Where the messages of a queue end that were ever pushed, and how many of
    /// them wait: where to begin to [follow](Self::follow) it.
    pub fn end_of_queue(&self, object: usize) -> Result<(u64, u64)> {
        self.observed(object, "follow", " that could be followed", |queue| Ok(queue.end()))
    }

    /// The messages of a queue from position `next` on, at most `limit`, whether
    /// they wait or were taken; none is consumed.
    pub fn follow(&self, object: usize, next: u64, limit: usize) -> Result<Followed> {
        self.observed(object, "follow", " that could be followed", |queue| {
            queue.follow(next, limit)
        })
    }

    /// Asks something of the messages of an object; `verb` and `that` are for
    /// the message where it has none.
    fn observed<R>(
        &self,
        object: usize,
        verb: &'static str,
        that: &str,
        ask: impl FnOnce(Observed<'_, Self>) -> Result<R>,
    ) -> Result<R> {
        let place = self.place_of(object);
        match place.as_ref().and_then(|place| facts::messages(self, place)) {
            Some(observed) => ask(observed),
            None => {
                let why = format!("no queue number {object}{that}");
                Err(Attempt::new(verb, self.address()).fail(ErrorKind::Invalid, why))
            }
        }
    }

    /// The first bytes of a raw object, at most `limit`.
    pub fn raw_bytes(&self, object: usize, limit: usize) -> Result<Vec<u8>> {
        let place = self.place_of(object);
        place.and_then(|place| facts::bytes(self, &place, limit)).unwrap_or_else(|| {
            let why = format!("no raw object number {object}");
            Err(Attempt::new("look at", self.address()).fail(ErrorKind::Invalid, why))
        })
    }
}

impl Look for Inspector {
    fn read(&self, at: u64, out: &mut [u8]) -> Result<()> {
        self.opened.read(at, out)
    }
}
