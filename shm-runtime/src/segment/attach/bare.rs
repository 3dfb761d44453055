//! Bare segments: exactly N bytes, with nothing of ours in them.

use crate::error::{ErrorKind, Result};
use crate::segment::attach::access::{Attached, Kernel, Opened};
use crate::segment::attach::open_or_create::open_or_create;
use crate::segment::attach::owner::Owner;
use crate::segment::attach::waiting::attach_waiting;
use crate::segment::os::address::Address;
use crate::segment::os::failure::Attempt;
use crate::segment::os::kept::KeptFile;
use crate::segment::os::options::Options;
use crate::segment::os::sysv::idfile::IdFile;
use crate::segment::os::{file, huge, memfd, posix, sysv};
use crate::text::in_words;
use std::sync::Arc;

/// A segment, attached: of N bytes with nothing of ours in them, or any other
/// when looked at as such.
///
/// Dropping detaches, and never removes.
pub struct Segment {
    attached: Attached,
}

impl Segment {
    /// Creates a segment of exactly `size` bytes, all zero, with mode 0600.
    /// Fails with [`ErrorKind::Exists`] if there is one.
    pub fn create(address: &Address, size: u64) -> Result<Self> {
        Self::create_with(address, size, &Options::default())
    }

    /// As [`Self::create`], with other permissions or another owner.
    pub fn create_with(address: &Address, size: u64, options: &Options) -> Result<Self> {
        let attempt = Attempt::new("create", address);
        if size == 0 {
            return Err(attempt.fail(ErrorKind::Invalid, "a segment has at least one byte"));
        }
        let making = options.making(attempt)?;
        let (address, mapping, kernel) = if let Address::Posix(name) = address {
            let (file, own, mapping) = posix::make(size, &making, attempt)?;
            let name = posix::publish(&file, name, &making, attempt)?;
            drop(own);
            (Address::Posix(name), mapping, Kernel::Posix(KeptFile::new(file, attempt)?))
        } else if *address == Address::Memfd(None) {
            let (file, mapping) = memfd::make("shmgen", size, &making, attempt)?;
            (memfd::address(&file), mapping, Kernel::Memfd(KeptFile::new(file, attempt)?))
        } else {
            let (id, mapping) = sysv::make(address, size, &making, None, attempt)?;
            let says = IdFile { id, birth_mark: 0, size };
            if let Err(error) = sysv::announce(address, &says, &making, options, attempt) {
                sysv::discard(id);
                return Err(error);
            }
            (address.clone(), mapping, Kernel::Sysv(id))
        };
        file::keep_out_of_core(&mapping, options.core_dump);
        let attached = Attached { address, mapping: Arc::new(mapping), kernel };
        Ok(Self { attached })
    }

    /// Attaches to a segment of any size and content.
    pub fn attach(address: &Address) -> Result<Self> {
        Self::attach_with(address, &Options::default())
    }

    /// As [`Self::attach`], trusting other owners, or waiting for it.
    pub fn attach_with(address: &Address, options: &Options) -> Result<Self> {
        attach_waiting(options, || Self::open(address, false, options))
    }

    /// Attaches for reading only.
    pub fn attach_read_only(address: &Address) -> Result<Self> {
        Self::open(address, true, &Options::default())
    }

    /// As [`Self::attach_read_only`], trusting other owners, or waiting for it.
    pub fn attach_read_only_with(address: &Address, options: &Options) -> Result<Self> {
        attach_waiting(options, || Self::open(address, true, options))
    }

    fn open(address: &Address, read_only: bool, options: &Options) -> Result<Self> {
        let attempt = Attempt::new("attach to", address);
        let attached = Opened::open(address, read_only, options, attempt)?.map(attempt)?;
        file::keep_out_of_core(&attached.mapping, options.core_dump);
        if options.prefault {
            huge::prefault(&attached.mapping, attempt)?;
        }
        Ok(Self { attached })
    }

    /// Attaches to the segment if there is one of exactly this size, else
    /// creates it. An existing one is never changed.
    pub fn open_or_create(address: &Address, size: u64) -> Result<Self> {
        Self::open_or_create_with(address, size, &Options::default())
    }

    /// As [`Self::open_or_create`], with other permissions on create, and
    /// trusting other owners on attach.
    pub fn open_or_create_with(address: &Address, size: u64, options: &Options) -> Result<Self> {
        let found = open_or_create(
            || Self::open(address, false, options),
            || Self::create_with(address, size, options),
        )?;
        if found.size() != size {
            let why = format!("it exists with {} bytes instead of {size}", found.size());
            return Err(Attempt::new("open", address).fail(ErrorKind::Mismatch, why));
        }
        Ok(found)
    }

    pub(crate) fn kernel(&self) -> &Kernel {
        &self.attached.kernel
    }

    /// The address, with the name that was chosen if it was `posix:`.
    pub fn address(&self) -> &Address {
        &self.attached.address
    }

    /// Bytes of the segment.
    pub fn size(&self) -> u64 {
        self.attached.mapping.len() as u64
    }

