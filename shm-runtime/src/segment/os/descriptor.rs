//! Opening files at descriptors that nobody takes for standard streams.
//!
//! In a program that was started without standard input, output or error, the
//! next file that is opened gets such a number; a warning of some library would
//! then overwrite the segment, and daemon(3) would put /dev/null in its place. So
//! a descriptor that is kept is 3 or above. Nor is one that may be written ever
//! below, for however short a time: other threads print, too.

use nix::errno::Errno;
use nix::fcntl::{FcntlArg, OFlag, fcntl};
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use nix::sys::stat::Mode;
use std::os::fd::{AsRawFd, BorrowedFd, FromRawFd, OwnedFd, RawFd};

/// Standard input, output and error.
const STANDARD: RawFd = 3;

/// As open(2), at 3 or above.
pub(crate) fn open(path: &str, flags: OFlag, mode: Mode) -> Result<OwnedFd, Errno> {
    let made = || nix::fcntl::open(path, flags, mode);
    // What cannot be written harms nobody before it is moved.
    let writes = flags.intersects(OFlag::O_WRONLY | OFlag::O_RDWR);
    if writes { make(made) } else { keep(made()?) }
}

/// Makes a descriptor that may be written, at 3 or above.
pub(crate) fn make(open: impl FnOnce() -> Result<OwnedFd, Errno>) -> Result<OwnedFd, Errno> {
    let held = hold_standard();
    let made = open();
    drop(held);
    keep(made?)
}

/// The same open file at 3 or above, with whatever locks it has.
pub(crate) fn keep(fd: OwnedFd) -> Result<OwnedFd, Errno> {
    if fd.as_raw_fd() >= STANDARD {
        return Ok(fd);
    }
    let moved = fcntl(&fd, FcntlArg::F_DUPFD_CLOEXEC(STANDARD))?;
    // SAFETY: just made, and nobody else's.
    Ok(unsafe { OwnedFd::from_raw_fd(moved) })
}

/// Occupies those of the standard numbers that are free, with descriptors that
/// can be neither read nor written.
fn hold_standard() -> Vec<OwnedFd> {
    // SAFETY: they are asked about and no more; those that are not open are reported.
    let ask = |fd| PollFd::new(unsafe { BorrowedFd::borrow_raw(fd) }, PollFlags::empty());
    let mut asked = [ask(0), ask(1), ask(2)];
    // Where it fails, none is reported as free.
    let _ = poll(&mut asked, PollTimeout::ZERO);
    let is_free = |fd: &PollFd<'_>| fd.revents().is_some_and(|r| r.contains(PollFlags::POLLNVAL));
    let free = asked.iter().filter(|fd| is_free(fd));
    let flags = OFlag::O_PATH | OFlag::O_CLOEXEC;
    free.filter_map(|_| nix::fcntl::open("/", flags, Mode::empty()).ok()).collect()
}
