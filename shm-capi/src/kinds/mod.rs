//! What each kind of object does with the verbs: a file for each kind, and the
//! registry of them. Nothing else here knows a kind.

mod cell;
mod queue;
mod state;
mod stream;

use crate::last_error::{invalid, refuse, remember};
use crate::side::ShmrtTurn;
use shm_runtime::queue::layout::AnyQueue;
use shm_runtime::{Attachment, ErrorKind, ObjectLayout};
use std::sync::{Mutex, MutexGuard, PoisonError, TryLockError};
use std::time::Duration;

/// What one side of an object does. Each verb answers with a status; those that
/// the side does not have are mistakes of the caller.
///
/// Items are as long as [`Self::item_size`] says, or `count` times as long.
pub(crate) trait Verbs: Send + Sync {
    /// Bytes of an item.
    fn item_size(&self) -> usize;

    /// Puts an item in, if that can be done at once.
    fn put(&self, _turn: &ShmrtTurn, _item: &[u8]) -> i32 {
        lacking("put")
    }

    /// Takes an item out, or reads it, if there is one.
    fn get(&self, _turn: &mut ShmrtTurn, _item: &mut [u8]) -> i32 {
        lacking("get")
    }

    /// Waits until an item can be put in.
    fn put_wait(&self, _turn: &ShmrtTurn, _timeout: Option<Duration>) -> i32 {
        lacking("put")
    }

    /// Waits for an item, and takes it out if there is room for it.
    fn get_wait(
        &self,
        _turn: &mut ShmrtTurn,
        _item: Option<&mut [u8]>,
        _timeout: Option<Duration>,
    ) -> i32 {
        lacking("get")
    }

    /// Puts in as many as can be at once; `done` says how many.
    fn put_many(&self, _turn: &mut ShmrtTurn, _items: &[u8]) -> i32 {
        lacking("put_many")
    }

    /// Waits for at least one, and takes out up to `count`; `done` says how many.
    fn get_many(
        &self,
        _turn: &mut ShmrtTurn,
        _items: &mut [u8],
        _timeout: Option<Duration>,
    ) -> i32 {
        lacking("get_many")
    }

    /// Tells others something, or gives something up; see the constants of
    /// [`side`](crate::side).
    fn signal(&self, _turn: &mut ShmrtTurn, _what: u32) -> i32 {
        lacking("signal")
    }

    /// A number of the object or of this side; `None` if there is none of that
    /// name.
    fn number(&self, _name: &str) -> Option<shm_runtime::Result<u64>> {
        None
    }
}

fn lacking(verb: &str) -> i32 {
    invalid(&format!("this side of the object has no {verb}"))
}

/// A side, or the status of what stands against it.
type Claim = Result<Box<dyn Verbs>, i32>;

/// The registry: claims a side of object `index`.
pub(crate) fn side(attachment: &Attachment, index: usize, role: u32) -> Claim {
    let layout = attachment.object_layout(index).map_err(|e| remember(&e))?;
    match layout {
        ObjectLayout::Queue(AnyQueue::OneToOne(queue)) => {
            queue::side(attachment, index, &queue, role)
        }
        ObjectLayout::Cell(_) => cell::side(attachment, index, role),
        ObjectLayout::State(_) => state::side(attachment, index, role),
        ObjectLayout::Stream(stream) => stream::side(attachment, index, &stream, role),
        _ => {
            let why = "is of a kind that has no operations in Python";
            let why = format!("object {index} of {} {why}", attachment.address());
            Err(refuse(ErrorKind::Unsupported, &why))
        }
    }
}

/// A side that is one thread's at a time.
struct Claimed<T> {
    raw: Mutex<T>,
    /// Bytes of an item.
    item: usize,
}

impl<T> Claimed<T> {
    fn new(raw: T, item: usize) -> Self {
        Self { raw: Mutex::new(raw), item }
    }

    /// The side, unless another thread is at work with it.
    fn try_lock(&self) -> Option<MutexGuard<'_, T>> {
        match self.raw.try_lock() {
            Ok(guard) => Some(guard),
            // Nothing under the lock panics; if it did, the state is whole.
            Err(TryLockError::Poisoned(poisoned)) => Some(poisoned.into_inner()),
            Err(TryLockError::WouldBlock) => None,
        }
    }

    fn lock(&self) -> MutexGuard<'_, T> {
        self.raw.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A side that looks, and takes no part: it knows how many wait.
struct Looker {
    attachment: Attachment,
    index: usize,
    item: usize,
    depth: fn(&Attachment, usize) -> shm_runtime::Result<u64>,
}

impl Verbs for Looker {
    fn item_size(&self) -> usize {
        self.item
    }

    fn number(&self, name: &str) -> Option<shm_runtime::Result<u64>> {
        (name == "depth").then(|| (self.depth)(&self.attachment, self.index))
    }
}

/// A role that a kind does not have.
fn no_such_role(attachment: &Attachment, index: usize, role: u32) -> i32 {
    invalid(&format!("object {index} of {} has no side number {role}", attachment.address()))
}
