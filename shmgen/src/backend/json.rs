//! The JSON backend: the resolved model, for programs of other languages.

use crate::model::{
    Element, Enum, Field, Flags, Gap, Member, Object, Schema, Segment, Struct, Type, TypeDecl,
    Value as Constant,
};
use serde_json::{Value, json};
use shm_runtime::Account;

/// The version of this form: it grows when a key changes its meaning.
const VERSION: u32 = 1;

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
        "constants": schema.constants.iter().map(|c| json!({
            "name": c.name,
            "type": c.ty.name(),
            "value": constant(c.value),
            "doc": c.doc,
        })).collect::<Value>(),
        "aliases": schema.aliases.iter().map(|a| {
            let mut value = type_of(&a.ty);
            value["unit"] = json!(a.unit);
            named(&a.name, value, &a.doc)
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

fn constant(value: Constant) -> Value {
    match value {
        Constant::Integer(n) => integer(n),
        Constant::Float(f) => json!(f),
        Constant::Bool(b) => json!(b),
    }
}

fn enumeration(e: &Enum) -> Value {
    let values =
        e.values.iter().map(|v| named(&v.name, json!({ "number": integer(v.number) }), &v.doc));
    let rest = json!({
        "repr": e.repr.name(),
        "size": e.repr.size(),
        "values": values.collect::<Value>(),
    });
    named(&e.name, rest, &e.doc)
}

fn flags(f: &Flags) -> Value {
    let bits = f.bits.iter().map(|b| named(&b.name, json!({ "bit": b.bit }), &b.doc));
    let rest = json!({
        "repr": f.repr.name(),
        "size": f.repr.size(),
        "bits": bits.collect::<Value>(),
    });
    named(&f.name, rest, &f.doc)
}

fn structure(s: &Struct) -> Value {
    let members = s.members.iter().map(|m| match m {
        Member::Field(f) => field(f),
        Member::Gap(g) => gap(g),
    });
    let rest = json!({
        "size": s.size,
        "align": s.align,
        "members": members.collect::<Value>(),
    });
    named(&s.name, rest, &s.doc)
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
    named(&f.name, rest, &f.doc)
}

fn gap(g: &Gap) -> Value {
    json!({
        "name": g.name,
        "kind": "gap",
        "offset": g.offset,
        "size": g.size,
        "padding": g.padding,
    })
}

/// A type as it is written, and taken apart.
fn type_of(ty: &Type) -> Value {
    let element = match &ty.element {
        Element::Primitive(p) => json!({ "kind": "primitive", "name": p.name() }),
        Element::Str(n) => json!({ "kind": "str", "bytes": n }),
        Element::Bytes(n) => json!({ "kind": "bytes", "bytes": n }),
        Element::Enum(name, _) => json!({ "kind": "enum", "name": name }),
        Element::Flags(name, _) => json!({ "kind": "flags", "name": name }),
        Element::Struct(name) => json!({ "kind": "struct", "name": name }),
    };
    json!({ "type": ty.expr().to_string(), "element": element, "dimensions": ty.dims })
}

fn segment(s: &Segment) -> Value {
    let rest = json!({
        "type_name": s.type_name,
        "address": s.setup.address.to_string(),
        "mode": format!("{:04o}", s.setup.mode),
        "owner": account(s.setup.owner.as_ref()),
        "group": account(s.setup.group.as_ref()),
        "participants": s.setup.participants,
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

/// A user or a group: a number, a name, or null.
fn account(account: Option<&Account>) -> Value {
    match account {
        Some(Account::Id(id)) => json!(id),
        Some(Account::Name(name)) => json!(name),
        None => Value::Null,
    }
}

fn object(o: &Object) -> Value {
    let rest = json!({
        "kind": "queue",
        "item": o.item,
        "offset": o.offset,
        "size": o.layout.size,
        "capacity": o.layout.capacity,
        "slots": o.layout.slots,
        "stride": o.layout.stride,
    });
    named(&o.name, rest, &o.doc)
}
