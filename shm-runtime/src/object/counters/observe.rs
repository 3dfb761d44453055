//! Looking at counters without taking part.

use super::def::CounterDef;
use super::layout;
use crate::object::look::Look;
use crate::types::expr::Primitive;

/// Their values, in order.
pub(crate) fn values(look: &impl Look, at: u64, all: &[CounterDef]) -> Vec<i128> {
    let value = |(n, counter): (u64, &CounterDef)| {
        let word = look.word(at + n * layout::STRIDE);
        #[allow(clippy::cast_possible_wrap)] // as it is stored
        match counter.ty {
            Primitive::I64 => i128::from(word as i64),
            _ => i128::from(word),
        }
    };
    (0..).zip(all).map(value).collect()
}
