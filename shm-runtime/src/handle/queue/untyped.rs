//! The two sides of a queue for items that are bytes: what the typed handles
//! and the C ABI build on. Here the logic meets waiting, forks and removal.

use crate::error::Result;
use crate::handle::queue::errors::{PopError, PushError, TryPopError, TryPushError};
use crate::handle::queue::target::Target;
use crate::memory::{Mapped, MappedFlag, MappedSlots};
use crate::object::clock::{Limiter, breathe};
use crate::object::queue::layout::QueueLayout;
use crate::object::queue::one_to_one::{ConsumerCore, Fault, ProducerCore};
use crate::object::role::Previous;
use crate::object::wait::{notify, until, wake_regardless};
use crate::segment::{Attachment, RoleGuard};
use std::time::Duration;

/// How often a side that finds nothing to do looks around for the dead.
const LOOK_PERIOD: Duration = Duration::from_millis(1);

/// How often a pop looks. A message came in time, then one was committed before
/// the removal: that is twice. Where a stamp is whole and then is not, somebody
/// lies.
const LOOKS: u32 = 4;

/// The producer of a queue whose items are so many bytes.
///
/// An item of another length than [`Self::item_size`] is a mistake of the
/// caller and panics.
pub struct RawProducer {
    core: ProducerCore<Mapped>,
    item: usize,
    data: MappedFlag,
    space: MappedFlag,
    limiter: Limiter,
    role: RoleGuard,
}

impl RawProducer {
    /// Claims the role at `index` of the attachment's objects.
    #[doc(hidden)]
    pub fn of_attachment(attachment: &Attachment, index: usize) -> Result<Self> {
        Self::claim(&Target::new(attachment, index)?)
    }

    pub(crate) fn claim(target: &Target) -> Result<Self> {
        let (role, previous) = target.claim_producer()?;
        let (data, space) = target.flags()?;
        let core = ProducerCore::take_over(target.words()?, &target.layout);
        if previous == Previous::Died {
            wake_both(&data, &space);
        }
        let limiter = Limiter::new(LOOK_PERIOD);
        Ok(Self { core, item: item_size(&target.layout), data, space, limiter, role })
    }

    /// Bytes of an item.
    pub fn item_size(&self) -> usize {
        self.item
    }

    /// Pushes one item if there is room.
    #[inline]
    pub fn try_push(&mut self, item: &[u8]) -> Result<(), TryPushError> {
        if self.role.attachment().is_forked() {
            return Err(TryPushError::Forked);
        }
        match self.core.push(item) {
            Ok(()) => {
                notify::<Mapped>(&self.data);
                Ok(())
            }
            Err(fault) => Err(self.refused(fault)),
        }
    }

    /// Why there is no room; looks around now and then.
    #[cold]
    fn refused(&mut self, fault: Fault) -> TryPushError {
        if self.limiter.is_due() {
            self.role.attachment().look_around(false);
        }
        match fault {
            _ if self.role.attachment().is_forked() => TryPushError::Forked,
            _ if self.role.attachment().is_removed() => TryPushError::Removed,
            Fault::Wait => {
                self.core.count_full();
                TryPushError::Full
            }
            Fault::Corrupt => TryPushError::Corrupt,
        }
    }

