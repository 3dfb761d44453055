//! Looking at the objects of a segment from outside: where they lie, and what
//! can be determined without taking part.

use super::inspector::Inspector;
use super::stat::{ObjectStat, ParticipantStat};
use crate::contract::Contract;
use crate::error::{Error, ErrorKind, Result};
use crate::object::contents::{Contents, Followed, Message};
use crate::object::kind::{ObjectDef, ObjectLayout};
use crate::object::look::{Head, HowMany, Look};
use crate::object::place::Place;
use crate::object::sight::Sight;
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
        directory::places(header, &bytes, &layouts).map_err(|wrong| {
            let name = wrong.object.map(|index| Printable(&contract.objects[index].name));
            let object = name.map_or_else(String::new, |name| format!("object {name} "));
            Fault::of_directory(&wrong, header, &format!("{object}{}", wrong.what))
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

    /// What is known about an object, by its index in the contract.
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
        let look = Head::of(self, place.offset, place.layout.size());
        let sight = Sight { look, at: place.offset, how_many, is_alive: &is_alive };
        ObjectStat {
            name: object.name.clone(),
            kind: object.kind.name(),
            def: object.kind.clone(),
            offset: Some(place.offset),
            geometry: Some(place.layout.geometry()),
            facts: object.kind.observe(&place.layout, &sight),
        }
    }

    /// How many messages wait in all its objects; `None` if what lies in it cannot
    /// be determined.
    pub(crate) fn waiting(&self) -> Option<u64> {
        self.contract.as_ref()?;
        let depth = |place: &Place| place.layout.depth(self, place.offset, HowMany::AtLeast);
        Some(self.places.iter().filter_map(depth).fold(0, u64::saturating_add))
    }

    /// How many messages wait in an object; `None` if it passes none, or this
    /// version does not read them.
    pub fn depth(&self, object: usize) -> Option<u64> {
        let place = self.places.get(object)?;
        place.layout.depth(self, place.offset, HowMany::Exactly)
    }

    /// What lies in an object, at most `limit` messages or lines of 16 bytes. None
    /// is consumed; a message that is overwritten during the look is left out.
    pub fn contents(&self, object: usize, limit: usize) -> Result<Contents> {
        let def = self.contract.as_ref().and_then(|contract| contract.objects.get(object));
        match (def, self.places.get(object)) {
            (Some(def), Some(place)) => def.kind.contents(&place.layout, self, place.offset, limit),
            _ => Err(self.no_object("look at", format!("no object number {object}"))),
        }
    }

    /// The messages that wait in an object, oldest first, at most `limit`; see
    /// [`Self::contents`].
    pub fn messages(&self, object: usize, limit: usize) -> Result<Vec<Message>> {
        match self.contents(object, limit)? {
            Contents::Messages(messages) => Ok(messages),
            _ => Err(self.no_object("look at", format!("no queue number {object}"))),
        }
    }

    /// Whether it has messages that can be [followed](Self::follow).
    pub fn can_follow(&self, object: usize) -> bool {
        self.places.get(object).is_some_and(|p| p.layout.end(self, p.offset).is_some())
    }

    /// Where the messages of an object end that were ever pushed, and how many of
    /// them wait: where to begin to [follow](Self::follow) it.
    pub fn end_of_queue(&self, object: usize) -> Result<(u64, u64)> {
        let end = self.places.get(object).and_then(|p| p.layout.end(self, p.offset));
        end.ok_or_else(|| self.not_followed(object))
    }

    /// The messages of an object from position `next` on, at most `limit`, whether
    /// they wait or were taken; none is consumed.
    pub fn follow(&self, object: usize, next: u64, limit: usize) -> Result<Followed> {
        let place = self.places.get(object);
        let seen = place.and_then(|p| p.layout.follow(self, p.offset, next, limit));
        seen.unwrap_or_else(|| Err(self.not_followed(object)))
    }

    fn not_followed(&self, object: usize) -> Error {
        self.no_object("follow", format!("no queue number {object} that could be followed"))
    }

    fn no_object(&self, verb: &'static str, why: String) -> Error {
        Attempt::new(verb, self.address()).fail(ErrorKind::Invalid, why)
    }
}

impl Look for Inspector {
    fn read(&self, at: u64, out: &mut [u8]) -> Result<()> {
        self.opened.read(at, out)
    }
}
