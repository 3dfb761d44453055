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

use crate::memory::{Memory, Slots, Word};
use crate::object::queue::layout::QueueLayout;
use crate::object::role::Previous;
use std::sync::atomic::Ordering::{Acquire, Relaxed, Release};

/// Why an operation cannot be done now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    /// Full for a push, empty for a pop.
    Wait,
    /// The other side's cursors or stamps are impossible.
    Corrupt,
}

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

/// A position and the slot it falls on, which wraps without a division.
#[derive(Clone, Copy)]
struct Cursor {
    position: u64,
    index: usize,
}

impl Cursor {
    #[allow(clippy::cast_possible_truncation)] // less than the number of slots
    fn at(position: u64, slots: u64) -> Self {
        Self { position, index: (position % slots) as usize }
    }

    /// Moves by `n`, at most once round.
    #[inline]
    fn advance(&mut self, n: usize, slots: usize) {
        self.position = self.position.wrapping_add(n as u64);
        self.index += n;
        if self.index >= slots {
            self.index -= slots;
        }
    }
}

/// The side that writes.
pub(crate) struct ProducerCore<M: Memory> {
    words: QueueWords<M>,
    slots: usize,
    tail: Cursor,
    /// Messages that fit before the head must be looked at again.
    room: usize,
}

impl<M: Memory> ProducerCore<M> {
    /// Takes over a role that was just claimed: finds the tail, and wipes what
    /// a dead predecessor had not committed.
    #[allow(clippy::cast_possible_truncation)] // slots lie in memory
    pub(crate) fn take_over(words: QueueWords<M>, layout: &QueueLayout) -> Self {
        let slots = layout.slots as usize;
        let mut tail = Cursor::at(words.tail_hint.load(Acquire), layout.slots);
        // The hint is stored after the stamp: walk on over whole stamps.
        for _ in 0..slots {
            if words.slots.load_stamp(tail.index, Acquire) != tail.position.wrapping_add(1) {
                break;
            }
            tail.advance(1, slots);
        }
        // A batch that a death cut off has stamps beyond the gap of its first
        // message. Without this they would appear behind the successor's.
        let mut beyond = tail;
        for _ in 0..slots {
            if words.slots.load_stamp(beyond.index, Relaxed) == beyond.position.wrapping_add(1) {
                words.slots.store_stamp(beyond.index, 0, Relaxed);
            }
            beyond.advance(1, slots);
        }
        M::program_order();
        // Release: before the next commit, whose acquire shows the wiped stamps.
        words.tail_hint.store(tail.position, Release);
        Self { words, slots, tail, room: 0 }
    }

    /// Messages that fit now, at least as many as `wanted` if there are so
    /// many; reads the consumer's head only if it must.
    #[inline]
    fn room_for(&mut self, wanted: usize) -> Result<usize, Fault> {
        if self.room < wanted { self.look_at_head() } else { Ok(self.room) }
    }

    #[inline(never)]
    #[allow(clippy::cast_possible_truncation)] // at most the number of slots
    fn look_at_head(&mut self) -> Result<usize, Fault> {
        // Acquire pairs with the release in `publish_head`: what the consumer
        // has read may be overwritten.
        let head = self.words.head.load(Acquire);
        let waiting = self.tail.position.wrapping_sub(head);
        if waiting > self.slots as u64 {
            return Err(Fault::Corrupt);
        }
        self.room = self.slots - waiting as usize;
        Ok(self.room)
    }

    /// Whether a message fits.
    fn check_room(&mut self) -> Result<(), Fault> {
        if self.room_for(1)? == 0 { Err(Fault::Wait) } else { Ok(()) }
    }

    /// Counts that a push found no room, or began to wait for some.
    pub(crate) fn count_full(&mut self) {
        let full = &self.words.times_full;
        full.store(full.load(Relaxed).wrapping_add(1), Relaxed);
    }

    /// Writes one message and commits it.
    #[inline]
    pub(crate) fn push(&mut self, item: &[u8]) -> Result<(), Fault> {
        if self.room == 0 {
            self.check_room()?;
        }
        self.words.slots.write(self.tail.index, item);
        self.commit();
        Ok(())
    }

