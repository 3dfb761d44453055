//! Loads of a cell beside a writer in another process that stores without a pause:
//! how many a second, and how many looks are in vain because the writer has come round
//! all slots meanwhile.

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

pub fn cells(lab: &Lab, scratch: &Scratch, samples: usize) -> Vec<Line> {
    let small = of::<8>(lab, scratch, samples, "64 B", 1 << 20);
    let large = of::<512>(lab, scratch, samples, "4 KiB", 1 << 15);
    small.into_iter().chain(large).collect()
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

fn of<const N: usize>(
    lab: &Lab,
    scratch: &Scratch,
    samples: usize,
    size: &str,
    loads: u32,
) -> Vec<Line>
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
    let (mut rates, mut vain) = (Vec::new(), Vec::new());
    let mut longest = 0;
    for _ in 0..samples {
        let start = Instant::now();
        for _ in 0..loads {
            let found = cell.load().expect("a value");
            assert_eq!(found[N - 1], found[0].wrapping_mul(3), "a torn value");
            black_box(&found);
        }
        rates.push(f64::from(loads) / start.elapsed().as_secs_f64() / 1e6);
        let (all, row) = vain_looks(&raw, loads, N * 8);
        vain.push(all);
        longest = longest.max(row);
    }
    drop(writer.stdin.take());
    let _ = writer.wait();
    let _ = cell.attachment().expect("a segment").remove();
    let line = |name: &str, value: f64, unit, goal| Line {
        suite: SUITE,
        name: format!("Rust, {size}, {name}"),
        value,
        unit,
        ratio: Some(Ratio { value, to: "1".to_owned(), goal }),
        kept: samples,
        taken: samples,
    };
    let is_small = N == 8;
    vec![
        line("loads", median(rates), "M/s", is_small.then_some(Goal::AtLeast(10.0))),
        line("vain looks a load", median(vain), "", is_small.then_some(Goal::AtMost(0.01))),
        line("most vain looks in a row", f64::from(longest), "", Some(Goal::AtMost(100.0))),
    ]
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
