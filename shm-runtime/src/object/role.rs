//! Roles: a word that names the one participant who may act as producer or
//! consumer.
//!
//! ```text
//! 0                              free: given up cleanly, or never held
//! generation << 32 | 0xFFFFFFFF  orphaned: its holder died, a sweep took it away
//! generation << 32 | index + 1   held by that attachment
//! ```
//!
//! The word is claimed by one compare-and-swap, from free, from orphaned or
//! from a dead holder. The generation keeps a reused index from looking like
//! the old holder.

use crate::memory::Word;
use std::sync::atomic::Ordering;

/// The greatest number of participants.
pub const PARTICIPANTS_MAX: u32 = 4096;

/// An attachment: the index of its record and the generation of its claim.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct ParticipantId {
    pub(crate) index: u32,
    pub(crate) generation: u32,
}

const FREE: u64 = 0;
const ORPHANED: u32 = u32::MAX;

impl ParticipantId {
    fn word(self) -> u64 {
        u64::from(self.generation) << 32 | u64::from(self.index + 1)
    }
}

/// What a role word says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum RoleState {
    Free,
    Orphaned,
    Held(ParticipantId),
}

/// Reads a role word; any number means something.
pub(crate) fn state(word: u64) -> RoleState {
    #[allow(clippy::cast_possible_truncation)] // the two halves of the word
    let (generation, low) = ((word >> 32) as u32, word as u32);
    match low {
        0 => RoleState::Free,
        ORPHANED => RoleState::Orphaned,
        n => RoleState::Held(ParticipantId { index: n - 1, generation }),
    }
}

/// How the last holder of a role left it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Previous {
    /// It gave the role up.
    Left,
    /// It died.
    Died,
}

/// Why a role was not claimed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Refusal {
    /// This participant holds it, and lives.
    Held(ParticipantId),
    /// The word changed at each of many tries.
    Restless,
}

/// After this many tries a claim gives up: honest claimants change the word once.
const TRIES: u32 = 100;

/// Claims the role for `me`.
pub(crate) fn claim(
    role: &impl Word,
    me: ParticipantId,
    mut is_dead: impl FnMut(ParticipantId) -> bool,
) -> Result<Previous, Refusal> {
    for _ in 0..TRIES {
        let word = role.load(Ordering::Acquire);
        let previous = match state(word) {
            RoleState::Free => Previous::Left,
            RoleState::Orphaned => Previous::Died,
            RoleState::Held(holder) if is_dead(holder) => Previous::Died,
            RoleState::Held(holder) => return Err(Refusal::Held(holder)),
        };
        // Acquire pairs with the release in `give_up`: the claimant sees all
        // that the last holder wrote. One that died wrote it before.
        if role.exchange(word, me.word()).is_ok() {
            return Ok(previous);
        }
    }
    Err(Refusal::Restless)
}

/// Whether the role is still `me`'s: somebody who took it for dead may have swept
/// it away, and others may hold it by now.
pub(crate) fn is_held(role: &impl Word, me: ParticipantId) -> bool {
    role.exchange(me.word(), me.word()).is_ok()
}

/// Gives the role up, if it is still `me`'s.
pub(crate) fn give_up(role: &impl Word, me: ParticipantId) {
    let _ = role.exchange(me.word(), FREE);
}

/// Takes the role from a dead holder, leaving a mark for the next claimant.
/// Anybody may do it, any number of times.
pub(crate) fn sweep(role: &impl Word, dead: ParticipantId) {
    let orphaned = u64::from(dead.generation) << 32 | u64::from(ORPHANED);
    // Lost races are fine: somebody else swept or claimed.
    let _ = role.exchange(dead.word(), orphaned);
}

#[cfg(test)]
#[allow(clippy::pedantic)]
mod tests {
    use super::*;
    use std::sync::atomic::AtomicU64;

    impl Word for AtomicU64 {
        fn load(&self, order: Ordering) -> u64 {
            AtomicU64::load(self, order)
        }
        fn store(&self, value: u64, order: Ordering) {
            AtomicU64::store(self, value, order);
        }
        fn exchange(&self, current: u64, new: u64) -> Result<u64, u64> {
            self.compare_exchange(current, new, Ordering::AcqRel, Ordering::Acquire)
        }
    }

    const FIRST: ParticipantId = ParticipantId { index: 4, generation: 7 };
    const SECOND: ParticipantId = ParticipantId { index: 5, generation: 1 };

    fn number(role: &AtomicU64) -> u64 {
        role.load(Ordering::Relaxed)
    }

    #[test]
    fn a_living_holder_keeps_the_role_and_a_dead_one_loses_it() {
        let role = AtomicU64::new(0);
        assert_eq!(claim(&role, FIRST, |_| false), Ok(Previous::Left));
        assert_eq!(number(&role), 7 << 32 | 5);
        assert_eq!(claim(&role, SECOND, |_| false), Err(Refusal::Held(FIRST)));
        assert_eq!(claim(&role, SECOND, |holder| holder == FIRST), Ok(Previous::Died));
        assert_eq!(state(number(&role)), RoleState::Held(SECOND));
    }

    /// Whose index is used again is somebody else.
    #[test]
    fn a_sweep_takes_the_role_of_that_very_holder_and_leaves_the_news() {
        let role = AtomicU64::new(0);
        assert_eq!(claim(&role, FIRST, |_| false), Ok(Previous::Left));
        let held = number(&role);
        sweep(&role, ParticipantId { generation: 6, ..FIRST });
        sweep(&role, ParticipantId { index: 3, ..FIRST });
        assert_eq!(number(&role), held);
        sweep(&role, FIRST);
        assert_eq!(number(&role), 7 << 32 | 0xFFFF_FFFF);
        sweep(&role, FIRST);
        assert_eq!(state(number(&role)), RoleState::Orphaned);
        assert_eq!(claim(&role, SECOND, |_| panic!("nobody holds it")), Ok(Previous::Died));
    }
}
