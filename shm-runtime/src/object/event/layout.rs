//! Where the parts of an event lie. Offsets only.
//!
//! ```text
//!  offset                                          written by    read by
//!  ┌───────┬──────────────────────────────────────┐
//!  │ 0x000 │ count u64                            │ who notifies  who waits
//!  │ 0x008 │ flag  u32                            │ who sleeps    who notifies
//!  └───────┴──────────────────────────────────────┘
//! ```
//!
//! The count says how often it was signalled; a waiter waits for more than it
//! has seen. Flag and count share a line, as a notifier needs both. Zero bytes
//! are an event that was never signalled.

use crate::object::LINE;

/// How often it was signalled.
pub const COUNT: u64 = 0x000;
/// What who waits sleeps on.
pub const FLAG: u64 = 0x008;
/// Bytes of the whole object: a line of its own.
pub const SIZE: u64 = LINE;

/// The geometry of an event, which is always the same.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct EventLayout;
