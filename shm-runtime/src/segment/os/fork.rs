//! Noticing a fork without a system call.
//!
//! A child inherits its parent's mappings and descriptors, but not its part in
//! a segment: two processes would act as one participant. So one page of the
//! process holds a number that is wiped in every child; an attachment remembers
//! the number and compares it at each operation. A child that attaches gets a
//! new number.
//!
//! Two wipe it, each where the other does not: the kernel (`MADV_WIPEONFORK`,
//! Linux 4.14), whichever way the child came to be, and a handler of
//! `pthread_atfork`, which fork(3) runs. Emulators answer 0 to any advice and do
//! nothing, as qemu-user before 7.1 does; so one that does not exist is asked
//! for first. Where the kernel does not wipe, slow paths compare process ids as
//! well, for a child that came by a bare clone(2).

use crate::error::{Error, ErrorKind, Result};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};

/// The process in which an attachment was made.
#[derive(Clone, Copy)]
pub(crate) struct Birthplace {
    word: &'static AtomicU64,
    number: u64,
    /// The process, where the kernel does not wipe the word; else 0.
    pid: u32,
}

/// The word of this program.
struct Watch {
    word: &'static AtomicU64,
    kernel_wipes: bool,
}

static WATCH: OnceLock<Watch> = OnceLock::new();

impl Birthplace {
    /// The process that runs now.
    pub(crate) fn here() -> Result<Self> {
        // Copied by fork, and only counts up: so no ancestor of a process used
        // the number that it takes.
        static NEXT: AtomicU64 = AtomicU64::new(1);
        // The process whose number it is, where the kernel does not wipe it.
        static OWNER: AtomicU32 = AtomicU32::new(0);
        let Watch { word, kernel_wipes } = watch()?;
        let pid = if *kernel_wipes { 0 } else { std::process::id() };
        // Acquire pairs with the release below: whoever sees the number of a thread
        // of this process sees that the number is this process's.
        let mut number = word.load(Ordering::Acquire);
        if pid != 0 {
            if OWNER.load(Ordering::Relaxed) != pid && number != 0 {
                let wiped = word.compare_exchange(number, 0, Ordering::Relaxed, Ordering::Relaxed);
                number = wiped.map_or_else(|other| other, |_| 0);
            }
            OWNER.store(pid, Ordering::Relaxed);
        }
        if number == 0 {
            let fresh = NEXT.fetch_add(1, Ordering::Relaxed);
            let taken = word.compare_exchange(0, fresh, Ordering::Release, Ordering::Acquire);
            number = taken.map_or_else(|other| other, |_| fresh);
        }
        Ok(Self { word, number, pid })
    }

    /// Whether the caller runs in a child of the process of birth.
    #[inline]
    pub(crate) fn is_forked(self) -> bool {
        self.word.load(Ordering::Relaxed) != self.number
    }

    /// The same for slow paths, which may ask the system. What it finds,
    /// [`Self::is_forked`] says from then on.
    pub(crate) fn finds_fork(self) -> bool {
        if self.pid != 0 && self.pid != std::process::id() && !self.is_forked() {
            self.word.store(0, Ordering::Relaxed);
        }
        self.is_forked()
    }

    /// A number that no other process has, and no ancestor had.
    pub(crate) fn number(self) -> u64 {
        self.number
    }
}

fn watch() -> Result<&'static Watch> {
    match WATCH.get() {
        Some(watch) => Ok(watch),
        // A failure is not kept: the next attach may have more luck. Where two
        // threads come here at once, one of two pages lies idle.
        None => make().map(|watch| WATCH.get_or_init(|| watch)),
    }
}

#[cfg(segments)]
fn make() -> Result<Watch> {
    use nix::libc;
    use nix::sys::mman::{MapFlags, ProtFlags, mmap_anonymous, munmap};
    /// No advice has this number.
    const NO_ADVICE: i32 = 0x4000_0000;
    const SIZE: std::num::NonZeroUsize = std::num::NonZeroUsize::MIN.saturating_add(4095);

    extern "C" fn in_the_child() {
        if let Some(watch) = WATCH.get() {
            watch.word.store(0, Ordering::Relaxed);
        }
    }

    let prot = ProtFlags::PROT_READ | ProtFlags::PROT_WRITE;
    // SAFETY: a new private mapping, which touches no other memory.
    let page = unsafe { mmap_anonymous(None, SIZE, prot, MapFlags::MAP_PRIVATE) }.map_err(|e| {
        let kind = if e == nix::errno::Errno::ENOMEM { ErrorKind::NoSpace } else { ErrorKind::Os };
        let text = format!("cannot watch for forks: mmap: {}", e.desc());
        Error::new(kind, text).with_os(e as i32)
    })?;
    // SAFETY: advice about the page just made, and one that is none.
    let advise = |advice| unsafe { libc::madvise(page.as_ptr(), SIZE.get(), advice) } == 0;
    let kernel_wipes = !advise(NO_ADVICE) && advise(libc::MADV_WIPEONFORK);
    // SAFETY: a function that stays as long as this library, and stores a word.
    let handled = unsafe { libc::pthread_atfork(None, None, Some(in_the_child)) };
    if handled != 0 && !kernel_wipes {
        // SAFETY: the page just made, which nobody has seen.
        let _ = unsafe { munmap(page, SIZE.get()) };
        let text = "cannot watch for forks: madvise(MADV_WIPEONFORK), which Linux has from 4.14 \
                    on, does nothing here, and pthread_atfork fails";
        return Err(Error::new(ErrorKind::Unsupported, text).with_os(handled));
    }
    // SAFETY: a page of zeros that is never unmapped.
    let word = unsafe { page.cast::<AtomicU64>().as_ref() };
    Ok(Watch { word, kernel_wipes })
}

#[cfg(not(segments))]
fn make() -> Result<Watch> {
    Err(Error::new(ErrorKind::Unsupported, "segments need Linux"))
}
