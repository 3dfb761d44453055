//! The typed handles that programs hold: of each kind of object what its users
//! call.

pub mod queue;
