//! Raw bytes, with no discipline of ours: for foreign layouts.

pub mod layout;
