//! Huge pages and prefaulting: what the kernel is asked for, and what it says
//! that there is.
//!
//! System V segments and memfds are made of pages of hugetlbfs, where the
//! machine keeps enough of them. Everything else, and those where it does not,
//! get transparent huge pages: the kernel puts the pages that are there into
//! huge ones (`MADV_COLLAPSE`, Linux 6.1), where it has the memory. Where it has
//! not, ordinary pages stay, and nothing is an error.

use crate::error::{ErrorKind, Result};
use crate::memory::Mapping;
use crate::segment::format::pages::HugePages;
use crate::segment::os::failure::Attempt;
use crate::segment::os::options::Making;
use crate::segment::os::process;
use crate::segment::os::room::memory_left;
use crate::text::bytes;
use nix::errno::Errno;
use nix::libc;
use nix::sys::mman::{MapFlags, ProtFlags, mmap_anonymous, munmap};
use nix::sys::statfs::{HUGETLBFS_MAGIC, fstatfs};
use std::fs::File;
use std::io::{BufRead, BufReader};
use std::num::NonZeroUsize;
use std::ptr::NonNull;

/// From <asm-generic/mman-common.h>; the younger ones are not in nix.
const MADV_HUGEPAGE: libc::c_int = 14;
const MADV_POPULATE_READ: libc::c_int = 22;
const MADV_POPULATE_WRITE: libc::c_int = 23;
const MADV_COLLAPSE: libc::c_int = 25;

/// Bytes of an ordinary page.
pub(crate) fn page() -> u64 {
    // SAFETY: takes a number, returns a number.
    let page = unsafe { libc::sysconf(libc::_SC_PAGESIZE) };
    u64::try_from(page).ok().filter(|page| page.is_power_of_two()).unwrap_or(4096)
}

fn advise(mapping: &Mapping, advice: libc::c_int) -> Result<(), Errno> {
    let (base, len) = mapping.range();
    // SAFETY: the range is mapped, and none of the advice above changes a byte.
    Errno::result(unsafe { libc::madvise(base.as_ptr().cast(), len, advice) }).map(drop)
}

/// What is left to do when a fresh segment has its pages and is mapped.
pub(crate) fn settle(mapping: &Mapping, making: &Making, attempt: Attempt<'_>) -> Result<()> {
    if making.pages.is_some() {
        collapse(mapping);
    }
    if making.prefault { prefault(mapping, attempt) } else { Ok(()) }
}

/// Asks for transparent huge pages from now on.
pub(crate) fn invite(mapping: &Mapping) {
    let _ = advise(mapping, MADV_HUGEPAGE);
}

/// Asks for transparent huge pages under a mapping that has its pages; what
/// cannot be had stays as it is.
pub(crate) fn collapse(mapping: &Mapping) {
    invite(mapping);
    for _ in 0..3 {
        // Somebody had a page for a moment: once more.
        if advise(mapping, MADV_COLLAPSE) != Err(Errno::EAGAIN) {
            break;
        }
    }
}

/// Takes and maps every page; `None` if this kernel cannot be asked for that.
pub(crate) fn populate(mapping: &Mapping, attempt: Attempt<'_>) -> Result<Option<()>> {
    let (advice, call) = if mapping.is_writable() {
        (MADV_POPULATE_WRITE, "madvise(MADV_POPULATE_WRITE)")
    } else {
        (MADV_POPULATE_READ, "madvise(MADV_POPULATE_READ)")
    };
    match advise(mapping, advice) {
        Ok(()) => Ok(Some(())),
        // Linux before 5.14 does not know it.
        Err(Errno::EINVAL) => Ok(None),
        Err(e @ (Errno::ENOMEM | Errno::EFAULT)) => Err(no_room(mapping, e, attempt)),
        Err(e) => Err(attempt.os(call, e)),
    }
}

/// The error of a mapping whose pages cannot all be had.
pub(crate) fn no_room(mapping: &Mapping, e: Errno, attempt: Attempt<'_>) -> crate::error::Error {
    let (size, left) = (bytes(mapping.len() as u64), bytes(memory_left()));
    attempt
        .fail(ErrorKind::NoSpace, format!("{size} needed, {left} of memory left"))
        .with_os(e as i32)
}

/// Maps every page of a segment, so that no access waits for a page fault.
pub(crate) fn prefault(mapping: &Mapping, attempt: Attempt<'_>) -> Result<()> {
    if populate(mapping, attempt)?.is_none() {
        mapping.touch(page());
    }
    Ok(())
}

/// Addresses that are kept free for a mapping to begin where a huge page can.
pub(crate) struct Room {
    base: NonNull<libc::c_void>,
    len: usize,
    /// Where the mapping is to begin, and its size.
    at: NonNull<libc::c_void>,
    size: usize,
}

