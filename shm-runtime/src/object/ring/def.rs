//! What a contract says of a ring.

use crate::object::sides::Side;

/// A ring.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RingDef {
    /// Bytes that messages with their headers always have room for. In each
    /// lane, if it has lanes.
    pub bytes: u64,
    /// With many producers: how many lanes they share.
    pub lanes: Option<u32>,
}

impl RingDef {
    /// How many producers it may have.
    pub const fn producers(&self) -> Side {
        if self.lanes.is_some() { Side::Many } else { Side::One }
    }
}
