//! A range of whole words of a segment, for objects whose places are computed:
//! single words and payloads of any length, in one bounds-checked range that
//! keeps its mapping alive. There is a form that may only be read.

use super::mapping::Mapping;
use super::moves;
use super::steps::step;
use super::words::{Area, ReadArea};
use crate::error::Result;
use std::ptr::NonNull;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

impl Mapping {
    /// The whole words among `len` bytes at `offset`, to be read.
    pub(crate) fn read_area(self: &Arc<Self>, offset: u64, len: u64) -> Result<MappedReadArea> {
        let base = self.at(offset, len, 8)?.cast();
        #[allow(clippy::cast_possible_truncation)] // they lie in memory, as just checked
        let count = (len / 8) as usize;
        Ok(MappedReadArea { base, count, mapping: Arc::clone(self) })
    }

    /// The same, to be read and written.
    pub(crate) fn area(self: &Arc<Self>, offset: u64, len: u64) -> Result<MappedArea> {
        self.writable_at(offset, len, 8)?;
        self.read_area(offset, len).map(MappedArea)
    }
}

/// Words of a segment that may be read.
pub(crate) struct MappedReadArea {
    base: NonNull<AtomicU64>,
    count: usize,
    mapping: Arc<Mapping>,
}

// SAFETY: atomics in a mapping that the area itself keeps alive.
unsafe impl Send for MappedReadArea {}
// SAFETY: as above.
unsafe impl Sync for MappedReadArea {}

impl MappedReadArea {
    /// The words. Where the mapping is read-only, only loads of them are done: no
    /// one outside of this module gets at them, and [`MappedArea`] is made of
    /// writable memory only.
    #[inline]
    fn words(&self) -> &[AtomicU64] {
        // SAFETY: this many aligned words lie in the mapping, which is held; other
        // processes access them atomically, or as the atomics here allow for.
        unsafe { std::slice::from_raw_parts(self.base.as_ptr(), self.count) }
    }

    /// The words that `bytes` bytes from word `at` on lie in.
    #[inline]
    fn of(&self, at: usize, bytes: usize) -> &[AtomicU64] {
        &self.words()[at..][..(bytes + 7) / 8]
    }

    /// Where they begin.
    #[inline]
    fn payload(&self, at: usize, bytes: usize) -> NonNull<AtomicU64> {
        NonNull::from(self.of(at, bytes)).cast()
    }
}

impl Clone for MappedReadArea {
    fn clone(&self) -> Self {
        Self { base: self.base, count: self.count, mapping: Arc::clone(&self.mapping) }
    }
}

impl ReadArea for MappedReadArea {
    #[inline]
    fn load(&self, at: usize, order: Ordering) -> u64 {
        self.words()[at].load(order)
    }

    #[inline]
    fn read(&self, at: usize, bytes: &mut [u8]) {
        let from = self.payload(at, bytes.len());
        // SAFETY: its words, as just checked.
        unsafe { moves::read_over(from, bytes) };
    }

    fn read_part(&self, at: usize, offset: usize, bytes: &mut [u8]) {
        let mut words = &self.of(at, offset + bytes.len())[offset / 8..];
        let (first, rest) = bytes.split_at_mut(to_whole_words(offset, bytes.len()));
        if let (false, Some((word, others))) = (first.is_empty(), words.split_first()) {
            let word = word.load(Ordering::Relaxed).to_ne_bytes();
            first.copy_from_slice(&word[offset % 8..][..first.len()]);
            words = others;
        }
        let (words, last) = words.split_at(rest.len() / 8);
        let mut whole = rest.chunks_exact_mut(8);
        for (word, bytes) in words.iter().zip(&mut whole) {
            bytes.copy_from_slice(&word.load(Ordering::Relaxed).to_ne_bytes());
        }
        let rest = whole.into_remainder();
        if let (false, Some(word)) = (rest.is_empty(), last.first()) {
            rest.copy_from_slice(&word.load(Ordering::Relaxed).to_ne_bytes()[..rest.len()]);
        }
    }
}

/// How many of `len` bytes from `offset` on come before the first whole word.
#[inline]
fn to_whole_words(offset: usize, len: usize) -> usize {
    (offset.wrapping_neg() % 8).min(len)
}

/// Changes these bytes of a word where nobody else writes.
#[inline]
fn change(word: &AtomicU64, from: usize, bytes: &[u8]) {
    let mut value = word.load(Ordering::Relaxed).to_ne_bytes();
    value[from..from + bytes.len()].copy_from_slice(bytes);
    step();
    word.store(u64::from_ne_bytes(value), Ordering::Relaxed);
}

