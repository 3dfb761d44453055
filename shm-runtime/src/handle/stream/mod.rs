//! Streams: bytes, or whole items in any number at once, first in, first out, from one
//! writer to one reader, in any two processes.
//!
//! Writes and reads move as much as they can and say how much. What a write counted is
//! committed; what a read counted is acknowledged.
//!
//! ```
//! # if !cfg!(target_os = "linux") { return Ok(()) }
//! use shm_runtime::stream::{Stream, TryReadError};
//! # let address = format!("posix:/example.stream.{}", std::process::id());
//! # let address = address.parse()?;
//! # #[cfg(any())]
//! let address = "posix:/log".parse()?;
//! let log = Stream::<u8>::create(&address, 4096)?;
//! let mut writer = log.writer()?;
//! assert_eq!(writer.try_write(b"one line\n")?, 9);
//! // .. in another process:
//! let mut reader = Stream::<u8>::attach(&address)?.reader()?;
//! let mut buffer = [0; 100];
//! assert_eq!(reader.try_read(&mut buffer)?, 9);
//! assert_eq!(&buffer[..9], b"one line\n");
//! assert_eq!(reader.try_read(&mut buffer), Err(TryReadError::Empty));
//! # log.attachment().remove()?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! A stream of bytes is read and written by whatever the standard library has for that:
//!
//! ```
//! # if !cfg!(target_os = "linux") { return Ok(()) }
//! # use shm_runtime::stream::Stream;
//! use std::io::{BufRead, BufReader, Write};
//! # let address = format!("posix:/example.lines.{}", std::process::id());
//! # let log = Stream::<u8>::create(&address.parse()?, 4096)?;
//! writeln!(log.writer()?, "{} and {}", 1, 2)?;
//! let mut line = String::new();
//! BufReader::new(log.reader()?).read_line(&mut line)?;
//! assert_eq!(line, "1 and 2\n");
//! # log.attachment().remove()?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod errors;
mod reader;
mod target;
mod untyped;
mod writer;

/// Where the parts of a stream lie: for the generator.
#[doc(hidden)]
pub use crate::object::stream::layout;
pub use errors::{ReadError, TryReadError, TryWriteError, WriteError};
pub use reader::{Peeked, Reader};
pub use untyped::{RawStreamReader, RawStreamWriter};
pub use writer::{Room, Writer};

use crate::error::{Error, ErrorKind, Result};
use crate::handle::alone;
use crate::object::kind::ObjectKind;
use crate::object::stream::def::StreamDef;
use crate::segment::{Address, Attachment, Spec};
use crate::types::descriptor::TypeSet;
use crate::types::expr::TypeExpr;
use crate::types::layout::SharedLayout;
use std::marker::PhantomData;
use std::mem::size_of;
use target::Target;

/// A stream in an attached segment, as generated code hands it out. It claims nothing
/// by itself; see [`Self::writer`] and [`Self::reader`]. One of bytes is a
/// `Stream<u8>`.
#[derive(Clone, Debug)]
pub struct Stream<T> {
    attachment: Attachment,
    index: usize,
    _item: PhantomData<fn(T) -> T>,
}

impl<T: SharedLayout> Stream<T> {
    /// The object at `index` of the attachment's contract, which generated code knows
    /// to be a stream of `T`.
    #[doc(hidden)]
    pub fn of_attachment(attachment: &Attachment, index: usize) -> Self {
        Self { attachment: attachment.clone(), index, _item: PhantomData }
    }

    /// Creates a segment with nothing in it but this stream, for types without a
    /// schema: those that derive [`SharedLayout`]. One of `u8` is a stream of bytes.
    pub fn create(address: &Address, capacity: u64) -> Result<Self> {
        let spec = Self::spec("create", address, capacity)?;
        Ok(Self::of_attachment(&alone::create(address, &spec)?, 0))
    }

    /// Attaches to a segment that [`Self::create`] made, of whatever capacity.
    pub fn attach(address: &Address) -> Result<Self> {
        // The capacity is the segment's to say; everything else must agree.
        let capacity = match alone::theirs(address)? {
            Some(ObjectKind::Stream(stream)) => stream.capacity,
            _ => 1,
        };
        let spec = Self::spec("attach to", address, capacity)?;
        Ok(Self::of_attachment(&alone::attach(address, &spec, false)?, 0))
    }

    /// Attaches to the stream, or creates it. The capacity is that of the segment if
    /// there is one.
    pub fn open_or_create(address: &Address, capacity: u64) -> Result<Self> {
        crate::segment::open_or_create(|| Self::attach(address), || Self::create(address, capacity))
    }

    fn spec(verb: &str, address: &Address, capacity: u64) -> Result<Spec> {
        let mut types = TypeSet::default();
        let item = T::describe(&mut types);
        let def = match TypeExpr::parse("u8") {
            Ok(byte) if byte == item => StreamDef::of_bytes(capacity),
            _ => StreamDef::of_items(item, capacity),
        };
        if capacity == 0 {
            let why = "a stream has a capacity of at least 1, not of 0";
            let why = format!("cannot {verb} {address}: {why}");
            return Err(Error::new(ErrorKind::Invalid, why));
        }
        alone::spec(verb, address, ObjectKind::Stream(def), types)
    }

    /// Becomes the writer. [`ErrorKind::RoleTaken`] names the one who is, while it
    /// lives; a dead one is replaced, and what it had not committed never happened.
    pub fn writer(&self) -> Result<Writer<T>> {
        let target = self.target()?;
        Ok(Writer::of(RawStreamWriter::claim(&target)?, target.place()))
    }

    /// Becomes the reader. [`ErrorKind::RoleTaken`] names the one who is, while it
    /// lives; a dead one is replaced, and what it may have seen without acknowledging
    /// comes again: see [`Reader::redelivered`].
    pub fn reader(&self) -> Result<Reader<T>> {
        let target = self.target()?;
        Ok(Reader::of(RawStreamReader::claim(&target)?, target.place()))
    }

    /// Items that always fit.
    pub fn capacity(&self) -> Result<u64> {
        Ok(self.target()?.layout.capacity)
    }

    /// Items that wait now. Another process may change it at any time.
    pub fn depth(&self) -> Result<u64> {
        self.target()?.depth()
    }

    /// The segment that the stream lies in.
    pub fn attachment(&self) -> &Attachment {
        &self.attachment
    }

    fn target(&self) -> Result<Target> {
        let target = Target::new(&self.attachment, self.index)?;
        if target.item != size_of::<T>() {
            let (of, item) = (target.in_words(), target.item);
            let why = format!("{of} has items of {item} bytes, not of {}", size_of::<T>());
            return Err(Error::new(ErrorKind::Mismatch, why));
        }
        Ok(target)
    }
}

impl Attachment {
    /// Items, or bytes, that wait in the stream at `index` of the contract's objects.
    pub fn stream_depth(&self, index: usize) -> Result<u64> {
        Target::new(self, index)?.depth()
    }
}
