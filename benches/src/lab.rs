//! Two processes that measure something together, and what makes the numbers
//! comparable: a ping-pong before and after each of them.

use crate::machine::{Processors, SharedMemory, pin};
use crate::report::median;
use crate::scratch::Scratch;
use crate::speed::{Back, There};
use crate::transfer::{Percentiles, Timing};
use nix::sys::resource::{UsageWho, getrusage};
use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::time::{Duration, Instant};

/// How long a ping-pong lasts, in ns.
const PING_TIME: f64 = 3e6;
/// How far two ping-pongs may be apart for what lies between to count.
const TOLERANCE: f64 = 1.25;
/// Another program may take a processor away once in so long.
const PEACE: Duration = Duration::from_millis(20);

/// The first process, which measures, with the second one at its command.
pub struct Lab {
    memory: SharedMemory,
    processors: Processors,
    there: There,
    back: Back,
    child: Child,
    commands: ChildStdin,
    answers: BufReader<ChildStdout>,
    last_ping: f64,
    runs: u64,
}

impl Lab {
    /// Pins this process, and starts the other one.
    pub fn open(scratch: &Scratch) -> Self {
        let memory = SharedMemory::create();
        let processors = Processors::choose();
        let (there, back) = (scratch.there().clone(), scratch.back().clone());
        let program = std::env::current_exe().expect("the path of this program");
        let addresses = [there.address().to_string(), back.address().to_string()];
        let mut command = Command::new(program);
        command.arg("peer").arg(memory.path()).args(addresses);
        command.stdin(Stdio::piped()).stdout(Stdio::piped());
        pin(processors.second);
        let mut child = scratch.spawn(&mut command);
        pin(processors.first);
        let commands = child.stdin.take().expect("a pipe");
        let answers = BufReader::new(child.stdout.take().expect("a pipe"));
        let mut lab = Self {
            memory,
            processors,
            there,
            back,
            child,
            commands,
            answers,
            last_ping: 500.0,
            runs: 0,
        };
        for _ in 0..5 {
            lab.ping();
        }
        lab
    }

    pub fn processors(&self) -> Processors {
        self.processors
    }

    pub fn there(&self) -> &There {
        &self.there
    }

    pub fn back(&self) -> &Back {
        &self.back
    }

    /// Tells the other process what to do.
    pub fn ask(&mut self, command: &str) {
        writeln!(self.commands, "{command}").expect("the second process");
    }

    /// What the other process measured.
    pub fn answer(&mut self) -> f64 {
        let mut line = String::new();
        self.answers.read_line(&mut line).expect("the second process");
        line.trim().parse().expect("the second process has failed")
    }

    /// How often other programs have taken a processor away from these two
    /// processes, and from those that they started and waited for.
    fn preemptions(&self) -> u64 {
        let own = [UsageWho::RUSAGE_SELF, UsageWho::RUSAGE_CHILDREN].map(|who| {
            getrusage(who).map_or(0, |usage| usage.involuntary_context_switches().unsigned_abs())
        });
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id()));
        let status = status.unwrap_or_default();
        let its = status.lines().find_map(|line| line.strip_prefix("nonvoluntary_ctxt_switches:"));
        own.iter().sum::<u64>() + its.and_then(|n| n.trim().parse().ok()).unwrap_or(0)
    }

    /// The round trip of a cache line between the two processes now, in ns.
    pub fn ping(&mut self) -> f64 {
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // some thousands
        let rounds = (PING_TIME / self.last_ping).clamp(640.0, 100_000.0) as u64;
        self.ask("pong");
        self.last_ping = self.memory.ping(rounds);
        self.answer();
        self.last_ping
    }

    /// The same with another cache line each time.
    pub fn ping_around(&mut self, rounds: u64) -> Timing {
        self.runs += 1;
        self.ask(&format!("pong-around {} {rounds}", self.runs));
        let time = self.memory.ping_around(self.runs, rounds);
        self.answer();
        time
    }

    /// The time in which a whole line is streamed to the other process, in ns.
    pub fn stream(&mut self, lines: u64) -> f64 {
        self.ask(&format!("drain {lines}"));
        self.memory.stream(lines);
        self.answer()
    }
}

