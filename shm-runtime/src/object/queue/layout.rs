//! Where the parts of a one-to-one queue lie. Offsets only; what happens in
//! them is in `one_to_one`.
//!
//! ```text
//!  offset                                          written by   read by
//!  ┌───────┬──────────────────────────────────────┐
//!  │ 0x000 │ tail hint  u64                       │ producer    successors, observers
//!  │ 0x008 │ times full u64                       │
//!  ├───────┼──────────────────────────────────────┤
//!  │ 0x080 │ taken      u64                       │ consumer    successors, observers
//!  │ 0x088 │ seen       u64                       │
//!  │ 0x090 │ redelivered u64                      │
//!  │ 0x098 │ high water u64                       │
//!  ├───────┼──────────────────────────────────────┤
//!  │ 0x100 │ head       u64                       │ consumer,   producer, when its
//!  │       │                                      │ now & then  room is used up
//!  ├───────┼──────────────────────────────────────┤
//!  │ 0x180 │ data flag  u32                       │ who sleeps  producer, at each publish
//!  │ 0x184 │ space flag u32                       │ who sleeps  consumer, at each head
//!  │ 0x188 │ producer role u64                    │ who claims  who claims, observers
//!  │ 0x190 │ consumer role u64                    │
//!  ├───────┼──────────────────────────────────────┤
//!  │ 0x200 │ slot 0: stamp u64, item, padding     │ producer    consumer
//!  │  ...  │ slot 1                               │
//!  └───────┴──────────────────────────────────────┘
//! ```
//!
//! Lines that different sides write are 128 bytes apart, against false sharing:
//! processors fetch pairs of 64-byte lines. Nothing that is only read shares a line with
//! something that is written at each message.

use super::many_to_many::layout::ManyLayout;
use crate::object::lanes::layout::LanesLayout;

/// The producer's own line.
pub const TAIL_HINT: u64 = 0x000;
/// How often the producer found the queue full.
pub const TIMES_FULL: u64 = 0x008;
/// The consumer's own line: the exact acknowledgement.
pub const TAKEN: u64 = 0x080;
/// The end of what the consumer has looked at without acknowledging.
pub const SEEN: u64 = 0x088;
/// Messages that were delivered a second time after a death.
pub const REDELIVERED: u64 = 0x090;
/// The greatest depth that the consumer noticed when it published the head.
pub const HIGH_WATER: u64 = 0x098;
/// The acknowledgement as the producer reads it, published lazily.
pub const HEAD: u64 = 0x100;
/// What a consumer sleeps on.
pub const DATA_FLAG: u64 = 0x180;
/// What a producer sleeps on.
pub const SPACE_FLAG: u64 = 0x184;
/// Who is the producer.
pub const PRODUCER_ROLE: u64 = 0x188;
/// Who is the consumer.
pub const CONSUMER_ROLE: u64 = 0x190;
/// The first slot.
pub const SLOTS: u64 = 0x200;

/// Bytes of a slot before its item.
pub const STAMP_SIZE: u64 = 8;

/// The geometry of a queue, which follows from the size of its items and its
/// capacity alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct QueueLayout {
    /// Bytes of an item.
    pub item: u64,
    /// Items that always fit.
    pub capacity: u64,
    /// The consumer publishes the head after this many messages, or when it
    /// finds the queue empty. At least 1.
    pub batch: u64,
    /// Slots, which is the number of items that may wait at most: Full is said
    /// when the producer is this far ahead of the last head that it knows, so
    /// never while fewer than `capacity` wait.
    pub slots: u64,
    /// Bytes from one slot to the next.
    pub stride: u64,
    /// Bytes of the whole object.
    pub size: u64,
}

impl QueueLayout {
    /// The layout of a queue of `capacity` items of `item` bytes; `None` if
    /// one of them is 0 or the size overflows.
    pub const fn new(item: u64, capacity: u64) -> Option<Self> {
        if item == 0 || capacity == 0 || item > u64::MAX / 2 {
            return None;
        }
        let batch = if capacity / 8 > 1 { capacity / 8 } else { 1 };
        let Some(slots) = capacity.checked_add(batch - 1) else {
            return None;
        };
        let stride = STAMP_SIZE + ((item + 7) & !7);
        let Some(bytes) = slots.checked_mul(stride) else {
            return None;
        };
        let Some(size) = bytes.checked_add(SLOTS) else {
            return None;
        };
        Some(Self { item, capacity, batch, slots, stride, size })
    }
}

/// The layout of a queue, whoever is on its sides.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AnyQueue {
    /// From one producer to one consumer.
    OneToOne(QueueLayout),
    /// From many to one: a one-to-one queue for each lane.
    Lanes(LanesLayout, QueueLayout),
    /// Many on one side or on both: its slots name their owners.
    Owned(ManyLayout),
}

#[cfg(test)]
#[allow(clippy::pedantic)]
mod tests {
    use super::*;

    #[test]
    fn a_small_queue_is_exact_and_a_large_one_has_an_eighth_of_slack() {
        for capacity in 1..16 {
            let l = QueueLayout::new(8, capacity).unwrap();
            assert_eq!((l.batch, l.slots), (1, capacity));
        }
        let l = QueueLayout::new(56, 4096).unwrap();
        assert_eq!((l.batch, l.slots, l.stride), (512, 4607, 64));
        assert_eq!(l.size, 0x200 + 4607 * 64);
    }

    #[test]
    fn what_overflows_has_no_layout() {
        assert_eq!(QueueLayout::new(8, 0), None);
        assert_eq!(QueueLayout::new(0, 8), None);
        assert_eq!(QueueLayout::new(8, 1 << 63), None);
        assert_eq!(QueueLayout::new(u64::MAX, 1), None);
    }
}
