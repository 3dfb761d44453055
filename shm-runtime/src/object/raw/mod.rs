//! Raw bytes, with no discipline of ours: for foreign layouts.

pub(crate) mod def;
mod kind;
pub mod layout;
pub(crate) mod observe;
