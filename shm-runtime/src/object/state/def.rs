//! What a contract says of a state.

use crate::types::expr::TypeExpr;

/// A state.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StateDef {
    /// The type of what it holds.
    pub item: TypeExpr,
}
