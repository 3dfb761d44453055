//! Segments in C: the handle, what the runtime is told of the segment, and the
//! functions of its objects.

use super::Context;
use super::spelling::{c_name, comment};
use crate::backend::setup;
use crate::backend::text::{others, quoted};
use crate::model::{self, Schema, Setup};
use askama::Template;
use shm_runtime::{Account, Geometry, ObjectLayout};
use std::fmt::Write as _;

#[derive(Template)]
#[template(path = "c/segment.jinja", escape = "none")]
pub(super) struct Segment<'a> {
    doc: String,
    name: &'a str,
    cname: String,
    schema: &'a str,
    /// Of the schema.
    version: String,
    address: String,
    /// From the address on, as members of the spec.
    setup: String,
    contract: String,
    contract_size: usize,
    contract_offset: u64,
    fingerprint: String,
    size: u64,
    objects: Vec<Object<'a>>,
    /// The names of those that have functions.
    queues: Vec<&'a str>,
    /// Objects that have no functions.
    others: String,
}

/// An object as `shm_object_spec` has it.
struct Object<'a> {
    name: &'a str,
    kind: &'static str,
    geometry: Geometry,
    offset: u64,
}

pub(super) fn segment<'a>(
    s: &'a model::Segment,
    schema: &'a Schema,
    context: &Context,
) -> Segment<'a> {
    let object = |o: &'a model::Object| Object {
        name: &o.name,
        kind: kind(&o.layout),
        geometry: o.layout.geometry(),
        offset: o.offset,
    };
    Segment {
        doc: comment(&s.doc, ""),
        name: &s.name,
        cname: format!("{}{}", context.prefix, s.type_name),
        schema: &schema.name,
        version: schema.version_text(),
        address: quoted(&s.setup.address.to_string()),
        setup: setup_members(&s.setup),
        contract: s.contract_bytes.chunks(24).fold(String::new(), |mut lines, line| {
            let _ = writeln!(lines, "    {},", bytes(line));
            lines
        }),
        contract_size: s.contract_bytes.len(),
        contract_offset: s.contract_offset,
        fingerprint: bytes(&s.fingerprint.0),
        size: s.size,
        objects: s.objects.iter().map(object).collect(),
        queues: s.handles().map(|(_, o, ..)| o.name.as_str()).collect(),
        others: others(s, " * "),
    }
}

/// `0x01, 0x02`
fn bytes(bytes: &[u8]) -> String {
    bytes.iter().map(|b| format!("{b:#04x}")).collect::<Vec<_>>().join(", ")
}

/// The members of a `shm_segment_spec` from the address to the pages.
fn setup_members(setup: &Setup) -> String {
    let account = |account: Option<&Account>| {
        account.map_or("NULL".to_owned(), |account| format!("\"{}\"", setup::text(account)))
    };
    format!(
        "\"{}\",\n    0{:o},\n    {},\n    {},\n    {},\n    {}",
        quoted(&setup.address.to_string()),
        setup.mode,
        setup.participants,
        account(setup.owner.as_ref()),
        account(setup.group.as_ref()),
        setup.pages.map_or(0, shm_runtime::HugePages::bytes)
    )
}

/// The functions of a queue.
#[derive(Template)]
#[template(path = "c/queue.jinja", escape = "none")]
pub(super) struct Queue<'a> {
    doc: String,
    name: &'a str,
    cname: String,
    /// The handle of its segment.
    segment: String,
    item: String,
    /// What a pointer into a slot points to: the item, unless it wants more
    /// alignment than a slot has.
    slot: String,
    index: usize,
    capacity: u64,
}

/// Those of a segment that have functions.
pub(super) fn queues<'a>(
    s: &'a model::Segment,
    context: &'a Context,
) -> impl Iterator<Item = Queue<'a>> {
    let segment = format!("{}{}", context.prefix, s.type_name);
    s.handles().map(move |(index, o, item, layout)| {
        let name = c_name(&item.name, &context.prefix);
        Queue {
            doc: comment(&o.doc, ""),
            name: &o.name,
            cname: format!("{segment}_{}", o.name),
            segment: segment.clone(),
            slot: if item.align <= 8 { name.clone() } else { "void".to_owned() },
            item: name,
            index,
            capacity: layout.capacity,
        }
    })
}

/// The name of a kind's number in `shm_runtime.h`.
fn kind(layout: &ObjectLayout) -> &'static str {
    match layout {
        ObjectLayout::Queue(_) => "SHM_KIND_QUEUE",
        ObjectLayout::QueueLanes(..) => "SHM_KIND_QUEUE_LANES",
        ObjectLayout::QueueMany(_) => "SHM_KIND_QUEUE_OWNED",
        ObjectLayout::Ring(_) => "SHM_KIND_RING",
        ObjectLayout::RingLanes(..) => "SHM_KIND_RING_LANES",
        ObjectLayout::Stream(_) => "SHM_KIND_STREAM",
        ObjectLayout::Topic(_) => "SHM_KIND_TOPIC",
        ObjectLayout::Cell(_) => "SHM_KIND_CELL",
        ObjectLayout::State(_) => "SHM_KIND_STATE",
        ObjectLayout::Event => "SHM_KIND_EVENT",
        ObjectLayout::Counters(_) => "SHM_KIND_COUNTERS",
        ObjectLayout::Raw(_) => "SHM_KIND_RAW",
    }
}
