//! The logic of a queue from one producer to one consumer. No system calls, no
//! typed values, no waiting: those are in the handles. `docs/protocols.md`
//! specifies it; `shm_runtime.h` has the same in C.
//!
//! Each slot begins with a stamp. A message at position p (counted from 0, not
//! wrapped) lies in slot p mod slots, and is there once the stamp is p + 1: the
//! payload is written first, the stamp last, by one release store, which is the
//! commit. The consumer writes no slots. It tells how far it is in two words:
//! `taken`, exact, on a line that only successors and observers read, and
//! `head`, which the producer reads, now and then.
//!
//! Numbers that the other side wrote are never used as an index; they are
//! compared, and what cannot be is answered with [`Fault::Corrupt`].

#![allow(clippy::inline_always)] // what each message costs, see `handle::queue::untyped`

use crate::memory::{Memory, Ring, Slots, Word};
use crate::object::fault::Fault;
use crate::object::queue::layout::QueueLayout;
use crate::object::role::Previous;
use std::mem::MaybeUninit;
use std::sync::atomic::Ordering::{Acquire, Relaxed, Release};

/// The words of a queue, in whatever memory.
pub(crate) struct QueueWords<M: Memory> {
    pub(crate) slots: M::Slots,
    pub(crate) tail_hint: M::Word,
    pub(crate) times_full: M::Word,
    pub(crate) taken: M::Word,
    pub(crate) seen: M::Word,
    pub(crate) redelivered: M::Word,
    pub(crate) high_water: M::Word,
    pub(crate) head: M::Word,
}

/// Where a slot of this memory lies.
pub(crate) type At<M> = <<<M as Memory>::Slots as Slots>::Ring as Ring>::At;

/// A position and the slot it falls on, which wraps without a division.
#[derive(Clone, Copy)]
struct Cursor<A> {
    position: u64,
    slot: A,
}

impl<A: Copy> Cursor<A> {
    #[allow(clippy::cast_possible_truncation)] // less than the number of slots
    fn at(position: u64, slots: &impl Ring<At = A>, count: usize) -> Self {
        Self { position, slot: slots.at((position % count as u64) as usize) }
    }

    /// The one of the next message; `size` is that of an item.
    #[inline(always)]
    fn next(self, slots: &impl Ring<At = A>, size: usize) -> Self {
        Self { position: self.position.wrapping_add(1), slot: slots.next(self.slot, size) }
    }
}

/// The side that writes.
///
/// What each message costs is always inlined, into a program that knows the size of
/// its items; the rest is called.
pub(crate) struct ProducerCore<M: Memory> {
    words: QueueWords<M>,
    tail: Cursor<At<M>>,
    /// Messages that fit before the head must be looked at again.
    room: usize,
    count: usize,
}

impl<M: Memory> ProducerCore<M> {
    /// Takes over a role that was just claimed: finds the tail, and wipes what
    /// a dead predecessor had not committed.
    #[allow(clippy::cast_possible_truncation)] // slots lie in memory
    pub(crate) fn take_over(words: QueueWords<M>, layout: &QueueLayout) -> Self {
        let (count, size) = (layout.slots as usize, layout.item as usize);
        let slots = &words.slots.ring();
        let mut tail = Cursor::at(words.tail_hint.load(Acquire), slots, count);
        // The hint is stored after the stamp: walk on over whole stamps.
        for _ in 0..count {
            if slots.load_stamp(tail.slot, Acquire) != tail.position.wrapping_add(1) {
                break;
            }
            tail = tail.next(slots, size);
        }
        // A batch that a death cut off has stamps beyond the gap of its first
        // message. Without this they would appear behind the successor's.
        let mut beyond = tail;
        for _ in 0..count {
            if slots.load_stamp(beyond.slot, Relaxed) == beyond.position.wrapping_add(1) {
                slots.store_stamp(beyond.slot, 0, Relaxed);
            }
            beyond = beyond.next(slots, size);
        }
        M::program_order();
        // Release: before the next commit, whose acquire shows the wiped stamps.
        words.tail_hint.store(tail.position, Release);
        Self { words, tail, room: 0, count }
    }

    /// Whether a message fits, as far as is known here.
    #[inline(always)]
    pub(crate) fn has_room(&self) -> bool {
        self.room != 0
    }

