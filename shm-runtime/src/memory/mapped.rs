//! The memory of a segment: words, flags and slots of a [`Mapping`], which they
//! keep alive.

use super::area::{MappedArea, MappedReadArea};
use super::futex;
use super::mapping::Mapping;
use super::words::{Flag, Memory, Slots, Word};
use crate::error::{Error, ErrorKind, Result};
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
        let fits = item.checked_add(15).is_some_and(|n| n & !7 <= stride) && stride % 8 == 0;
        let Some(total) = total.filter(|_| fits) else {
            return Err(Error::new(ErrorKind::Corrupt, "the slots' size makes no sense"));
        };
        let base = self.writable_at(offset, total, 8)?.cast();
        let stride = stride / 8;
        Ok(MappedSlots { base, count, stride, item, _mapping: Arc::clone(self) })
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

    #[inline]
    fn release_fence() {
        fence(Ordering::Release);
    }

    #[inline]
    fn acquire_fence() {
        fence(Ordering::Acquire);
    }

    #[inline]
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
        self.atomic().store(value, order);
    }

    #[inline]
    fn exchange(&self, current: u64, new: u64) -> Result<u64, u64> {
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
        self.atomic().fetch_or(bits, Ordering::SeqCst) | bits
    }

    fn exchange(&self, current: u32, new: u32) -> Result<u32, u32> {
        self.atomic().compare_exchange(current, new, Ordering::SeqCst, Ordering::Relaxed)
    }

    fn sleep(&self, value: u32, at_most: Duration) {
        futex::wait(self.atomic(), value, at_most);
    }

    fn wake(&self) {
        futex::wake_all(self.atomic());
    }
}

/// Stamped slots of a segment.
pub(crate) struct MappedSlots {
    base: NonNull<AtomicU64>,
    count: usize,
    /// Words from one slot to the next.
    stride: usize,
    item: usize,
    _mapping: Arc<Mapping>,
}

// SAFETY: atomics in a mapping that the slots themselves keep alive.
unsafe impl Send for MappedSlots {}

impl MappedSlots {
    #[inline]
    fn stamp(&self, index: usize) -> &AtomicU64 {
        assert!(index < self.count, "the index comes from this process and is in range");
        // SAFETY: `count` slots of `stride` words lie in the mapping, from the
        // base on, which is aligned.
        unsafe { &*self.base.as_ptr().add(index * self.stride) }
    }

    /// The `n`th word of the payload.
    ///
    /// # Safety
    ///
    /// `index` is less than the count and `n * 8` less than the item's size.
    #[inline]
    unsafe fn word(&self, index: usize, n: usize) -> &AtomicU64 {
        // SAFETY: a slot has room for the stamp and the item, rounded up to
        // whole words; the rest as in `stamp`.
        unsafe { &*self.base.as_ptr().add(index * self.stride + 1 + n) }
    }

    /// Copies a part of the payload out.
    pub(crate) fn read_part(&self, index: usize, offset: usize, out: &mut [u8]) {
        assert!(index < self.count && offset + out.len() <= self.item, "a part of the item");
        for (i, byte) in out.iter_mut().enumerate() {
            let at = offset + i;
            // SAFETY: `at` is less than the item's size, as checked.
            let word = unsafe { self.word(index, at / 8) }.load(Ordering::Relaxed);
            *byte = word.to_ne_bytes()[at % 8];
        }
    }

    /// Overwrites a part of the payload of a slot that nobody else writes.
    pub(crate) fn write_part(&self, index: usize, offset: usize, bytes: &[u8]) {
        assert!(index < self.count && offset + bytes.len() <= self.item, "a part of the item");
        let mut rest = bytes;
        let mut at = offset;
        while !rest.is_empty() {
            let n = rest.len().min(8 - at % 8);
            // SAFETY: `at` is less than the item's size, as checked.
            let word = unsafe { self.word(index, at / 8) };
            let mut value = match n {
                8 => [0; 8],
                _ => word.load(Ordering::Relaxed).to_ne_bytes(),
            };
            value[at % 8..at % 8 + n].copy_from_slice(&rest[..n]);
            word.store(u64::from_ne_bytes(value), Ordering::Relaxed);
            rest = &rest[n..];
            at += n;
        }
    }
}

impl Slots for MappedSlots {
    #[inline]
    fn load_stamp(&self, index: usize, order: Ordering) -> u64 {
        self.stamp(index).load(order)
    }

    #[inline]
    fn store_stamp(&self, index: usize, stamp: u64, order: Ordering) {
        self.stamp(index).store(stamp, order);
    }

