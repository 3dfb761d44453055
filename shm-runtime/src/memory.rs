//! Shared memory as the objects' logic sees it: words that are loaded, stored
//! and compared, and slots that hold a stamp and a payload.
//!
//! The logic is generic over [`Memory`], so that the code which ships can run
//! on a model checker's memory as well. [`Mapped`] is the real thing. This is
//! one of the few modules with `unsafe`: every pointer into a mapping is made
//! here, after a bounds check, and keeps the mapping alive.
//!
//! Another process may write any byte at any time. So nothing here makes a
//! reference to plain memory inside a mapping; every access is an atomic one,
//! payloads go word by word.

use crate::error::{Error, ErrorKind, Result};
use std::ptr::NonNull;
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, AtomicU32, AtomicU64, Ordering, compiler_fence, fence};
use std::time::Duration;

/// A kind of memory that objects can live in.
pub(crate) trait Memory: 'static {
    type Word: Word;
    type Flag: Flag;
    type Slots: Slots;

    /// A sequentially consistent fence.
    fn fence();

    /// Keeps the compiler from moving memory accesses across this point. A
    /// process that is killed has executed a prefix of its program, so this
    /// is enough to order what its successor finds.
    fn program_order();
}

/// A 64-bit word.
pub(crate) trait Word {
    fn load(&self, order: Ordering) -> u64;
    fn store(&self, value: u64, order: Ordering);
    /// Compare and swap, acquire and release; `Err` is the value found.
    fn exchange(&self, current: u64, new: u64) -> Result<u64, u64>;
}

/// A 32-bit word that a process can sleep on.
pub(crate) trait Flag {
    fn load(&self, order: Ordering) -> u32;
    fn set(&self, bits: u32);
    fn clear(&self, bits: u32);
    /// Sleeps while the word has this value, until woken or for so long.
    /// Spurious returns are allowed.
    fn sleep(&self, value: u32, at_most: Duration);
    /// Wakes all sleepers.
    fn wake(&self);
}

/// Slots of equal size, each a stamp of 64 bits and a payload behind it.
/// An index is always less than the number of slots.
pub(crate) trait Slots {
    fn load_stamp(&self, index: usize, order: Ordering) -> u64;
    fn store_stamp(&self, index: usize, stamp: u64, order: Ordering);
    /// Overwrites the whole payload; `bytes` is as long as an item.
    fn write(&self, index: usize, bytes: &[u8]);
    /// Copies the whole payload out; `bytes` is as long as an item.
    fn read(&self, index: usize, bytes: &mut [u8]);
}

/// A range of memory that is mapped into this process, and unmapped when the
/// last who uses it lets go.
pub(crate) struct Mapping {
    base: NonNull<u8>,
    len: usize,
    writable: bool,
    unmap: fn(NonNull<u8>, usize),
}

// SAFETY: the mapping belongs to the process, not to a thread; all access is
// atomic.
unsafe impl Send for Mapping {}
// SAFETY: as above.
unsafe impl Sync for Mapping {}

impl Drop for Mapping {
    fn drop(&mut self) {
        (self.unmap)(self.base, self.len);
    }
}

impl Mapping {
    /// Takes over a mapping.
    ///
    /// # Safety
    ///
    /// `base` is page-aligned and begins `len` bytes that stay mapped, readable
    /// and, if `writable`, writable, until `unmap` is called.
    pub(crate) unsafe fn new(
        base: NonNull<u8>,
        len: usize,
        writable: bool,
        unmap: fn(NonNull<u8>, usize),
    ) -> Self {
        Self { base, len, writable, unmap }
    }

    pub(crate) fn len(&self) -> usize {
        self.len
    }

    /// Where it lies in this process, for system calls.
    pub(crate) fn range(&self) -> (NonNull<u8>, usize) {
        (self.base, self.len)
    }

    pub(crate) fn is_writable(&self) -> bool {
        self.writable
    }

    /// The address of `len` bytes at `offset`, aligned to `align`.
    fn at(&self, offset: u64, len: u64, align: usize) -> Result<NonNull<u8>> {
        let end = offset.checked_add(len).filter(|end| *end <= self.len as u64);
        let outside = || {
            let text = format!(
                "{len} bytes at {offset} lie outside the segment's {} bytes or are not aligned to \
                 {align}",
                self.len
            );
            Error::new(ErrorKind::Corrupt, text)
        };
        let Ok(start) = usize::try_from(offset) else {
            return Err(outside());
        };
        if end.is_none() || start % align != 0 {
            return Err(outside());
        }
        // SAFETY: offset and end lie within the mapping, as just checked.
        Ok(unsafe { NonNull::new_unchecked(self.base.as_ptr().add(start)) })
    }

