//! What a contract says of a queue.

use crate::object::sides::Side;
use crate::types::expr::TypeExpr;

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
    /// Many producers, each in one of this many lanes, and one consumer. The order
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
