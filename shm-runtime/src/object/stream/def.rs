//! What a contract says of a stream.

use crate::types::expr::TypeExpr;

/// A stream, of bytes or of whole items.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StreamDef {
    /// The type of its items. `None`: it passes bytes.
    pub item: Option<TypeExpr>,
    /// Items, or bytes, that always fit; at least 1.
    pub capacity: u64,
}

impl StreamDef {
    /// A stream of bytes with room for this many.
    pub const fn of_bytes(bytes: u64) -> Self {
        Self { item: None, capacity: bytes }
    }

    /// A stream of whole items with room for this many.
    pub const fn of_items(item: TypeExpr, capacity: u64) -> Self {
        Self { item: Some(item), capacity }
    }
}