    /// The slot for the next message, to be filled before [`Self::commit`].
    pub(crate) fn reserve(&mut self) -> Result<usize, Fault> {
        self.check_room()?;
        Ok(self.tail.index)
    }

    /// The slots themselves, to fill a reserved one.
    pub(crate) fn slots(&self) -> &M::Slots {
        &self.words.slots
    }

    /// Commits the message in the next slot, for which there is room.
    #[inline]
    pub(crate) fn commit(&mut self) {
        let stamp = self.tail.position.wrapping_add(1);
        // The commit. Pairs with the acquire in `ConsumerCore::ready`.
        self.words.slots.store_stamp(self.tail.index, stamp, Release);
        self.tail.advance(1, self.slots);
        self.room -= 1;
        self.words.tail_hint.store(self.tail.position, Release);
    }

    /// Writes as many messages as fit and commits them together; how many.
    /// `item(k)` is the k-th message.
    pub(crate) fn push_batch<'a>(
        &mut self,
        wanted: usize,
        item: impl Fn(usize) -> &'a [u8],
    ) -> Result<usize, Fault> {
        if wanted == 0 {
            return Ok(0);
        }
        if self.room_for(wanted)? == 0 {
            self.check_room()?;
        }
        let n = self.room.min(wanted);
        let mut at = self.tail;
        for k in 0..n {
            self.words.slots.write(at.index, item(k));
            at.advance(1, self.slots);
        }
        // From the last to the first: the consumer meets the first one last,
        // and its release covers all the others.
        let end = at;
        for k in (0..n).rev() {
            at.index = if at.index == 0 { self.slots - 1 } else { at.index - 1 };
            let stamp = self.tail.position.wrapping_add(k as u64 + 1);
            let order = if k == 0 { Release } else { Relaxed };
            if k == 0 {
                M::program_order();
            }
            self.words.slots.store_stamp(at.index, stamp, order);
        }
        self.tail = end;
        self.room -= n;
        self.words.tail_hint.store(self.tail.position, Release);
        Ok(n)
    }
}

