//! What a contract says of raw bytes.

/// Raw bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RawDef {
    /// How many; at least 1.
    pub bytes: u64,
    /// They begin at a multiple of this: a power of two from 128 to 4096.
    pub align: u64,
}
