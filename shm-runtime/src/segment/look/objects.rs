//! Looking at the objects of a segment from outside: where they lie, and what
//! can be told without taking part.

use super::inspector::Inspector;
use super::stat::{ObjectStat, ParticipantStat};
use crate::contract::Contract;
use crate::error::{ErrorKind, Result};
use crate::object::facts;
use crate::object::kind::ObjectDef;
use crate::object::look::{HowMany, Look};
use crate::object::place::{ObjectLayout, Place};
use crate::object::queue::observe::{Followed, Message, Observed};
use crate::segment::format::directory;
use crate::segment::format::fault::Fault;
use crate::segment::format::header::Header;
use crate::segment::os::failure::Attempt;
use crate::text::Printable;

impl Inspector {
    /// Where the objects of a contract lie, or what is wrong with the directory.
    pub(super) fn places_of(
        &self,
        header: &Header,
        contract: &Contract,
    ) -> Result<Vec<Place>, Fault> {
        let fault = |what: &str| Fault::damage(format!("its directory is damaged: {what}"));
        let of_object = |index: usize, what: &str| {
            fault(&format!("object {} {what}", Printable(&contract.objects[index].name)))
        };
        let mut layouts = Vec::with_capacity(contract.objects.len());
        for (index, object) in contract.objects.iter().enumerate() {
            let layout = ObjectLayout::of(contract, &object.kind);
            layouts.push(layout.ok_or_else(|| of_object(index, "has a size that overflows"))?);
        }
        let mut bytes = vec![0; directory::size(layouts.len())];
        if header.directory_count as usize == layouts.len() {
            let read = self.opened.read(header.directory_offset, &mut bytes);
            read.map_err(|_| fault("it lies outside the segment"))?;
        }
        directory::places(header, &bytes, &layouts).map_err(|wrong| match wrong.object {
            Some(index) => of_object(index, wrong.what),
            None => fault(wrong.what),
        })
    }

    pub(super) fn objects(
        &self,
        participants: &[ParticipantStat],
        how_many: HowMany,
    ) -> Vec<ObjectStat> {
        let objects = self.contract.iter().flat_map(|contract| &contract.objects);
        let places = objects.zip(&self.places);
        places.map(|(object, place)| self.object(object, place, participants, how_many)).collect()
    }

    /// What can be told of an object, by its index in the contract.
    pub fn object_stat(&self, index: usize) -> Result<ObjectStat> {
        let participants = self.header.as_ref().map(|header| self.participants(header));
        self.object_stat_among(index, &participants.unwrap_or_default())
    }

    /// The same, with the participants of the segment at hand.
    pub fn object_stat_among(
        &self,
        index: usize,
        participants: &[ParticipantStat],
    ) -> Result<ObjectStat> {
        let attempt = Attempt::new("look at", &self.opened.address);
        let Some(contract) = &self.contract else {
            let why = "the contract in it is damaged, so its objects are unknown";
            return Err(attempt.fail(ErrorKind::Corrupt, why));
        };
        match (contract.objects.get(index), self.places.get(index)) {
            (Some(object), Some(place)) => {
                Ok(self.object(object, place, participants, HowMany::Exactly))
            }
            _ => Err(attempt.fail(ErrorKind::Invalid, format!("it has no object number {index}"))),
        }
    }

    /// `participants` are sorted by the indices of their records.
    fn object(
        &self,
        object: &ObjectDef,
        place: &Place,
        participants: &[ParticipantStat],
        how_many: HowMany,
    ) -> ObjectStat {
        let is_alive = |who| {
            let found = participants.binary_search_by_key(&who, |p| p.index);
            found.is_ok_and(|at| participants[at].alive)
        };
        let facts = facts::observe(self, &object.kind, place, how_many, is_alive);
        ObjectStat {
            name: object.name.clone(),
            kind: object.kind.name(),
            def: object.kind.clone(),
            offset: Some(place.offset),
            geometry: Some(place.layout.geometry()),
            version: facts.version,
            count: facts.count,
            values: facts.values,
            queue: facts.queue,
        }
    }

    /// How many messages wait in all its objects; `None` if what lies in it cannot
    /// be told.
    pub(crate) fn waiting(&self) -> Option<u64> {
        self.contract.as_ref()?;
        let queues = self.places.iter().filter_map(|place| facts::messages(self, place));
        Some(queues.fold(0, |sum: u64, queue| sum.saturating_add(queue.depth_at_least())))
    }

    /// How many messages wait in a one-to-one queue; `None` if the object is
    /// none.
    pub fn depth(&self, object: usize) -> Option<u64> {
        Some(facts::messages(self, self.places.get(object)?)?.depth())
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
        match self.places.get(object).and_then(|place| facts::messages(self, place)) {
            Some(observed) => ask(observed),
            None => {
                let why = format!("no queue number {object}{that}");
                Err(Attempt::new(verb, self.address()).fail(ErrorKind::Invalid, why))
            }
        }
    }

    /// The first bytes of a raw object, at most `limit`.
    pub fn raw_bytes(&self, object: usize, limit: usize) -> Result<Vec<u8>> {
        let place = self.places.get(object);
        place.and_then(|place| facts::bytes(self, place, limit)).unwrap_or_else(|| {
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
