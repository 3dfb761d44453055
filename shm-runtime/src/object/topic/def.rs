//! What a contract says of a topic.

use crate::types::expr::TypeExpr;

/// A topic.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TopicDef {
    /// The type of its items.
    pub item: TypeExpr,
    /// How many of the newest items can be read; at least 1.
    pub capacity: u64,
}
