//! The typed state, and the lock on it.

use crate::error::{Error, ErrorKind, Result};
use crate::handle::alone;
use crate::handle::state::untyped::{RawGuard, RawState};
use crate::object::kind::ObjectKind;
use crate::object::state::def::StateDef;
use crate::segment::{Address, Attachment, Spec};
use crate::types::descriptor::TypeSet;
use crate::types::layout::{SharedLayout, bytes_of, bytes_of_mut};
use std::fmt;
use std::marker::PhantomData;
use std::mem::size_of;
use std::ops::{Deref, DerefMut};
use std::time::Duration;

/// A value behind a lock in an attached segment, as generated code hands it out.
///
/// The lock belongs to the *attachment*: a second one by the same attachment is
/// [`ErrorKind::Busy`], by whichever thread, and never a deadlock. Threads that are to
/// wait for each other attach once each.
///
/// It can be cloned and sent to other threads.
#[derive(Clone)]
pub struct State<T> {
    raw: Result<RawState>,
    _value: PhantomData<fn(T) -> T>,
}

impl<T: SharedLayout> State<T> {
    /// The object at `index` of the attachment's contract, which generated code
    /// knows to be a state of `T`.
    #[doc(hidden)]
    pub fn of_attachment(attachment: &Attachment, index: usize) -> Self {
        let raw = RawState::of_attachment(attachment, index).and_then(|raw| {
            if raw.item_size() == size_of::<T>() {
                return Ok(raw);
            }
            let (what, has) = (raw.in_words(), raw.item_size());
            let why = format!("{what} holds a value of {has} bytes, not of {}", size_of::<T>());
            Err(Error::new(ErrorKind::Mismatch, why))
        });
        Self { raw, _value: PhantomData }
    }

    /// Creates a segment with nothing in it but this state, for types without a
    /// schema: those that derive [`SharedLayout`].
    pub fn create(address: &Address) -> Result<Self> {
        let spec = Self::spec("create", address)?;
        Ok(Self::of_attachment(&alone::create(address, &spec)?, 0))
    }

    /// Attaches to a segment that [`Self::create`] made.
    pub fn attach(address: &Address) -> Result<Self> {
        Self::attach_as(address, false)
    }

    /// The same for reading only, which is enough for [`Self::load`]: it takes no part
    /// in the segment, and needs no permission to write.
    pub fn attach_read_only(address: &Address) -> Result<Self> {
        Self::attach_as(address, true)
    }

    fn attach_as(address: &Address, read_only: bool) -> Result<Self> {
        let spec = Self::spec("attach to", address)?;
        Ok(Self::of_attachment(&alone::attach(address, &spec, read_only)?, 0))
    }

    /// Attaches to the state, or creates it.
    pub fn open_or_create(address: &Address) -> Result<Self> {
        crate::segment::open_or_create(|| Self::attach(address), || Self::create(address))
    }

    fn spec(verb: &str, address: &Address) -> Result<Spec> {
        let mut types = TypeSet::default();
        let kind = ObjectKind::State(StateDef { item: T::describe(&mut types) });
        alone::spec(verb, address, kind, types)
    }

    fn raw(&self) -> Result<&RawState> {
        self.raw.as_ref().map_err(Error::clone)
    }

    /// Takes the lock, for as long as that takes.
    ///
    /// A holder that died is no obstacle and no error; see [`Guard::owner_died`].
    /// [`ErrorKind::Busy`] where this attachment has the lock already,
    /// [`ErrorKind::Removed`] where the segment was removed and somebody has the lock,
    /// [`ErrorKind::ReadOnly`] where it is attached for reading only,
    /// [`ErrorKind::Forked`] in a child of the process that attached.
    pub fn lock(&self) -> Result<Guard<T>> {
        self.lock_within(None)
    }

    /// The same, so long at most: then [`ErrorKind::Timeout`] names the holder.
    pub fn lock_timeout(&self, timeout: Duration) -> Result<Guard<T>> {
        self.lock_within(Some(timeout))
    }

    fn lock_within(&self, timeout: Option<Duration>) -> Result<Guard<T>> {
        let mut value = T::zeroed();
        let raw = self.raw()?.lock(bytes_of_mut(&mut value), timeout)?;
        Ok(Guard::of(raw, value))
    }

    /// Takes the lock if nobody has it; else [`ErrorKind::Busy`] names the holder.
    pub fn try_lock(&self) -> Result<Guard<T>> {
        let mut value = T::zeroed();
        let raw = self.raw()?.try_lock(bytes_of_mut(&mut value))?;
        Ok(Guard::of(raw, value))
    }

