//! Where counters lie.
//!
//! ```text
//!  offset                                          written by   read by
//!  ┌───────┬──────────────────────────────────────┐
//!  │ 0x000 │ counter 0: u64 or i64                │ who adds    anybody
//!  ├───────┼──────────────────────────────────────┤
//!  │ 0x080 │ counter 1                            │
//!  ├───────┼──────────────────────────────────────┤
//!  │  ...  │                                      │
//!  └───────┴──────────────────────────────────────┘
//! ```
//!
//! Each has a line of its own: counters are added to on hot paths by different
//! processes, and two in one line cost each of them what one contended counter
//! costs. A hundred of them take 12.8 kB. Zero bytes are counters at 0.

use crate::object::LINE;

/// Bytes from one counter to the next.
pub const STRIDE: u64 = LINE;
/// Bytes of a counter.
pub const WORD_SIZE: u64 = 8;

/// The geometry of counters, which follows from their number alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CountersLayout {
    /// How many.
    pub count: u64,
    /// Bytes of the whole object.
    pub size: u64,
}

impl CountersLayout {
    /// The layout of this many counters; `None` if there are none or the size
    /// overflows.
    pub const fn new(count: u64) -> Option<Self> {
        if count == 0 {
            return None;
        }
        let Some(size) = count.checked_mul(STRIDE) else {
            return None;
        };
        Some(Self { count, size })
    }
}

#[cfg(test)]
#[allow(clippy::pedantic)]
mod tests {
    use super::*;

    #[test]
    fn a_line_for_each_counter() {
        assert_eq!(CountersLayout::new(3).unwrap().size, 384);
        assert_eq!((CountersLayout::new(0), CountersLayout::new(1 << 57)), (None, None));
    }
}
