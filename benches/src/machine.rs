//! The machine itself: two processors to run on, memory that two processes
//! share, and what no queue can beat: a cache line that goes to the other
//! processor and back, and whole lines that stream there.

use crate::payload::{Payload, Tally, Work, poll};
use crate::speed::Item64;
use crate::transfer::{BATCH, Timing, each, slices};
use nix::sched::{CpuSet, sched_getaffinity, sched_setaffinity};
use nix::sys::memfd::{MFdFlags, memfd_create};
use nix::sys::mman::{MapFlags, ProtFlags, mmap, munmap};
use nix::unistd::Pid;
use std::fs::{File, OpenOptions};
use std::num::NonZeroUsize;
use std::os::fd::AsRawFd;
use std::path::Path;
use std::ptr::NonNull;
use std::sync::atomic::AtomicU64;
use std::sync::atomic::Ordering::{Acquire, Relaxed, Release};
use std::time::Instant;

/// The two processors on which everything is measured.
#[derive(Clone, Copy)]
pub struct Processors {
    pub first: usize,
    pub second: usize,
}

impl Processors {
    /// The first two on which this process may run.
    pub fn choose() -> Self {
        let allowed = sched_getaffinity(Pid::from_raw(0)).expect("the allowed processors");
        let mut usable = (0..CpuSet::count()).filter(|cpu| allowed.is_set(*cpu).unwrap_or(false));
        let mut next = || usable.next().expect("two processors, since two processes spin");
        Self { first: next(), second: next() }
    }
}

/// Keeps the calling thread, and what it starts from now on, on a processor.
pub fn pin(cpu: usize) {
    let mut set = CpuSet::new();
    set.set(cpu).expect("a processor's number");
    sched_setaffinity(Pid::from_raw(0), &set).expect("a processor to run on");
}

/// Where the words lie, in bytes: on lines of their own.
const THERE: usize = 0;
const BACK: usize = 128;
const TAIL: usize = 256;
const HEAD: usize = 384;
const LINES: usize = 4096;

/// Lines of the stream's ring: 256 KiB.
const RING: u64 = 4096;
const HALF: u64 = RING / 2;
const LINE: usize = size_of::<Item64>();
/// Bytes of the whole memory.
#[allow(clippy::cast_possible_truncation)] // some thousands
const SIZE: usize = LINES + RING as usize * LINE;

/// Ends a ping-pong.
const STOP: u64 = u64::MAX;

/// Memory that two processes share.
pub struct SharedMemory {
    base: NonNull<u8>,
    file: File,
}

impl SharedMemory {
    /// Memory without a name, so that none can be left behind.
    pub fn create() -> Self {
        let file: File =
            memfd_create(c"shmgen-benches", MFdFlags::MFD_CLOEXEC).expect("memory to share").into();
        file.set_len(SIZE as u64).expect("memory to share");
        Self::map(file)
    }

    /// The memory of another process, which said where.
    pub fn open(path: &Path) -> Self {
        let file = OpenOptions::new().read(true).write(true).open(path);
        Self::map(file.expect("the memory of the first process"))
    }

    /// Where another process finds it while this one runs.
    pub fn path(&self) -> String {
        format!("/proc/{}/fd/{}", std::process::id(), self.file.as_raw_fd())
    }

    fn map(file: File) -> Self {
        let size = NonZeroUsize::new(SIZE).expect("a size");
        let access = ProtFlags::PROT_READ | ProtFlags::PROT_WRITE;
        // SAFETY: a new mapping, which touches no other memory.
        let base = unsafe { mmap(None, size, access, MapFlags::MAP_SHARED, &file, 0) };
        Self { base: base.expect("memory to share").cast(), file }
    }

    fn word(&self, offset: usize) -> &AtomicU64 {
        assert!(offset.is_multiple_of(8) && offset + 8 <= SIZE);
        // SAFETY: in bounds and aligned, as just checked, and mapped while
        // `self` lives.
        unsafe { self.base.add(offset).cast().as_ref() }
    }

    /// The line of the ring on which a message falls.
    #[inline]
    #[allow(clippy::cast_possible_truncation)] // less than the ring
    fn line(&self, n: u64) -> NonNull<Item64> {
        // SAFETY: less than RING lines of this size lie behind LINES.
        unsafe { self.base.add(LINES).cast::<Item64>().add((n % RING) as usize) }
    }

