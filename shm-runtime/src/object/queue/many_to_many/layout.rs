//! Where the parts of a queue with owned slots lie. Offsets only.
//!
//! ```text
//!  offset                                          written by    read by
//!  ┌───────┬──────────────────────────────────────┐
//!  │ 0x000 │ tail        u64                      │ producers     producers
//!  ├───────┼──────────────────────────────────────┤
//!  │ 0x080 │ head        u64                      │ consumers     consumers
//!  ├───────┼──────────────────────────────────────┤
//!  │ 0x100 │ data flag   u32                      │ who sleeps    producers, each publish
//!  │ 0x104 │ space flag  u32                      │ who sleeps    consumers, each release
//!  │ 0x108 │ orphans     u64                      │ who sweeps    consumers, each pop
//!  ├───────┼──────────────────────────────────────┤
//!  │ 0x180 │ times full  u64                      │ now and then  observers
//!  │ 0x188 │ skipped     u64                      │
//!  │ 0x190 │ dropped     u64                      │
//!  │ 0x198 │ redelivered u64                      │
//!  │ 0x1a0 │ high water  u64                      │
//!  ├───────┼──────────────────────────────────────┤
//!  │ 0x200 │ slot 0: word u64, item, padding      │ its owner     who looks for one
//!  │  ...  │ slot 1                               │
//!  └───────┴──────────────────────────────────────┘
//!
//!  word of a slot
//!   63            32 31          15 14        3 2   0
//!  ┌────────────────┬──────────────┬───────────┬─────┐
//!  │ lap            │ generation   │ index     │ kind│
//!  └────────────────┴──────────────┴───────────┴─────┘
//! ```
//!
//! Index and generation (its lowest 17 bits) are the participant's who is
//! writing or reading, and 0 for the other kinds. Position p falls on slot
//! p mod slots in lap p / slots, of which the word keeps the lowest 32 bits.
//! Zero bytes are a queue whose slots are all empty in lap 0.
//!
//! Slots are no lines apart: two producers in neighbouring slots may share one,
//! which costs less than the memory of 128 bytes for each small item.

use crate::object::role::PARTICIPANTS_MAX;

/// Where the next message goes.
pub const TAIL: u64 = 0x000;
/// Where the next message comes from.
pub const HEAD: u64 = 0x080;
/// What consumers sleep on.
pub const DATA_FLAG: u64 = 0x100;
/// What producers sleep on.
pub const SPACE_FLAG: u64 = 0x104;
/// Slots that a dead consumer left behind; rather too many than too few.
pub const ORPHANS: u64 = 0x108;
/// How often a producer found the queue full.
pub const TIMES_FULL: u64 = 0x180;
/// Positions that a dead producer had claimed and never filled.
pub const SKIPPED: u64 = 0x188;
/// Messages that a dead consumer had begun, dropped as the schema says.
pub const DROPPED: u64 = 0x190;
/// Messages that were delivered a second time after a death.
pub const REDELIVERED: u64 = 0x198;
/// The greatest depth that was noticed.
pub const HIGH_WATER: u64 = 0x1a0;
/// The first slot.
pub const SLOTS: u64 = 0x200;

/// Bytes of a slot before its item.
pub const WORD_SIZE: u64 = 8;

/// Nothing is in the slot; it waits for the message of its lap.
pub const EMPTY: u64 = 0;
/// A producer has claimed the slot and not committed it.
pub const WRITING: u64 = 1;
/// A committed message.
pub const FULL: u64 = 2;
/// A consumer has claimed the message and not acknowledged it.
pub const READING: u64 = 3;
/// The consumer that had claimed the message died.
pub const ORPHAN: u64 = 4;
/// The lowest bit of the index in a slot's word.
pub const INDEX_SHIFT: u32 = 3;
/// The lowest bit of the generation in a slot's word.
pub const GENERATION_SHIFT: u32 = 15;
/// The lowest bit of the lap in a slot's word.
pub const LAP_SHIFT: u32 = 32;

// Every participant has an index in the word of a slot, and every kind a number.
const _: () = assert!(1 << (GENERATION_SHIFT - INDEX_SHIFT) >= PARTICIPANTS_MAX);
const _: () = assert!(ORPHAN < 1 << INDEX_SHIFT);

/// The geometry of a queue with owned slots, which follows from the size of its
/// items and its capacity alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ManyLayout {
    /// Bytes of an item.
    pub item: u64,
    /// Items that fit, which is also the number of slots.
    pub capacity: u64,
    /// Bytes from one slot to the next.
    pub stride: u64,
    /// Bytes of the whole object.
    pub size: u64,
}

impl ManyLayout {
    /// The layout of a queue of `capacity` items of `item` bytes; `None` if
    /// one of them is 0 or the size overflows.
    pub const fn new(item: u64, capacity: u64) -> Option<Self> {
        if item == 0 || capacity == 0 || item > u64::MAX / 2 {
            return None;
        }
        let stride = WORD_SIZE + ((item + 7) & !7);
        let Some(bytes) = capacity.checked_mul(stride) else {
            return None;
        };
        let Some(size) = bytes.checked_add(SLOTS) else {
            return None;
        };
        Some(Self { item, capacity, stride, size })
    }
}

#[cfg(test)]
#[allow(clippy::pedantic)]
mod tests {
    use super::*;

    #[test]
    fn each_item_has_one_slot() {
        let l = ManyLayout::new(9, 5).unwrap();
        assert_eq!((l.stride, l.size), (24, 0x200 + 5 * 24));
        for (item, capacity) in [(0, 1), (1, 0), (u64::MAX, 1), (8, 1 << 60)] {
            assert_eq!(ManyLayout::new(item, capacity), None);
        }
    }
}
