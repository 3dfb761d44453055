//! An object that is looked at by somebody who takes no part in it.

use super::facts::{Facts, Holder};
use super::look::{Head, HowMany, Look};
use super::role::{self, RoleState};
use super::role_word::RoleWord;
use super::wait::WAITING;
use crate::error::Result;

/// An object that is looked at: where it lies in what, and who is alive.
pub(crate) struct Sight<'a, L> {
    pub(crate) look: Head<'a, L>,
    pub(crate) at: u64,
    pub(crate) how_many: HowMany,
    pub(crate) is_alive: &'a dyn Fn(u32) -> bool,
}

impl<L: Look> Sight<'_, L> {
    /// A word of the object, by where it lies in it.
    pub(crate) fn word(&self, at: u64) -> u64 {
        self.look.word(self.at + at)
    }

    /// These numbers, and who holds these roles.
    pub(crate) fn facts(&self, numbers: &[(&'static str, u64)], roles: &[RoleWord]) -> Facts {
        let numbers = numbers.iter().map(|(name, n)| ((*name).into(), i128::from(*n)));
        Facts { numbers: numbers.collect(), holders: self.holders(roles) }
    }

    /// Who holds these roles.
    pub(crate) fn holders(&self, roles: &[RoleWord]) -> Vec<Holder> {
        let holder = |role: &RoleWord| {
            let RoleState::Held(who) = role::state(self.word(role.word)) else { return None };
            // A bit that somebody set who died asleep means nothing.
            let waits = role.flag.is_some_and(|flag| {
                (self.is_alive)(who.index) && self.word(flag) & u64::from(WAITING) != 0
            });
            Some(Holder { role: role.name, participant: who.index, waits })
        };
        roles.iter().filter_map(holder).collect()
    }
}

impl<L: Look> Look for Sight<'_, L> {
    fn read(&self, at: u64, out: &mut [u8]) -> Result<()> {
        self.look.read(at, out)
    }

    fn word(&self, at: u64) -> u64 {
        self.look.word(at)
    }
}
