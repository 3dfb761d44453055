//! Where the parts of a stream lie. Offsets only.
//!
//! ```text
//!  offset                                          written by   read by
//!  ┌───────┬──────────────────────────────────────┐
//!  │ 0x000 │ tail       u64                       │ writer      reader, when it has
//!  │ 0x008 │ times full u64                       │             read what it knows of
//!  ├───────┼──────────────────────────────────────┤
//!  │ 0x080 │ taken      u64                       │ reader      successors, observers
//!  │ 0x088 │ high water u64                       │
//!  ├───────┼──────────────────────────────────────┤
//!  │ 0x100 │ head       u64                       │ reader,     writer, when its
//!  │       │                                      │ now & then  room is used up
//!  ├───────┼──────────────────────────────────────┤
//!  │ 0x180 │ data flag  u32                       │ who sleeps  writer, at each tail
//!  │ 0x184 │ space flag u32                       │ who sleeps  reader, at each head
//!  │ 0x188 │ writer role u64                      │ who claims  who claims, observers
//!  │ 0x190 │ reader role u64                      │
//!  ├───────┼──────────────────────────────────────┤
//!  │ 0x200 │ bytes                                │ writer      reader
//!  └───────┴──────────────────────────────────────┘
//! ```
//!
//! Cursors count bytes and never wrap; byte p lies at p mod area. The tail is
//! the commit: there are no headers. Zero bytes are an empty stream.

/// The writer's own line: the commit.
pub const TAIL: u64 = 0x000;
/// How often the writer found no room.
pub const TIMES_FULL: u64 = 0x008;
/// The reader's own line: the exact acknowledgement.
pub const TAKEN: u64 = 0x080;
/// The greatest number of waiting bytes that the reader noticed.
pub const HIGH_WATER: u64 = 0x088;
/// The acknowledgement as the writer reads it, published lazily.
pub const HEAD: u64 = 0x100;
/// What the reader sleeps on.
pub const DATA_FLAG: u64 = 0x180;
/// What the writer sleeps on.
pub const SPACE_FLAG: u64 = 0x184;
/// Who is the writer.
pub const WRITER_ROLE: u64 = 0x188;
/// Who is the reader.
pub const READER_ROLE: u64 = 0x190;
/// The first byte.
pub const BYTES: u64 = 0x200;

/// The geometry of a stream, which follows from its bytes alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StreamLayout {
    /// Bytes that always fit.
    pub bytes: u64,
    /// The reader publishes the head after this many bytes, or when it finds the
    /// stream empty.
    pub batch: u64,
    /// Bytes that may wait at most: more than `bytes` by what the published
    /// head may lag behind, in whole words.
    pub area: u64,
    /// Bytes of the whole object.
    pub size: u64,
}

impl StreamLayout {
    /// The layout of a stream of this many bytes; `None` if it is 0 or the size
    /// overflows.
    pub const fn new(bytes: u64) -> Option<Self> {
        if bytes == 0 {
            return None;
        }
        let batch = if bytes / 8 > 1 { bytes / 8 } else { 1 };
        let Some(least) = bytes.checked_add(batch - 1) else {
            return None;
        };
        let Some(area) = crate::object::round_up(least, 8) else {
            return None;
        };
        let Some(size) = area.checked_add(BYTES) else {
            return None;
        };
        Some(Self { bytes, batch, area, size })
    }
}

#[cfg(test)]
#[allow(clippy::pedantic)]
mod tests {
    use super::*;

    #[test]
    fn a_stream_of_any_length_has_whole_words() {
        let l = StreamLayout::new(1).unwrap();
        assert_eq!((l.batch, l.area, l.size), (1, 8, 0x208));
        let l = StreamLayout::new(65_537).unwrap();
        assert_eq!((l.batch, l.area), (8192, 73_728));
        for bytes in [0, u64::MAX, u64::MAX / 9 * 8 + 8] {
            assert_eq!(StreamLayout::new(bytes), None, "{bytes}");
        }
    }
}
