//! Memory as the objects' logic sees it: words that are loaded, stored and
//! compared, and slots that hold a stamp and a payload.
//!
//! The logic is generic over [`Memory`], so that the code which ships can run
//! on a model checker's memory as well.

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
}

/// Slots of equal size, each a stamp of 64 bits and a payload behind it.
/// An index is always less than the number of slots.
pub(crate) trait Slots {
    fn load_stamp(&self, index: usize, order: Ordering) -> u64;
    fn store_stamp(&self, index: usize, stamp: u64, order: Ordering);
    /// Asks for the second cache line of a slot, if it has one, beside the load
    /// of the stamp. A hint: without it both lines come one after the other.
    fn prefetch(&self, _index: usize) {}
    /// Overwrites the whole payload; `bytes` is as long as an item.
    fn write(&self, index: usize, bytes: &[u8]);
    /// Copies the whole payload out; `bytes` is as long as an item.
    fn read(&self, index: usize, bytes: &mut [u8]);
}

/// A range of whole words, of which single ones are loaded and payloads read. A
/// word, and every word of a payload, lies within the range; one that does not is a
/// mistake of the caller and panics.
pub(crate) trait ReadArea {
    /// Loads the word `at`, counted in words.
    fn load(&self, at: usize, order: Ordering) -> u64;
    /// Copies a payload out that begins at the word `at`, by relaxed loads.
    fn read(&self, at: usize, bytes: &mut [u8]);
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
