//! The typed handles that programs hold: of each kind of object what its users
//! call.

pub mod cell;
pub mod queue;
pub mod state;
