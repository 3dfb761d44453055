//! Loads of a cell beside a writer in another process that stores without a pause:
//! how many a second, and how many looks are in vain because the writer has come round
//! all slots meanwhile.

use crate::c_queue::CQueue;
use crate::lab::Lab;
use crate::machine::pin;
use crate::report::{Goal, Line, Ratio, median};
use crate::scratch::Scratch;
use shm_runtime::SharedLayout;
use shm_runtime::cell::{Cell, RawCell};
use std::hint::black_box;
use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

const SUITE: &str = "cells, beside a writer that never pauses";

pub fn cells(lab: &Lab, scratch: &Scratch, c: &CQueue, samples: usize) -> Vec<Line> {
    const SIZES: [(&str, usize, u32); 2] = [("64 B", 64, 1 << 20), ("4 KiB", 4096, 1 << 15)];
    let [small, large] = SIZES;
    let mut lines = Vec::new();
    lines.extend(lines_of("Rust", small, &in_rust::<8>(lab, scratch, samples, small.2)));
    lines.extend(lines_of("Rust", large, &in_rust::<512>(lab, scratch, samples, large.2)));
    for size in SIZES {
        lines.extend(lines_of("C", size, &in_c(lab, c, samples, size)));
    }
    lines
}

/// What was measured once: million loads a second, looks in vain for each load, and the
/// most of those in a row.
type Sample = [f64; 3];

fn in_c(lab: &Lab, c: &CQueue, samples: usize, size: (&str, usize, u32)) -> Vec<Sample> {
    let text = c.cells(lab, size.1, size.2, samples);
    let numbers = |line: &str| -> Vec<f64> {
        line.split(' ').map(|number| number.parse().expect("a number")).collect()
    };
    text.lines().map(|line| numbers(line).try_into().expect("three numbers")).collect()
}

fn lines_of(language: &str, size: (&str, usize, u32), samples: &[Sample]) -> [Line; 3] {
    let line = |name: &str, value: f64, unit, goal| Line {
        suite: SUITE,
        name: format!("{language}, {}, {name}", size.0),
        value,
        unit,
        ratio: Some(Ratio { value, to: "1".to_owned(), goal }),
        percentiles: None,
        kept: samples.len(),
        taken: samples.len(),
    };
    let all = |n: usize| samples.iter().map(move |sample| sample[n]);
    let is_small = size.1 == 64;
    let longest = all(2).fold(0.0, f64::max);
    [
        line("loads", median(all(0).collect()), "M/s", is_small.then_some(Goal::AtLeast(10.0))),
        line(
            "vain looks a load",
            median(all(1).collect()),
            "",
            is_small.then_some(Goal::AtMost(0.01)),
        ),
        line("most vain looks in a row", longest, "", Some(Goal::AtMost(100.0))),
    ]
}

/// A value of `N` words, each of which tells which one it is.
fn value<const N: usize>(n: u64) -> [u64; N] {
    let mut value = [n; N];
    value[N - 1] = n.wrapping_mul(3);
    value
}

/// The other process: stores until its input ends.
pub fn store(address: &str, size: &str) {
    match size {
        "64" => store_all::<8>(address),
        _ => store_all::<512>(address),
    }
}

fn store_all<const N: usize>(address: &str)
where
    [u64; N]: SharedLayout,
{
    static END: AtomicBool = AtomicBool::new(false);
    let cell = Cell::<[u64; N]>::attach(&address.parse().expect("an address")).expect("to attach");
    let mut writer = cell.writer().expect("to be the writer");
    writer.store(&value(1)).expect("to store");
    println!("storing");
    let waiting = std::thread::spawn(|| {
        let _ = std::io::stdin().read_line(&mut String::new());
        END.store(true, Ordering::Relaxed);
    });
    let mut n = 1;
    while !END.load(Ordering::Relaxed) {
        n += 1;
        writer.store(&value(n)).expect("to store");
    }
    let _ = waiting.join();
}

fn in_rust<const N: usize>(lab: &Lab, scratch: &Scratch, samples: usize, loads: u32) -> Vec<Sample>
where
    [u64; N]: SharedLayout,
{
    let address = format!("posix:/shmgen.bench.cell.{}", std::process::id());
    let cell = Cell::<[u64; N]>::create(&address.parse().expect("an address")).expect("a cell");
    let raw = RawCell::of_attachment(cell.attachment().expect("a segment"), 0).expect("a cell");
    let mut command = Command::new(std::env::current_exe().expect("this program's file"));
    command.args(["store", &address, &(N * 8).to_string()]);
    command.stdin(Stdio::piped()).stdout(Stdio::piped());
    pin(lab.processors().second);
    let mut writer = scratch.spawn(&mut command);
    pin(lab.processors().first);
    let mut line = String::new();
    let said = BufReader::new(writer.stdout.take().expect("a pipe")).read_line(&mut line);
    assert!(said.is_ok_and(|bytes| bytes > 0), "the writer has failed");
    let sample = |_| {
        let start = Instant::now();
        for _ in 0..loads {
            let found = cell.load().expect("a value");
            assert_eq!(found[N - 1], found[0].wrapping_mul(3), "a torn value");
            black_box(&found);
        }
        let rate = f64::from(loads) / start.elapsed().as_secs_f64() / 1e6;
        let (all, row) = vain_looks(&raw, loads, N * 8);
        [rate, all, f64::from(row)]
    };
    let samples = (0..samples).map(sample).collect();
    drop(writer.stdin.take());
    let _ = writer.wait();
    let _ = cell.attachment().expect("a segment").remove();
    samples
}

/// How many looks are in vain for each load, and how many at most in a row.
fn vain_looks(raw: &RawCell, loads: u32, bytes: usize) -> (f64, u32) {
    let mut value = vec![0; bytes];
    let (mut all, mut longest) = (0u64, 0);
    for _ in 0..loads {
        let mut row = 0;
        while !raw.look(0, &mut value) {
            row += 1;
            std::hint::spin_loop();
        }
        black_box(&value);
        all += u64::from(row);
        longest = longest.max(row);
    }
    #[allow(clippy::cast_precision_loss)] // some thousands
    (all as f64 / f64::from(loads), longest)
}
