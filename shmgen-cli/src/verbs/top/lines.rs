//! `top` without a terminal: lines for people, or a line of JSON for each look.

use super::sample::{Object, Sample, Sampler, Segment};
use super::{Arguments, Stop};
use crate::failure::Done;
use crate::show;
use schemars::JsonSchema;
use serde::Serialize;
use shm_runtime::Printable;
use shm_runtime::json::{self, Rates, Time, Version};
use std::time::Instant;

const HEADINGS: [&str; 16] = [
    "TIME",
    "ADDRESS",
    "STATE",
    "OBJECT",
    "KIND",
    "CAPACITY",
    "DEPTH",
    "HIGH",
    "IN/S",
    "OUT/S",
    "FULL",
    "DROPPED",
    "REDELIVERED",
    "WAITERS",
    "ALIVE",
    "DEAD",
];

/// What `top --json` prints for each sample, a line each: segments as in `ls --json`,
/// with the rates of their objects.
#[derive(Serialize, JsonSchema)]
pub(crate) struct Look {
    /// The version of this form.
    version: Version<{ json::VERSION }>,
    /// When it was.
    time: Time,
    /// Seconds since the last sample; null in the first.
    elapsed: Option<f64>,
    /// The segments of shmgen that the caller can see, or those that were named.
    segments: Vec<json::Segment>,
    /// The named segments that cannot be read, with the reason.
    gone: Vec<String>,
}

impl From<&Sample> for Look {
    fn from(sample: &Sample) -> Self {
        Self {
            version: Version,
            time: sample.time.into(),
            elapsed: sample.elapsed.map(|e| e.as_secs_f64()),
            segments: sample.segments.iter().map(view).collect(),
            gone: sample.gone.iter().map(ToString::to_string).collect(),
        }
    }
}

/// A segment as it is shown everywhere, without what is not looked for, and with
/// the rates of what has a flow.
fn view(segment: &Segment) -> json::Segment {
    let mut view = json::Segment::from(&segment.stat);
    (view.mapped_by, view.mappers) = (None, None);
    for (view, seen) in view.objects.iter_mut().zip(&segment.objects) {
        let rates = Rates { pushed: seen.pushed, popped: seen.popped };
        view.rates = seen.count("in").map(|_| rates);
    }
    view
}

pub(super) fn run(arguments: &Arguments, mut sampler: Sampler, first: Sample, stop: &Stop) -> Done {
    let mut sample = first;
    let mut next = Instant::now();
    for n in 1.. {
        let text = match arguments.json {
            true => show::json_line(&Look::from(&sample))?,
            // A blank line between two looks.
            false => format!("{}{}", if n > 1 { "\n" } else { "" }, text_of(arguments, &sample)),
        };
        show::print(&text)?;
        next += arguments.interval;
        if arguments.count == Some(n) || !stop.sleep_until(next) {
            break;
        }
        sample = sampler.look();
    }
    Ok(())
}

fn text_of(arguments: &Arguments, sample: &Sample) -> String {
    let time = sample.time.strftime("%H:%M:%SZ").to_string();
    let mut rows: Vec<Vec<String>> = Vec::new();
    for (segment, object) in arguments.sort.rows(sample, false) {
        let stat = &segment.stat;
        let mut row = vec![time.clone(), stat.address.to_string(), show::state(stat)];
        row.extend(object_cells(object));
        row.extend([segment.alive.to_string(), segment.dead.to_string()]);
        rows.push(row);
    }
    let mut out = show::table(&HEADINGS, &rows);
    for error in &sample.gone {
        out.push_str(&format!("{time}  {}\n", Printable(&error.to_string())));
    }
    out
}

fn object_cells(object: Option<&Object>) -> Vec<String> {
    let Some(o) = object else { return vec!["-".to_owned(); 11] };
    let number = |n: Option<u64>| n.map_or_else(|| "-".to_owned(), |n| n.to_string());
    let rate = |r: Option<f64>| r.map_or_else(|| "-".to_owned(), rate);
    vec![
        o.name.clone(),
        o.kind.to_owned(),
        number(o.capacity),
        number(o.count("depth")),
        number(o.count("high_water")),
        rate(o.pushed),
        rate(o.popped),
        number(o.count("full")),
        number(o.count("dropped")),
        number(o.count("redelivered")),
        number(o.count("waiters")),
    ]
}

/// A number a second; with a decimal where it counts.
fn rate(n: f64) -> String {
    if n > 0.0 && n < 100.0 { format!("{n:.1}") } else { format!("{n:.0}") }
}
