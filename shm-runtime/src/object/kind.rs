//! The registry: the kinds of object, one line for each, and what is asked of an
//! object of any kind, which its room answers. `docs/architecture.md` says which
//! files a new kind has.

use super::cell::def::CellDef;
use super::cell::layout::AnyCell;
use super::contents::{Contents, Followed};
use super::counters::def::CounterDef;
use super::counters::layout::CountersLayout;
use super::event::def::EventDef;
use super::event::layout::EventLayout;
use super::facts::Facts;
use super::geometry::{Geometry, Parts};
use super::look::{HowMany, Look};
use super::properties::Properties;
use super::queue::def::QueueDef;
use super::queue::layout::AnyQueue;
use super::raw::def::RawDef;
use super::raw::layout::RawLayout;
use super::ring::def::RingDef;
use super::ring::layout::AnyRing;
use super::role::ParticipantId;
use super::room::{Area, Form, Kind, Layout};
use super::sight::Sight;
use super::state::def::StateDef;
use super::state::layout::StateLayout;
use super::stream::def::StreamDef;
use super::stream::layout::StreamLayout;
use super::told::Told;
use super::topic::def::TopicDef;
use super::topic::layout::TopicLayout;
use crate::error::Result;
use crate::types::descriptor::Types;
use crate::types::expr::TypeExpr;
use crate::types::read::{DecodeError, Reader};

/// An object of a segment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ObjectDef {
    /// Its name within the segment.
    pub name: String,
    /// What it is, with its geometry and discipline.
    pub kind: ObjectKind,
}

