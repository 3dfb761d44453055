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

/// Says yes at most once in a period, and looks at the clock only at every
/// 64th question, since a poller asks a hundred million times a second.
pub(crate) struct Limiter {
    asked: u32,
    last: Option<Instant>,
    period: Duration,
}

impl Limiter {
    pub(crate) fn new(period: Duration) -> Self {
        Self { asked: 0, last: None, period }
    }

    #[inline]
    pub(crate) fn is_due(&mut self) -> bool {
        self.asked = self.asked.wrapping_add(1);
        self.asked % 64 == 1 && self.is_due_now()
    }

    /// As [`Self::is_due`], but looks at the clock each time: for callers that
    /// come from a sleep.
    #[cold]
    pub(crate) fn is_due_now(&mut self) -> bool {
        let now = Instant::now();
        let due = match self.last {
            Some(last) => now.saturating_duration_since(last) >= self.period,
            None => true,
        };
        if due {
            self.last = Some(now);
        }
        due
    }
}
