//! What a contract says of a cell.

use crate::types::expr::TypeExpr;

/// A cell, or an array of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CellDef {
    /// The type of what it holds.
    pub item: TypeExpr,
    /// How many cells lie side by side, each with slots and a version of its own;
    /// at least 1. `None`: a single cell, which is no array.
    pub count: Option<u32>,
}

impl CellDef {
    /// A single cell.
    pub const fn single(item: TypeExpr) -> Self {
        Self { item, count: None }
    }
}