    /// Messages that fit now, at least as many as `wanted` if there are so
    /// many; reads the consumer's head only if it must. Some, or an error.
    #[inline(always)]
    fn room_for(&mut self, wanted: usize) -> Result<usize, Fault> {
        if self.room < wanted { self.look_at_head() } else { Ok(self.room) }
    }

    #[cold]
    #[inline(never)]
    #[allow(clippy::cast_possible_truncation)] // at most the number of slots
    pub(crate) fn look_at_head(&mut self) -> Result<usize, Fault> {
        // Acquire pairs with the release in `publish_head`: what the consumer
        // has read may be overwritten.
        let head = self.words.head.load(Acquire);
        let waiting = self.tail.position.wrapping_sub(head);
        if waiting > self.count as u64 {
            return Err(Fault::Corrupt);
        }
        self.room = self.count - waiting as usize;
        if self.room == 0 { Err(Fault::Wait) } else { Ok(self.room) }
    }

    /// Counts that a push found no room, or began to wait for some.
    pub(crate) fn count_full(&mut self) {
        let full = &self.words.times_full;
        full.store(full.load(Relaxed).wrapping_add(1), Relaxed);
    }

    /// Writes one message and commits it.
    #[cfg(test)]
    pub(crate) fn push(&mut self, item: &[u8]) -> Result<(), Fault> {
        self.room_for(1)?;
        self.put(item);
        Ok(())
    }

    /// Writes one message, for which there [is room](Self::has_room), and commits it.
    #[inline(always)]
    pub(crate) fn put(&mut self, item: &[u8]) {
        self.words.slots.ring().write(self.tail.slot, item);
        self.commit(item.len());
    }

    /// The slot for the next message, to be filled before [`Self::commit`].
    #[inline(always)]
    pub(crate) fn reserve(&mut self) -> Result<At<M>, Fault> {
        self.room_for(1)?;
        Ok(self.tail.slot)
    }

    /// The slots themselves, to fill a reserved one.
    #[inline]
    pub(crate) fn slots(&self) -> <M::Slots as Slots>::Ring {
        self.words.slots.ring()
    }

    /// Commits the message in the next slot, for which there is room.
    #[inline(always)]
    pub(crate) fn commit(&mut self, size: usize) {
        let slots = self.words.slots.ring();
        let tail = self.tail;
        let next = tail.next(&slots, size);
        self.tail = next;
        self.room -= 1;
        // The commit. Pairs with the acquire in `ConsumerCore::ready`.
        slots.store_stamp(tail.slot, next.position, Release);
        self.words.tail_hint.store(next.position, Release);
    }

    /// Writes as many of `wanted` messages of `size` bytes as fit and commits them
    /// together; how many. `items(n)` are the first n.
    #[inline(always)]
    pub(crate) fn push_batch<'a, Items: Iterator<Item = &'a [u8]>>(
        &mut self,
        size: usize,
        wanted: usize,
        items: impl FnOnce(usize) -> Items,
    ) -> Result<usize, Fault> {
        if wanted == 0 {
            return Ok(0);
        }
        if self.room < wanted {
            self.look_at_head()?;
        }
        let slots = &self.words.slots.ring();
        let first = self.tail;
        let mut end = first;
        for item in items(self.room.min(wanted)) {
            slots.write(end.slot, item);
            end = end.next(slots, size);
        }
        // From the last to the first: the consumer meets the first one last,
        // and its release covers all the others.
        let mut at = end;
        while at.position.wrapping_sub(first.position) > 1 {
            at.slot = slots.previous(at.slot, size);
            slots.store_stamp(at.slot, at.position, Relaxed);
            at.position = at.position.wrapping_sub(1);
        }
        if end.position == first.position {
            return Ok(0);
        }
        M::program_order();
        slots.store_stamp(first.slot, first.position.wrapping_add(1), Release);
        #[allow(clippy::cast_possible_truncation)] // at most the room
        let n = end.position.wrapping_sub(first.position) as usize;
        self.tail = end;
        self.room -= n;
        self.words.tail_hint.store(end.position, Release);
        Ok(n)
    }
}

