//! Reading a queue along with its consumer, without being one: `dump --follow`.
//!
//! A message stays in its slot after it was taken, until the producer comes
//! round. So a reader who is late can often still have it; what it cannot have
//! it counts as missed.
//!
//! The producer writes a payload first and its stamp last, so the stamp of the
//! old message does not tell that the new one is on its way. Two things do. A
//! slot whose message the consumer has not told the producer to be taken (the
//! head) is not written to. And a producer writes from the tail on: what lies in
//! the newer half of the slots is met only by a batch that fills more than the
//! other half. A message beyond the head is therefore handed out only from the
//! newer half, if two looks at it are the same, and marked as taken.

use super::address::Address;
use super::failure::Attempt;
use super::inspect::{Inspector, Message};
use super::{memfd, posix, sysv};
use crate::error::{ErrorKind, Result};
use crate::object::queue::layout::{self, QueueLayout};
use crate::segment::header::{STATE, State};
use std::sync::atomic::{Ordering, fence};

/// What a reader who follows a queue saw at a look.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Followed {
    /// The messages, oldest first; of each, whether it was taken already.
    pub messages: Vec<(Message, bool)>,
    /// How many others there were that could not be had any more.
    pub missed: u64,
    /// Where to go on.
    pub next: u64,
}

/// How far one position is before another: `None` if it is behind it.
fn ahead(of: u64, position: u64) -> Option<u64> {
    let distance = of.wrapping_sub(position);
    (distance <= u64::MAX / 2).then_some(distance)
}

impl Inspector {
    /// Where the messages of a queue end that were ever pushed, and how many of
    /// them wait: where to begin to [follow](Self::follow) it.
    pub fn end_of_queue(&self, object: usize) -> Result<(u64, u64)> {
        let (at, queue) = self.queue(object)?;
        let taken = self.word(at + layout::TAKEN);
        let tail = self.tail(at, &queue);
        Ok((tail, tail.wrapping_sub(taken).min(queue.slots)))
    }

    /// The messages of a queue from position `next` on, at most `limit`, whether
    /// they wait or were taken; none is consumed.
    pub fn follow(&self, object: usize, next: u64, limit: usize) -> Result<Followed> {
        let (at, queue) = self.queue(object)?;
        let tail = self.tail(at, &queue);
        let mut seen = Followed { next, ..Followed::default() };
        let Some(new) = ahead(tail, next) else {
            // No honest tail goes back; go on from where it is.
            seen.next = tail;
            return Ok(seen);
        };
        if new > queue.slots {
            seen.missed = new - queue.slots;
            seen.next = tail.wrapping_sub(queue.slots);
        }
        while seen.next != tail && seen.messages.len() < limit {
            match self.slot(at, &queue, seen.next)? {
                Some(found) => seen.messages.push(found),
                None => seen.missed += 1,
            }
            seen.next = seen.next.wrapping_add(1);
        }
        Ok(seen)
    }

    /// Whether the message of a position lies in its slot.
    pub(super) fn is_committed(&self, at: u64, queue: &QueueLayout, position: u64) -> bool {
        let slot = at + layout::SLOTS + position % queue.slots * queue.stride;
        self.word(slot) == position.wrapping_add(1)
    }

    /// A message that was committed, and whether it was taken; `None` if it was
    /// overwritten, or may have been during the look.
    pub(super) fn slot(
        &self,
        at: u64,
        queue: &QueueLayout,
        position: u64,
    ) -> Result<Option<(Message, bool)>> {
        let slot = at + layout::SLOTS + position % queue.slots * queue.stride;
        let stamp = position.wrapping_add(1);
        let read = || {
            let mut bytes = vec![0; usize::try_from(queue.item).unwrap_or(0)];
            self.read(slot + layout::STAMP_SIZE, &mut bytes).map(|()| bytes)
        };
        if self.word(slot) != stamp {
            return Ok(None);
        }
        // Stamp before payload, payload before head and tail: as the producer's
        // stores are ordered, the other way round.
        fence(Ordering::Acquire);
        let bytes = read()?;
        fence(Ordering::Acquire);
        let head = self.word(at + layout::HEAD);
        let tail = self.word(at + layout::TAIL_HINT);
        let taken = ahead(self.word(at + layout::TAKEN), position).is_some_and(|n| n > 0);
        if ahead(head, position).is_some_and(|n| n > 0) {
            // The producer may write here.
            let newer = ahead(tail, position).is_some_and(|n| n <= queue.slots / 2);
            if !newer || read()? != bytes {
                return Ok(None);
            }
            fence(Ordering::Acquire);
        }
        let whole = self.word(slot) == stamp;
        Ok(whole.then_some((Message { position, bytes }, taken)))
    }

    /// Whether the segment that is looked at was removed. Who is attached still
    /// has it, and so has this reader.
    pub fn is_removed(&self) -> bool {
        let gone = match (self.sysv_id(), self.file(), self.address()) {
            (Some(id), ..) => sysv::is_removed(id),
            // It never had a name. Nobody comes to it any more once nobody holds it.
            (None, Some(_), Address::Memfd(Some(place))) => {
                let attempt = Attempt::new("look at", self.address());
                memfd::peek(*place, attempt).is_err() && !self.is_in_use()
            }
            (None, Some(file), _) => posix::is_unlinked(file),
            (None, None, _) => false,
        };
        let mut state = [0; 4];
        let retired = self.header().is_some()
            && self.read(STATE, &mut state).is_ok()
            && State::from_word(u32::from_le_bytes(state)) == State::Retired;
        gone || retired
    }

    fn queue(&self, object: usize) -> Result<(u64, QueueLayout)> {
        let found = self.header().and_then(|h| self.queue_at(h, object));
        found.ok_or_else(|| {
            let why = format!("no queue number {object} that could be followed");
            Attempt::new("follow", self.address()).fail(ErrorKind::Invalid, why)
        })
    }
}
