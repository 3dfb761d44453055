//! `shmgen demo`: a million trades through processes in four languages.
//!
//! The chain is the quickstart's: Rust → C → C++ → Python → Rust, a queue for
//! each hop, every message checked by every process. Here is how it is run and
//! what is shown of it; finding and making the programs is in [`programs`].

mod programs;
mod run;

pub(crate) use programs::library;

use crate::failure::{Done, Failure};
use crate::market::Feed;
use crate::{chain, show};
use schemars::JsonSchema;
use serde::Serialize;
use shm_runtime::Segment;
use shm_runtime::json::Version;
use shm_runtime::queue::{Consumer, Producer};
use std::io::Read;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// Pass a million messages through processes in Rust, C, C++ and Python
///
/// Generates the quickstart's code, compiles its C and C++ programs with the
/// system's compilers, and runs the chain Rust → C → C++ → Python → Rust in a
/// segment of its own. Nothing is left behind.
#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// How many messages
    #[arg(long, value_name = "N", default_value_t = 1_000_000)]
    messages: u64,
    /// For programs
    #[arg(long)]
    json: bool,
}

/// The names of the processes, in the order in which a message meets them.
const CHAIN: [&str; 5] = ["Rust", "C", "C++", "Python", "Rust"];

/// What `demo --json` prints: what went from language to language.
#[derive(Serialize, JsonSchema)]
pub(crate) struct Demo {
    /// The version of this form.
    version: Version<1>,
    /// From process to process, in the order of the chain.
    hops: Vec<Hop>,
    /// The languages that were left out, and why.
    missing: Vec<String>,
}

/// What went from a process to the next.
#[derive(Serialize, JsonSchema)]
struct Hop {
    /// The language that it came from.
    from: &'static str,
    /// The language that it went to.
    to: &'static str,
    /// How many messages arrived.
    messages: u64,
    /// How many did not.
    lost: u64,
    /// How long it took.
    seconds: f64,
}

/// What a process of the chain reports.
struct Report {
    received: u64,
    lost: u64,
    seconds: f64,
}

/// Where the demo of this process has its segment.
fn address() -> String {
    format!("posix:/shmgen.demo.{}", std::process::id())
}

pub(crate) fn run(arguments: &Arguments) -> Done {
    let interrupts = run::Interrupts::watch()?;
    let workshop = programs::Workshop::new()?;
    let (stages, missing) = programs::prepare(&workshop, &interrupts)?;
    for text in &missing {
        eprintln!("{text}");
    }
    let reports = run::chain(stages, arguments.messages, &interrupts)?;
    drop(workshop);
    if arguments.json {
        let hop = |(i, r): (usize, &Report)| Hop {
            from: CHAIN[i],
            to: CHAIN[i + 1],
            messages: r.received,
            lost: r.lost,
            seconds: r.seconds,
        };
        let hops = reports.iter().enumerate().map(hop).collect();
        show::print_json(&Demo { version: Version, hops, missing })?;
    } else {
        show::print(&table(&reports, &missing))?;
    }
    if reports.iter().any(|r| r.lost > 0 || r.received != arguments.messages) {
        return Err(Failure::new("messages were lost"));
    }
    Ok(())
}

fn table(reports: &[Report], missing: &[String]) -> String {
    let name = |i: usize| {
        let stood_in = missing.iter().any(|m| m.starts_with(&format!("{}:", CHAIN[i])));
        if stood_in { format!("{} (Rust stands in)", CHAIN[i]) } else { CHAIN[i].to_owned() }
    };
    let rows = reports.iter().enumerate().map(|(i, r)| {
        vec![name(i), name(i + 1), r.received.to_string(), r.lost.to_string(), rate(r)]
    });
    show::table(&["FROM", "TO", "MESSAGES", "LOST", "RATE"], &rows.collect::<Vec<_>>())
}

/// Messages in a second; `-` where there are too few, or they came too fast,
/// for the clock to say anything.
fn rate(report: &Report) -> String {
    if report.received < 1_000 || report.seconds < 0.001 {
        return "-".to_owned();
    }
    #[allow(clippy::cast_precision_loss)] // three digits are shown
    let rate = report.received as f64 / report.seconds / 1e6;
    format!("{rate:.3} M/s")
}

/// One process of the demo's chain; not for use by hand.
#[derive(clap::Args)]
pub(crate) struct RoleArguments {
    /// source, sink, the hop that a relay reads (0, 1 or 2), or janitor
    role: String,
    messages: u64,
    #[arg(allow_negative_numbers = true)]
    address: String,
    /// What the janitor removes, with the segment
    #[arg(long)]
    folder: Option<PathBuf>,
}

pub(crate) fn role(arguments: &RoleArguments) -> Done {
    if let Some(folder) = &arguments.folder {
        clean_up(folder, &arguments.address);
        return Ok(());
    }
    let fail = |e: Box<dyn std::error::Error>| Failure::new(format!("{}: {e}", arguments.role));
    let feed = Feed::options().address(&arguments.address).attach()?;
    let n = arguments.messages;
    let tally = match arguments.role.as_str() {
        "source" => {
            let mut out = feed.rust_to_c().producer()?;
            return chain::source(&mut out, n).map_err(fail);
        }
        "sink" => chain::sink(&mut feed.python_to_rust().consumer()?, n),
        hop => {
            let (mut inn, mut out) = ends(&feed, hop)?;
            chain::relay(&mut inn, &mut out, n)
        }
    };
    show::print(&format!("{}\n", tally.map_err(fail)?))?;
    Ok(())
}

/// What the janitor does: waits until its input ends, when the command that
/// started it is done or gone, and removes what it made.
fn clean_up(folder: &Path, address: &str) {
    let _ = std::io::stdin().read_to_end(&mut Vec::new());
    if let Ok(address) = address.parse() {
        let _ = Segment::remove_at(&address);
    }
    // A compiler that was left alone may still be writing.
    let start = Instant::now();
    while folder.exists() && start.elapsed() < Duration::from_secs(10) {
        let _ = std::fs::remove_dir_all(folder);
        std::thread::sleep(Duration::from_millis(20));
    }
}

type Ends = (Consumer<crate::market::Trade>, Producer<crate::market::Trade>);

/// The queues of a relay that stands in for the process behind a hop.
fn ends(feed: &Feed, hop: &str) -> Result<Ends, Failure> {
    Ok(match hop {
        "0" => (feed.rust_to_c().consumer()?, feed.c_to_cpp().producer()?),
        "1" => (feed.c_to_cpp().consumer()?, feed.cpp_to_python().producer()?),
        "2" => (feed.cpp_to_python().consumer()?, feed.python_to_rust().producer()?),
        other => return Err(Failure::usage(format!("there is no role `{other}`"))),
    })
}

#[cfg(test)]
#[allow(clippy::pedantic)]
mod tests {
    use super::{Report, rate};

    #[test]
    fn a_rate_is_told_only_where_it_means_something() {
        let rate = |received, seconds| rate(&Report { received, lost: 0, seconds });
        assert_eq!(rate(1, 0.0), "-");
        assert_eq!(rate(10, 1e-9), "-");
        assert_eq!(rate(999, 1.0), "-");
        assert_eq!(rate(5_000, 0.0009), "-");
        assert_eq!(rate(1_000, 0.002), "0.500 M/s");
        assert_eq!(rate(1_000_000, 0.5), "2.000 M/s");
    }
}
