//! The typed writer of a cell, and of an array of cells.

use crate::error::Result;
use crate::handle::cell::untyped::RawCellWriter;
use crate::types::checked::FieldRef;
use crate::types::layout::{SharedLayout, bytes_of, bytes_of_slice};
use std::fmt;
use std::marker::PhantomData;

/// The one writer of a cell. The role is given up on drop; the value stays.
///
/// It can be sent to another thread, and belongs to one at a time.
pub struct Writer<T> {
    raw: RawCellWriter,
    _value: PhantomData<fn(T)>,
}

impl<T: SharedLayout> Writer<T> {
    pub(super) fn of(raw: RawCellWriter) -> Self {
        Self { raw, _value: PhantomData }
    }

    #[inline]
    fn only(&mut self) -> WriterAt<'_, T> {
        WriterAt { raw: &mut self.raw, at: 0, _value: PhantomData }
    }

    /// Stores a value. Readers see it when this returns, and who waits for one is
    /// woken. It never waits for readers.
    ///
    /// [`ErrorKind::Forked`](crate::ErrorKind::Forked) in a child of the process that
    /// attached, [`ErrorKind::Removed`](crate::ErrorKind::Removed) some milliseconds
    /// after the segment was removed; nothing else fails.
    #[inline]
    pub fn store(&mut self, value: &T) -> Result<()> {
        self.only().store(value)
    }

    /// The next value, to be filled in place, which spares a copy of a large one. It
    /// begins with zeros, and never happens without [`Reservation::commit`].
    pub fn reserve(&mut self) -> Result<Reservation<'_, T>> {
        self.only().reserve()
    }

    /// The version of the value that was stored last; 0, if none was yet.
    pub fn version(&self) -> u64 {
        self.raw.version(0)
    }
}

impl<T> fmt::Debug for Writer<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Writer").field("version", &self.raw.version(0)).finish_non_exhaustive()
    }
}

/// The one writer of all cells of an array. The role is given up on drop; the values
/// stay.
pub struct CellsWriter<T> {
    raw: RawCellWriter,
    _value: PhantomData<fn(T)>,
}

impl<T: SharedLayout> CellsWriter<T> {
    pub(super) fn of(raw: RawCellWriter) -> Self {
        Self { raw, _value: PhantomData }
    }

    /// How many cells there are.
    #[allow(clippy::len_without_is_empty)] // there is at least one
    pub fn len(&self) -> usize {
        self.raw.count()
    }

    /// One of the cells.
    ///
    /// # Panics
    ///
    /// Where there are not this many cells, as of a slice.
    #[inline]
    pub fn at(&mut self, index: usize) -> WriterAt<'_, T> {
        let count = self.raw.count();
        assert!(index < count, "there are {count} cells, and the index is {index}");
        WriterAt { raw: &mut self.raw, at: index, _value: PhantomData }
    }
}

impl<T> fmt::Debug for CellsWriter<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CellsWriter").field("len", &self.raw.count()).finish_non_exhaustive()
    }
}

/// One cell of an array, to be written; see [`CellsWriter::at`].
pub struct WriterAt<'a, T> {
    raw: &'a mut RawCellWriter,
    at: usize,
    _value: PhantomData<fn(T)>,
}

impl<'a, T: SharedLayout> WriterAt<'a, T> {
    /// As [`Writer::store`].
    #[inline]
    pub fn store(&mut self, value: &T) -> Result<()> {
        self.raw.store(self.at, bytes_of(value))
    }

    /// As [`Writer::reserve`].
    pub fn reserve(self) -> Result<Reservation<'a, T>> {
        let start = self.raw.begin(self.at)?;
        Ok(Reservation { raw: self.raw, at: self.at, start, _value: PhantomData })
    }
}

impl<T> fmt::Debug for WriterAt<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WriterAt").field("index", &self.at).finish_non_exhaustive()
    }
}

/// A value that is being filled in place. Dropping it without [`Self::commit`] leaves
/// the cell as it was.
#[must_use = "nothing is stored before commit"]
pub struct Reservation<'a, T> {
    raw: &'a mut RawCellWriter,
    at: usize,
    start: usize,
    _value: PhantomData<fn(T)>,
}

impl<T: SharedLayout> Reservation<'_, T> {
    /// Fills the whole value.
    pub fn write(&mut self, value: &T) {
        self.raw.fill(self.start, 0, bytes_of(value));
    }

    /// Fills one field: `value.set(Book::BID, 101)`.
    pub fn set<F: SharedLayout>(&mut self, field: FieldRef<T, F>, value: F) {
        self.raw.fill(self.start, field.offset(), bytes_of(&value));
    }

    /// Fills a part of an array, from an element on:
    /// `value.set_slice(Frame::PIXELS, 0, &pixels)`.
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
        self.raw.fill(self.start, field.part(from, values.len()), bytes_of_slice(values));
    }

    /// Stores the value.
    pub fn commit(self) {
        self.raw.commit(self.at);
    }
}

impl<T> fmt::Debug for Reservation<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Reservation").field("index", &self.at).finish_non_exhaustive()
    }
}
