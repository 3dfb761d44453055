//! How long a poller that finds nothing takes to look around: whether anybody died
//! or the segment was removed. It does so every few milliseconds, beside this many
//! other processes that are attached.

use crate::c_queue::CQueue;
use crate::report::{Goal, Line, Ratio};
use crate::scratch::Scratch;
use crate::speed::There;
use shm_runtime::TryPopError;
use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// Longer than a tick of the clock by which a poller knows that it is time.
const BETWEEN: Duration = Duration::from_millis(5);

/// Beside 8 and beside 60 others; `samples` hundred looks each.
pub fn looking(scratch: &Scratch, c: &CQueue, samples: usize) -> Vec<Line> {
    let looks = samples * 100;
    let address = scratch.there().address().to_string();
    let mut lines = Vec::new();
    for others in [8, 60] {
        let crowd: Vec<Child> = (0..others).map(|_| start_other(scratch, &address)).collect();
        let mut rust = Command::new(own_program());
        rust.args(["look", &address, &looks.to_string()]);
        for (language, command) in [("Rust", rust), ("C", c.look(&address, looks))] {
            lines.extend(percentiles(scratch, language, others, looks, command));
        }
        for mut other in crowd {
            let _ = other.kill();
            let _ = other.wait();
        }
    }
    lines
}

fn own_program() -> std::path::PathBuf {
    std::env::current_exe().expect("this program's file")
}

fn start_other(scratch: &Scratch, address: &str) -> Child {
    let mut command = Command::new(own_program());
    command.args(["attend", address]).stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut child = scratch.spawn(&mut command);
    let mut line = String::new();
    let said = BufReader::new(child.stdout.take().expect("a pipe")).read_line(&mut line);
    assert!(said.is_ok_and(|bytes| bytes > 0), "an other has failed");
    child
}

/// One of the others: attaches, says so, and stays until its input ends.
pub fn attend(address: &str) {
    let _there = There::options().address(address).attach().expect("to attach");
    println!("attached");
    let _ = std::io::stdin().read_line(&mut String::new());
}

/// Prints the time of each look, in ns.
pub fn look(address: &str, looks: usize) {
    let there = There::options().address(address).attach().expect("to attach");
    let mut queue = there.bytes8().consumer().expect("to be the consumer");
    let times: Vec<u128> = (0..looks + looks / 10)
        .map(|_| {
            let last = Instant::now();
            while last.elapsed() < BETWEEN {}
            let start = Instant::now();
            let found = queue.try_pop();
            let time = start.elapsed().as_nanos();
            assert!(matches!(found, Err(TryPopError::Empty)), "{found:?}");
            time
        })
        .collect();
    // The first ones meet everybody for the first time.
    times[looks / 10..].iter().for_each(|time| println!("{time}"));
}

fn percentiles(
    scratch: &Scratch,
    language: &str,
    others: usize,
    looks: usize,
    mut command: Command,
) -> Vec<Line> {
    let output = scratch.spawn(command.stdout(Stdio::piped())).wait_with_output();
    let output = output.expect("what it measured");
    assert!(output.status.success(), "{language} has failed");
    let text = String::from_utf8_lossy(&output.stdout);
    let mut times: Vec<f64> = text.lines().map(|time| time.parse().expect("a time")).collect();
    assert_eq!(times.len(), looks);
    times.sort_unstable_by(f64::total_cmp);
    let line = |name: &str, hundredth: usize, goal| {
        let value = times[looks * hundredth / 100] / 1e3;
        Line {
            suite: "looking around",
            name: format!("{language}, {others} others, {name}"),
            value,
            unit: "us",
            ratio: Some(Ratio { value, to: "1 us".to_owned(), goal }),
            percentiles: None,
            kept: looks,
            taken: looks,
        }
    };
    let goal = (others == 60).then_some(Goal::AtMost(50.0));
    vec![line("p50", 50, None), line("p99", 99, goal)]
}
