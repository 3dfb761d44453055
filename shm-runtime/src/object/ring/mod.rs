//! Rings: messages of any length, first in, first out, to one consumer.

pub mod layout;
