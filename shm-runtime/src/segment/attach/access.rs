//! Opening and mapping a segment of either kind, bare or ours: the part that
//! does not care what lies in it.

use crate::error::{ErrorKind, Result};
use crate::memory::Mapping;
use crate::segment::format::header::HEADER_SIZE;
use crate::segment::os::address::Address;
use crate::segment::os::failure::Attempt;
use crate::segment::os::kept::KeptFile;
use crate::segment::os::options::Options;
use crate::segment::os::{file, memfd, posix, sysv};
use std::fs::File;
use std::sync::Arc;
use std::sync::atomic::{Ordering, fence};

/// A segment that is found and trusted, but not mapped yet (System V can only
/// be read by mapping it).
pub(crate) struct Opened {
    pub(crate) address: Address,
    pub(crate) size: u64,
    read_only: bool,
    kind: OpenedKind,
}

enum OpenedKind {
    Posix(File),
    Sysv(i32, Mapping),
    Memfd(File),
}

/// A segment that is mapped.
pub(crate) struct Attached {
    pub(crate) address: Address,
    pub(crate) mapping: Arc<Mapping>,
    pub(crate) kernel: Kernel,
}

/// What the kernel calls it.
pub(crate) enum Kernel {
    /// By its file.
    Posix(KeptFile),
    /// By its id.
    Sysv(i32),
    /// By its file, which has no name.
    Memfd(KeptFile),
}

impl Kernel {
    /// Takes the name of the segment at this address away. One that leads to another
    /// segment by now is left alone.
    pub(crate) fn remove(&self, address: &Address) -> Result<()> {
        let attempt = Attempt::new("remove", address);
        match (self, address) {
            (Self::Sysv(id), address) => sysv::remove(address, *id, attempt),
            (Self::Posix(file), Address::Posix(name)) => {
                posix::remove_this(name, file.require(attempt)?, attempt)
            }
            (Self::Posix(_), _) => Err(attempt.fail(ErrorKind::Invalid, "it has no name")),
            (Self::Memfd(file), _) => memfd::retire(file.require(attempt)?, attempt),
        }
    }

    /// A new descriptor of a memfd, with a description of its own: one that
    /// holds no locks.
    #[cfg(unix)]
    pub(crate) fn descriptor(
        &self,
        address: &Address,
        read_only: bool,
    ) -> Result<std::os::fd::OwnedFd> {
        let attempt = Attempt::new("hand over", address);
        match self {
            Self::Memfd(file) => {
                memfd::reopen(file.require(attempt)?, read_only, attempt).map(Into::into)
            }
            _ => {
                let why =
                    "only a memfd is handed over by a descriptor; tell the others its address";
                Err(attempt.fail(ErrorKind::Unsupported, why))
            }
        }
    }
}

