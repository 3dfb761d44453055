//! Memfds: segments in files without a name, which are there as long as some
//! process has them open or mapped.
//!
//! One of ours is sealed against any change of its size as soon as it has one,
//! and against further seals; so nobody who has it can take its pages away from
//! under the others. Others come to it by its descriptor: handed to them over a
//! socket (see [`crate::segment::os::fd`]), or found in /proc. Either way they open the file
//! anew, since locks that lie on a description which several processes share
//! would outlive the one that took them.

use crate::error::{ErrorKind, Result};
use crate::memory::Mapping;
use crate::segment::format::header::{HEADER_SIZE, Header, STATE, State};
use crate::segment::format::pages::HugePages;
use crate::segment::os::address::Address;
use crate::segment::os::descriptor::{self, open};
use crate::segment::os::failure::Attempt;
use crate::segment::os::options::{Making, Options};
use crate::segment::os::posix::require_file;
use crate::segment::os::{file, huge, limits, locks, nobody};
use nix::errno::Errno;
use nix::fcntl::{FcntlArg, OFlag, SealFlag, fcntl};
use nix::sys::memfd::{MFdFlags, memfd_create};
use nix::sys::stat::{FileStat, Mode, fstat};
use std::fs::File;
use std::os::fd::{AsRawFd, OwnedFd};
use std::sync::atomic::Ordering;

/// What makes the size of a memfd a promise.
const SEALS: SealFlag =
    SealFlag::F_SEAL_SHRINK.union(SealFlag::F_SEAL_GROW).union(SealFlag::F_SEAL_SEAL);

/// From <linux/memfd.h>; not in nix. Linux 6.3 wants one of both to be said.
const MFD_NOEXEC_SEAL: MFdFlags = MFdFlags::from_bits_retain(8);
const MFD_EXEC: MFdFlags = MFdFlags::from_bits_retain(16);

/// The names of seals, as people know them from fcntl(2).
const NAMES: [(SealFlag, &str); 6] = [
    (SealFlag::F_SEAL_SEAL, "seal"),
    (SealFlag::F_SEAL_SHRINK, "shrink"),
    (SealFlag::F_SEAL_GROW, "grow"),
    (SealFlag::F_SEAL_WRITE, "write"),
    (FUTURE_WRITE, "future-write"),
    (SealFlag::from_bits_retain(0x20), "exec"),
];
const FUTURE_WRITE: SealFlag = SealFlag::from_bits_retain(0x10);

/// Makes a sealed memfd of `size` bytes that is all zero, mapped for writing.
/// `title` is what /proc shows of it.
pub(crate) fn make(
    title: &str,
    size: u64,
    making: &Making,
    attempt: Attempt<'_>,
) -> Result<(File, Mapping)> {
    // Whatever stands against huge pages, there are others.
    if let Some(Ok(made)) =
        making.pages.map(|pages| make_of(title, size, making, Some(pages), attempt))
    {
        return Ok(made);
    }
    make_of(title, size, making, None, attempt)
}

fn make_of(
    title: &str,
    size: u64,
    making: &Making,
    pages: Option<HugePages>,
    attempt: Attempt<'_>,
) -> Result<(File, Mapping)> {
    let file = new(title, making, pages, attempt)?;
    file::give(&file, making, attempt)?;
    match pages {
        // They are not among the memory that is left: the kernel keeps them apart.
        Some(_) => {
            limits::file_size(size, attempt)?;
            file::allocate(&file, size).map_err(|e| attempt.os("fallocate", e))?;
        }
        None => file::reserve(&file, size, None, attempt)?,
    }
    fcntl(&file, FcntlArg::F_ADD_SEALS(SEALS)).map_err(|e| attempt.os("fcntl(F_ADD_SEALS)", e))?;
    let mapping = file::map(&file, size, true, attempt)?;
    let gets = if pages.is_some() { Making { pages: None, ..*making } } else { *making };
    huge::settle(&mapping, &gets, attempt)?;
    Ok((file, mapping))
}

fn new(
    title: &str,
    making: &Making,
    pages: Option<HugePages>,
    attempt: Attempt<'_>,
) -> Result<File> {
    // At most 249 bytes, and no NUL.
    let title: String = title.chars().filter(|c| *c != '\0').take(60).collect();
    let mut flags = MFdFlags::MFD_CLOEXEC | MFdFlags::MFD_ALLOW_SEALING;
    if let Some(pages) = pages {
        // The size is encoded in the bits from 26 on.
        flags |= MFdFlags::MFD_HUGETLB | MFdFlags::from_bits_retain(pages.log2() << 26);
    }
    let exec = if making.mode & 0o111 == 0 { MFD_NOEXEC_SEAL } else { MFD_EXEC };
    let made = descriptor::make(|| match memfd_create(title.as_str(), flags | exec) {
        // Before Linux 6.3.
        Err(Errno::EINVAL) => memfd_create(title.as_str(), flags),
        made => made,
    });
    made.map(File::from).map_err(|e| attempt.os("memfd_create", e))
}

