//! What lies in a segment: a room for each kind of object, with what a contract
//! says of it (`def`), its layout (offsets, with a diagram), its logic, and how
//! it is looked at (`observe`). Of most kinds this version has no logic. What
//! programs hold of an object is in [`handle`](crate::handle).
//!
//! What is asked of an object of any kind has one `match`, here beside the
//! rooms: `kind` (its name, its item), `place` (its layout, its roles), `facts`
//! (what can be told of it).

pub(crate) mod cell;
pub(crate) mod clock;
pub mod counters;
pub(crate) mod counts;
pub mod event;
pub(crate) mod facts;
pub(crate) mod kind;
pub mod lanes;
pub(crate) mod look;
pub(crate) mod place;
pub(crate) mod queue;
pub mod raw;
pub mod ring;
pub(crate) mod role;
pub mod state;
pub mod stream;
pub mod topic;
pub(crate) mod wait;
#[cfg(all(test, segments))]
mod wait_loom;

/// What different parties write lies so many bytes apart: processors fetch
/// pairs of 64-byte lines.
pub const LINE: u64 = 128;

/// The next multiple of a power of two; `None` if there is none in 64 bits.
pub(crate) const fn round_up(n: u64, align: u64) -> Option<u64> {
    match n.checked_add(align - 1) {
        Some(n) => Some(n & !(align - 1)),
        None => None,
    }
}
