//! Where the parts of a topic lie. Offsets only.
//!
//! ```text
//!  offset                                          written by   read by
//!  ┌───────┬──────────────────────────────────────┐
//!  │ 0x000 │ tail hint      u64                   │ publisher   successors, who joins
//!  ├───────┼──────────────────────────────────────┤
//!  │ 0x080 │ data flag      u32                   │ who sleeps  publisher, each publish
//!  │ 0x088 │ publisher role u64                   │ who claims  who claims, observers
//!  ├───────┼──────────────────────────────────────┤
//!  │ 0x100 │ slot 0: stamp u64, item, padding     │ publisher   readers
//!  │  ...  │ slot 1                               │
//!  └───────┴──────────────────────────────────────┘
//! ```
//!
//! Message p lies in slot p mod slots. Its stamp is 2p + 1 while it is written
//! and 2p + 2 once it is there, so that zero bytes are a topic without a
//! message. One slot more than the capacity is for the message that is being
//! written, so that the last `capacity` ones can always be read.

/// The publisher's own line.
pub const TAIL_HINT: u64 = 0x000;
/// What readers sleep on.
pub const DATA_FLAG: u64 = 0x080;
/// Who publishes.
pub const PUBLISHER_ROLE: u64 = 0x088;
/// The first slot.
pub const SLOTS: u64 = 0x100;

/// Bytes of a slot before its item.
pub const STAMP_SIZE: u64 = 8;

/// The geometry of a topic, which follows from the size of its items and its
/// capacity alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TopicLayout {
    /// Bytes of an item.
    pub item: u64,
    /// The newest messages, which can always be read.
    pub capacity: u64,
    /// Slots: one more.
    pub slots: u64,
    /// Bytes from one slot to the next.
    pub stride: u64,
    /// Bytes of the whole object.
    pub size: u64,
}

impl TopicLayout {
    /// The layout of a topic of `capacity` items of `item` bytes; `None` if
    /// one of them is 0 or the size overflows.
    pub const fn new(item: u64, capacity: u64) -> Option<Self> {
        if item == 0 || capacity == 0 || capacity == u64::MAX || item > u64::MAX / 2 {
            return None;
        }
        let slots = capacity + 1;
        let stride = STAMP_SIZE + ((item + 7) & !7);
        let Some(bytes) = slots.checked_mul(stride) else {
            return None;
        };
        let Some(size) = bytes.checked_add(SLOTS) else {
            return None;
        };
        Some(Self { item, capacity, slots, stride, size })
    }
}

#[cfg(test)]
#[allow(clippy::pedantic)]
mod tests {
    use super::*;

    #[test]
    fn one_slot_more_than_the_capacity() {
        let l = TopicLayout::new(12, 4).unwrap();
        assert_eq!((l.slots, l.stride, l.size), (5, 24, 0x100 + 5 * 24));
        for (item, capacity) in [(0, 1), (1, 0), (u64::MAX, 1), (1, u64::MAX), (8, 1 << 60)] {
            assert_eq!(TopicLayout::new(item, capacity), None);
        }
    }
}
