//! Counters: integers that anybody adds to and reads.

pub(crate) mod def;
mod kind;
pub mod layout;
pub(crate) mod observe;
