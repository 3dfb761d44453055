//! The bytes of a segment of ours: its header, its directory, the records of its
//! participants, and where each part lies. Offsets and how they are read; no
//! system call.

pub(crate) mod directory;
pub(crate) mod fault;
pub mod header;
pub(crate) mod pages;
pub(crate) mod plan;
pub(crate) mod record;
