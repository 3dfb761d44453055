//! The two sides of a stream for items that are bytes: what the typed handles and the
//! C ABI build on. Here the logic meets waiting, forks and removal.

use crate::error::Result;
use crate::handle::LOOK_PERIOD;
use crate::handle::passing::{Wait, wake_both};
use crate::handle::stream::errors::{ReadError, TryReadError, TryWriteError, WriteError};
use crate::handle::stream::target::Target;
use crate::memory::{Mapped, MappedFlag};
use crate::object::clock::Limiter;
use crate::object::fault::Fault;
use crate::object::role::Previous;
use crate::object::stream::logic::{ReaderCore, WriterCore};
use crate::object::wait::notify;
use crate::segment::{Attachment, RoleGuard};
use std::time::Duration;

/// The writer of a stream, for items that are bytes.
///
/// Bytes that are not whole items are a mistake of the caller and panic.
pub struct RawStreamWriter {
    core: WriterCore<Mapped>,
    item: usize,
    data: MappedFlag,
    space: MappedFlag,
    limiter: Limiter,
    role: RoleGuard,
}

impl RawStreamWriter {
    /// Claims the role at `index` of the attachment's objects.
    #[doc(hidden)]
    pub fn of_attachment(attachment: &Attachment, index: usize) -> Result<Self> {
        Self::claim(&Target::new(attachment, index)?)
    }

    pub(crate) fn claim(target: &Target) -> Result<Self> {
        let (role, previous) = target.claim_writer()?;
        let (data, space) = target.flags()?;
        let core = WriterCore::take_over(target.words()?, &target.layout);
        if previous == Previous::Died {
            wake_both(&data, &space);
        }
        let limiter = Limiter::new(LOOK_PERIOD);
        Ok(Self { core, item: target.item, data, space, limiter, role })
    }

    /// Bytes of an item; 1 where the stream passes bytes.
    pub fn item_size(&self) -> usize {
        self.item
    }

    /// Writes as many items as fit, and commits them; how many. 0 only if there is
    /// nothing to write.
    ///
    /// # Panics
    ///
    /// If the bytes are not those of whole items.
    #[inline]
    pub fn try_write(&mut self, items: &[u8]) -> Result<usize, TryWriteError> {
        assert!(items.len() % self.item == 0, "whole items");
        if self.role.attachment().is_forked() {
            return Err(TryWriteError::Forked);
        }
        match self.core.write(items) {
            Ok(n) => {
                notify::<Mapped>(&self.data);
                Ok(n)
            }
            Err(fault) => Err(self.refused(fault)),
        }
    }

    /// Waits for room for one item, then writes as many as fit; how many. `None`
    /// waits without end.
    ///
    /// # Panics
    ///
    /// If the bytes are not those of whole items.
    pub fn write(&mut self, items: &[u8], timeout: Option<Duration>) -> Result<usize, WriteError> {
        assert!(items.len() % self.item == 0, "whole items");
        let n = self.wait(timeout, |core| core.write(items))?;
        notify::<Mapped>(&self.data);
        Ok(n)
    }

    /// Waits for room for one item; `None` waits without end. Only this writer takes
    /// it away again.
    pub fn wait_room(&mut self, timeout: Option<Duration>) -> Result<(), WriteError> {
        self.wait(timeout, |core| core.room_for(1).map(drop))
    }

    /// Items that fit now and may be filled in place.
    pub(crate) fn reserve(&mut self) -> Result<usize, TryWriteError> {
        if self.role.attachment().is_forked() {
            return Err(TryWriteError::Forked);
        }
        self.core.room_for(usize::MAX).map_err(|fault| self.refused(fault))
    }

    /// Fills a part of what is reserved, from an item on.
    pub(crate) fn fill(&self, from: usize, items: &[u8]) {
        self.core.fill(from * self.item, items);
    }

    /// Commits the first items of what is reserved.
    pub(crate) fn commit(&mut self, n: usize) {
        self.core.commit(n);
        notify::<Mapped>(&self.data);
    }

    /// Why there is no room; looks around now and then.
    #[cold]
    fn refused(&mut self, fault: Fault) -> TryWriteError {
        let attachment = self.role.attachment();
        if self.limiter.is_due() {
            attachment.look_around(false);
        }
        match fault {
            _ if attachment.is_removed() => TryWriteError::Removed,
            Fault::Wait => {
                self.core.count_full();
                TryWriteError::Full
            }
            Fault::Corrupt => TryWriteError::Corrupt,
        }
    }

    fn wait<R>(
        &mut self,
        timeout: Option<Duration>,
        attempt: impl FnMut(&mut WriterCore<Mapped>) -> Result<R, Fault>,
    ) -> Result<R, WriteError> {
        let wait = Wait {
            attachment: self.role.attachment(),
            limiter: &mut self.limiter,
            flag: &self.space,
            timeout,
        };
        Ok(wait.for_room(&mut self.core, WriterCore::count_full, attempt)?)
    }
}

