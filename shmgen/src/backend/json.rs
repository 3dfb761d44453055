//! The JSON backend: the resolved model, for programs of other languages.

use super::setup;
use super::text::{bound_value, float_text};
use crate::model::{
    Element, Enum, Field, FieldDefault, Flags, Gap, Member, Object, Schema, Segment, Struct, Type,
    TypeDecl, Union, Value as Constant,
};
use serde_json::{Value, json};
use shm_runtime::ObjectLayout;
use shm_runtime::contract::{Bound, Flow, ObjectKind, Primitive, Range, Side, TypeName};

/// The version of this form: it grows when a key changes its meaning.
const VERSION: u32 = 1;

/// The JSON Schema of this form.
const SCHEMA: &str = include_str!("model.schema.json");

/// What the model looks like as JSON, as a JSON Schema (draft 2020-12).
///
/// # Panics
///
/// Never: the file is ours, and a test reads it.
#[expect(clippy::expect_used, reason = "a file of ours, which a test reads")]
pub fn model_schema() -> Value {
    serde_json::from_str(SCHEMA).expect("model.schema.json is JSON")
}

/// The model of a schema.
pub(super) fn model(schema: &Schema) -> String {
    let of_kind = |kind: fn(&TypeDecl) -> Option<Value>| -> Value {
        schema.types.iter().filter_map(kind).collect()
    };
    let whole = json!({
        "generated": format!("by shmgen from {}.toml, do not edit", schema.stem),
        "version": VERSION,
        "schema": {
            "name": schema.name,
            "version": schema.version_text(),
            "doc": schema.doc,
        },
        "imports": schema.imports.iter().map(|i| json!({
            "schema": i.name,
            "module": i.module,
        })).collect::<Value>(),
        "constants": schema.constants.iter().map(|c| json!({
            "name": c.name,
            "type": c.ty.name(),
            "value": constant(c.ty, c.value),
            "deprecated": c.meta.deprecated,
            "doc": c.meta.doc,
        })).collect::<Value>(),
        "aliases": schema.aliases.iter().map(|a| {
            let mut value = type_of(&a.ty);
            value["unit"] = json!(a.unit);
            value["range"] = range(a.range);
            value["deprecated"] = json!(a.meta.deprecated);
            named(&a.name, value, &a.meta.doc)
        }).collect::<Value>(),
        "enums": of_kind(|t| match t {
            TypeDecl::Enum(e) => Some(enumeration(e)),
            _ => None,
        }),
        "flags": of_kind(|t| match t {
            TypeDecl::Flags(f) => Some(flags(f)),
            _ => None,
        }),
        "structs": of_kind(|t| match t {
            TypeDecl::Struct(s) => Some(structure(s)),
            _ => None,
        }),
        "unions": of_kind(|t| match t {
            TypeDecl::Union(u) => Some(union(u)),
            _ => None,
        }),
        "segments": schema.segments.iter().map(segment).collect::<Value>(),
    });
    format!("{whole:#}\n")
}

/// The name first, the documentation last.
fn named(name: &str, value: Value, doc: &str) -> Value {
    let mut out = json!({ "name": name });
    if let Value::Object(map) = value {
        for (key, value) in map {
            out[key] = value;
        }
    }
    out["doc"] = json!(doc);
    out
}

/// A whole number of 64 bits.
fn integer(n: i128) -> Value {
    i64::try_from(n).map_or_else(|_| json!(u64::try_from(n).ok()), |n| json!(n))
}

/// `2.1`, or null.
fn version(version: Option<(u32, u32)>) -> Value {
    version.map_or(Value::Null, |(major, minor)| json!(format!("{major}.{minor}")))
}

fn constant(ty: Primitive, value: Constant) -> Value {
    match value {
        Constant::Integer(n) => integer(n),
        // Of an f32 no digits that it does not hold.
        Constant::Float(f) => json!(float_text(ty, f).parse::<f64>().unwrap_or(f)),
        Constant::Bool(b) => json!(b),
    }
}

