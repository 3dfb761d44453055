//! The runtime of shmgen: shared-memory segments whose layout is proven, and
//! queues in them that survive the death of whoever uses them.
//!
//! Most programs use this crate through code that `shmgen` generates from a
//! schema; see [`include_schema!`]. By itself it offers
//!
//! - [`Segment`]: bare segments of N bytes: POSIX, System V and memfd;
//! - [`Queue`]: queues of any type that derives [`SharedLayout`];
//! - [`cell::Cell`]: the latest value of such a type, for any number of readers;
//! - [`state::State`]: a value of such a type behind a lock, with wait and notify;
//! - [`list`] and [`Inspector`]: looking at segments without attaching;
//! - [`survey`]: finding what nobody uses any more, and removing it;
//! - [`contract`]: the description of a segment that every segment carries.
//!
//! ```
//! use shm_runtime::{Queue, SharedLayout};
//!
//! #[derive(SharedLayout, Clone, Copy, Debug, PartialEq)]
//! #[repr(C)]
//! struct Trade {
//!     price: i64,
//!     quantity: u64,
//! }
//!
//! # fn main() -> shm_runtime::Result<()> {
//! # if !cfg!(target_os = "linux") { return Ok(()) }
//! # let address = format!("posix:/example.{}", std::process::id());
//! # let address = &address.parse()?;
//! # #[cfg(any())]
//! let address = &"posix:/acme.trades".parse()?;
//! let queue = Queue::<Trade>::open_or_create(address, 4096)?;
//! queue.producer()?.try_push(&Trade { price: 101, quantity: 5 })?;
//! // .. in another process:
//! let trade = Queue::<Trade>::attach(address)?.consumer()?.try_pop()?;
//! assert_eq!(trade, Trade { price: 101, quantity: 5 });
//!
//! queue.attachment().remove()?;
//! # Ok(()) }
//! ```
//!
//! Segments exist on 64-bit little-endian Linux. Elsewhere the crate compiles,
//! describes layouts, and answers [`ErrorKind::Unsupported`].

// Without segments, what deals with them compiles but is not reached.
#![cfg_attr(not(segments), allow(dead_code, unused_imports, unused_variables))]

pub mod contract;
mod error;
mod events;
mod handle;
#[cfg(feature = "json")]
pub mod json;
mod macros;
mod memory;
mod object;
mod segment;
mod text;
mod types;
mod version;

pub use contract::Fingerprint;
pub use error::{Error, ErrorKind, Holder, Result};
pub use handle::queue::{self, PopError, PushError, Queue, TryPopError, TryPushError};
pub use handle::{cell, state, stream};
pub use object::contents::Contents;
pub use object::facts;
pub use object::geometry::{Geometry, Parts};
pub use object::kind::ObjectLayout;
/// Where the parts of an object lie: for the generator; docs/segment-format.md is
/// for people.
#[doc(hidden)]
pub use object::{LINE, counters, event, lanes, raw, ring, topic};
#[cfg(target_os = "linux")]
pub use segment::fd;
/// The bytes of a header, likewise.
#[doc(hidden)]
pub use segment::header;
pub use segment::{
    Account, Address, Attachment, Candidate, CreatorStat, Fault, HeaderStat, HugePages, Inspector,
    IntoAddress, Keep, KernelStat, Leftover, Mapper, ObjectStat, OpenOptions, Options, Owner,
    ParticipantStat, Plan, Probe, Segment, SegmentBytes, SegmentStat, SegmentState, SegmentType,
    Setup, Spec, Survey, Verdict, Watch, list, probe_calls, stat, survey,
};
#[cfg(feature = "derive")]
#[doc(hidden)]
pub use shm_derive::__include_generated;
#[cfg(feature = "derive")]
pub use shm_derive::SharedLayout;
pub use text::Printable;
pub use types::checked::{
    Bool, BoundedBytes, BoundedStr, FieldRef, InvalidBool, InvalidCount, InvalidOptional,
    InvalidStr, InvalidText, List, Optional, Reserved, Str, UnknownTag,
};
pub use types::layout::{self, SharedLayout, boxed};
/// The crate whose traits the value types have, and generated types that ask for
/// them, in the version that they are of.
#[cfg(feature = "zerocopy")]
pub use zerocopy;

/// What generated code and the derive use; not for anybody else.
#[doc(hidden)]
pub mod __private {
    #[cfg(all(crashpoints, segments))]
    pub use crate::memory::steps::{kill_before, taken};
    pub use crate::object::wait::set_sleep_slices;
    pub use crate::segment::SpecCell;
    pub use crate::text::Words;
    pub use crate::types::checked::union::{load, store};
    pub use crate::types::describe::{
        FieldKind, StructBuilder, describe, describe_imported, enumeration, flags, union,
    };
    pub use crate::types::descriptor::TypeSet;
    pub use crate::types::expr::TypeExpr;
    pub use crate::types::layout::Aligned;
    pub use crate::types::range::Bound;
    pub use crate::version::require;
    #[cfg(feature = "serde")]
    pub use {crate::types::serial, serde};
}
