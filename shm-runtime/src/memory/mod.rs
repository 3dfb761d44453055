//! Shared memory: mappings, and the words and slots in them.
//!
//! Another process may write any byte at any time. So nothing here makes a
//! reference to plain memory inside a mapping; every access is an atomic one,
//! payloads go word by word. This is one of the few modules with `unsafe`:
//! every pointer into a mapping is made here, after a bounds check, and keeps
//! the mapping alive.

mod area;
pub(crate) mod futex;
#[cfg(test)]
pub(crate) mod loom;
mod mapped;
mod mapping;
pub(crate) mod membarrier;
mod moves;
pub(crate) mod steps;
mod words;

pub(crate) use area::{MappedArea, MappedReadArea};
pub(crate) use mapped::{Mapped, MappedAt, MappedFlag, MappedRing, MappedWord};
pub(crate) use mapping::Mapping;
pub(crate) use words::{Area, Flag, Memory, ReadArea, Ring, Slots, Word};