    #[inline]
    #[allow(clippy::cast_possible_truncation)] // less than the ring
    fn first_word(&self, line: u64) -> &AtomicU64 {
        self.word(LINES + line as usize * LINE)
    }

    /// Sends a cache line to and fro for `rounds` rounds, of which the first
    /// tenth is not counted; the time of a round trip in ns.
    pub fn ping(&self, rounds: u64) -> f64 {
        let (there, back) = (self.word(THERE), self.word(BACK));
        let time = slices(rounds / 10 + 1, rounds, |n| {
            there.store(n + 1, Release);
            poll(|| (back.load(Acquire) == n + 1).then_some(()));
        });
        there.store(STOP, Release);
        poll(|| (back.load(Acquire) == STOP).then_some(()));
        there.store(0, Release);
        poll(|| (back.load(Acquire) == 0).then_some(()));
        time.each
    }

    /// Answers [`Self::ping`].
    pub fn pong(&self) {
        let (there, back) = (self.word(THERE), self.word(BACK));
        let mut last = 0;
        loop {
            let next = poll(|| Some(there.load(Acquire)).filter(|n| *n != last));
            back.store(next, Release);
            if next == 0 {
                return;
            }
            last = next;
        }
    }

    /// As [`Self::ping`], with another line each time, as in a queue's ring:
    /// half of the ring for the way there, half for the way back. `run` makes
    /// the values of each run different from those that lie there.
    pub fn ping_around(&self, run: u64, rounds: u64) -> Timing {
        slices(rounds / 10 + 1, rounds, |n| {
            let value = run << 40 | n;
            self.first_word(n % HALF).store(value, Release);
            poll(|| (self.first_word(HALF + n % HALF).load(Acquire) == value).then_some(()));
        })
    }

    /// Answers [`Self::ping_around`].
    pub fn pong_around(&self, run: u64, rounds: u64) {
        for n in 0..=rounds + rounds / 10 {
            let value = run << 40 | n;
            poll(|| (self.first_word(n % HALF).load(Acquire) == value).then_some(()));
            self.first_word(HALF + n % HALF).store(value, Release);
        }
    }

    /// Streams lines to [`Self::drain`], as many at a time as in a batch.
    pub fn stream(&self, lines: u64) {
        let (tail, head) = (self.word(TAIL), self.word(HEAD));
        let mut seen = 0;
        for first in (0..lines).step_by(BATCH) {
            let end = first + BATCH as u64;
            if end - seen > RING {
                seen = poll(|| Some(head.load(Acquire)).filter(|seen| end - seen <= RING));
            }
            let lines: [_; BATCH] = std::array::from_fn(|k| Item64::numbered(first + k as u64));
            // SAFETY: a batch does not wrap. The reader has said that it is
            // done with these lines, and looks at them again when the tail is
            // behind them.
            unsafe { self.line(first).cast().write(lines) };
            tail.store(end, Release);
        }
        poll(|| (head.load(Acquire) == lines).then_some(()));
        tail.store(0, Release);
        poll(|| (head.load(Acquire) == 0).then_some(()));
    }

    /// Takes what [`Self::stream`] sends and verifies it; the time of a line
    /// in ns, once the ring has gone round.
    pub fn drain(&self, lines: u64) -> f64 {
        let (tail, head) = (self.word(TAIL), self.word(HEAD));
        let mut tally = Tally::new(Work::of_steps(0));
        let (mut told, mut start) = (0, (Instant::now(), 0));
        while tally.received() < lines {
            let done = tally.received();
            let end = poll(|| Some(tail.load(Acquire)).filter(|end| *end != done));
            for n in done..end {
                // SAFETY: the writer has said that the line is whole, and
                // overwrites it when the head is behind it.
                tally.add(&unsafe { self.line(n).read() });
            }
            if end - told >= RING / 8 || end == lines {
                head.store(end, Release);
                if told < RING && end >= RING {
                    start = (Instant::now(), end);
                }
                told = end;
            }
        }
        let time = each(start.0.elapsed(), lines - start.1);
        tally.verify::<Item64>();
        poll(|| (tail.load(Relaxed) == 0).then_some(()));
        head.store(0, Release);
        time
    }
}

impl Drop for SharedMemory {
    fn drop(&mut self) {
        // SAFETY: the mapping was made by `map` and is used by nobody else.
        unsafe { munmap(self.base.cast(), SIZE) }.ok();
    }
}
