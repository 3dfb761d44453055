//! The directory of a segment, held against what the contract asks for: each
//! object of its kind and size, aligned, in order between the participants and
//! the contract, and none over another.

use crate::object::kind::ObjectLayout;
use crate::object::place::Place;
use crate::segment::format::header::{ENTRY_SIZE, Entry, Header};
use crate::segment::format::record::RECORD_SIZE;

/// Bytes of the directory of this many objects.
pub(crate) const fn size(objects: usize) -> usize {
    objects * ENTRY_SIZE
}

/// What is wrong with a directory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Misplaced {
    /// The object that is wrong, if it is one.
    pub(crate) object: Option<usize>,
    /// What is wrong with it, or with the directory.
    pub(crate) what: &'static str,
    /// Nothing is, but that only a newer version writes it.
    pub(crate) newer: bool,
}

/// Where the objects of a segment lie.
pub(crate) fn places(
    header: &Header,
    directory: &[u8],
    layouts: &[ObjectLayout],
) -> Result<Vec<Place>, Misplaced> {
    if header.directory_count as usize != layouts.len() {
        let what = "it has another number of objects than the contract";
        return Err(Misplaced { object: None, what, newer: false });
    }
    let records = u64::from(header.participants_count) * RECORD_SIZE as u64;
    let mut end = header.participants_offset.saturating_add(records);
    let mut places = Vec::with_capacity(layouts.len());
    for (index, (bytes, layout)) in directory.chunks_exact(ENTRY_SIZE).zip(layouts).enumerate() {
        let wrong = |what| Err(Misplaced { object: Some(index), what, newer: false });
        let entry = Entry::parse(bytes);
        if !ObjectLayout::is_kind_number(entry.kind) {
            let what = "is of another kind in its directory";
            return Err(Misplaced { object: Some(index), what, newer: true });
        }
        if entry.kind != layout.kind_number() || entry.size != layout.size() {
            return wrong("has another kind or size than the contract says");
        }
        if entry.offset < end || entry.offset % layout.align() != 0 {
            return wrong("overlaps another part or is not aligned");
        }
        end = match entry.offset.checked_add(entry.size) {
            Some(end) if end <= header.contract_offset => end,
            _ => return wrong("lies outside its place"),
        };
        places.push(Place { offset: entry.offset, layout: *layout });
    }
    Ok(places)
}
