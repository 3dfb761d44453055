//! The typed cells, as anybody reads them.

use crate::error::{Error, ErrorKind, Result};
use crate::handle::alone;
use crate::handle::cell::untyped::{RawCell, RawCellWriter};
use crate::handle::cell::writer::{CellsWriter, Writer};
use crate::object::cell::def::CellDef;
use crate::object::kind::ObjectKind;
use crate::segment::{Address, Attachment, Spec};
use crate::types::descriptor::TypeSet;
use crate::types::layout::{SharedLayout, bytes_of_mut};
use std::fmt;
use std::marker::PhantomData;
use std::mem::size_of;
use std::time::Duration;

/// The cell or the cells of an object, with values of `T`; or why there are none,
/// which each use says.
fn find<T>(attachment: &Attachment, index: usize, array: bool) -> Result<RawCell> {
    let raw = RawCell::of_attachment(attachment, index)?;
    if raw.is_array() != array {
        let what = if array { "a single cell, and no array" } else { "an array of cells" };
        let why = format!("{} is {what}", raw.all_in_words());
        return Err(Error::new(ErrorKind::Invalid, why));
    }
    if raw.item_size() != size_of::<T>() {
        let why = format!(
            "{} holds values of {} bytes, not of {}",
            raw.all_in_words(),
            raw.item_size(),
            size_of::<T>()
        );
        return Err(Error::new(ErrorKind::Mismatch, why));
    }
    Ok(raw)
}

/// A cell in an attached segment, as generated code hands it out: the latest value,
/// never torn. Anybody who is attached reads it, for reading only as well, and
/// leaves no trace; one writes it, see [`Self::writer`].
///
/// It can be cloned, sent to other threads and used by several at once.
#[derive(Clone)]
pub struct Cell<T> {
    raw: Result<RawCell>,
    _value: PhantomData<fn(T) -> T>,
}

impl<T: SharedLayout> Cell<T> {
    /// The object at `index` of the attachment's contract, which generated code
    /// knows to be a cell of `T`.
    #[doc(hidden)]
    pub fn of_attachment(attachment: &Attachment, index: usize) -> Self {
        Self { raw: find::<T>(attachment, index, false), _value: PhantomData }
    }

    /// Creates a segment with nothing in it but this cell, for types without a
    /// schema: those that derive [`SharedLayout`].
    pub fn create(address: &Address) -> Result<Self> {
        let spec = Self::spec("create", address)?;
        Ok(Self::of_attachment(&alone::create(address, &spec)?, 0))
    }

    /// Attaches to a segment that [`Self::create`] made.
    pub fn attach(address: &Address) -> Result<Self> {
        Self::attach_as(address, false)
    }

    /// The same for reading only: it takes no part in the segment, so that nobody
    /// has to trust it, and needs no permission to write.
    pub fn attach_read_only(address: &Address) -> Result<Self> {
        Self::attach_as(address, true)
    }

    fn attach_as(address: &Address, read_only: bool) -> Result<Self> {
        let spec = Self::spec("attach to", address)?;
        Ok(Self::of_attachment(&alone::attach(address, &spec, read_only)?, 0))
    }

    /// Attaches to the cell, or creates it.
    pub fn open_or_create(address: &Address) -> Result<Self> {
        crate::segment::open_or_create(|| Self::attach(address), || Self::create(address))
    }

    fn spec(verb: &str, address: &Address) -> Result<Spec> {
        let mut types = TypeSet::default();
        let kind = ObjectKind::Cell(CellDef::single(T::describe(&mut types)));
        alone::spec(verb, address, kind, types)
    }

    #[inline]
    fn only(&self) -> Result<At<'_, T>> {
        match &self.raw {
            Ok(raw) => Ok(At { raw, at: 0, _value: PhantomData }),
            Err(error) => Err(error.clone()),
        }
    }

    /// The latest value. Zeros, if none was ever stored. It never waits for the
    /// writer.
    ///
    /// [`ErrorKind::Corrupt`] where some other process keeps it from ever being
    /// whole, [`ErrorKind::Forked`] in a child of the process that attached.
    #[inline]
    pub fn load(&self) -> Result<T> {
        self.only()?.load()
    }

    /// The latest value and its version: how many were stored. Zeros and 0, if none
    /// was.
    #[inline]
    pub fn load_versioned(&self) -> Result<(T, u64)> {
        self.only()?.load_versioned()
    }

    /// The version of the latest value, without the value.
    pub fn version(&self) -> Result<u64> {
        Ok(self.only()?.version())
    }

    /// Waits for a value with a greater version than this one, and returns the
    /// latest with its version. Without a time it waits as long as it takes.
    ///
    /// [`ErrorKind::Timeout`] when the time is up, [`ErrorKind::Removed`] when the
    /// segment was removed, so that none will come.
    pub fn wait_newer(
        &self,
        version: u64,
        timeout: impl Into<Option<Duration>>,
    ) -> Result<(T, u64)> {
        self.only()?.wait_newer(version, timeout)
    }

    /// Becomes the writer. [`ErrorKind::RoleTaken`] names the one who is, while it
    /// lives; a dead one is replaced, and what it had not published never happened.
    pub fn writer(&self) -> Result<Writer<T>> {
        Ok(Writer::of(RawCellWriter::claim(self.only()?.raw)?))
    }

    /// The segment that the cell lies in.
    pub fn attachment(&self) -> Result<&Attachment> {
        Ok(self.only()?.raw.attachment())
    }
}

