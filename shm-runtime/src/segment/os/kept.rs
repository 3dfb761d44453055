//! A file that an attachment keeps open, as long as the program lets it.
//!
//! Libraries that make a daemon of a process close all descriptors that they do
//! not know, and the numbers become other files'. Such a file is neither asked
//! nor changed in place of the one that was kept, nor closed.

use crate::error::{ErrorKind, Result};
use crate::segment::os::failure::Attempt;
use crate::segment::os::file;
use nix::errno::Errno;
use std::fs::File;
use std::mem::ManuallyDrop;
use std::os::fd::{AsRawFd, BorrowedFd, RawFd};

/// An open file, closed on drop unless its descriptor is another file's by then.
pub(crate) struct KeptFile {
    file: ManuallyDrop<File>,
    /// Device and inode.
    place: (u64, u64),
}

impl KeptFile {
    pub(crate) fn new(file: File, attempt: Attempt<'_>) -> Result<Self> {
        let place = file::place(&file).map_err(|e| attempt.os("fstat", e))?;
        Ok(Self { file: ManuallyDrop::new(file), place })
    }

    /// The file while create or attach is at work.
    pub(crate) fn just_opened(&self) -> &File {
        &self.file
    }

    /// The file, unless the program has closed its descriptor.
    pub(crate) fn get(&self) -> Option<&File> {
        let is_here = match file::place(&*self.file) {
            Ok(place) => place == self.place,
            Err(e) => e != Errno::EBADF,
        };
        is_here.then_some(&*self.file)
    }

    /// The same, for what cannot be done without it.
    pub(crate) fn require(&self, attempt: Attempt<'_>) -> Result<&File> {
        const WHY: &str = "this program has closed the segment's descriptor, as daemonizing \
                           does; attach after that";
        match file::place(&*self.file) {
            Ok(place) if place == self.place => Ok(&self.file),
            Ok(_) => Err(attempt.fail(ErrorKind::Invalid, WHY)),
            Err(Errno::EBADF) => {
                Err(attempt.fail(ErrorKind::Invalid, WHY).with_os(Errno::EBADF as i32))
            }
            Err(e) => Err(attempt.os("fstat", e)),
        }
    }
}

impl Drop for KeptFile {
    fn drop(&mut self) {
        close(self.file.as_raw_fd(), self.place);
    }
}

/// Closes a descriptor that was kept, unless it is another file's by now.
pub(crate) fn close(fd: RawFd, kept: (u64, u64)) {
    // SAFETY: only asked about; if it is closed, fstat says so.
    let asked = unsafe { BorrowedFd::borrow_raw(fd) };
    if file::place(asked).map_or(true, |place| place == kept) {
        // By its number: if it is closed already, an owner that is dropped aborts.
        let _ = nix::unistd::close(fd);
    }
}
