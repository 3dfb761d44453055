//! The memory of a segment: words, flags and slots of a [`Mapping`], which they
//! keep alive.

#![allow(clippy::inline_always)] // what each message costs, see `handle::queue::untyped`

use super::area::{MappedArea, MappedReadArea};
use super::mapping::Mapping;
use super::steps::step;
use super::words::{Flag, Memory, Ring, Slots, Word};
use super::{futex, membarrier, moves};
use crate::error::{Error, ErrorKind, Result};
use std::mem::MaybeUninit;
use std::ptr::NonNull;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering, compiler_fence, fence};
use std::time::Duration;

impl Mapping {
    /// A word that may be written.
    pub(crate) fn word(self: &Arc<Self>, offset: u64) -> Result<MappedWord> {
        let at = self.writable_at(offset, 8, 8)?.cast();
        Ok(MappedWord { at, _mapping: Arc::clone(self) })
    }

    /// A flag that may be written and slept on.
    pub(crate) fn flag(self: &Arc<Self>, offset: u64) -> Result<MappedFlag> {
        let at = self.writable_at(offset, 4, 4)?.cast();
        Ok(MappedFlag { at, _mapping: Arc::clone(self) })
    }

    /// Slots that may be written: `count` of them, `stride` bytes apart, with
    /// items of `item` bytes.
    pub(crate) fn slots(
        self: &Arc<Self>,
        offset: u64,
        count: usize,
        stride: usize,
        item: usize,
    ) -> Result<MappedSlots> {
        let total = (count as u64).checked_mul(stride as u64);
        let fits = item.checked_add(15).is_some_and(|n| n & !7 == stride);
        let Some(total) = total.filter(|_| fits) else {
            return Err(Error::new(ErrorKind::Corrupt, "the slots' size makes no sense"));
        };
        let base: NonNull<AtomicU64> = self.writable_at(offset, total, 8)?.cast();
        // SAFETY: the end of the bytes that lie in the mapping.
        let end = unsafe { NonNull::new_unchecked(base.as_ptr().add(count * (stride / 8))) };
        let ring = MappedRing { base, end, count, item };
        Ok(MappedSlots { ring, _mapping: Arc::clone(self) })
    }
}

/// The memory of a segment.
pub(crate) enum Mapped {}

impl Memory for Mapped {
    type Word = MappedWord;
    type Flag = MappedFlag;
    type Slots = MappedSlots;
    type ReadArea = MappedReadArea;
    type Area = MappedArea;

    #[inline]
    fn fence() {
        fence(Ordering::SeqCst);
    }

    fn register() -> bool {
        membarrier::register().is_ok()
    }

    #[inline]
    fn release_fence() {
        fence(Ordering::Release);
    }

    #[inline]
    fn acquire_fence() {
        fence(Ordering::Acquire);
    }

    #[inline]
    fn unless_registered(bits: u32) -> u32 {
        membarrier::unless_registered(bits)
    }

    fn barrier() -> bool {
        membarrier::everywhere()
    }

    #[inline(always)]
    fn barrier_point() {
        compiler_fence(Ordering::SeqCst);
    }

    #[inline(always)]
    fn program_order() {
        compiler_fence(Ordering::SeqCst);
    }
}

/// A 64-bit word of a segment.
pub(crate) struct MappedWord {
    at: NonNull<AtomicU64>,
    _mapping: Arc<Mapping>,
}

// SAFETY: an atomic in a mapping that the word itself keeps alive.
unsafe impl Send for MappedWord {}
// SAFETY: as above.
unsafe impl Sync for MappedWord {}

impl MappedWord {
    #[inline]
    fn atomic(&self) -> &AtomicU64 {
        // SAFETY: checked when the word was made; the mapping is held.
        unsafe { self.at.as_ref() }
    }
}

impl Word for MappedWord {
    #[inline]
    fn load(&self, order: Ordering) -> u64 {
        self.atomic().load(order)
    }

    #[inline]
    fn store(&self, value: u64, order: Ordering) {
        step();
        self.atomic().store(value, order);
    }

    #[inline]
    fn exchange(&self, current: u64, new: u64) -> Result<u64, u64> {
        step();
        self.atomic().compare_exchange(current, new, Ordering::AcqRel, Ordering::Acquire)
    }
}

/// A 32-bit word of a segment that a process can sleep on.
pub(crate) struct MappedFlag {
    at: NonNull<AtomicU32>,
    _mapping: Arc<Mapping>,
}

// SAFETY: an atomic in a mapping that the flag itself keeps alive.
unsafe impl Send for MappedFlag {}
// SAFETY: as above.
unsafe impl Sync for MappedFlag {}