/// The side that reads.
pub(crate) struct ConsumerCore<M: Memory> {
    words: QueueWords<M>,
    slots: usize,
    batch: u64,
    head: Cursor,
    /// The last head that the producer was told.
    published: u64,
    /// Up to here a dead predecessor may have seen the messages.
    inherited: u64,
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
        let slots = layout.slots as usize;
        let taken = words.taken.load(Acquire);
        let seen = words.seen.load(Relaxed);
        let head = Cursor::at(taken, layout.slots);
        // What it looked at and did not acknowledge. A single pop announces
        // nothing, so after a death it may have been one.
        let mut suspects = seen.wrapping_sub(taken);
        if suspects > layout.slots {
            suspects = 0; // seen lies behind taken
        }
        if previous == Previous::Died {
            suspects = suspects.max(1);
        }
        let mut this =
            Self { words, slots, batch: layout.batch, head, published: taken, inherited: taken };
        let depth = this.count_ready(suspects as usize) as u64;
        this.inherited = taken.wrapping_add(depth);
        // If this one leaves or dies too, the next one hears of them as well.
        this.words.seen.store(this.inherited, Relaxed);
        M::program_order();
        this.words.head.store(taken, Release);
        this
    }

    /// How many of the next messages a dead predecessor may have seen.
    pub(crate) fn redelivered(&self) -> u64 {
        let left = self.inherited.wrapping_sub(self.head.position);
        if left > self.slots as u64 { 0 } else { left }
    }

    /// Whether the next message is there.
    #[inline]
    pub(crate) fn ready(&self) -> Result<(), Fault> {
        // Pairs with the release in `commit` and `push_batch`.
        let stamp = self.words.slots.load_stamp(self.head.index, Acquire);
        let expected = self.head.position.wrapping_add(1);
        if stamp == expected {
            return Ok(());
        }
        // An older stamp, or 0 of a new segment or a wiped slot.
        if stamp < expected { Err(Fault::Wait) } else { Err(Fault::Corrupt) }
    }

    /// Whether the next message is there, if it is `removed`: a message may have been
    /// committed between an earlier look and the removal, and is drained first.
    #[inline]
    pub(crate) fn ready_if(&self, removed: impl FnOnce() -> bool) -> Option<Result<(), Fault>> {
        removed().then(|| self.ready())
    }

    /// Whether messages stream: more than one came since the queue was found
    /// empty, or since the producer was told the head.
    #[inline]
    pub(crate) fn is_streaming(&self) -> bool {
        self.head.position.wrapping_sub(self.published) > 1
    }

    /// What to do when the queue was found empty: tell the producer the exact
    /// head, once. Whether there was something to tell.
    #[inline]
    pub(crate) fn settle(&mut self) -> bool {
        let news = self.published != self.head.position;
        if news {
            self.publish_head();
        }
        news
    }

    /// Copies one message out and acknowledges it; whether the head was
    /// published on this occasion.
    #[inline]
    pub(crate) fn pop(&mut self, item: &mut [u8]) -> Result<bool, Fault> {
        self.words.slots.prefetch(self.head.index);
        self.ready()?;
        self.words.slots.read(self.head.index, item);
        Ok(self.acknowledge(1))
    }

    /// Announces that the caller will look at the next message in place; its
    /// slot.
    pub(crate) fn peek(&mut self) -> Result<usize, Fault> {
        self.ready()?;
        self.announce(1);
        Ok(self.head.index)
    }

    /// The slots themselves, to read a peeked one.
    pub(crate) fn slots(&self) -> &M::Slots {
        &self.words.slots
    }

    /// Copies up to `wanted` messages out and acknowledges them together; how
    /// many, and whether the head was published. `take(k, slot)` gets the k-th.
    pub(crate) fn pop_batch(
        &mut self,
        wanted: usize,
        mut take: impl FnMut(usize, &M::Slots, usize),
    ) -> Result<(usize, bool), Fault> {
        if wanted == 0 {
            return Ok((0, false));
        }
        self.ready()?;
        let n = self.count_ready(wanted);
        self.announce(n as u64);
        let mut at = self.head;
        for k in 0..n {
            take(k, &self.words.slots, at.index);
            at.advance(1, self.slots);
        }
        Ok((n, self.acknowledge(n)))
    }

    /// Messages that are there, at most `limit`.
    fn count_ready(&self, limit: usize) -> usize {
        let mut at = self.head;
        let limit = limit.min(self.slots);
        (0..limit)
            .take_while(|_| {
                let stamp = self.words.slots.load_stamp(at.index, Acquire);
                let whole = stamp == at.position.wrapping_add(1);
                at.advance(1, self.slots);
                whole
            })
            .count()
    }

    /// Tells a successor that the next `n` messages are being looked at. What an
    /// earlier consumer may have seen stays suspect until it is acknowledged,
    /// however many die in between: `seen` never goes back behind it.
    fn announce(&mut self, n: u64) {
        let end = n.max(self.redelivered());
        self.words.seen.store(self.head.position.wrapping_add(end), Relaxed);
        M::program_order();
    }

    /// Acknowledges `n` messages whose payload has been read; whether the head
    /// was published.
    #[inline]
    pub(crate) fn acknowledge(&mut self, n: usize) -> bool {
        if self.inherited != self.head.position && self.redelivered() > 0 {
            self.count_redelivered(n as u64);
        }
        self.head.advance(n, self.slots);
        // Release: the payload was read before. Read only by successors.
        self.words.taken.store(self.head.position, Release);
        let due = self.head.position.wrapping_sub(self.published) >= self.batch;
        if due {
            self.publish_head();
        }
        due
    }

    #[cold]
    fn count_redelivered(&mut self, n: u64) {
        let again = self.redelivered().min(n);
        let total = self.words.redelivered.load(Relaxed).wrapping_add(again);
        self.words.redelivered.store(total, Relaxed);
    }

    #[inline(never)]
    fn publish_head(&mut self) {
        let depth = self.words.tail_hint.load(Relaxed).wrapping_sub(self.published);
        if depth <= self.slots as u64 && depth > self.words.high_water.load(Relaxed) {
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
        let seen = self.head.position.wrapping_add(self.redelivered());
        self.words.seen.store(seen, Relaxed);
    }
}