    /// Pushes as many of `count` items as fit, and commits them together; how
    /// many. `item(k)` is the k-th.
    pub fn try_push_many<'a>(
        &mut self,
        count: usize,
        item: impl Fn(usize) -> &'a [u8],
    ) -> Result<usize, TryPushError> {
        if self.role.attachment().is_forked() {
            return Err(TryPushError::Forked);
        }
        match self.core.push_batch(count, item) {
            Ok(n) => {
                notify::<Mapped>(&self.data);
                Ok(n)
            }
            Err(fault) => Err(self.refused(fault)),
        }
    }

    /// Waits for room; `None` waits without end.
    pub fn push(&mut self, item: &[u8], timeout: Option<Duration>) -> Result<(), PushError> {
        self.wait(timeout, |core| core.push(item))?;
        notify::<Mapped>(&self.data);
        Ok(())
    }

    /// Waits for room for at least one of `count` items, then pushes as many
    /// as fit; how many.
    pub fn push_many<'a>(
        &mut self,
        count: usize,
        item: impl Fn(usize) -> &'a [u8],
        timeout: Option<Duration>,
    ) -> Result<usize, PushError> {
        let n = self.wait(timeout, |core| core.push_batch(count, &item))?;
        notify::<Mapped>(&self.data);
        Ok(n)
    }

    /// Waits until an item fits; `None` waits without end. Only this producer takes
    /// the room away again, so a push that follows finds it.
    #[doc(hidden)]
    pub fn wait_room(&mut self, timeout: Option<Duration>) -> Result<(), PushError> {
        self.wait(timeout, |core| core.reserve().map(drop))
    }

    fn wait<R>(
        &mut self,
        timeout: Option<Duration>,
        mut attempt: impl FnMut(&mut ProducerCore<Mapped>) -> Result<R, Fault>,
    ) -> Result<R, PushError> {
        let attachment = self.role.attachment();
        if attachment.is_forked() {
            return Err(PushError::Forked);
        }
        let (core, limiter) = (&mut self.core, &mut self.limiter);
        let mut waited = false;
        let answer = until::<Mapped, _>(
            &self.space,
            timeout,
            || match attempt(core) {
                Ok(done) => Some(Ok(done)),
                Err(Fault::Corrupt) => Some(Err(PushError::Corrupt)),
                Err(Fault::Wait) if attachment.is_forked() => Some(Err(PushError::Forked)),
                Err(Fault::Wait) if attachment.is_removed() => Some(Err(PushError::Removed)),
                Err(Fault::Wait) => {
                    if !std::mem::replace(&mut waited, true) {
                        core.count_full();
                    }
                    None
                }
            },
            |slept| {
                if limiter.is_due_now() {
                    attachment.look_around(slept);
                }
            },
        );
        answer.unwrap_or(Err(PushError::Timeout))
    }

    pub(crate) fn reserve(&mut self) -> Result<usize, TryPushError> {
        if self.role.attachment().is_forked() {
            return Err(TryPushError::Forked);
        }
        self.core.reserve().map_err(|fault| self.refused(fault))
    }

    pub(crate) fn commit(&mut self) {
        self.core.commit();
        notify::<Mapped>(&self.data);
    }

    pub(crate) fn slots(&self) -> &MappedSlots {
        self.core.slots()
    }
}

/// The consumer of a queue whose items are so many bytes.
///
/// A buffer of another length than [`Self::item_size`] is a mistake of the
/// caller and panics.
pub struct RawConsumer {
    core: ConsumerCore<Mapped>,
    item: usize,
    data: MappedFlag,
    space: MappedFlag,
    limiter: Limiter,
    role: RoleGuard,
}

impl RawConsumer {
    /// Claims the role at `index` of the attachment's objects.
    #[doc(hidden)]
    pub fn of_attachment(attachment: &Attachment, index: usize) -> Result<Self> {
        Self::claim(&Target::new(attachment, index)?)
    }

    pub(crate) fn claim(target: &Target) -> Result<Self> {
        let (role, previous) = target.claim_consumer()?;
        let (data, space) = target.flags()?;
        let core = ConsumerCore::take_over(target.words()?, &target.layout, previous);
        let this = Self {
            core,
            item: item_size(&target.layout),
            data,
            space,
            limiter: Limiter::new(LOOK_PERIOD),
            role,
        };
        notify::<Mapped>(&this.space); // taking over published the exact head
        if previous == Previous::Died {
            wake_both(&this.data, &this.space);
        }
        Ok(this)
    }

    /// Bytes of an item.
    pub fn item_size(&self) -> usize {
        self.item
    }

    /// How many of the next messages a dead predecessor may have seen.
    pub fn redelivered(&self) -> u64 {
        self.core.redelivered()
    }

    /// Pops one item if there is one.
    #[inline]
    pub fn try_pop(&mut self, item: &mut [u8]) -> Result<(), TryPopError> {
        if self.role.attachment().is_forked() {
            return Err(TryPopError::Forked);
        }
        for _ in 0..LOOKS {
            match self.core.pop(item) {
                Ok(published) => {
                    if published {
                        notify::<Mapped>(&self.space);
                    }
                    return Ok(());
                }
                Err(fault) => self.refused(fault)?,
            }
        }
        Err(TryPopError::Corrupt)
    }

    /// Why there is nothing; looks around now and then. `Ok` asks to look once
    /// more: a message has come.
    #[inline]
    fn refused(&mut self, fault: Fault) -> Result<(), TryPopError> {
        if fault == Fault::Corrupt {
            return Err(TryPopError::Corrupt);
        }
        let streaming = self.core.is_streaming();
        if self.core.settle() {
            notify::<Mapped>(&self.space);
        }
        if streaming {
            // The producer is just behind: let it get ahead, see `breathe`.
            breathe();
            if self.core.ready().is_ok() {
                return Ok(());
            }
        }
        let attachment = self.role.attachment();
        if !attachment.is_removed() && self.limiter.is_due() {
            attachment.look_around(false);
        }
        match self.core.ready_if(|| attachment.is_removed()) {
            None => Err(TryPopError::Empty),
            Some(Ok(())) => Ok(()),
            Some(Err(_)) => Err(TryPopError::Removed),
        }
    }

