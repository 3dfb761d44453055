//! A state for values that are bytes: what the typed handle and the C ABI build on.
//! Here the logic meets waiting, deaths, forks and removal.

use crate::error::{Error, ErrorKind, Result};
use crate::handle::LOOK_PERIOD;
use crate::memory::{Area, Flag, Mapped, MappedArea, MappedFlag, MappedReadArea, ReadArea};
use crate::object::clock::Limiter;
use crate::object::kind::ObjectLayout;
use crate::object::looks::LOOKS;
use crate::object::role::Previous;
use crate::object::state::layout::{LOCK, SEQUENCE, StateLayout, TIMES_DIED, WAITERS};
use crate::object::state::logic::{self, Copies, GENERATION_BITS, Owner};
use crate::object::wait::{Announced, Slices, wait_until};
use crate::segment::Attachment;
use std::sync::atomic::Ordering::{Acquire, Relaxed};
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// Where it is counted how often a holder died, in words.
#[allow(clippy::cast_possible_truncation)] // some hundred bytes
const TIMES_DIED_AT: usize = TIMES_DIED as usize / 8;

/// A state in a segment, for values of [`Self::item_size`] bytes. A value of another length than
/// [`Self::item_size`] is a mistake of the caller and panics.
///
/// Clones share it. The lock is the attachment's, whoever of its threads takes it.
#[derive(Clone)]
pub struct RawState(Arc<Inner>);

struct Inner {
    area: MappedReadArea,
    copies: Copies,
    item: usize,
    own: Option<Own>,
    attachment: Attachment,
    index: usize,
}

/// What an attachment has that may write.
struct Own {
    me: Owner,
    area: MappedArea,
    lock: MappedFlag,
    sequence: MappedFlag,
    waiters: MappedFlag,
    /// How often whoever does not wait asks whether the holder is dead.
    limiter: Mutex<Limiter>,
}

/// What becomes of a lock that this attachment has already.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Twice {
    /// It is refused: the caller may be the one who has it.
    Busy,
    /// It is waited for: the caller has given it up, and another thread has it.
    Waits,
}

impl RawState {
    /// The object at `index` of the attachment's contract.
    pub fn of_attachment(attachment: &Attachment, index: usize) -> Result<Self> {
        let place = attachment.place(index)?;
        let ObjectLayout::State(layout) = place.layout else {
            let name = attachment.object_name(index);
            let why = format!("{name} of {} is no state", attachment.address());
            return Err(Error::new(ErrorKind::Invalid, why));
        };
        let Ok(item) = usize::try_from(layout.item) else {
            let why = "the value is too large for this system";
            return Err(Error::new(ErrorKind::Unsupported, why));
        };
        let area = attachment.mapping().read_area(place.offset, layout.size)?;
        let own = Own::of(attachment, place.offset, &layout)?;
        let (copies, attachment) = (Copies::of(&layout), attachment.clone());
        Ok(Self(Arc::new(Inner { area, copies, item, own, attachment, index })))
    }

    /// Bytes of the value.
    pub fn item_size(&self) -> usize {
        self.0.item
    }

    pub(crate) fn attachment(&self) -> &Attachment {
        &self.0.attachment
    }

    /// Copies the value out without the lock; how often it was changed.
    pub fn load(&self, value: &mut [u8]) -> Result<u64> {
        self.check(value)?;
        logic::load::<Mapped>(&self.0.area, self.0.copies, value).map_err(|_| {
            let why = format!(
                "it is damaged: in {LOOKS} looks its value was never whole, which no holder of \
                 the lock brings about"
            );
            self.fail(ErrorKind::Corrupt, "load", &why)
        })
    }

    /// How often the value was changed.
    pub fn version(&self) -> u64 {
        logic::version(&self.0.area)
    }

    /// Takes the lock if nobody has it, and copies the value out;
    /// [`ErrorKind::Busy`] names who has it.
    pub fn try_lock(&self, value: &mut [u8]) -> Result<RawGuard> {
        self.check(value)?;
        let own = self.own()?;
        // Polls often, perhaps.
        let is_due = || own.limiter.try_lock().is_ok_and(|mut limiter| limiter.is_due());
        match logic::try_lock(&own.lock, own.me, false, |owner| is_due() && self.is_dead(owner)) {
            Ok(previous) => Ok(self.locked(own, previous, value)),
            Err(holder) => Err(self.held(own, holder, ErrorKind::Busy, "lock", "")),
        }
    }

    /// Takes the lock, waiting for it so long at most; `None` waits without end.
    /// Then copies the value out.
    pub fn lock(&self, value: &mut [u8], timeout: Option<Duration>) -> Result<RawGuard> {
        self.check(value)?;
        let own = self.own()?;
        let previous = self.acquire(own, timeout, Twice::Busy)?;
        Ok(self.locked(own, previous, value))
    }

