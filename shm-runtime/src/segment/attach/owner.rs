//! Whose a segment is and who may use it, as it is changed: in the kernel, and
//! in what stands beside a System V segment.

use crate::error::{ErrorKind, Result};
use crate::segment::attach::access::Kernel;
use crate::segment::os::address::Address;
use crate::segment::os::failure::{Attempt, no_mode};
use crate::segment::os::sysv::idfile;
use crate::segment::os::{file, memfd, posix, sysv};

/// The owner and the permissions of a segment, for [`Segment::set`](crate::Segment::set).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Owner {
    /// The owning user; [`Owner::KEEP`]'s value leaves it as it is.
    pub uid: u32,
    /// The owning group; [`Owner::KEEP`]'s value leaves it as it is.
    pub gid: u32,
    /// The permissions, such as `0o640`; [`Owner::KEEP`]'s value leaves them
    /// as they are.
    pub mode: u32,
}

impl Owner {
    /// Changes nothing: the same number that chown(2) takes for it.
    pub const KEEP: Self = Self { uid: u32::MAX, gid: u32::MAX, mode: u32::MAX };

    /// Gives it to what is attached.
    pub(crate) fn give(self, kernel: &Kernel, address: &Address) -> Result<()> {
        match kernel {
            Kernel::Posix(file) | Kernel::Memfd(file) => {
                let attempt = Attempt::new("set", address);
                let (uid, gid, mode) = self.parts(attempt)?;
                file::set(file.require(attempt)?, uid, gid, mode, attempt)
            }
            Kernel::Sysv(id) => set_sysv(*id, self, address),
        }
    }

    /// Gives it to what an address leads to.
    pub(crate) fn give_at(self, address: &Address) -> Result<()> {
        let attempt = Attempt::new("set", address);
        match address {
            Address::Posix(name) => {
                let (uid, gid, mode) = self.parts(attempt)?;
                posix::set(name, uid, gid, mode, attempt)
            }
            Address::Memfd(Some(place)) => {
                let (uid, gid, mode) = self.parts(attempt)?;
                file::set(memfd::peek(*place, attempt)?, uid, gid, mode, attempt)
            }
            _ => set_sysv(sysv::find(address, attempt)?, self, address),
        }
    }

    /// What is to be changed, checked.
    fn parts(self, attempt: Attempt<'_>) -> Result<(Option<u32>, Option<u32>, Option<u32>)> {
        let change = |n: u32| (n != u32::MAX).then_some(n);
        let mode = change(self.mode);
        if let Some(mode) = mode.filter(|m| *m > 0o777) {
            return Err(attempt.fail(ErrorKind::Invalid, no_mode(mode)));
        }
        Ok((change(self.uid), change(self.gid), mode))
    }
}

fn set_sysv(id: i32, owner: Owner, address: &Address) -> Result<()> {
    let attempt = Attempt::new("set", address);
    let (uid, gid, mode) = owner.parts(attempt)?;
    // Looked at before and after: one of both modes may keep the caller out.
    let before = sysv::birth_mark(id);
    sysv::change(id, uid, gid, mode, attempt)?;
    if let Address::SysvFile(path) = address {
        if uid.is_some() || gid.is_some() {
            idfile::change(path, uid, gid, attempt)?;
        }
    }
    match before.or_else(|_| sysv::birth_mark(id)) {
        Ok(Some(mark)) => sysv::change_companion(id, mark, uid, gid, mode, attempt),
        Ok(None) => Ok(()),
        // A process that may look at it neither before nor after cannot tell whether it is
        // bare; its companion, if there is one, keeps them out as before.
        Err(error) if error.kind() == ErrorKind::Permission => Ok(()),
        Err(error) => Err(attempt.wrap(error)),
    }
}