fn enumeration(e: &Enum) -> Value {
    let values = e.values.iter().map(|v| {
        let rest = json!({
            "number": integer(v.number),
            "since": version(v.meta.since),
            "deprecated": v.meta.deprecated,
        });
        named(&v.name, rest, &v.meta.doc)
    });
    let rest = json!({
        "repr": e.repr.name(),
        "size": e.repr.size(),
        "values": values.collect::<Value>(),
        "deprecated": e.meta.deprecated,
    });
    named(&e.name, rest, &e.meta.doc)
}

fn flags(f: &Flags) -> Value {
    let bits = f.bits.iter().map(|b| {
        let rest = json!({ "bit": b.bit, "since": version(b.meta.since), "deprecated": b.meta.deprecated });
        named(&b.name, rest, &b.meta.doc)
    });
    let rest = json!({
        "repr": f.repr.name(),
        "size": f.repr.size(),
        "bits": bits.collect::<Value>(),
        "deprecated": f.meta.deprecated,
    });
    named(&f.name, rest, &f.meta.doc)
}

fn structure(s: &Struct) -> Value {
    let members = s.members.iter().map(|m| match m {
        Member::Field(f) => field(f),
        Member::Gap(g) => gap(g),
    });
    let rest = json!({
        "size": s.size,
        "align": s.align,
        "extent": s.extent,
        "members": members.collect::<Value>(),
        "deprecated": s.meta.deprecated,
    });
    named(&s.name, rest, &s.meta.doc)
}

fn union(u: &Union) -> Value {
    let variants = u.variants.iter().map(|v| {
        let mut rest = json!({
            "number": v.number,
            "size": v.size,
            "range": range(v.range),
            "since": version(v.meta.since),
            "deprecated": v.meta.deprecated,
        });
        if let (Some(Value::Object(ty)), Value::Object(rest)) =
            (v.ty.as_ref().map(type_of), &mut rest)
        {
            rest.extend(ty);
        }
        named(&v.name, rest, &v.meta.doc)
    });
    let rest = json!({
        "tag": u.tag.name(),
        "size": u.layout.size,
        "align": u.layout.align,
        "payload_offset": u.layout.offset,
        "payload_size": u.payload,
        "variants": variants.collect::<Value>(),
        "deprecated": u.meta.deprecated,
    });
    named(&u.name, rest, &u.meta.doc)
}

fn field(f: &Field) -> Value {
    let mut rest = json!({
        "kind": "field",
        "offset": f.offset,
        "size": f.size,
        "align": f.align,
    });
    if let Value::Object(map) = type_of(&f.ty) {
        for (key, value) in map {
            rest[key] = value;
        }
    }
    rest["unit"] = json!(f.unit);
    rest["range"] = range(f.range);
    rest["default"] = default(f);
    rest["since"] = version(f.meta.since);
    rest["deprecated"] = json!(f.meta.deprecated);
    named(&f.name, rest, &f.meta.doc)
}

/// `min` and `max`, each null where there is no end; null if there is no range.
fn range(range: Option<Range>) -> Value {
    let Some(range) = range else { return Value::Null };
    let end = |end: Option<Bound>| {
        end.map_or(Value::Null, |bound| constant(range.ty(), bound_value(bound)))
    };
    json!({ "min": end(range.min()), "max": end(range.max()) })
}

fn default(f: &Field) -> Value {
    match (&f.default, &f.ty.element) {
        (Some(FieldDefault::Value(value)), Element::Primitive(p)) => constant(*p, *value),
        (Some(FieldDefault::Value(_)) | None, _) => Value::Null,
        (Some(FieldDefault::Text(text)), _) => json!(text),
        (Some(FieldDefault::Enum(name)), _) => json!(name),
        (Some(FieldDefault::Flags(names, _)), _) => json!(names),
    }
}

