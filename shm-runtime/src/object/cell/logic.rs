//! The logic of a cell: one writer, any number of readers who leave no trace. No
//! system calls, no typed values, no waiting: those are in the handles.
//! `docs/protocols.md` specifies it; `shm_runtime.h` has the same in C.
//!
//! Each of eight slots is a sequence lock. Version v lies in slot v mod 8. Its stamp is odd while it is written, and 2v once
//! it is whole; then v is published. A reader takes the slot of the version that it
//! found published, and nothing but that version: the stamp is 2v before its copy
//! and behind it, or it looks again. So it has the time of seven stores for its
//! copy, and what a writer that died had begun is never looked at.
//!
//! Numbers that another process wrote are never used as an index but modulo the
//! number of slots, and looks are counted.

use super::layout::{CellLayout, SLOT_COUNT, SLOTS, VERSION};
use crate::memory::{Area, Memory, ReadArea};
use crate::object::looks::{Restless, until_whole};
use std::sync::atomic::Ordering::{Acquire, Relaxed, Release};

/// Where the version and the first slot of a cell lie, in words.
#[allow(clippy::cast_possible_truncation)] // some hundred bytes
const VERSION_AT: usize = VERSION as usize / 8;
#[allow(clippy::cast_possible_truncation)] // as above
const SLOTS_AT: usize = SLOTS as usize / 8;

/// Where one cell lies in an area, counted in words.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Spot {
    first: usize,
    stride: usize,
}

impl Spot {
    /// The cell `index` of those that lie side by side in an area. The area ends
    /// behind it, else its words cannot be accessed.
    #[inline]
    #[allow(clippy::cast_possible_truncation)] // areas lie in memory
    pub(crate) fn of(layout: &CellLayout, index: u32) -> Self {
        let first = u64::from(index).wrapping_mul(layout.size) / 8;
        Self { first: first as usize, stride: (layout.stride / 8) as usize }
    }

    #[inline]
    pub(crate) fn version(self) -> usize {
        self.first + VERSION_AT
    }

    /// The stamp of the slot that a version falls on; its value is behind it.
    #[inline]
    #[allow(clippy::cast_possible_truncation)] // less than the number of slots
    pub(crate) fn stamp<const N: u64>(self, version: u64) -> usize {
        self.first + SLOTS_AT + (version % N) as usize * self.stride
    }
}

/// The stamp of a version that is whole.
const fn whole(version: u64) -> u64 {
    version.wrapping_mul(2)
}

/// The version that was published last; 0: none yet.
#[inline]
pub(crate) fn version(area: &impl ReadArea, spot: Spot) -> u64 {
    area.load(spot.version(), Acquire)
}

/// Copies the latest value out; its version. `None` where it was overwritten
/// meanwhile, and what was copied is worth nothing. A cell that was never stored to
/// holds zeros, version 0. `N` slots, which a model has fewer of.
#[inline]
pub(crate) fn look<M: Memory, const N: u64>(
    area: &M::ReadArea,
    spot: Spot,
    value: &mut [u8],
) -> Option<u64> {
    // Pairs with the release of the version in `commit`: its slot is whole, or is
    // written anew.
    let version = version(area, spot);
    if version == 0 {
        value.fill(0);
        return Some(0);
    }
    let stamp = spot.stamp::<N>(version);
    if area.load(stamp, Acquire) != whole(version) {
        return None;
    }
    area.read(stamp + 1, value);
    // Pairs with the release fence in `begin`: whoever copied a word of a later
    // version finds its odd stamp, or a later one.
    M::acquire_fence();
    (area.load(stamp, Relaxed) == whole(version)).then_some(version)
}

/// The same, as often as it takes.
#[inline]
pub(crate) fn load<M: Memory, const N: u64>(
    area: &M::ReadArea,
    spot: Spot,
    value: &mut [u8],
) -> Result<u64, Restless> {
    until_whole(|| look::<M, N>(area, spot, value))
}

/// The side that writes: of one cell, by the holder of the writer's role.
pub(crate) struct Pen<const N: u64 = SLOT_COUNT> {
    spot: Spot,
    /// The version that was published last.
    version: u64,
}

impl<const N: u64> Pen<N> {
    /// Takes over a role that was just claimed. What a predecessor had begun and not
    /// published is written anew: its slot is that of the next version.
    pub(crate) fn take_over(area: &impl ReadArea, spot: Spot) -> Self {
        Self { spot, version: version(area, spot) }
    }

    /// The version that was published last.
    pub(crate) fn version(&self) -> u64 {
        self.version
    }

    fn next(&self) -> u64 {
        self.version.wrapping_add(1)
    }

    /// Begins the next version, which may have been begun before: the word that its
    /// value starts at. Nothing happened before [`Self::commit`].
    #[inline]
    pub(crate) fn begin<M: Memory>(&self, area: &M::Area) -> usize {
        let stamp = self.spot.stamp::<N>(self.next());
        area.store(stamp, whole(self.next()).wrapping_sub(1), Relaxed);
        // Before every word of the value; pairs with the acquire fence in `look`.
        M::release_fence();
        stamp + 1
    }

    /// Publishes what was written since [`Self::begin`].
    #[inline]
    pub(crate) fn commit(&mut self, area: &impl Area) {
        self.version = self.next();
        area.store(self.spot.stamp::<N>(self.version), whole(self.version), Release);
        // The commit. Pairs with the acquire in `version`.
        area.store(self.spot.version(), self.version, Release);
    }

    /// Writes the next version and publishes it.
    #[inline]
    pub(crate) fn store<M: Memory>(&mut self, area: &M::Area, value: &[u8]) {
        let at = self.begin::<M>(area);
        area.write(at, value);
        self.commit(area);
    }
}
