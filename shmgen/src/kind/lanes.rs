//! What the lanes of an object take, or the cells of an array.

use shm_runtime::Parts;

/// The lanes of an object, or the cells of an array.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lanes {
    /// What one is called: `lane` or `cell`.
    pub name: &'static str,
    /// Bytes before the first.
    pub control: u64,
    /// How many.
    pub count: u64,
    /// Bytes from one to the next.
    pub stride: u64,
}

impl From<Parts> for Lanes {
    fn from(Parts { name, control, count, stride }: Parts) -> Self {
        Self { name, control, count: u64::from(count), stride }
    }
}
