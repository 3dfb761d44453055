//! What an attachment holds. Create and attach build it, each in its own way;
//! the attachment and the handles on its objects share it.

use crate::error::{Error, ErrorKind, Result};
use crate::events;
use crate::memory::{Mapped, Mapping};
use crate::object::clock::monotonic_ns;
use crate::object::place::Place;
use crate::object::role::ParticipantId;
use crate::object::wait;
use crate::segment::attach::access::{Attached, Kernel};
use crate::segment::attach::participants::{Claimant, Participants};
use crate::segment::attach::spec::Spec;
use crate::segment::format::header::{STATE, State};
use crate::segment::os::address::Address;
use crate::segment::os::failure::Attempt;
use crate::segment::os::fork::Birthplace;
use crate::segment::os::kept::KeptFile;
use crate::segment::os::{file, posix, sysv};
use std::fs::File;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

/// How often a removal from outside (`rm`, `ipcrm`) is looked for, in ns: often
/// enough that who polls ten times a second notices it within a second.
const REMOVAL_PERIOD: u64 = 500_000_000;

/// What an attachment holds. Making one takes no part in the segment yet; see
/// [`Core::claim_record`].
pub(crate) struct Core {
    pub(crate) address: Address,
    version: String,
    pub(crate) mapping: Arc<Mapping>,
    pub(crate) kernel: Kernel,
    /// The companion of a System V segment.
    companion: Option<Companion>,
    pub(crate) places: Vec<Place>,
    pub(crate) names: Vec<String>,
    pub(crate) participants: Participants,
    pub(crate) me: Option<ParticipantId>,
    pub(crate) birthplace: Birthplace,
    /// Whether the segment ends with this.
    pub(crate) remove_on_drop: bool,
    pub(crate) removed: AtomicBool,
    /// On the monotonic clock.
    next_removal_check: AtomicU64,
}

/// A companion file, held open by a mapping of it.
pub(crate) struct Companion {
    file: KeptFile,
    _page: Mapping,
}

impl Companion {
    pub(crate) fn new(file: File, attempt: Attempt<'_>) -> Result<Self> {
        let page = file::hold_open(&file, attempt)?;
        Ok(Self { file: KeptFile::new(file, attempt)?, _page: page })
    }
}

/// The part of a segment that its header tells: where things lie.
pub(crate) struct Geography {
    pub(crate) places: Vec<Place>,
    pub(crate) participants_offset: u64,
    pub(crate) participants_count: u32,
}

impl Core {
    pub(crate) fn new(
        attached: Attached,
        companion: Option<Companion>,
        geography: Geography,
        spec: &Spec,
        birthplace: Birthplace,
    ) -> Self {
        let participants = Participants::new(
            Arc::clone(&attached.mapping),
            geography.participants_offset,
            geography.participants_count,
        );
        Self {
            address: attached.address,
            version: spec.version.clone(),
            mapping: attached.mapping,
            kernel: attached.kernel,
            companion,
            places: geography.places,
            names: spec.contract.objects.iter().map(|o| o.name.clone()).collect(),
            participants,
            me: None,
            birthplace,
            remove_on_drop: false,
            removed: AtomicBool::new(false),
            next_removal_check: AtomicU64::new(monotonic_ns() + REMOVAL_PERIOD),
        }
    }

    /// Takes part: claims a participant record for this attachment.
    pub(crate) fn claim_record(&mut self) -> Result<()> {
        wait::enroll::<Mapped>(); // before the record is live
        let claimant = Claimant { version: &self.version };
        let Some(file) = self.new_lock_file() else {
            return Err(Error::new(ErrorKind::Unsupported, "there is no file to lock"));
        };
        let me = self.participants.claim(file, &claimant, |dead| {
            events::swept(&self.address, dead.index);
            sweep_objects(&self.mapping, &self.places, dead);
        })?;
        self.me = Some(me);
        Ok(())
    }

    /// Takes the segment's name away; see [`Attachment::remove`].
    ///
    /// [`Attachment::remove`]: crate::segment::attach::attachment::Attachment::remove
    pub(crate) fn remove(&self) -> Result<()> {
        let removed = self.kernel.remove(&self.address);
        if removed.is_ok() {
            events::removed(&self.address);
        }
        removed
    }

    pub(crate) fn mapping(&self) -> &Mapping {
        &self.mapping
    }

    pub(crate) fn kernel(&self) -> &Kernel {
        &self.kernel
    }

    /// The name that was chosen on create.
    pub(crate) fn set_address(&mut self, address: Address) {
        self.address = address;
    }

    /// The file whose locks say who is alive, while create or attach is at work.
    pub(crate) fn new_lock_file(&self) -> Option<&File> {
        match &self.kernel {
            Kernel::Posix(file) | Kernel::Memfd(file) => Some(file.just_opened()),
            Kernel::Sysv(_) => Some(self.companion.as_ref()?.file.just_opened()),
        }
    }

    /// The same later on; `None` where the program has closed
    /// its descriptor, or has another file there by now.
    pub(crate) fn lock_file(&self) -> Option<&File> {
        match &self.kernel {
            Kernel::Posix(file) | Kernel::Memfd(file) => file.get(),
            Kernel::Sysv(_) => self.companion.as_ref()?.file.get(),
        }
    }

    /// Notices what others did: sweeps what the dead left behind, and sees
    /// whether the segment was removed. Called on slow paths, at most once a
    /// millisecond for each handle; `thorough` by a process that has slept for a slice.
    pub(crate) fn look_around(&self, thorough: bool) {
        if self.birthplace.finds_fork() {
            return;
        }
        if self.mapping.is_writable() {
            self.participants.sweep_dead(self.lock_file(), self.me, thorough, |dead| {
                events::swept(&self.address, dead.index);
                sweep_objects(&self.mapping, &self.places, dead);
            });
        }
        if self.removed.load(Ordering::Acquire) {
            return;
        }
        let retired = self
            .mapping
            .load_u32(STATE, Ordering::Acquire)
            .is_ok_and(|word| word == State::Retired.word());
        let now = monotonic_ns();
        let due = self.next_removal_check.load(Ordering::Relaxed) <= now;
        if due {
            self.next_removal_check.store(now + REMOVAL_PERIOD, Ordering::Relaxed);
        }
        if retired || due && self.kernel_says_removed() {
            self.removed.store(true, Ordering::Release);
        }
    }

    pub(crate) fn kernel_says_removed(&self) -> bool {
        match &self.kernel {
            Kernel::Posix(_) => self.lock_file().is_some_and(posix::is_unlinked),
            Kernel::Sysv(id) => sysv::is_removed(*id),
            // It has no name, and is there as long as it is open here.
            Kernel::Memfd(_) => false,
        }
    }
}

impl Drop for Core {
    fn drop(&mut self) {
        // A forked child only unmaps and closes: the record and its lock are
        // its parent's.
        if let Some(me) = self.me.filter(|_| !self.birthplace.finds_fork()) {
            if self.remove_on_drop {
                // Somebody else may have removed it: then it is as it shall be.
                let _ = self.remove();
            }
            for place in &self.places {
                place.layout.leave(&self.mapping, place.offset, me);
            }
            self.participants.release(me);
            events::detached(&self.address);
        }
    }
}

/// Clears every object of what a dead participant had claimed, and wakes all who
/// sleep on one: the dead one may have stored what they wait for and not notified.
fn sweep_objects(mapping: &Arc<Mapping>, places: &[Place], dead: ParticipantId) {
    for place in places {
        place.layout.sweep(mapping, place.offset, dead);
        place.layout.wake(mapping, place.offset);
    }
}
