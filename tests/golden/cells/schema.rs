// [58 lines as in ../segment/schema.rs]
/// The segment `feed`: 12_288 bytes, at `posix:/golden.feed` unless told otherwise.
// [23 lines as in ../segment/schema.rs]
    pub const CONTRACT: &'static [u8] = b"Sj\x00\x00\x00\x06\x00golden\x04\x00feedT>\x00\x00\x00\x00\x00\x04\x00Tick\x08\x00\x00\x00\x00\x00\x00\x00\x08\x00\x00\x00\x00\x00\x00\x00f!\x00\x00\x00\x06\x00number\x00\x00\x00\x00\x00\x00\x00\x00\x08\x00\x00\x00\x00\x00\x00\x00\x03\x00u64\x00\x00\x00\x00V\x14\x00\x00\x00\x04\x00each\x04\x00Tick\x03\x00\x00\x00\x00\x00\x00\x00";

    /// Bytes of the whole segment.
    pub const SIZE: u64 = 12_288;
// [26 lines as in ../segment/schema.rs]
    /// An array of 3 cells, each with its latest [`Tick`].
    #[must_use]
    pub fn each(&self) -> ::shm_runtime::cell::Cells<Tick> {
        ::shm_runtime::cell::Cells::of_attachment(&self.0, 0)
// [29 lines as in ../segment/schema.rs]
