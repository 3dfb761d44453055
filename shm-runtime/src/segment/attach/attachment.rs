//! A segment of ours that is mapped, and the part this process takes in it.

use crate::error::{Error, ErrorKind, Holder, Result};
use crate::events;
use crate::memory::{MappedWord, Mapping};
use crate::object::kind::ObjectLayout;
use crate::object::place::Place;
use crate::object::role::{self, ParticipantId, Previous, Refusal};
use crate::segment::attach::access::Kernel;
use crate::segment::attach::core::Core;
use crate::segment::attach::open_or_create::open_or_create;
use crate::segment::attach::owner::Owner;
use crate::segment::attach::spec::Spec;
use crate::segment::attach::waiting::attach_waiting;
use crate::segment::attach::{admit, birth};
use crate::segment::os::address::Address;
use crate::segment::os::fork::Birthplace;
use crate::segment::os::options::Options;
use std::sync::Arc;
use std::sync::atomic::Ordering;

/// An attached segment of ours. Clones share it; it is detached when the last
/// clone and the last handle on one of its objects are dropped. Detaching
/// removes the segment only if it was created
/// [so](crate::OpenOptions::remove_on_drop).
#[derive(Clone)]
pub struct Attachment(Arc<Core>);

impl Attachment {
    /// Creates the segment; fails with [`ErrorKind::Exists`] if there is one.
    pub fn create(spec: &Spec, options: &Options) -> Result<Self> {
        Self::create_at(spec, &spec.address, options)
    }

    /// Attaches to the segment, if it is of this contract.
    pub fn attach(spec: &Spec, options: &Options) -> Result<Self> {
        attach_waiting(options, || Self::attach_at(spec, &spec.address, options, false))
    }

    /// Attaches to the segment for reading only, if it is of this contract.
    pub fn attach_read_only(spec: &Spec, options: &Options) -> Result<Self> {
        attach_waiting(options, || Self::attach_at(spec, &spec.address, options, true))
    }

    /// Attaches to the segment, or creates it if there is none. An existing
    /// one is never reset.
    pub fn open_or_create(spec: &Spec, options: &Options) -> Result<Self> {
        Self::open_or_create_at(spec, &spec.address, options)
    }

    pub(crate) fn create_at(spec: &Spec, address: &Address, options: &Options) -> Result<Self> {
        let mut core = birth::create(spec, address, &spec.complete(options))?;
        core.remove_on_drop = options.remove_on_drop;
        events::created(&core.address);
        Ok(Self(Arc::new(core)))
    }

    pub(crate) fn attach_at(
        spec: &Spec,
        address: &Address,
        options: &Options,
        read_only: bool,
    ) -> Result<Self> {
        let core = admit::attach(spec, address, &spec.complete(options), read_only)?;
        events::attached(&core.address, read_only);
        Ok(Self(Arc::new(core)))
    }

    pub(crate) fn open_or_create_at(
        spec: &Spec,
        address: &Address,
        options: &Options,
    ) -> Result<Self> {
        open_or_create(
            || Self::attach_at(spec, address, options, false),
            || Self::create_at(spec, address, options),
        )
    }

    /// The address, with the name that was chosen if it was `posix:`.
    pub fn address(&self) -> &Address {
        &self.0.address
    }

    /// Whether the attachment may only read.
    pub fn is_read_only(&self) -> bool {
        !self.0.mapping.is_writable()
    }

    /// Changes owner and permissions.
    pub fn set(&self, owner: Owner) -> Result<()> {
        owner.give(&self.0.kernel, self.address())
    }

    /// Takes the segment's name away. Attached processes keep the memory, drain
    /// the queues and then gets `Removed`; the name is free for a new segment.
    /// A name that leads to another segment by now is left alone. A memfd has no
    /// name: nobody attaches to it any more.
    pub fn remove(&self) -> Result<()> {
        self.0.remove()
    }

    /// A new descriptor of a memfd, to be handed to another process: by
    /// [`fd::send`](crate::segment::os::fd::send), or to a child. It holds no part in the
    /// segment, and keeps the memory until it is closed.
    #[cfg(unix)]
    pub fn descriptor(&self) -> Result<std::os::fd::OwnedFd> {
        self.0.kernel.descriptor(self.address(), self.is_read_only())
    }

    pub(crate) fn kernel(&self) -> &Kernel {
        &self.0.kernel
    }

    pub(crate) fn mapping(&self) -> &Arc<Mapping> {
        &self.0.mapping
    }

    /// Where an object of this kind lies, by its index in the contract.
    pub(crate) fn place(&self, index: usize) -> Result<Place> {
        self.0.places.get(index).copied().ok_or_else(|| {
            let why = format!("{} has no object number {index}", self.address());
            Error::new(ErrorKind::Invalid, why)
        })
    }

