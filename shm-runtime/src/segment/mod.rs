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

pub(crate) mod attach;
pub(crate) mod collect;
pub(crate) mod format;
pub(crate) mod look;
pub(crate) mod os;

pub(crate) use attach::admit::contract_at;
pub use attach::attachment::Attachment;
pub(crate) use attach::attachment::RoleGuard;
pub use attach::bare::Segment;
pub use attach::open::{OpenOptions, SegmentType};
pub(crate) use attach::open_or_create::open_or_create;
pub use attach::owner::Owner;
pub use attach::setup::Setup;
pub use attach::spec::{Spec, SpecCell};
pub use collect::{Candidate, Keep, Leftover, Survey, Verdict, survey};
pub use format::fault::Fault;
pub use format::header;
pub use format::pages::HugePages;
pub use format::plan::Plan;
pub use look::bytes::SegmentBytes;
pub use look::inspector::Inspector;
pub use look::list::{list, stat};
pub use look::mapper::Mapper;
pub use look::stat::{
    CreatorStat, HeaderStat, KernelStat, ObjectStat, ParticipantStat, SegmentStat, SegmentState,
};
pub use look::watch::Watch;
pub use os::account::Account;
pub use os::address::{Address, IntoAddress};
#[cfg(target_os = "linux")]
pub use os::fd;
pub(crate) use os::fork::Birthplace;
pub use os::options::Options;
pub use os::probe::{Probe, probe_calls};
