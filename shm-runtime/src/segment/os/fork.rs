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
        static PAGE: OnceLock<&'static AtomicU64> = OnceLock::new();
        // Copied by fork, and only counts up: so no ancestor of a process used
        // the number that it takes.
        static NEXT: AtomicU64 = AtomicU64::new(1);
        let word = match PAGE.get() {
            Some(word) => word,
            // A failure is not kept: the next attach may have more luck. Where two
            // threads come here at once, one of two pages lies idle.
            None => {
                let page = page()?;
                // SAFETY: a page of zeros that is never unmapped.
                let word = unsafe { page.cast::<AtomicU64>().as_ref() };
                PAGE.get_or_init(|| word)
            }
        };
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
fn page() -> Result<NonNull<u8>> {
    use nix::errno::Errno;
    use nix::sys::mman::{MapFlags, MmapAdvise, ProtFlags, madvise, mmap_anonymous, munmap};
    const SIZE: std::num::NonZeroUsize = std::num::NonZeroUsize::MIN.saturating_add(4095);
    let prot = ProtFlags::PROT_READ | ProtFlags::PROT_WRITE;
    // SAFETY: a new private mapping, which touches no other memory.
    let page = unsafe { mmap_anonymous(None, SIZE, prot, MapFlags::MAP_PRIVATE) }
        .map_err(|e| fail("mmap", e))?;
    // SAFETY: the advice concerns the page just made.
    match unsafe { madvise(page, SIZE.get(), MmapAdvise::MADV_WIPEONFORK) } {
        Ok(()) => Ok(page.cast()),
        Err(e) => {
            // SAFETY: the page just made, which nobody has seen.
            let _ = unsafe { munmap(page, SIZE.get()) };
            match e {
                Errno::EINVAL => {
                    let text = "cannot watch for forks: madvise(MADV_WIPEONFORK) needs Linux 4.14";
                    Err(Error::new(ErrorKind::Unsupported, text).with_os(e as i32))
                }
                e => Err(fail("madvise(MADV_WIPEONFORK)", e)),
            }
        }
    }
}

#[cfg(segments)]
fn fail(call: &str, errno: nix::errno::Errno) -> Error {
    let kind = match errno {
        nix::errno::Errno::ENOMEM => ErrorKind::NoSpace,
        _ => ErrorKind::Os,
    };
    let text = format!("cannot watch for forks: {call}: {}", errno.desc());
    Error::new(kind, text).with_os(errno as i32)
}

#[cfg(not(segments))]
fn page() -> Result<NonNull<u8>> {
    Err(Error::new(ErrorKind::Unsupported, "segments need Linux"))
}
