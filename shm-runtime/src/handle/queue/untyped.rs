//! The two sides of a queue for items that are bytes: what the typed handles
//! and the C ABI build on. Here the logic meets waiting, forks and removal.
//!
//! What each message costs is always inlined: a typed handle knows the length of
//! its items when it is compiled, in the program that uses it, and with that the
//! copying is a few moves. All else is called, and stands apart.

#![allow(clippy::inline_always)] // what each message costs, see `handle::queue::untyped`

use crate::error::Result;
use crate::handle::LOOK_PERIOD;
use crate::handle::passing::{Wait, wake_both};
use crate::handle::queue::errors::{PopError, PushError, TryPopError, TryPushError};
use crate::handle::queue::target::Target;
use crate::memory::{Mapped, MappedAt, MappedFlag, MappedRing};
use crate::object::clock::{Limiter, breathe};
use crate::object::fault::Fault;
use crate::object::queue::layout::QueueLayout;
use crate::object::queue::one_to_one::{ConsumerCore, ProducerCore};
use crate::object::role::Previous;
use crate::object::wait::notify;
use crate::segment::{Attachment, Birthplace, RoleGuard};
use crate::types::layout::may_be_uninit;
use std::mem::MaybeUninit;
use std::time::Duration;

/// How often a pop looks. A message came in time, then one was committed before
/// the removal: that is twice. Where a stamp is whole and then is not, somebody
/// lies.
const LOOKS: u32 = 4;

/// The producer of a queue whose items are this many bytes.
///
/// An item of another length than [`Self::item_size`] is a mistake of the
/// caller and panics.
pub struct RawProducer {
    core: ProducerCore<Mapped>,
    /// The attachment's, at hand.
    birthplace: Birthplace,
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
        let birthplace = role.attachment().birthplace();
        let item = item_size(&target.layout);
        Ok(Self { core, birthplace, item, data, space, limiter, role })
    }

    /// Bytes of an item.
    pub fn item_size(&self) -> usize {
        self.item
    }

    /// Pushes one item if there is room.
    #[inline(always)]
    pub fn try_push(&mut self, item: &[u8]) -> Result<(), TryPushError> {
        if self.birthplace.is_forked() || !self.core.has_room() {
            self.make_room()?;
        }
        self.core.put(item);
        notify::<Mapped>(&self.data);
        Ok(())
    }

    /// Looks for room for one item.
    #[cold]
    #[inline(never)]
    fn make_room(&mut self) -> Result<(), TryPushError> {
        if self.birthplace.is_forked() {
            return Err(TryPushError::Forked);
        }
        self.core.look_at_head().map(drop).map_err(|fault| self.refused(fault))
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
        self.try_push_each(self.item, count, |n| (0..n).map(item))
    }

    /// The same of items of `size` bytes each.
    #[inline(always)]
    pub(crate) fn try_push_each<'a, Items: Iterator<Item = &'a [u8]>>(
        &mut self,
        size: usize,
        count: usize,
        items: impl FnOnce(usize) -> Items,
    ) -> Result<usize, TryPushError> {
        if self.birthplace.is_forked() {
            return Err(TryPushError::Forked);
        }
        match self.core.push_batch(size, count, items) {
            Ok(n) => {
                notify::<Mapped>(&self.data);
                Ok(n)
            }
            Err(fault) => Err(self.refused(fault)),
        }
    }

    /// Waits for room; `None` waits without end.
    #[inline(always)]
    pub fn push(&mut self, item: &[u8], timeout: Option<Duration>) -> Result<(), PushError> {
        if self.birthplace.is_forked() || !self.core.has_room() {
            self.wait_room(timeout)?;
        }
        self.core.put(item);
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
        let size = self.item;
        let n = self.wait(timeout, |core| core.push_batch(size, count, |n| (0..n).map(&item)))?;
        notify::<Mapped>(&self.data);
        Ok(n)
    }

    /// Waits until an item fits; `None` waits without end. Only this producer takes
    /// the room away again, so a push that follows finds it.
    #[doc(hidden)]
    #[cold]
    #[inline(never)]
    pub fn wait_room(&mut self, timeout: Option<Duration>) -> Result<(), PushError> {
        self.wait(timeout, |core| core.reserve().map(drop))
    }

    fn wait<R>(
        &mut self,
        timeout: Option<Duration>,
        attempt: impl FnMut(&mut ProducerCore<Mapped>) -> Result<R, Fault>,
    ) -> Result<R, PushError> {
        let wait = Wait {
            attachment: self.role.attachment(),
            limiter: &mut self.limiter,
            flag: &self.space,
            timeout,
        };
        Ok(wait.for_room(&mut self.core, ProducerCore::count_full, attempt)?)
    }

    #[inline(always)]
    pub(crate) fn reserve(&mut self) -> Result<MappedAt, TryPushError> {
        if self.birthplace.is_forked() {
            return Err(TryPushError::Forked);
        }
        self.core.reserve().map_err(|fault| self.refused(fault))
    }

    /// `size` is that of an item.
    #[inline(always)]
    pub(crate) fn commit(&mut self, size: usize) {
        self.core.commit(size);
        notify::<Mapped>(&self.data);
    }

    #[inline]
    pub(crate) fn slots(&self) -> MappedRing {
        self.core.slots()
    }
}

