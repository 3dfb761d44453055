//! Looking at counters without taking part.

use super::def::CounterDef;
use super::layout;
use crate::object::look::{Look, get_word};
use crate::types::expr::Primitive;

/// Their values, in order.
pub(crate) fn values(look: &impl Look, at: u64, all: &[CounterDef]) -> Vec<i128> {
    // As many lines at once as a block has.
    const LINES: usize = 256;
    let stride = usize::try_from(layout::STRIDE).unwrap_or(usize::MAX);
    let mut block = Vec::new();
    let mut words = Vec::with_capacity(all.len());
    for first in (0..all.len()).step_by(LINES) {
        let lines = LINES.min(all.len() - first);
        block.clear();
        block.resize(lines * stride, 0);
        if look.read(at + first as u64 * layout::STRIDE, &mut block).is_err() {
            block.fill(0);
        }
        words.extend(block.chunks_exact(stride).map(get_word));
    }
    let value = |(word, counter): (u64, &CounterDef)| {
        #[allow(clippy::cast_possible_wrap)] // as it is stored
        match counter.ty {
            Primitive::I64 => i128::from(word as i64),
            _ => i128::from(word),
        }
    };
    words.into_iter().zip(all).map(value).collect()
}
