//! What a contract says of a ring.

/// A ring.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RingDef {
    /// Bytes that messages with their headers always have room for. In each
    /// lane, if it has lanes.
    pub bytes: u64,
    /// With many producers: how many lanes they share.
    pub lanes: Option<u32>,
}
