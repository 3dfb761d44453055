//! States. Whoever looks loads without the lock, and notifies. Whoever takes out has
//! the lock: a get takes it and copies the value out, a put writes it back and keeps the
//! lock, and a signal gives it up. What is held meanwhile has a number, the `version`
//! of the turn, so that each thread gives up what it took.

use super::{Claim, Verbs, no_such_role};
use crate::last_error::{invalid, number, remember};
use crate::side::{GET, LOOK, NOTIFY_ALL, NOTIFY_ONE, ShmrtTurn, UNLOCK, WAIT};
use crate::status;
use shm_runtime::state::{RawGuard, RawState};
use shm_runtime::{Attachment, Result};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

pub(super) fn side(attachment: &Attachment, index: usize, role: u32) -> Claim {
    let raw = RawState::of_attachment(attachment, index).map_err(|e| remember(&e))?;
    Ok(match role {
        LOOK => Box::new(Looker(raw)),
        GET => Box::new(Locker { raw, held: Mutex::default() }),
        _ => return Err(no_such_role(attachment, index, role)),
    })
}

/// Keeps nothing, so that threads need not take turns.
struct Looker(RawState);

impl Verbs for Looker {
    fn item_size(&self) -> usize {
        self.0.item_size()
    }

    fn get(&self, turn: &mut ShmrtTurn, item: &mut [u8]) -> i32 {
        match self.0.load(item) {
            Ok(version) => {
                turn.version = version;
                status::OK
            }
            Err(error) => remember(&error),
        }
    }

    fn signal(&self, _: &mut ShmrtTurn, what: u32) -> i32 {
        match what {
            NOTIFY_ONE => number(self.0.notify_one()),
            NOTIFY_ALL => number(self.0.notify_all()),
            _ => no_such_signal(what),
        }
    }
}

struct Locker {
    raw: RawState,
    held: Mutex<Held>,
}

/// The locks that threads have, or gave up in order to wait.
#[derive(Default)]
struct Held {
    last: u64,
    owner_died: bool,
    guards: Vec<(u64, RawGuard)>,
}

impl Held {
    fn find(&mut self, lock: u64) -> Option<&mut RawGuard> {
        self.guards.iter_mut().find(|(number, _)| *number == lock).map(|(_, guard)| guard)
    }

    fn take(&mut self, lock: u64) -> Option<RawGuard> {
        let at = self.guards.iter().position(|(number, _)| *number == lock)?;
        Some(self.guards.swap_remove(at).1)
    }
}

impl Locker {
    /// Not while anybody waits.
    fn held(&self) -> MutexGuard<'_, Held> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Keeps the lock that a thread took, and numbers it.
    fn keep(&self, turn: &mut ShmrtTurn, taken: Result<RawGuard>) -> i32 {
        match taken {
            Ok(guard) => {
                let mut held = self.held();
                held.last += 1;
                turn.version = held.last;
                held.owner_died = guard.owner_died();
                held.guards.push((turn.version, guard));
                status::OK
            }
            Err(error) => remember(&error),
        }
    }

    /// Does something with the lock of a turn.
    fn with(&self, turn: &ShmrtTurn, work: impl FnOnce(&mut RawGuard) -> i32) -> i32 {
        self.held().find(turn.version).map_or_else(not_held, work)
    }
}

#[cold]
fn not_held() -> i32 {
    invalid("the lock is not held")
}

#[cold]
fn no_such_signal(what: u32) -> i32 {
    invalid(&format!("this side of a state has no signal number {what}"))
}

impl Verbs for Locker {
    fn item_size(&self) -> usize {
        self.raw.item_size()
    }

    /// Takes the lock if nobody has it.
    fn get(&self, turn: &mut ShmrtTurn, item: &mut [u8]) -> i32 {
        let taken = self.raw.try_lock(item);
        self.keep(turn, taken)
    }

    /// Waits for the lock; takes that of the turn again, if it has one, and then `done`
    /// is 2 if somebody notified since.
    fn get_wait(
        &self,
        turn: &mut ShmrtTurn,
        item: Option<&mut [u8]>,
        timeout: Option<Duration>,
    ) -> i32 {
        let Some(item) = item else { return invalid("a lock copies the value out") };
        if turn.version == 0 {
            let taken = self.raw.lock(item, timeout);
            return self.keep(turn, taken);
        }
        let Some(mut guard) = self.held().take(turn.version) else { return not_held() };
        let again = guard.lock_again(item, timeout);
        if again.is_ok() {
            turn.done = if guard.has_moved(sequence(turn)) { 2 } else { 1 };
        }
        let mut held = self.held();
        held.owner_died = guard.owner_died();
        held.guards.push((turn.version, guard));
        number(again)
    }

    /// Writes the value back, and keeps the lock.
    fn put(&self, turn: &ShmrtTurn, item: &[u8]) -> i32 {
        self.with(turn, |guard| number(guard.publish(item)))
    }

    /// Sleeps, without the lock, until somebody notifies.
    fn put_wait(&self, turn: &ShmrtTurn, timeout: Option<Duration>) -> i32 {
        match self.raw.sleep(sequence(turn), timeout) {
            Ok(true) => status::OK,
            Ok(false) => status::TIMEOUT,
            Err(error) => remember(&error),
        }
    }

    fn signal(&self, turn: &mut ShmrtTurn, what: u32) -> i32 {
        match what {
            UNLOCK => {
                drop(self.held().take(turn.version));
                status::OK
            }
            WAIT => {
                let mut held = self.held();
                let Some(guard) = held.find(turn.version) else { return not_held() };
                match guard.begin_wait() {
                    Ok(sequence) => {
                        turn.count = sequence as usize;
                        status::OK
                    }
                    Err(error) => remember(&error),
                }
            }
            _ => no_such_signal(what),
        }
    }

    fn number(&self, name: &str) -> Option<Result<u64>> {
        (name == "owner_died").then(|| Ok(u64::from(self.held().owner_died)))
    }
}

/// What a turn sleeps on: see [`WAIT`].
#[allow(clippy::cast_possible_truncation)] // it has 32 bits
fn sequence(turn: &ShmrtTurn) -> u32 {
    turn.count as u32
}
