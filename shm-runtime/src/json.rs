//! What can be told of segments, as JSON: the same for the command line and
//! for Python. Numbers are numbers, modes are text such as `"0640"`, times are
//! RFC 3339 in UTC. With the feature `json`.

use crate::object::kind::ObjectKind;
use crate::object::queue::def::{Flow, Side};
use crate::object::queue::observe::QueueStat;
use crate::segment::{
    HeaderStat, KernelStat, Mapper, ObjectStat, ParticipantStat, SegmentStat, SegmentState,
};
use crate::types::value::{Hex, Value as Data};
use jiff::Timestamp;
use serde_json::{Map, Value, json};

/// The version of the form of these objects; grows when one changes its
/// meaning, not when one is added.
pub const VERSION: u32 = 1;

/// A state as programs are told it: one of four. A damaged segment is foreign
/// to them, and has a `fault`.
pub fn state(state: SegmentState) -> &'static str {
    match state {
        SegmentState::Damaged => SegmentState::Foreign.name(),
        state => state.name(),
    }
}

/// A segment, as an element of `segments`.
pub fn segment(stat: &SegmentStat) -> Value {
    let header = stat.header.as_ref();
    let mut out = json!({
        "address": stat.address.spelling(),
        "kind": stat.address.kind(),
        "size": stat.size,
        "mode": format!("{:04o}", stat.mode),
        "uid": stat.uid,
        "gid": stat.gid,
        "creator": header.map(creator).or_else(|| kernel_creator(&stat.kernel)),
        "state": state(stat.state),
        "fault": stat.fault.as_ref().map(ToString::to_string),
        "schema": header.map(schema),
        "kernel": kernel(&stat.kernel),
        "mapped_by": stat.mapped_by,
        "mappers": stat.mappers().iter().map(mapper).collect::<Vec<_>>(),
        "participants": stat.participants.iter().map(participant).collect::<Vec<_>>(),
        "readers": stat.readers,
        "objects": stat.objects.iter().map(|o| object(o, &stat.participants)).collect::<Vec<_>>(),
    });
    if let (Some(header), Some(out)) = (header, out.as_object_mut()) {
        out.insert("created".into(), time_ns(header.created_ns));
        out.insert("retired".into(), header.retired.into());
        out.insert("participant_records".into(), header.participant_records.into());
    }
    out
}

fn schema(header: &HeaderStat) -> Value {
    json!({
        "name": header.schema,
        "version": header.version,
        "segment": header.segment,
        "fingerprint": header.fingerprint.to_string(),
        "tool": header.tool_version,
    })
}

fn creator(header: &HeaderStat) -> Value {
    json!({
        "pid": header.creator.pid,
        "uid": header.creator.uid,
        "program": header.creator.program,
        "alive": header.creator.alive,
    })
}

/// Of a System V segment that is not ours, the kernel knows the creator.
fn kernel_creator(kernel: &KernelStat) -> Option<Value> {
    let (uid, _) = kernel.creator?;
    Some(json!({ "pid": kernel.creator_pid, "uid": uid, "program": null, "alive": null }))
}

fn kernel(kernel: &KernelStat) -> Value {
    let mut out = Map::new();
    let mut put = |key: &str, value: Option<Value>| {
        if let Some(value) = value {
            out.insert(key.to_owned(), value);
        }
    };
    put("id", kernel.id.map(Value::from));
    put("key", kernel.key.map(|k| format!("{k:#010x}").into()));
    put("creator_uid", kernel.creator.map(|c| c.0.into()));
    put("creator_gid", kernel.creator.map(|c| c.1.into()));
    put("creator_pid", kernel.creator_pid.map(Value::from));
    put("last_pid", kernel.last_pid.map(Value::from));
    put("attached", kernel.attached.map(Value::from));
    put("locked", kernel.locked.map(Value::from));
    put("resident", kernel.resident.map(Value::from));
    put("swapped", kernel.swapped.map(Value::from));
    put("birth_time", kernel.birth_time.map(time_seconds));
    put("access_time", kernel.access_time.map(time_seconds));
    put("modify_time", kernel.modify_time.map(time_seconds));
    put("page_size", kernel.page_size.map(Value::from));
    put("huge", kernel.huge.map(Value::from));
    put("name", kernel.name.as_deref().map(Value::from));
    put("seals", kernel.seals.as_ref().map(|seals| json!(seals)));
    put("attach_time", kernel.attach_time.map(time_seconds));
    put("detach_time", kernel.detach_time.map(time_seconds));
    put("change_time", kernel.change_time.map(time_seconds));
    Value::Object(out)
}

