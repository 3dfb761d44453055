// [59 lines as in ../segment/schema.rs]
// [23 lines as in ../segment/schema.rs]
    pub const CONTRACT: &'static [u8] = b"Sb\x00\x00\x00\x06\x00golden\x04\x00feedT>\x00\x00\x00\x00\x00\x04\x00Tick\x08\x00\x00\x00\x00\x00\x00\x00\x08\x00\x00\x00\x00\x00\x00\x00f!\x00\x00\x00\x06\x00number\x00\x00\x00\x00\x00\x00\x00\x00\x08\x00\x00\x00\x00\x00\x00\x00\x03\x00u64\x00\x00\x00\x00C\x0c\x00\x00\x00\x04\x00last\x04\x00Tick";
// [29 lines as in ../segment/schema.rs]
    /// The one before now.
    ///
    /// A cell: the latest [`Tick`].
    #[must_use]
    pub fn last(&self) -> ::shm_runtime::cell::Cell<Tick> {
        ::shm_runtime::cell::Cell::of_attachment(&self.0, 0)
// [29 lines as in ../segment/schema.rs]