impl MappedFlag {
    #[inline]
    fn atomic(&self) -> &AtomicU32 {
        // SAFETY: checked when the flag was made; the mapping is held.
        unsafe { self.at.as_ref() }
    }
}

impl Flag for MappedFlag {
    #[inline]
    fn load(&self, order: Ordering) -> u32 {
        self.atomic().load(order)
    }

    fn set(&self, bits: u32) -> u32 {
        step();
        self.atomic().fetch_or(bits, Ordering::SeqCst) | bits
    }

    fn exchange(&self, current: u32, new: u32) -> Result<u32, u32> {
        step();
        self.atomic().compare_exchange(current, new, Ordering::SeqCst, Ordering::Relaxed)
    }

    fn sleep(&self, value: u32, at_most: Duration) {
        futex::wait(self.atomic(), value, at_most);
    }

    fn wake(&self) {
        let _ = futex::wake_all(self.atomic()); // a sleeper looks again after its slice
    }

    fn wake_one(&self) -> bool {
        futex::wake_one(self.atomic()).is_ok_and(|woken| woken > 0)
    }

    fn swap(&self, value: u32) -> u32 {
        step();
        self.atomic().swap(value, Ordering::AcqRel)
    }

    fn add(&self, n: u32) {
        step();
        self.atomic().fetch_add(n, Ordering::AcqRel);
    }
}

/// Stamped slots of a segment.
pub(crate) struct MappedSlots {
    ring: MappedRing,
    _mapping: Arc<Mapping>,
}

impl Slots for MappedSlots {
    type Ring = MappedRing;

    #[inline(always)]
    fn ring(&self) -> MappedRing {
        self.ring
    }
}

/// Where the slots lie. It does not keep the mapping, which its slots do.
#[derive(Clone, Copy)]
pub(crate) struct MappedRing {
    base: NonNull<AtomicU64>,
    /// Behind the last slot.
    end: NonNull<AtomicU64>,
    count: usize,
    item: usize,
}

// SAFETY: atomics in a mapping, which belongs to the process.
unsafe impl Send for MappedRing {}

/// A slot of the slots that made it; no others may be asked with it.
#[derive(Clone, Copy)]
pub(crate) struct MappedAt(NonNull<AtomicU64>);

// SAFETY: atomics, in a mapping that belongs to the process.
unsafe impl Send for MappedAt {}
// SAFETY: as above.
unsafe impl Sync for MappedAt {}

/// Words that are asked for ahead: 16 cache lines, about as many as are on their way to a
/// processor at a time.
#[cfg(target_arch = "x86_64")]
const AHEAD: usize = 128;

/// Words from one slot to the next, with items of this many bytes.
#[inline(always)]
const fn words_between(item: usize) -> usize {
    1 + (item + 7) / 8
}

impl MappedAt {
    /// The `n`th word of the payload.
    ///
    /// # Safety
    ///
    /// `n * 8` is less than the item's size.
    #[inline(always)]
    unsafe fn word(&self, n: usize) -> &AtomicU64 {
        // SAFETY: a slot has room for the stamp and the item, rounded up to
        // whole words; the rest as in `stamp`.
        unsafe { &*self.0.as_ptr().add(1 + n) }
    }

    /// Where the payload begins.
    #[inline(always)]
    fn payload(&self) -> NonNull<AtomicU64> {
        // SAFETY: a slot has room for its stamp and at least one word.
        unsafe { NonNull::new_unchecked(self.0.as_ptr().add(1)) }
    }

    #[inline(always)]
    fn stamp(&self) -> &AtomicU64 {
        // SAFETY: made by slots, which lie in a mapping, aligned, and keep it.
        unsafe { self.0.as_ref() }
    }
}

impl MappedRing {
    /// Copies a part of the payload out.
    pub(crate) fn read_part(&self, slot: MappedAt, offset: usize, out: &mut [u8]) {
        assert!(offset + out.len() <= self.item, "a part of the item");
        for (i, byte) in out.iter_mut().enumerate() {
            let at = offset + i;
            // SAFETY: `at` is less than the item's size, as checked.
            let word = unsafe { slot.word(at / 8) }.load(Ordering::Relaxed);
            *byte = word.to_ne_bytes()[at % 8];
        }
    }

