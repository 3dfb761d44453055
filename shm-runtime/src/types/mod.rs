//! Types as data: how they are written, what they are made of, how values of
//! them are read; and the types of Rust that may lie in shared memory.
//!
//! Nothing here touches shared memory or the operating system.

pub(crate) mod alignment;
pub(crate) mod check;
pub(crate) mod checked;
pub(crate) mod describe;
pub(crate) mod descriptor;
pub(crate) mod expr;
pub(crate) mod fingerprint;
pub mod layout;
pub(crate) mod range;
pub(crate) mod read;
#[cfg(feature = "serde")]
#[doc(hidden)]
pub mod serial;
pub(crate) mod value;
pub(crate) mod write;
