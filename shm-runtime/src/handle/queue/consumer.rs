//! The typed consumer.

#![allow(clippy::inline_always)] // what each message costs, see `handle::queue::untyped`

use crate::handle::place::Place;
use crate::handle::queue::errors::{PopError, TryPopError};
use crate::handle::queue::untyped::RawConsumer;
use crate::memory::{MappedAt, Ring};
use crate::types::checked::FieldRef;
use crate::types::layout::{SharedLayout, bytes_of_mut, bytes_of_slice_mut, filled, may_be_uninit};
use std::convert::Infallible;
use std::marker::PhantomData;
use std::mem::size_of;
use std::time::Duration;

/// The one consumer of a queue. The role is given up on drop.
///
/// It can be sent to another thread, and belongs to one at a time.
pub struct Consumer<T> {
    raw: RawConsumer,
    place: Place,
    _item: PhantomData<fn() -> T>,
}

impl<T: SharedLayout> Consumer<T> {
    pub(super) fn of(raw: RawConsumer, place: Place) -> Self {
        Self { raw, place, _item: PhantomData }
    }

    /// Pops one message if there is one. It is acknowledged when this
    /// returns: nobody gets it again.
    #[inline(always)]
    pub fn try_pop(&mut self) -> Result<T, TryPopError> {
        let raw = &mut self.raw;
        filled(|item| raw.try_pop_into(item)).map_err(|e| self.failed(e))
    }

    /// Pops one message, waiting as long as it takes.
    #[inline]
    pub fn pop(&mut self) -> Result<T, PopError> {
        self.wait(None)
    }

    /// Pops one message, waiting so long at most.
    #[inline]
    pub fn pop_timeout(&mut self, timeout: Duration) -> Result<T, PopError> {
        self.wait(Some(timeout))
    }

    #[inline]
    fn wait(&mut self, timeout: Option<Duration>) -> Result<T, PopError> {
        let raw = &mut self.raw;
        filled(|item| raw.pop_into(item, timeout)).map_err(|e| self.late(e))
    }

    #[inline]
    fn wait_into(&mut self, message: &mut T, timeout: Option<Duration>) -> Result<(), PopError> {
        let item = may_be_uninit(bytes_of_mut(message));
        self.raw.pop_into(item, timeout).map(drop).map_err(|e| self.late(e))
    }

    #[cold]
    fn late(&self, error: PopError) -> PopError {
        self.place.note(error.kind());
        error
    }

    #[cold]
    fn failed(&self, error: TryPopError) -> TryPopError {
        self.place.note(error.kind());
        error
    }

    /// Pops one message into a value that is there already, which may be on the
    /// heap: `consumer.try_pop_into(&mut boxed)`. Without one, the value is as it
    /// was.
    #[inline]
    pub fn try_pop_into(&mut self, message: &mut T) -> Result<(), TryPopError> {
        let item = may_be_uninit(bytes_of_mut(message));
        self.raw.try_pop_into(item).map(drop).map_err(|e| self.failed(e))
    }

    /// Pops one message into a value that is there already, waiting as long as it
    /// takes.
    pub fn pop_into(&mut self, message: &mut T) -> Result<(), PopError> {
        self.wait_into(message, None)
    }

    /// Pops one message into a value that is there already, waiting so long at
    /// most.
    pub fn pop_into_timeout(&mut self, message: &mut T, timeout: Duration) -> Result<(), PopError> {
        self.wait_into(message, Some(timeout))
    }

    /// Pops as many messages as there are and fit, and acknowledges them
    /// together. How many; 0 if the queue is empty.
    #[inline]
    pub fn pop_slice(&mut self, messages: &mut [T]) -> Result<usize, TryPopError> {
        let count = messages.len();
        let popped = self.raw.try_pop_each(size_of::<T>(), count, |n| {
            messages[..n].iter_mut().map(|message| may_be_uninit(bytes_of_mut(message)))
        });
        match popped {
            Err(TryPopError::Empty) => Ok(0),
            other => other.map_err(|e| self.failed(e)),
        }
    }

    /// Pops messages until there is none.
    pub fn drain(&mut self) -> Drain<'_, T> {
        Drain { consumer: self }
    }

    /// The next message in place. It is acknowledged by [`Loan::release`], and
    /// comes again if the loan is only dropped, or if the process dies first.
    #[inline]
    pub fn peek(&mut self) -> Result<Loan<'_, T>, TryPopError> {
        let slot = self.raw.peek(size_of::<T>()).map_err(|e| self.failed(e))?;
        Ok(Loan { raw: &mut self.raw, slot, _item: PhantomData })
    }

    /// How many of the next messages a consumer that died may have seen
    /// already: they come again, and a consumer that cannot take a message twice skips this many.
    pub fn redelivered(&self) -> u64 {
        self.raw.redelivered()
    }
}

impl<T> std::fmt::Debug for Consumer<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Consumer").field("queue", &self.place).finish_non_exhaustive()
    }
}

/// The messages of a queue until it is empty; see [`Consumer::drain`].
#[derive(Debug)]
pub struct Drain<'a, T> {
    consumer: &'a mut Consumer<T>,
}

impl<T: SharedLayout> Iterator for Drain<'_, T> {
    type Item = T;

    fn next(&mut self) -> Option<T> {
        self.consumer.try_pop().ok()
    }
}

/// A message that is looked at in place.
#[must_use = "the message is not acknowledged before release"]
pub struct Loan<'a, T> {
    raw: &'a mut RawConsumer,
    slot: MappedAt,
    _item: PhantomData<fn() -> T>,
}

impl<T: SharedLayout> Loan<'_, T> {
    /// A copy of the whole message.
    #[inline]
    pub fn read(&self) -> T {
        let read = filled(|item| Ok::<_, Infallible>(self.raw.slots().read(self.slot, item)));
        read.unwrap_or_else(|never| match never {})
    }

    /// Copies the whole message into a value that is there already.
    pub fn read_into(&self, message: &mut T) {
        self.raw.slots().read(self.slot, may_be_uninit(bytes_of_mut(message)));
    }

    /// Copies a part of an array, from an element on:
    /// `loan.get_slice(Frame::PIXELS, 0, &mut row)`.
    ///
    /// # Panics
    ///
    /// Where there are not this many elements behind that one, as of a slice.
    pub fn get_slice<E: SharedLayout, const N: usize>(
        &self,
        field: FieldRef<T, [E; N]>,
        from: usize,
        values: &mut [E],
    ) {
        let at = field.part(from, values.len());
        self.raw.slots().read_part(self.slot, at, bytes_of_slice_mut(values));
    }

    /// One field: `loan.get(Trade::PRICE)`.
    pub fn get<F: SharedLayout>(&self, field: FieldRef<T, F>) -> F {
        let mut value = F::zeroed();
        self.raw.slots().read_part(self.slot, field.offset(), bytes_of_mut(&mut value));
        value
    }

    /// Acknowledges the message.
    #[inline]
    pub fn release(self) {
        self.raw.release();
    }
}
