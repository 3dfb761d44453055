//! Noticing a fork without a system call.
//!
//! A child inherits its parent's mappings and descriptors, but not its part in
//! a segment: two processes would act as one participant. So one page of the
//! process holds a number that the kernel wipes in every child
//! (`MADV_WIPEONFORK`, Linux 4.14); an attachment remembers the number and
//! compares it at each operation. A child that attaches gets a new number.

use crate::error::{Error, ErrorKind, Result};
use std::ptr::NonNull;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};

/// The process in which an attachment was made.
#[derive(Clone, Copy)]
pub(crate) struct Birthplace {
    word: &'static AtomicU64,
    number: u64,
}

impl Birthplace {
    /// The process that runs now.
    pub(crate) fn here() -> Result<Self> {
        static PAGE: OnceLock<Option<&'static AtomicU64>> = OnceLock::new();
        // Copied by fork, and only counts up: so no ancestor of a process used
        // the number that it takes.
        static NEXT: AtomicU64 = AtomicU64::new(1);
        let word = PAGE.get_or_init(|| {
            page().map(|p| {
                // SAFETY: a page of zeros that is never unmapped.
                unsafe { p.cast::<AtomicU64>().as_ref() }
            })
        });
        let word = word.ok_or_else(|| {
            let text = "cannot watch for forks: madvise(MADV_WIPEONFORK) needs Linux 4.14";
            Error::new(ErrorKind::Unsupported, text)
        })?;
        let fresh = NEXT.fetch_add(1, Ordering::Relaxed);
        let number = match word.compare_exchange(0, fresh, Ordering::Relaxed, Ordering::Relaxed) {
            Ok(_) => fresh,
            Err(current) => current,
        };
        Ok(Self { word, number })
    }

    /// Whether the caller runs in a child of the process of birth.
    #[inline]
    pub(crate) fn is_forked(self) -> bool {
        self.word.load(Ordering::Relaxed) != self.number
    }
}

#[cfg(segments)]
fn page() -> Option<NonNull<u8>> {
    use nix::sys::mman::{MapFlags, MmapAdvise, ProtFlags, madvise, mmap_anonymous};
    let size = std::num::NonZeroUsize::new(4096)?;
    // SAFETY: a new private mapping, which touches no other memory.
    let page = unsafe {
        mmap_anonymous(
            None,
            size,
            ProtFlags::PROT_READ | ProtFlags::PROT_WRITE,
            MapFlags::MAP_PRIVATE,
        )
    }
    .ok()?;
    // SAFETY: the advice concerns the page just made.
    unsafe { madvise(page, size.get(), MmapAdvise::MADV_WIPEONFORK) }.ok()?;
    Some(page.cast())
}

#[cfg(not(segments))]
fn page() -> Option<NonNull<u8>> {
    None
}
