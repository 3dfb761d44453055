//! Rings: messages of any length, first in, first out, to one consumer.

pub(crate) mod def;
mod kind;
pub mod layout;
