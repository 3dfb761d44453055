//! What a contract says of a stream.

/// A stream.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StreamDef {
    /// Bytes that always fit; at least 1.
    pub bytes: u64,
}