    /// Wakes one who waits, or more than one.
    pub fn notify_one(&self) -> Result<()> {
        let own = self.own()?;
        logic::notify_one(&own.sequence, &own.waiters);
        Ok(())
    }

    /// Wakes all who wait.
    pub fn notify_all(&self) -> Result<()> {
        let own = self.own()?;
        logic::notify_all(&own.sequence, &own.waiters);
        Ok(())
    }

    /// Sleeps, without the lock, until the sequence is another one than that of
    /// [`RawGuard::begin_wait`]; false when the time is up.
    pub fn sleep(&self, sequence: u32, timeout: Option<Duration>) -> Result<bool> {
        let (own, attachment) = (self.own()?, &self.0.attachment);
        let announced = || Announced { value: sequence, brief: false };
        let mut limiter = Limiter::new(LOOK_PERIOD);
        let moved = wait_until(
            Some(&own.sequence),
            Slices::Doubling,
            timeout,
            |look_again| look_again().ok_or_else(announced),
            || {
                if own.sequence.load(Acquire) != sequence {
                    return Some(Ok(true));
                }
                if attachment.is_forked() {
                    return Some(Err(attachment.forked()));
                }
                attachment.is_removed().then(|| {
                    let why = "the segment was removed";
                    Err(self.fail(ErrorKind::Removed, "wait for a notification of", why))
                })
            },
            |slept| {
                if limiter.is_due_now() {
                    attachment.look_around(slept);
                }
            },
        );
        moved.unwrap_or(Ok(false))
    }

    /// What may write, in no child of the process that attached.
    fn own(&self) -> Result<&Own> {
        let attachment = &self.0.attachment;
        if attachment.is_forked() {
            return Err(attachment.forked());
        }
        self.0.own.as_ref().ok_or_else(|| {
            self.fail(ErrorKind::ReadOnly, "lock or notify", "the segment is attached read-only")
        })
    }

    /// Whether it is as long as the value, which it must be, and this no child of the
    /// process that attached.
    fn check(&self, value: &[u8]) -> Result<()> {
        assert!(value.len() == self.0.item, "a value of this state");
        let attachment = &self.0.attachment;
        if attachment.is_forked() { Err(attachment.forked()) } else { Ok(()) }
    }

    fn is_dead(&self, owner: Owner) -> bool {
        self.0.attachment.is_gone(owner.index(), owner.generation(), GENERATION_BITS)
    }

    /// Waits for the lock.
    fn acquire(&self, own: &Own, timeout: Option<Duration>, twice: Twice) -> Result<Previous> {
        // Before the clock is read, which takes longer.
        if let Ok(previous) = logic::try_lock(&own.lock, own.me, false, |_| false) {
            return Ok(previous);
        }
        let attachment = &self.0.attachment;
        // These are written by one closure and read by another.
        let (slept, looked) = (std::cell::Cell::new(false), std::cell::Cell::new(false));
        let last = std::cell::Cell::new(None);
        let mut limiter = Limiter::new(LOOK_PERIOD);
        let answer = wait_until(
            Some(&own.lock),
            Slices::Short,
            timeout,
            |look_again| {
                let value = logic::announce(&own.lock);
                slept.set(true);
                look_again().ok_or(Announced { value, brief: false })
            },
            || {
                let is_dead = |owner| looked.take() && self.is_dead(owner);
                match logic::try_lock(&own.lock, own.me, slept.get(), is_dead) {
                    Ok(previous) => return Some(Ok(previous)),
                    Err(holder) => last.set(holder),
                }
                if attachment.is_forked() {
                    return Some(Err(attachment.forked()));
                }
                if twice == Twice::Waits {
                    return None;
                }
                if last.get() == Some(own.me) {
                    return Some(Err(self.held(own, last.get(), ErrorKind::Busy, "lock", "")));
                }
                attachment.is_removed().then(|| {
                    let why = "; the segment was removed";
                    Err(self.held(own, last.get(), ErrorKind::Removed, "lock", why))
                })
            },
            |slept| {
                looked.set(true);
                if limiter.is_due_now() {
                    attachment.look_around(slept);
                }
            },
        );
        answer.unwrap_or_else(|| {
            Err(self.held(own, last.get(), ErrorKind::Timeout, "lock", " in time"))
        })
    }

    /// The lock is this one's; copies the value out.
    fn locked(&self, own: &Own, previous: Previous, value: &mut [u8]) -> RawGuard {
        let owner_died = previous == Previous::Died;
        if owner_died {
            let died = own.area.load(TIMES_DIED_AT, Relaxed).wrapping_add(1);
            own.area.store(TIMES_DIED_AT, died, Relaxed);
        }
        logic::fetch(&own.area, self.0.copies, value);
        RawGuard { state: self.clone(), held: true, owner_died }
    }

    /// `robot of posix:/acme.cell`
    pub(crate) fn in_words(&self) -> String {
        let attachment = &self.0.attachment;
        format!("{} of {}", attachment.object_name(self.0.index), attachment.address())
    }

