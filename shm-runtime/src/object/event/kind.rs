//! What is asked of every kind, of an event.
//!
//! Its record in a contract:
//!
//! ```text
//! 'N' { text name }
//! ```

use super::def::EventDef;
use super::layout::{self, EventLayout};
use super::observe;
use crate::error::Result;
use crate::object::LINE;
use crate::object::contents::Contents;
use crate::object::facts::Facts;
use crate::object::geometry::Geometry;
use crate::object::look::Look;
use crate::object::properties::{Properties, known};
use crate::object::room::{Form, Kind, Layout};
use crate::object::sight::Sight;
use crate::object::told::Told;
use crate::types::descriptor::Types;
use crate::types::read::{DecodeError, Reader};

const EVENT: Form = Form { name: "event", number: 10, tag: b'N' };

impl Kind for EventDef {
    const NAME: &'static str = "event";
    const FORMS: &'static [Form] = &[EVENT];
    type Layout = EventLayout;

    fn write(&self, _: &mut Vec<u8>) {}

    fn read(_: u8, _: &mut Reader<'_>) -> std::result::Result<Self, DecodeError> {
        Ok(Self)
    }

    fn differ(&self, _: &Self, _: &mut Told) {}

    fn layout(&self, _: Types<'_>) -> Option<EventLayout> {
        Some(EventLayout)
    }

    fn properties(&self, _: Option<&Geometry>) -> Properties {
        known([])
    }

    fn observe(&self, layout: &EventLayout, sight: &Sight<'_, impl Look>) -> Facts {
        let count = observe::count(sight, sight.at);
        sight.facts(&[("count", count)], &layout.roles())
    }

    fn now(&self, facts: &Facts) -> String {
        match facts.number("count") {
            None => String::new(),
            Some(1) => "signalled once".to_owned(),
            Some(count) => format!("signalled {count} times"),
        }
    }

    fn contents(&self, _: &EventLayout, _: &impl Look, _: u64, _: usize) -> Result<Contents> {
        Ok(Contents::Numbers)
    }
}

impl Layout for EventLayout {
    fn form(&self) -> Form {
        EVENT
    }

    fn geometry(&self) -> Geometry {
        Geometry {
            kind: EVENT.number,
            control: layout::SIZE,
            size: layout::SIZE,
            align: LINE,
            ..Geometry::default()
        }
    }

    fn flags(&self) -> Vec<u64> {
        vec![layout::FLAG]
    }
}
