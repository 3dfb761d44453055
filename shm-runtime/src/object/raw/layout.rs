//! Where raw bytes lie: at a multiple of their alignment, nothing else.

use crate::object::LINE;

/// The least alignment: every object has it.
pub const ALIGN_MIN: u64 = LINE;
/// The greatest alignment: a page, at which every mapping begins.
pub const ALIGN_MAX: u64 = 4096;

/// The geometry of raw bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RawLayout {
    /// How many, which is also the size of the object.
    pub bytes: u64,
    /// They begin at a multiple of this.
    pub align: u64,
}

impl RawLayout {
    /// The layout of this many bytes; `None` if there are none, or the alignment
    /// is no power of two from [`ALIGN_MIN`] to [`ALIGN_MAX`].
    pub const fn new(bytes: u64, align: u64) -> Option<Self> {
        if bytes == 0 || !align.is_power_of_two() || align < ALIGN_MIN || align > ALIGN_MAX {
            return None;
        }
        Some(Self { bytes, align })
    }
}

#[cfg(test)]
#[allow(clippy::pedantic)]
mod tests {
    use super::*;

    #[test]
    fn an_alignment_is_a_power_of_two_up_to_a_page() {
        assert!(RawLayout::new(1, 128).is_some() && RawLayout::new(u64::MAX, 4096).is_some());
        for (bytes, align) in [(0, 128), (1, 0), (1, 64), (1, 129), (1, 8192)] {
            assert_eq!(RawLayout::new(bytes, align), None);
        }
    }
}
