//! What the lanes of an object take.

use shm_runtime::lanes::layout::{self as lanes, LanesLayout};

/// The lanes of an object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lanes {
    /// Bytes before the first.
    pub control: u64,
    /// How many.
    pub count: u64,
    /// Bytes from one to the next.
    pub stride: u64,
}

impl Lanes {
    /// Of an object that has lanes.
    pub(crate) fn of(layout: &LanesLayout) -> Self {
        let count = u64::from(layout.count);
        Self { control: lanes::LANES, count, stride: layout.stride }
    }
}
