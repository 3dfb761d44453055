//! Events: a signal to wait for, from anybody to anybody.

pub mod layout;
pub(crate) mod observe;
