//! Taking part in a segment: creating it, attaching to it, and what is held
//! while it is attached.

pub(crate) mod access;
pub(crate) mod admit;
pub(crate) mod attachment;
pub(crate) mod bare;
pub(crate) mod birth;
pub(crate) mod core;
pub(crate) mod open;
pub(crate) mod open_or_create;
pub(crate) mod owner;
pub(crate) mod participants;
pub(crate) mod setup;
pub(crate) mod spec;
pub(crate) mod waiting;
