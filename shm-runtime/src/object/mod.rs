//! What lies in a segment: a room for each kind of object, with what a contract
//! says of it (`def`), its layout (offsets, with a diagram), its logic, and how
//! it is looked at (`observe`). Of most kinds this version has no logic. What
//! programs hold of an object is in [`handle`](crate::handle).
//!
//! What every room answers is in `room`, and the kinds are listed in `kind`. No
//! other file asks of which kind an object is.

pub(crate) mod cell;
pub(crate) mod clock;
pub(crate) mod contents;
pub mod counters;
pub mod event;
pub mod facts;
pub(crate) mod fault;
pub(crate) mod geometry;
pub(crate) mod kind;
pub mod lanes;
pub(crate) mod look;
pub(crate) mod looks;
pub(crate) mod place;
pub(crate) mod properties;
pub(crate) mod queue;
pub mod raw;
pub mod ring;
pub(crate) mod role;
pub(crate) mod role_word;
pub(crate) mod room;
pub(crate) mod sides;
pub(crate) mod sight;
pub(crate) mod state;
pub(crate) mod stream;
pub(crate) mod told;
pub mod topic;
pub(crate) mod wait;
#[cfg(all(test, segments))]
mod wait_loom;

/// What different parties write lies this many bytes apart: processors fetch
/// pairs of 64-byte lines.
pub const LINE: u64 = 128;

/// The next multiple of a power of two; `None` if there is none in 64 bits.
pub(crate) const fn round_up(n: u64, align: u64) -> Option<u64> {
    match n.checked_add(align - 1) {
        Some(n) => Some(n & !(align - 1)),
        None => None,
    }
}
