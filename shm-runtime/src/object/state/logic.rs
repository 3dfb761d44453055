//! The logic of a state: a value behind a lock, whole at any time, whoever dies. No
//! system calls but the futex, no typed values, no loop that waits: those are in the
//! handles. `docs/protocols.md` specifies it; `shm_runtime.h` has the same in C.
//!
//! There are two copies of the value. Version v is copy v mod 2; who holds the lock
//! writes the other one and then publishes it by one store of the version. So what
//! a holder that died had begun is never looked at, and who only reads needs no lock.
//!
//! Numbers that another process wrote are compared, and never used as an index but
//! for the lowest bit of the version. Each loop is counted.

use super::layout::{COPIES, GENERATION_SHIFT, ORPHANED, SLEEPER, StateLayout, VERSION};
use crate::memory::{Area, Flag, Memory, ReadArea};
use crate::object::looks::{Restless, until_whole};
use crate::object::role::{ParticipantId, Previous};
use std::sync::atomic::Ordering::{Acquire, Relaxed, Release};

/// The bits of a generation that the lock has room for.
pub(crate) const GENERATION_BITS: u32 = (SLEEPER >> GENERATION_SHIFT) - 1;

/// Who holds a lock: an attachment, as far as the word has room for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Owner(u32);

impl Owner {
    pub(crate) const fn of(who: ParticipantId) -> Self {
        Self((who.generation & GENERATION_BITS) << GENERATION_SHIFT | (who.index + 1))
    }

    /// The index of its record.
    pub(crate) const fn index(self) -> u32 {
        (self.0 & ORPHANED) - 1
    }

    /// The lowest bits of its generation, [`GENERATION_BITS`] of them.
    pub(crate) const fn generation(self) -> u32 {
        self.0 >> GENERATION_SHIFT
    }
}

/// What the word of a lock says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum LockState {
    Free,
    /// Its holder died, and a sweep took it away.
    Orphaned,
    Held(Owner),
}

/// Reads the word of a lock; any number means something.
pub(crate) const fn state(word: u32) -> LockState {
    let word = word & !SLEEPER;
    match word & ORPHANED {
        0 => LockState::Free,
        ORPHANED => LockState::Orphaned,
        _ => LockState::Held(Owner(word)),
    }
}

/// After this many tries a loop over the lock gives up: honest ones change the word
/// once each, and sleep in between.
const TRIES: u32 = 100;

/// Takes the lock for `me`, or says who has it; nobody that could be named where the
/// word changed all the time. Whoever `slept` for it leaves the mark that others may.
pub(crate) fn try_lock(
    lock: &impl Flag,
    me: Owner,
    slept: bool,
    mut is_dead: impl FnMut(Owner) -> bool,
) -> Result<Previous, Option<Owner>> {
    let mark = if slept { SLEEPER } else { 0 };
    let mut word = lock.load(Acquire);
    for _ in 0..TRIES {
        let (new, answer) = match state(word) {
            LockState::Free => (me.0, Ok(Previous::Left)),
            LockState::Orphaned => (me.0, Ok(Previous::Died)),
            LockState::Held(holder) if is_dead(holder) => (me.0, Ok(Previous::Died)),
            // Who gives up may have been the one that was woken.
            LockState::Held(holder) => (holder.0, Err(Some(holder))),
        };
        let new = new | word & SLEEPER | mark;
        if new == word {
            return answer;
        }
        // Pairs with the release in `unlock`; a dead one wrote before it was known
        // to be dead.
        match lock.exchange(word, new) {
            Ok(_) => return answer,
            Err(found) => word = found,
        }
    }
    Err(None)
}

/// Says that somebody is about to sleep while the lock is held: on which value.
/// Where it is not held, a value that it does not have.
pub(crate) fn announce(lock: &impl Flag) -> u32 {
    let mut word = lock.load(Relaxed);
    for _ in 0..TRIES {
        if state(word) == LockState::Free {
            return !word;
        }
        match lock.exchange(word, word | SLEEPER) {
            Ok(_) => return word | SLEEPER,
            Err(found) => word = found,
        }
    }
    word
}

/// Whether the lock is this one's. Who holds it is told otherwise only by a lie.
#[inline]
pub(crate) fn is_held(lock: &impl Flag, me: Owner) -> bool {
    lock.load(Relaxed) & !SLEEPER == me.0
}

/// Frees the lock, which is one's own.
#[inline]
pub(crate) fn unlock(lock: &impl Flag) {
    if lock.swap(0) & SLEEPER != 0 {
        lock.wake_one();
    }
}

