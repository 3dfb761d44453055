//! State: a struct behind a lock that survives the death of its holder, with
//! wait and notify.

pub mod layout;
pub(crate) mod observe;