    /// How the object at `index` of the contract's objects lies, which says of what
    /// kind it is.
    #[doc(hidden)]
    pub fn object_layout(&self, index: usize) -> Result<ObjectLayout> {
        self.place(index).map(|place| place.layout)
    }

    /// An object's name, for messages.
    pub(crate) fn object_name(&self, index: usize) -> &str {
        self.0.names.get(index).map_or("", String::as_str)
    }

    /// Whether this is a child of the process that attached.
    #[inline]
    pub(crate) fn is_forked(&self) -> bool {
        self.0.birthplace.is_forked()
    }

    /// The process that attached, to be kept at hand.
    pub(crate) fn birthplace(&self) -> Birthplace {
        self.0.birthplace
    }

    /// The same for slow paths; see [`Birthplace::finds_fork`].
    ///
    /// [`Birthplace::finds_fork`]: crate::segment::os::fork::Birthplace::finds_fork
    pub(crate) fn finds_fork(&self) -> bool {
        self.0.birthplace.finds_fork()
    }

    /// The error of an attachment that came here by fork.
    pub(crate) fn forked(&self) -> Error {
        let why = format!(
            "{} was attached by the parent of this process; attach again in the child",
            self.address()
        );
        Error::new(ErrorKind::Forked, why)
    }

    /// This attachment as a participant; `None` if it may only read.
    pub(crate) fn me(&self) -> Option<ParticipantId> {
        self.0.me
    }

    /// Whether a participant of whose generation only these bits are known is dead, or
    /// has left.
    pub(crate) fn is_gone(&self, index: u32, generation: u32, bits: u32) -> bool {
        let (file, me) = (self.0.lock_file(), self.0.me);
        self.0.participants.is_gone_by_bits(file, me, index, generation, bits)
    }

    /// Who holds a participant record, for messages.
    pub(crate) fn holder(&self, index: u32) -> Option<Holder> {
        self.0.participants.holder(index)
    }

    /// Claims a role of an object for this attachment. `what` says which, for
    /// the message: `the producer of trades`.
    pub(crate) fn claim_role(&self, offset: u64, what: &str) -> Result<(RoleGuard, Previous)> {
        let fail = |kind, why: String| {
            Error::new(kind, format!("cannot become {what} of {}: {why}", self.address()))
        };
        if self.finds_fork() {
            return Err(self.forked());
        }
        let Some(me) = self.0.me else {
            return Err(fail(ErrorKind::ReadOnly, "the segment is attached read-only".into()));
        };
        let word = self.0.mapping.word(offset)?;
        let file = self.0.lock_file();
        let claimed =
            role::claim(&word, me, |holder| self.0.participants.is_gone(file, Some(me), holder));
        match claimed {
            Ok(previous) => {
                events::claimed(self.address(), what, previous == Previous::Died);
                Ok((RoleGuard { word, me, attachment: Self(Arc::clone(&self.0)) }, previous))
            }
            Err(Refusal::Restless) => {
                Err(fail(ErrorKind::Busy, "the role changes hands all the time".into()))
            }
            Err(Refusal::Held(holder)) => {
                let who = self.0.participants.holder(holder.index).unwrap_or(Holder {
                    pid: 0,
                    foreign_pid_namespace: false,
                    program: String::new(),
                });
                let own = if holder == me {
                    ", by this very attachment"
                } else if who.pid == std::process::id() && !who.foreign_pid_namespace {
                    ": this process, by another attachment of it; detach that one first, or use it \
                     (in Python, a name or a traceback may keep it)"
                } else {
                    ""
                };
                Err(fail(ErrorKind::RoleTaken, format!("the role is held by {who}{own}"))
                    .with_holder(who))
            }
        }
    }

    /// Notices what others did; see [`Core::look_around`].
    pub(crate) fn look_around(&self, thorough: bool) {
        self.0.look_around(thorough);
    }

    /// Whether [`Self::look_around`] found the segment removed.
    #[inline]
    pub(crate) fn is_removed(&self) -> bool {
        self.0.removed.load(Ordering::Acquire)
    }
}

impl std::fmt::Debug for Attachment {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Attachment")
            .field("address", &self.0.address)
            .field("read_only", &self.is_read_only())
            .finish_non_exhaustive()
    }
}

/// A role that this attachment holds, given up on drop. Keeps the attachment.
pub(crate) struct RoleGuard {
    word: MappedWord,
    me: ParticipantId,
    attachment: Attachment,
}

impl RoleGuard {
    pub(crate) fn attachment(&self) -> &Attachment {
        &self.attachment
    }

    /// Whether the role is to be left in order: it is still this attachment's, and
    /// not that of the parent, which still holds what a forked child inherited.
    pub(crate) fn is_held(&self) -> bool {
        !self.attachment.finds_fork() && role::is_held(&self.word, self.me)
    }
}

impl Drop for RoleGuard {
    fn drop(&mut self) {
        if !self.attachment.finds_fork() {
            role::give_up(&self.word, self.me);
        }
    }
}
