//! Memory as the objects' logic sees it: words that are loaded, stored and
//! compared, and slots that hold a stamp and a payload.
//!
//! The logic is generic over [`Memory`], so that the code which ships can run
//! on a model checker's memory as well.

use std::mem::MaybeUninit;
use std::sync::atomic::Ordering;
use std::time::Duration;

/// A kind of memory that objects can live in.
pub(crate) trait Memory: 'static {
    type Word: Word;
    type Flag: Flag;
    type Slots: Slots;
    type ReadArea: ReadArea;
    type Area: Area;

    /// A sequentially consistent fence.
    fn fence();

    /// A release fence: what is stored behind it shows what was stored before it.
    fn release_fence();

    /// An acquire fence, its partner on the side that loads.
    fn acquire_fence();

    /// Lets the [`Self::barrier`]s of other processes reach this one; false where
    /// that cannot be had.
    fn register() -> bool;

    /// The given bits, unless this process is registered.
    fn unless_registered(bits: u32) -> u32;

    /// A sequentially consistent fence in this process and in all that are
    /// registered, wherever they are in their programs; false where it cannot be
    /// had.
    fn barrier() -> bool;

    /// A point between two accesses to memory: for the processor they may be as one,
    /// but a [`Self::barrier`] of another process comes before both or after both or
    /// between them.
    fn barrier_point();

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
    /// Sets bits; the value after that.
    fn set(&self, bits: u32) -> u32;
    /// Compare and swap, sequentially consistent; `Err` is the value found.
    fn exchange(&self, current: u32, new: u32) -> Result<u32, u32>;
    /// Sleeps while the word has this value, until woken or for so long.
    /// Spurious returns are allowed.
    fn sleep(&self, value: u32, at_most: Duration);
    /// Wakes all sleepers.
    fn wake(&self);
    /// Wakes one sleeper; whether there was one.
    fn wake_one(&self) -> bool;
    /// Stores a value; the one that was there. Acquire and release.
    fn swap(&self, value: u32) -> u32;
    /// Adds to the value, which wraps. Acquire and release.
    fn add(&self, n: u32);
}

/// Slots of equal size, each a stamp of 64 bits and a payload behind it.
pub(crate) trait Slots {
    type Ring: Ring;

    /// Their geometry, as a copy: what is stored through it does not make the
    /// compiler load it again.
    fn ring(&self) -> Self::Ring;
}

/// The geometry of [`Slots`], and access to them. Good as long as they are.
///
/// `size` is that of an item, in bytes: always the same, and where the caller knows
/// it at compile time, what it multiplies is a constant.
pub(crate) trait Ring {
    /// Where a slot lies: of these very slots.
    type At: Copy;

    /// The slot of this index, which is less than the number of slots.
    fn at(&self, index: usize) -> Self::At;
    /// The one behind it, behind the last one the first.
    fn next(&self, at: Self::At, size: usize) -> Self::At;
    /// The one before it, before the first one the last.
    fn previous(&self, at: Self::At, size: usize) -> Self::At;
    fn load_stamp(&self, at: Self::At, order: Ordering) -> u64;
    fn store_stamp(&self, at: Self::At, stamp: u64, order: Ordering);
    /// Asks for the second cache line of a slot, if it has one, beside the load
    /// of the stamp. A hint: without it both lines come one after the other.
    fn prefetch(&self, _at: Self::At, _size: usize) {}
    /// Asks for some of the next `count` slots. A hint as well.
    fn prefetch_some(&self, _at: Self::At, _size: usize, _count: usize) {}
    /// Overwrites the whole payload; `bytes` is as long as an item.
    fn write(&self, at: Self::At, bytes: &[u8]);
    /// Copies the whole payload out; `bytes` is as long as an item, and all of it
    /// is written.
    fn read<'a>(&self, at: Self::At, bytes: &'a mut [MaybeUninit<u8>]) -> &'a mut [u8];
}

/// A range of whole words, of which single ones are loaded and payloads read. A
/// word, and every word of a payload, lies within the range; one that does not is a
/// mistake of the caller and panics.
pub(crate) trait ReadArea {
    /// Loads the word `at`, counted in words.
    fn load(&self, at: usize, order: Ordering) -> u64;
    /// Copies a payload out that begins at the word `at`, by relaxed loads.
    fn read(&self, at: usize, bytes: &mut [u8]);
    /// Copies a part of it out, `offset` bytes from its start.
    fn read_part(&self, at: usize, offset: usize, bytes: &mut [u8]);
}

/// The same, to be written as well.
pub(crate) trait Area: ReadArea {
    fn store(&self, at: usize, value: u64, order: Ordering);
    /// Overwrites a payload that begins at the word `at`, by relaxed stores; with
    /// zeros up to a whole word.
    fn write(&self, at: usize, bytes: &[u8]);
    /// Overwrites a part of it, `offset` bytes from its start, where nobody else
    /// writes.
    fn write_part(&self, at: usize, offset: usize, bytes: &[u8]);
}