    /// Pops up to `count` items, and acknowledges them together; how many.
    /// `buffer(k)` is where the k-th goes.
    pub fn try_pop_many(&mut self, count: usize, buffer: &mut [u8]) -> Result<usize, TryPopError> {
        if self.role.attachment().is_forked() {
            return Err(TryPopError::Forked);
        }
        for _ in 0..LOOKS {
            match pop_batch(&mut self.core, self.item, count, buffer) {
                Ok((n, published)) => {
                    if published {
                        notify::<Mapped>(&self.space);
                    }
                    return Ok(n);
                }
                Err(fault) => self.refused(fault)?,
            }
        }
        Err(TryPopError::Corrupt)
    }

    /// Waits for an item; `None` waits without end.
    pub fn pop(&mut self, item: &mut [u8], timeout: Option<Duration>) -> Result<(), PopError> {
        let published = self.wait(timeout, |core| core.pop(item))?;
        if published {
            notify::<Mapped>(&self.space);
        }
        Ok(())
    }

    /// Waits for an item, and leaves it where it is: only this consumer takes it
    /// out, so a pop that follows finds it.
    #[doc(hidden)]
    pub fn wait_item(&mut self, timeout: Option<Duration>) -> Result<(), PopError> {
        self.wait(timeout, |core| core.ready())
    }

    /// Waits for at least one item, then pops up to `count`; how many.
    pub fn pop_many(
        &mut self,
        count: usize,
        buffer: &mut [u8],
        timeout: Option<Duration>,
    ) -> Result<usize, PopError> {
        let item = self.item;
        let (n, published) = self.wait(timeout, |core| pop_batch(core, item, count, buffer))?;
        if published {
            notify::<Mapped>(&self.space);
        }
        Ok(n)
    }

    fn wait<R>(
        &mut self,
        timeout: Option<Duration>,
        mut attempt: impl FnMut(&mut ConsumerCore<Mapped>) -> Result<R, Fault>,
    ) -> Result<R, PopError> {
        let attachment = self.role.attachment();
        if attachment.is_forked() {
            return Err(PopError::Forked);
        }
        let (core, limiter, space) = (&mut self.core, &mut self.limiter, &self.space);
        let answer = until::<Mapped, _>(
            &self.data,
            timeout,
            || {
                // Asked before the attempt: what was committed before the
                // removal is drained first.
                let removed = attachment.is_removed();
                match attempt(core) {
                    Ok(done) => Some(Ok(done)),
                    Err(Fault::Corrupt) => Some(Err(PopError::Corrupt)),
                    Err(Fault::Wait) if attachment.is_forked() => Some(Err(PopError::Forked)),
                    Err(Fault::Wait) => {
                        if core.settle() {
                            notify::<Mapped>(space);
                        }
                        removed.then_some(Err(PopError::Removed))
                    }
                }
            },
            |slept| {
                if limiter.is_due_now() {
                    attachment.look_around(slept);
                }
            },
        );
        answer.unwrap_or(Err(PopError::Timeout))
    }

    pub(crate) fn peek(&mut self) -> Result<usize, TryPopError> {
        if self.role.attachment().is_forked() {
            return Err(TryPopError::Forked);
        }
        for _ in 0..LOOKS {
            match self.core.peek() {
                Ok(index) => return Ok(index),
                Err(fault) => self.refused(fault)?,
            }
        }
        Err(TryPopError::Corrupt)
    }

    pub(crate) fn release(&mut self) {
        if self.core.acknowledge(1) {
            notify::<Mapped>(&self.space);
        }
    }

    pub(crate) fn slots(&self) -> &MappedSlots {
        self.core.slots()
    }
}

impl Drop for RawConsumer {
    fn drop(&mut self) {
        if self.role.is_held() {
            self.core.leave();
            notify::<Mapped>(&self.space);
        }
    }
}

/// After a role was claimed from a dead holder, which may have stored what the
/// other side waits for and not notified.
fn wake_both(data: &MappedFlag, space: &MappedFlag) {
    wake_regardless(data);
    wake_regardless(space);
}

fn pop_batch(
    core: &mut ConsumerCore<Mapped>,
    item: usize,
    count: usize,
    buffer: &mut [u8],
) -> Result<(usize, bool), Fault> {
    use crate::memory::Slots;
    core.pop_batch(count, |k, slots, index| {
        slots.read(index, &mut buffer[k * item..(k + 1) * item]);
    })
}

fn item_size(layout: &QueueLayout) -> usize {
    usize::try_from(layout.item).unwrap_or(usize::MAX)
}