    #[inline]
    fn prefetch(&self, index: usize) {
        #[cfg(target_arch = "x86_64")]
        {
            use std::arch::x86_64::{_MM_HINT_T0, _mm_prefetch};
            let last =
                self.base.as_ptr().wrapping_add(index * self.stride + self.stride.min(9) - 1);
            // SAFETY: a hint, which accesses nothing.
            unsafe { _mm_prefetch::<_MM_HINT_T0>(last.cast()) };
        }
        #[cfg(not(target_arch = "x86_64"))]
        let _ = index;
    }

    #[inline]
    fn write(&self, index: usize, bytes: &[u8]) {
        assert!(index < self.count && bytes.len() == self.item, "an item of this queue");
        let words = bytes.chunks_exact(8);
        let rest = words.remainder();
        if !rest.is_empty() {
            let mut value = [0; 8];
            value[..rest.len()].copy_from_slice(rest);
            // SAFETY: index checked; the last word is there whole.
            let last = unsafe { self.word(index, words.len()) };
            last.store(u64::from_ne_bytes(value), Ordering::Relaxed);
        }
        // From the last word to the first, and then the stamp: a reader that
        // polls the stamp takes its cache line away once, not twice.
        for (n, word) in words.enumerate().rev() {
            let mut value = [0; 8];
            value.copy_from_slice(word);
            // SAFETY: index checked; `n` counts the item's own words.
            unsafe { self.word(index, n) }.store(u64::from_ne_bytes(value), Ordering::Relaxed);
        }
    }

    #[inline]
    fn read(&self, index: usize, bytes: &mut [u8]) {
        assert!(index < self.count && bytes.len() == self.item, "an item of this queue");
        let mut words = bytes.chunks_exact_mut(8);
        let mut whole = 0;
        for word in &mut words {
            // SAFETY: index checked; `whole` counts the item's own words.
            let value = unsafe { self.word(index, whole) }.load(Ordering::Relaxed);
            word.copy_from_slice(&value.to_ne_bytes());
            whole += 1;
        }
        let rest = words.into_remainder();
        if !rest.is_empty() {
            // SAFETY: as above; the last word is there whole.
            let value = unsafe { self.word(index, whole) }.load(Ordering::Relaxed);
            let n = rest.len();
            rest.copy_from_slice(&value.to_ne_bytes()[..n]);
        }
    }
}

#[cfg(test)]
#[allow(clippy::pedantic)]
mod tests {
    use super::*;

    const SIZE: usize = 4096;

    /// A mapping of memory from the heap, whose ends a sanitizer watches.
    fn heap(writable: bool) -> Arc<Mapping> {
        let layout = std::alloc::Layout::from_size_align(SIZE, 4096).unwrap();
        // SAFETY: the size is not 0.
        let base = NonNull::new(unsafe { std::alloc::alloc_zeroed(layout) }).unwrap();
        fn free(base: NonNull<u8>, len: usize) {
            let layout = std::alloc::Layout::from_size_align(len, 4096).unwrap();
            // SAFETY: allocated with this very layout, and freed once.
            unsafe { std::alloc::dealloc(base.as_ptr(), layout) };
        }
        // SAFETY: allocated, and freed only by the mapping.
        Arc::new(unsafe { Mapping::new(base, SIZE, writable, free) })
    }

    #[test]
    fn slots_fill_exactly_their_bytes() {
        let mapping = heap(true);
        // 20 bytes of item: a stamp, two words, and half a word.
        let (stride, count) = (32, (SIZE - 64) / 32);
        let slots = mapping.slots(64, count, stride, 20).unwrap();
        for index in 0..count {
            let item: Vec<u8> = (0..20).map(|i| (index + i) as u8).collect();
            slots.write(index, &item);
            slots.store_stamp(index, 1 << 40 | index as u64, Ordering::Relaxed);
        }
        for index in 0..count {
            let mut item = [0; 20];
            slots.read(index, &mut item);
            assert!((0..20).all(|i| item[i] == (index + i) as u8));
            assert_eq!(slots.load_stamp(index, Ordering::Relaxed), 1 << 40 | index as u64);
            let mut part = [0; 7];
            slots.read_part(index, 13, &mut part);
            assert_eq!(part, item[13..]);
        }
        // As bytes: the stamp, the item, zeros up to whole words.
        let mut last = [0; 32];
        mapping.read(64 + ((count - 1) * stride) as u64, &mut last).unwrap();
        assert_eq!(last[28..], [0; 4]);
        assert_eq!(last[8], (count - 1) as u8);
    }

    #[test]
    fn a_part_of_an_item_is_changed_and_nothing_beside_it() {
        let mapping = heap(true);
        let slots = mapping.slots(0, 2, 32, 20).unwrap();
        slots.write(1, &[0xee; 20]);
        slots.write_part(1, 3, &[1, 2, 3, 4, 5, 6, 7]);
        let mut item = [0; 20];
        slots.read(1, &mut item);
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
