//! Waiting for another process: spin a little, then sleep.
//!
//! One 32-bit word says that somebody sleeps, and counts the wake-ups: two bits,
//! and a sequence in those above. A sleeper sets [`WAITING`], orders that before
//! its last look, and sleeps while the word is unchanged; whoever changes what it
//! waits for looks at the word afterwards, and if the bit is set wakes.
//!
//! Both sides store and then load, so each needs a fence between the two, or else
//! a wake-up is missed. The sleeper pays for both: `membarrier` makes every
//! process pass a fence that [registered](enroll) for it. So nobody waiting costs the other
//! side one load (rules M1 to M3):
//!
//! - Whoever could not register fences for itself.
//! - A sleeper that gets no barrier says so by [`NEED_FENCE`], which is sticky and
//!   makes everybody fence, and fences itself. Nothing can force a process
//!   that is between store and load at this moment, so its first sleep is brief.
//!
//! Any number may sleep on one word (rule W1). A sleeper never clears [`WAITING`],
//! since it may be another one's as well. Only a waker clears it, and advances
//! the sequence in the same step: whoever is about to sleep on the older value
//! does not. Then it wakes all. Whoever recovers from a death does so without
//! asking (rule W2): the dead one may have stored and not notified.

use crate::memory::{Flag, Memory};
use crate::object::clock::Deadline;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

/// Somebody sleeps on the word.
pub(crate) const WAITING: u32 = 1;
/// Somebody relies on a fence between commit and look. Never cleared.
pub(crate) const NEED_FENCE: u32 = 2;
/// One in the sequence.
const STEP: u32 = 4;

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

/// Takes part in barriers. Whoever attaches calls it before others can see that it
/// is there: a barrier that missed the registration comes before the fence, so that
/// what its sleeper stored before is seen (rule M1).
pub(crate) fn enroll<M: Memory>() {
    M::register();
    M::fence(); // behind the registration
}

/// Wakes the sleepers on the word, after a store that may be what it waits for.
#[inline]
pub(crate) fn notify<M: Memory>(flag: &M::Flag) {
    M::barrier_point();
    let word = flag.load(Ordering::Relaxed) | M::unless_registered(NEED_FENCE);
    if word & (WAITING | NEED_FENCE) != 0 {
        notify_with_care::<M>(flag);
    }
}

/// Somebody sleeps, or relies on a fence.
#[cold]
#[inline(never)]
fn notify_with_care<M: Memory>(flag: &M::Flag) {
    let word = flag.load(Ordering::Relaxed) | M::unless_registered(NEED_FENCE);
    if word & NEED_FENCE != 0 {
        M::fence(); // pairs with the fence in `look_before_sleep`
    }
    if flag.load(Ordering::Relaxed) & WAITING != 0 {
        wake_up(flag);
    }
}

/// So often is the word tried to be advanced. It fails where another wakes in that
/// very moment, which does as well; so often only where a peer writes all the time.
const TRIES: u32 = 100;

#[cold]
fn wake_up(flag: &impl Flag) {
    let mut word = flag.load(Ordering::Relaxed);
    for _ in 0..TRIES {
        match flag.exchange(word, (word & !WAITING).wrapping_add(STEP)) {
            Ok(_) => break,
            Err(found) => word = found,
        }
    }
    flag.wake();
}

/// Wakes who sleeps on the word without asking whether somebody does: after a
/// death, since whoever died may have stored and not notified.
pub(crate) fn wake_regardless(flag: &impl Flag) {
    wake_up(flag);
}

/// What a sleep begins with.
pub(crate) struct Announced {
    /// To be handed to [`Flag::sleep`]: what was found, whatever a peer wrote there.
    pub(crate) value: u32,
    /// The first sleep of this wait must be brief, since no barrier was had.
    pub(crate) brief: bool,
}

/// Says that the caller is about to sleep, and looks once more.
pub(crate) fn look_before_sleep<M: Memory, T>(
    flag: &M::Flag,
    look: impl FnOnce() -> Option<T>,
) -> Result<T, Announced> {
    let mut value = flag.set(WAITING);
    let brief = !M::barrier();
    if brief {
        value = flag.set(WAITING | NEED_FENCE);
        M::fence(); // pairs with the fence in `notify_with_care`
    }
    look().ok_or(Announced { value, brief })
}

