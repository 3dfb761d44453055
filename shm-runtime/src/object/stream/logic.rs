//! The logic of a stream from one writer to one reader. No system calls, no typed
//! values, no waiting: those are in the handles. `docs/protocols.md` specifies it;
//! `shm_runtime.h` has the same in C.
//!
//! There are no stamps: the writer copies items into the area and then stores the
//! tail, by one release store, which is the commit of all of them. The reader stores
//! the end of what it is about to read (`seen`), copies, and stores `taken`, which is
//! the acknowledgement. The writer reads neither, but `head`, which is published now
//! and then. A byte is an item of one byte.
//!
//! Numbers that the other side wrote are never used as an index; they are compared,
//! and what cannot be is answered with [`Fault::Corrupt`].

use super::layout::StreamLayout;
use crate::memory::{Area, Memory, ReadArea, Word};
use crate::object::fault::Fault;
use std::sync::atomic::Ordering::{Acquire, Relaxed, Release};

/// The words of a stream, in whatever memory.
pub(crate) struct StreamWords<M: Memory> {
    /// Where the items lie, from the first one on.
    pub(crate) area: M::Area,
    pub(crate) tail: M::Word,
    pub(crate) times_full: M::Word,
    pub(crate) taken: M::Word,
    pub(crate) seen: M::Word,
    pub(crate) redelivered: M::Word,
    pub(crate) high_water: M::Word,
    pub(crate) head: M::Word,
}

/// A position, and where it falls in the area, which goes on without a division.
#[derive(Clone, Copy)]
struct Cursor {
    position: u64,
    index: usize,
    slots: usize,
    item: usize,
}

impl Cursor {
    #[allow(clippy::cast_possible_truncation)] // slots lie in memory
    fn at(position: u64, layout: &StreamLayout) -> Self {
        let (slots, item) = (layout.slots as usize, layout.item as usize);
        Self { position, index: (position % layout.slots) as usize, slots, item }
    }

    /// The one of `n` items later, which are at most as many as there are slots.
    #[inline]
    fn skip(self, n: usize) -> Self {
        let index = self.index + n;
        let index = if index >= self.slots { index - self.slots } else { index };
        Self { position: self.position.wrapping_add(n as u64), index, ..self }
    }

    /// Where `len` bytes lie that begin `offset` bytes behind it: their first byte, and
    /// how many come before the end of the area; the others lie at its start.
    #[inline]
    fn place(self, offset: usize, len: usize) -> (usize, usize) {
        let end = self.slots * self.item;
        let at = self.index * self.item + offset;
        let at = if at >= end { at - end } else { at };
        (at, len.min(end - at))
    }

    #[inline]
    fn write<M: Memory>(self, area: &M::Area, offset: usize, bytes: &[u8]) {
        let (at, before) = self.place(offset, bytes.len());
        let (before, behind) = bytes.split_at(before);
        area.write_part(0, at, before);
        if !behind.is_empty() {
            area.write_part(0, 0, behind);
        }
    }

    #[inline]
    fn read<M: Memory>(self, area: &M::Area, offset: usize, bytes: &mut [u8]) {
        let (at, before) = self.place(offset, bytes.len());
        let (before, behind) = bytes.split_at_mut(before);
        area.read_part(0, at, before);
        if !behind.is_empty() {
            area.read_part(0, 0, behind);
        }
    }
}

/// The side that writes.
pub(crate) struct WriterCore<M: Memory> {
    words: StreamWords<M>,
    tail: Cursor,
    /// Items that fit before the head must be looked at again.
    room: usize,
}

impl<M: Memory> WriterCore<M> {
    /// Takes over a role that was just claimed. What a dead predecessor wrote beyond
    /// the tail never happened, and is written over.
    pub(crate) fn take_over(words: StreamWords<M>, layout: &StreamLayout) -> Self {
        let tail = Cursor::at(words.tail.load(Acquire), layout);
        Self { words, tail, room: 0 }
    }

