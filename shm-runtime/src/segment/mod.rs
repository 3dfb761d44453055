//! Segments: create, attach, detach, stat, set, remove.
//!
//! A *bare* segment is exactly N bytes with nothing of ours in it: what
//! shmget, `shm_open` and Python's `SharedMemory` make; see [`Segment`]. A
//! segment of *ours* has a header with a contract and objects behind it; see
//! [`Attachment`], which generated code wraps.
//!
//! ```no_run
//! use shm_runtime::{Owner, Segment};
//! let segment = Segment::create(&"posix:/scratch".parse()?, 4096)?;
//! segment.write_at(0, b"hello")?;
//! segment.set(Owner { mode: 0o640, ..Owner::KEEP })?;
//! println!("{} bytes", segment.stat()?.size);
//! segment.remove()?;
//! # Ok::<(), shm_runtime::Error>(())
//! ```
//!
//! Segments exist on 64-bit little-endian Linux; elsewhere all of this
//! compiles and answers [`Unsupported`](crate::ErrorKind::Unsupported).

mod access;
mod account;
mod address;
mod admit;
mod attachment;
mod bare;
mod birth;
mod collect;
mod core;
mod counts;
mod failure;
mod fault;
mod follow;
pub mod header;
mod inspect;
mod mapper;
mod open;
mod open_or_create;
mod options;
mod owner;
mod pages;
mod participants;
mod plan;
mod raw;
mod setup;
mod spec;
mod watch;

#[cfg(segments)]
mod companion;
#[cfg(segments)]
mod errno;
#[cfg(segments)]
mod file;
#[cfg(segments)]
mod huge;
#[cfg(segments)]
mod idfile;
#[cfg(segments)]
mod locks;
#[cfg(segments)]
mod memfd;
#[cfg(segments)]
mod posix;
#[cfg(segments)]
mod process;
#[cfg(segments)]
mod removal;
#[cfg(segments)]
mod resident;
#[cfg(segments)]
mod room;
#[cfg(segments)]
mod sysv;
#[cfg(segments)]
mod sysv_life;

#[cfg(not(segments))]
mod elsewhere;
#[cfg(not(segments))]
use elsewhere::{file, huge, idfile, locks, memfd, posix, process, resident, sysv};

pub use account::Account;
pub use address::Address;
pub(crate) use admit::contract_at;
pub use attachment::Attachment;
pub(crate) use attachment::RoleGuard;
pub use bare::Segment;
pub use collect::{Candidate, Keep, Leftover, Verdict, survey};
pub use counts::Counts;
pub use fault::Fault;
pub use follow::Followed;
pub use inspect::{
    CreatorStat, HeaderStat, Inspector, KernelStat, Message, ObjectStat, ParticipantStat,
    QueueStat, SegmentStat, SegmentState, list,
};
pub use mapper::Mapper;
pub use open::{IntoAddress, OpenOptions, SegmentType};
pub(crate) use open_or_create::open_or_create;
pub use options::Options;
pub use owner::Owner;
pub use pages::HugePages;
pub use plan::Plan;
pub use raw::RawBytes;
pub use setup::Setup;
pub use spec::{Spec, SpecCell};
pub use watch::Watch;
