//! What each kind of object answers. Its room has a type for what a contract says
//! of it, which is a [`Kind`], and one for where its parts lie, which is a
//! [`Layout`]; [`kind`](super::kind) lists the rooms and asks them.
//!
//! These are cold questions only: no push and no load goes through them.

use super::contents::{Contents, Followed};
use super::facts::Facts;
use super::geometry::{Geometry, Parts};
use super::look::{HowMany, Look};
use super::properties::Properties;
use super::role::{self, ParticipantId};
use super::role_word::RoleWord;
use super::sight::Sight;
use super::told::Told;
use super::wait;
use crate::error::Result;
use crate::memory::{Flag, MappedFlag, MappedWord, Mapping, Word};
use crate::types::descriptor::Types;
use crate::types::expr::TypeExpr;
use crate::types::read::{DecodeError, Reader};
use std::sync::Arc;

/// A form of a kind. Most kinds have one; a queue has three, whose parts lie
/// differently.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Form {
    /// Its name: that of the kind, and what tells it from the first form.
    pub(crate) name: &'static str,
    /// Its number in the directory of a segment.
    pub(crate) number: u32,
    /// The tag of its record in a contract.
    pub(crate) tag: u8,
}

/// What a contract says of an object of a kind.
pub(crate) trait Kind: Sized {
    /// The kind's name in schemas.
    const NAME: &'static str;
    /// Its forms. Numbers and tags are those of one form for ever; the first one
    /// has the kind's name.
    const FORMS: &'static [Form];
    /// Where its parts lie.
    type Layout: Layout;

    /// Its form, one of [`Self::FORMS`].
    fn form(&self) -> Form {
        Self::FORMS[0]
    }

    /// What a slot of it is called, one and many.
    const SLOT: [&'static str; 2] = ["slot", "slots"];

    /// The type of what it passes or holds, if it has one.
    fn item(&self) -> Option<&TypeExpr> {
        None
    }

    /// Whether this version has a runtime for it: can do with it what it is for.
    fn is_operable(&self) -> bool {
        false
    }

    /// Writes its record, without the object's name, with which it begins.
    fn write(&self, out: &mut Vec<u8>);

    /// Reads the same, of the form with this tag, from bytes that nobody vouches
    /// for. Whether its types are known is for the contract to say, and whether its
    /// size fits into any memory for [`Self::layout`].
    fn read(tag: u8, record: &mut Reader<'_>) -> std::result::Result<Self, DecodeError>;

    /// Tells how this one differs from that of a segment, their items apart.
    fn differ(&self, theirs: &Self, told: &mut Told);

    /// Where its parts lie; `None` if it makes no sense.
    fn layout(&self, types: Types<'_>) -> Option<Self::Layout>;

    /// What a contract says of it, by the keys of a schema, and where its geometry
    /// is known, what that comes to.
    fn properties(&self, geometry: Option<&Geometry>) -> Properties;

    /// For how much it has room, and from whom to whom it goes, in words:
    /// `room for 1024, one to one`. Empty where its item says it all.
    fn summary(&self) -> String {
        String::new()
    }

    /// What is known about it without taking part: each number that is not 0 for
    /// ever, by name, and who holds its roles.
    fn observe(&self, layout: &Self::Layout, sight: &Sight<'_, impl Look>) -> Facts {
        sight.facts(&[], &layout.roles())
    }

    /// What its numbers say, in words, where they are not told in a table:
    /// `version 3`.
    fn now(&self, _facts: &Facts) -> String {
        String::new()
    }

    /// What lies in the object at `at`, at most `limit` messages, or lines of bytes.
    fn contents(
        &self,
        _layout: &Self::Layout,
        _look: &impl Look,
        _at: u64,
        _limit: usize,
    ) -> Result<Contents> {
        Ok(Contents::Unread)
    }
}

/// Where the parts of an object of a kind lie.
pub(crate) trait Layout {
    /// Its form, one of its kind's.
    fn form(&self) -> Form;

    /// Its numbers.
    fn geometry(&self) -> Geometry;

    /// Its lanes, or what else lies in it side by side.
    fn parts(&self) -> Option<Parts> {
        None
    }

    /// Its role words.
    fn roles(&self) -> Vec<RoleWord> {
        Vec::new()
    }

    /// The words that somebody may sleep on, from where it begins; see
    /// [`wait`](crate::object::wait).
    fn flags(&self) -> Vec<u64> {
        Vec::new()
    }

    /// Bytes of a slot before its item.
    fn stamp(&self) -> u64 {
        0
    }

    /// How many messages wait in the object at `at`; `None` if it passes none, or
    /// this version does not read them.
    fn depth(&self, _look: &impl Look, _at: u64, _how_many: HowMany) -> Option<u64> {
        None
    }

    /// Where the messages end that ever went into the object at `at`, and how many
    /// of them wait; `None` as for the depth.
    fn end(&self, _look: &impl Look, _at: u64) -> Option<(u64, u64)> {
        None
    }

    /// The messages of the object at `at` from position `next` on, at most `limit`,
    /// whether they wait or were taken; `None` as for the depth.
    fn follow(
        &self,
        _look: &impl Look,
        _at: u64,
        _next: u64,
        _limit: usize,
    ) -> Option<Result<Followed>> {
        None
    }

    /// Clears the object at `at` of what a dead participant held. Anybody may do
    /// it, any number of times.
    fn sweep(&self, area: &impl Area, at: u64, dead: ParticipantId) {
        for word in self.roles().iter().filter_map(|role| area.word(at + role.word)) {
            role::sweep(&word, dead);
        }
    }

    /// Gives up what a living participant holds there, who leaves.
    fn leave(&self, area: &impl Area, at: u64, who: ParticipantId) {
        for word in self.roles().iter().filter_map(|role| area.word(at + role.word)) {
            role::give_up(&word, who);
        }
    }

    /// Wakes all who sleep on it, without asking whether anybody does.
    fn wake(&self, area: &impl Area, at: u64) {
        for flag in self.flags().into_iter().filter_map(|flag| area.flag(at + flag)) {
            wait::wake_regardless(&flag);
        }
    }
}

/// Words of a segment, by their offsets; `None` of what lies outside.
pub(crate) trait Area {
    type Word: Word;
    type Flag: Flag;

    fn word(&self, at: u64) -> Option<Self::Word>;
    fn flag(&self, at: u64) -> Option<Self::Flag>;
}

impl Area for Arc<Mapping> {
    type Word = MappedWord;
    type Flag = MappedFlag;

    fn word(&self, at: u64) -> Option<MappedWord> {
        Mapping::word(self, at).ok()
    }

    fn flag(&self, at: u64) -> Option<MappedFlag> {
        Mapping::flag(self, at).ok()
    }
}
