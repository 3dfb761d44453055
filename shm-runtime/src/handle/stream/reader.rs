//! The typed reader.

use crate::error::{Error, ErrorKind};
use crate::handle::place::Place;
use crate::handle::stream::errors::{ReadError, TryReadError};
use crate::handle::stream::untyped::RawStreamReader;
use crate::types::layout::{SharedLayout, bytes_of_mut, bytes_of_slice_mut};
use std::fmt;
use std::io;
use std::marker::PhantomData;
use std::time::Duration;

/// The one reader of a stream. The role is given up on drop; what was not read stays.
///
/// It can be sent to another thread, and belongs to one at a time. That of bytes is
/// an [`io::Read`], whose `read` waits for the first byte.
pub struct Reader<T> {
    raw: RawStreamReader,
    place: Place,
    _item: PhantomData<fn() -> T>,
}

impl<T: SharedLayout> Reader<T> {
    pub(super) fn of(raw: RawStreamReader, place: Place) -> Self {
        Self { raw, place, _item: PhantomData }
    }

    /// Reads as many items as are there and fit, and acknowledges them: nobody gets
    /// them again. How many: at least one, unless there is no room for any.
    ///
    /// [`TryReadError::Empty`] where none is there.
    #[inline]
    pub fn try_read(&mut self, items: &mut [T]) -> Result<usize, TryReadError> {
        self.raw.try_read(bytes_of_slice_mut(items)).map_err(|e| self.failed(e))
    }

    /// Waits for the first item, this long at most, then reads as many as are there and
    /// fit; how many. `None` waits without end.
    pub fn read_timeout(
        &mut self,
        items: &mut [T],
        timeout: impl Into<Option<Duration>>,
    ) -> Result<usize, ReadError> {
        self.raw.read(bytes_of_slice_mut(items), timeout.into()).map_err(|e| {
            self.place.note(e.kind());
            e
        })
    }

    /// All that is there, in place. It is acknowledged by [`Peeked::release`], and
    /// comes again if that is not called, or if the process dies first.
    pub fn peek(&mut self) -> Result<Peeked<'_, T>, TryReadError> {
        let len = self.raw.peek().map_err(|e| self.failed(e))?;
        Ok(Peeked { raw: &mut self.raw, len, _item: PhantomData })
    }

    /// How many of the next items a reader that died may have seen already: they come
    /// again, and a program that cannot bear that skips this many.
    pub fn redelivered(&self) -> u64 {
        self.raw.redelivered()
    }

    #[cold]
    fn failed(&self, error: TryReadError) -> TryReadError {
        self.place.note(error.kind());
        error
    }
}

impl<T> fmt::Debug for Reader<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Reader").field("stream", &self.place).finish_non_exhaustive()
    }
}

impl io::Read for Reader<u8> {
    /// Waits for the first byte, and reads as many as are there and fit. 0 only where
    /// the segment was removed and the stream is drained, or where there is no room.
    fn read(&mut self, bytes: &mut [u8]) -> io::Result<usize> {
        match self.read_timeout(bytes, None) {
            Ok(n) => Ok(n),
            Err(error) if error.kind() == ErrorKind::Removed => Ok(0),
            Err(error) => Err(Error::from(error).into()),
        }
    }
}

/// Items that are looked at in place.
#[must_use = "nothing is acknowledged before release"]
pub struct Peeked<'a, T> {
    raw: &'a mut RawStreamReader,
    len: usize,
    _item: PhantomData<fn() -> T>,
}

impl<T: SharedLayout> Peeked<'_, T> {
    /// Items that are there; at least one.
    #[allow(clippy::len_without_is_empty)] // there is one
    pub fn len(&self) -> usize {
        self.len
    }

    /// A copy of one item.
    ///
    /// # Panics
    ///
    /// Where there are not that many, as of a slice.
    #[inline]
    pub fn get(&self, index: usize) -> T {
        assert!(index < self.len, "there are {}, and the index is {index}", self.len);
        let mut item = T::zeroed();
        self.raw.get(index, bytes_of_mut(&mut item));
        item
    }

    /// Copies items out that lie side by side, from an index on.
    ///
    /// # Panics
    ///
    /// Where there are not that many, as of a slice.
    pub fn get_slice(&self, from: usize, items: &mut [T]) {
        let there = from <= self.len && items.len() <= self.len - from;
        assert!(there, "there are {}, not {} from {from} on", self.len, items.len());
        self.raw.get(from, bytes_of_slice_mut(items));
    }

    /// Acknowledges the first `n` items.
    ///
    /// # Panics
    ///
    /// Where there are not that many.
    pub fn release(self, n: usize) {
        assert!(n <= self.len, "there are {}, not {n}", self.len);
        self.raw.release(n);
    }
}

impl<T> fmt::Debug for Peeked<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Peeked").field("len", &self.len).finish_non_exhaustive()
    }
}