fn gap(g: &Gap) -> Value {
    json!({
        "name": g.name,
        "kind": "gap",
        "offset": g.offset,
        "size": g.size,
        "padding": g.padding,
        "kept": g.kept,
        "was": g.was.iter().map(|was| {
            json!({ "offset": was.offset, "size": was.size, "names": was.names })
        }).collect::<Value>(),
    })
}

/// A type as it is written, and taken apart.
fn type_of(ty: &Type) -> Value {
    let declared = |kind: &str, name: &TypeName| {
        let mut out = json!({ "kind": kind, "name": name.name });
        if !name.schema.is_empty() {
            out["schema"] = json!(name.schema);
        }
        out
    };
    let element = match &ty.element {
        Element::Primitive(p) => json!({ "kind": "primitive", "name": p.name() }),
        Element::Str(n) => json!({ "kind": "str", "bytes": n }),
        Element::Bytes(n) => json!({ "kind": "bytes", "bytes": n }),
        Element::Enum(name, _) => declared("enum", name),
        Element::Flags(name, _) => declared("flags", name),
        Element::Struct(name) => declared("struct", name),
        Element::Union(name) => declared("union", name),
        Element::List(inner, room) => {
            json!({ "kind": "list", "room": room, "of": type_of(inner) })
        }
        Element::Optional(inner) => json!({ "kind": "optional", "of": type_of(inner) }),
    };
    json!({ "type": ty.expr().to_string(), "element": element, "dimensions": ty.dims })
}

fn segment(s: &Segment) -> Value {
    let rest = json!({
        "type_name": s.type_name,
        "address": s.setup.address.to_string(),
        "mode": format!("{:04o}", s.setup.mode),
        "owner": setup::json(s.setup.owner.as_ref()),
        "group": setup::json(s.setup.group.as_ref()),
        "participants": s.setup.participants,
        "pages": s.setup.pages.map(shm_runtime::HugePages::name),
        "size": s.size,
        "objects": s.objects.iter().map(object).collect::<Value>(),
        "contract": {
            "offset": s.contract_offset,
            "size": s.contract_bytes.len(),
            "fingerprint": s.fingerprint.to_string(),
        },
    });
    named(&s.name, rest, &s.doc)
}

/// The keys of a schema with what they are resolved to, and the layout's numbers.
fn object(o: &Object) -> Value {
    let geometry = o.layout.geometry();
    let mut rest = json!({ "kind": o.kind.name() });
    let mut put = |key: &str, value: Value| rest[key] = value;
    let side = |side: Side| match side {
        Side::One => json!(1),
        Side::Many => json!("many"),
    };
    if let Some(item) = &o.item {
        let holds = matches!(o.kind, ObjectKind::Cell(_) | ObjectKind::State(_));
        put(if holds { "type" } else { "item" }, json!(item.name.to_string()));
    }
    put("offset", json!(o.offset));
    put("size", json!(geometry.size));
    match &o.kind {
        ObjectKind::Queue(queue) => {
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
        ObjectKind::Topic(topic) => put("capacity", json!(topic.capacity)),
        ObjectKind::Raw(raw) => {
            put("bytes", json!(raw.bytes));
            put("align", json!(raw.align));
        }
        ObjectKind::Counters(counters) => {
            let list = counters.iter().zip(&o.counter_docs);
            let list = list.map(|(c, doc)| named(&c.name, json!({ "type": c.ty.name() }), doc));
            put("counters", list.collect());
        }
        _ => {}
    }
    match o.layout {
        ObjectLayout::Ring(_) | ObjectLayout::RingLanes(..) | ObjectLayout::Stream(_) => {
            put("area", json!(geometry.slots));
        }
        ObjectLayout::Event | ObjectLayout::Raw(_) => {}
        _ => {
            put("slots", json!(geometry.slots));
            put("stride", json!(geometry.stride));
        }
    }
    named(&o.name, rest, &o.doc)
}
