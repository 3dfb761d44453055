//! The typed handles that programs hold: of each kind of object what its users
//! call.

mod alone;
pub mod cell;
mod errors;
mod passing;
mod place;
pub mod queue;
pub mod state;
pub mod stream;

use std::time::Duration;

/// How often a side that finds nothing to do looks around for the dead.
const LOOK_PERIOD: Duration = Duration::from_millis(1);
