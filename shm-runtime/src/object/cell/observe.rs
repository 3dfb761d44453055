//! Looking at a cell without taking part.

use super::layout::{self, AnyCell, CellLayout};
use crate::error::Result;
use crate::object::contents::Latest;
use crate::object::look::Look;

/// How often a value was stored; in an array, in the cell that was stored to most
/// often.
pub(crate) fn version(look: &impl Look, at: u64, of: &AnyCell) -> u64 {
    let (count, stride) = match of {
        AnyCell::One(_) => (1, 0),
        AnyCell::Array(all, _) => (u64::from(all.count), all.stride),
    };
    (0..count).map(|n| look.word(at + n * stride + layout::VERSION)).max().unwrap_or(0)
}

/// So often a value is copied that is overwritten each time, before it is left out.
const COPIES: u32 = 16;

/// The latest values of the cells that were stored to, at most `limit` of them, and
/// how many more there are.
pub(crate) fn values(
    look: &impl Look,
    at: u64,
    of: &AnyCell,
    limit: usize,
) -> Result<(Vec<Latest>, u64)> {
    let (count, one) = match of {
        AnyCell::One(one) => (1, one),
        AnyCell::Array(all, one) => (all.count, one),
    };
    let (mut found, mut more) = (Vec::new(), 0);
    for cell in 0..count {
        let at = at + u64::from(cell) * one.size;
        if found.len() == limit {
            more += u64::from(look.word(at + layout::VERSION) != 0);
        } else if let Some((version, bytes)) = value(look, at, one)? {
            found.push(Latest { cell, version, bytes });
        }
    }
    Ok((found, more))
}

/// The latest value of the cell at `at`, with its version, as a reader gets it.
fn value(look: &impl Look, at: u64, cell: &CellLayout) -> Result<Option<(u64, Vec<u8>)>> {
    let mut bytes = vec![0; usize::try_from(cell.item).unwrap_or(0)];
    for _ in 0..COPIES {
        let version = look.word(at + layout::VERSION);
        if version == 0 {
            break;
        }
        let slot = at + layout::SLOTS + version % layout::SLOT_COUNT * cell.stride;
        let is_whole = || look.word(slot) == version.wrapping_mul(2);
        if !is_whole() {
            continue;
        }
        look.read(slot + layout::STAMP_SIZE, &mut bytes)?;
        if is_whole() {
            return Ok(Some((version, bytes)));
        }
    }
    Ok(None)
}