fn participant(p: &ParticipantStat) -> Value {
    json!({
        "index": p.index,
        "pid": p.pid,
        "foreign_pid_namespace": p.foreign_pid_namespace,
        "uid": p.uid,
        "program": p.program,
        "version": p.version,
        "attached": time_ns(p.attached_ns),
        "alive": p.alive,
    })
}

fn mapper(m: &Mapper) -> Value {
    json!({ "pid": m.pid, "program": m.program })
}

/// An object, as an element of `objects`: what the contract says of it, its
/// numbers, and what can be told of its contents. What a kind does not have is
/// not there. `participants` are those of its segment, among whom are the
/// holders of its roles.
pub fn object(o: &ObjectStat, participants: &[ParticipantStat]) -> Value {
    let mut out = json!({
        "name": o.name,
        "kind": o.kind,
        "offset": o.offset,
        "size": o.geometry.map(|g| g.size),
        "operable": o.def.is_operable(),
    });
    if let Some(out) = out.as_object_mut() {
        definition(&o.def, out);
        if let Some(item_size) = o.geometry.filter(|_| o.def.item().is_some()).map(|g| g.item) {
            out.insert("item_size".to_owned(), item_size.into());
        }
        // Of a ring or a stream, a slot is a byte.
        let slots = o.geometry.map(|g| g.slots).filter(|_| !matches!(o.def, ObjectKind::Raw(_)));
        if let Some(slots) = slots.filter(|n| *n != 0) {
            let key = match o.def {
                ObjectKind::Ring(_) | ObjectKind::Stream(_) => "area",
                _ => "slots",
            };
            out.insert(key.to_owned(), slots.into());
        }
        if let Some(version) = o.version {
            out.insert("version".to_owned(), version.into());
        }
        if let Some(count) = o.count {
            out.insert("count".to_owned(), count.into());
        }
        if let Some(q) = &o.queue {
            queue(q, participants, out);
        }
    }
    if let ObjectKind::Counters(counters) = &o.def {
        let values = o.values.iter().map(|n| Some(*n)).chain(std::iter::repeat(None));
        let list = counters.iter().zip(values).map(|(counter, value)| {
            json!({
                "name": counter.name,
                "type": counter.ty.name(),
                "value": value.map(integer),
            })
        });
        out["counters"] = list.collect();
    }
    out
}

/// What the contract says of an object, by the keys of a schema.
fn definition(def: &ObjectKind, out: &mut Map<String, Value>) {
    let mut put = |key: &str, value: Value| {
        out.insert(key.to_owned(), value);
    };
    let side = |side: Side| match side {
        Side::One => json!(1),
        Side::Many => json!("many"),
    };
    match def {
        ObjectKind::Queue(queue) => {
            put("item", json!(queue.item.to_string()));
            put("capacity", json!(queue.capacity));
            put("producers", side(queue.flow.producers()));
            put("consumers", side(queue.flow.consumers()));
            match queue.flow {
                Flow::Lanes(lanes) => put("lanes", json!(lanes)),
                Flow::Owned { redeliver, .. } => {
                    put("order", json!("total"));
                    put("redeliver", json!(redeliver));
                }
                Flow::OneToOne => {}
            }
        }
        ObjectKind::Ring(ring) => {
            put("bytes", json!(ring.bytes));
            put("producers", side(if ring.lanes.is_some() { Side::Many } else { Side::One }));
            if let Some(lanes) = ring.lanes {
                put("lanes", json!(lanes));
            }
        }
        ObjectKind::Stream(stream) => put("bytes", json!(stream.bytes)),
        ObjectKind::Topic(topic) => {
            put("item", json!(topic.item.to_string()));
            put("capacity", json!(topic.capacity));
        }
        ObjectKind::Cell(ty) | ObjectKind::State(ty) => put("type", json!(ty.to_string())),
        ObjectKind::Raw(raw) => {
            put("bytes", json!(raw.bytes));
            put("align", json!(raw.align));
        }
        // Counters come with their values.
        ObjectKind::Event | ObjectKind::Counters(_) => {}
    }
}

