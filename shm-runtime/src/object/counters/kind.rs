//! What is asked of every kind, of counters.
//!
//! Their record in a contract:
//!
//! ```text
//! counters  'K' { text name | counter* }
//! counter   'k' { text name | text type }
//! ```

use super::def::CounterDef;
use super::layout::{self, CountersLayout};
use super::observe;
use crate::error::Result;
use crate::object::LINE;
use crate::object::contents::Contents;
use crate::object::facts::Facts;
use crate::object::geometry::Geometry;
use crate::object::look::Look;
use crate::object::properties::{Properties, Property, known};
use crate::object::room::{Form, Kind, Layout};
use crate::object::sight::Sight;
use crate::object::told::Told;
use crate::text::Printable;
use crate::types::descriptor::Types;
use crate::types::expr::Primitive;
use crate::types::read::{DecodeError, Reader};
use crate::types::write::{record, text};
use std::collections::{BTreeMap, BTreeSet};

const COUNTERS: Form = Form { name: "counters", number: 11, tag: b'K' };
const COUNTER: u8 = b'k';

impl Kind for Vec<CounterDef> {
    const NAME: &'static str = "counters";
    const FORMS: &'static [Form] = &[COUNTERS];
    const SLOT: [&'static str; 2] = ["counter", "counters"];
    type Layout = CountersLayout;

    fn write(&self, out: &mut Vec<u8>) {
        for counter in self {
            record(out, COUNTER, |out| {
                text(out, &counter.name);
                text(out, counter.ty.name());
            });
        }
    }

    fn read(_: u8, record: &mut Reader<'_>) -> std::result::Result<Self, DecodeError> {
        let mut counters = Vec::new();
        let mut names = BTreeSet::new();
        while !record.is_empty() {
            let mut counter = record.expect(COUNTER)?;
            let name = counter.text()?;
            let Some(ty @ (Primitive::U64 | Primitive::I64)) =
                Primitive::from_name(&counter.text()?)
            else {
                return Err(counter.fail("a type that no counter has"));
            };
            counter.end()?;
            if !names.insert(name.clone()) {
                return Err(counter.fail("a counter that is there twice"));
            }
            counters.push(CounterDef { name, ty });
        }
        if counters.is_empty() {
            return Err(record.fail("no counters"));
        }
        Ok(counters)
    }

    fn differ(&self, theirs: &Self, told: &mut Told) {
        let by_name = |counters: &[CounterDef]| -> BTreeMap<String, usize> {
            counters.iter().enumerate().map(|(i, c)| (c.name.clone(), i)).collect()
        };
        let (my_names, their_names) = (by_name(self), by_name(theirs));
        for (i, counter) in self.iter().enumerate() {
            let name = &counter.name;
            let Some(j) = their_names.get(name).copied() else {
                told.add(format!("has counter {name} here only"));
                continue;
            };
            told.differ(&format!("has counter {name} as"), counter.ty, theirs[j].ty);
            told.differ(&format!("has counter {name} as number"), i, j);
        }
        for CounterDef { name, .. } in theirs.iter().filter(|c| !my_names.contains_key(&c.name)) {
            told.add(format!("has counter {name} in the segment only"));
        }
    }

    fn layout(&self, _: Types<'_>) -> Option<CountersLayout> {
        CountersLayout::new(self.len() as u64)
    }

    fn properties(&self, geometry: Option<&Geometry>) -> Properties {
        known([
            ("slots", geometry.map(|g| g.slots.into())),
            ("counters", Some(Property::Counters(self.clone()))),
        ])
    }

    fn observe(&self, layout: &CountersLayout, sight: &Sight<'_, impl Look>) -> Facts {
        let values = observe::values(sight, sight.at, self);
        let named = self.iter().zip(values).map(|(c, value)| (c.name.clone().into(), value));
        Facts { numbers: named.collect(), holders: sight.holders(&layout.roles()) }
    }

    fn now(&self, facts: &Facts) -> String {
        let each = facts.numbers.iter().map(|(name, value)| format!("{} {value}", Printable(name)));
        each.collect::<Vec<_>>().join(", ")
    }

    fn contents(&self, _: &CountersLayout, _: &impl Look, _: u64, _: usize) -> Result<Contents> {
        Ok(Contents::Named)
    }
}

impl Layout for CountersLayout {
    fn form(&self) -> Form {
        COUNTERS
    }

    fn geometry(&self) -> Geometry {
        Geometry {
            kind: COUNTERS.number,
            item: layout::WORD_SIZE,
            capacity: self.count,
            slots: self.count,
            stride: layout::STRIDE,
            size: self.size,
            align: LINE,
            ..Geometry::default()
        }
    }
}