    /// Overwrites a part of the payload of a slot that nobody else writes.
    pub(crate) fn write_part(&self, slot: MappedAt, offset: usize, bytes: &[u8]) {
        assert!(offset + bytes.len() <= self.item, "a part of the item");
        let mut rest = bytes;
        let mut at = offset;
        while !rest.is_empty() {
            let n = rest.len().min(8 - at % 8);
            // SAFETY: `at` is less than the item's size, as checked.
            let word = unsafe { slot.word(at / 8) };
            let mut value = match n {
                8 => [0; 8],
                _ => word.load(Ordering::Relaxed).to_ne_bytes(),
            };
            value[at % 8..at % 8 + n].copy_from_slice(&rest[..n]);
            step();
            word.store(u64::from_ne_bytes(value), Ordering::Relaxed);
            rest = &rest[n..];
            at += n;
        }
    }
}

/// Always inlined: with a constant size, only the moves are left.
impl Ring for MappedRing {
    type At = MappedAt;

    fn at(&self, index: usize) -> MappedAt {
        assert!(index < self.count, "the index comes from this process and is in range");
        // SAFETY: `count` slots lie in the mapping, from the base on.
        let at = unsafe { self.base.as_ptr().add(index * words_between(self.item)) };
        // SAFETY: it is not before the base.
        MappedAt(unsafe { NonNull::new_unchecked(at) })
    }

    #[inline(always)]
    fn next(&self, at: MappedAt, size: usize) -> MappedAt {
        assert!(size == self.item, "an item of this queue");
        // SAFETY: at most the end, since slots lie this many words apart.
        let next = unsafe { NonNull::new_unchecked(at.0.as_ptr().add(words_between(size))) };
        MappedAt(if next == self.end { self.base } else { next })
    }

    #[inline(always)]
    fn previous(&self, at: MappedAt, size: usize) -> MappedAt {
        assert!(size == self.item, "an item of this queue");
        let behind = if at.0 == self.base { self.end } else { at.0 };
        // SAFETY: behind a slot, so not before the base.
        MappedAt(unsafe { NonNull::new_unchecked(behind.as_ptr().sub(words_between(size))) })
    }

    #[inline(always)]
    fn load_stamp(&self, at: MappedAt, order: Ordering) -> u64 {
        at.stamp().load(order)
    }

    #[inline(always)]
    fn store_stamp(&self, at: MappedAt, stamp: u64, order: Ordering) {
        step();
        at.stamp().store(stamp, order);
    }

    #[inline(always)]
    fn prefetch(&self, at: MappedAt, size: usize) {
        #[cfg(target_arch = "x86_64")]
        {
            use std::arch::x86_64::{_MM_HINT_T0, _mm_prefetch};
            let words = words_between(size);
            let last = at.0.as_ptr().wrapping_add(if words < 9 { words } else { 9 } - 1);
            // SAFETY: a hint, which accesses nothing.
            unsafe { _mm_prefetch::<_MM_HINT_T0>(last.cast()) };
        }
        #[cfg(not(target_arch = "x86_64"))]
        let _ = (at, size);
    }

    #[inline(always)]
    fn prefetch_some(&self, at: MappedAt, size: usize, count: usize) {
        #[cfg(target_arch = "x86_64")]
        {
            use std::arch::x86_64::{_MM_HINT_T1, _mm_prefetch};
            let words = (count * words_between(size)).min(AHEAD);
            let mut line = at.0.as_ptr();
            let end = line.wrapping_add(words).min(self.end.as_ptr());
            while line < end {
                // SAFETY: a hint, which accesses nothing.
                unsafe { _mm_prefetch::<_MM_HINT_T1>(line.cast()) };
                line = line.wrapping_add(8);
            }
        }
        #[cfg(not(target_arch = "x86_64"))]
        let _ = (at, size, count);
    }

    #[inline(always)]
    fn write(&self, at: MappedAt, bytes: &[u8]) {
        assert!(bytes.len() == self.item, "an item of this queue");
        // SAFETY: a slot has room for an item, rounded up to whole words.
        unsafe { moves::write(at.payload(), bytes) };
    }

    #[inline(always)]
    fn read<'a>(&self, at: MappedAt, bytes: &'a mut [MaybeUninit<u8>]) -> &'a mut [u8] {
        assert!(bytes.len() == self.item, "an item of this queue");
        // SAFETY: as above.
        unsafe { moves::read(at.payload(), bytes) }
    }
}

#[cfg(test)]
#[allow(clippy::pedantic)]
mod tests {
    use super::*;
    use crate::memory::mapping::tests::{SIZE, heap};