fn queue(q: &QueueStat, participants: &[ParticipantStat], out: &mut Map<String, Value>) {
    let holder = |index: Option<u32>, waits: bool| {
        let found = participants.iter().find(|p| Some(p.index) == index)?;
        Some(json!({
            "pid": found.pid,
            "program": found.program,
            "alive": found.alive,
            "waiting": waits,
        }))
    };
    let fields = [
        ("depth", json!(q.depth)),
        ("in", json!(q.pushed)),
        ("out", json!(q.popped)),
        ("full", json!(q.times_full)),
        ("redelivered", json!(q.redelivered)),
        ("dropped", json!(q.dropped)),
        ("high_water", json!(q.high_water)),
        ("waiters", json!(q.waiters())),
        ("producer", json!(holder(q.producer, q.producer_waits))),
        ("consumer", json!(holder(q.consumer, q.consumer_waits))),
    ];
    out.extend(fields.map(|(key, value)| (key.to_owned(), value)));
}

/// A value that was read from a segment. What JSON cannot say is text: floats
/// that are not finite, bytes (hexadecimal). An enum is its name, or its number
/// without one; flags are a list of names, and the number of the bits that have
/// none. An optional without a value is null; a union is an object of its
/// variant's name and its value. What no program may have written is an object
/// too: `{"count": 9, "room": 4}`, `{"has": 2}`.
pub fn value(data: &Data) -> Value {
    let float = |x: f64, text: String| {
        serde_json::Number::from_f64(x).map_or(Value::String(text), Value::Number)
    };
    match data {
        Data::Integer(n) => integer(*n),
        Data::F32(x) => float(f64::from(*x), x.to_string()),
        Data::F64(x) => float(*x, x.to_string()),
        Data::Bool(Ok(b)) => (*b).into(),
        Data::Bool(Err(byte)) => (*byte).into(),
        Data::Text(Ok(text)) => text.as_str().into(),
        Data::Text(Err(bytes)) | Data::Bytes(bytes) => Hex(bytes).to_string().into(),
        Data::Enum(_, Some(name)) => name.as_str().into(),
        Data::Enum(number, None) => integer(*number),
        Data::Flags(bits, names) => json!({ "bits": bits, "names": names }),
        Data::Struct(_, fields) => {
            Value::Object(fields.iter().map(|(n, v)| (n.clone(), value(v))).collect())
        }
        Data::List(items) => Value::Array(items.iter().map(value).collect()),
        Data::Overfull(count, room) => json!({ "count": count, "room": room }),
        Data::Optional(Ok(held)) => held.as_ref().map_or(Value::Null, |held| value(held)),
        Data::Optional(Err(byte)) => json!({ "has": byte }),
        Data::Union(_, variant, held) => {
            json!({ "variant": variant, "value": held.as_ref().map(|held| value(held)) })
        }
        Data::UnknownVariant(_, tag, bytes) => {
            json!({ "variant": null, "tag": tag, "bytes": Hex(bytes).to_string() })
        }
    }
}

fn integer(n: i128) -> Value {
    match (i64::try_from(n), u64::try_from(n)) {
        (Ok(n), _) => n.into(),
        (_, Ok(n)) => n.into(),
        _ => n.to_string().into(),
    }
}

fn time_ns(ns: u64) -> Value {
    let time = Timestamp::from_nanosecond(i128::from(ns));
    time.map_or(Value::Null, |t| t.to_string().into())
}

/// Seconds since 1970; 0 stands for never.
fn time_seconds(seconds: i64) -> Value {
    match seconds {
        0 => Value::Null,
        _ => Timestamp::from_second(seconds).map_or(Value::Null, |t| t.to_string().into()),
    }
}
