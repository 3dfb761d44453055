//! What is measured of queues, and against what.

use crate::c_queue::CQueue;
use crate::lab::{Competitor, Lab, Series, round_robin};
use crate::payload::Work;
use crate::report::{Goal, Line, median};
use crate::transfer::{Calls, Plan};
use crate::{peers, rust_queue};
use std::time::Duration;

/// A message there and back, against a cache line there and back.
pub fn round_trip(lab: &mut Lab, c: &CQueue, rounds: usize) -> Vec<Line> {
    const SUITE: &str = "round trip";
    let around = |lab: &mut Lab| lab.ping_around(6_400);
    let mut competitors = vec![Competitor::new("ping-pong, another line each time", around)];
    for size in [8, 56, 64] {
        let plan = |calls| Plan {
            size,
            calls,
            sender_steps: 0,
            receiver_steps: 0,
            warm_up: 640,
            count: 6_400,
        };
        for (calls, name) in [(Calls::Polling, "try_push/try_pop"), (Calls::Waiting, "push/pop")] {
            let plan = plan(calls);
            let name = |language| format!("{language}, {size} B, {name}");
            competitors
                .push(Competitor::new(name("Rust"), move |lab| rust_queue::round_trip(lab, &plan)));
            competitors.push(Competitor::new(name("C"), move |lab| c.round_trip(lab, &plan)));
        }
        let plan = plan(Calls::Polling);
        competitors.push(Competitor::new(format!("rtrb between threads, {size} B"), move |lab| {
            peers::round_trip(lab, &plan)
        }));
    }
    let all = round_robin(lab, rounds, competitors);
    let mut lines = vec![ping_line(SUITE, &all)];
    for series in &all {
        let ours = series.name.starts_with("Rust") || series.name.starts_with("C,");
        let goal = ours.then_some(Goal::AtMost(1.3));
        let ratios = series.against_ping();
        lines.push(Line::of(SUITE, series, "ns").with_ratio(ratios, "ping-pong", goal));
    }
    lines
}

/// One message a call, with and without work between two calls.
pub fn throughput(lab: &mut Lab, c: &CQueue, rounds: usize) -> Vec<Line> {
    const SUITE: &str = "one by one";
    let steps = Work::steps_in(Duration::from_nanos(5));
    let regimes = [("balanced", 0, 0), ("receiver +5 ns", 0, steps), ("sender +5 ns", steps, 0)];
    let mut competitors = Vec::new();
    for (size, count) in [(8, 1 << 18), (64, 1 << 17), (1024, 1 << 14)] {
        for (regime, sender_steps, receiver_steps) in regimes {
            let warm_up = 1 << 14;
            let calls = Calls::Polling;
            let plan = Plan { size, calls, sender_steps, receiver_steps, warm_up, count };
            let name = |who| format!("{who}, {size} B, {regime}");
            competitors
                .push(Competitor::new(name("rtrb"), move |lab| peers::throughput(lab, &plan)));
            competitors
                .push(Competitor::new(name("Rust"), move |lab| rust_queue::throughput(lab, &plan)));
            competitors.push(Competitor::new(name("C"), move |lab| c.throughput(lab, &plan)));
        }
    }
    let all = round_robin(lab, rounds, competitors);
    let mut lines = vec![ping_line(SUITE, &all)];
    for group in all.chunks(3) {
        let [rtrb, ours @ ..] = group else { continue };
        lines.push(Line::of(SUITE, rtrb, "M/s"));
        for series in ours {
            let ratios = series.speedup_over(rtrb);
            lines.push(Line::of(SUITE, series, "M/s").with_ratio(ratios, "rtrb", None));
        }
    }
    lines
}

/// Many messages a call, and messages in place, against the streaming limit.
pub fn batches(lab: &mut Lab, c: &CQueue, rounds: usize) -> Vec<Line> {
    const SUITE: &str = "batches of 64, and in place";
    let mut competitors =
        vec![Competitor::new("streaming limit, 64 B", |lab: &mut Lab| lab.stream(1 << 18))];
    for (size, count) in [(8, 1 << 19), (64, 1 << 18), (1024, 1 << 14)] {
        let plan = |calls| Plan {
            size,
            calls,
            sender_steps: 0,
            receiver_steps: 0,
            warm_up: 1 << 14,
            count,
        };
        for (calls, name) in [(Calls::Batches, "batches"), (Calls::InPlace, "in place")] {
            let plan = plan(calls);
            let name = |language| format!("{language}, {size} B, {name}");
            competitors
                .push(Competitor::new(name("Rust"), move |lab| rust_queue::throughput(lab, &plan)));
            competitors.push(Competitor::new(name("C"), move |lab| c.throughput(lab, &plan)));
        }
        let plan = plan(Calls::Batches);
        competitors.push(Competitor::new(format!("rtrb, {size} B, batches"), move |lab| {
            peers::throughput(lab, &plan)
        }));
    }
    let all = round_robin(lab, rounds, competitors);
    let mut lines = vec![ping_line(SUITE, &all)];
    let Some((limit, queues)) = all.split_first() else { return lines };
    lines.push(Line::of(SUITE, limit, "M/s"));
    for series in queues {
        let line = Line::of(SUITE, series, "M/s");
        let batches = series.name.ends_with("batches") && !series.name.starts_with("rtrb");
        lines.push(if series.name.contains(", 64 B") {
            let goal = batches.then_some(Goal::AtLeast(0.8));
            line.with_ratio(series.speedup_over(limit), "limit", goal)
        } else {
            line
        });
    }
    lines
}

/// The ping-pong around all samples.
fn ping_line(suite: &'static str, all: &[Series]) -> Line {
    let pings: Vec<f64> = all.iter().flat_map(Series::pings).collect();
    Line {
        suite,
        name: "ping-pong of a cache line".to_owned(),
        kept: pings.len(),
        taken: all.iter().map(Series::taken).sum(),
        value: median(pings),
        unit: "ns",
        ratio: None,
        percentiles: None,
    }
}
