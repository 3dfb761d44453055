//! Looking at a state without taking part.

use super::layout::{self, StateLayout};
use super::logic::{self, LockState};
use crate::error::Result;
use crate::object::contents::Latest;
use crate::object::facts::{Facts, Holder};
use crate::object::look::Look;
use crate::object::sight::Sight;

/// How often the value was published, how often somebody died with the lock, whether
/// others sleep, and who has the lock now.
pub(crate) fn facts(sight: &Sight<'_, impl Look>) -> Facts {
    let half = |at: u64| {
        #[allow(clippy::cast_possible_truncation)] // the lower half of the word
        let half = (sight.word(at & !7) >> (at % 8 * 8)) as u32;
        half
    };
    let lock = half(layout::LOCK);
    let mut facts = sight.facts(
        &[("version", sight.word(layout::VERSION)), ("times_died", sight.word(layout::TIMES_DIED))],
        &[],
    );
    if let LockState::Held(owner) = logic::state(lock) {
        facts.holders.push(Holder { role: "owner", participant: owner.index(), waits: false });
    }
    facts
}

/// So often a value is copied that is overwritten each time, before it is left out.
const COPIES: u32 = 16;

/// The value, as who reads without the lock gets it; `None` if it was never changed.
pub(crate) fn value(look: &impl Look, at: u64, of: &StateLayout) -> Result<Option<Latest>> {
    let mut bytes = vec![0; usize::try_from(of.item).unwrap_or(0)];
    for _ in 0..COPIES {
        let version = look.word(at + layout::VERSION);
        if version == 0 {
            break;
        }
        look.read(at + layout::COPIES + version % layout::COPY_COUNT * of.stride, &mut bytes)?;
        if look.word(at + layout::VERSION) == version {
            return Ok(Some(Latest { cell: 0, version, bytes }));
        }
    }
    Ok(None)
}
