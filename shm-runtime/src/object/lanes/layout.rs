//! Where the lanes of an object lie. Offsets only; a lane itself is laid out as
//! a one-to-one [queue](crate::queue::layout) or [ring](crate::ring::layout).
//!
//! ```text
//!  offset                                          written by    read by
//!  ┌───────┬──────────────────────────────────────┐
//!  │ 0x000 │ lanes in use  u64 × 16               │ who claims    consumer, each round
//!  │       │ bit n mod 64 of word n / 64: lane n  │ or frees one
//!  ├───────┼──────────────────────────────────────┤
//!  │ 0x080 │ data flag     u32                    │ who sleeps    producers, each publish
//!  │ 0x088 │ consumer role u64                    │ who claims    who claims, observers
//!  │ 0x090 │ times no lane u64                    │ who finds none
//!  ├───────┼──────────────────────────────────────┤
//!  │ 0x100 │ lane 0: a one-to-one queue or ring   │
//!  │  ...  │ lane 1, a multiple of 128 further    │
//!  └───────┴──────────────────────────────────────┘
//! ```
//!
//! In a lane the data flag and the consumer role are never used: they are those
//! of the whole. Its producer role, space flag and cursors are its own. Zero
//! bytes are lanes of which none is in use.

use crate::object::{LINE, round_up};

/// A bit for each lane that a producer has, or that still holds messages.
pub const IN_USE: u64 = 0x000;
/// What the consumer sleeps on.
pub const DATA_FLAG: u64 = 0x080;
/// Who is the consumer.
pub const CONSUMER_ROLE: u64 = 0x088;
/// How often a producer found no free lane.
pub const TIMES_NO_LANE: u64 = 0x090;
/// The first lane.
pub const LANES: u64 = 0x100;

/// Lanes if nothing else is said.
pub const DEFAULT: u32 = 8;
/// The greatest number of lanes: the bits of one line.
pub const MAX: u32 = 1024;

/// The geometry of an object in lanes, which follows from how many there are
/// and how large one is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LanesLayout {
    /// How many.
    pub count: u32,
    /// Bytes from one lane to the next.
    pub stride: u64,
    /// Bytes of the whole object.
    pub size: u64,
}

impl LanesLayout {
    /// The layout of `count` lanes of `lane` bytes; `None` if there are none,
    /// more than [`MAX`], or the size overflows.
    pub const fn new(count: u32, lane: u64) -> Option<Self> {
        if count == 0 || count > MAX || lane == 0 {
            return None;
        }
        let Some(stride) = round_up(lane, LINE) else {
            return None;
        };
        let Some(bytes) = stride.checked_mul(count as u64) else {
            return None;
        };
        let Some(size) = bytes.checked_add(LANES) else {
            return None;
        };
        Some(Self { count, stride, size })
    }
}

#[cfg(test)]
#[allow(clippy::pedantic)]
mod tests {
    use super::*;

    #[test]
    fn lanes_are_whole_lines_and_at_most_as_many_as_there_are_bits() {
        let l = LanesLayout::new(8, 0x200 + 88).unwrap();
        assert_eq!((l.count, l.stride, l.size), (8, 0x280, 0x100 + 8 * 0x280));
        assert_eq!(u64::from(MAX), (DATA_FLAG - IN_USE) * 8);
        assert!(LanesLayout::new(MAX, 8).is_some());
        for (count, lane) in [(0, 8), (MAX + 1, 8), (1, 0), (1, u64::MAX), (8, u64::MAX / 8)] {
            assert_eq!(LanesLayout::new(count, lane), None, "{count} of {lane}");
        }
    }
}
