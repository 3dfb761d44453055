//! Opening and mapping a segment of either kind, bare or ours: the part that
//! does not care what lies in it.

use super::address::Address;
use super::failure::Attempt;
use super::header::HEADER_SIZE;
use super::options::Options;
use super::{file, posix, sysv};
use crate::error::{ErrorKind, Result};
use crate::memory::Mapping;
use std::fs::File;
use std::sync::Arc;
use std::sync::atomic::{Ordering, fence};

/// A segment that is found and trusted, but not mapped yet (System V can only
/// be read by mapping it).
pub(super) struct Opened {
    pub(super) address: Address,
    pub(super) size: u64,
    read_only: bool,
    kind: OpenedKind,
}

enum OpenedKind {
    Posix(File),
    Sysv(i32, Mapping),
}

/// A segment that is mapped.
pub(super) struct Attached {
    pub(super) address: Address,
    pub(super) mapping: Arc<Mapping>,
    pub(super) kernel: Kernel,
}

/// What the kernel calls it.
pub(super) enum Kernel {
    /// By its file.
    Posix(File),
    /// By its id.
    Sysv(i32),
}

impl Opened {
    pub(super) fn open(
        address: &Address,
        read_only: bool,
        options: &Options,
        attempt: Attempt<'_>,
    ) -> Result<Self> {
        let (size, kind) = match address {
            Address::Posix(name) if name.is_empty() => {
                return Err(attempt.fail(ErrorKind::Invalid, "which one? a name is missing"));
            }
            Address::Posix(name) => {
                let (fd, size) = posix::open_checked(name, read_only, options, attempt)?;
                (size, OpenedKind::Posix(fd))
            }
            _ => {
                let id = sysv::find(address, attempt)?;
                let mapping = sysv::attach(id, read_only, options, attempt)?;
                (mapping.len() as u64, OpenedKind::Sysv(id, mapping))
            }
        };
        Ok(Self { address: address.clone(), size, read_only, kind })
    }

    /// A POSIX segment whose file is open for reading.
    pub(super) fn of_file(address: &Address, file: File, attempt: Attempt<'_>) -> Result<Self> {
        let size = file::facts(&file, attempt)?.size;
        let kind = OpenedKind::Posix(file);
        Ok(Self { address: address.clone(), size, read_only: true, kind })
    }

    /// A System V segment by its id, whatever the address leads to by now,
    /// for reading.
    pub(super) fn of_sysv(
        address: &Address,
        id: i32,
        options: &Options,
        attempt: Attempt<'_>,
    ) -> Result<Self> {
        let mapping = sysv::attach(id, true, options, attempt)?;
        let size = mapping.len() as u64;
        let kind = OpenedKind::Sysv(id, mapping);
        Ok(Self { address: address.clone(), size, read_only: true, kind })
    }

    /// Copies bytes out of the segment; a POSIX one by reading its file, so
    /// that one which shrinks under us is an error and no signal.
    pub(super) fn read(&self, offset: u64, out: &mut [u8]) -> Result<()> {
        match &self.kind {
            OpenedKind::Posix(fd) => file::read(fd, offset, out, &self.address),
            OpenedKind::Sysv(_, mapping) => mapping.read(offset, out),
        }
    }

    /// Copies bytes into the segment; into a POSIX one by writing its file, for
    /// the same reason.
    pub(super) fn write(&self, offset: u64, bytes: &[u8], attempt: Attempt<'_>) -> Result<()> {
        match &self.kind {
            OpenedKind::Posix(fd) => file::write(fd, offset, bytes, attempt),
            OpenedKind::Sysv(_, mapping) => {
                mapping.write(offset, bytes).map_err(|e| attempt.wrap(e))
            }
        }
    }

    /// The bytes of it that can be a header.
    pub(super) fn read_head(&self) -> Result<Vec<u8>> {
        let len = usize::try_from(self.size).map_or(HEADER_SIZE, |size| size.min(HEADER_SIZE));
        let mut head = vec![0; len];
        match &self.kind {
            OpenedKind::Sysv(_, mapping) if len >= 8 => {
                // In sight while it is being made. Pairs with the release of the
                // magic in `birth`: who sees it, sees the header behind it.
                let magic = mapping.load_u64(0, Ordering::Acquire)?;
                mapping.read(0, &mut head)?;
                head[..8].copy_from_slice(&magic.to_le_bytes());
                // Pairs with the release of the ready state, which was among
                // these bytes.
                fence(Ordering::Acquire);
            }
            _ => self.read(0, &mut head)?,
        }
        Ok(head)
    }

    /// The System V id, if it is one.
    pub(super) fn sysv_id(&self) -> Option<i32> {
        match &self.kind {
            OpenedKind::Posix(_) => None,
            OpenedKind::Sysv(id, _) => Some(*id),
        }
    }

    /// The POSIX file, if it is one.
    pub(super) fn file(&self) -> Option<&File> {
        match &self.kind {
            OpenedKind::Posix(fd) => Some(fd),
            OpenedKind::Sysv(..) => None,
        }
    }

    pub(super) fn map(self, attempt: Attempt<'_>) -> Result<Attached> {
        let (mapping, kernel) = match self.kind {
            OpenedKind::Posix(fd) => {
                (file::map(&fd, self.size, !self.read_only, attempt)?, Kernel::Posix(fd))
            }
            OpenedKind::Sysv(id, mapping) => (mapping, Kernel::Sysv(id)),
        };
        Ok(Attached { address: self.address, mapping: Arc::new(mapping), kernel })
    }
}