    #[test]
    fn slots_fill_exactly_their_bytes() {
        let mapping = heap(true);
        // 20 bytes of item: a stamp, two words, and half a word.
        let (stride, count) = (32, (SIZE - 64) / 32);
        let slots = mapping.slots(64, count, stride, 20).unwrap().ring();
        for index in 0..count {
            let item: Vec<u8> = (0..20).map(|i| (index + i) as u8).collect();
            slots.write(slots.at(index), &item);
            slots.store_stamp(slots.at(index), 1 << 40 | index as u64, Ordering::Relaxed);
        }
        for index in 0..count {
            let mut item = [MaybeUninit::uninit(); 20];
            let item = slots.read(slots.at(index), &mut item);
            assert!((0..20).all(|i| item[i] == (index + i) as u8));
            assert_eq!(
                slots.load_stamp(slots.at(index), Ordering::Relaxed),
                1 << 40 | index as u64
            );
            let mut part = [0; 7];
            slots.read_part(slots.at(index), 13, &mut part);
            assert_eq!(part, item[13..]);
        }
        // As bytes: the stamp, the item, zeros up to whole words.
        let mut last = [0; 32];
        mapping.read(64 + ((count - 1) * stride) as u64, &mut last).unwrap();
        assert_eq!(last[28..], [0; 4]);
        assert_eq!(last[8], (count - 1) as u8);
    }

    #[test]
    fn slots_follow_each_other_round_the_end() {
        let slots = heap(true).slots(64, 3, 32, 20).unwrap();
        let slots = slots.ring();
        for index in 0..3 {
            slots.store_stamp(slots.at(index), index as u64, Ordering::Relaxed);
        }
        let mut at = slots.at(0);
        for stamp in [1, 2, 0, 1] {
            at = slots.next(at, 20);
            assert_eq!(slots.load_stamp(at, Ordering::Relaxed), stamp);
        }
        for stamp in [0, 2, 1] {
            at = slots.previous(at, 20);
            assert_eq!(slots.load_stamp(at, Ordering::Relaxed), stamp);
        }
    }

    #[test]
    fn items_of_any_size_come_back_whole() {
        for size in (1..=80).chain([120, 128, 136, 1000, 1021]) {
            let slots = heap(true).slots(0, 2, 8 + (size + 7) / 8 * 8, size).unwrap();
            let slots = slots.ring();
            let item: Vec<u8> = (0..size).map(|n| (n * 7 + size) as u8).collect();
            slots.write(slots.at(1), &item);
            let mut back = vec![MaybeUninit::uninit(); size];
            assert_eq!(slots.read(slots.at(1), &mut back), item);
        }
    }

    #[test]
    fn a_part_of_an_item_is_changed_and_nothing_beside_it() {
        let mapping = heap(true);
        let slots = mapping.slots(0, 2, 32, 20).unwrap().ring();
        slots.write(slots.at(1), &[0xee; 20]);
        slots.write_part(slots.at(1), 3, &[1, 2, 3, 4, 5, 6, 7]);
        let mut item = [MaybeUninit::uninit(); 20];
        let item = slots.read(slots.at(1), &mut item);
        assert_eq!(item[..3], [0xee; 3]);
        assert_eq!(item[3..10], [1, 2, 3, 4, 5, 6, 7]);
        assert_eq!(item[10..], [0xee; 10]);
    }

    #[test]
    fn what_lies_outside_or_is_not_aligned_is_refused() {
        let mapping = heap(true);
        assert!(mapping.word(4088).is_ok());
        for offset in [4089, 4092, 4096, u64::MAX - 3, u64::MAX] {
            assert!(mapping.word(offset).is_err(), "{offset}");
        }
        assert!(mapping.word(4).is_err());
        assert!(mapping.flag(4092).is_ok() && mapping.flag(2).is_err());
        assert!(mapping.slots(0, 128, 32, 24).is_ok());
        assert!(mapping.slots(0, 129, 32, 24).is_err());
        assert!(mapping.slots(8, 128, 32, 24).is_err());
        assert!(mapping.slots(0, 1, 32, 25).is_err());
        assert!(mapping.slots(0, usize::MAX, usize::MAX - 7, 8).is_err());
        assert!(mapping.read(4090, &mut [0; 7]).is_err());
        assert!(mapping.write(u64::MAX, &[1]).is_err());
    }

    #[test]
    fn what_may_only_be_read_has_no_words_to_store_to() {
        let mapping = heap(false);
        assert_eq!(mapping.word(0).err().map(|e| e.kind()), Some(ErrorKind::ReadOnly));
        assert!(mapping.flag(0).is_err() && mapping.slots(0, 1, 16, 8).is_err());
        assert!(
            mapping.write(0, &[1]).is_err() && mapping.store_u32(0, 1, Ordering::Relaxed).is_err()
        );
        assert!(mapping.read(0, &mut [0; 8]).is_ok());
    }
}
