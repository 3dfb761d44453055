//! Verbs that go on until they are told to end: how often they look, and how they
//! hear of it.

use signal_hook::consts::{SIGHUP, SIGINT, SIGQUIT, SIGTERM};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

/// Whether somebody asked for the end, by a signal.
pub(crate) struct Stop(Arc<AtomicBool>);

impl Stop {
    /// From now on, signals that end a program only ask for it.
    pub(crate) fn watch() -> std::io::Result<Self> {
        let asked = Arc::new(AtomicBool::new(false));
        for signal in [SIGINT, SIGTERM, SIGHUP, SIGQUIT] {
            signal_hook::flag::register(signal, Arc::clone(&asked))?;
        }
        Ok(Self(asked))
    }

    pub(crate) fn is_asked(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }

    /// Sleeps until then; `false` if the end was asked for.
    pub(crate) fn sleep_until(&self, then: Instant) -> bool {
        while !self.is_asked() {
            let left = then.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return true;
            }
            std::thread::sleep(left.min(Duration::from_millis(20)));
        }
        false
    }
}

/// The shortest interval; a look takes a while.
const SHORTEST: Duration = Duration::from_millis(5);
/// The longest one.
const LONGEST: Duration = Duration::from_secs(86_400);

/// A time between two looks: a number of seconds, or with a unit.
pub(crate) fn interval(text: &str) -> Result<Duration, String> {
    let (number, unit) = match text.find(|c: char| !c.is_ascii_digit() && c != '.') {
        Some(at) => text.split_at(at),
        None => (text, ""),
    };
    let factor = match unit {
        "" | "s" => 1.0,
        "ms" => 0.001,
        "m" | "min" => 60.0,
        _ => 0.0,
    };
    let seconds = number.parse::<f64>().unwrap_or(0.0) * factor;
    Duration::try_from_secs_f64(seconds)
        .ok()
        .filter(|d| (SHORTEST..=LONGEST).contains(d))
        .ok_or_else(|| "a time is 2, 0.5, 500ms or 1m, from 5ms to 1440m".to_owned())
}

#[cfg(test)]
#[allow(clippy::pedantic)]
mod tests {
    use super::interval;
    use std::time::Duration;

    #[test]
    fn an_interval_is_read_as_people_write_it() {
        assert_eq!(interval("2"), Ok(Duration::from_secs(2)));
        assert_eq!(interval("0.5"), Ok(Duration::from_millis(500)));
        assert_eq!(interval("250ms"), Ok(Duration::from_millis(250)));
        assert_eq!(interval("1m"), Ok(Duration::from_secs(60)));
        assert_eq!(interval("3s"), Ok(Duration::from_secs(3)));
        for wrong in ["", "0", "-1", "1ms", "1h", "x", "1e9", "1.2.3", "999999999999m", "inf"] {
            assert!(interval(wrong).is_err(), "{wrong}");
        }
    }
}
