//! Streams: a put writes as many items, or bytes, as fit, and a get reads as many as
//! are there.

use super::{Claim, Claimed, Looker, Verbs, no_such_role};
use crate::last_error::remember;
use crate::side::{GET, LOOK, PUT, ShmrtTurn};
use crate::status;
use shm_runtime::stream::layout::StreamLayout;
use shm_runtime::stream::{
    RawStreamReader, RawStreamWriter, ReadError, TryReadError, TryWriteError,
};
use shm_runtime::{Attachment, Error, ErrorKind, Result};
use std::time::Duration;

pub(super) fn side(
    attachment: &Attachment,
    index: usize,
    layout: &StreamLayout,
    role: u32,
) -> Claim {
    let item = usize::try_from(layout.item).unwrap_or(usize::MAX);
    let remember = |e: Error| remember(&e);
    Ok(match role {
        PUT => {
            let raw = RawStreamWriter::of_attachment(attachment, index).map_err(remember)?;
            Box::new(Writer(Claimed::new(raw, item)))
        }
        GET => {
            let raw = RawStreamReader::of_attachment(attachment, index).map_err(remember)?;
            Box::new(Reader(Claimed::new(raw, item)))
        }
        LOOK => {
            let (attachment, depth) = (attachment.clone(), Attachment::stream_depth);
            Box::new(Looker { attachment, index, item, depth })
        }
        _ => return Err(no_such_role(attachment, index, role)),
    })
}

/// The status of what was done, and in the turn how much.
fn moved(turn: &mut ShmrtTurn, result: std::result::Result<usize, ErrorKind>) -> i32 {
    match result {
        Ok(done) => {
            turn.done = done;
            status::OK
        }
        Err(kind) => status::of(kind),
    }
}

struct Writer(Claimed<RawStreamWriter>);

impl Verbs for Writer {
    fn item_size(&self) -> usize {
        self.0.item
    }

    fn put_wait(&self, _: &ShmrtTurn, timeout: Option<Duration>) -> i32 {
        let waited = self.0.lock().wait_room(timeout);
        waited.map_or_else(|e| status::of(e.kind()), |()| status::OK)
    }

    fn put_many(&self, turn: &mut ShmrtTurn, items: &[u8]) -> i32 {
        let Some(mut raw) = self.0.try_lock() else { return status::BUSY };
        moved(turn, raw.try_write(items).map_err(TryWriteError::kind))
    }
}

struct Reader(Claimed<RawStreamReader>);

impl Verbs for Reader {
    fn item_size(&self) -> usize {
        self.0.item
    }

    fn get_many(&self, turn: &mut ShmrtTurn, items: &mut [u8], timeout: Option<Duration>) -> i32 {
        let mut raw = self.0.lock();
        let result = match timeout {
            Some(Duration::ZERO) => raw.try_read(items).map_err(TryReadError::kind),
            timeout => raw.read(items, timeout).map_err(ReadError::kind),
        };
        moved(turn, result)
    }

    fn number(&self, name: &str) -> Option<Result<u64>> {
        (name == "redelivered").then(|| Ok(self.0.lock().redelivered()))
    }
}
