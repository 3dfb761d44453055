//! Where the parts of a state lie. Offsets only.
//!
//! ```text
//!  offset                                          written by   read by
//!  ┌───────┬──────────────────────────────────────┐
//!  │ 0x000 │ lock        u32                      │ who locks   who locks
//!  │ 0x008 │ times died  u64                      │ who locks   observers
//!  ├───────┼──────────────────────────────────────┤
//!  │ 0x080 │ version     u64                      │ the holder  who reads without the lock
//!  ├───────┼──────────────────────────────────────┤
//!  │ 0x100 │ sequence    u32                      │ who notifies  who waits
//!  │ 0x104 │ waiters     u32                      │ who waits     who notifies
//!  ├───────┼──────────────────────────────────────┤
//!  │ 0x180 │ copy 0                               │ the holder  who holds the lock, or reads
//!  │  ...  │ copy 1, a multiple of 128 further    │
//!  └───────┴──────────────────────────────────────┘
//!
//!  lock: a futex word; 0 is free
//!   31 30              13 12           0
//!  ┌──┬──────────────────┬──────────────┐
//!  │w │ generation       │ index + 1    │   w: somebody sleeps, or did
//!  └──┴──────────────────┴──────────────┘
//!   w, 0x1FFF                             orphaned: its holder died and was swept
//! ```
//!
//! The value is copy `version mod 2`; unlocking writes the other one and then
//! publishes it by storing the version. Index and generation (its lowest 18
//! bits) are the holder's. Zero bytes are a value of zeros that nobody holds.

use crate::object::role::PARTICIPANTS_MAX;
use crate::object::{LINE, round_up};

/// Who holds the lock: what others sleep on.
pub const LOCK: u64 = 0x000;
/// How often the lock was taken from a dead holder.
pub const TIMES_DIED: u64 = 0x008;
/// How often the value was published; its last bit says which copy it is.
pub const VERSION: u64 = 0x080;
/// What who waits for a notification sleeps on.
pub const SEQUENCE: u64 = 0x100;
/// Whether somebody waits for a notification.
pub const WAITERS: u64 = 0x104;
/// The first copy.
pub const COPIES: u64 = 0x180;

/// The lowest bit of the generation in the lock.
pub const GENERATION_SHIFT: u32 = 13;
/// The bit of the lock that says that somebody sleeps.
pub const SLEEPER: u32 = 1 << 31;
/// The lock, but for that bit, once a sweep took it from a dead holder.
pub const ORPHANED: u32 = (1 << GENERATION_SHIFT) - 1;
/// How many copies there are.
pub const COPY_COUNT: u64 = 2;

// Every participant has a number in the lock, which is neither that of a free one nor
// that of an orphaned one.
const _: () = assert!(PARTICIPANTS_MAX < ORPHANED);

/// The geometry of a state, which follows from the size of its value alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StateLayout {
    /// Bytes of the value.
    pub item: u64,
    /// Bytes from one copy to the next.
    pub stride: u64,
    /// Bytes of the whole object.
    pub size: u64,
}

impl StateLayout {
    /// The layout of a state of `item` bytes; `None` if it is 0 or the size
    /// overflows.
    pub const fn new(item: u64) -> Option<Self> {
        if item == 0 || item > u64::MAX / 2 {
            return None;
        }
        let Some(stride) = round_up(item, LINE) else {
            return None;
        };
        let Some(bytes) = stride.checked_mul(COPY_COUNT) else {
            return None;
        };
        let Some(size) = bytes.checked_add(COPIES) else {
            return None;
        };
        Some(Self { item, stride, size })
    }
}

#[cfg(test)]
#[allow(clippy::pedantic)]
mod tests {
    use super::*;

    #[test]
    fn two_copies_of_whole_lines() {
        let l = StateLayout::new(1).unwrap();
        assert_eq!((l.stride, l.size), (128, 0x180 + 256));
        assert_eq!(StateLayout::new(129).unwrap().stride, 256);
        assert!(StateLayout::new(u64::MAX / 4).is_some());
        for item in [0, u64::MAX / 2, u64::MAX] {
            assert_eq!(StateLayout::new(item), None, "{item}");
        }
    }
}
