//! The typed consumer.

use crate::handle::queue::errors::{PopError, TryPopError};
use crate::handle::queue::place::{Place, note};
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
        self.wait(None)
    }

    /// Pops one message, waiting so long at most.
    pub fn pop_timeout(&mut self, timeout: Duration) -> Result<T, PopError> {
        self.wait(Some(timeout))
    }

    fn wait(&mut self, timeout: Option<Duration>) -> Result<T, PopError> {
        let mut message = T::zeroed();
        let done = self.raw.pop(bytes_of_mut(&mut message), timeout);
        done.map_err(|e| {
            note(e.kind(), &self.place);
            e
        })?;
        Ok(message)
    }

    fn failed(&self, error: TryPopError) -> TryPopError {
        note(error.kind(), &self.place);
        error
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
