//! The objects of a contract, as data: what each is, how large, and who may do
//! what with it.

use super::cell::def::CellDef;
use super::counters::def::CounterDef;
use super::queue::def::{Flow, QueueDef};
use super::raw::def::RawDef;
use super::ring::def::RingDef;
use super::stream::def::StreamDef;
use super::topic::def::TopicDef;
use crate::types::expr::TypeExpr;

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
    /// The latest value, from one writer to any number of readers.
    Cell(CellDef),
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
            | Self::Cell(CellDef { item, .. })
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