    /// Items that fit now, at least as many as `wanted` if there are so many; reads
    /// the reader's head only if it must. Some, or an error.
    #[inline]
    pub(crate) fn room_for(&mut self, wanted: usize) -> Result<usize, Fault> {
        if self.room < wanted || self.room == 0 { self.look_at_head() } else { Ok(self.room) }
    }

    #[allow(clippy::cast_possible_truncation)] // at most the number of slots
    fn look_at_head(&mut self) -> Result<usize, Fault> {
        // Acquire pairs with the release in `publish_head`: what the reader has read
        // may be overwritten.
        let head = self.words.head.load(Acquire);
        let waiting = self.tail.position.wrapping_sub(head);
        if waiting > self.tail.slots as u64 {
            return Err(Fault::Corrupt);
        }
        self.room = self.tail.slots - waiting as usize;
        if self.room == 0 { Err(Fault::Wait) } else { Ok(self.room) }
    }

    /// Counts that a write found no room, or began to wait for some.
    pub(crate) fn count_full(&mut self) {
        let full = &self.words.times_full;
        full.store(full.load(Relaxed).wrapping_add(1), Relaxed);
    }

    /// Writes as many of the items as fit, and commits them; how many.
    #[inline]
    pub(crate) fn write(&mut self, items: &[u8]) -> Result<usize, Fault> {
        let wanted = items.len() / self.tail.item;
        if wanted == 0 {
            return Ok(0);
        }
        let n = self.room_for(wanted)?.min(wanted);
        self.fill(0, &items[..n * self.tail.item]);
        self.commit(n);
        Ok(n)
    }

    /// Writes behind the tail, from this many bytes on: within the room.
    #[inline]
    pub(crate) fn fill(&self, offset: usize, bytes: &[u8]) {
        self.tail.write::<M>(&self.words.area, offset, bytes);
    }

    /// Commits the next items, for which there is room.
    #[inline]
    pub(crate) fn commit(&mut self, n: usize) {
        self.tail = self.tail.skip(n);
        self.room -= n;
        // The commit. Pairs with the acquire in `look_at_tail`.
        self.words.tail.store(self.tail.position, Release);
    }
}

/// The side that reads.
pub(crate) struct ReaderCore<M: Memory> {
    words: StreamWords<M>,
    head: Cursor,
    /// Items that are there before the tail must be looked at again.
    ready: usize,
    /// The last head that was published for the writer.
    published: u64,
    batch: u64,
    /// This many of the next items a dead predecessor may have seen.
    suspect: u64,
    /// The end of what was announced to be looked at: the word of that name.
    seen: u64,
}

impl<M: Memory> ReaderCore<M> {
    /// Takes over a role that was just claimed: goes on where the predecessor
    /// acknowledged last.
    pub(crate) fn take_over(words: StreamWords<M>, layout: &StreamLayout) -> Self {
        let taken = words.taken.load(Acquire);
        let (seen, tail) = (words.seen.load(Relaxed), words.tail.load(Acquire));
        // What it looked at and did not acknowledge: every read announces, so it is
        // exact.
        let suspect = [seen, tail].map(|end| end.wrapping_sub(taken));
        let honest = suspect.iter().all(|n| *n <= layout.slots);
        let suspect = if honest { suspect[0].min(suspect[1]) } else { 0 };
        // If this one leaves or dies too, the next one hears of them as well.
        let seen = taken.wrapping_add(suspect);
        words.seen.store(seen, Relaxed);
        M::program_order();
        words.head.store(taken, Release);
        let head = Cursor::at(taken, layout);
        Self { words, head, ready: 0, published: taken, batch: layout.batch, suspect, seen }
    }

    /// How many of the next items a dead predecessor may have seen.
    pub(crate) fn redelivered(&self) -> u64 {
        self.suspect
    }

    /// Items that are there, at least as many as `wanted` if there are so many; reads
    /// the writer's tail only if it must. Some, or an error.
    #[inline]
    pub(crate) fn ready_for(&mut self, wanted: usize) -> Result<usize, Fault> {
        if self.ready < wanted || self.ready == 0 { self.look_at_tail() } else { Ok(self.ready) }
    }

