//! What a contract says of counters.

use crate::types::expr::Primitive;

/// A counter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CounterDef {
    /// Its name.
    pub name: String,
    /// `u64` or `i64`.
    pub ty: Primitive,
}
