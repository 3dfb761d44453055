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
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

/// Somebody sleeps on the word.
pub(crate) const WAITING: u32 = 1;
/// Somebody relies on a fence between commit and look. Never cleared.
pub(crate) const NEED_FENCE: u32 = 2;

/// How long to spin before sleeping: about what a wake-up costs.
const SPIN: Duration = Duration::from_micros(20);
/// The first and the longest sleep; a backstop, since wake-ups are not missed.
const FIRST_SLICE: Duration = Duration::from_millis(10);
const LAST_SLICE: Duration = Duration::from_millis(100);

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

/// Says that the caller is about to sleep; it must look once more before it
/// does. The value to hand to [`Flag::sleep`].
pub(crate) fn announce<M: Memory>(flag: &M::Flag) -> u32 {
    flag.set(WAITING | NEED_FENCE);
    M::fence(); // pairs with the fence in `notify`
    WAITING | NEED_FENCE
}

/// Calls `attempt` until it gives an answer or the time is up; `None` is without
/// end. `look` is called once for each sleep, to notice deaths and removals.
#[inline]
pub(crate) fn until<M: Memory, T>(
    flag: &M::Flag,
    timeout: Option<Duration>,
    mut attempt: impl FnMut() -> Option<T>,
    look: impl FnMut(),
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
    mut look: impl FnMut(),
) -> Option<T> {
    let spin_end = Instant::now() + SPIN;
    loop {
        for _ in 0..64 {
            if let Some(answer) = attempt() {
                return Some(answer);
            }
            std::hint::spin_loop();
        }
        if Instant::now() >= spin_end {
            break;
        }
    }
    let mut slice = FIRST_SLICE;
    loop {
        let value = announce::<M>(flag);
        look();
        if let Some(answer) = attempt() {
            flag.clear(WAITING);
            return Some(answer);
        }
        let Some(left) = deadline.left() else {
            flag.clear(WAITING);
            return None;
        };
        flag.sleep(value, slice.min(left));
        slice = (slice * 2).min(LAST_SLICE);
    }
}
