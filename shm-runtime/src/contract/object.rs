//! The objects of a contract, as data: what each is, how large, and who may do
//! what with it.

use super::type_expr::{Primitive, TypeExpr};

/// An object of a segment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ObjectDef {
    /// Its name within the segment.
    pub name: String,
    /// What it is, with its geometry and discipline.
    pub kind: ObjectKind,
}

/// The kinds of object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ObjectKind {
    /// Fixed-size typed slots, first in, first out.
    Queue(QueueDef),
    /// Messages of any length, first in, first out.
    Ring(RingDef),
    /// Bytes, first in, first out.
    Stream(StreamDef),
    /// Every reader sees every message.
    Topic(TopicDef),
    /// The latest value of this type.
    Cell(TypeExpr),
    /// A value of this type behind a lock.
    State(TypeExpr),
    /// A signal.
    Event,
    /// Integers that add and read atomically; at least one.
    Counters(Vec<CounterDef>),
    /// Bytes without a discipline of ours.
    Raw(RawDef),
}

impl ObjectKind {
    /// The kind's name in schemas.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Queue(_) => "queue",
            Self::Ring(_) => "ring",
            Self::Stream(_) => "stream",
            Self::Topic(_) => "topic",
            Self::Cell(_) => "cell",
            Self::State(_) => "state",
            Self::Event => "event",
            Self::Counters(_) => "counters",
            Self::Raw(_) => "raw",
        }
    }

    /// The type of what it passes or holds, if it has one.
    pub const fn item(&self) -> Option<&TypeExpr> {
        match self {
            Self::Queue(QueueDef { item, .. })
            | Self::Topic(TopicDef { item, .. })
            | Self::Cell(item)
            | Self::State(item) => Some(item),
            Self::Ring(_) | Self::Stream(_) | Self::Event | Self::Counters(_) | Self::Raw(_) => {
                None
            }
        }
    }

    /// Whether this version has a runtime for it: can do with it what it is for.
    /// The others it lays out, creates, and shows.
    pub const fn is_operable(&self) -> bool {
        matches!(self, Self::Queue(QueueDef { flow: Flow::OneToOne, .. }))
    }
}

/// A queue.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct QueueDef {
    /// The type of its items.
    pub item: TypeExpr,
    /// The number of items that always fit; at least 1. In each lane, if it has
    /// lanes.
    pub capacity: u64,
    /// From whom to whom.
    pub flow: Flow,
}

impl QueueDef {
    /// A queue from one producer to one consumer.
    pub const fn one_to_one(item: TypeExpr, capacity: u64) -> Self {
        Self { item, capacity, flow: Flow::OneToOne }
    }
}

/// From how many to how many a queue passes its items, and in which order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Flow {
    /// One producer, one consumer.
    OneToOne,
    /// Many producers, each in one of so many lanes, and one consumer. The order
    /// of each producer is kept.
    Lanes(u32),
    /// Many on one side or on both. There is one order for all.
    Owned {
        /// Who pushes.
        producers: Side,
        /// Who pops. One side at least is many.
        consumers: Side,
        /// Whether what a dead consumer had begun to read comes again; else it
        /// is dropped.
        redeliver: bool,
    },
}

impl Flow {
    /// Who pushes.
    pub const fn producers(&self) -> Side {
        match self {
            Self::OneToOne => Side::One,
            Self::Lanes(_) => Side::Many,
            Self::Owned { producers, .. } => *producers,
        }
    }

    /// Who pops.
    pub const fn consumers(&self) -> Side {
        match self {
            Self::OneToOne | Self::Lanes(_) => Side::One,
            Self::Owned { consumers, .. } => *consumers,
        }
    }
}

/// How many may be on a side of an object at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// One.
    One,
    /// Any number.
    Many,
}

impl Side {
    /// `one` or `many`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::One => "one",
            Self::Many => "many",
        }
    }
}

/// A ring.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RingDef {
    /// Bytes that messages with their headers always have room for. In each
    /// lane, if it has lanes.
    pub bytes: u64,
    /// With many producers: how many lanes they share.
    pub lanes: Option<u32>,
}

/// A stream.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StreamDef {
    /// Bytes that always fit; at least 1.
    pub bytes: u64,
}

/// A topic.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TopicDef {
    /// The type of its items.
    pub item: TypeExpr,
    /// So many of the newest items can be read; at least 1.
    pub capacity: u64,
}

/// A counter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CounterDef {
    /// Its name.
    pub name: String,
    /// `u64` or `i64`.
    pub ty: Primitive,
}

/// Raw bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RawDef {
    /// How many; at least 1.
    pub bytes: u64,
    /// They begin at a multiple of this: a power of two from 128 to 4096.
    pub align: u64,
}
