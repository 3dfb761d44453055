//! `top` without a terminal: lines for people, or a line of JSON for each look.

use super::sample::{Object, Sample, Sampler, Segment};
use super::{Arguments, Stop};
use crate::failure::Done;
use crate::show;
use serde_json::{Value, json};
use shm_runtime::{Printable, json as stat_json};
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

pub(super) fn run(arguments: &Arguments, mut sampler: Sampler, first: Sample, stop: &Stop) -> Done {
    let mut sample = first;
    let mut next = Instant::now();
    for n in 1.. {
        let text = match arguments.json {
            true => show::json_line(&json_of(&sample)) + "\n",
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
    let mut out = show::table(&HEADINGS, rows);
    for error in &sample.gone {
        out.push_str(&format!("{time}  {}\n", Printable(&error.to_string())));
    }
    out
}

fn object_cells(object: Option<&Object>) -> Vec<String> {
    let Some(o) = object else { return vec!["-".to_owned(); 11] };
    let number = |n: Option<u64>| n.map_or_else(|| "-".to_owned(), |n| n.to_string());
    let rate = |r: Option<f64>| r.map_or_else(|| "-".to_owned(), rate);
    let c = &o.counts;
    vec![
        o.name.clone(),
        o.kind.to_owned(),
        number(c.capacity),
        number(c.depth),
        number(c.high_water),
        rate(o.pushed),
        rate(o.popped),
        number(c.times_full),
        number(c.dropped),
        number(c.redelivered),
        number(c.waiters),
    ]
}

/// A number a second; with a decimal where it counts.
fn rate(n: f64) -> String {
    if n > 0.0 && n < 100.0 { format!("{n:.1}") } else { format!("{n:.0}") }
}

fn json_of(sample: &Sample) -> Value {
    json!({
        "version": 1,
        "time": sample.time.to_string(),
        "elapsed": sample.elapsed.map(|e| e.as_secs_f64()),
        "segments": sample.segments.iter().map(segment).collect::<Vec<_>>(),
        "gone": sample.gone.iter().map(ToString::to_string).collect::<Vec<_>>(),
    })
}

fn segment(segment: &Segment) -> Value {
    let stat = &segment.stat;
    let header = stat.header.as_ref();
    json!({
        "address": stat.address.spelling(),
        "state": stat_json::state(stat.state),
        "fault": stat.fault.as_ref().map(ToString::to_string),
        "schema": header.map(|h| &h.schema),
        "segment": header.map(|h| &h.segment),
        "participants": { "alive": segment.alive, "dead": segment.dead },
        "readers": stat.readers,
        "objects": segment.objects.iter().map(object).collect::<Vec<_>>(),
    })
}

fn object(o: &Object) -> Value {
    let c = &o.counts;
    json!({
        "name": o.exact_name,
        "kind": o.kind,
        "capacity": c.capacity,
        "depth": c.depth,
        "high_water": c.high_water,
        "in": c.pushed,
        "out": c.popped,
        "in_per_second": o.pushed,
        "out_per_second": o.popped,
        "full": c.times_full,
        "dropped": c.dropped,
        "redelivered": c.redelivered,
        "waiters": c.waiters,
    })
}
