//! Finding the words of a stream in an attached segment.

use crate::error::{Error, ErrorKind, Result};
use crate::handle::place::Place;
use crate::memory::{Mapped, MappedFlag};
use crate::object::kind::ObjectLayout;
use crate::object::role::Previous;
use crate::object::stream::layout::{
    BYTES, DATA_FLAG, HEAD, HIGH_WATER, READER_ROLE, REDELIVERED, SEEN, SPACE_FLAG, StreamLayout,
    TAIL, TAKEN, TIMES_FULL, WRITER_ROLE,
};
use crate::object::stream::logic::StreamWords;
use crate::segment::{Attachment, RoleGuard};
use std::sync::atomic::Ordering;

/// A stream in a segment.
pub(crate) struct Target {
    attachment: Attachment,
    index: usize,
    offset: u64,
    pub(crate) layout: StreamLayout,
    /// Bytes of an item.
    pub(crate) item: usize,
}

impl Target {
    pub(crate) fn new(attachment: &Attachment, index: usize) -> Result<Self> {
        let place = attachment.place(index)?;
        let fail = |kind, why: &str| {
            let of = format!("{} of {}", attachment.object_name(index), attachment.address());
            Error::new(kind, format!("{of} {why}"))
        };
        let ObjectLayout::Stream(layout) = place.layout else {
            return Err(fail(ErrorKind::Invalid, "is no stream"));
        };
        let Ok(item) = usize::try_from(layout.item) else {
            return Err(fail(ErrorKind::Unsupported, "is too large for this system"));
        };
        Ok(Self { attachment: attachment.clone(), index, offset: place.offset, layout, item })
    }

    /// Where it is, for messages: `log of posix:/acme.feed`.
    pub(crate) fn in_words(&self) -> String {
        format!("{} of {}", self.attachment.object_name(self.index), self.attachment.address())
    }

    /// The same, for the errors of a handle.
    pub(crate) fn place(&self) -> Place {
        Place::new(self.in_words())
    }

    fn claim(&self, role: u64, name: &str) -> Result<(RoleGuard, Previous)> {
        let what = format!("the {name} of {}", self.attachment.object_name(self.index));
        self.attachment.claim_role(self.offset + role, &what)
    }

    pub(crate) fn claim_writer(&self) -> Result<(RoleGuard, Previous)> {
        self.claim(WRITER_ROLE, "writer")
    }

    pub(crate) fn claim_reader(&self) -> Result<(RoleGuard, Previous)> {
        self.claim(READER_ROLE, "reader")
    }

    pub(crate) fn words(&self) -> Result<StreamWords<Mapped>> {
        let mapping = self.attachment.mapping();
        let word = |at| mapping.word(self.offset + at);
        Ok(StreamWords {
            area: mapping.area(self.offset + BYTES, self.layout.size - BYTES)?,
            tail: word(TAIL)?,
            times_full: word(TIMES_FULL)?,
            taken: word(TAKEN)?,
            seen: word(SEEN)?,
            redelivered: word(REDELIVERED)?,
            high_water: word(HIGH_WATER)?,
            head: word(HEAD)?,
        })
    }

    /// What the reader and the writer sleep on.
    pub(crate) fn flags(&self) -> Result<(MappedFlag, MappedFlag)> {
        let mapping = self.attachment.mapping();
        Ok((mapping.flag(self.offset + DATA_FLAG)?, mapping.flag(self.offset + SPACE_FLAG)?))
    }

    /// Items that wait.
    pub(crate) fn depth(&self) -> Result<u64> {
        let mapping = self.attachment.mapping();
        // In this order: an honest tail is not behind what was taken before.
        let taken = mapping.load_u64(self.offset + TAKEN, Ordering::Acquire)?;
        let tail = mapping.load_u64(self.offset + TAIL, Ordering::Acquire)?;
        Ok(tail.wrapping_sub(taken).min(self.layout.slots))
    }
}
