//! The runtime of shmgen: shared-memory segments whose layout is proven, and
//! queues in them that survive the death of whoever uses them.
//!
//! Most programs use this crate through code that `shmgen` generates from a
//! schema; see [`include_schema!`]. By itself it offers
//!
//! - [`Segment`]: bare segments of N bytes: POSIX, System V and memfd;
//! - [`Queue`]: queues of any type that derives [`SharedLayout`];
//! - [`list`] and [`Inspector`]: looking at segments without attaching;
//! - [`survey`]: finding what nobody uses any more, and removing it;
//! - [`contract`]: the description of a segment that every segment carries.
//!
//! ```no_run
//! use shm_runtime::{Queue, SharedLayout};
//!
//! #[derive(SharedLayout, Clone, Copy)]
//! #[repr(C)]
//! struct Trade {
//!     price: i64,
//!     quantity: u64,
//! }
//!
//! let queue = Queue::<Trade>::open_or_create(&"acme.trades".parse()?, 4096)?;
//! queue.producer()?.try_push(&Trade { price: 101, quantity: 5 })?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! Segments exist on 64-bit little-endian Linux. Elsewhere the crate compiles,
//! describes layouts, and answers [`ErrorKind::Unsupported`].

// Without segments, what deals with them compiles but is not reached.
#![cfg_attr(not(segments), allow(dead_code, unused_imports, unused_variables))]

pub mod contract;
mod describe;
mod error;
#[cfg(target_os = "linux")]
pub mod fd;
#[cfg(feature = "json")]
pub mod json;
pub mod layout;
mod macros;
mod memory;
mod object;
mod segment;
mod sync;
mod text;
mod values;
mod version;

pub use contract::Fingerprint;
pub use error::{Error, ErrorKind, Holder, Result};
pub use layout::SharedLayout;
pub use object::place::{Geometry, ObjectLayout};
pub use object::queue::{
    self, Consumer, Drain, Loan, PopError, Producer, PushError, Queue, RawConsumer, RawProducer,
    Reservation, TryPopError, TryPushError,
};
pub use object::{cell, counters, event, lanes, raw, ring, state, stream, topic};
pub use segment::{
    Account, Address, Attachment, Candidate, Counts, CreatorStat, Fault, Followed, HeaderStat,
    HugePages, Inspector, IntoAddress, Keep, KernelStat, Leftover, Mapper, Message, ObjectStat,
    OpenOptions, Options, Owner, ParticipantStat, Plan, QueueStat, RawBytes, Segment, SegmentStat,
    SegmentState, SegmentType, Setup, Spec, Verdict, Watch, header, list, survey,
};
#[cfg(feature = "derive")]
pub use shm_derive::SharedLayout;
pub use text::Printable;
pub use values::{
    Bool, FieldRef, InvalidBool, InvalidCount, InvalidOptional, InvalidStr, List, Optional,
    Reserved, Str, UnknownTag,
};

/// What generated code and the derive use; not for anybody else.
#[doc(hidden)]
pub mod __private {
    pub use crate::contract::{Bound, TypeExpr, TypeSet};
    pub use crate::describe::{
        FieldKind, StructBuilder, describe, describe_imported, enumeration, flags, union,
    };
    pub use crate::segment::SpecCell;
    pub use crate::values::alignment::Aligned;
    pub use crate::values::union::{load, store};
    pub use crate::version::require;
}
