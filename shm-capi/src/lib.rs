//! The runtime behind a C ABI, as a shared library: what the Python package
//! calls through ctypes. C and C++ programs use the header-only
//! `shm_runtime.h` instead.
//!
//! Every function returns a status: 0, or the number that `shm_runtime.h`
//! gives to the same failure. The text of the last failure of the calling
//! thread is had from [`shmrt_last_error`]. Handles are used by any thread, one
//! call at a time: a handle that is busy in another thread answers
//! [`status::BUSY`] to calls that do not wait, and makes the others wait.
//!
//! Pointers to items promise no alignment.

mod attach;
mod last_error;
mod queue;
mod segment;
pub mod status;

pub use attach::*;
pub use last_error::*;
pub use queue::*;
pub use segment::*;

/// The version of this ABI: the Python package refuses another one.
pub const ABI: u32 = 3;

/// [`ABI`].
#[unsafe(no_mangle)]
pub extern "C" fn shmrt_abi() -> u32 {
    ABI
}
