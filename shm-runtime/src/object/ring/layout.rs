//! Where the parts of a one-to-one ring lie. Offsets only. With many producers
//! it is the layout of a [lane](crate::lanes::layout).
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
//!  │ 0x200 │ records                              │ producer    consumer
//!  └───────┴──────────────────────────────────────┘
//!
//!  record, at a multiple of 8
//!   63                  32 31                   0
//!  ┌──────────────────────┬──────────────────────┐
//!  │ kind                 │ length in bytes      │  header u64
//!  ├──────────────────────┴──────────────────────┤
//!  │ the message, padded to a multiple of 8      │
//!  └─────────────────────────────────────────────┘
//! ```
//!
//! Cursors count bytes, headers and padding included, and never wrap; a
//! position lies at position mod area. A record does not cross the end of the
//! area: one of kind [`PADDING`] fills what is left there. Zero bytes are a ring
//! whose first record is not there yet.

use crate::object::lanes::layout::LanesLayout;

/// The producer's own line.
pub const TAIL_HINT: u64 = 0x000;
/// How often the producer found no room.
pub const TIMES_FULL: u64 = 0x008;
/// The consumer's own line: the exact acknowledgement.
pub const TAKEN: u64 = 0x080;
/// The end of what the consumer has looked at without acknowledging.
pub const SEEN: u64 = 0x088;
/// Messages that were delivered a second time after a death.
pub const REDELIVERED: u64 = 0x090;
/// The greatest number of waiting bytes that the consumer noticed.
pub const HIGH_WATER: u64 = 0x098;
/// The acknowledgement as the producer reads it, published lazily.
pub const HEAD: u64 = 0x100;
/// What the consumer sleeps on.
pub const DATA_FLAG: u64 = 0x180;
/// What the producer sleeps on.
pub const SPACE_FLAG: u64 = 0x184;
/// Who is the producer.
pub const PRODUCER_ROLE: u64 = 0x188;
/// Who is the consumer.
pub const CONSUMER_ROLE: u64 = 0x190;
/// The first record.
pub const RECORDS: u64 = 0x200;

/// Bytes of a record's header.
pub const HEADER_SIZE: u64 = 8;
/// The lowest bit of the kind in a record's header.
pub const KIND_SHIFT: u32 = 32;
/// The header of a record that is not there yet.
pub const NONE: u64 = 0;
/// The kind of a message.
pub const MESSAGE: u64 = 1;
/// The kind of what fills the area up to its end.
pub const PADDING: u64 = 2;

/// The least number of bytes: a message of 24, and its padding.
pub const BYTES_MIN: u64 = 64;

/// The geometry of a ring, which follows from its bytes alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RingLayout {
    /// Bytes that records always have room for.
    pub bytes: u64,
    /// The consumer publishes the head after this many bytes, or when it finds
    /// the ring empty.
    pub batch: u64,
    /// Bytes that records may take at most: more than `bytes` by what the
    /// published head may lag behind.
    pub area: u64,
    /// Bytes of the whole object.
    pub size: u64,
}

impl RingLayout {
    /// The layout of a ring of this many bytes; `None` if they are less than
    /// [`BYTES_MIN`] or no multiple of 8, or the size overflows.
    pub const fn new(bytes: u64) -> Option<Self> {
        if bytes < BYTES_MIN || bytes % 8 != 0 {
            return None;
        }
        let batch = bytes / 64 * 8;
        let Some(area) = bytes.checked_add(batch - 8) else {
            return None;
        };
        let Some(size) = area.checked_add(RECORDS) else {
            return None;
        };
        Some(Self { bytes, batch, area, size })
    }

    /// The longest message in bytes: in an empty ring it fits wherever the
    /// tail is, with padding before it and a cleared header behind it.
    pub const fn longest(&self) -> u64 {
        let half = self.bytes / 2 / 8 * 8;
        let longest = half - HEADER_SIZE;
        if longest > u32::MAX as u64 { u32::MAX as u64 } else { longest }
    }
}

/// The layout of a ring, however many its producers are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AnyRing {
    /// From one producer.
    OneToOne(RingLayout),
    /// From many: a one-to-one ring for each lane.
    Lanes(LanesLayout, RingLayout),
}

#[cfg(test)]
#[allow(clippy::pedantic)]
mod tests {
    use super::*;

    #[test]
    fn a_ring_has_an_eighth_of_slack_in_whole_words() {
        let l = RingLayout::new(4096).unwrap();
        assert_eq!((l.batch, l.area, l.size), (512, 4600, 0x200 + 4600));
        let l = RingLayout::new(BYTES_MIN).unwrap();
        assert_eq!((l.batch, l.area, l.longest()), (8, 64, 24));
        for bytes in [64, 72, 80, 1000, 65536] {
            let l = RingLayout::new(bytes).unwrap();
            assert_eq!((l.area % 8, l.batch % 8), (0, 0));
            assert!(l.area - (l.batch - 8) == bytes, "what lags is never missing");
        }
        for bytes in [0, 8, 56, 65, 100, u64::MAX, u64::MAX - 7] {
            assert_eq!(RingLayout::new(bytes), None, "{bytes}");
        }
    }

    /// Wherever the tail of an empty ring is, with the head as far behind as it
    /// may be, the longest message fits: padding, record, and the next header.
    #[test]
    fn the_longest_message_fits_into_an_empty_ring_wherever_its_tail_is() {
        for bytes in (BYTES_MIN..600).step_by(8) {
            let l = RingLayout::new(bytes).unwrap();
            let record = HEADER_SIZE + l.longest().next_multiple_of(8);
            for tail in (0..l.area).step_by(8) {
                let left = l.area - tail;
                let padding = if left < record { left } else { 0 };
                let free = l.area - (l.batch - 8);
                assert!(padding + record + HEADER_SIZE <= free, "{bytes} at {tail}");
            }
        }
    }
}
