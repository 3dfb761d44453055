//! The typed writer.

use crate::error::{Error, ErrorKind};
use crate::handle::place::Place;
use crate::handle::stream::errors::{TryWriteError, WriteError};
use crate::handle::stream::untyped::RawStreamWriter;
use crate::types::layout::{SharedLayout, bytes_of, bytes_of_slice};
use std::fmt;
use std::io;
use std::marker::PhantomData;
use std::time::Duration;

/// The one writer of a stream. The role is given up on drop; what was written stays.
///
/// It can be sent to another thread, and belongs to one at a time. That of bytes is
/// an [`io::Write`], whose `write` waits for room for the first byte.
pub struct Writer<T> {
    raw: RawStreamWriter,
    place: Place,
    _item: PhantomData<fn(T)>,
}

impl<T: SharedLayout> Writer<T> {
    pub(super) fn of(raw: RawStreamWriter, place: Place) -> Self {
        Self { raw, place, _item: PhantomData }
    }

    /// Writes as many items as fit, from the first on, and commits them together. How
    /// many: at least one, unless there are none.
    ///
    /// [`TryWriteError::Full`] where none fits, which is never while fewer than
    /// `capacity` wait.
    #[inline]
    pub fn try_write(&mut self, items: &[T]) -> Result<usize, TryWriteError> {
        self.raw.try_write(bytes_of_slice(items)).map_err(|e| self.failed(e))
    }

    /// Waits for room for the first item, this long at most, then writes as many as
    /// fit; how many. `None` waits without end.
    pub fn write_timeout(
        &mut self,
        items: &[T],
        timeout: impl Into<Option<Duration>>,
    ) -> Result<usize, WriteError> {
        self.raw.write(bytes_of_slice(items), timeout.into()).map_err(|e| {
            self.place.note(e.kind());
            e
        })
    }

    /// The room that there is, to be filled in place: it spares a copy where items are
    /// computed one by one. Nothing is written without [`Room::commit`].
    pub fn reserve(&mut self) -> Result<Room<'_, T>, TryWriteError> {
        let len = self.raw.reserve().map_err(|e| self.failed(e))?;
        Ok(Room { raw: &mut self.raw, len, _item: PhantomData })
    }

    #[cold]
    fn failed(&self, error: TryWriteError) -> TryWriteError {
        self.place.note(error.kind());
        error
    }
}

impl<T> fmt::Debug for Writer<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Writer").field("stream", &self.place).finish_non_exhaustive()
    }
}

impl io::Write for Writer<u8> {
    /// Waits for room for the first byte, and writes as many as fit. What it counts is
    /// committed.
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.write_timeout(bytes, None).map_err(|error| match error.kind() {
            ErrorKind::Removed => io::Error::new(io::ErrorKind::BrokenPipe, Error::from(error)),
            _ => Error::from(error).into(),
        })
    }

    /// Does nothing: each write is committed when it returns.
    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Room in a stream that is filled in place. Dropping it without [`Self::commit`]
/// leaves the stream as it was.
///
/// It holds what lay there before: an item that is committed and was not set is such a
/// one.
#[must_use = "nothing is written before commit"]
pub struct Room<'a, T> {
    raw: &'a mut RawStreamWriter,
    len: usize,
    _item: PhantomData<fn(T)>,
}

impl<T: SharedLayout> Room<'_, T> {
    /// Items that fit; at least one.
    #[allow(clippy::len_without_is_empty)] // there is one
    pub fn len(&self) -> usize {
        self.len
    }

    /// Fills one item.
    ///
    /// # Panics
    ///
    /// Where it does not fit, as of a slice.
    #[inline]
    pub fn set(&mut self, index: usize, item: &T) {
        assert!(index < self.len, "there is room for {}, and the index is {index}", self.len);
        self.raw.fill(index, bytes_of(item));
    }

    /// Fills items side by side, from an index on.
    ///
    /// # Panics
    ///
    /// Where they do not fit, as of a slice.
    pub fn set_slice(&mut self, from: usize, items: &[T]) {
        let fits = from <= self.len && items.len() <= self.len - from;
        assert!(fits, "there is room for {}, not for {} from {from} on", self.len, items.len());
        self.raw.fill(from, bytes_of_slice(items));
    }

    /// Commits the first `n` items.
    ///
    /// # Panics
    ///
    /// Where there is no room for that many.
    pub fn commit(self, n: usize) {
        assert!(n <= self.len, "there is room for {}, not for {n}", self.len);
        self.raw.commit(n);
    }
}

impl<T> fmt::Debug for Room<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Room").field("len", &self.len).finish_non_exhaustive()
    }
}
