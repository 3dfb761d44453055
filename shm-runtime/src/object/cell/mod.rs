//! Cells: the latest value, never torn, from one writer to any number of
//! readers.

pub(crate) mod def;
mod kind;
pub mod layout;
pub(crate) mod logic;
#[cfg(all(test, segments))]
mod loom;
pub(crate) mod observe;