impl Room {
    /// For a mapping that is a whole number of huge pages; `None` for any other,
    /// and where there is no room.
    pub(crate) fn for_size(size: u64) -> Option<Self> {
        let align = usize::try_from(HugePages::of_size(size)?.bytes()).ok()?;
        let size = usize::try_from(size).ok()?;
        let len = size.checked_add(align)?;
        let flags = MapFlags::MAP_PRIVATE | MapFlags::MAP_NORESERVE;
        // SAFETY: the kernel chooses the place, so no memory of ours is touched.
        let base =
            unsafe { mmap_anonymous(None, NonZeroUsize::new(len)?, ProtFlags::PROT_NONE, flags) };
        let base = base.ok()?;
        let past = base.as_ptr() as usize % align;
        // SAFETY: less than `align` bytes further, and so inside.
        let at =
            unsafe { base.as_ptr().cast::<u8>().add(if past == 0 { 0 } else { align - past }) };
        Some(Self { base, len, at: NonNull::new(at.cast())?, size })
    }

    /// Lets `map` replace the middle of it, and gives the rest back. `None` if
    /// `map` could not; then nothing is mapped.
    pub(crate) fn fill(
        self,
        map: impl FnOnce(NonNull<libc::c_void>) -> Option<NonNull<u8>>,
    ) -> Option<NonNull<u8>> {
        let filled = map(self.at);
        let before = self.at.as_ptr() as usize - self.base.as_ptr() as usize;
        let taken = if filled.is_some() { self.size } else { 0 };
        let unmap = |from: usize, len: usize| {
            if let Some(start) = NonNull::new(self.base.as_ptr().cast::<u8>().wrapping_add(from)) {
                // SAFETY: a part of what was reserved, where nothing else lies.
                let _ = unsafe { munmap(start.cast(), len) };
            }
        };
        for (from, to) in [(0, before), (before + taken, self.len)] {
            if from < to {
                unmap(from, to - from);
            }
        }
        filled
    }
}

/// What pages a segment has.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Found {
    /// Bytes of a page.
    pub(crate) page: u64,
    /// Bytes of it that lie in huge pages.
    pub(crate) huge: u64,
}

/// Bytes of a page of a file, if they are of hugetlbfs.
pub(crate) fn hugetlb_page(file: &File) -> Option<u64> {
    let facts = fstatfs(file).ok().filter(|f| f.filesystem_type() == HUGETLBFS_MAGIC)?;
    u64::try_from(facts.block_size()).ok()
}

/// What processes that have a segment mapped see of its pages; `None` if none of
/// them may be looked into. The segment is recognised by a line of their maps.
pub(crate) fn seen_by(pids: &[u32], is_it: impl Fn(&str) -> bool) -> Option<Found> {
    let mut all: Option<Found> = None;
    for pid in pids {
        let Ok(smaps) = File::open(process::path_of(*pid, "smaps")) else { continue };
        for found in in_smaps(BufReader::new(smaps), &is_it) {
            let all = all.get_or_insert_with(Found::default);
            // One that has not touched all of it sees less than there is.
            *all = Found { page: all.page.max(found.page), huge: all.huge.max(found.huge) };
        }
    }
    all
}

/// The mappings of /proc/PID/smaps whose line of maps `is_it`.
fn in_smaps(smaps: impl BufRead, is_it: impl Fn(&str) -> bool) -> Vec<Found> {
    let mut all: Vec<Found> = Vec::new();
    let mut inside = false;
    for line in smaps.lines().map_while(std::result::Result::ok) {
        // `Rss:  4 kB`; a line of maps begins with an address instead.
        let first = line.split_ascii_whitespace().next().unwrap_or("");
        if !first.ends_with(':') {
            inside = is_it(&line);
            if inside {
                all.push(Found::default());
            }
            continue;
        }
        let Some(found) = all.last_mut().filter(|_| inside) else { continue };
        let kb = |name: &str| {
            let number = line.strip_prefix(name)?.trim().strip_suffix(" kB")?;
            number.parse::<u64>().ok()?.checked_mul(1024)
        };
        found.page = kb("KernelPageSize:").unwrap_or(found.page);
        // Transparent ones; and of hugetlbfs, by which of both mapped them.
        for name in ["ShmemPmdMapped:", "Shared_Hugetlb:", "Private_Hugetlb:"] {
            found.huge += kb(name).unwrap_or(0);
        }
    }
    all
}

#[cfg(test)]
#[allow(clippy::pedantic)]
mod tests {
    use super::{Found, in_smaps};

    #[test]
    fn pages_are_told_by_the_lines_behind_those_of_the_segment() {
        let smaps = "7f00-7f40 rw-s 00000000 00:1b 42   /dev/shm/acme.feed\n\
                     Size:               4096 kB\nKernelPageSize:        4 kB\nMMUPageSize: 4 kB\n\
                     Rss:  4096 kB\nShmemPmdMapped:     2048 kB\nShared_Hugetlb: 0 kB\n\
                     VmFlags: rd wr sh mr mw me ms sd hg\n\
                     7f80-7fc0 rw-s 00000000 00:0f 43   /memfd:other (deleted)\n\
                     KernelPageSize:     2048 kB\nPrivate_Hugetlb:     4096 kB\n\
                     7fc0-7fd0 rw-p 00000000 00:00 0\nKernelPageSize: 4 kB\n";
        let look = |name: &str| in_smaps(smaps.as_bytes(), |line| line.contains(name));
        assert_eq!(look("acme.feed"), [Found { page: 4096, huge: 2 << 20 }]);
        assert_eq!(look("other"), [Found { page: 2 << 20, huge: 4 << 20 }]);
        assert_eq!(look("none"), []);
    }
}