/// The side that reads.
///
/// What each message costs is always inlined, as in [`ProducerCore`].
pub(crate) struct ConsumerCore<M: Memory> {
    words: QueueWords<M>,
    head: Cursor<At<M>>,
    /// The last head that the producer was given.
    published: u64,
    batch: u64,
    /// How many of the next messages a dead predecessor may have seen.
    suspect: u64,
    count: usize,
    size: usize,
}

impl<M: Memory> ConsumerCore<M> {
    /// Takes over a role that was just claimed: goes on where the predecessor
    /// acknowledged last.
    #[allow(clippy::cast_possible_truncation)] // slots lie in memory
    pub(crate) fn take_over(
        words: QueueWords<M>,
        layout: &QueueLayout,
        previous: Previous,
    ) -> Self {
        let (count, size) = (layout.slots as usize, layout.item as usize);
        let taken = words.taken.load(Acquire);
        let seen = words.seen.load(Relaxed);
        let head = Cursor::at(taken, &words.slots.ring(), count);
        // What it looked at and did not acknowledge. A single pop announces
        // nothing, so after a death it may have been one.
        let mut suspects = seen.wrapping_sub(taken);
        if suspects > layout.slots {
            suspects = 0; // seen lies behind taken
        }
        if previous == Previous::Died {
            suspects = suspects.max(1);
        }
        let batch = layout.batch;
        let mut this = Self { words, head, published: taken, batch, suspect: 0, count, size };
        this.suspect = this.count_ready(size, suspects as usize) as u64;
        // If this one leaves or dies too, the next one hears of them as well.
        this.words.seen.store(taken.wrapping_add(this.suspect), Relaxed);
        M::program_order();
        this.words.head.store(taken, Release);
        this
    }

    /// How many of the next messages a dead predecessor may have seen.
    pub(crate) fn redelivered(&self) -> u64 {
        self.suspect
    }

    /// Whether the next message is there.
    #[inline(always)]
    pub(crate) fn ready(&self) -> Result<(), Fault> {
        // Pairs with the release in `commit` and `push_batch`.
        let stamp = self.words.slots.ring().load_stamp(self.head.slot, Acquire);
        let expected = self.head.position.wrapping_add(1);
        if stamp == expected {
            return Ok(());
        }
        // An older stamp, or 0 of a new segment or a wiped slot.
        if stamp < expected { Err(Fault::Wait) } else { Err(Fault::Corrupt) }
    }

    /// Asks for the next message beside the look at its stamp.
    #[inline(always)]
    pub(crate) fn prefetch(&self, size: usize) {
        self.words.slots.ring().prefetch(self.head.slot, size);
    }

    /// Whether the next message is there, if it is `removed`: a message may have been
    /// committed between an earlier look and the removal, and is drained first.
    #[inline]
    pub(crate) fn ready_if(&self, removed: impl FnOnce() -> bool) -> Option<Result<(), Fault>> {
        removed().then(|| self.ready())
    }

    /// Whether messages stream: more than one came since the queue was found
    /// empty, or since the head was published.
    #[inline]
    pub(crate) fn is_streaming(&self) -> bool {
        self.head.position.wrapping_sub(self.published) > 1
    }

    /// What to do when the queue was found empty: tell the producer the exact
    /// head, once. Whether there was something to tell. As many as were taken
    /// since waited then, so the line that the producer is writing is left alone.
    #[inline]
    pub(crate) fn settle(&mut self) -> bool {
        let taken = self.head.position.wrapping_sub(self.published);
        if taken != 0 {
            self.publish_head(taken);
        }
        taken != 0
    }

