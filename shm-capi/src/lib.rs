//! The runtime behind a C ABI, as a shared library: what the Python package
//! calls through ctypes. C and C++ programs use the header-only
//! `shm_runtime.h` instead.
//!
//! Every function returns a status: 0, or the number that `shm_runtime.h`
//! gives to the same failure. The text of the last failure of the calling
//! thread is had from [`shmrt_last_error`]. Handles are used by any thread.
//!
//! What a program does with an object it does with a *side* of it, in a few verbs
//! that are the same for every kind: [`shmrt_side`] claims one, [`shmrt_put`] puts
//! an item in, [`shmrt_get`] takes one out or reads it, [`shmrt_number`] and
//! [`shmrt_facts`] tell of the object. A side with a role takes one call at a time:
//! one that is busy in another thread answers [`status::BUSY`] to calls that do not
//! wait, and makes the others wait.
//!
//! A handle is closed in one step and freed in another, for each kind of handle.
//! Closing is allowed at any time: what the handle stands for ends with the last
//! call that is in it, and later calls answer [`status::INVALID`]. Freeing is for
//! when nobody can call any more, and closes what is not closed.
//!
//! What is pushed is read by calls that do not wait, so that an interpreter can
//! keep its lock while they run, and nobody changes an item halfway.
//! [`shmrt_put_wait`] waits, and reads nothing.
//!
//! Pointers to items promise no alignment.

mod attach;
mod gate;
mod kinds;
mod last_error;
mod segment;
mod side;
pub mod status;

pub use attach::*;
pub use last_error::*;
pub use segment::*;
pub use side::*;

/// The version of this ABI: the Python package refuses another one.
pub const ABI: u32 = 6;

/// [`ABI`]: what the Python package asks first. From then on, texts say what to do
/// in the words of Python.
#[unsafe(no_mangle)]
pub extern "C" fn shmrt_abi() -> u32 {
    shm_runtime::__private::Words::Python.speak();
    ABI
}
