//! Looking at a cell without taking part.

use super::layout::{self, AnyCell};
use crate::object::look::Look;

/// How often a value was stored; in an array, in the cell that was stored to most
/// often.
pub(crate) fn version(look: &impl Look, at: u64, of: &AnyCell) -> u64 {
    let (count, stride) = match of {
        AnyCell::One(_) => (1, 0),
        AnyCell::Array(all, _) => (u64::from(all.count), all.stride),
    };
    (0..count).map(|n| look.word(at + n * stride + layout::VERSION)).max().unwrap_or(0)
}
