//! What lies in a segment. For each kind of object three things in three
//! places: its layout (offsets, with a diagram), its logic, its handles. Of most
//! kinds this version has the layout alone.

pub mod cell;
pub mod counters;
pub mod event;
pub mod lanes;
pub(crate) mod place;
pub mod queue;
pub mod raw;
pub mod ring;
pub(crate) mod role;
pub mod state;
pub mod stream;
pub mod topic;

/// What different parties write lies so many bytes apart: processors fetch
/// pairs of 64-byte lines.
pub(crate) const LINE: u64 = 128;

/// The next multiple of a power of two; `None` if there is none in 64 bits.
pub(crate) const fn round_up(n: u64, align: u64) -> Option<u64> {
    match n.checked_add(align - 1) {
        Some(n) => Some(n & !(align - 1)),
        None => None,
    }
}
