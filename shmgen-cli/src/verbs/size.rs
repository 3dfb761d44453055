//! `shmgen size`: how many bytes the segments of a schema take, and what for.

use super::load;
use crate::failure::Done;
use crate::show;
use schemars::JsonSchema;
use serde::Serialize;
use shm_runtime::json::Version;
use shmgen::model::Segment;
use shmgen::sizes::{Kind, Object, PAGE, PARTICIPANT, Part, parts};
use shmgen::width::{cells, padded};
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

/// What `size --json` prints.
#[derive(Serialize, JsonSchema)]
pub(crate) struct Sizes {
    /// The version of this form.
    version: Version<1>,
    /// Bytes of a page.
    page: u64,
    /// The segments of the schema.
    segments: Vec<SegmentView>,
}

/// A segment.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Segment")]
struct SegmentView {
    /// Its name in the schema.
    name: String,
    /// Where it is unless a program says otherwise.
    address: String,
    /// Bytes.
    size: u64,
    /// How many pages they are.
    pages: u64,
    /// The huge pages that it asks for, `2M` or `1G`; null for ordinary ones.
    huge_pages: Option<&'static str>,
    /// What lies in it, without a byte between the parts.
    parts: Vec<PartView>,
}

/// Some bytes of a segment.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Part")]
struct PartView {
    /// `header`, `directory`, `participants`, `object`, `contract` or `padding`.
    kind: &'static str,
    /// Bytes from the start of the segment.
    offset: u64,
    /// Bytes.
    size: u64,
    /// Directory and participants: how many entries or records.
    #[serde(skip_serializing_if = "Option::is_none")]
    count: Option<u64>,
    /// What is said of an object only.
    #[serde(flatten)]
    object: Option<ObjectView>,
}

/// What is said of an object only. Its size is
/// `control + slots * stride`, or with lanes
/// `lanes.control + lanes.count * lanes.stride`.
#[derive(Serialize, JsonSchema)]
struct ObjectView {
    /// Object: its name.
    name: String,
    /// Object: its kind.
    object: &'static str,
    /// Object: the type of what it passes or holds; null for none.
    #[schemars(schema_with = "text_or_null")]
    item: Option<String>,
    /// Object with lanes, or array of cells: what they take. The numbers beside it
    /// are those of one lane or cell then.
    #[serde(skip_serializing_if = "Option::is_none")]
    lanes: Option<LanesView>,
    /// Object: bytes before the first slot.
    control: u64,
    /// Object: items that always fit; where bytes are passed, each of them.
    capacity: u64,
    /// Object: slots, which may be more than the capacity.
    slots: u64,
    /// Object: bytes from one slot to the next.
    stride: u64,
    /// Object: bytes of a slot before its item.
    stamp: u64,
    /// Object: bytes of an item.
    item_size: u64,
    /// Object: bytes behind the item in each slot.
    slot_padding: u64,
}

/// Of a key that may be missing, with its object, and null.
fn text_or_null(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
    schemars::json_schema!({ "oneOf": [{ "type": "string" }, { "type": "null" }] })
}

/// The lanes of an object.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Lanes")]
struct LanesView {
    /// Bytes before the first.
    control: u64,
    /// How many.
    count: u64,
    /// Bytes from one to the next.
    stride: u64,
    /// How many of them are lost to alignment.
    padding: u64,
}

pub(crate) fn run(arguments: &Arguments) -> Done {
    let schema = load(&arguments.schema)?;
    if arguments.json {
        let segments = schema.segments.iter().map(SegmentView::from).collect();
        show::print_json(&Sizes { version: Version, page: PAGE, segments })?;
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
    let names = parts.iter().map(|p| cells(title(p))).max().unwrap_or(0);
    let _ = writeln!(out, "  {:>digits$}  {:>digits$}  part", "offset", "size");
    for part in &parts {
        let about = about(part);
        let name = padded(title(part), names);
        let row = format!("  {:>digits$}  {:>digits$}  {name}  {about}", part.offset, part.size);
        let _ = writeln!(out, "{}", row.trim_end());
    }
    out
}

/// What the bytes of a part are, unless they are an object.
fn what(kind: &Kind) -> &'static str {
    match kind {
        Kind::Header => "header",
        Kind::Directory(_) => "directory",
        Kind::Participants(_) => "participants",
        Kind::Object(_) => "object",
        Kind::Contract => "contract",
        Kind::Padding => "padding",
    }
}

fn title(part: &Part) -> &str {
    match &part.kind {
        Kind::Object(object) => &object.name,
        kind => what(kind),
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
                let each = each(lanes.count, lanes.name, lanes.stride);
                let all = format!("{each} ({}{padding})", of_one(o));
                match lanes.control {
                    0 => all,
                    control => format!("control {control} + {all}"),
                }
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
    let [one, many] = o.slot;
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

impl From<&Segment> for SegmentView {
    fn from(segment: &Segment) -> Self {
        Self {
            name: segment.name.clone(),
            address: segment.setup.address.spelling(),
            size: segment.size,
            pages: segment.size / PAGE,
            huge_pages: segment.setup.pages.map(shm_runtime::HugePages::name),
            parts: parts(segment).iter().map(PartView::from).collect(),
        }
    }
}

impl From<&Part> for PartView {
    fn from(part: &Part) -> Self {
        let (count, object) = match &part.kind {
            Kind::Directory(n) | Kind::Participants(n) => (Some(*n), None),
            Kind::Object(o) => (None, Some(ObjectView::from(o))),
            Kind::Header | Kind::Contract | Kind::Padding => (None, None),
        };
        Self { kind: what(&part.kind), offset: part.offset, size: part.size, count, object }
    }
}

impl From<&Object> for ObjectView {
    fn from(o: &Object) -> Self {
        Self {
            name: o.name.clone(),
            object: o.kind,
            item: o.item.clone(),
            lanes: o.lanes.map(|lanes| LanesView {
                control: lanes.control,
                count: lanes.count,
                stride: lanes.stride,
                padding: o.lane_padding(),
            }),
            control: o.control,
            capacity: o.capacity,
            slots: o.slots,
            stride: o.stride,
            stamp: o.stamp,
            item_size: o.item_size,
            slot_padding: o.slot_padding(),
        }
    }
}
