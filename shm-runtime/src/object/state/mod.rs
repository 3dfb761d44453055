//! State: a struct behind a lock that survives the death of its holder, with
//! wait and notify.

pub(crate) mod def;
mod kind;
pub mod layout;
pub(crate) mod logic;
#[cfg(all(test, segments))]
mod loom;
pub(crate) mod observe;
