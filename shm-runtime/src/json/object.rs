//! An object of a segment: what the contract says of it, its numbers by name,
//! and who holds its roles.

use super::scalars::Integer;
use crate::object::counters::def::CounterDef;
use crate::object::facts::{self, Facts};
use crate::object::properties::{Properties, Property};
use crate::object::sides::Side as SideDef;
use crate::segment::{ObjectStat, ParticipantStat};
use schemars::{JsonSchema, SchemaGenerator, json_schema};
use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};
use std::borrow::Cow;

/// An object of a segment.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Object {
    /// Its name within the segment.
    pub name: String,
    /// The name of its kind: `queue`, `ring`, `stream`, `topic`, `cell`,
    /// `state`, `event`, `counters` or `raw`.
    pub kind: &'static str,
    /// What the contract says of it.
    pub definition: Definition,
    /// Its numbers now, by name.
    pub numbers: Numbers,
    /// The holders of its roles.
    pub holders: Vec<Holder>,
    /// Messages per second between the last two samples; only in `top`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rates: Option<Rates>,
    /// Bytes from the start of the segment; null where directory and contract do
    /// not agree.
    pub offset: Option<u64>,
    /// Bytes that it takes; null as for the offset.
    pub size: Option<u64>,
    /// Whether programs can use it with this version, which creates and shows
    /// objects of every kind.
    pub operable: bool,
}

impl Object {
    /// The view of an object. `participants` are those of its segment, by the
    /// indices of their records, among whom are the holders of its roles.
    pub fn of(o: &ObjectStat, participants: &[ParticipantStat]) -> Self {
        Self {
            name: o.name.clone(),
            kind: o.kind,
            definition: Definition(o.def.properties(o.geometry.as_ref())),
            numbers: Numbers::of(&o.facts),
            holders: holders(&o.facts, participants),
            rates: None,
            offset: o.offset,
            size: o.geometry.map(|g| g.size),
            operable: o.def.is_operable(),
        }
    }
}

/// What a contract says of an object, by the keys of a schema, and what it comes
/// to. What its kind does not have is left out.
#[derive(Debug)]
pub struct Definition(Properties);

impl Serialize for Definition {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.0.len()))?;
        for (key, property) in &self.0 {
            match property {
                Property::Number(number) => map.serialize_entry(key, number)?,
                Property::Text(text) => map.serialize_entry(key, text)?,
                Property::Side(side) => map.serialize_entry(key, &Side::from(*side))?,
                Property::Flag(flag) => map.serialize_entry(key, flag)?,
                Property::Counters(all) => {
                    let all: Vec<Counter> = all.iter().map(Counter::from).collect();
                    map.serialize_entry(key, &all)?;
                }
            }
        }
        map.end()
    }
}

impl JsonSchema for Definition {
    fn schema_name() -> Cow<'static, str> {
        "Definition".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> schemars::Schema {
        Keys::json_schema(generator)
    }
}

/// What a contract says of an object, by the keys of a schema, and what it comes
/// to. What its kind does not have is left out.
#[derive(JsonSchema)]
#[allow(dead_code)] // it says of which types the keys are, and is never made
struct Keys {
    /// Queue, topic and stream of items: the type of what it passes.
    #[serde(skip_serializing_if = "Option::is_none")]
    item: Option<String>,
    /// Cell and state: the type of what it holds.
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    ty: Option<String>,
    /// Bytes of one.
    #[serde(skip_serializing_if = "Option::is_none")]
    item_size: Option<u64>,
    /// Queue and stream of items: items that always fit, in each lane if there are lanes. Topic: how
    /// many of the newest can be read.
    #[serde(skip_serializing_if = "Option::is_none")]
    capacity: Option<u64>,
    /// Ring and stream of bytes: bytes that always fit, in each lane if there are lanes.
    /// Raw: its bytes.
    #[serde(skip_serializing_if = "Option::is_none")]
    bytes: Option<u64>,
    /// Queue and ring: how many producers it may have at once.
    #[serde(skip_serializing_if = "Option::is_none")]
    producers: Option<Side>,
    /// Queue: how many consumers it may have at once.
    #[serde(skip_serializing_if = "Option::is_none")]
    consumers: Option<Side>,
    /// Queue and ring: how many lanes the producers share.
    #[serde(skip_serializing_if = "Option::is_none")]
    lanes: Option<u32>,
    /// Queue with owned slots: `total`, one order of all messages.
    #[serde(skip_serializing_if = "Option::is_none")]
    order: Option<&'static str>,
    /// Queue with owned slots: whether messages that a dead consumer had taken are
    /// delivered again.
    #[serde(skip_serializing_if = "Option::is_none")]
    redeliver: Option<bool>,
    /// Queue, stream of items, topic, cell, state, counters: how many slots there are.
    #[serde(skip_serializing_if = "Option::is_none")]
    slots: Option<u64>,
    /// Ring and stream of bytes: bytes that fit at most.
    #[serde(skip_serializing_if = "Option::is_none")]
    area: Option<u64>,
    /// Array of cells: how many lie side by side, each with slots and a version
    /// of its own.
    #[serde(skip_serializing_if = "Option::is_none")]
    count: Option<u32>,
    /// Raw: it begins at a multiple of this.
    #[serde(skip_serializing_if = "Option::is_none")]
    align: Option<u64>,
    /// Counters: each of them. Their values are the numbers.
    #[serde(skip_serializing_if = "Option::is_none")]
    counters: Option<Vec<Counter>>,
}