    #[cold]
    fn fail(&self, kind: ErrorKind, verb: &str, why: &str) -> Error {
        Error::new(kind, format!("cannot {verb} {}: {why}", self.in_words()))
    }

    /// Says who has the lock.
    #[cold]
    fn held(
        &self,
        own: &Own,
        holder: Option<Owner>,
        kind: ErrorKind,
        verb: &str,
        more: &str,
    ) -> Error {
        if holder == Some(own.me) {
            let why = "this attachment has the lock already, by this thread or another one; give \
                       it up first, or attach once more for another thread";
            return self.fail(kind, verb, why);
        }
        match holder.and_then(|holder| self.0.attachment.holder(holder.index())) {
            Some(who) => {
                let why = format!("{who} has the lock, and did not give it up{more}");
                self.fail(kind, verb, &why).with_holder(who)
            }
            None => self.fail(kind, verb, &format!("the lock was not to be had{more}")),
        }
    }
}

impl Own {
    fn of(attachment: &Attachment, offset: u64, layout: &StateLayout) -> Result<Option<Self>> {
        let Some(me) = attachment.me() else { return Ok(None) };
        let mapping = attachment.mapping();
        Ok(Some(Self {
            me: Owner::of(me),
            area: mapping.area(offset, layout.size)?,
            lock: mapping.flag(offset + LOCK)?,
            sequence: mapping.flag(offset + SEQUENCE)?,
            waiters: mapping.flag(offset + WAITERS)?,
            limiter: Mutex::new(Limiter::new(LOOK_PERIOD)),
        }))
    }
}

/// The lock of a state, which is given up on drop. Values are sized as in [`RawState`].
pub struct RawGuard {
    state: RawState,
    /// Not while it waits.
    held: bool,
    owner_died: bool,
}

impl RawGuard {
    /// Whether the lock was taken from a holder that had died: what that one had
    /// begun to change did not happen.
    pub fn owner_died(&self) -> bool {
        self.owner_died
    }

    /// The state.
    pub fn state(&self) -> &RawState {
        &self.state
    }

    /// Publishes a value, and keeps the lock.
    pub fn publish(&mut self, value: &[u8]) -> Result<()> {
        self.state.check(value)?;
        let own = self.mine()?;
        logic::publish::<Mapped>(&own.area, self.state.0.copies, value);
        Ok(())
    }

    /// Gives the lock up in order to [sleep](RawState::sleep) until somebody notifies:
    /// the sequence as it is now.
    pub fn begin_wait(&mut self) -> Result<u32> {
        let own = self.mine()?;
        let sequence = logic::begin_wait(&own.sequence, &own.waiters);
        logic::unlock(&own.lock);
        self.held = false;
        Ok(sequence)
    }

    /// Takes the lock again, behind [`Self::begin_wait`], and copies the value out.
    /// Another thread of this attachment that has it is waited for like anybody.
    pub fn lock_again(&mut self, value: &mut [u8], timeout: Option<Duration>) -> Result<()> {
        let state = &self.state;
        state.check(value)?;
        let own = state.own()?;
        if !self.held {
            let previous = state.acquire(own, timeout, Twice::Waits)?;
            *self = state.locked(own, previous, value);
        }
        Ok(())
    }

    /// Waits until somebody notifies, or so long at most; `None` waits without end. The
    /// lock is given up meanwhile, and held again afterwards, even behind an error;
    /// the value is copied out then. False if nobody notified in time.
    pub fn wait(&mut self, value: &mut [u8], timeout: Option<Duration>) -> Result<bool> {
        self.state.check(value)?;
        let sequence = self.begin_wait()?;
        let moved = self.state.sleep(sequence, timeout);
        self.lock_again(value, None)?;
        match moved {
            // It came between the end of the sleep and the lock.
            Ok(false) => Ok(self.has_moved(sequence)),
            other => other,
        }
    }

    /// Whether the sequence is another one than that of [`Self::begin_wait`].
    pub fn has_moved(&self, sequence: u32) -> bool {
        self.state.0.own.as_ref().is_some_and(|own| own.sequence.load(Acquire) != sequence)
    }

    /// What may write, with the lock in hand.
    fn mine(&self) -> Result<&Own> {
        let own = self.state.own()?;
        if self.held && logic::is_held(&own.lock, own.me) {
            return Ok(own);
        }
        let why = "it is damaged: the lock was taken away from its holder, which lives";
        Err(self.state.fail(ErrorKind::Corrupt, "change", why))
    }
}

impl Drop for RawGuard {
    fn drop(&mut self) {
        if !self.held || self.state.0.attachment.finds_fork() {
            return;
        }
        if let Some(own) = &self.state.0.own {
            if logic::is_held(&own.lock, own.me) {
                logic::unlock(&own.lock);
            }
        }
    }
}