/// Takes the lock from a dead holder and leaves the news. Anybody may do it, any
/// number of times.
pub(crate) fn sweep(lock: &impl Flag, dead: Owner) {
    for word in [dead.0, dead.0 | SLEEPER] {
        // Lost races are fine, but for a sleeper's mark that came in between.
        let _ = lock.exchange(word, ORPHANED | word & SLEEPER);
    }
}

/// Where the version and the first copy lie, in words.
#[allow(clippy::cast_possible_truncation)] // some hundred bytes
const VERSION_AT: usize = VERSION as usize / 8;
#[allow(clippy::cast_possible_truncation)] // as above
const COPIES_AT: usize = COPIES as usize / 8;

/// Where the copies lie, in words of the object.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Copies {
    stride: usize,
}

impl Copies {
    #[allow(clippy::cast_possible_truncation)] // the object lies in memory
    pub(crate) fn of(layout: &StateLayout) -> Self {
        Self { stride: (layout.stride / 8) as usize }
    }

    #[inline]
    fn at(self, version: u64) -> usize {
        COPIES_AT + if version % 2 == 0 { 0 } else { self.stride }
    }

    /// The words that are used, for a model.
    #[cfg(test)]
    pub(crate) fn words(self, words: usize) -> Vec<usize> {
        let copies = [0, 1].map(|version| self.at(version)..self.at(version) + words);
        copies.into_iter().flatten().chain([VERSION_AT]).collect()
    }
}

/// How often the value was published.
#[inline]
pub(crate) fn version(area: &impl ReadArea) -> u64 {
    area.load(VERSION_AT, Acquire)
}

/// Copies the value out, with the lock in hand.
#[inline]
pub(crate) fn fetch(area: &impl ReadArea, copies: Copies, value: &mut [u8]) {
    area.read(copies.at(area.load(VERSION_AT, Relaxed)), value);
}

/// Publishes a value, with the lock in hand.
#[inline]
pub(crate) fn publish<M: Memory>(area: &M::Area, copies: Copies, value: &[u8]) {
    let next = area.load(VERSION_AT, Relaxed).wrapping_add(1);
    // Behind the lock and before every word; pairs with the acquire fence in `look`.
    M::release_fence();
    area.write(copies.at(next), value);
    // The commit. Pairs with the acquire in `look`.
    area.store(VERSION_AT, next, Release);
}

/// Copies the value out without the lock; its version. `None` where it was
/// overwritten meanwhile, and what was copied is worth nothing.
#[inline]
pub(crate) fn look<M: Memory>(area: &M::ReadArea, copies: Copies, value: &mut [u8]) -> Option<u64> {
    let version = version(area);
    area.read(copies.at(version), value);
    // Whoever copied a word of the version after the next finds the next one published.
    M::acquire_fence();
    (area.load(VERSION_AT, Relaxed) == version).then_some(version)
}

/// The same, as often as it takes.
#[inline]
pub(crate) fn load<M: Memory>(
    area: &M::ReadArea,
    copies: Copies,
    value: &mut [u8],
) -> Result<u64, Restless> {
    until_whole(|| look::<M>(area, copies, value))
}

/// Says, with the lock in hand, that somebody is about to wait: for which sequence to
/// move.
pub(crate) fn begin_wait<F: Flag>(sequence: &F, waiters: &F) -> u32 {
    let found = sequence.load(Acquire);
    waiters.set(1); // released by the lock
    found
}

/// Wakes all who wait.
#[inline]
pub(crate) fn notify_all<F: Flag>(sequence: &F, waiters: &F) {
    if waiters.load(Acquire) != 0 {
        notify_everybody(sequence, waiters);
    }
}

#[cold]
fn notify_everybody<F: Flag>(sequence: &F, waiters: &F) {
    // In this order: who begins to wait with the new sequence sets it again.
    waiters.swap(0);
    advance(sequence);
}

/// Wakes one who waits, or all where nobody sleeps yet: then the one is on its way.
#[inline]
pub(crate) fn notify_one<F: Flag>(sequence: &F, waiters: &F) {
    if waiters.load(Acquire) != 0 {
        sequence.add(1);
        if !sequence.wake_one() {
            notify_everybody(sequence, waiters);
        }
    }
}

/// Wakes all who wait without asking whether anybody does: after a death.
pub(crate) fn advance(sequence: &impl Flag) {
    sequence.add(1);
    sequence.wake();
}
