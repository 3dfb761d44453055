//! Topics: every reader sees every message, and is told how many it missed.

pub(crate) mod def;
mod kind;
pub mod layout;
