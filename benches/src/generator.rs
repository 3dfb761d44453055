//! How long `shmgen gen` takes, and how much memory at most: the whole command,
//! from its start to the last file in all four languages.

use crate::report::{Goal, Line, Ratio, median};
use crate::scratch::Scratch;
use crate::tools::Tools;
use std::fmt::Write;
use std::fs;
use std::mem::MaybeUninit;
use std::process::{Child, Command, Stdio};
use std::time::Instant;

/// Schemas of this many structs of 10 fields; the lines of the report.
pub fn generator(scratch: &Scratch, tools: &Tools, rounds: usize) -> Vec<Line> {
    const SIZES: [usize; 4] = [10, 100, 1_000, 10_000];
    let mut times = SIZES.map(|_| Vec::new());
    let mut peaks = SIZES.map(|_| Vec::new());
    for structs in SIZES {
        fs::write(scratch.folder().join(format!("s{structs}.toml")), schema(structs))
            .expect("to write a schema");
    }
    for _ in 0..rounds {
        for ((structs, times), peaks) in SIZES.iter().zip(&mut times).zip(&mut peaks) {
            let (time, peak) = run(scratch, tools, *structs);
            times.push(time);
            peaks.push(peak);
        }
    }
    let thousand = median(times[2].clone());
    let least = median(peaks[0].clone());
    let thousand_peak = median(peaks[2].clone()) - least;
    let lines = SIZES.iter().zip(times).map(|(structs, times)| {
        let (taken, time) = (times.len(), median(times));
        #[allow(clippy::cast_precision_loss)] // some thousands
        let thousands = *structs as f64 / 1e3;
        let ratio = match structs {
            10 | 100 => None,
            1_000 => {
                Some(Ratio { value: time, to: "1 ms".to_owned(), goal: Some(Goal::AtMost(60.0)) })
            }
            _ => Some(Ratio {
                value: time / thousand / thousands,
                to: "linear".to_owned(),
                goal: Some(Goal::AtMost(1.1)),
            }),
        };
        Line {
            suite: "shmgen gen, four languages",
            name: format!("{structs} structs of 10 fields"),
            value: time,
            unit: "ms",
            ratio,
            percentiles: None,
            kept: taken,
            taken,
        }
    });
    let mut lines: Vec<Line> = lines.collect();
    lines.extend(SIZES.iter().zip(peaks).map(|(structs, peaks)| {
        let (taken, peak) = (peaks.len(), median(peaks));
        Line {
            suite: "shmgen gen, memory at most",
            name: format!("{structs} structs of 10 fields"),
            value: peak,
            unit: "MiB",
            // What the smallest schema takes is the program itself.
            ratio: (*structs == 10_000).then(|| Ratio {
                value: (peak - least) / thousand_peak / 10.0,
                to: "linear".to_owned(),
                goal: Some(Goal::AtMost(1.1)),
            }),
            percentiles: None,
            kept: taken,
            taken,
        }
    }));
    lines
}

/// The time of one run in ms, into an empty folder, and its memory in MiB.
fn run(scratch: &Scratch, tools: &Tools, structs: usize) -> (f64, f64) {
    let out = scratch.folder().join("generated");
    let mut command = Command::new(&tools.shmgen);
    command.arg("gen").arg(scratch.folder().join(format!("s{structs}.toml")));
    command.arg("--out").arg(&out).stderr(Stdio::null());
    let start = Instant::now();
    let (succeeded, peak) = wait(&scratch.spawn(&mut command));
    let time = start.elapsed();
    assert!(succeeded, "shmgen gen has failed");
    fs::remove_dir_all(&out).expect("to clear the folder");
    (time.as_secs_f64() * 1e3, peak)
}

/// Waits for a process: whether it succeeded, and the most memory that it had
/// resident, in MiB.
fn wait(child: &Child) -> (bool, f64) {
    let pid = i32::try_from(child.id()).expect("a process id");
    let mut status = 0;
    let mut usage = MaybeUninit::<nix::libc::rusage>::zeroed();
    // SAFETY: both pointers are to live variables of these types. Nobody else
    // waits for the child: the handle is dropped without a look at it.
    let found = unsafe { nix::libc::wait4(pid, &raw mut status, 0, usage.as_mut_ptr()) };
    assert_eq!(found, pid, "wait4 has failed");
    // SAFETY: zeros are a value of it, which the kernel has filled in.
    let usage = unsafe { usage.assume_init() };
    #[allow(clippy::cast_precision_loss)] // some gigabytes of kilobytes
    let peak = usage.ru_maxrss as f64 / 1024.0;
    (status == 0, peak)
}

/// A schema with all kinds of fields, and references from struct to struct.
fn schema(structs: usize) -> String {
    let mut text = String::from(
        "shmgen = 1\n[schema]\nname = \"big\"\nversion = \"1.0\"\n[alias.Price]\ntype = \"i64\"\n\
         [enum.Side]\nrepr = \"u8\"\nvalue = [{ name = \"BUY\", number = 1 }, { name = \"SELL\", \
         number = 2 }]\n",
    );
    for n in 0..structs {
        let link = if n % 10 == 0 { "u64[3]".to_owned() } else { format!("Record{}", n / 10 * 10) };
        let _ = write!(
            text,
            "[struct.Record{n}]\ndoc = \"Record number {n}.\"\nfield = [\n  \
             {{ name = \"sequence\", type = \"u64\", doc = \"Counts from 0.\" }},\n  \
             {{ name = \"time\", type = \"u64\", unit = \"ns\" }},\n  \
             {{ name = \"price\", type = \"Price\" }},\n  \
             {{ name = \"quantity\", type = \"u32\" }},\n  \
             {{ name = \"side\", type = \"Side\" }},\n  \
             {{ name = \"symbol\", type = \"str[11]\" }},\n  \
             {{ name = \"rate\", type = \"f64\", doc = \"As of today.\" }},\n  \
             {{ name = \"levels\", type = \"u16[8]\" }},\n  \
             {{ name = \"flag\", type = \"bool\" }},\n  \
             {{ name = \"link\", type = \"{link}\" }},\n]\n"
        );
    }
    text
}
