//! Taking the name of a POSIX segment away, under a lock on the very file that
//! it leads to. The memory stays with whoever is attached.

use crate::error::{ErrorKind, Result};
use crate::segment::format::header::{HEADER_SIZE, Header, STATE, State};
use crate::segment::os::descriptor::open;
use crate::segment::os::failure::Attempt;
use crate::segment::os::posix::{inode, is_unlinked, leased, look, look_at, path};
use crate::segment::os::{limits, locks, nobody};
use nix::errno::Errno;
use nix::fcntl::OFlag;
use nix::sys::stat::{FileStat, Mode, fstat, lstat};
use nix::unistd::unlink;
use std::fs::File;
use std::os::unix::fs::FileExt;

/// Takes away a name, whatever segment it leads to.
pub(crate) fn remove(name: &str, attempt: Attempt<'_>) -> Result<()> {
    remove_if(name, attempt, |_| Ok(()), |_| Ok(()))
}

/// Takes away a name, if it leads to this very file.
pub(crate) fn remove_this(name: &str, file: &File, attempt: Attempt<'_>) -> Result<()> {
    let own = fstat(file).map_err(|e| attempt.os("fstat", e))?;
    remove_if(name, attempt, |found| same(found, inode(&own), attempt), |_| Ok(()))
}

/// Takes away a name, if it leads to the file of this device and inode, and if
/// `claim`, asked once that file is locked, allows it.
pub(crate) fn remove_claimed(
    name: &str,
    file: (u64, u64),
    attempt: Attempt<'_>,
    claim: impl Fn(&File) -> Result<()>,
) -> Result<()> {
    let check = |found: &FileStat| same(found, file, attempt);
    remove_if(name, attempt, check, |file| match file {
        Some(file) => claim(file),
        None => {
            let why = "it may not be written, so it cannot be locked";
            Err(attempt.fail(ErrorKind::Permission, why))
        }
    })
}

/// Takes away a name of the caller's whose segment says of itself that it is
/// removed: whoever removed it died before it was done. Whether it did.
pub(crate) fn remove_retired(name: &str, attempt: Attempt<'_>) -> bool {
    let retired = |file: &File| state_of(file) == Some(State::Retired);
    let leftover = || {
        let path = path(name, attempt).ok()?;
        let (_peek, seen) = look(&path, "a segment", attempt).ok()?;
        let flags = OFlag::O_RDONLY | OFlag::O_NOFOLLOW | OFlag::O_NONBLOCK | OFlag::O_CLOEXEC;
        let file = open(&path, flags, Mode::empty()).map(File::from).ok()?;
        let mine = nobody::is_caller(seen.st_uid) && seen.st_nlink == 1;
        let same = inode(&fstat(&file).ok()?) == inode(&seen);
        (mine && same && retired(&file)).then(|| inode(&seen))
    };
    leftover().is_some_and(|file| {
        let claim = |file: &File| match retired(file) {
            true => Ok(()),
            false => Err(attempt.fail(ErrorKind::Exists, "it is not removed after all")),
        };
        remove_claimed(name, file, attempt, claim).is_ok()
    })
}

/// The state of a segment of ours.
fn state_of(file: &File) -> Option<State> {
    let mut bytes = [0; HEADER_SIZE];
    file.read_exact_at(&mut bytes, 0).ok()?;
    Header::parse(&bytes).ok().map(|header| header.state)
}

fn same(found: &FileStat, file: (u64, u64), attempt: Attempt<'_>) -> Result<()> {
    if inode(found) == file {
        return Ok(());
    }
    let why = "it was removed already; the name leads to another segment now";
    Err(attempt.fail(ErrorKind::NotFound, why))
}

/// Unlinks under a lock, after looking again that the name still leads to the
/// file that was locked: else a late remover would take away its successor's
/// new segment.
fn remove_if(
    name: &str,
    attempt: Attempt<'_>,
    check: impl Fn(&FileStat) -> Result<()>,
    claim: impl Fn(Option<&File>) -> Result<()>,
) -> Result<()> {
    let path = path(name, attempt)?;
    for _ in 0..100 {
        // Held, so that its inode number is not given to another file.
        let (_peek, seen) = look_at(name, &path, attempt)?;
        check(&seen)?;
        let flags = OFlag::O_RDWR | OFlag::O_NOFOLLOW | OFlag::O_NONBLOCK | OFlag::O_CLOEXEC;
        let file = match open(&path, flags, Mode::empty()) {
            Ok(file) => Some(File::from(file)),
            // A process that may not write cannot lock; whether it may unlink says the kernel.
            Err(Errno::EACCES | Errno::EPERM | Errno::EROFS) => None,
            Err(Errno::EAGAIN) => return Err(leased(attempt)),
            Err(e) => return Err(attempt.os("open", e)),
        };
        if let Some(file) = &file {
            if inode(&fstat(file).map_err(|e| attempt.os("fstat", e))?) != inode(&seen) {
                continue;
            }
            match locks::try_write(file, locks::REMOVE) {
                Ok(true) => {}
                Ok(false) => {
                    std::thread::sleep(std::time::Duration::from_millis(10));
                    continue;
                }
                // Where there are no locks, a bare segment goes without: nobody locks it.
                Err(error) if locks::are_missing(&error) && state_of(file).is_none() => {}
                Err(error) => return Err(attempt.wrap(error)),
            }
        }
        let now = lstat(path.as_str()).map_err(|e| attempt.os("lstat", e))?;
        if inode(&now) != inode(&seen) {
            continue;
        }
        claim(file.as_ref())?;
        unlink(path.as_str()).map_err(|e| attempt.os("unlink", e))?;
        if let Some(file) = &file {
            retire(file);
        }
        return Ok(());
    }
    Err(attempt.fail(ErrorKind::Busy, "somebody else is removing it, or names change too fast"))
}

/// Tells those who are still attached to a segment of ours, unless it has
/// another name: that what was removed was only a hard link.
fn retire(file: &File) {
    if !is_unlinked(file) {
        return;
    }
    // Where they are not told, they see that it has no name.
    if state_of(file) == Some(State::Ready) && limits::file_may_have(STATE + 4) {
        let _ = file.write_all_at(&State::Retired.word().to_le_bytes(), STATE);
    }
}
