//! Cells, and arrays of them: a put stores, a get loads, and a wait is for a newer
//! version. `at` says which cell of an array.

use super::{Claim, Claimed, Verbs, no_such_role};
use crate::last_error::{invalid, number, remember};
use crate::side::{LOOK, PUT, ShmrtTurn};
use crate::status;
use shm_runtime::Attachment;
use shm_runtime::cell::{RawCell, RawCellWriter};
use std::time::Duration;

pub(super) fn side(attachment: &Attachment, index: usize, role: u32) -> Claim {
    Ok(match role {
        PUT => {
            let raw = RawCellWriter::of_attachment(attachment, index).map_err(|e| remember(&e))?;
            let (item, count) = (raw.item_size(), raw.count());
            Box::new(Writer { raw: Claimed::new(raw, item), count })
        }
        LOOK => {
            Box::new(Reader(RawCell::of_attachment(attachment, index).map_err(|e| remember(&e))?))
        }
        _ => return Err(no_such_role(attachment, index, role)),
    })
}

#[cold]
fn outside(at: usize, count: usize) -> i32 {
    invalid(&format!("there is no cell number {at}: they are {count}"))
}

struct Writer {
    raw: Claimed<RawCellWriter>,
    count: usize,
}

impl Verbs for Writer {
    fn item_size(&self) -> usize {
        self.raw.item
    }

    fn put(&self, turn: &ShmrtTurn, item: &[u8]) -> i32 {
        if turn.at >= self.count {
            return outside(turn.at, self.count);
        }
        number(self.raw.lock().store(turn.at, item))
    }
}

/// A reader has no role and keeps nothing, so that threads need not take turns.
struct Reader(RawCell);

impl Reader {
    /// Which cell a turn is about.
    fn at(&self, turn: &ShmrtTurn) -> Result<u32, i32> {
        let count = self.0.count();
        let at = u32::try_from(turn.at).ok().filter(|at| *at < count);
        at.ok_or_else(|| outside(turn.at, count as usize))
    }
}

/// Tells the version of what was loaded.
fn loaded(turn: &mut ShmrtTurn, version: shm_runtime::Result<u64>) -> i32 {
    match version {
        Ok(version) => {
            turn.version = version;
            status::OK
        }
        Err(error) => remember(&error),
    }
}

impl Verbs for Reader {
    fn item_size(&self) -> usize {
        self.0.item_size()
    }

    fn get(&self, turn: &mut ShmrtTurn, item: &mut [u8]) -> i32 {
        match self.at(turn) {
            Ok(at) => loaded(turn, self.0.load(at, item)),
            Err(status) => status,
        }
    }

    fn get_wait(
        &self,
        turn: &mut ShmrtTurn,
        item: Option<&mut [u8]>,
        timeout: Option<Duration>,
    ) -> i32 {
        let at = match self.at(turn) {
            Ok(at) => at,
            Err(status) => return status,
        };
        let mut nobodys = Vec::new();
        let item = item.unwrap_or_else(|| {
            nobodys.resize(turn.size, 0);
            &mut nobodys
        });
        let found = self.0.wait_newer(at, turn.version, item, timeout);
        loaded(turn, found)
    }

    /// Loads cells that lie side by side. Each is whole; together they are of no one
    /// time.
    fn get_many(&self, turn: &mut ShmrtTurn, items: &mut [u8], _: Option<Duration>) -> i32 {
        let first = match self.at(turn) {
            Ok(first) => first,
            Err(status) => return status,
        };
        if turn.count > self.0.count() as usize - turn.at {
            return outside(turn.at + turn.count - 1, self.0.count() as usize);
        }
        for (at, item) in (first..).zip(items.chunks_exact_mut(turn.size)) {
            if let Err(error) = self.0.load(at, item) {
                return remember(&error);
            }
        }
        turn.done = turn.count;
        status::OK
    }
}
