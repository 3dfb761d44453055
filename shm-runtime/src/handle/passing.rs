//! What queues and streams do alike, which pass something from one process to one
//! other: waiting for room, waiting for what comes, and waking after a death.

use crate::memory::{Mapped, MappedFlag};
use crate::object::clock::Limiter;
use crate::object::fault::Fault;
use crate::object::wait::{notify, until, wake_regardless};
use crate::segment::Attachment;
use std::time::Duration;

/// Why a wait ended without what it was for.
pub(super) enum Ended {
    Timeout,
    Removed,
    Forked,
    Corrupt,
}

/// The same as the errors of handles, which have a member for each.
macro_rules! from_ended {
    ($($error:ty),*) => { $(
        impl From<$crate::handle::passing::Ended> for $error {
            fn from(ended: $crate::handle::passing::Ended) -> Self {
                match ended {
                    $crate::handle::passing::Ended::Timeout => Self::Timeout,
                    $crate::handle::passing::Ended::Removed => Self::Removed,
                    $crate::handle::passing::Ended::Forked => Self::Forked,
                    $crate::handle::passing::Ended::Corrupt => Self::Corrupt,
                }
            }
        }
    )* };
}
pub(super) use from_ended;

/// What a side waits with, and for how long; `None` waits without end.
pub(super) struct Wait<'a> {
    pub(super) attachment: &'a Attachment,
    pub(super) limiter: &'a mut Limiter,
    pub(super) flag: &'a MappedFlag,
    pub(super) timeout: Option<Duration>,
}

impl Wait<'_> {
    /// Sleeps until there is an answer, and looks around for the dead meanwhile.
    fn until<R>(self, look: impl FnMut() -> Option<Result<R, Ended>>) -> Result<R, Ended> {
        let Self { attachment, limiter, flag, timeout } = self;
        if attachment.is_forked() {
            return Err(Ended::Forked);
        }
        let answer = until::<Mapped, _>(flag, timeout, look, |slept| {
            if limiter.is_due_now() {
                attachment.look_around(slept);
            }
        });
        answer.unwrap_or(Err(Ended::Timeout))
    }

    /// Until an attempt to put something in succeeds; `count_full` is called once,
    /// where there is no room.
    pub(super) fn for_room<Core, R>(
        self,
        core: &mut Core,
        count_full: fn(&mut Core),
        mut attempt: impl FnMut(&mut Core) -> Result<R, Fault>,
    ) -> Result<R, Ended> {
        let attachment = self.attachment;
        let mut waited = false;
        self.until(|| match attempt(core) {
            Ok(done) => Some(Ok(done)),
            Err(Fault::Corrupt) => Some(Err(Ended::Corrupt)),
            Err(Fault::Wait) if attachment.is_forked() => Some(Err(Ended::Forked)),
            Err(Fault::Wait) if attachment.is_removed() => Some(Err(Ended::Removed)),
            Err(Fault::Wait) => {
                if !std::mem::replace(&mut waited, true) {
                    count_full(core);
                }
                None
            }
        })
    }

    /// Until an attempt to take something out succeeds; `settle` is called where
    /// nothing is there, and returns whether the other side is to hear of it, by
    /// `space`.
    pub(super) fn for_some<Core, R>(
        self,
        core: &mut Core,
        (settle, space): (fn(&mut Core) -> bool, &MappedFlag),
        mut attempt: impl FnMut(&mut Core) -> Result<R, Fault>,
    ) -> Result<R, Ended> {
        let attachment = self.attachment;
        self.until(|| {
            // Asked before the attempt: what was committed before the removal is
            // drained first.
            let removed = attachment.is_removed();
            match attempt(core) {
                Ok(done) => Some(Ok(done)),
                Err(Fault::Corrupt) => Some(Err(Ended::Corrupt)),
                Err(Fault::Wait) if attachment.is_forked() => Some(Err(Ended::Forked)),
                Err(Fault::Wait) => {
                    if settle(core) {
                        notify::<Mapped>(space);
                    }
                    removed.then_some(Err(Ended::Removed))
                }
            }
        })
    }
}

/// After a role was claimed from a dead holder, which may have stored what the other
/// side waits for and not notified.
pub(super) fn wake_both(data: &MappedFlag, space: &MappedFlag) {
    wake_regardless(data);
    wake_regardless(space);
}