impl Drop for Lab {
    fn drop(&mut self) {
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

/// One of those that are compared: its name, and how it is measured once.
pub struct Competitor<'a> {
    pub name: String,
    pub measure: Box<dyn FnMut(&mut Lab) -> Timing + 'a>,
}

impl<'a> Competitor<'a> {
    pub fn new<T: Into<Timing>>(
        name: impl Into<String>,
        mut measure: impl FnMut(&mut Lab) -> T + 'a,
    ) -> Self {
        Self { name: name.into(), measure: Box::new(move |lab| measure(lab).into()) }
    }
}

/// What was measured of a competitor, round by round; `None` where the machine
/// changed meanwhile, or was busy with something else.
pub struct Series {
    pub name: String,
    samples: Vec<Option<Sample>>,
}

/// A time in ns, and the ping-pong around it.
#[derive(Clone, Copy)]
struct Sample {
    time: f64,
    percentiles: Option<Percentiles>,
    ping: f64,
    /// Preemptions beyond those that are allowed in its time.
    disturbed: f64,
}

/// Measures all competitors in turn, this many times.
pub fn round_robin(lab: &mut Lab, rounds: usize, competitors: Vec<Competitor<'_>>) -> Vec<Series> {
    let mut before = lab.ping();
    let (mut series, mut measures): (Vec<_>, Vec<_>) = competitors
        .into_iter()
        .map(|c| (Series { name: c.name, samples: Vec::new() }, c.measure))
        .unzip();
    for _ in 0..rounds {
        for (series, measure) in series.iter_mut().zip(&mut measures) {
            let (start, calm) = (Instant::now(), lab.preemptions());
            let Timing { each: time, percentiles } = measure(lab);
            let preemptions = u32::try_from(lab.preemptions() - calm).unwrap_or(u32::MAX);
            let allowed = start.elapsed().as_secs_f64() / PEACE.as_secs_f64();
            let disturbed = (f64::from(preemptions) - allowed).max(0.0);
            let after = lab.ping();
            let ping = f64::midpoint(before, after);
            let sample = Sample { time, percentiles, ping, disturbed };
            series.samples.push(agree(before, after).then_some(sample));
            before = after;
        }
    }
    series.iter_mut().for_each(Series::drop_disturbed);
    series
}

/// Measures whole programs in turn, this many times. Each lasts for a second or more, in
/// which the machine changes and other programs run, whatever is done: so nothing is
/// dropped, and the medians tell.
pub fn round_robin_of_programs(
    lab: &mut Lab,
    rounds: usize,
    competitors: Vec<Competitor<'_>>,
) -> Vec<Series> {
    let (mut series, mut measures): (Vec<_>, Vec<_>) = competitors
        .into_iter()
        .map(|c| (Series { name: c.name, samples: Vec::new() }, c.measure))
        .unzip();
    for _ in 0..rounds {
        for (series, measure) in series.iter_mut().zip(&mut measures) {
            let Timing { each: time, percentiles } = measure(lab);
            // Of one state of the machine, as far as ratios go.
            series.samples.push(Some(Sample { time, percentiles, ping: 1.0, disturbed: 0.0 }));
        }
    }
    series
}

/// Whether two ping-pongs are of one state of the machine.
fn agree(a: f64, b: f64) -> bool {
    a.max(b) <= TOLERANCE * a.min(b)
}

impl Series {
    /// Drops what was disturbed more often than the calmest sample and once
    /// again: to start threads and processes is a disturbance as well.
    fn drop_disturbed(&mut self) {
        let calmest = self.samples.iter().flatten().map(|s| s.disturbed).fold(f64::MAX, f64::min);
        for sample in &mut self.samples {
            *sample = sample.filter(|s| s.disturbed <= calmest + 1.0);
        }
    }

    pub fn kept(&self) -> usize {
        self.samples.iter().flatten().count()
    }

    pub fn taken(&self) -> usize {
        self.samples.len()
    }

    /// The times, in ns.
    pub fn times(&self) -> Vec<f64> {
        self.samples.iter().flatten().map(|s| s.time).collect()
    }

    /// The percentiles, where they were measured: the median of each over the samples.
    pub fn percentiles(&self) -> Option<Percentiles> {
        let all: Vec<_> = self.samples.iter().flatten().filter_map(|s| s.percentiles).collect();
        let of = |n: usize| median(all.iter().map(|sample| sample[n]).collect());
        (!all.is_empty()).then(|| [0, 1, 2].map(of))
    }

    /// The ping-pongs around them, in ns.
    pub fn pings(&self) -> Vec<f64> {
        self.samples.iter().flatten().map(|s| s.ping).collect()
    }

    /// How many times as long as the ping-pong, round by round.
    pub fn against_ping(&self) -> Vec<f64> {
        self.samples.iter().flatten().map(|s| s.time / s.ping).collect()
    }

    /// How many times as fast as another, round by round, where both were
    /// measured in one state of the machine.
    pub fn speedup_over(&self, other: &Self) -> Vec<f64> {
        let pairs = self.samples.iter().zip(&other.samples);
        let both = pairs.filter_map(|(mine, its)| Some(((*mine)?, (*its)?)));
        both.filter(|(mine, its)| agree(mine.ping, its.ping))
            .map(|(mine, its)| its.time / mine.time)
            .collect()
    }
}
