//! The numbers of a layout, of whatever kind.

/// The numbers of a layout, as `shm_object_spec` of the C header has them. What
/// a kind has no use for is 0.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Geometry {
    /// The kind as the directory numbers it.
    pub kind: u32,
    /// How many lanes, or cells of an array; 0 if it has none. The other numbers
    /// but the size are those of one of them then.
    pub lanes: u32,
    /// Bytes of an item; 1 where bytes are passed.
    pub item: u64,
    /// Items that always fit.
    pub capacity: u64,
    /// After this many items the acknowledgement is published.
    pub batch: u64,
    /// Items that fit at most.
    pub slots: u64,
    /// Bytes before the first slot.
    pub control: u64,
    /// Bytes from one slot to the next.
    pub stride: u64,
    /// Bytes of the whole object.
    pub size: u64,
    /// The object begins at a multiple of this.
    pub align: u64,
}

/// Equal parts of an object that lie side by side: the lanes of a queue, the cells
/// of an array.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Parts {
    /// What one is called, such as `lane`.
    pub name: &'static str,
    /// Bytes before the first.
    pub control: u64,
    /// How many.
    pub count: u32,
    /// Bytes from one to the next.
    pub stride: u64,
}