/// How many may be on a side of an object at once: 1 or `"many"`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// 1
    One,
    /// `"many"`
    Many,
}

impl From<SideDef> for Side {
    fn from(side: SideDef) -> Self {
        match side {
            SideDef::One => Self::One,
            SideDef::Many => Self::Many,
        }
    }
}

impl Serialize for Side {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::One => serializer.serialize_u32(1),
            Self::Many => serializer.serialize_str("many"),
        }
    }
}

impl JsonSchema for Side {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Side".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> schemars::Schema {
        json_schema!({ "enum": [1, "many"] })
    }
}

/// A counter.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Counter {
    /// Its name, under which its value is among the numbers.
    pub name: String,
    /// `u64` or `i64`.
    #[serde(rename = "type")]
    pub ty: &'static str,
}

impl From<&CounterDef> for Counter {
    fn from(counter: &CounterDef) -> Self {
        Self { name: counter.name.clone(), ty: counter.ty.name() }
    }
}

/// Numbers by name, in an order that says what belongs together.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Numbers(pub Vec<(Cow<'static, str>, Integer)>);

impl Numbers {
    fn of(facts: &Facts) -> Self {
        let each = facts.numbers.iter().map(|(name, n)| (name.clone(), Integer(*n)));
        Self(each.collect())
    }

    /// The number of that name.
    pub fn get(&self, name: &str) -> Option<i128> {
        self.0.iter().find(|(key, _)| key == name).map(|(_, n)| n.0)
    }
}

impl Serialize for Numbers {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|(name, number)| (name, number)))
    }
}

impl JsonSchema for Numbers {
    fn schema_name() -> Cow<'static, str> {
        "Numbers".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> schemars::Schema {
        let number = |text: &str| json_schema!({ "type": "integer", "description": text });
        json_schema!({
            "type": "object",
            "description": "Whole numbers by name; those of counters have the names of the \
                counters. A number that the kind does not have, or that this version does not \
                read, is left out.",
            "properties": {
                "depth": number("Queue: messages that wait."),
                "in": number("Queue: messages that were ever put in."),
                "out": number("Queue: messages that were ever taken out."),
                "full": number("Queue: how often a push found no room."),
                "redelivered": number(
                    "Queue: messages that came a second time after a consumer died."
                ),
                "dropped": number("Queue: messages that were committed and given up."),
                "high_water": number("Queue: the greatest depth that was noticed; sampled."),
                "waiters": number("Queue: living participants that sleep until they can go on."),
                "version": number("Cell and state: how often a value was stored."),
                "times_died": number(
                    "State: how often its lock was taken from a holder that had died."
                ),
                "count": number("Event: how often it was signalled."),
            },
            "additionalProperties": { "type": "integer" },
        })
    }
}

/// A process that holds a role of an object.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Holder {
    /// The role, such as `producer` or `consumer`; of a state, `owner`: the holder of its lock.
    pub role: &'static str,
    /// Its process id in its own pid namespace.
    pub pid: u32,
    /// The name of its program.
    pub program: String,
    /// Whether it is alive; also true if that is unknown.
    pub alive: bool,
    /// Whether it sleeps until there is a message, or room for one.
    pub waits: bool,
}

/// `participants` are sorted by the indices of their records.
fn holders(facts: &Facts, participants: &[ParticipantStat]) -> Vec<Holder> {
    let holder = |held: &facts::Holder| {
        let found = participants.binary_search_by_key(&held.participant, |p| p.index).ok()?;
        let found = &participants[found];
        let program = found.program.clone();
        let (role, waits) = (held.role, held.waits);
        Some(Holder { role, pid: found.pid, program, alive: found.alive, waits })
    };
    facts.holders.iter().filter_map(holder).collect()
}

/// Messages per second; null in the first sample.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, JsonSchema)]
pub struct Rates {
    /// Put in.
    #[serde(rename = "in")]
    pub pushed: Option<f64>,
    /// Taken out.
    #[serde(rename = "out")]
    pub popped: Option<f64>,
}