    fn writable_at(&self, offset: u64, len: u64, align: usize) -> Result<NonNull<u8>> {
        if !self.writable {
            return Err(Error::new(ErrorKind::ReadOnly, "the segment is attached read-only"));
        }
        self.at(offset, len, align)
    }

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
        Ok(MappedSlots { base, count, stride, item, _mapping: Arc::clone(self) })
    }

    /// Loads the 32-bit word at `offset`, which is aligned.
    pub(crate) fn load_u32(&self, offset: u64, order: Ordering) -> Result<u32> {
        let at: NonNull<AtomicU32> = self.at(offset, 4, 4)?.cast();
        // SAFETY: in bounds and aligned, mapped while `self` lives.
        Ok(unsafe { at.as_ref() }.load(order))
    }

    /// Stores the 32-bit word at `offset`, which is aligned.
    pub(crate) fn store_u32(&self, offset: u64, value: u32, order: Ordering) -> Result<()> {
        let at: NonNull<AtomicU32> = self.writable_at(offset, 4, 4)?.cast();
        // SAFETY: in bounds, aligned and writable, mapped while `self` lives.
        unsafe { at.as_ref() }.store(value, order);
        Ok(())
    }

    /// Loads the 64-bit word at `offset`, which is aligned.
    pub(crate) fn load_u64(&self, offset: u64, order: Ordering) -> Result<u64> {
        let at: NonNull<AtomicU64> = self.at(offset, 8, 8)?.cast();
        // SAFETY: in bounds and aligned, mapped while `self` lives.
        Ok(unsafe { at.as_ref() }.load(order))
    }

    /// Stores the 64-bit word at `offset`, which is aligned.
    pub(crate) fn store_u64(&self, offset: u64, value: u64, order: Ordering) -> Result<()> {
        let at: NonNull<AtomicU64> = self.writable_at(offset, 8, 8)?.cast();
        // SAFETY: in bounds, aligned and writable, mapped while `self` lives.
        unsafe { at.as_ref() }.store(value, order);
        Ok(())
    }

    /// Copies bytes out; as many as `out` is long.
    pub(crate) fn read(&self, offset: u64, out: &mut [u8]) -> Result<()> {
        let at: NonNull<AtomicU8> = self.at(offset, out.len() as u64, 1)?.cast();
        for (i, byte) in out.iter_mut().enumerate() {
            // SAFETY: `i` is less than the length that was checked.
            *byte = unsafe { at.as_ptr().add(i).as_ref() }.map_or(0, |b| b.load(Ordering::Relaxed));
        }
        Ok(())
    }

    /// Copies bytes in.
    pub(crate) fn write(&self, offset: u64, bytes: &[u8]) -> Result<()> {
        let at: NonNull<AtomicU8> = self.writable_at(offset, bytes.len() as u64, 1)?.cast();
        for (i, byte) in bytes.iter().enumerate() {
            // SAFETY: `i` is less than the length that was checked.
            let to = unsafe { &*at.as_ptr().add(i) };
            to.store(*byte, Ordering::Relaxed);
        }
        Ok(())
    }
}

/// The memory of a segment.
pub(crate) enum Mapped {}

impl Memory for Mapped {
    type Word = MappedWord;
    type Flag = MappedFlag;
    type Slots = MappedSlots;

    #[inline]
    fn fence() {
        fence(Ordering::SeqCst);
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

    fn set(&self, bits: u32) {
        self.atomic().fetch_or(bits, Ordering::SeqCst);
    }

    fn clear(&self, bits: u32) {
        self.atomic().fetch_and(!bits, Ordering::SeqCst);
    }

    fn sleep(&self, value: u32, at_most: Duration) {
        crate::sync::futex::wait(self.atomic(), value, at_most);
    }

    fn wake(&self) {
        crate::sync::futex::wake_all(self.atomic());
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
        // SAFETY: `count` slots of `stride` bytes lie in the mapping, and both
        // base and stride are multiples of 8.
        unsafe { &*self.base.as_ptr().add(index * self.stride).cast::<AtomicU64>() }
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
        unsafe { &*self.base.as_ptr().add(index * self.stride + 8 + n * 8).cast::<AtomicU64>() }
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
            let mut value = word.load(Ordering::Relaxed).to_ne_bytes();
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
    fn write(&self, index: usize, bytes: &[u8]) {
        assert!(index < self.count && bytes.len() == self.item, "an item of this queue");
        let words = bytes.chunks_exact(8);
        let rest = words.remainder();
        let whole = words.len();
        for (n, word) in words.enumerate() {
            let mut value = [0; 8];
            value.copy_from_slice(word);
            // SAFETY: index checked; `n` counts the item's own words.
            unsafe { self.word(index, n) }.store(u64::from_ne_bytes(value), Ordering::Relaxed);
        }
        if !rest.is_empty() {
            let mut value = [0; 8];
            value[..rest.len()].copy_from_slice(rest);
            // SAFETY: as above; the last word is there whole.
            unsafe { self.word(index, whole) }.store(u64::from_ne_bytes(value), Ordering::Relaxed);
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
