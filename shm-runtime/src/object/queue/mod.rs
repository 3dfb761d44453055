//! Queues of fixed-size items, first in, first out.

pub(crate) mod def;
mod kind;
pub mod layout;
pub mod many_to_many;
pub(crate) mod observe;
pub(crate) mod one_to_one;

#[cfg(test)]
mod loom;