    /// Copies the next message out, which [is there](Self::ready), and acknowledges
    /// it; whether the head was published on this occasion.
    #[inline(always)]
    pub(crate) fn take<'a>(&mut self, item: &'a mut [MaybeUninit<u8>]) -> (&'a mut [u8], bool) {
        let slots = &self.words.slots.ring();
        let item = slots.read(self.head.slot, item);
        let end = self.head.next(slots, item.len());
        (item, self.acknowledge_to(end))
    }

    /// Announces that the caller will look at the next message in place; its
    /// slot.
    #[inline(always)]
    pub(crate) fn peek(&mut self) -> Result<At<M>, Fault> {
        self.ready()?;
        self.announce(1);
        Ok(self.head.slot)
    }

    /// The slots themselves, to read a peeked one.
    #[inline]
    pub(crate) fn slots(&self) -> <M::Slots as Slots>::Ring {
        self.words.slots.ring()
    }

    /// Copies up to `wanted` messages of `size` bytes out and acknowledges them
    /// together; how many, and whether the head was published. `items(n)` is where the
    /// first n go, at least.
    #[inline(always)]
    pub(crate) fn pop_batch<'a, Items: Iterator<Item = &'a mut [MaybeUninit<u8>]>>(
        &mut self,
        size: usize,
        wanted: usize,
        items: impl FnOnce(usize) -> Items,
    ) -> Result<(usize, bool), Fault> {
        if wanted == 0 {
            return Ok((0, false));
        }
        self.ready()?;
        let slots = &self.words.slots.ring();
        let limit = wanted.min(self.count);
        let mut items = items(limit);
        let mut end = self.head;
        let mut n = 0;
        while n < limit {
            let next = end.next(slots, size);
            // Pairs with the release in `commit` and `push_batch`.
            if slots.load_stamp(end.slot, Acquire) != next.position {
                break;
            }
            self.announce(n as u64 + 1);
            let Some(item) = items.next() else { break };
            slots.read(end.slot, item);
            end = next;
            n += 1;
        }
        // It seems that there are more: they come while the caller looks at these.
        if n == wanted {
            slots.prefetch_some(end.slot, size, n);
        }
        Ok((n, self.acknowledge_to(end)))
    }

    /// Messages that are there, at most `limit`.
    #[inline(always)]
    fn count_ready(&self, size: usize, limit: usize) -> usize {
        let slots = &self.words.slots.ring();
        let mut at = self.head;
        let limit = limit.min(self.count);
        let mut n = 0;
        while n < limit {
            let next = at.next(slots, size);
            if slots.load_stamp(at.slot, Acquire) != next.position {
                break;
            }
            at = next;
            n += 1;
        }
        n
    }

    /// Tells a successor that the next `n` messages are being looked at. What an
    /// earlier consumer may have seen stays suspect until it is acknowledged,
    /// however many die in between: `seen` never goes back behind it.
    #[inline(always)]
    fn announce(&mut self, n: u64) {
        let end = n.max(self.suspect);
        self.words.seen.store(self.head.position.wrapping_add(end), Relaxed);
        M::program_order();
    }

    /// Acknowledges the message that was peeked; whether the head was published.
    #[inline(always)]
    pub(crate) fn acknowledge(&mut self) -> bool {
        self.acknowledge_to(self.head.next(&self.words.slots.ring(), self.size))
    }

    /// Acknowledges the messages before `end`, whose payload has been read; whether
    /// the head was published.
    #[inline(always)]
    fn acknowledge_to(&mut self, end: Cursor<At<M>>) -> bool {
        if self.suspect != 0 {
            self.count_redelivered(end.position.wrapping_sub(self.head.position));
        }
        self.head = end;
        // Release: the payload was read before. Read only by successors.
        self.words.taken.store(end.position, Release);
        let due = end.position.wrapping_sub(self.published) >= self.batch;
        if due {
            self.publish_batch();
        }
        due
    }

    #[cold]
    #[inline(never)]
    fn count_redelivered(&mut self, n: u64) {
        let again = self.suspect.min(n);
        let total = self.words.redelivered.load(Relaxed).wrapping_add(again);
        self.words.redelivered.store(total, Relaxed);
        self.suspect -= again;
    }

    /// Tells the head after a batch: how many wait, the producer's line says.
    #[cold]
    #[inline(never)]
    fn publish_batch(&mut self) {
        let tail = self.words.tail_hint.load(Relaxed);
        self.publish_head(tail.wrapping_sub(self.published));
    }

    /// How many messages waited when the head was published last.
    #[inline]
    fn publish_head(&mut self, depth: u64) {
        if depth <= self.count as u64 && depth > self.words.high_water.load(Relaxed) {
            self.words.high_water.store(depth, Relaxed);
        }
        self.published = self.head.position;
        // Pairs with the acquire in `look_at_head`.
        self.words.head.store(self.published, Release);
    }

    /// To be called before the role is given up: the producer learns the exact
    /// head, and a successor learns what is still under suspicion.
    pub(crate) fn leave(&mut self) {
        self.settle();
        let seen = self.head.position.wrapping_add(self.suspect);
        self.words.seen.store(seen, Relaxed);
    }
}
