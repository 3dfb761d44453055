//! An object of a segment: what the contract says of it, its numbers by name,
//! and who holds its roles.

use super::scalars::Integer;
use crate::object::counters::def::CounterDef;
use crate::object::kind::ObjectKind;
use crate::object::queue::def::{Flow, Side as SideDef};
use crate::object::queue::observe::QueueStat;
use crate::segment::{ObjectStat, ParticipantStat};
use schemars::{JsonSchema, SchemaGenerator, json_schema};
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
    /// Who holds its roles.
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
            definition: Definition::of(o),
            numbers: Numbers::of(o),
            holders: o.queue.as_ref().map_or_else(Vec::new, |q| holders(q, participants)),
            rates: None,
            offset: o.offset,
            size: o.geometry.map(|g| g.size),
            operable: o.def.is_operable(),
        }
    }
}

/// What a contract says of an object, by the keys of a schema, and what it comes
/// to. What its kind does not have is left out.
#[derive(Debug, Default, Serialize, JsonSchema)]
pub struct Definition {
    /// Queue and topic: the type of what it passes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub item: Option<String>,
    /// Cell and state: the type of what it holds.
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    pub ty: Option<String>,
    /// Bytes of one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub item_size: Option<u64>,
    /// Queue: items that always fit, in each lane if there are lanes. Topic: how
    /// many of the newest can be read.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub capacity: Option<u64>,
    /// Ring and stream: bytes that always fit, in each lane if there are lanes.
    /// Raw: its bytes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bytes: Option<u64>,
    /// Queue and ring: how many producers it may have at once.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub producers: Option<Side>,
    /// Queue: how many consumers it may have at once.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub consumers: Option<Side>,
    /// Queue and ring: how many lanes the producers share.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lanes: Option<u32>,
    /// Queue with owned slots: `total`, one order of all messages.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub order: Option<&'static str>,
    /// Queue with owned slots: whether messages that a dead consumer had taken are
    /// delivered again.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub redeliver: Option<bool>,
    /// Queue, topic, cell, state, counters: how many slots there are.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub slots: Option<u64>,
    /// Ring and stream: bytes that fit at most.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub area: Option<u64>,
    /// Array of cells: how many lie side by side, each with slots and a version
    /// of its own.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub count: Option<u32>,
    /// Raw: it begins at a multiple of this.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub align: Option<u64>,
    /// Counters: each of them. Their values are the numbers.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub counters: Option<Vec<Counter>>,
}

impl Definition {
    fn of(o: &ObjectStat) -> Self {
        let mut out = Self::from(&o.def);
        let Some(geometry) = o.geometry else { return out };
        out.item_size = o.def.item().map(|_| geometry.item);
        match o.def {
            // Of these, a slot is a byte.
            ObjectKind::Ring(_) | ObjectKind::Stream(_) => out.area = Some(geometry.slots),
            ObjectKind::Raw(_) => {}
            _ => out.slots = Some(geometry.slots).filter(|n| *n != 0),
        }
        out
    }
}

impl From<&ObjectKind> for Definition {
    fn from(def: &ObjectKind) -> Self {
        let empty = Self::default();
        match def {
            ObjectKind::Queue(queue) => {
                let (lanes, redeliver) = match queue.flow {
                    Flow::OneToOne => (None, None),
                    Flow::Lanes(lanes) => (Some(lanes), None),
                    Flow::Owned { redeliver, .. } => (None, Some(redeliver)),
                };
                Self {
                    item: Some(queue.item.to_string()),
                    capacity: Some(queue.capacity),
                    producers: Some(queue.flow.producers().into()),
                    consumers: Some(queue.flow.consumers().into()),
                    lanes,
                    order: redeliver.map(|_| "total"),
                    redeliver,
                    ..empty
                }
            }
            ObjectKind::Ring(ring) => {
                let producers = if ring.lanes.is_some() { SideDef::Many } else { SideDef::One };
                let (bytes, producers) = (Some(ring.bytes), Some(producers.into()));
                Self { bytes, producers, lanes: ring.lanes, ..empty }
            }
            ObjectKind::Stream(stream) => Self { bytes: Some(stream.bytes), ..empty },
            ObjectKind::Topic(topic) => {
                let item = Some(topic.item.to_string());
                Self { item, capacity: Some(topic.capacity), ..empty }
            }
            ObjectKind::Cell(cell) => {
                Self { ty: Some(cell.item.to_string()), count: cell.count, ..empty }
            }
            ObjectKind::State(ty) => Self { ty: Some(ty.to_string()), ..empty },
            ObjectKind::Raw(raw) => {
                Self { bytes: Some(raw.bytes), align: Some(raw.align), ..empty }
            }
            ObjectKind::Counters(all) => {
                Self { counters: Some(all.iter().map(Counter::from).collect()), ..empty }
            }
            ObjectKind::Event => empty,
        }
    }
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
    fn of(o: &ObjectStat) -> Self {
        let mut all = Vec::new();
        let mut put = |name: &'static str, n: u64| all.push((Cow::from(name), Integer::from(n)));
        if let Some(q) = &o.queue {
            put("depth", q.depth);
            put("in", q.pushed);
            put("out", q.popped);
            put("full", q.times_full);
            put("redelivered", q.redelivered);
            put("dropped", q.dropped);
            put("high_water", q.high_water);
            put("waiters", q.waiters());
        }
        if let Some(version) = o.version {
            put("version", version);
        }
        if let Some(count) = o.count {
            put("count", count);
        }
        if let ObjectKind::Counters(counters) = &o.def {
            let each = counters.iter().zip(&o.values);
            all.extend(each.map(|(c, value)| (c.name.clone().into(), Integer(*value))));
        }
        Self(all)
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
                "count": number("Event: how often it was signalled."),
            },
            "additionalProperties": { "type": "integer" },
        })
    }
}

/// Who holds a role of an object.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Holder {
    /// The role, such as `producer` or `consumer`.
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

fn holders(q: &QueueStat, participants: &[ParticipantStat]) -> Vec<Holder> {
    let roles =
        [("producer", q.producer, q.producer_waits), ("consumer", q.consumer, q.consumer_waits)];
    let holder = |(role, index, waits): (&'static str, Option<u32>, bool)| {
        let found = participants.binary_search_by_key(&index?, |p| p.index).ok()?;
        let found = &participants[found];
        let program = found.program.clone();
        Some(Holder { role, pid: found.pid, program, alive: found.alive, waits })
    };
    roles.into_iter().filter_map(holder).collect()
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
