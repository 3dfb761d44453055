//! Waiting for another process: spin a little, then sleep.
//!
//! One 32-bit word says that somebody sleeps. The sleeper sets [`WAITING`],
//! fences, looks once more, and sleeps while the word is unchanged; whoever
//! changes what it waits for fences, looks at the word, and if the bit is set
//! clears it and wakes. The two fences are each other's partners: at least one
//! side sees the other's store, so no wake-up is missed. Nobody waiting costs
//! the other side a fence and a load, no system call.
//!
//! [`NEED_FENCE`] is sticky and tells a later version, whose sleepers may pay
//! for both fences, that this sleeper does not.

use crate::memory::{Flag, Memory};
use crate::object::clock::Deadline;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

/// Somebody sleeps on the word.
pub(crate) const WAITING: u32 = 1;
/// Somebody relies on a fence between commit and look. Never cleared.
pub(crate) const NEED_FENCE: u32 = 2;

/// How long to spin before sleeping: about what a wake-up costs.
const SPIN: Duration = Duration::from_micros(20);
/// The first and the longest sleep, in ns; a backstop, since wake-ups are not
/// missed.
static FIRST_SLICE: AtomicU64 = AtomicU64::new(10_000_000);
static LAST_SLICE: AtomicU64 = AtomicU64::new(100_000_000);

/// Sets the first and the longest sleep of this process's waits. For tests: with
/// slices that never end, a wake-up that is missed shows.
#[doc(hidden)]
pub fn set_sleep_slices(first: Duration, last: Duration) {
    for (slice, time) in [(&FIRST_SLICE, first), (&LAST_SLICE, last)] {
        slice.store(u64::try_from(time.as_nanos()).unwrap_or(u64::MAX), Ordering::Relaxed);
    }
}

/// Wakes who sleeps on the word, after a store that may be what it waits for.
#[inline]
pub(crate) fn notify<M: Memory>(flag: &M::Flag) {
    M::fence(); // pairs with the fence in `announce`
    if flag.load(Ordering::Relaxed) & WAITING != 0 {
        wake_up(flag);
    }
}

#[cold]
fn wake_up(flag: &impl Flag) {
    flag.clear(WAITING);
    flag.wake();
}

/// Wakes who sleeps on the word without asking whether somebody does: after a
/// death, since whoever died may have stored and not notified.
pub(crate) fn wake_regardless(flag: &impl Flag) {
    wake_up(flag);
}

/// Says that the caller is about to sleep, and looks once more. `Err` is the value
/// to hand to [`Flag::sleep`]: that which was found, whatever a peer wrote there.
pub(crate) fn look_before_sleep<M: Memory, T>(
    flag: &M::Flag,
    look: impl FnOnce() -> Option<T>,
) -> Result<T, u32> {
    let value = flag.set(WAITING | NEED_FENCE);
    M::fence(); // pairs with the fence in `notify`
    let answer = look().ok_or(value)?;
    flag.clear(WAITING);
    Ok(answer)
}

/// Calls `attempt` until it gives an answer or the time is up; `None` is without
/// end. `look` is called once for each sleep, to notice deaths and removals; with true
/// after a whole slice in which nobody woke the caller.
#[inline]
pub(crate) fn until<M: Memory, T>(
    flag: &M::Flag,
    timeout: Option<Duration>,
    mut attempt: impl FnMut() -> Option<T>,
    look: impl FnMut(bool),
) -> Option<T> {
    // Before the clock is read, which takes as long as ten attempts.
    if let Some(answer) = attempt() {
        return Some(answer);
    }
    let deadline = timeout.map_or(Deadline::NEVER, Deadline::after);
    wait_until::<M, T>(flag, deadline, attempt, look)
}

#[cold]
fn wait_until<M: Memory, T>(
    flag: &M::Flag,
    deadline: Deadline,
    mut attempt: impl FnMut() -> Option<T>,
    mut look: impl FnMut(bool),
) -> Option<T> {
    let spin_end = deadline.at_most(SPIN);
    while spin_end.left().is_some() {
        for _ in 0..16 {
            if let Some(answer) = attempt() {
                return Some(answer);
            }
            std::hint::spin_loop();
        }
    }
    let mut sleeper = Sleeper::new();
    let mut announced = false;
    while let Some(left) = deadline.left() {
        announced = true;
        let looked = look_before_sleep::<M, T>(flag, || {
            look(sleeper.slept);
            attempt()
        });
        match looked {
            Ok(answer) => return Some(answer),
            Err(value) => sleeper.sleep(flag, value, left),
        }
    }
    if announced {
        flag.clear(WAITING);
    }
    look(sleeper.slept);
    attempt()
}

/// Sleeps that end too soon in a row before the sleeper leaves the word alone.
const VAIN_MAX: u32 = 16;
/// What is too soon, and for how long the word is left alone then.
const PAUSE: Duration = Duration::from_millis(1);

/// How long to sleep. A peer that writes the word all the time, or wakes without
/// a reason, ends each sleep at once: then some last a millisecond whatever it
/// writes, so that a waiter does not spin.
struct Sleeper {
    slice: Duration,
    last: Duration,
    vain: u32,
    /// The last one lasted for its whole slice.
    slept: bool,
}

impl Sleeper {
    fn new() -> Self {
        let slice = |ns: &AtomicU64| Duration::from_nanos(ns.load(Ordering::Relaxed));
        Self { slice: slice(&FIRST_SLICE), last: slice(&LAST_SLICE), vain: 0, slept: false }
    }

    fn sleep(&mut self, flag: &impl Flag, value: u32, left: Duration) {
        if self.vain == VAIN_MAX {
            self.vain = 0;
            std::thread::sleep(PAUSE.min(left));
            return;
        }
        let start = Instant::now();
        flag.sleep(value, self.slice.min(left));
        let slept = start.elapsed();
        self.slept = slept >= self.slice;
        self.vain = if slept < PAUSE { self.vain + 1 } else { 0 };
        self.slice = (self.slice * 2).min(self.last);
    }
}
