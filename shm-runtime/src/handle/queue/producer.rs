//! The typed producer.

#![allow(clippy::inline_always)] // what each message costs, see `handle::queue::untyped`

use crate::handle::place::Place;
use crate::handle::queue::errors::{PushError, TryPushError};
use crate::handle::queue::untyped::RawProducer;
use crate::memory::{MappedAt, Ring};
use crate::types::checked::FieldRef;
use crate::types::layout::{SharedLayout, bytes_of, bytes_of_slice};
use std::marker::PhantomData;
use std::mem::size_of;
use std::time::Duration;

/// The one producer of a queue. The role is given up on drop.
///
/// It can be sent to another thread, and belongs to one at a time.
pub struct Producer<T> {
    raw: RawProducer,
    place: Place,
    _item: PhantomData<fn(T)>,
}

impl<T: SharedLayout> Producer<T> {
    pub(super) fn of(raw: RawProducer, place: Place) -> Self {
        Self { raw, place, _item: PhantomData }
    }

    /// Pushes one message if there is room. It is committed when this returns.
    #[inline(always)]
    pub fn try_push(&mut self, message: &T) -> Result<(), TryPushError> {
        self.raw.try_push(bytes_of(message)).map_err(|e| self.failed(e))
    }

    /// Pushes one message, waiting for room as long as it takes.
    #[inline]
    pub fn push(&mut self, message: &T) -> Result<(), PushError> {
        self.wait(message, None)
    }

    /// Pushes one message, waiting for room so long at most.
    #[inline]
    pub fn push_timeout(&mut self, message: &T, timeout: Duration) -> Result<(), PushError> {
        self.wait(message, Some(timeout))
    }

    #[inline]
    fn wait(&mut self, message: &T, timeout: Option<Duration>) -> Result<(), PushError> {
        let done = self.raw.push(bytes_of(message), timeout);
        done.map_err(|e| {
            self.place.note(e.kind());
            e
        })
    }

    #[cold]
    fn failed(&self, error: TryPushError) -> TryPushError {
        self.place.note(error.kind());
        error
    }

    /// Pushes as many messages as fit, from the first on, and commits them
    /// together: the consumer sees all of them or none. How many; 0 if the
    /// queue is full.
    #[inline]
    pub fn push_slice(&mut self, messages: &[T]) -> Result<usize, TryPushError> {
        let items = |n: usize| messages[..n].iter().map(bytes_of);
        match self.raw.try_push_each(size_of::<T>(), messages.len(), items) {
            Err(TryPushError::Full) => Ok(0),
            other => other.map_err(|e| self.failed(e)),
        }
    }

    /// The next slot, to be filled in place. It holds zeros; what is not
    /// committed never happened.
    #[inline]
    pub fn reserve(&mut self) -> Result<Reservation<'_, T>, TryPushError> {
        let slot = self.raw.reserve().map_err(|e| self.failed(e))?;
        clear::<T>(&self.raw, slot);
        Ok(Reservation { raw: &mut self.raw, slot, _item: PhantomData })
    }
}

/// Fills a slot with zeros, of which few lie on the stack.
#[inline]
fn clear<T: SharedLayout>(raw: &RawProducer, slot: MappedAt) {
    const ZEROS: [u8; 1024] = [0; 1024];
    if size_of::<T>() <= ZEROS.len() {
        return raw.slots().write(slot, &ZEROS[..size_of::<T>()]);
    }
    for at in (0..size_of::<T>()).step_by(ZEROS.len()) {
        let rest = (size_of::<T>() - at).min(ZEROS.len());
        raw.slots().write_part(slot, at, &ZEROS[..rest]);
    }
}

impl<T> std::fmt::Debug for Producer<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Producer").field("queue", &self.place).finish_non_exhaustive()
    }
}

/// A slot that is being filled. Dropping it without [`Self::commit`] leaves
/// the queue as it was.
#[must_use = "nothing is pushed before commit"]
pub struct Reservation<'a, T> {
    raw: &'a mut RawProducer,
    slot: MappedAt,
    _item: PhantomData<fn(T)>,
}

impl<T: SharedLayout> Reservation<'_, T> {
    /// Fills the whole message.
    #[inline]
    pub fn write(&mut self, message: &T) {
        self.raw.slots().write(self.slot, bytes_of(message));
    }

    /// Fills one field: `slot.set(Trade::PRICE, 101)`.
    pub fn set<F: SharedLayout>(&mut self, field: FieldRef<T, F>, value: F) {
        self.raw.slots().write_part(self.slot, field.offset(), bytes_of(&value));
    }

    /// Fills a part of an array, from an element on:
    /// `slot.set_slice(Frame::PIXELS, 0, &pixels)`.
    ///
    /// # Panics
    ///
    /// Where the values do not fit behind that element, as of a slice.
    pub fn set_slice<E: SharedLayout, const N: usize>(
        &mut self,
        field: FieldRef<T, [E; N]>,
        from: usize,
        values: &[E],
    ) {
        let at = field.part(from, values.len());
        self.raw.slots().write_part(self.slot, at, bytes_of_slice(values));
    }

    /// Commits the message.
    #[inline]
    pub fn commit(self) {
        self.raw.commit(size_of::<T>());
    }
}
