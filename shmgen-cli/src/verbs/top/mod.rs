//! `shmgen top`: the segments of shmgen as they change. What is seen is in
//! [`sample`], the order in [`order`]; it is shown on a [`screen`], or as
//! [`lines`] where there is no terminal.

mod lines;
mod order;
mod sample;
mod screen;
mod table;
mod view;

use super::address;
use crate::failure::{Done, Failure};
use order::Order;
use sample::Sampler;
use shm_runtime::Watch;
use signal_hook::consts::{SIGHUP, SIGINT, SIGQUIT, SIGTERM};
use std::io::IsTerminal;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

/// Watch the segments of shmgen: how full, how fast, who waits, who is dead
///
/// On a terminal a screen; q ends it, h tells the keys. Elsewhere lines, for each object of each
/// segment one at each look. Nothing is attached to, and nothing is mapped but System V segments for
/// the moment of a look.
#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// Only these: <posix:/NAME>, sysv:KEY, sysv-id:ID; without it, all of shmgen
    addresses: Vec<String>,
    /// Look so often: 2, 0.5, 500ms, 1m
    #[arg(short, long, value_name = "TIME", value_parser = interval, default_value = "1")]
    interval: Duration,
    /// End after so many looks
    #[arg(short = 'n', long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    count: Option<u64>,
    /// What comes first
    #[arg(short, long, value_enum, default_value_t = Order::Address)]
    sort: Order,
    /// Lines on a terminal, too
    #[arg(long)]
    lines: bool,
    /// For programs: a line for each look
    #[arg(long)]
    json: bool,
}

pub(crate) fn run(arguments: &Arguments) -> Done {
    let named = arguments.addresses.iter().map(|text| address(text));
    let named = named.collect::<Result<Vec<_>, Failure>>()?;
    let watch = if named.is_empty() { Watch::all() } else { Watch::of(named) };
    let stop = Stop::watch()?;
    let mut sampler = Sampler::new(watch);
    let first = sampler.look();
    // What was never there is a mistake; what goes later is news.
    if let Some(gone) = first.gone.first() {
        return Err(gone.clone().into());
    }
    let stranger = |s: &&sample::Segment| s.stat.header.is_none() && s.stat.fault.is_none();
    if let Some(segment) = first.segments.iter().find(stranger) {
        let address = &segment.stat.address;
        let why = format!(
            "{address} is bare, or another program's: it has nothing that could be watched"
        );
        return Err(Failure::mismatch(why));
    }
    if arguments.json || arguments.lines || !std::io::stdout().is_terminal() {
        lines::run(arguments, sampler, first, &stop)
    } else {
        screen::run(arguments, sampler, first, &stop)
    }
}

/// Whether somebody asked for the end, by a signal.
struct Stop(Arc<AtomicBool>);

impl Stop {
    fn watch() -> std::io::Result<Self> {
        let asked = Arc::new(AtomicBool::new(false));
        for signal in [SIGINT, SIGTERM, SIGHUP, SIGQUIT] {
            signal_hook::flag::register(signal, Arc::clone(&asked))?;
        }
        Ok(Self(asked))
    }

    fn is_asked(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }

    /// Sleeps until then; `false` if the end was asked for.
    fn sleep_until(&self, then: Instant) -> bool {
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
const SHORTEST: Duration = Duration::from_millis(50);
/// The longest one.
const LONGEST: Duration = Duration::from_secs(86_400);

/// A time between two looks: a number of seconds, or with a unit.
fn interval(text: &str) -> Result<Duration, String> {
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
        .ok_or_else(|| "a time is 2, 0.5, 500ms or 1m, from 50ms to 1440m".to_owned())
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