    #[allow(clippy::cast_possible_truncation)] // at most the number of slots
    fn look_at_tail(&mut self) -> Result<usize, Fault> {
        // Pairs with the release in `commit`.
        let tail = self.words.tail.load(Acquire);
        let waiting = tail.wrapping_sub(self.head.position);
        if waiting > self.head.slots as u64 {
            return Err(Fault::Corrupt);
        }
        self.ready = waiting as usize;
        if self.ready == 0 { Err(Fault::Wait) } else { Ok(self.ready) }
    }

    /// Copies as many items out as are there and fit, and acknowledges them; how many,
    /// and whether the head was published.
    #[inline]
    pub(crate) fn read(&mut self, items: &mut [u8]) -> Result<(usize, bool), Fault> {
        let wanted = items.len() / self.head.item;
        if wanted == 0 {
            return Ok((0, false));
        }
        let n = self.peek(wanted)?;
        self.get(0, &mut items[..n * self.head.item]);
        Ok((n, self.release(n)))
    }

    /// Announces that the caller will look at the next items in place: as many as are
    /// there, at most `wanted`.
    #[inline]
    pub(crate) fn peek(&mut self, wanted: usize) -> Result<usize, Fault> {
        let n = self.ready_for(wanted)?.min(wanted);
        // What this reader has announced, or an earlier one may have seen, stays suspect
        // until it is acknowledged, however many die in between: `seen` never goes back.
        let ahead = self.seen.wrapping_sub(self.head.position).max(n as u64);
        self.seen = self.head.position.wrapping_add(ahead);
        self.words.seen.store(self.seen, Relaxed);
        M::program_order();
        Ok(n)
    }

    /// Copies out what lies behind the head, from this many bytes on: within what was
    /// peeked.
    #[inline]
    pub(crate) fn get(&self, offset: usize, bytes: &mut [u8]) {
        self.head.read::<M>(&self.words.area, offset, bytes);
    }

    /// Acknowledges the next items, which have been read; whether the head was
    /// published.
    #[inline]
    pub(crate) fn release(&mut self, n: usize) -> bool {
        if self.suspect != 0 {
            self.count_redelivered(n as u64);
        }
        self.head = self.head.skip(n);
        self.ready -= n;
        // Release: the items were read before. Read only by successors.
        self.words.taken.store(self.head.position, Release);
        let taken = self.head.position.wrapping_sub(self.published);
        if taken >= self.batch {
            self.publish_head();
        }
        taken >= self.batch
    }

    #[cold]
    fn count_redelivered(&mut self, n: u64) {
        let again = self.suspect.min(n);
        let total = self.words.redelivered.load(Relaxed).wrapping_add(again);
        self.words.redelivered.store(total, Relaxed);
        self.suspect -= again;
    }

    /// What to do when the stream was found empty: tell the writer the exact head,
    /// once. Whether there was something to tell.
    pub(crate) fn settle(&mut self) -> bool {
        let is_behind = self.head.position != self.published;
        if is_behind {
            self.publish_head();
        }
        is_behind
    }

    /// Since the head was published last, as many items waited as are there and were taken.
    fn publish_head(&mut self) {
        let taken = self.head.position.wrapping_sub(self.published);
        let depth = taken.wrapping_add(self.ready as u64);
        if depth > self.words.high_water.load(Relaxed) {
            self.words.high_water.store(depth, Relaxed);
        }
        self.published = self.head.position;
        // Pairs with the acquire in `look_at_head`.
        self.words.head.store(self.published, Release);
    }

    /// To be called before the role is given up: the writer learns the exact head, and
    /// a successor learns what is still under suspicion.
    pub(crate) fn leave(&mut self) {
        self.settle();
        self.words.seen.store(self.head.position.wrapping_add(self.suspect), Relaxed);
    }
}
