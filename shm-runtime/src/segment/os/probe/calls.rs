//! Each system call that segments need, tried on something of its own. Nothing is
//! left behind, whatever fails.

use super::Probe;
use crate::memory::{futex, membarrier};
use crate::segment::os::address::{Address, OWN_FILES};
use crate::segment::os::errno::{FORBIDDEN, describe, missing};
use crate::segment::os::failure::Attempt;
use crate::segment::os::fork::Birthplace;
use crate::segment::os::{descriptor, file, huge, locks, posix, process};
use nix::errno::Errno;
use nix::fcntl::{AT_FDCWD, FcntlArg, OFlag, SealFlag, fcntl};
use nix::libc;
use nix::sys::memfd::{MFdFlags, memfd_create};
use nix::sys::stat::{Mode, fchmod};
use nix::unistd::{LinkatFlags, linkat, unlink};
use std::fs::File;
use std::os::fd::AsRawFd;
use std::sync::atomic::AtomicU32;

const ALL: &[&str] = &["posix", "sysv", "memfd"];
const FILES: &[&str] = &["posix", "memfd"];
/// A System V segment of a schema has a companion file.
const NAMED: &[&str] = &["posix", "sysv"];
const SYSV: &[&str] = &["sysv"];
const MEMFD: &[&str] = &["memfd"];

/// Tries them all.
pub(super) fn all() -> Vec<Probe> {
    let mut all = Vec::new();
    let mut tried = |call, backends, instead, result: Result<(), Errno>| {
        let failure = result.err().map(|errno| told(call, errno));
        all.push(Probe { call, failure, backends, instead });
        result.is_ok()
    };
    tried("open(O_TMPFILE)", NAMED, Some(NAMELESS), nameless());
    tried("linkat", NAMED, None, link());
    tried("unlink", NAMED, None, remove());
    if let Some(scratch) = scratch() {
        let taken = tried("fallocate", FILES, None, file::allocate(&scratch, 4096));
        tried("fchmod", FILES, None, fchmod(&scratch, Mode::from_bits_truncate(0o600)));
        tried("fcntl(F_OFD_SETLK)", ALL, None, lock(&scratch));
        if taken {
            pages(&scratch, &mut tried);
        }
    }
    tried("madvise(MADV_WIPEONFORK)", ALL, None, fork());
    tried("pidfd_open", ALL, Some(PIDS), process::pidfd(std::process::id()).map(drop));
    tried(
        "futex",
        ALL,
        Some(SLEEP),
        futex::wake_all(&AtomicU32::new(0)).map(drop).map_err(Errno::from_raw),
    );
    tried("membarrier", ALL, Some(FENCES), membarrier::register().map_err(Errno::from_raw));
    tried("getrandom", ALL, Some(RANDOM), random());
    for (call, result) in sysv() {
        tried(call, SYSV, None, result);
    }
    if let Ok(made) = memfd() {
        tried("memfd_create", MEMFD, None, Ok(()));
        let seals = FcntlArg::F_ADD_SEALS(SealFlag::F_SEAL_GROW);
        tried("fcntl(F_ADD_SEALS)", MEMFD, None, fcntl(&made, seals).map(drop));
    } else {
        tried("memfd_create", MEMFD, None, memfd().map(drop));
    }
    all
}

const NAMELESS: &str = "Files have a temporary name (.shmgen.tmp.*) until they are complete. A \
                        process that is killed in that moment leaves one behind, which shmgen gc \
                        removes.";
const PIDS: &str = "Only kill(pid, 0) and locks tell whether a process is alive: a zombie (a dead \
                    process that its parent has not waited for) counts as alive if a child of it \
                    lives.";
const SLEEP: &str = "Who waits is not woken: it looks every millisecond, which takes processor time, and \
                     up to a millisecond until it notices.";
const FENCES: &str = "Each message costs a fence, in this process and in all that share a segment with \
                      one that waits without the call: an eighth of the throughput is left, at worst.";
const RANDOM: &str = "Names and birth marks are made of the time and an address, which can be \
                      guessed.";
const POPULATE: &str = "create does not allocate all pages of a System V segment: a process that \
                        touches one later may be killed for want of memory.";

fn told(call: &'static str, errno: Errno) -> String {
    let hint = match errno {
        Errno::EPERM => format!(" ({FORBIDDEN})"),
        Errno::ENOSYS | Errno::EINVAL | Errno::EOPNOTSUPP => format!(" ({})", missing(call)),
        _ => String::new(),
    };
    format!("{}{hint}", describe(errno))
}

/// An error that shows that the call was made is none.
fn but_for(expected: Errno, result: Result<(), Errno>) -> Result<(), Errno> {
    match result {
        Err(errno) if errno == expected => Ok(()),
        other => other,
    }
}