impl<T> fmt::Debug for Cell<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        debug(f, "Cell", &self.raw)
    }
}

fn debug(f: &mut fmt::Formatter<'_>, name: &str, raw: &Result<RawCell>) -> fmt::Result {
    let place = raw.as_ref().map_or_else(ToString::to_string, RawCell::all_in_words);
    f.debug_struct(name).field("cell", &place).finish_non_exhaustive()
}

/// An array of cells in an attached segment: this many latest values side by side,
/// each with a version of its own, and one writer for all of them.
#[derive(Clone)]
pub struct Cells<T> {
    raw: Result<RawCell>,
    _value: PhantomData<fn(T) -> T>,
}

impl<T: SharedLayout> Cells<T> {
    /// The object at `index` of the attachment's contract, which generated code
    /// knows to be an array of cells of `T`.
    #[doc(hidden)]
    pub fn of_attachment(attachment: &Attachment, index: usize) -> Self {
        Self { raw: find::<T>(attachment, index, true), _value: PhantomData }
    }

    /// How many cells there are; 0 only where the segment's directory is damaged.
    #[allow(clippy::len_without_is_empty)] // there is at least one
    pub fn len(&self) -> usize {
        self.raw.as_ref().map_or(0, |raw| raw.count() as usize)
    }

    /// One of the cells.
    ///
    /// # Panics
    ///
    /// Where there are not this many cells, as of a slice; and where the segment's
    /// directory is damaged, so that there are none.
    #[inline]
    pub fn at(&self, index: usize) -> At<'_, T> {
        match &self.raw {
            Ok(raw) => At::of(raw, index),
            Err(error) => panic!("{error}"),
        }
    }

    /// Becomes the writer of all of them; see [`Cell::writer`].
    pub fn writer(&self) -> Result<CellsWriter<T>> {
        let raw = self.raw.as_ref().map_err(Error::clone)?;
        Ok(CellsWriter::of(RawCellWriter::claim(raw)?))
    }
}

impl<T> fmt::Debug for Cells<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        debug(f, "Cells", &self.raw)
    }
}

/// One cell of an array; see [`Cells::at`].
#[derive(Clone, Copy)]
pub struct At<'a, T> {
    raw: &'a RawCell,
    at: u32,
    _value: PhantomData<fn(T) -> T>,
}

impl<'a, T: SharedLayout> At<'a, T> {
    #[inline]
    fn of(raw: &'a RawCell, index: usize) -> Self {
        let count = raw.count();
        match u32::try_from(index).ok().filter(|at| *at < count) {
            Some(at) => Self { raw, at, _value: PhantomData },
            None => panic!("there are {count} cells, and the index is {index}"),
        }
    }

    /// As [`Cell::load`].
    #[inline]
    pub fn load(&self) -> Result<T> {
        self.load_versioned().map(|(value, _)| value)
    }

    /// As [`Cell::load_versioned`].
    #[inline]
    pub fn load_versioned(&self) -> Result<(T, u64)> {
        let mut value = T::zeroed();
        let version = self.raw.load(self.at, bytes_of_mut(&mut value))?;
        Ok((value, version))
    }

    /// As [`Cell::version`].
    pub fn version(&self) -> u64 {
        self.raw.version(self.at)
    }

    /// As [`Cell::wait_newer`].
    pub fn wait_newer(
        &self,
        version: u64,
        timeout: impl Into<Option<Duration>>,
    ) -> Result<(T, u64)> {
        let mut value = T::zeroed();
        let bytes = bytes_of_mut(&mut value);
        let version = self.raw.wait_newer(self.at, version, bytes, timeout.into())?;
        Ok((value, version))
    }
}

impl<T> fmt::Debug for At<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("At").field("cell", &self.raw.in_words(self.at)).finish_non_exhaustive()
    }
}
