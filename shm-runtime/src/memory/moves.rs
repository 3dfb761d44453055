//! How payloads move into a segment and out of it: by whole words, since another
//! process may access the same bytes at the same time.
//!
//! A word is moved by a relaxed atomic access. On x86-64 two words are loaded with one
//! instruction, for which the language has no atomic access; inline assembly does it,
//! and means no more than two relaxed loads in any order. Half as many instructions
//! are not only faster by themselves: the processor looks ahead over a fixed number of
//! them, and so asks for twice as many cache lines at a time. Stores go word by word:
//! the caller has just written the item, field by field, and a load of two words waits
//! until both have left the processor's store buffer.

#![allow(clippy::inline_always)] // what each message costs, see `handle::queue::untyped`
#![allow(clippy::cast_ptr_alignment)] // bytes are accessed as what they are, unaligned

use super::steps::step;
use std::mem::MaybeUninit;
use std::ptr::NonNull;
use std::sync::atomic::{AtomicU64, Ordering};

/// Words of a cache line.
const LINE: usize = 8;

/// Overwrites a payload; with zeros up to a whole word.
///
/// From the last word to the first, and the stamp after that: a reader that polls
/// the stamp takes its cache line away once, not twice.
///
/// # Safety
///
/// The words that `bytes` fill lie behind `to`, in a mapping that may be written.
#[inline(always)]
pub(super) unsafe fn write(to: NonNull<AtomicU64>, bytes: &[u8]) {
    let to = to.as_ptr();
    let from = bytes.as_ptr().cast::<u64>();
    let mut n = bytes.len() / 8;
    let rest = bytes.len() % 8;
    if rest != 0 {
        let mut value = [0; 8];
        value[..rest].copy_from_slice(&bytes[n * 8..]);
        step();
        // SAFETY: the last word is there whole.
        unsafe { &*to.add(n) }.store(u64::from_ne_bytes(value), Ordering::Relaxed);
    }
    let store = |n: usize| {
        step();
        // SAFETY: `n` counts whole words that lie in `bytes`, and so behind `to`.
        unsafe { (*to.add(n)).store(from.add(n).read_unaligned(), Ordering::Relaxed) };
    };
    while n % LINE != 0 {
        n -= 1;
        store(n);
    }
    while n != 0 {
        n -= LINE;
        for k in (0..LINE).rev() {
            store(n + k);
        }
    }
}

/// Copies a payload out, and fills `bytes` with it.
///
/// # Safety
///
/// The words that `bytes` lie in are behind `from`, in a mapping.
#[inline(always)]
pub(super) unsafe fn read(from: NonNull<AtomicU64>, bytes: &mut [MaybeUninit<u8>]) -> &mut [u8] {
    // SAFETY: as said above.
    unsafe { fill(from, bytes.as_mut_ptr().cast(), bytes.len()) };
    // SAFETY: every byte was written just now.
    unsafe { &mut *((bytes as *mut [MaybeUninit<u8>]) as *mut [u8]) }
}

/// The same over bytes that are something already.
///
/// # Safety
///
/// As of [`read`].
#[inline(always)]
pub(super) unsafe fn read_over(from: NonNull<AtomicU64>, bytes: &mut [u8]) {
    // SAFETY: as said above.
    unsafe { fill(from, bytes.as_mut_ptr(), bytes.len()) };
}

