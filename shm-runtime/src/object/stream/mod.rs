//! Streams: bytes, first in, first out, from one writer to one reader.

pub(crate) mod def;
mod kind;
pub mod layout;
