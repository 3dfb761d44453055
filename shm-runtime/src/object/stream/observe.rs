//! Looking at a stream without taking part: its numbers, and what waits in it.

use super::layout::{self, StreamLayout};
use crate::error::Result;
use crate::object::contents::{Contents, Message};
use crate::object::facts::Facts;
use crate::object::look::Look;
use crate::object::role_word::RoleWord;
use crate::object::sight::Sight;

/// A stream that is looked at: where it lies in what.
pub(crate) struct Observed<'a, L> {
    pub(crate) look: &'a L,
    pub(crate) at: u64,
    pub(crate) stream: &'a StreamLayout,
}

/// How many times what waits is copied, where it was overwritten meanwhile, before it is
/// left out.
const COPIES: u32 = 16;

impl<L: Look> Observed<'_, L> {
    fn word(&self, at: u64) -> u64 {
        self.look.word(self.at + at)
    }

    /// Where the items begin that wait, and how many do.
    fn waiting(&self) -> (u64, u64) {
        // In this order: an honest tail is not behind what was taken before.
        let taken = self.word(layout::TAKEN);
        let depth = self.word(layout::TAIL).wrapping_sub(taken);
        (taken, if depth > u64::MAX / 2 { 0 } else { depth.min(self.stream.slots) })
    }

    /// How many items wait.
    pub(crate) fn depth(&self) -> u64 {
        self.waiting().1
    }

    /// Its numbers, and who holds its roles.
    pub(crate) fn facts(&self, sight: &Sight<'_, impl Look>, roles: &[RoleWord]) -> Facts {
        let (taken, depth) = self.waiting();
        let holders = sight.holders(roles);
        let numbers = [
            ("depth", depth),
            ("in", taken.wrapping_add(depth)),
            ("out", taken),
            ("full", self.word(layout::TIMES_FULL)),
            ("redelivered", self.word(layout::REDELIVERED)),
            // A stream gives nothing up.
            ("dropped", 0),
            ("high_water", self.word(layout::HIGH_WATER).max(depth)),
            ("waiters", holders.iter().filter(|holder| holder.waits).count() as u64),
        ];
        Facts { holders, ..sight.facts(&numbers, &[]) }
    }

    /// The items that wait, oldest first, at most `limit`, or that many lines of 16
    /// bytes. Nothing, where a writer overwrote it during each look.
    pub(crate) fn contents(&self, limit: usize) -> Result<Contents> {
        let has_items = self.stream.has_items;
        let limit = if has_items { limit as u64 } else { (limit as u64).saturating_mul(16) };
        let (mut first, mut bytes, mut more) = (0, Vec::new(), 0);
        for _ in 0..COPIES {
            let (taken, depth) = self.waiting();
            let copied = self.copy(taken, depth.min(limit))?;
            // A writer overwrites what lies before the head.
            let head = self.word(layout::HEAD).wrapping_sub(taken);
            if head == 0 || head > u64::MAX / 2 {
                (first, bytes, more) = (taken, copied, depth - depth.min(limit));
                break;
            }
        }
        if !has_items {
            return Ok(Contents::Bytes(bytes, more));
        }
        let item = usize::try_from(self.stream.item).unwrap_or(usize::MAX);
        let message = |(n, bytes): (u64, &[u8])| Message {
            position: first.wrapping_add(n),
            bytes: bytes.to_vec(),
        };
        Ok(Contents::Messages((0..).zip(bytes.chunks_exact(item)).map(message).collect()))
    }

    /// Copies `n` items from a position on, in two parts where they go round the end.
    fn copy(&self, position: u64, n: u64) -> Result<Vec<u8>> {
        let (slots, item) = (self.stream.slots, self.stream.item);
        let start = position % slots;
        let before = n.min(slots - start);
        let area = self.at + layout::BYTES;
        let mut bytes = vec![0; usize::try_from(n * item).unwrap_or(0)];
        let (first, second) = bytes.split_at_mut(usize::try_from(before * item).unwrap_or(0));
        self.look.read(area + start * item, first)?;
        self.look.read(area, second)?;
        Ok(bytes)
    }
}
