//! The typed handles that programs hold: of each kind of object what its users
//! call.

pub mod cell;
mod errors;
mod place;
pub mod queue;
pub mod state;
pub mod stream;
