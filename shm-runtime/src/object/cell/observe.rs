//! Looking at a cell without taking part.

use super::layout;
use crate::object::look::Look;
use crate::object::place::ObjectLayout;

/// How often a value was stored; in an array, in the cell that was stored to most
/// often.
pub(crate) fn version(look: &impl Look, at: u64, of: &ObjectLayout) -> u64 {
    let (count, stride) = match of {
        ObjectLayout::Cells(all, _) => (u64::from(all.count), all.stride),
        _ => (1, 0),
    };
    (0..count).map(|n| look.word(at + n * stride + layout::VERSION)).max().unwrap_or(0)
}
