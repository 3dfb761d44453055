//! Where the parts of a cell lie. Offsets only.
//!
//! ```text
//!  offset                                          written by   read by
//!  ┌───────┬──────────────────────────────────────┐
//!  │ 0x000 │ version     u64                      │ writer      readers
//!  ├───────┼──────────────────────────────────────┤
//!  │ 0x080 │ flag        u32                      │ who sleeps  writer, at each store
//!  │ 0x088 │ writer role u64                      │ who claims  who claims, observers
//!  ├───────┼──────────────────────────────────────┤
//!  │ 0x100 │ slot 0: stamp u64, value, padding    │ writer      readers
//!  │  ...  │ slots 1 to 7, whole lines each       │
//!  └───────┴──────────────────────────────────────┘
//! ```
//!
//! Versions count from 1; 0 is a cell that was never stored to, which zero
//! bytes are. Version v lies in slot v mod 8. Its stamp is 2v − 1 while it is
//! written and 2v once it is whole. Slots begin at multiples of 128, so that who
//! reads the latest version shares no line with the writer of the next one.
//!
//! An array of cells is this many of them side by side, each laid out as above with a
//! version, a flag and slots of its own. The writer's role is one for all: that of
//! cell 0. That of the others stays 0.

use crate::object::{LINE, round_up};

/// The version that was published last; 0: none yet.
pub const VERSION: u64 = 0x000;
/// What readers sleep on.
pub const FLAG: u64 = 0x080;
/// Who writes.
pub const WRITER_ROLE: u64 = 0x088;
/// The first slot.
pub const SLOTS: u64 = 0x100;

/// Bytes of a slot before its value.
pub const STAMP_SIZE: u64 = 8;
/// How many versions lie side by side: a reader has the time of seven stores
/// to read one.
pub const SLOT_COUNT: u64 = 8;

/// The geometry of a cell, which follows from the size of its value alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CellLayout {
    /// Bytes of the value.
    pub item: u64,
    /// Bytes from one slot to the next.
    pub stride: u64,
    /// Bytes of the whole object.
    pub size: u64,
}

impl CellLayout {
    /// The layout of a cell of `item` bytes; `None` if it is 0 or the size
    /// overflows.
    pub const fn new(item: u64) -> Option<Self> {
        if item == 0 || item > u64::MAX / 2 {
            return None;
        }
        let Some(stride) = round_up(STAMP_SIZE + item, LINE) else {
            return None;
        };
        let Some(bytes) = stride.checked_mul(SLOT_COUNT) else {
            return None;
        };
        let Some(size) = bytes.checked_add(SLOTS) else {
            return None;
        };
        Some(Self { item, stride, size })
    }
}

/// The geometry of an array of cells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CellsLayout {
    /// How many.
    pub count: u32,
    /// Bytes from one cell to the next: the size of one.
    pub stride: u64,
    /// Bytes of the whole object.
    pub size: u64,
}

impl CellsLayout {
    /// The layout of `count` cells; `None` if there are none or the size
    /// overflows.
    pub const fn new(count: u32, cell: &CellLayout) -> Option<Self> {
        if count == 0 {
            return None;
        }
        #[allow(clippy::cast_lossless)] // not in a constant function
        let Some(size) = cell.size.checked_mul(count as u64) else {
            return None;
        };
        Some(Self { count, stride: cell.size, size })
    }
}

/// The layout of a cell, or of an array of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AnyCell {
    /// A single cell.
    One(CellLayout),
    /// An array: this many of them side by side.
    Array(CellsLayout, CellLayout),
}

#[cfg(test)]
#[allow(clippy::pedantic)]
mod tests {
    use super::*;

    #[test]
    fn cells_side_by_side_begin_at_whole_lines() {
        let cell = CellLayout::new(1).unwrap();
        let all = CellsLayout::new(3, &cell).unwrap();
        assert_eq!((all.stride, all.size), (cell.size, 3 * cell.size));
        assert_eq!(all.stride % LINE, 0);
        assert_eq!(CellsLayout::new(0, &cell), None);
        let large = CellLayout::new(u64::MAX / 16).unwrap();
        assert!(CellsLayout::new(1, &large).is_some());
        assert_eq!(CellsLayout::new(u32::MAX, &large), None);
    }

    #[test]
    fn eight_slots_of_whole_lines() {
        let l = CellLayout::new(120).unwrap();
        assert_eq!((l.stride, l.size), (128, 0x100 + 8 * 128));
        assert_eq!(CellLayout::new(121).unwrap().stride, 256);
        assert!(CellLayout::new(u64::MAX / 16).is_some());
        for item in [0, u64::MAX / 8, u64::MAX / 2, u64::MAX] {
            assert_eq!(CellLayout::new(item), None, "{item}");
        }
    }
}