    /// Where the segment lies in this process, for as long as it is attached.
    /// Other processes may change any byte at any time, so what lies there must
    /// not be referred to by `&` or `&mut`; and a POSIX segment that somebody
    /// makes shorter ends with SIGBUS.
    pub fn as_ptr(&self) -> *mut u8 {
        self.attached.mapping.range().0.as_ptr()
    }

    /// Whether this attachment may only read.
    pub fn is_read_only(&self) -> bool {
        !self.attached.mapping.is_writable()
    }

    /// Changes owner and permissions.
    pub fn set(&self, owner: Owner) -> Result<()> {
        owner.give(&self.attached.kernel, self.address())
    }

    /// Changes owner and permissions of the segment at an address, without
    /// attaching to it.
    pub fn set_at(address: &Address, owner: Owner) -> Result<()> {
        owner.give_at(address)
    }

    /// Takes the segment's name away. Attached processes keep the memory. A name
    /// that leads to another segment by now is left alone. A memfd has none;
    /// one of ours is declared removed, so that nobody attaches any more.
    pub fn remove(&self) -> Result<()> {
        self.attached.kernel.remove(self.address())
    }

    /// A new descriptor of a memfd, to be handed to another process: by
    /// [`fd::send`](crate::segment::os::fd::send), or to a child. It keeps the memory until
    /// it is closed.
    #[cfg(unix)]
    pub fn descriptor(&self) -> Result<std::os::fd::OwnedFd> {
        self.attached.kernel.descriptor(self.address(), self.is_read_only())
    }

    /// Removes the segment at an address, without attaching to it.
    pub fn remove_at(address: &Address) -> Result<()> {
        let attempt = Attempt::new("remove", address);
        match address {
            Address::Posix(name) => posix::remove(name, attempt),
            Address::Memfd(Some(place)) => memfd::retire(&memfd::peek(*place, attempt)?, attempt),
            _ => sysv::remove(address, sysv::find(address, attempt)?, attempt),
        }
    }

    /// Detaches; the same as dropping.
    pub fn detach(self) {}

    /// Keeps the segment in memory: `SHM_LOCK` for System V, which lasts until
    /// [`Self::unlock_memory`]; mlock(2) for POSIX, which ends with this
    /// attachment.
    pub fn lock_memory(&self) -> Result<()> {
        self.lock(true)
    }

    /// Undoes [`Self::lock_memory`].
    pub fn unlock_memory(&self) -> Result<()> {
        self.lock(false)
    }

    /// Keeps the System V segment at an address in memory (`SHM_LOCK`) until it
    /// is unlocked, or no longer (`lock` is false), without attaching to it.
    /// [`ErrorKind::Unsupported`] for POSIX segments: what mlock(2) locks is
    /// unlocked when its process ends, so [`Self::lock_memory`] is the way.
    pub fn lock_at(address: &Address, lock: bool) -> Result<()> {
        let attempt = Attempt::new(if lock { "lock" } else { "unlock" }, address);
        if let Address::Posix(_) | Address::Memfd(_) = address {
            let call = "call lock_memory() in a process that stays";
            let way = match lock {
                true => in_words(call, "--hold locks it and stays", call),
                false => "that process unlocks it",
            };
            let why = format!(
                "POSIX shared memory is locked by a process (mlock), and no longer when that \
                 process ends or detaches; {way}"
            );
            return Err(attempt.fail(ErrorKind::Unsupported, why));
        }
        sysv::lock(sysv::find(address, attempt)?, lock, attempt)
    }

    fn lock(&self, lock: bool) -> Result<()> {
        let attempt = Attempt::new(if lock { "lock" } else { "unlock" }, self.address());
        match &self.attached.kernel {
            Kernel::Posix(_) | Kernel::Memfd(_) => {
                file::lock(&self.attached.mapping, lock, attempt)
            }
            Kernel::Sysv(id) => sysv::lock(*id, lock, attempt),
        }
    }

    /// Copies bytes out of the segment. What another process writes meanwhile
    /// may be seen in parts.
    pub fn read_at(&self, offset: u64, out: &mut [u8]) -> Result<()> {
        let attempt = Attempt::new("read", self.address());
        self.check_range(offset, out.len(), attempt)?;
        self.attached.mapping.read(offset, out)
    }

    /// Copies bytes into the segment, with no regard to what lies there.
    pub fn write_at(&self, offset: u64, bytes: &[u8]) -> Result<()> {
        let attempt = Attempt::new("write", self.address());
        self.check_range(offset, bytes.len(), attempt)?;
        self.attached.mapping.write(offset, bytes).map_err(|e| attempt.wrap(e))
    }

    fn check_range(&self, offset: u64, len: usize, attempt: Attempt<'_>) -> Result<()> {
        match offset.checked_add(len as u64) {
            Some(end) if end <= self.size() => Ok(()),
            _ => {
                let why = format!("{len} bytes at {offset} lie outside its {} bytes", self.size());
                Err(attempt.fail(ErrorKind::Invalid, why))
            }
        }
    }
}

impl std::fmt::Debug for Segment {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Segment")
            .field("address", self.address())
            .field("size", &self.size())
            .finish_non_exhaustive()
    }
}