impl Opened {
    pub(crate) fn open(
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
            Address::Memfd(None) => {
                let why = "which one? a memfd has no name to be found by: memfd:PID/FD";
                return Err(attempt.fail(ErrorKind::Invalid, why));
            }
            Address::Memfd(Some(place)) => {
                let (fd, size) = memfd::open_checked(*place, read_only, options, attempt)?;
                (size, OpenedKind::Memfd(fd))
            }
            _ => {
                let id = sysv::find(address, attempt)?;
                let mapping = sysv::attach(id, read_only, options, attempt)?;
                (mapping.len() as u64, OpenedKind::Sysv(id, mapping))
            }
        };
        Ok(Self { address: address.clone(), size, read_only, kind })
    }

    /// A segment whose file is open for reading: a memfd if the address is one,
    /// else a POSIX segment.
    pub(crate) fn of_file(address: &Address, file: File, attempt: Attempt<'_>) -> Result<Self> {
        let size = file::facts(&file, attempt)?.size;
        let kind = match address {
            Address::Memfd(_) => OpenedKind::Memfd(file),
            _ => OpenedKind::Posix(file),
        };
        Ok(Self { address: address.clone(), size, read_only: true, kind })
    }

    /// A System V segment by its id, whatever the address leads to by now,
    /// for reading.
    pub(crate) fn of_sysv(
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

    /// The System V segment of this id that is attached already, for reading; it
    /// may have been removed since.
    pub(crate) fn of_attached_sysv(
        address: &Address,
        id: i32,
        attempt: Attempt<'_>,
    ) -> Result<Self> {
        let size = sysv::stat(id, attempt)?.size;
        let len = usize::try_from(size).unwrap_or(usize::MAX);
        let kind = OpenedKind::Sysv(id, sysv::map(id, true, len, attempt)?);
        Ok(Self { address: address.clone(), size, read_only: true, kind })
    }

    /// Copies bytes out of the segment; one in a file by reading that, so that
    /// one which shrinks under us is an error and no signal.
    pub(crate) fn read(&self, offset: u64, out: &mut [u8]) -> Result<()> {
        match &self.kind {
            OpenedKind::Posix(fd) | OpenedKind::Memfd(fd) => {
                file::read(fd, offset, out, &self.address)
            }
            OpenedKind::Sysv(_, mapping) => mapping.read(offset, out),
        }
    }

    /// Copies bytes into the segment; into one in a file by writing that, for
    /// the same reason.
    pub(crate) fn write(&self, offset: u64, bytes: &[u8], attempt: Attempt<'_>) -> Result<()> {
        match &self.kind {
            OpenedKind::Posix(fd) | OpenedKind::Memfd(fd) => {
                file::write(fd, offset, bytes, attempt)
            }
            OpenedKind::Sysv(_, mapping) => {
                mapping.write(offset, bytes).map_err(|e| attempt.wrap(e))
            }
        }
    }

    /// The bytes of it that can be a header.
    pub(crate) fn read_head(&self) -> Result<Vec<u8>> {
        let len = usize::try_from(self.size).map_or(HEADER_SIZE, |size| size.min(HEADER_SIZE));
        let mut head = vec![0; len];
        match &self.kind {
            OpenedKind::Sysv(_, mapping) if len >= 8 => {
                // In sight while it is being made. Pairs with the release of the
                // magic in `birth`; whoever sees it also sees the header behind it.
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
    pub(crate) fn sysv_id(&self) -> Option<i32> {
        match &self.kind {
            OpenedKind::Posix(_) | OpenedKind::Memfd(_) => None,
            OpenedKind::Sysv(id, _) => Some(*id),
        }
    }

    /// Whether it lies in a file that gets its name when it is ready.
    pub(crate) fn is_named_when_ready(&self) -> bool {
        matches!(self.kind, OpenedKind::Posix(_))
    }

    /// The file that it lies in, if it is no System V segment.
    pub(crate) fn file(&self) -> Option<&File> {
        match &self.kind {
            OpenedKind::Posix(fd) | OpenedKind::Memfd(fd) => Some(fd),
            OpenedKind::Sysv(..) => None,
        }
    }

    pub(crate) fn map(mut self, attempt: Attempt<'_>) -> Result<Attached> {
        let (mapping, kernel) = match self.kind {
            OpenedKind::Posix(fd) => {
                let mapping = file::map(&fd, self.size, !self.read_only, attempt)?;
                (mapping, Kernel::Posix(KeptFile::new(fd, attempt)?))
            }
            OpenedKind::Sysv(id, mapping) => (mapping, Kernel::Sysv(id)),
            OpenedKind::Memfd(fd) => {
                memfd::check_seals(&fd, self.read_only, attempt)?;
                let mapping = file::map(&fd, self.size, !self.read_only, attempt)?;
                // By its own descriptor, which is there as long as this is; the
                // one that was named may be closed at any moment.
                self.address = memfd::address(&fd);
                (mapping, Kernel::Memfd(KeptFile::new(fd, attempt)?))
            }
        };
        Ok(Attached { address: self.address, mapping: Arc::new(mapping), kernel })
    }
}
