//! Looking at an event without taking part.

use super::layout;
use crate::object::look::Look;

/// How often it was signalled.
pub(crate) fn count(look: &impl Look, at: u64) -> u64 {
    look.word(at + layout::COUNT)
}