/// Calls `attempt` until it gives an answer or the time is up; `None` is without
/// end. `look` is called once for each sleep, to notice deaths and removals; with true
/// after a whole slice in which nobody woke the caller.
///
/// Without a flag, for a process that may only read and so cannot say that it sleeps, it looks
/// every 1 to 10 ms.
#[inline]
pub(crate) fn until<'a, M: Memory, T>(
    flag: impl Into<Option<&'a M::Flag>>,
    timeout: Option<Duration>,
    mut attempt: impl FnMut() -> Option<T>,
    look: impl FnMut(bool),
) -> Option<T> {
    // Before the clock is read, which takes as long as ten attempts.
    if let Some(answer) = attempt() {
        return Some(answer);
    }
    let flag = flag.into();
    let announce = |look_again: &mut dyn FnMut() -> Option<T>| match flag {
        Some(flag) => look_before_sleep::<M, T>(flag, look_again),
        None => look_again().ok_or(Announced { value: 0, brief: false }),
    };
    wait_until(flag, Slices::Doubling, timeout, announce, attempt, look)
}

/// How long the sleeps of a wait are.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Slices {
    /// Each twice as long as the one before, up to a limit.
    Doubling,
    /// As long as the first: what is waited for is in somebody's way.
    Short,
}

/// The same for a word that has rules of its own: `announce` says that the caller is
/// about to sleep on it, and calls what it is given before it does.
#[cold]
pub(crate) fn wait_until<F: Flag, T>(
    flag: Option<&F>,
    slices: Slices,
    timeout: Option<Duration>,
    mut announce: impl FnMut(&mut dyn FnMut() -> Option<T>) -> Result<T, Announced>,
    mut attempt: impl FnMut() -> Option<T>,
    mut look: impl FnMut(bool),
) -> Option<T> {
    let deadline = timeout.map_or(Deadline::NEVER, Deadline::after);
    let spin_end = deadline.at_most(SPIN);
    while spin_end.left().is_some() {
        for _ in 0..16 {
            if let Some(answer) = attempt() {
                return Some(answer);
            }
            std::hint::spin_loop();
        }
    }
    let mut sleeper = Sleeper::new(flag.is_some(), slices);
    while let Some(left) = deadline.left() {
        let looked = announce(&mut || {
            look(sleeper.slept);
            attempt()
        });
        match looked {
            Ok(answer) => return Some(answer),
            Err(announced) => sleeper.sleep(flag, announced, left),
        }
        // Before it is announced again: whoever was woken for something leaves the
        // word as the waker did, which costs the next one no vain wake-up.
        if let Some(answer) = attempt() {
            return Some(answer);
        }
    }
    look(sleeper.slept);
    attempt()
}

/// Sleeps that end too soon in a row before the sleeper leaves the word alone.
const VAIN_MAX: u32 = 16;
/// What is too soon, and for how long the word is left alone then.
const PAUSE: Duration = Duration::from_millis(1);
/// A first sleep without a barrier: no store stays unseen so long.
const BRIEF: Duration = Duration::from_millis(1);
/// The longest sleep of a process that cannot be woken.
const LAST_PAUSE: Duration = Duration::from_millis(10);

/// How long to sleep. A peer that writes the word all the time, or wakes without
/// a reason, ends each sleep at once: then some last a millisecond whatever it
/// writes, so that a waiter does not spin.
struct Sleeper {
    slice: Duration,
    last: Duration,
    /// None before.
    is_first: bool,
    vain: u32,
    /// The last one lasted for its whole slice.
    slept: bool,
}

impl Sleeper {
    fn new(can_be_woken: bool, slices: Slices) -> Self {
        let slice = |ns: &AtomicU64| Duration::from_nanos(ns.load(Ordering::Relaxed));
        let (slice, last) = match (can_be_woken, slices) {
            (true, Slices::Doubling) => (slice(&FIRST_SLICE), slice(&LAST_SLICE)),
            (true, Slices::Short) => (slice(&FIRST_SLICE), slice(&FIRST_SLICE)),
            (false, _) => (PAUSE, LAST_PAUSE),
        };
        Self { slice, last, is_first: true, vain: 0, slept: false }
    }

    fn sleep(&mut self, flag: Option<&impl Flag>, announced: Announced, left: Duration) {
        if self.vain == VAIN_MAX {
            self.vain = 0;
            std::thread::sleep(PAUSE.min(left));
            return;
        }
        let start = Instant::now();
        if std::mem::take(&mut self.is_first) && announced.brief {
            if let Some(flag) = flag {
                flag.sleep(announced.value, BRIEF.min(left));
            }
            return;
        }
        let slice = self.slice.min(left);
        match flag {
            Some(flag) => flag.sleep(announced.value, slice),
            None => std::thread::sleep(slice),
        }
        let slept = start.elapsed();
        self.slept = slept >= self.slice;
        self.vain = if slept < PAUSE { self.vain + 1 } else { 0 };
        self.slice = (self.slice * 2).min(self.last);
    }
}
