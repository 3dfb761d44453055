//! Cells: the latest value, from one writer to any number of readers, in any
//! processes.
//!
//! A reader gets a whole value, never parts of two, and never waits for the writer;
//! the writer never waits for readers. What came in between is gone: for every
//! message take a queue.
//!
//! ```
//! # if !cfg!(target_os = "linux") { return Ok(()) }
//! use shm_runtime::cell::Cell;
//! use std::time::Duration;
//! # let address = format!("posix:/example.cell.{}", std::process::id());
//! # let address = address.parse()?;
//! # #[cfg(any())]
//! let address = "posix:/price".parse()?;
//! let price = Cell::<u64>::create(&address)?;
//! assert_eq!(price.load_versioned()?, (0, 0)); // never stored
//! let mut writer = price.writer()?;
//! writer.store(&101)?;
//! writer.store(&102)?;
//! // .. in another process, which may only read:
//! let price = Cell::<u64>::attach_read_only(&address)?;
//! let (value, version) = price.load_versioned()?;
//! assert_eq!((value, version), (102, 2));
//! let newer = price.wait_newer(version, Duration::from_millis(1));
//! assert_eq!(newer.unwrap_err().kind(), shm_runtime::ErrorKind::Timeout);
//! # price.attachment()?.remove()?;
//! # Ok::<(), shm_runtime::Error>(())
//! ```
//!
//! A large value is filled in place, without a copy of the whole:
//!
//! ```
//! # if !cfg!(target_os = "linux") { return Ok(()) }
//! # use shm_runtime::cell::Cell;
//! # let address = format!("posix:/example.frame.{}", std::process::id());
//! # let address = address.parse()?;
//! # #[cfg(any())]
//! let address = "posix:/frame".parse()?;
//! let frame = Cell::<[u8; 65536]>::create(&address)?;
//! let mut writer = frame.writer()?;
//! let mut next = writer.reserve()?; // all zeros
//! next.write(&[7; 65536]);
//! next.commit();
//! assert_eq!(frame.load()?[65535], 7);
//! # frame.attachment()?.remove()?;
//! # Ok::<(), shm_runtime::Error>(())
//! ```

mod reader;
mod untyped;
mod writer;

/// Where the parts of a cell lie: for the generator.
#[doc(hidden)]
pub use crate::object::cell::layout;
pub use crate::object::contents::Latest;
pub use reader::{At, Cell, Cells};
pub use untyped::{RawCell, RawCellWriter};
pub use writer::{CellsWriter, Reservation, Writer, WriterAt};
