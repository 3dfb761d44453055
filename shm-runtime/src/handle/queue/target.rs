//! Finding the words of a queue in an attached segment.

use crate::error::{Error, ErrorKind, Result};
use crate::handle::place::Place;
use crate::memory::{Mapped, MappedFlag};
use crate::object::kind::ObjectLayout;
use crate::object::queue::layout::{
    AnyQueue, CONSUMER_ROLE, DATA_FLAG, HEAD, HIGH_WATER, PRODUCER_ROLE, QueueLayout, REDELIVERED,
    SEEN, SLOTS, SPACE_FLAG, TAIL_HINT, TAKEN, TIMES_FULL,
};
use crate::object::queue::one_to_one::QueueWords;
use crate::object::role::Previous;
use crate::segment::{Attachment, RoleGuard};
use std::sync::atomic::Ordering;

/// `trades of posix:/acme.feed`.
fn in_words(attachment: &Attachment, index: usize) -> String {
    format!("{} of {}", attachment.object_name(index), attachment.address())
}

/// A queue in a segment.
pub(crate) struct Target {
    attachment: Attachment,
    index: usize,
    offset: u64,
    pub(crate) layout: QueueLayout,
}

impl Target {
    pub(crate) fn new(attachment: &Attachment, index: usize) -> Result<Self> {
        let place = attachment.place(index)?;
        let ObjectLayout::Queue(AnyQueue::OneToOne(layout)) = place.layout else {
            let why = format!(
                "{} is no queue from one producer to one consumer",
                in_words(attachment, index)
            );
            return Err(Error::new(ErrorKind::Invalid, why));
        };
        Ok(Self { attachment: attachment.clone(), index, offset: place.offset, layout })
    }

    /// Where it is, for messages.
    pub(crate) fn in_words(&self) -> String {
        in_words(&self.attachment, self.index)
    }

    /// The same, for the errors of a handle.
    pub(crate) fn place(&self) -> Place {
        Place::new(self.in_words())
    }

    pub(crate) fn name(&self) -> &str {
        self.attachment.object_name(self.index)
    }

    pub(crate) fn claim_producer(&self) -> Result<(RoleGuard, Previous)> {
        let what = format!("the producer of {}", self.name());
        self.attachment.claim_role(self.offset + PRODUCER_ROLE, &what)
    }

    pub(crate) fn claim_consumer(&self) -> Result<(RoleGuard, Previous)> {
        let what = format!("the consumer of {}", self.name());
        self.attachment.claim_role(self.offset + CONSUMER_ROLE, &what)
    }

    pub(crate) fn words(&self) -> Result<QueueWords<Mapped>> {
        let mapping = self.attachment.mapping();
        let word = |at| mapping.word(self.offset + at);
        let number = |n: u64| {
            usize::try_from(n).map_err(|_| {
                let why = format!("{} is too large for this system", self.in_words());
                Error::new(ErrorKind::Unsupported, why)
            })
        };
        Ok(QueueWords {
            slots: mapping.slots(
                self.offset + SLOTS,
                number(self.layout.slots)?,
                number(self.layout.stride)?,
                number(self.layout.item)?,
            )?,
            tail_hint: word(TAIL_HINT)?,
            times_full: word(TIMES_FULL)?,
            taken: word(TAKEN)?,
            seen: word(SEEN)?,
            redelivered: word(REDELIVERED)?,
            high_water: word(HIGH_WATER)?,
            head: word(HEAD)?,
        })
    }

    /// What consumers and producers sleep on.
    pub(crate) fn flags(&self) -> Result<(MappedFlag, MappedFlag)> {
        let mapping = self.attachment.mapping();
        Ok((mapping.flag(self.offset + DATA_FLAG)?, mapping.flag(self.offset + SPACE_FLAG)?))
    }

    /// Messages that wait, as far as the two cursors tell.
    pub(crate) fn depth(&self) -> Result<u64> {
        let mapping = self.attachment.mapping();
        let taken = mapping.load_u64(self.offset + TAKEN, Ordering::Acquire)?;
        let tail = mapping.load_u64(self.offset + TAIL_HINT, Ordering::Acquire)?;
        let depth = tail.wrapping_sub(taken);
        // The hint may lag behind what the consumer has taken already.
        Ok(if depth > self.layout.slots { 0 } else { depth })
    }
}
