//! What is asked of every kind, of a state.
//!
//! Its record in a contract:
//!
//! ```text
//! 'A' { text name | text type }
//! ```
//!
//! Its lock is no role, and the words that its users sleep on have rules of their own:
//! so sweeping and waking have, too. Leaving has nothing to give up: a lock in hand keeps
//! its attachment.

use super::def::StateDef;
use super::layout::{self, StateLayout};
use super::logic::{self, Owner};
use super::observe;
use crate::error::Result;
use crate::memory::Flag;
use crate::object::LINE;
use crate::object::contents::Contents;
use crate::object::facts::Facts;
use crate::object::geometry::Geometry;
use crate::object::look::Look;
use crate::object::properties::{Properties, known};
use crate::object::role::ParticipantId;
use crate::object::room::{Area, Form, Kind, Layout};
use crate::object::sight::Sight;
use crate::object::told::Told;
use crate::types::descriptor::Types;
use crate::types::expr::TypeExpr;
use crate::types::read::{DecodeError, Reader};
use crate::types::write::text;

const STATE: Form = Form { name: "state", number: 9, tag: b'A' };

impl Kind for StateDef {
    const NAME: &'static str = "state";
    const FORMS: &'static [Form] = &[STATE];
    const SLOT: [&'static str; 2] = ["copy", "copies"];
    type Layout = StateLayout;

    fn item(&self) -> Option<&TypeExpr> {
        Some(&self.item)
    }

    fn is_operable(&self) -> bool {
        true
    }

    fn write(&self, out: &mut Vec<u8>) {
        text(out, &self.item.to_string());
    }

    fn read(_: u8, record: &mut Reader<'_>) -> std::result::Result<Self, DecodeError> {
        Ok(Self { item: record.type_expr()? })
    }

    fn differ(&self, _: &Self, _: &mut Told) {}

    fn layout(&self, types: Types<'_>) -> Option<StateLayout> {
        let (item, _) = types.size_and_align(&self.item)?;
        StateLayout::new(item)
    }

    fn properties(&self, geometry: Option<&Geometry>) -> Properties {
        known([
            ("type", Some((&self.item).into())),
            ("item_size", geometry.map(|g| g.item.into())),
            ("slots", geometry.map(|g| g.slots.into())),
        ])
    }

    fn observe(&self, _: &StateLayout, sight: &Sight<'_, impl Look>) -> Facts {
        observe::facts(sight)
    }

    fn now(&self, facts: &Facts) -> String {
        match facts.number("version") {
            None => String::new(),
            Some(0) => "never changed, all zero".to_owned(),
            Some(version) => format!("version {version}"),
        }
    }

    fn contents(
        &self,
        layout: &StateLayout,
        look: &impl Look,
        at: u64,
        _: usize,
    ) -> Result<Contents> {
        Ok(match observe::value(look, at, layout)? {
            Some(value) => Contents::Values(vec![value], 0),
            None => Contents::Numbers,
        })
    }
}

impl Layout for StateLayout {
    fn form(&self) -> Form {
        STATE
    }

    fn geometry(&self) -> Geometry {
        Geometry {
            kind: STATE.number,
            item: self.item,
            capacity: 1,
            slots: layout::COPY_COUNT,
            control: layout::COPIES,
            stride: self.stride,
            size: self.size,
            align: LINE,
            ..Geometry::default()
        }
    }

    fn sweep(&self, area: &impl Area, at: u64, dead: ParticipantId) {
        if let Some(lock) = area.flag(at + layout::LOCK) {
            logic::sweep(&lock, Owner::of(dead));
        }
    }

    fn wake(&self, area: &impl Area, at: u64) {
        if let Some(lock) = area.flag(at + layout::LOCK) {
            lock.wake();
        }
        if let Some(sequence) = area.flag(at + layout::SEQUENCE) {
            logic::advance(&sequence);
        }
    }
}
