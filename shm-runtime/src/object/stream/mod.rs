//! Streams: bytes or whole items, first in, first out, from one writer to one reader.

pub(crate) mod def;
mod kind;
pub mod layout;
pub(crate) mod logic;
#[cfg(all(test, segments))]
mod loom;
mod observe;
