//! States: a value behind a lock, shared by any number of processes, with wait and
//! notify.
//!
//! Whoever has the lock works on a copy of the value, which is written back as a whole
//! when the lock is given up. So a process that dies with the lock has changed
//! nothing: the next one finds the value as it was, and [`Guard::owner_died`] tells.
//! For the latest value of one writer take a [cell](crate::cell), whose readers and
//! writer never wait for each other.
//!
//! ```
//! # if !cfg!(target_os = "linux") { return Ok(()) }
//! use shm_runtime::state::State;
//! use std::time::Duration;
//! # let address = format!("posix:/example.state.{}", std::process::id());
//! # let address = address.parse()?;
//! # #[cfg(any())]
//! let address = "posix:/jobs".parse()?;
//! let jobs = State::<u64>::create(&address)?; // zero
//! *jobs.lock()? += 3; // written back and unlocked at the end of the statement
//! jobs.notify_one()?;
//!
//! // .. in another process, or by another attachment of this one:
//! let jobs = State::<u64>::attach(&address)?;
//! let mut left = jobs.lock()?;
//! while *left == 0 {
//!     // Unlocked while it sleeps; then locked again, and `left` is up to date.
//!     left.wait_timeout(Duration::from_secs(10))?;
//! }
//! *left -= 1;
//! drop(left);
//! assert_eq!(jobs.load()?, 2); // without the lock
//! # jobs.attachment()?.remove()?;
//! # Ok::<(), shm_runtime::Error>(())
//! ```

mod typed;
mod untyped;

/// Where the parts of a state lie: for the generator.
#[doc(hidden)]
pub use crate::object::state::layout;
pub use typed::{Guard, State};
pub use untyped::{RawGuard, RawState};