/// The address of a descriptor of this process.
pub(crate) fn address(file: &File) -> Address {
    Address::Memfd(Some((std::process::id(), file.as_raw_fd())))
}

/// Opens the memfd behind a descriptor of a process anew, if `options` trust
/// it. Its size.
pub(crate) fn open_checked(
    place: (u32, i32),
    read_only: bool,
    options: &Options,
    attempt: Attempt<'_>,
) -> Result<(File, u64)> {
    let (peek, stat) = look(place, attempt)?;
    options.check_owner(stat.st_uid, || nobody::owns(&peek), attempt)?;
    let file = reopen(&peek, read_only, attempt)?;
    seals(&file).map_err(|e| attempt.os("fcntl(F_GET_SEALS)", e))?;
    Ok((file, u64::try_from(stat.st_size).unwrap_or(0)))
}

/// The memfd behind a descriptor of a process, opened so that only its facts
/// can be asked.
pub(crate) fn peek(place: (u32, i32), attempt: Attempt<'_>) -> Result<File> {
    look(place, attempt).map(|(peek, _)| File::from(peek))
}

fn look((pid, fd): (u32, i32), attempt: Attempt<'_>) -> Result<(OwnedFd, FileStat)> {
    let path = match pid {
        own if own == std::process::id() => format!("/proc/self/fd/{fd}"),
        pid => format!("/proc/{pid}/fd/{fd}"),
    };
    // Opens nothing, as with a name; and what it leads to stays the same.
    let flags = OFlag::O_PATH | OFlag::O_CLOEXEC;
    let peek = open(&path, flags, Mode::empty()).map_err(|e| match e {
        Errno::ENOENT => {
            let why = format!("process {pid} is not there, or has no descriptor {fd}");
            attempt.fail(ErrorKind::NotFound, why).with_os(e as i32)
        }
        Errno::EACCES | Errno::EPERM => {
            let why = format!(
                "process {pid} may not be looked into (/proc/{pid}/fd); let it hand the \
                 descriptor over a Unix socket"
            );
            attempt.fail(ErrorKind::Permission, why).with_os(e as i32)
        }
        e => attempt.os("open", e),
    })?;
    let stat = fstat(&peek).map_err(|e| attempt.os("fstat", e))?;
    require_file(&stat, "a memfd", None, attempt)?;
    if name(&peek).is_none() || stat.st_nlink != 0 {
        let why = format!("descriptor {fd} of process {pid} is another file, no memfd");
        return Err(attempt.fail(ErrorKind::Mismatch, why));
    }
    Ok((peek, stat))
}

/// The name that a memfd was made with; `None` for any other file.
pub(crate) fn name(file: &impl AsRawFd) -> Option<String> {
    let link = std::fs::read_link(format!("/proc/self/fd/{}", file.as_raw_fd())).ok()?;
    parse_link(&link.to_string_lossy()).map(str::to_owned)
}

/// `/memfd:acme.market.feed (deleted)`
pub(crate) fn parse_link(link: &str) -> Option<&str> {
    let name = link.strip_prefix("/memfd:")?;
    Some(name.strip_suffix(" (deleted)").unwrap_or(name))
}

/// The same file with an open file description of its own.
pub(crate) fn reopen(file: &impl AsRawFd, read_only: bool, attempt: Attempt<'_>) -> Result<File> {
    let path = format!("/proc/self/fd/{}", file.as_raw_fd());
    let access = if read_only { OFlag::O_RDONLY } else { OFlag::O_RDWR };
    let flags = access | OFlag::O_NONBLOCK | OFlag::O_CLOEXEC;
    open(&path, flags, Mode::empty()).map(File::from).map_err(|e| match e {
        Errno::ENOENT => attempt
            .fail(ErrorKind::Unsupported, "a memfd is opened by way of /proc, which is not mounted")
            .with_os(e as i32),
        Errno::EWOULDBLOCK => attempt
            .fail(ErrorKind::Busy, "somebody holds a lease on it (fcntl F_SETLEASE)")
            .with_os(e as i32),
        e => attempt.os("open", e),
    })
}

fn seals(file: &File) -> Result<SealFlag, Errno> {
    fcntl(file, FcntlArg::F_GET_SEALS).map(SealFlag::from_bits_retain)
}

/// The names of a memfd's seals.
pub(crate) fn seal_names(file: &File) -> Option<Vec<&'static str>> {
    let seals = seals(file).ok()?;
    Some(NAMES.iter().filter(|(seal, _)| seals.contains(*seal)).map(|(_, name)| *name).collect())
}

