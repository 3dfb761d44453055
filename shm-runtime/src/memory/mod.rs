//! Shared memory: mappings, and the words and slots in them.
//!
//! Another process may write any byte at any time. So nothing here makes a
//! reference to plain memory inside a mapping; every access is an atomic one,
//! payloads go word by word. This is one of the few modules with `unsafe`:
//! every pointer into a mapping is made here, after a bounds check, and keeps
//! the mapping alive.

mod area;
mod futex;
#[cfg(test)]
pub(crate) mod loom;
mod mapped;
mod mapping;
mod words;

pub(crate) use area::{MappedArea, MappedReadArea};
pub(crate) use mapped::{Mapped, MappedFlag, MappedSlots, MappedWord};
pub(crate) use mapping::Mapping;
pub(crate) use words::{Area, Flag, Memory, ReadArea, Slots, Word};