/// The consumer of a queue whose items are this many bytes.
///
/// A buffer of another length than [`Self::item_size`] is a mistake of the
/// caller and panics.
pub struct RawConsumer {
    core: ConsumerCore<Mapped>,
    /// The attachment's, at hand.
    birthplace: Birthplace,
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
            birthplace: role.attachment().birthplace(),
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
    pub fn try_pop(&mut self, item: &mut [u8]) -> Result<(), TryPopError> {
        self.try_pop_into(may_be_uninit(item)).map(drop)
    }

    /// The same into bytes that need not be anything before, and are something then.
    #[inline(always)]
    pub(crate) fn try_pop_into<'a>(
        &mut self,
        item: &'a mut [MaybeUninit<u8>],
    ) -> Result<&'a mut [u8], TryPopError> {
        self.begin(item.len())?;
        Ok(self.take(item))
    }

    /// What each operation begins with: there is a message.
    #[inline(always)]
    fn begin(&mut self, size: usize) -> Result<(), TryPopError> {
        if self.birthplace.is_forked() {
            return Err(TryPopError::Forked);
        }
        self.core.prefetch(size);
        match self.core.ready() {
            Ok(()) => Ok(()),
            Err(fault) => self.look_again(fault),
        }
    }

    /// Takes the message that is there.
    #[inline(always)]
    fn take<'a>(&mut self, item: &'a mut [MaybeUninit<u8>]) -> &'a mut [u8] {
        let (item, published) = self.core.take(item);
        if published {
            notify::<Mapped>(&self.space);
        }
        item
    }

    /// Why there is no message, if there is none.
    #[cold]
    #[inline(never)]
    fn look_again(&mut self, fault: Fault) -> Result<(), TryPopError> {
        let mut fault = fault;
        for _ in 0..LOOKS {
            self.refused(fault)?;
            match self.core.ready() {
                Ok(()) => return Ok(()),
                Err(other) => fault = other,
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

    /// Pops up to `count` items, and acknowledges them together; how many. `buffer`
    /// gets them one behind the other.
    pub fn try_pop_many(&mut self, count: usize, buffer: &mut [u8]) -> Result<usize, TryPopError> {
        let size = self.item;
        let count = count.min(buffer.len() / size);
        self.try_pop_each(size, count, |n| chunks(size, &mut buffer[..n * size]))
    }

    /// The same of items of `size` bytes each. `items(n)` is where the first n go.
    #[inline(always)]
    pub(crate) fn try_pop_each<'a, Items: Iterator<Item = &'a mut [MaybeUninit<u8>]>>(
        &mut self,
        size: usize,
        count: usize,
        items: impl FnOnce(usize) -> Items,
    ) -> Result<usize, TryPopError> {
        match self.begin(size) {
            Err(TryPopError::Empty) if count == 0 => return Ok(0),
            other => other?,
        }
        match self.core.pop_batch(size, count, items) {
            Ok((n, published)) => {
                if published {
                    notify::<Mapped>(&self.space);
                }
                Ok(n)
            }
            // A stamp that was whole and is not: somebody lies.
            Err(_) => Err(TryPopError::Corrupt),
        }
    }

    /// Waits for an item; `None` waits without end.
    pub fn pop(&mut self, item: &mut [u8], timeout: Option<Duration>) -> Result<(), PopError> {
        self.pop_into(may_be_uninit(item), timeout).map(drop)
    }

    /// The same into bytes that need not be anything before, and are something then.
    #[inline(always)]
    pub(crate) fn pop_into<'a>(
        &mut self,
        item: &'a mut [MaybeUninit<u8>],
        timeout: Option<Duration>,
    ) -> Result<&'a mut [u8], PopError> {
        self.core.prefetch(item.len());
        if self.birthplace.is_forked() || self.core.ready().is_err() {
            self.wait_message(timeout)?;
        }
        Ok(self.take(item))
    }

    /// Waits until a message is there.
    #[cold]
    #[inline(never)]
    fn wait_message(&mut self, timeout: Option<Duration>) -> Result<(), PopError> {
        self.wait(timeout, |core| core.ready())
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
        let size = self.item;
        let count = count.min(buffer.len() / size);
        let (n, published) = self.wait(timeout, |core| {
            core.pop_batch(size, count, |n| chunks(size, &mut buffer[..n * size]))
        })?;
        if published {
            notify::<Mapped>(&self.space);
        }
        Ok(n)
    }

    fn wait<R>(
        &mut self,
        timeout: Option<Duration>,
        attempt: impl FnMut(&mut ConsumerCore<Mapped>) -> Result<R, Fault>,
    ) -> Result<R, PopError> {
        let wait = Wait {
            attachment: self.role.attachment(),
            limiter: &mut self.limiter,
            flag: &self.data,
            timeout,
        };
        Ok(wait.for_some(&mut self.core, (ConsumerCore::settle, &self.space), attempt)?)
    }

    /// `size` is that of an item.
    #[inline(always)]
    pub(crate) fn peek(&mut self, size: usize) -> Result<MappedAt, TryPopError> {
        self.begin(size)?;
        self.core.peek().map_err(|_| TryPopError::Corrupt)
    }

    #[inline(always)]
    pub(crate) fn release(&mut self) {
        if self.core.acknowledge() {
            notify::<Mapped>(&self.space);
        }
    }

    #[inline]
    pub(crate) fn slots(&self) -> MappedRing {
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

fn chunks(size: usize, buffer: &mut [u8]) -> impl Iterator<Item = &mut [MaybeUninit<u8>]> {
    buffer.chunks_exact_mut(size).map(may_be_uninit)
}

fn item_size(layout: &QueueLayout) -> usize {
    usize::try_from(layout.item).unwrap_or(usize::MAX)
}
