//! Where the parts of a stream lie. Offsets only; what happens in them is in
//! `logic`.
//!
//! ```text
//!  offset                                          written by   read by
//!  ┌───────┬──────────────────────────────────────┐
//!  │ 0x000 │ tail       u64                       │ writer      reader, when it has
//!  │ 0x008 │ times full u64                       │             read what it knows of
//!  ├───────┼──────────────────────────────────────┤
//!  │ 0x080 │ taken      u64                       │ reader      successors, observers
//!  │ 0x088 │ seen       u64                       │
//!  │ 0x090 │ redelivered u64                      │
//!  │ 0x098 │ high water u64                       │
//!  ├───────┼──────────────────────────────────────┤
//!  │ 0x100 │ head       u64                       │ reader,     writer, when its
//!  │       │                                      │ now & then  room is used up
//!  ├───────┼──────────────────────────────────────┤
//!  │ 0x180 │ data flag  u32                       │ who sleeps  writer, at each tail
//!  │ 0x184 │ space flag u32                       │ who sleeps  reader, at each head
//!  │ 0x188 │ writer role u64                      │ who claims  who claims, observers
//!  │ 0x190 │ reader role u64                      │
//!  ├───────┼──────────────────────────────────────┤
//!  │ 0x200 │ bytes, or items one behind the other │ writer      reader
//!  └───────┴──────────────────────────────────────┘
//! ```
//!
//! Cursors count items and never wrap; a byte is an item of one byte. Item p begins
//! at (p mod slots) × item. The tail is the commit: there are no headers. Zero bytes
//! are an empty stream.

use crate::object::round_up;

/// The writer's own line: the commit.
pub const TAIL: u64 = 0x000;
/// How often the writer found no room.
pub const TIMES_FULL: u64 = 0x008;
/// The reader's own line: the exact acknowledgement.
pub const TAKEN: u64 = 0x080;
/// The end of what the reader has looked at without acknowledging.
pub const SEEN: u64 = 0x088;
/// Items that were delivered a second time after a death.
pub const REDELIVERED: u64 = 0x090;
/// The greatest number of waiting items that the reader noticed when it published
/// the head.
pub const HIGH_WATER: u64 = 0x098;
/// The acknowledgement as the writer reads it, published lazily.
pub const HEAD: u64 = 0x100;
/// What the reader sleeps on.
pub const DATA_FLAG: u64 = 0x180;
/// What the writer sleeps on.
pub const SPACE_FLAG: u64 = 0x184;
/// Who is the writer.
pub const WRITER_ROLE: u64 = 0x188;
/// Who is the reader.
pub const READER_ROLE: u64 = 0x190;
/// The first byte.
pub const BYTES: u64 = 0x200;

/// The geometry of a stream, which follows from its item and its capacity alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StreamLayout {
    /// Whether it passes items of a type; else bytes, and all that is counted here
    /// counts bytes.
    pub has_items: bool,
    /// Bytes of an item; 1 where it passes bytes.
    pub item: u64,
    /// Items that always fit.
    pub capacity: u64,
    /// The reader publishes the head after this many items, or when it finds the
    /// stream empty.
    pub batch: u64,
    /// Items that may wait at most: more than `capacity` by what the published
    /// head may lag behind. Bytes fill whole words besides.
    pub slots: u64,
    /// Bytes of the whole object.
    pub size: u64,
}

impl StreamLayout {
    /// The layout of a stream of this many bytes; `None` if it is 0 or the size
    /// overflows.
    pub const fn of_bytes(bytes: u64) -> Option<Self> {
        Self::new(false, 1, bytes)
    }

    /// The layout of a stream of `capacity` items of `item` bytes; `None` if one of
    /// them is 0 or the size overflows.
    pub const fn of_items(item: u64, capacity: u64) -> Option<Self> {
        Self::new(true, item, capacity)
    }

    const fn new(has_items: bool, item: u64, capacity: u64) -> Option<Self> {
        if item == 0 || capacity == 0 {
            return None;
        }
        let batch = if capacity / 8 > 1 { capacity / 8 } else { 1 };
        let Some(least) = capacity.checked_add(batch - 1) else {
            return None;
        };
        let Some(slots) = round_up(least, if has_items { 1 } else { 8 }) else {
            return None;
        };
        let Some(bytes) = slots.checked_mul(item) else {
            return None;
        };
        // Whole words: nothing is accessed in smaller ones.
        let Some(area) = round_up(bytes, 8) else {
            return None;
        };
        let Some(size) = area.checked_add(BYTES) else {
            return None;
        };
        Some(Self { has_items, item, capacity, batch, slots, size })
    }
}

#[cfg(test)]
#[allow(clippy::pedantic)]
mod tests {
    use super::*;

    #[test]
    fn a_stream_of_any_length_has_whole_words() {
        let l = StreamLayout::of_bytes(1).unwrap();
        assert_eq!((l.batch, l.slots, l.size), (1, 8, 0x208));
        let l = StreamLayout::of_bytes(65_537).unwrap();
        assert_eq!((l.batch, l.slots), (8192, 73_728));
        for bytes in [0, u64::MAX, u64::MAX / 9 * 8 + 8] {
            assert_eq!(StreamLayout::of_bytes(bytes), None, "{bytes}");
        }
    }

    #[test]
    fn a_stream_of_items_has_a_whole_number_of_them() {
        let l = StreamLayout::of_items(12, 3).unwrap();
        assert_eq!((l.batch, l.slots, l.size), (1, 3, 0x200 + 40));
        let l = StreamLayout::of_items(8, 1000).unwrap();
        assert_eq!((l.batch, l.slots, l.size), (125, 1124, 0x200 + 8992));
        for (item, capacity) in [(0, 1), (1, 0), (1 << 32, 1 << 32), (u64::MAX, 1)] {
            assert_eq!(StreamLayout::of_items(item, capacity), None, "{item} {capacity}");
        }
    }
}
