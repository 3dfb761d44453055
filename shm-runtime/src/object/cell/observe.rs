//! Looking at a cell without taking part.

use super::layout;
use crate::object::look::Look;

/// How often a value was stored.
pub(crate) fn version(look: &impl Look, at: u64) -> u64 {
    look.word(at + layout::VERSION)
}
