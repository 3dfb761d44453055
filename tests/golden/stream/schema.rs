// [7 lines as in ../struct/schema.rs]
/// The segment `feed`: 12_288 bytes, at `posix:/golden.feed` unless told otherwise.
// [23 lines as in ../segment/schema.rs]
    pub const CONTRACT: &'static [u8] = b"S \x00\x00\x00\x06\x00golden\x04\x00feedB\r\x00\x00\x00\x03\x00log\x00\x10\x00\x00\x00\x00\x00\x00";

    /// Bytes of the whole segment.
    pub const SIZE: u64 = 12_288;
// [26 lines as in ../segment/schema.rs]
    /// What was said.
    ///
    /// A stream with room for 4096 bytes.
    #[must_use]
    pub fn log(&self) -> ::shm_runtime::stream::Stream<u8> {
        ::shm_runtime::stream::Stream::of_attachment(&self.0, 0)
// [29 lines as in ../segment/schema.rs]