/// Words of a segment that may be written, too.
pub(crate) struct MappedArea(MappedReadArea);

impl ReadArea for MappedArea {
    #[inline]
    fn load(&self, at: usize, order: Ordering) -> u64 {
        self.0.load(at, order)
    }

    #[inline]
    fn read(&self, at: usize, bytes: &mut [u8]) {
        self.0.read(at, bytes);
    }

    fn read_part(&self, at: usize, offset: usize, bytes: &mut [u8]) {
        self.0.read_part(at, offset, bytes);
    }
}

impl Area for MappedArea {
    #[inline]
    fn store(&self, at: usize, value: u64, order: Ordering) {
        step();
        self.0.words()[at].store(value, order);
    }

    #[inline]
    fn write(&self, at: usize, bytes: &[u8]) {
        let to = self.0.payload(at, bytes.len());
        // SAFETY: its words, as just checked, which may be written.
        unsafe { moves::write(to, bytes) };
    }

    fn write_part(&self, at: usize, offset: usize, bytes: &[u8]) {
        let mut words = &self.0.of(at, offset + bytes.len())[offset / 8..];
        let (first, rest) = bytes.split_at(to_whole_words(offset, bytes.len()));
        if let (false, Some((word, others))) = (first.is_empty(), words.split_first()) {
            change(word, offset % 8, first);
            words = others;
        }
        let (words, last) = words.split_at(rest.len() / 8);
        let whole = rest.chunks_exact(8);
        let rest = whole.remainder();
        for (word, bytes) in words.iter().zip(whole) {
            let mut value = [0; 8];
            value.copy_from_slice(bytes);
            step();
            word.store(u64::from_ne_bytes(value), Ordering::Relaxed);
        }
        if let (false, Some(word)) = (rest.is_empty(), last.first()) {
            change(word, 0, rest);
        }
    }
}

#[cfg(test)]
#[allow(clippy::pedantic)]
mod tests {
    use super::*;
    use crate::error::ErrorKind;
    use crate::memory::mapping::tests::heap;

    #[test]
    fn bytes_of_every_length_fill_whole_words_with_zeros_behind() {
        let mapping = heap(true);
        let area = mapping.area(64, 128).unwrap();
        for len in 0..=40usize {
            let bytes: Vec<u8> = (0..len).map(|n| n as u8 + 1).collect();
            for at in 0..16 {
                area.store(at, u64::MAX, Ordering::Relaxed);
            }
            area.write(1, &bytes);
            let mut back = vec![0; len];
            area.read(1, &mut back);
            assert_eq!(back, bytes);
            let mut all = [0; 128];
            mapping.read(64, &mut all).unwrap();
            let end = 8 + len.div_ceil(8) * 8;
            assert!(all[..8].iter().chain(&all[end..]).all(|b| *b == 0xff), "{len}");
            assert_eq!(all[8..8 + len], bytes);
            assert!(all[8 + len..end].iter().all(|b| *b == 0), "{len}");
        }
    }

    #[test]
    fn a_part_is_changed_and_nothing_beside_it() {
        let mapping = heap(true);
        let area = mapping.area(0, 64).unwrap();
        for (offset, len) in (0..24usize).flat_map(|o| (0..24usize).map(move |l| (o, l))) {
            area.write(0, &[0xee; 64]);
            let bytes: Vec<u8> = (0..len).map(|n| n as u8).collect();
            area.write_part(1, offset, &bytes);
            let mut expected = [0xee; 64];
            expected[8 + offset..8 + offset + len].copy_from_slice(&bytes);
            let mut all = [0; 64];
            area.read(0, &mut all);
            assert_eq!(all, expected, "{len} at {offset}");
            let mut back = vec![0xdd; len];
            area.read_part(1, offset, &mut back);
            assert_eq!(back, bytes, "{len} at {offset}");
        }
    }

    #[test]
    fn what_may_only_be_read_is_read_and_nothing_lies_outside() {
        let mapping = heap(false);
        assert_eq!(mapping.area(0, 8).err().map(|e| e.kind()), Some(ErrorKind::ReadOnly));
        let area = mapping.read_area(4088, 8).unwrap();
        assert_eq!(area.load(0, Ordering::Acquire), 0);
        let outside = |work: &dyn Fn(&mut [u8])| {
            let work = std::panic::AssertUnwindSafe(|| work(&mut [0; 9]));
            std::panic::catch_unwind(work).is_err()
        };
        assert!(outside(&|_| {
            let _ = area.load(1, Ordering::Relaxed);
        }));
        assert!(outside(&|out| area.read(0, out)));
        assert!(mapping.read_area(4096, 8).is_err() && mapping.read_area(4, 8).is_err());
    }
}
