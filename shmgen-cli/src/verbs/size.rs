//! `shmgen size`: how many bytes the segments of a schema take, and what for.

use super::load;
use crate::failure::Done;
use crate::show;
use serde_json::{Value, json};
use shmgen::model::Segment;
use shmgen::sizes::{Kind, Object, PAGE, PARTICIPANT, Part, parts};
use std::fmt::Write as _;
use std::path::PathBuf;

/// Tell how many bytes each segment takes, and what for
#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// The schema, a TOML file
    schema: PathBuf,
    /// For programs
    #[arg(long)]
    json: bool,
}

pub(crate) fn run(arguments: &Arguments) -> Done {
    let schema = load(&arguments.schema)?;
    if arguments.json {
        let segments: Vec<Value> = schema.segments.iter().map(to_json).collect();
        show::print_json(&json!({ "version": 1, "page": PAGE, "segments": segments }))?;
        return Ok(());
    }
    if schema.segments.is_empty() {
        eprintln!("shmgen: {} declares no segments", arguments.schema.display());
    }
    let all: Vec<String> = schema.segments.iter().map(text).collect();
    let mut out = all.join("\n");
    if all.len() > 1 {
        let total: u64 = schema.segments.iter().map(|s| s.size).sum();
        let _ = writeln!(out, "\nall segments  {}", amount(total));
    }
    show::print(&out)?;
    Ok(())
}

/// `1048576 bytes (1.0M), 256 pages of 4096`
fn amount(bytes: u64) -> String {
    let pages = bytes / PAGE;
    let plural = if pages == 1 { "" } else { "s" };
    format!("{bytes} bytes ({}), {pages} page{plural} of {PAGE}", show::size(bytes))
}

fn text(segment: &Segment) -> String {
    let mut out = format!("{}  {}  {}", segment.name, segment.setup.address, amount(segment.size));
    if let Some(pages) = segment.setup.pages {
        let n = segment.size / pages.bytes();
        let plural = if n == 1 { "" } else { "s" };
        let _ = write!(out, " or {n} huge page{plural} of {pages}");
    }
    out.push_str("\n\n");
    let parts = parts(segment);
    let digits = segment.size.to_string().len().max("offset".len());
    let names = parts.iter().map(|p| title(p).chars().count()).max().unwrap_or(0);
    let _ = writeln!(out, "  {:>digits$}  {:>digits$}  part", "offset", "size");
    for part in &parts {
        let about = about(part);
        let name = title(part);
        let row =
            format!("  {:>digits$}  {:>digits$}  {name:<names$}  {about}", part.offset, part.size);
        let _ = writeln!(out, "{}", row.trim_end());
    }
    out
}

fn title(part: &Part) -> &str {
    match &part.kind {
        Kind::Header => "header",
        Kind::Directory(_) => "directory",
        Kind::Participants(_) => "participants",
        Kind::Object(object) => &object.name,
        Kind::Contract => "contract",
        Kind::Padding => "padding",
    }
}

fn about(part: &Part) -> String {
    let each = |n: u64, what: &str, bytes: u64| {
        let plural = if n == 1 { "" } else { "s" };
        format!("{n} {what}{plural} of {bytes}")
    };
    match &part.kind {
        Kind::Header | Kind::Contract | Kind::Padding => String::new(),
        Kind::Directory(n) if *n == 1 => format!("1 entry of {}", part.size),
        Kind::Directory(n) => format!("{n} entries of {}", part.size / n.max(&1)),
        Kind::Participants(n) => each(*n, "record", PARTICIPANT),
        Kind::Object(o) => match o.lanes {
            None => of_one(o),
            Some(lanes) => {
                let padding = match o.lane_padding() {
                    0 => String::new(),
                    n => format!(" + padding {n}"),
                };
                let each = each(lanes.count, "lane", lanes.stride);
                format!("control {} + {each} ({}{padding})", lanes.control, of_one(o))
            }
        },
    }
}

/// What the bytes of an object, or of one of its lanes, are for.
fn of_one(o: &Object) -> String {
    let mut parts = Vec::new();
    if o.control != 0 {
        parts.push(format!("control {}", o.control));
    }
    let (one, many) = match o.kind {
        "state" => ("copy", "copies"),
        "counters" => ("counter", "counters"),
        _ => ("slot", "slots"),
    };
    match (o.slots, o.stride) {
        (0, _) => {}
        (1, 1) => parts.push("1 byte".to_owned()),
        (n, 1) => parts.push(format!("{n} bytes")),
        (n, stride) => {
            let mut inner = Vec::new();
            if o.stamp != 0 {
                inner.push(format!("stamp {}", o.stamp));
            }
            inner.push(format!("{} {}", o.item.as_deref().unwrap_or("word"), o.item_size));
            if o.slot_padding() != 0 {
                inner.push(format!("padding {}", o.slot_padding()));
            }
            let what = if n == 1 { one } else { many };
            parts.push(format!("{n} {what} of {stride} ({})", inner.join(" + ")));
        }
    }
    parts.join(" + ")
}

fn to_json(segment: &Segment) -> Value {
    json!({
        "name": segment.name,
        "address": segment.setup.address.spelling(),
        "size": segment.size,
        "pages": segment.size / PAGE,
        "huge_pages": segment.setup.pages.map(shm_runtime::HugePages::name),
        "parts": parts(segment).iter().map(part_json).collect::<Vec<_>>(),
    })
}

fn part_json(part: &Part) -> Value {
    let kind = match &part.kind {
        Kind::Object(_) => "object",
        _ => title(part),
    };
    let mut value = json!({ "kind": kind, "offset": part.offset, "size": part.size });
    match &part.kind {
        Kind::Directory(n) | Kind::Participants(n) => value["count"] = json!(n),
        Kind::Object(o) => {
            value["name"] = json!(o.name);
            value["object"] = json!(o.kind);
            value["item"] = json!(o.item);
            if let Some(lanes) = o.lanes {
                value["lanes"] = json!({
                    "control": lanes.control,
                    "count": lanes.count,
                    "stride": lanes.stride,
                    "padding": o.lane_padding(),
                });
            }
            value["control"] = json!(o.control);
            value["capacity"] = json!(o.capacity);
            value["slots"] = json!(o.slots);
            value["stride"] = json!(o.stride);
            value["stamp"] = json!(o.stamp);
            value["item_size"] = json!(o.item_size);
            value["slot_padding"] = json!(o.slot_padding());
        }
        Kind::Header | Kind::Contract | Kind::Padding => {}
    }
    value
}
