//! Looking at a queue from one producer to one consumer without taking part:
//! its numbers, what waits in it, and what went by.
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

use super::layout::{self, QueueLayout};
use crate::error::Result;
use crate::object::contents::{Followed, Message};
use crate::object::facts::Facts;
use crate::object::look::{HowMany, Look, get_word};
use crate::object::role_word::RoleWord;
use crate::object::sight::Sight;
use std::sync::atomic::{Ordering, fence};

/// How far one position is before another: `None` if it is behind it.
fn ahead(of: u64, position: u64) -> Option<u64> {
    let distance = of.wrapping_sub(position);
    (distance <= u64::MAX / 2).then_some(distance)
}

/// Bytes of stamps, and what lies between them, that are read at once.
const BLOCK: u64 = 64 << 10;
/// The same of the first look.
const FIRST_BLOCK: u64 = 4 << 10;

/// A queue that is looked at: where it lies in what.
pub(crate) struct Observed<'a, L> {
    pub(crate) look: &'a L,
    pub(crate) at: u64,
    pub(crate) queue: &'a QueueLayout,
}

impl<L: Look> Observed<'_, L> {
    fn word(&self, at: u64) -> u64 {
        self.look.word(self.at + at)
    }

    /// Where the slot of a position lies in the queue.
    fn slot_at(&self, position: u64) -> u64 {
        layout::SLOTS + position % self.queue.slots * self.queue.stride
    }

    /// Where the messages end that were ever pushed, and how many of them wait.
    pub(crate) fn end(&self) -> (u64, u64) {
        let taken = self.word(layout::TAKEN);
        let tail = self.tail(HowMany::Exactly);
        (tail, tail.wrapping_sub(taken).min(self.queue.slots))
    }

    /// How many messages wait.
    pub(crate) fn depth(&self, how_many: HowMany) -> u64 {
        let popped = self.word(layout::TAKEN);
        // The consumer may have got further than the tail that was seen.
        ahead(self.tail(how_many), popped).unwrap_or(0).min(self.queue.slots)
    }

    /// The messages from position `next` on, at most `limit`, whether
    /// they wait or were taken; none is consumed.
    pub(crate) fn follow(&self, next: u64, limit: usize) -> Result<Followed> {
        let queue = self.queue;
        let tail = self.tail(HowMany::Exactly);
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
            match self.slot(seen.next)? {
                Some(found) => seen.messages.push(found),
                None => seen.missed += 1,
            }
            seen.next = seen.next.wrapping_add(1);
        }
        Ok(seen)
    }

    /// Whether the message of a position lies in its slot.
    fn is_committed(&self, position: u64) -> bool {
        let slot = self.slot_at(position);
        self.word(slot) == position.wrapping_add(1)
    }

    /// A message that was committed, and whether it was taken; `None` if it was
    /// overwritten, or may have been during the look.
    fn slot(&self, position: u64) -> Result<Option<(Message, bool)>> {
        let queue = self.queue;
        let slot = self.slot_at(position);
        let stamp = position.wrapping_add(1);
        let read = || {
            let mut bytes = vec![0; usize::try_from(queue.item).unwrap_or(0)];
            self.look.read(self.at + slot + layout::STAMP_SIZE, &mut bytes).map(|()| bytes)
        };
        if self.word(slot) != stamp {
            return Ok(None);
        }
        // Stamp before payload, payload before head and tail: as the producer's
        // stores are ordered, the other way round.
        fence(Ordering::Acquire);
        let bytes = read()?;
        fence(Ordering::Acquire);
        let head = self.word(layout::HEAD);
        let tail = self.word(layout::TAIL_HINT);
        let taken = ahead(self.word(layout::TAKEN), position).is_some_and(|n| n > 0);
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

    /// Its numbers, and who holds its roles.
    pub(crate) fn facts(&self, sight: &Sight<'_, impl Look>, roles: &[RoleWord]) -> Facts {
        let popped = self.word(layout::TAKEN);
        let pushed = self.tail(sight.how_many);
        // The consumer may have got further than the tail that was seen.
        let depth = ahead(pushed, popped).unwrap_or(0).min(self.queue.slots);
        let holders = sight.holders(roles);
        let numbers = [
            ("depth", depth),
            ("in", pushed),
            ("out", popped),
            ("full", self.word(layout::TIMES_FULL)),
            ("redelivered", self.word(layout::REDELIVERED)),
            // A queue from one producer to one consumer gives none up.
            ("dropped", 0),
            ("high_water", self.word(layout::HIGH_WATER).max(depth)),
            ("waiters", holders.iter().filter(|holder| holder.waits).count() as u64),
        ];
        Facts { holders, ..sight.facts(&numbers, &[]) }
    }

    /// The tail: from the hint on over whole stamps, which are read in blocks.
    fn tail(&self, how_many: HowMany) -> u64 {
        let queue = self.queue;
        let mut tail = self.word(layout::TAIL_HINT);
        let mut left = queue.slots;
        // The hint is seldom wrong by more than a batch: a small block first.
        let mut size = FIRST_BLOCK;
        let mut block = Vec::new();
        while left > 0 {
            let first = tail % queue.slots;
            let slots = (size / queue.stride).max(1).min(queue.slots - first).min(left);
            // Up to the end of the last stamp.
            let len = (slots - 1) * queue.stride + layout::STAMP_SIZE;
            block.clear();
            block.resize(usize::try_from(len).unwrap_or(0), 0);
            if self.look.read(self.at + self.slot_at(tail), &mut block).is_err() {
                return tail;
            }
            let stride = usize::try_from(queue.stride).unwrap_or(usize::MAX);
            for slot in block.chunks(stride) {
                if get_word(slot) != tail.wrapping_add(1) {
                    return tail;
                }
                tail = tail.wrapping_add(1);
            }
            if how_many == HowMany::AtLeast {
                return tail;
            }
            left -= slots;
            size = BLOCK;
        }
        tail
    }

    /// The messages that wait, oldest first, at most `limit`; one that is
    /// overwritten during the look is left out.
    pub(crate) fn messages(&self, limit: usize) -> Result<Vec<Message>> {
        let taken = self.word(layout::TAKEN);
        let mut messages = Vec::new();
        for n in 0..self.queue.slots.min(limit as u64) {
            let position = taken.wrapping_add(n);
            if !self.is_committed(position) {
                break;
            }
            messages.extend(self.slot(position)?.map(|(message, _)| message));
        }
        Ok(messages)
    }
}