/// Refuses to map what could be made shorter meanwhile, or cannot be written.
pub(crate) fn check_seals(file: &File, read_only: bool, attempt: Attempt<'_>) -> Result<()> {
    let found = seals(file).map_err(|e| attempt.os("fcntl(F_GET_SEALS)", e))?;
    let missing: Vec<&str> = NAMES
        .iter()
        .filter(|(seal, _)| SEALS.contains(*seal) && !found.contains(*seal))
        .map(|(_, name)| *name)
        .collect();
    if !missing.is_empty() {
        let why = format!(
            "it is not sealed (missing: {}), so whoever has it could make it shorter under you; \
             its maker seals it with fcntl(F_ADD_SEALS), as create does",
            missing.join(", ")
        );
        return Err(attempt.fail(ErrorKind::Permission, why));
    }
    if !read_only && found.intersects(SealFlag::F_SEAL_WRITE | FUTURE_WRITE) {
        let why = "it is sealed against writing; attach for reading only";
        return Err(attempt.fail(ErrorKind::Permission, why));
    }
    Ok(())
}

/// Declares a segment of ours removed. There is no name that could be taken
/// away: a process that has the descriptor keeps it, and nobody attaches any more.
pub(crate) fn retire(file: &File, attempt: Attempt<'_>) -> Result<()> {
    // With a description of its own, so that the lock goes at the end.
    let own = reopen(file, false, attempt)?;
    for _ in 0..100 {
        if locks::try_write(&own, locks::REMOVE).map_err(|e| attempt.wrap(e))? {
            return retire_locked(&own, attempt);
        }
        std::thread::sleep(std::time::Duration::from_millis(10));
    }
    Err(attempt.fail(ErrorKind::Busy, "somebody else is removing it"))
}

fn retire_locked(file: &File, attempt: Attempt<'_>) -> Result<()> {
    let mut head = [0; HEADER_SIZE];
    let read = std::os::unix::fs::FileExt::read_exact_at(file, &mut head, 0);
    let header = read.ok().and_then(|()| Header::parse(&head).ok());
    let Some(header) = header else {
        let why = "a bare memfd has no name that could be taken away; it goes when nobody has it \
                   open or mapped any more";
        return Err(attempt.fail(ErrorKind::Unsupported, why));
    };
    if header.state == State::Retired {
        let why = "it was removed already; those who have it still have it";
        return Err(attempt.fail(ErrorKind::NotFound, why));
    }
    check_seals(file, false, attempt)?;
    // By a mapping: of huge pages, the file cannot be written.
    let size = file::facts(file, attempt)?.size;
    let mapping = file::map(file, size, true, attempt)?;
    mapping.store_u32(STATE, State::Retired.word(), Ordering::SeqCst)
}

/// A memfd that a process has open.
pub(crate) struct Found {
    pub(crate) pid: u32,
    pub(crate) fd: i32,
    device: u64,
    inode: u64,
}

/// The memfds of all processes that the caller may look into, each once, by the
/// process of the lowest pid that has it.
pub(crate) fn list() -> Vec<Found> {
    use std::os::unix::fs::MetadataExt;
    let number = |entry: &std::fs::DirEntry| entry.file_name().to_str()?.parse::<u32>().ok();
    let entries = |path: &str| {
        let entries = std::fs::read_dir(path).into_iter().flatten().flatten();
        let mut numbers: Vec<u32> = entries.filter_map(|e| number(&e)).collect();
        numbers.sort_unstable();
        numbers
    };
    let mut found: Vec<Found> = Vec::new();
    for pid in entries("/proc") {
        for fd in entries(&format!("/proc/{pid}/fd")) {
            let path = format!("/proc/{pid}/fd/{fd}");
            let link = std::fs::read_link(&path).unwrap_or_default();
            if parse_link(&link.to_string_lossy()).is_none() {
                continue;
            }
            let (Ok(meta), Ok(fd)) = (std::fs::metadata(&path), i32::try_from(fd)) else {
                continue;
            };
            let (device, inode) = (meta.dev(), meta.ino());
            if !found.iter().any(|f| (f.device, f.inode) == (device, inode)) {
                found.push(Found { pid, fd, device, inode });
            }
        }
    }
    found
}

#[cfg(test)]
#[allow(clippy::pedantic)]
mod tests {
    use super::parse_link;

    #[test]
    fn a_link_of_proc_names_a_memfd() {
        assert_eq!(parse_link("/memfd:acme.feed (deleted)"), Some("acme.feed"));
        assert_eq!(parse_link("/memfd: (deleted)"), Some(""));
        assert_eq!(parse_link("/dev/shm/acme.feed"), None);
        assert_eq!(parse_link("socket:[1234]"), None);
    }
}