/// Makes the enums of the kinds, and for each question the match that hands it to
/// the room: of each kind its name here, what a contract says of it, and where it
/// lies.
macro_rules! kinds {
    ($( $(#[$doc:meta])* $kind:ident($def:ty, $layout:ty), )*) => {
        /// The kinds of object, with what a contract says of one.
        #[derive(Clone, Debug, PartialEq, Eq)]
        pub enum ObjectKind { $( $(#[$doc])* $kind($def), )* }

        /// The layout of an object of any kind.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum ObjectLayout { $( $(#[$doc])* $kind($layout), )* }

        impl ObjectKind {
            /// The kind's name in schemas.
            pub const fn name(&self) -> &'static str {
                match self { $( Self::$kind(_) => <$def as Kind>::NAME, )* }
            }

            /// The type of what it passes or holds, if it has one.
            pub fn item(&self) -> Option<&TypeExpr> {
                match self { $( Self::$kind(def) => def.item(), )* }
            }

            /// Whether this version has a runtime for it: can do with it what it is
            /// for. The others it lays out, creates, and shows.
            pub fn is_operable(&self) -> bool {
                match self { $( Self::$kind(def) => def.is_operable(), )* }
            }

            /// Its form.
            pub(crate) fn form(&self) -> Form {
                match self { $( Self::$kind(def) => def.form(), )* }
            }

            /// Writes its record, without the object's name.
            pub(crate) fn write(&self, out: &mut Vec<u8>) {
                match self { $( Self::$kind(def) => def.write(out), )* }
            }

            /// Reads the same of the form with this tag.
            pub(crate) fn read(tag: u8, record: &mut Reader<'_>) -> std::result::Result<Self, DecodeError> {
                $( if <$def as Kind>::FORMS.iter().any(|form| form.tag == tag) {
                    return <$def as Kind>::read(tag, record).map(Self::$kind);
                } )*
                Err(record.unknown_record(tag))
            }

            /// Whether records of this tag are objects of a kind that is known.
            pub(crate) fn is_tag(tag: u8) -> bool {
                Self::forms().any(|form| form.tag == tag)
            }

            /// All forms of all kinds.
            pub(crate) fn forms() -> impl Iterator<Item = Form> {
                let all = vec![$( <$def as Kind>::FORMS, )*];
                all.into_iter().flatten().copied()
            }

            /// What a slot of it is called, one and many.
            pub fn slot(&self) -> [&'static str; 2] {
                match self { $( Self::$kind(_) => <$def as Kind>::SLOT, )* }
            }

            /// For how much it has room, and from whom to whom it goes, in words;
            /// empty where its item says it all.
            pub fn summary(&self) -> String {
                match self { $( Self::$kind(def) => def.summary(), )* }
            }

            /// What its numbers say, in words, where they are not told in a table.
            pub fn now(&self, facts: &Facts) -> String {
                match self { $( Self::$kind(def) => def.now(facts), )* }
            }

            /// What a contract says of it, by the keys of a schema.
            #[cfg_attr(not(feature = "json"), allow(dead_code))]
            pub(crate) fn properties(&self, geometry: Option<&Geometry>) -> Properties {
                match self { $( Self::$kind(def) => def.properties(geometry), )* }
            }

            /// What is known about it without taking part.
            pub(crate) fn observe(
                &self,
                layout: &ObjectLayout,
                sight: &Sight<'_, impl Look>,
            ) -> Facts {
                match (self, layout) {
                    $( (Self::$kind(def), ObjectLayout::$kind(layout)) => {
                        def.observe(layout, sight)
                    } )*
                    _ => Facts::default(),
                }
            }

            /// What lies in the object at `at`.
            pub(crate) fn contents(
                &self,
                layout: &ObjectLayout,
                look: &impl Look,
                at: u64,
                limit: usize,
            ) -> Result<Contents> {
                match (self, layout) {
                    $( (Self::$kind(def), ObjectLayout::$kind(layout)) => {
                        def.contents(layout, look, at, limit)
                    } )*
                    _ => Ok(Contents::Unread),
                }
            }

            fn differ_within(&self, theirs: &Self, told: &mut Told) {
                match (self, theirs) {
                    $( (Self::$kind(mine), Self::$kind(theirs)) => mine.differ(theirs, told), )*
                    _ => {}
                }
            }
        }

        impl ObjectLayout {
            /// The layout of an object of a kind; `None` if it makes no sense.
            pub(crate) fn of_kind(types: Types<'_>, kind: &ObjectKind) -> Option<Self> {
                match kind { $( ObjectKind::$kind(def) => def.layout(types).map(Self::$kind), )* }
            }

            /// Its numbers.
            pub fn geometry(&self) -> Geometry {
                match self { $( Self::$kind(layout) => layout.geometry(), )* }
            }

            /// Bytes of a slot before its item.
            pub fn stamp(&self) -> u64 {
                match self { $( Self::$kind(layout) => layout.stamp(), )* }
            }

            /// Its lanes, or what else lies in it side by side.
            pub fn parts(&self) -> Option<Parts> {
                match self { $( Self::$kind(layout) => layout.parts(), )* }
            }

            pub(crate) fn form(&self) -> Form {
                match self { $( Self::$kind(layout) => layout.form(), )* }
            }

            /// How many messages wait in it; see [`Layout::depth`].
            pub(crate) fn depth(&self, look: &impl Look, at: u64, how_many: HowMany) -> Option<u64> {
                match self { $( Self::$kind(layout) => layout.depth(look, at, how_many), )* }
            }

            /// Where its messages end; see [`Layout::end`].
            pub(crate) fn end(&self, look: &impl Look, at: u64) -> Option<(u64, u64)> {
                match self { $( Self::$kind(layout) => layout.end(look, at), )* }
            }

            /// Its messages from a position on; see [`Layout::follow`].
            pub(crate) fn follow(
                &self,
                look: &impl Look,
                at: u64,
                next: u64,
                limit: usize,
            ) -> Option<Result<Followed>> {
                match self { $( Self::$kind(layout) => layout.follow(look, at, next, limit), )* }
            }

            /// Clears it of what a dead participant held; see [`Layout::sweep`].
            pub(crate) fn sweep(&self, area: &impl Area, at: u64, dead: ParticipantId) {
                match self { $( Self::$kind(layout) => layout.sweep(area, at, dead), )* }
            }

            /// Gives up what a living participant holds; see [`Layout::leave`].
            pub(crate) fn leave(&self, area: &impl Area, at: u64, who: ParticipantId) {
                match self { $( Self::$kind(layout) => layout.leave(area, at, who), )* }
            }

            /// Wakes all who sleep on it.
            pub(crate) fn wake(&self, area: &impl Area, at: u64) {
                match self { $( Self::$kind(layout) => layout.wake(area, at), )* }
            }
        }
    };
}

kinds! {
    /// Fixed-size typed slots, first in, first out.
    Queue(QueueDef, AnyQueue),
    /// Messages of any length, first in, first out.
    Ring(RingDef, AnyRing),
    /// Bytes, first in, first out.
    Stream(StreamDef, StreamLayout),
    /// Every reader sees every message.
    Topic(TopicDef, TopicLayout),
    /// The latest value, from one writer to any number of readers.
    Cell(CellDef, AnyCell),
    /// A value behind a lock.
    State(StateDef, StateLayout),
    /// A signal.
    Event(EventDef, EventLayout),
    /// Integers that add and read atomically; at least one.
    Counters(Vec<CounterDef>, CountersLayout),
    /// Bytes without a discipline of ours.
    Raw(RawDef, RawLayout),
}

impl ObjectKind {
    /// Tells how it differs from that of a segment.
    pub(crate) fn differ(&self, theirs: &Self, told: &mut Told) {
        if self.name() != theirs.name() {
            told.differ("is of kind", self.name(), theirs.name());
            return;
        }
        if let (Some(mine), Some(theirs)) = (self.item(), theirs.item()) {
            told.differ("holds", mine, theirs);
        }
        self.differ_within(theirs, told);
    }
}

impl ObjectLayout {
    /// Bytes of the object.
    pub fn size(&self) -> u64 {
        self.geometry().size
    }

    /// The object begins at a multiple of this.
    pub fn align(&self) -> u64 {
        self.geometry().align
    }

    /// The kind and form as the directory numbers them.
    pub fn kind_number(&self) -> u32 {
        self.form().number
    }

    /// Whether a directory that this version writes has that number.
    pub(crate) fn is_kind_number(number: u32) -> bool {
        ObjectKind::forms().any(|form| form.number == number)
    }

    /// Kind and form by name, such as `queue`, `queue_lanes` or `cell`.
    pub fn form_name(&self) -> &'static str {
        self.form().name
    }
}

#[cfg(test)]
#[allow(clippy::pedantic)]
mod tests {
    use super::*;
    use crate::types::read::is_type;
    use std::collections::{BTreeMap, BTreeSet};

    /// A number or a tag that two kinds have would be read as the wrong one.
    #[test]
    fn each_form_has_a_number_and_a_name_and_each_kind_tags_of_its_own() {
        let forms: Vec<Form> = ObjectKind::forms().collect();
        let numbers: BTreeSet<u32> = forms.iter().map(|form| form.number).collect();
        assert_eq!(numbers, (1..=forms.len() as u32).collect(), "without a gap");
        let names: BTreeSet<&str> = forms.iter().map(|form| form.name).collect();
        assert_eq!(names.len(), forms.len());
        let mut kind_of_tag = BTreeMap::new();
        for form in forms {
            let kind = form.name.split('_').next().unwrap();
            assert_eq!(*kind_of_tag.entry(form.tag).or_insert(kind), kind, "{form:?}");
            assert!(form.tag != b'S' && !is_type(form.tag), "{form:?}");
        }
    }
}