/// Copies this many bytes out.
///
/// # Safety
///
/// As of [`read`], and as many bytes lie behind `bytes`, which are this process's own.
#[inline(always)]
unsafe fn fill(from: NonNull<AtomicU64>, bytes: *mut u8, len: usize) {
    let from = from.as_ptr().cast_const();
    let to = bytes.cast::<u64>();
    let whole = len / 8;
    let mut n = 0;
    // SAFETY: `n` counts whole words that lie in `bytes`, and so behind `from`.
    unsafe {
        while n + LINE <= whole {
            words::read_line(from.add(n), to.add(n));
            n += LINE;
        }
        if whole % LINE >= 4 {
            to.add(n).cast::<[u64; 2]>().write_unaligned(words::read(from.add(n)));
            to.add(n + 2).cast::<[u64; 2]>().write_unaligned(words::read(from.add(n + 2)));
            n += 4;
        }
        if whole % 4 >= 2 {
            to.add(n).cast::<[u64; 2]>().write_unaligned(words::read(from.add(n)));
            n += 2;
        }
        if whole % 2 != 0 {
            to.add(n).write_unaligned((*from.add(n)).load(Ordering::Relaxed));
        }
    }
    let rest = len % 8;
    if rest != 0 {
        // SAFETY: the last word is there whole.
        let value = unsafe { &*from.add(whole) }.load(Ordering::Relaxed).to_ne_bytes();
        for (n, value) in value.into_iter().take(rest).enumerate() {
            // SAFETY: one of the last bytes.
            unsafe { bytes.add(whole * 8 + n).write(value) };
        }
    }
}

/// Loads of two words with one instruction, of any alignment.
#[cfg(all(target_arch = "x86_64", not(miri)))]
mod words {
    use std::arch::asm;
    use std::arch::x86_64::__m128i;
    use std::sync::atomic::AtomicU64;

    /// The instruction, in the encoding of all others of the program.
    #[cfg(not(target_feature = "avx"))]
    macro_rules! load {
        ($operands:literal) => {
            concat!("movups ", $operands)
        };
    }
    #[cfg(target_feature = "avx")]
    macro_rules! load {
        ($operands:literal) => {
            concat!("vmovups ", $operands)
        };
    }

    /// # Safety
    ///
    /// Two words.
    #[inline(always)]
    pub(super) unsafe fn read(from: *const AtomicU64) -> [u64; 2] {
        let words: __m128i;
        // SAFETY: loads two words.
        unsafe {
            asm!(load!("{words}, [{from}]"), from = in(reg) from, words = out(xmm_reg) words,
                options(nostack, preserves_flags, readonly));
        }
        // SAFETY: the same bytes.
        unsafe { std::mem::transmute(words) }
    }

    /// # Safety
    ///
    /// Eight words, and eight that are this process's own.
    #[inline(always)]
    pub(super) unsafe fn read_line(from: *const AtomicU64, to: *mut u64) {
        let (a, b, c, d): (__m128i, __m128i, __m128i, __m128i);
        // SAFETY: loads eight words.
        unsafe {
            asm!(
                load!("{a}, [{from}]"),
                load!("{b}, [{from} + 16]"),
                load!("{c}, [{from} + 32]"),
                load!("{d}, [{from} + 48]"),
                from = in(reg) from, a = out(xmm_reg) a, b = out(xmm_reg) b,
                c = out(xmm_reg) c, d = out(xmm_reg) d,
                options(nostack, preserves_flags, readonly),
            );
        }
        let to = to.cast::<__m128i>();
        for (n, words) in [a, b, c, d].into_iter().enumerate() {
            // SAFETY: within the eight words, of any alignment.
            unsafe { to.add(n).write_unaligned(words) };
        }
    }
}

/// Two words one after the other.
#[cfg(not(all(target_arch = "x86_64", not(miri))))]
mod words {
    use std::sync::atomic::{AtomicU64, Ordering};

    /// # Safety
    ///
    /// Two words.
    #[inline(always)]
    pub(super) unsafe fn read(from: *const AtomicU64) -> [u64; 2] {
        // SAFETY: as above.
        unsafe { [(*from).load(Ordering::Relaxed), (*from.add(1)).load(Ordering::Relaxed)] }
    }

    /// # Safety
    ///
    /// Eight words, and eight that are this process's own.
    #[inline(always)]
    pub(super) unsafe fn read_line(from: *const AtomicU64, to: *mut u64) {
        for n in 0..super::LINE {
            // SAFETY: within the eight words.
            unsafe { to.add(n).write_unaligned((*from.add(n)).load(Ordering::Relaxed)) };
        }
    }
}
