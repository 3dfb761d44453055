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

use super::def::QueueDef;
use super::layout::{self, QueueLayout};
use crate::error::Result;
use crate::object::counts::Counts;
use crate::object::look::{HowMany, Look, get_word};
use crate::object::role::{RoleState, state};
use crate::object::wait::WAITING;
use crate::types::expr::TypeExpr;
use std::sync::atomic::{Ordering, fence};

/// The numbers of a queue.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct QueueStat {
    /// The type of its items.
    pub item: TypeExpr,
    /// Bytes of an item.
    pub item_size: u64,
    /// Items that always fit.
    pub capacity: u64,
    /// Messages that wait.
    pub depth: u64,
    /// Messages that were ever pushed.
    pub pushed: u64,
    /// Messages that were ever popped.
    pub popped: u64,
    /// How often a push found no room.
    pub times_full: u64,
    /// Messages that came a second time after a consumer died.
    pub redelivered: u64,
    /// Messages that were committed and given up. A queue from one producer to
    /// one consumer gives none up.
    pub dropped: u64,
    /// The greatest depth that was noticed: sampled, not exact.
    pub high_water: u64,
    /// The participant that is the producer, by the index of its record.
    pub producer: Option<u32>,
    /// The participant that is the consumer, by the index of its record.
    pub consumer: Option<u32>,
    /// Whether the producer, alive, sleeps until there is room: it went to sleep, and
    /// nobody woke it since. One whose time was up before that counts, too.
    pub producer_waits: bool,
    /// The same of the consumer, which sleeps until there is a message.
    pub consumer_waits: bool,
}

impl QueueStat {
    /// How many sleep until there is something to do for them.
    pub fn waiters(&self) -> u64 {
        u64::from(self.producer_waits) + u64::from(self.consumer_waits)
    }

    /// What it has of the numbers that objects of any kind have.
    pub(crate) fn counts(&self) -> Counts {
        Counts {
            capacity: Some(self.capacity),
            depth: Some(self.depth),
            pushed: Some(self.pushed),
            popped: Some(self.popped),
            high_water: Some(self.high_water),
            times_full: Some(self.times_full),
            dropped: Some(self.dropped),
            redelivered: Some(self.redelivered),
            waiters: Some(self.waiters()),
        }
    }
}

/// A message that waits in a queue.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    /// How many were pushed before it.
    pub position: u64,
    /// Its bytes.
    pub bytes: Vec<u8>,
}

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
    pub(crate) fn depth(&self) -> u64 {
        let popped = self.word(layout::TAKEN);
        self.tail(HowMany::Exactly).wrapping_sub(popped).min(self.queue.slots)
    }

    /// The same, by two words and one block of stamps.
    pub(crate) fn depth_at_least(&self) -> u64 {
        let popped = self.word(layout::TAKEN);
        ahead(self.tail(HowMany::AtLeast), popped).unwrap_or(0).min(self.queue.slots)
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

    /// Its numbers, by what the contract says of it and who is alive.
    pub(crate) fn stat(
        &self,
        def: &QueueDef,
        how_many: HowMany,
        is_alive: impl Fn(u32) -> bool,
    ) -> QueueStat {
        let queue = self.queue;
        let popped = self.word(layout::TAKEN);
        let pushed = self.tail(how_many);
        // The consumer may have got further than the tail that was seen.
        let depth = ahead(pushed, popped).unwrap_or(0).min(queue.slots);
        let role = |offset| match state(self.word(offset)) {
            RoleState::Held(who) => Some(who.index),
            RoleState::Free | RoleState::Orphaned => None,
        };
        let (producer, consumer) = (role(layout::PRODUCER_ROLE), role(layout::CONSUMER_ROLE));
        // A bit that somebody set who died asleep means nothing.
        let waits = |holder: Option<u32>, flag| {
            holder.is_some_and(&is_alive) && self.word(flag) & u64::from(WAITING) != 0
        };
        QueueStat {
            item: def.item.clone(),
            item_size: queue.item,
            capacity: def.capacity,
            depth,
            pushed,
            popped,
            times_full: self.word(layout::TIMES_FULL),
            redelivered: self.word(layout::REDELIVERED),
            high_water: self.word(layout::HIGH_WATER).max(depth),
            dropped: 0,
            producer,
            consumer,
            producer_waits: waits(producer, layout::SPACE_FLAG),
            consumer_waits: waits(consumer, layout::DATA_FLAG),
        }
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
