// [7 lines as in ../struct/schema.rs]
/// The segment `feed`: 12_288 bytes, at `posix:/golden.feed` unless told otherwise.
///
/// Created and shown by stat, and without functions yet:
///
/// - `log` (stream)
// [23 lines as in ../segment/schema.rs]
    pub const CONTRACT: &'static [u8] = b"S \x00\x00\x00\x06\x00golden\x04\x00feedB\r\x00\x00\x00\x03\x00log\x00\x10\x00\x00\x00\x00\x00\x00";

    /// Bytes of the whole segment.
    pub const SIZE: u64 = 12_288;
// [53 lines as in ../segment/schema.rs]