/// The reader of a stream, for items that are bytes.
///
/// A buffer that is not for whole items is a mistake of the caller and panics.
pub struct RawStreamReader {
    core: ReaderCore<Mapped>,
    item: usize,
    data: MappedFlag,
    space: MappedFlag,
    limiter: Limiter,
    role: RoleGuard,
}

impl RawStreamReader {
    /// Claims the role at `index` of the attachment's objects.
    #[doc(hidden)]
    pub fn of_attachment(attachment: &Attachment, index: usize) -> Result<Self> {
        Self::claim(&Target::new(attachment, index)?)
    }

    pub(crate) fn claim(target: &Target) -> Result<Self> {
        let (role, previous) = target.claim_reader()?;
        let (data, space) = target.flags()?;
        let core = ReaderCore::take_over(target.words()?, &target.layout);
        notify::<Mapped>(&space); // taking over published the exact head
        if previous == Previous::Died {
            wake_both(&data, &space);
        }
        let limiter = Limiter::new(LOOK_PERIOD);
        Ok(Self { core, item: target.item, data, space, limiter, role })
    }

    /// Bytes of an item; 1 where the stream passes bytes.
    pub fn item_size(&self) -> usize {
        self.item
    }

    /// How many of the next items a dead predecessor may have seen.
    pub fn redelivered(&self) -> u64 {
        self.core.redelivered()
    }

    /// Reads as many items as are there and fit, and acknowledges them; how many. 0
    /// only if there is no room for any.
    ///
    /// # Panics
    ///
    /// If the bytes are not those of whole items.
    #[inline]
    pub fn try_read(&mut self, items: &mut [u8]) -> Result<usize, TryReadError> {
        assert!(items.len() % self.item == 0, "room for whole items");
        let (n, published) = self.attempt(|core| core.read(items))?;
        self.notify_if(published);
        Ok(n)
    }

    /// Waits for one item, then reads as many as are there and fit; how many. `None`
    /// waits without end.
    ///
    /// # Panics
    ///
    /// If the bytes are not those of whole items.
    pub fn read(
        &mut self,
        items: &mut [u8],
        timeout: Option<Duration>,
    ) -> Result<usize, ReadError> {
        assert!(items.len() % self.item == 0, "room for whole items");
        let (n, published) = self.wait(timeout, |core| core.read(items))?;
        self.notify_if(published);
        Ok(n)
    }

    /// Waits for an item, and leaves it where it is: only this reader takes it out.
    pub fn wait_item(&mut self, timeout: Option<Duration>) -> Result<(), ReadError> {
        self.wait(timeout, |core| core.ready_for(1).map(drop))
    }

    /// Items that are there and may be looked at in place.
    pub(crate) fn peek(&mut self) -> Result<usize, TryReadError> {
        self.attempt(|core| core.peek(usize::MAX))
    }

    /// Copies out a part of what was peeked, from an item on.
    pub(crate) fn get(&self, from: usize, items: &mut [u8]) {
        self.core.get(from * self.item, items);
    }

    /// Acknowledges the first items of what was peeked.
    pub(crate) fn release(&mut self, n: usize) {
        let published = self.core.release(n);
        self.notify_if(published);
    }

    #[inline]
    fn notify_if(&self, published: bool) {
        if published {
            notify::<Mapped>(&self.space);
        }
    }

    #[inline]
    fn attempt<R>(
        &mut self,
        mut attempt: impl FnMut(&mut ReaderCore<Mapped>) -> Result<R, Fault>,
    ) -> Result<R, TryReadError> {
        if self.role.attachment().is_forked() {
            return Err(TryReadError::Forked);
        }
        match attempt(&mut self.core) {
            Ok(done) => Ok(done),
            Err(Fault::Corrupt) => Err(TryReadError::Corrupt),
            Err(Fault::Wait) if !self.is_over() => Err(TryReadError::Empty),
            // What was committed before the removal is drained.
            Err(Fault::Wait) => attempt(&mut self.core).map_err(|fault| match fault {
                Fault::Wait => TryReadError::Removed,
                Fault::Corrupt => TryReadError::Corrupt,
            }),
        }
    }

    /// Whether the segment was removed, so that nothing will come; looks around now and
    /// then, and tells the writer the exact head.
    #[cold]
    fn is_over(&mut self) -> bool {
        let settled = self.core.settle();
        self.notify_if(settled);
        let attachment = self.role.attachment();
        if !attachment.is_removed() && self.limiter.is_due() {
            attachment.look_around(false);
        }
        attachment.is_removed()
    }

    fn wait<R>(
        &mut self,
        timeout: Option<Duration>,
        attempt: impl FnMut(&mut ReaderCore<Mapped>) -> Result<R, Fault>,
    ) -> Result<R, ReadError> {
        let wait = Wait {
            attachment: self.role.attachment(),
            limiter: &mut self.limiter,
            flag: &self.data,
            timeout,
        };
        Ok(wait.for_some(&mut self.core, (ReaderCore::settle, &self.space), attempt)?)
    }
}

impl Drop for RawStreamReader {
    fn drop(&mut self) {
        if self.role.is_held() {
            self.core.leave();
            notify::<Mapped>(&self.space);
        }
    }
}
