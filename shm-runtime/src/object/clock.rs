//! Time: a cheap clock for "at most once a millisecond", and deadlines.

use std::time::{Duration, Instant};

/// A moment on the monotonic clock, or never.
#[derive(Clone, Copy)]
pub(crate) struct Deadline(Option<Instant>);

impl Deadline {
    /// So far from now; never, if that is beyond what the clock can say.
    pub(crate) fn after(time: Duration) -> Self {
        Self(Instant::now().checked_add(time))
    }

    pub(crate) const NEVER: Self = Self(None);

    /// This one, or so far from now if that comes first.
    pub(crate) fn at_most(self, time: Duration) -> Self {
        let soon = Instant::now().checked_add(time);
        Self(match (self.0, soon) {
            (Some(at), Some(soon)) => Some(at.min(soon)),
            (at, soon) => at.or(soon),
        })
    }

    /// What is left, `None` if nothing is.
    pub(crate) fn left(self) -> Option<Duration> {
        match self.0 {
            None => Some(Duration::MAX),
            Some(at) => at.checked_duration_since(Instant::now()).filter(|d| !d.is_zero()),
        }
    }
}

/// What a consumer does that has caught up with a producer in full flow: nothing,
/// for a fifth of a microsecond. A consumer at the producer's heels takes away
/// each cache line while it is being written, so that it travels twice; with a
/// few messages between them each line travels once, and both are up to twice as
/// fast. In time, since a PAUSE takes 5 to 50 ns, as the processor likes.
#[cold]
pub(crate) fn breathe() {
    const BREATH: Duration = Duration::from_nanos(200);
    let start = Instant::now();
    while start.elapsed() < BREATH {
        std::hint::spin_loop();
    }
}

/// Nanoseconds on a clock that nobody sets (`CLOCK_MONOTONIC`).
#[cfg(segments)]
pub(crate) fn monotonic_ns() -> u64 {
    nanoseconds(nix::time::ClockId::CLOCK_MONOTONIC)
}

/// The same as of the last tick of the kernel, 1 to 10 ms ago: a few loads.
#[cfg(segments)]
fn last_tick_ns() -> u64 {
    nanoseconds(nix::time::ClockId::CLOCK_MONOTONIC_COARSE)
}

#[cfg(segments)]
fn nanoseconds(clock: nix::time::ClockId) -> u64 {
    // It is there on every Linux; a clock that stands still only delays looks.
    nix::time::clock_gettime(clock)
        .map_or(0, |time| u64::try_from(Duration::from(time).as_nanos()).unwrap_or(u64::MAX))
}

/// No segments exist on other systems.
#[cfg(not(segments))]
pub(crate) fn monotonic_ns() -> u64 {
    0
}

#[cfg(not(segments))]
fn last_tick_ns() -> u64 {
    0
}

/// Says yes at most once in a period. A poller asks a hundred million times a
/// second, so the clock itself is read only at every 64th question; the others
/// read the time of the kernel's last tick, which is as good for a slow poller.
pub(crate) struct Limiter {
    asked: u32,
    /// When it said yes last, in ns; 0 before that.
    last: u64,
    period: u64,
}

impl Limiter {
    pub(crate) const fn new(period: Duration) -> Self {
        #[allow(clippy::cast_possible_truncation)] // milliseconds
        Self { asked: 0, last: 0, period: period.as_nanos() as u64 }
    }

    #[inline]
    pub(crate) fn is_due(&mut self) -> bool {
        self.asked = self.asked.wrapping_add(1);
        let now = if self.asked % 64 == 1 { monotonic_ns() } else { last_tick_ns() };
        self.is_due_at(now)
    }

    /// As [`Self::is_due`], but reads the clock each time: for callers that come
    /// from a sleep.
    #[cold]
    pub(crate) fn is_due_now(&mut self) -> bool {
        self.is_due_at(monotonic_ns())
    }

    #[inline]
    fn is_due_at(&mut self, now: u64) -> bool {
        // The last tick may lie before the last yes.
        let due = self.last == 0 || now.saturating_sub(self.last) >= self.period;
        if due {
            self.last = now;
        }
        due
    }
}

#[cfg(all(test, segments))]
#[allow(clippy::pedantic)]
mod tests {
    use super::*;

    #[test]
    fn it_says_yes_once_in_a_period() {
        let mut limiter = Limiter::new(Duration::from_millis(1));
        // From one yes to the next; the last tick may lie before either.
        for start in [5_000_000, 6_000_000, 9_500_000] {
            assert!(limiter.is_due_at(start), "{start}");
            for now in [start, start + 1, start - 4_000_000, start + 999_999] {
                assert!(!limiter.is_due_at(now), "{now} after {start}");
            }
        }
    }

    #[test]
    fn a_slow_poller_is_told_each_time_and_a_fast_one_once_in_a_period() {
        let mut limiter = Limiter::new(Duration::from_millis(1));
        for round in 0..8 {
            assert!(limiter.is_due(), "round {round}");
            std::thread::sleep(Duration::from_millis(20));
        }
        let start = monotonic_ns();
        let (mut told, mut passed) = (0, 0);
        while passed < 50_000_000 {
            told += u64::from(limiter.is_due());
            passed = monotonic_ns() - start;
        }
        // The first may count from a tick before the start.
        assert!((1..=passed / 1_000_000 + 1).contains(&told), "{told} in {passed} ns");
    }
}