fn open_nameless() -> Result<File, Errno> {
    let flags = OFlag::O_TMPFILE | OFlag::O_RDWR | OFlag::O_CLOEXEC;
    descriptor::open(posix::DIR, flags, Mode::from_bits_truncate(0o600)).map(File::from)
}

fn nameless() -> Result<(), Errno> {
    open_nameless().map(drop)
}

/// A file to try things on, that goes with its descriptor.
fn scratch() -> Option<File> {
    let address = Address::Posix(String::new());
    let named = || {
        // Its name is taken away at once.
        posix::open_nameless(Attempt::new("try", &address)).map(|(file, _own)| file).ok()
    };
    open_nameless().ok().or_else(|| memfd().ok()).or_else(named)
}

/// To a name that there is: nothing comes of it.
fn link() -> Result<(), Errno> {
    let file = open_nameless().or_else(|_| memfd())?;
    let from = format!("/proc/self/fd/{}", file.as_raw_fd());
    let flags = LinkatFlags::AT_SYMLINK_FOLLOW;
    but_for(Errno::EEXIST, linkat(AT_FDCWD, from.as_str(), AT_FDCWD, posix::DIR, flags))
}

/// A name that nobody has.
fn remove() -> Result<(), Errno> {
    let path = format!("{}/{OWN_FILES}none.{:016x}", posix::DIR, process::random());
    but_for(Errno::ENOENT, unlink(path.as_str()))
}

fn lock(scratch: &File) -> Result<(), Errno> {
    let error = |e: crate::error::Error| e.raw_os_error().map_or(Errno::EIO, Errno::from_raw);
    locks::try_write(scratch, 1).map(drop).map_err(error)
}

fn pages(
    scratch: &File,
    tried: &mut impl FnMut(
        &'static str,
        &'static [&'static str],
        Option<&'static str>,
        Result<(), Errno>,
    ) -> bool,
) {
    let address = Address::Posix(String::new());
    let attempt = Attempt::new("try", &address);
    let error = |e: crate::error::Error| e.raw_os_error().map_or(Errno::EIO, Errno::from_raw);
    match file::map(scratch, 4096, true, attempt) {
        Err(e) => {
            tried("mmap", ALL, None, Err(error(e)));
        }
        Ok(mapping) => {
            tried("mmap", ALL, None, Ok(()));
            let populated = match huge::populate(&mapping, attempt) {
                Ok(Some(())) => Ok(()),
                Ok(None) => Err(Errno::EINVAL),
                Err(e) => Err(error(e)),
            };
            tried("madvise(MADV_POPULATE_WRITE)", SYSV, Some(POPULATE), populated);
        }
    }
}

fn fork() -> Result<(), Errno> {
    let error = |e: crate::error::Error| e.raw_os_error().map_or(Errno::EIO, Errno::from_raw);
    Birthplace::here().map(drop).map_err(error)
}

fn random() -> Result<(), Errno> {
    let mut bytes = [0u8; 8];
    // SAFETY: the buffer is 8 bytes long and outlives the call.
    let n = unsafe { libc::getrandom(bytes.as_mut_ptr().cast(), 8, libc::GRND_NONBLOCK) };
    but_for(Errno::EAGAIN, Errno::result(n).map(drop))
}

fn memfd() -> Result<File, Errno> {
    let flags = MFdFlags::MFD_CLOEXEC | MFdFlags::MFD_ALLOW_SEALING;
    descriptor::make(|| memfd_create("shmgen", flags)).map(File::from)
}

/// The family of shmget(2), in which each needs the one before. Nothing is made
/// unless it can be removed.
fn sysv() -> Vec<(&'static str, Result<(), Errno>)> {
    let result = |n: i32| Errno::result(n);
    // SAFETY: takes numbers; the pointer is not used by IPC_RMID; no id is negative.
    let none = unsafe { libc::shmctl(-1, libc::IPC_RMID, std::ptr::null_mut()) };
    let removes = but_for(Errno::EINVAL, result(none).map(drop));
    let mut all = vec![("shmctl(IPC_RMID)", removes)];
    if removes.is_err() {
        return all;
    }
    // SAFETY: takes numbers, returns a number.
    let made = result(unsafe { libc::shmget(libc::IPC_PRIVATE, 4096, libc::IPC_CREAT | 0o600) });
    all.push(("shmget", made.map(drop)));
    let Ok(id) = made else { return all };
    // SAFETY: the kernel chooses the place, so no memory of ours is touched.
    let base = unsafe { libc::shmat(id, std::ptr::null(), 0) };
    let attached = if base as isize == -1 { Err(Errno::last()) } else { Ok(()) };
    all.push(("shmat", attached));
    if attached.is_ok() {
        // SAFETY: just mapped there, and used by nobody.
        unsafe { libc::shmdt(base) };
    }
    // SAFETY: takes numbers; the pointer is not used by IPC_RMID.
    unsafe { libc::shmctl(id, libc::IPC_RMID, std::ptr::null_mut()) };
    all
}