    /// A copy of the value as it was written back last, without the lock: whole, and
    /// zeros if it never was. Whoever has the lock is not waited for.
    ///
    /// [`ErrorKind::Corrupt`] where some other process keeps it from ever being whole.
    pub fn load(&self) -> Result<T> {
        let mut value = T::zeroed();
        self.raw()?.load(bytes_of_mut(&mut value))?;
        Ok(value)
    }

    /// How often the value was written back.
    pub fn version(&self) -> Result<u64> {
        Ok(self.raw()?.version())
    }

    /// Wakes one who [waits](Guard::wait_timeout), or more than one. With or without
    /// the lock; what it is about is changed with the lock, before or behind.
    pub fn notify_one(&self) -> Result<()> {
        self.raw()?.notify_one()
    }

    /// Wakes all who wait.
    pub fn notify_all(&self) -> Result<()> {
        self.raw()?.notify_all()
    }

    /// The segment that the state lies in.
    pub fn attachment(&self) -> Result<&Attachment> {
        Ok(self.raw()?.attachment())
    }
}

impl<T> fmt::Debug for State<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let place = self.raw.as_ref().map_or_else(ToString::to_string, RawState::in_words);
        f.debug_struct("State").field("state", &place).finish_non_exhaustive()
    }
}

/// The lock of a [`State`], and a copy of its value to work on. When it is dropped, the
/// value is written back, if it was borrowed for writing, and the lock given up.
///
/// A panic drops it, too, and then writes nothing back: others never see a value that
/// is half changed. Nor do they if the process is killed.
pub struct Guard<T: SharedLayout> {
    raw: RawGuard,
    value: T,
    is_changed: bool,
    /// Whether the thread panicked before it took the lock.
    in_panic: bool,
}

impl<T: SharedLayout> Guard<T> {
    fn of(raw: RawGuard, value: T) -> Self {
        Self { raw, value, is_changed: false, in_panic: std::thread::panicking() }
    }

    /// Whether the lock was taken from a holder that had died. The value is what it was
    /// before that one took the lock, or what it had written back since; what it holds
    /// may still be half of something larger that the dead one was about.
    pub fn owner_died(&self) -> bool {
        self.raw.owner_died()
    }

    /// Writes the value back if it was changed, gives the lock up, sleeps until somebody
    /// notifies or the time is up, and takes the lock again, for as long as that takes.
    /// The value is up to date then. Without a time it sleeps as long as it takes.
    ///
    /// True if somebody notified. That may have been meant for another one, and a
    /// death wakes everybody, so look again at what you wait for, in a loop.
    ///
    /// [`ErrorKind::Removed`] when the segment was removed; the lock is held then, too.
    pub fn wait_timeout(&mut self, timeout: impl Into<Option<Duration>>) -> Result<bool> {
        self.write_back()?;
        self.raw.wait(bytes_of_mut(&mut self.value), timeout.into())
    }

    /// As [`State::notify_one`]. Whoever is woken waits for this lock.
    pub fn notify_one(&self) -> Result<()> {
        self.raw.state().notify_one()
    }

    /// As [`State::notify_all`].
    pub fn notify_all(&self) -> Result<()> {
        self.raw.state().notify_all()
    }

    /// As dropping it, with what can go wrong: [`ErrorKind::Corrupt`] where some other
    /// process broke the lock, [`ErrorKind::Forked`] in a child of the process that
    /// took it. Nothing was written back then.
    pub fn unlock(mut self) -> Result<()> {
        self.write_back()
    }

    /// Gives the lock up, and leaves the value as it was.
    pub fn discard(mut self) {
        self.is_changed = false;
    }

    fn write_back(&mut self) -> Result<()> {
        if !std::mem::take(&mut self.is_changed) {
            return Ok(());
        }
        self.raw.publish(bytes_of(&self.value))
    }
}

impl<T: SharedLayout> Deref for Guard<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.value
    }
}

impl<T: SharedLayout> DerefMut for Guard<T> {
    fn deref_mut(&mut self) -> &mut T {
        self.is_changed = true;
        &mut self.value
    }
}

impl<T: SharedLayout> Drop for Guard<T> {
    fn drop(&mut self) {
        if self.in_panic || !std::thread::panicking() {
            let _ = self.write_back(); // `unlock` tells
        }
    }
}

impl<T: SharedLayout> fmt::Debug for Guard<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Guard").field("owner_died", &self.owner_died()).finish_non_exhaustive()
    }
}
