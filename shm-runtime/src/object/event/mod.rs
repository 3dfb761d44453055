//! Events: a signal to wait for, from anybody to anybody.

pub(crate) mod def;
mod kind;
pub mod layout;
pub(crate) mod observe;
