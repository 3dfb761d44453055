//! A range of memory that is mapped into this process: every pointer into it is
//! made after a bounds check.

use super::steps::step;
use crate::error::{Error, ErrorKind, Result};
use std::ptr::NonNull;
use std::sync::atomic::{AtomicU8, AtomicU32, AtomicU64, Ordering};

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
    pub(super) fn at(&self, offset: u64, len: u64, align: usize) -> Result<NonNull<u8>> {
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

    pub(super) fn writable_at(&self, offset: u64, len: u64, align: usize) -> Result<NonNull<u8>> {
        if !self.writable {
            return Err(Error::new(ErrorKind::ReadOnly, "the segment is attached read-only"));
        }
        self.at(offset, len, align)
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
        step();
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
        step();
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

    /// Reads a byte of every page.
    pub(crate) fn touch(&self, page: u64) {
        let mut byte = [0];
        let mut offset = 0;
        while self.read(offset, &mut byte).is_ok() {
            std::hint::black_box(byte);
            offset += page;
        }
    }

    /// Copies bytes in.
    pub(crate) fn write(&self, offset: u64, bytes: &[u8]) -> Result<()> {
        let at: NonNull<AtomicU8> = self.writable_at(offset, bytes.len() as u64, 1)?.cast();
        for (i, byte) in bytes.iter().enumerate() {
            // SAFETY: `i` is less than the length that was checked.
            let to = unsafe { &*at.as_ptr().add(i) };
            step();
            to.store(*byte, Ordering::Relaxed);
        }
        Ok(())
    }
}

#[cfg(test)]
#[allow(clippy::pedantic)]
pub(super) mod tests {
    use super::*;
    use std::sync::Arc;

    pub(in crate::memory) const SIZE: usize = 4096;

    /// A mapping of memory from the heap, whose ends a sanitizer watches.
    pub(in crate::memory) fn heap(writable: bool) -> Arc<Mapping> {
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
}
