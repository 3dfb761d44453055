//! Collecting what nobody uses any more: orphans, System V segments whose
//! creator died at birth, files whose maker died before they got their name, and
//! companion files whose segment is gone.
//!
//! [`survey`] looks at everything and removes nothing. [`Candidate::remove`]
//! looks again, under locks that keep everybody out, and removes only what is
//! then provably nobody's: what a segment says of itself can only keep it.
//!
//! ```no_run
//! for candidate in shm_runtime::survey() {
//!     if candidate.is_leftover() {
//!         candidate.remove()?;
//!     }
//! }
//! # Ok::<(), shm_runtime::Error>(())
//! ```

#[cfg(segments)]
mod judge;
#[cfg(segments)]
mod take;

use crate::error::Result;
use crate::segment::look::stat::SegmentState;

/// Something that may be a leftover, and the verdict on it.
#[derive(Clone, Debug)]
pub struct Candidate {
    /// A segment's address, or the path of a companion file.
    pub name: String,
    /// Its size in bytes.
    pub size: u64,
    /// The owning user.
    pub uid: u32,
    /// The state of a segment; a companion file has none.
    pub state: Option<SegmentState>,
    /// When it was made, or its owner or mode was changed last, in seconds
    /// since 1970, as the kernel has it.
    pub changed: i64,
    /// How many messages wait in it; `None` of a companion file, and of what
    /// cannot be looked into.
    pub waiting: Option<u64>,
    /// Whether it may be removed.
    pub verdict: Verdict,
    identity: Identity,
    asked: Survey,
}

/// What a collection is asked for.
///
/// ```no_run
/// for candidate in shm_runtime::Survey::default().drop_messages().look() {
///     if candidate.is_leftover() {
///         candidate.remove()?;
///     }
/// }
/// # Ok::<(), shm_runtime::Error>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Survey {
    drop_messages: bool,
    all_users: bool,
}

impl Survey {
    /// Orphans are removed with the messages that wait in them, which keep them
    /// otherwise.
    #[must_use]
    pub fn drop_messages(mut self) -> Self {
        self.drop_messages = true;
        self
    }

    /// If the caller is root: what belongs to other users is removed, too.
    #[must_use]
    pub fn all_users(mut self) -> Self {
        self.all_users = true;
        self
    }

    /// Everything that may be a leftover: all segments that the caller can see,
    /// POSIX first, then the companion files of System V segments, each sorted.
    /// `SHM_RUNTIME_PREFIX` narrows it to the POSIX names that have it.
    pub fn look(self) -> Vec<Candidate> {
        look(self)
    }
}

/// Whether something may be removed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Nobody uses it.
    Leftover(Leftover),
    /// It stays; why, for programs and for people.
    Keep(Keep, String),
}

/// What kind of leftover something is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Leftover {
    /// A segment of ours to which nobody is attached.
    Orphan,
    /// A System V segment of ours whose creator died before it was ready.
    HalfBorn,
    /// The companion file of a System V segment that is gone.
    Companion,
}

/// Why something stays.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Keep {
    /// Bare, or another program's.
    Foreign,
    /// It begins like one of ours, and its header cannot be read.
    Damaged,
    /// Of another user, and the caller is not root, or did not ask for those of
    /// [`all_users`](Survey::all_users).
    OtherUser,
    /// Nobody is attached, and messages wait in it, or may.
    Messages,
    /// Somebody is attached, or may be.
    InUse,
    /// Its creator is at work, or may be.
    BeingBorn,
    /// It cannot be determined.
    Unknown,
}

impl Leftover {
    /// `orphan`, `half-born` or `companion`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Orphan => "orphan",
            Self::HalfBorn => "half-born",
            Self::Companion => "companion",
        }
    }
}

impl Keep {
    /// `foreign`, `damaged`, `other-user`, `messages`, `in-use`, `being-born` or
    /// `unknown`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Foreign => "foreign",
            Self::Damaged => "damaged",
            Self::OtherUser => "other-user",
            Self::Messages => "messages",
            Self::InUse => "in-use",
            Self::BeingBorn => "being-born",
            Self::Unknown => "unknown",
        }
    }
}

/// What a candidate is to the kernel: its name may lead to something else by
/// the time it is removed.
#[derive(Clone, Debug)]
enum Identity {
    /// A POSIX segment by its name, device and inode.
    Posix(String, (u64, u64)),
    /// A System V segment by its id and birth mark.
    Sysv(i32, u64),
    /// A System V segment without a header by its id.
    Stillborn(i32),
    /// A companion file by its name's id and birth mark, device and inode.
    Companion(i32, u64, (u64, u64)),
    /// A file that its maker gave a name of the runtime's own, by that, device and
    /// inode.
    Temporary(String, (u64, u64)),
    /// Something that stays anyway.
    None,
}

impl Candidate {
    /// Whether it may be removed.
    pub fn is_leftover(&self) -> bool {
        matches!(self.verdict, Verdict::Leftover(_))
    }

    /// Removes it, if it is still what it was and still nobody's.
    ///
    /// [`Busy`](crate::ErrorKind::Busy): somebody attached meanwhile, or it is
    /// none that may be removed. [`NotFound`](crate::ErrorKind::NotFound):
    /// somebody else removed it; its name may lead to another segment now,
    /// which is left alone.
    pub fn remove(&self) -> Result<()> {
        take(self)
    }
}

/// What [`Survey::look`] finds if nothing else is asked for: nothing of other
/// users is a leftover, nor is what messages wait in.
pub fn survey() -> Vec<Candidate> {
    Survey::default().look()
}

#[cfg(segments)]
use {judge::look, take::take};

#[cfg(not(segments))]
fn look(_: Survey) -> Vec<Candidate> {
    Vec::new()
}

#[cfg(not(segments))]
fn take(candidate: &Candidate) -> Result<()> {
    use crate::error::{Error, ErrorKind};
    let why = format!("cannot remove {}: there are no segments here", candidate.name);
    Err(Error::new(ErrorKind::Unsupported, why))
}
