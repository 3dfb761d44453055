//! The typed consumer.

use crate::handle::queue::errors::{PopError, TryPopError};
use crate::handle::queue::place::Place;
use crate::handle::queue::untyped::RawConsumer;
use crate::memory::Slots;
use crate::types::checked::FieldRef;
use crate::types::layout::{SharedLayout, bytes_of_mut, bytes_of_slice_mut};
use std::marker::PhantomData;
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
    #[inline]
    pub fn try_pop(&mut self) -> Result<T, TryPopError> {
        let mut message = T::zeroed();
        self.raw.try_pop(bytes_of_mut(&mut message)).map_err(|e| self.failed(e))?;
        Ok(message)
    }

    /// Pops one message, waiting as long as it takes.
    pub fn pop(&mut self) -> Result<T, PopError> {
        let mut message = T::zeroed();
        self.wait(&mut message, None)?;
        Ok(message)
    }

    /// Pops one message, waiting so long at most.
    pub fn pop_timeout(&mut self, timeout: Duration) -> Result<T, PopError> {
        let mut message = T::zeroed();
        self.wait(&mut message, Some(timeout))?;
        Ok(message)
    }

    fn wait(&mut self, message: &mut T, timeout: Option<Duration>) -> Result<(), PopError> {
        self.raw.pop(bytes_of_mut(message), timeout).map_err(|e| {
            self.place.note(e.kind());
            e
        })
    }

    fn failed(&self, error: TryPopError) -> TryPopError {
        self.place.note(error.kind());
        error
    }

    /// Pops one message into a value that is there already, which may be on the
    /// heap: `consumer.try_pop_into(&mut boxed)`. Without one, the value is as it
    /// was.
    #[inline]
    pub fn try_pop_into(&mut self, message: &mut T) -> Result<(), TryPopError> {
        self.raw.try_pop(bytes_of_mut(message)).map_err(|e| self.failed(e))
    }

    /// Pops one message into a value that is there already, waiting as long as it
    /// takes.
    pub fn pop_into(&mut self, message: &mut T) -> Result<(), PopError> {
        self.wait(message, None)
    }

    /// Pops one message into a value that is there already, waiting so long at
    /// most.
    pub fn pop_into_timeout(&mut self, message: &mut T, timeout: Duration) -> Result<(), PopError> {
        self.wait(message, Some(timeout))
    }

    /// Pops as many messages as there are and fit, and acknowledges them
    /// together. How many; 0 if the queue is empty.
    pub fn pop_slice(&mut self, messages: &mut [T]) -> Result<usize, TryPopError> {
        match self.raw.try_pop_many(messages.len(), bytes_of_slice_mut(messages)) {
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
    pub fn peek(&mut self) -> Result<Loan<'_, T>, TryPopError> {
        let index = self.raw.peek().map_err(|e| self.failed(e))?;
        Ok(Loan { raw: &mut self.raw, index, _item: PhantomData })
    }

    /// How many of the next messages a consumer that died may have seen
    /// already: they come again, and who cannot bear that skips so many.
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
    index: usize,
    _item: PhantomData<fn() -> T>,
}

impl<T: SharedLayout> Loan<'_, T> {
    /// A copy of the whole message.
    pub fn read(&self) -> T {
        let mut message = T::zeroed();
        self.raw.slots().read(self.index, bytes_of_mut(&mut message));
        message
    }

    /// Copies the whole message into a value that is there already.
    pub fn read_into(&self, message: &mut T) {
        self.raw.slots().read(self.index, bytes_of_mut(message));
    }

    /// Copies a part of an array, from an element on:
    /// `loan.get_slice(Frame::PIXELS, 0, &mut row)`.
    ///
    /// # Panics
    ///
    /// Where there are not so many elements behind that one, as of a slice.
    pub fn get_slice<E: SharedLayout, const N: usize>(
        &self,
        field: FieldRef<T, [E; N]>,
        from: usize,
        values: &mut [E],
    ) {
        let at = field.part(from, values.len());
        self.raw.slots().read_part(self.index, at, bytes_of_slice_mut(values));
    }

    /// One field: `loan.get(Trade::PRICE)`.
    pub fn get<F: SharedLayout>(&self, field: FieldRef<T, F>) -> F {
        let mut value = F::zeroed();
        self.raw.slots().read_part(self.index, field.offset(), bytes_of_mut(&mut value));
        value
    }

    /// Acknowledges the message.
    pub fn release(self) {
        self.raw.release();
    }
}
