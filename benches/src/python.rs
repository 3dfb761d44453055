//! Our queue in Python, against `multiprocessing.Queue`.

use crate::lab::{Competitor, Lab, round_robin_of_programs};
use crate::report::{Goal, Line};
use crate::scratch::Scratch;
use crate::tools::Tools;
use std::path::Path;
use std::process::{Command, Stdio};

/// 64 bytes a message; the lines of the report.
pub fn python(lab: &mut Lab, scratch: &Scratch, tools: &Tools, rounds: usize) -> Vec<Line> {
    const SUITE: &str = "Python, 64 B";
    let competitor = |kind: &'static str, name: &str, count: u32| {
        Competitor::new(name, move |lab: &mut Lab| run(lab, scratch, tools, kind, count))
    };
    let all = round_robin_of_programs(
        lab,
        rounds,
        vec![
            competitor("multiprocessing", "multiprocessing.Queue", 20_480),
            competitor("one", "one by one", 102_400),
            competitor("many", "1,024 a call", 4_096_000),
        ],
    );
    let [queue, one, many] = &all[..] else { return Vec::new() };
    let against = |series, goal| {
        let line = Line::of(SUITE, series, "M/s");
        line.with_ratio(series.speedup_over(queue), "Queue", Some(Goal::AtLeast(goal)))
    };
    vec![Line::of(SUITE, queue, "M/s"), against(one, 9.0), against(many, 400.0)]
}

fn run(lab: &Lab, scratch: &Scratch, tools: &Tools, kind: &str, count: u32) -> f64 {
    let python = std::env::var("PYTHON").unwrap_or_else(|_| "python3".to_owned());
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("python/queues.py");
    let package = tools.root.join("python/src");
    let processors = lab.processors();
    let mut command = Command::new(python);
    command
        .arg(script)
        .args([kind, &count.to_string()])
        .args([processors.first.to_string(), processors.second.to_string()])
        .arg(lab.there().address().to_string())
        .env("PYTHONPATH", format!("{}:{}", env!("OUT_DIR"), package.display()))
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .env("SHM_RUNTIME_LIBRARY", &tools.library)
        .stdout(Stdio::piped());
    let output = scratch.spawn(&mut command).wait_with_output().expect("what the script says");
    assert!(output.status.success(), "the script in Python has failed");
    let text = String::from_utf8_lossy(&output.stdout);
    text.trim().parse().expect("a time")
}
