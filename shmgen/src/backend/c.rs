//! The C backend: a header for C11 and C++11. Lists, optionals and unions are in
//! [`compound`].

mod compound;
mod defaults;
mod ranges;
pub(super) mod runtime;
mod spelling;
mod statements;

pub(super) use ranges::bounds;
pub(super) use spelling::{c_name, constant, ctype, literal, mark};

use super::notes::{self, Deprecation::Text};
use super::setup;
use super::text::{lines, others, quoted, render, version_parts};
use crate::model::{Member, Schema, TypeDecl};
use askama::Template;
use shm_runtime::contract::TypeName;
use shm_runtime::{Geometry, ObjectLayout};
use spelling::{comment, declaration, safe, string, zero};
use statements::{add, equal};
use std::collections::BTreeSet;
use std::fmt::Write as _;

#[derive(Template)]
#[template(path = "c/schema.h", escape = "none")]
struct Header<'a> {
    file: String,
    own: String,
    schema: &'a str,
    version: String,
    doc: String,
    guard: String,
    prefix: String,
    /// The modules of the schemas that it imports.
    imports: Vec<&'a str>,
    /// Whether C++17 sees `std::optional` in it.
    has_optionals: bool,
    /// What is true of a runtime of another series.
    runtime_series_test: String,
    runtime_version: u32,
    deprecates: bool,
    constants: Vec<Constant>,
    aliases: Vec<Alias>,
    model: &'a Schema,
    with: With,
    segments: Vec<Segment>,
}

impl Header<'_> {
    /// The types, each made when its turn comes: there may be many.
    fn types(&self) -> impl Iterator<Item = Decl> {
        self.model.types.iter().map(|t| decl(t, &self.with, &self.prefix))
    }
}

struct Constant {
    doc: String,
    name: String,
    ctype: &'static str,
    /// Why it is deprecated, as a C string; empty if it is not.
    deprecated: String,
    /// What is subtracted then: a zero that warns.
    zero: String,
    value: String,
}

struct Alias {
    doc: String,
    declaration: String,
}

enum Decl {
    Enum(Number),
    Flags(Number),
    Struct(Struct),
    /// A list, an optional or a union: its text.
    Compound(String),
}

struct Number {
    doc: String,
    /// The mark of what is deprecated, with a space before it.
    deprecated: String,
    cname: String,
    repr: &'static str,
    /// The function that writes a number of it.
    add: &'static str,
    values: Vec<Named>,
}

struct Named {
    doc: String,
    /// The same within the braces of C++.
    doc_within: String,
    deprecated: String,
    name: String,
    number: String,
}

struct Struct {
    doc: String,
    deprecated: String,
    name: String,
    cname: String,
    size: u64,
    align: u64,
    over_aligned: bool,
    has_defaults: bool,
    has_ranges: bool,
    members: Vec<Part>,
}

impl Struct {
    /// What returns false if a value is outside of its ranges.
    fn within(&self) -> String {
        let parts = self.fields().map(|m| m.within.as_str()).filter(|w| !w.is_empty());
        parts.collect::<Vec<_>>().join("\n")
    }

    fn fields(&self) -> impl Iterator<Item = &Part> {
        self.members.iter().filter(|m| !m.is_gap)
    }
}

/// A field or a gap.
#[derive(Default)]
struct Part {
    doc: String,
    name: String,
    declaration: String,
    /// Statements that return false if the field differs in `a` and `b`.
    equal: String,
    /// Statements that write the field of `value`.
    add: String,
    /// Statements that put what is not zero in a new value into it.
    default: String,
    /// The constants of its range; none if there is no range.
    bounds: Vec<(&'static str, String)>,
    /// Statements that return false if the field of `value` is outside of its ranges.
    within: String,
    offset: u64,
    is_gap: bool,
}

struct Segment {
    doc: String,
    name: String,
    cname: String,
    address: String,
    /// From the address on, as members of the spec.
    setup: String,
    contract: String,
    contract_size: usize,
    contract_offset: u64,
    fingerprint: String,
    size: u64,
    objects: Vec<Object>,
    queues: Vec<Queue>,
    /// Objects that have no functions.
    others: String,
}

/// An object as `shm_object_spec` has it.
struct Object {
    name: String,
    kind: &'static str,
    geometry: Geometry,
    offset: u64,
}

/// An object that has functions.
struct Queue {
    doc: String,
    name: String,
    cname: String,
    item: String,
    /// What a pointer into a slot points to: the item, unless it wants more
    /// alignment than a slot has.
    slot: String,
    index: usize,
    capacity: u64,
}

/// What every C name of a schema begins with: `acme_market_`.
pub(super) fn prefix(schema: &Schema) -> String {
    format!("{}_", schema.name.replace('.', "_"))
}

fn runtime_version() -> [u32; 3] {
    version_parts().map(|p| p.parse().unwrap_or(0))
}

/// The version of the runtime as one number, as `SHM_RUNTIME_VERSION` has it.
pub(super) fn runtime_version_number() -> u32 {
    let [major, minor, patch] = runtime_version();
    major * 1_000_000 + minor * 1000 + patch
}

/// The header of a schema.
pub(super) fn header(schema: &Schema) -> String {
    let prefix = prefix(schema);
    let [major, minor, _] = runtime_version();
    let with = With {
        defaults: schema.types_where("", TypeDecl::has_defaults),
        ranges: schema.types_where("", TypeDecl::has_ranges),
    };
    let template = Header {
        file: format!("{}.toml", schema.stem),
        own: format!("{}.h", schema.module),
        schema: &schema.name,
        version: schema.version_text(),
        doc: lines(&safe(&schema.doc), " * "),
        guard: format!("{}{}_H", prefix, schema.module).to_uppercase(),
        // Before 1.0 a minor version may break, as a major one after it.
        runtime_series_test: match major {
            0 => format!("SHM_RUNTIME_VERSION / 1000 != {minor}"),
            major => format!("SHM_RUNTIME_VERSION / 1000000 != {major}"),
        },
        runtime_version: runtime_version_number(),
        imports: schema.imports.iter().map(|i| i.module.as_str()).collect(),
        has_optionals: schema
            .types
            .iter()
            .any(|t| matches!(t, TypeDecl::Wrapped(w) if w.room.is_none())),
        deprecates: schema.deprecates(),
        constants: schema
            .constants
            .iter()
            .map(|c| Constant {
                doc: comment(&notes::constant(c, Text), ""),
                name: c.name.clone(),
                ctype: ctype(c.ty),
                deprecated: c.meta.deprecated.as_deref().map(string).unwrap_or_default(),
                zero: zero(c.ty, &format!("{prefix}{}_deprecated", c.name)),
                value: constant(c.ty, c.value),
            })
            .collect(),
        aliases: schema
            .aliases
            .iter()
            .map(|a| Alias {
                doc: comment(&notes::alias(a, Text), ""),
                declaration: declaration(&a.ty, &format!("{prefix}{}", a.name), &prefix)
                    + &mark(a.meta.deprecated.as_deref()),
            })
            .collect(),
        model: schema,
        with,
        segments: schema.segments.iter().map(|s| segment(s, &prefix)).collect(),
        prefix,
    };
    render(&template)
}

/// The types that have something in them, themselves or in a type inside.
struct With {
    defaults: BTreeSet<TypeName>,
    ranges: BTreeSet<TypeName>,
}

fn decl(decl: &TypeDecl, with: &With, prefix: &str) -> Decl {
    let doc = notes::declared(decl, Text);
    match decl {
        TypeDecl::Enum(e) => Decl::Enum(Number {
            doc: comment(&doc, ""),
            deprecated: mark(e.meta.deprecated.as_deref()),
            cname: format!("{prefix}{}", e.name),
            repr: ctype(e.repr),
            add: if e.repr.is_signed() { "shm_add_signed" } else { "shm_add_number" },
            values: e
                .values
                .iter()
                .map(|v| Named {
                    doc: comment(&notes::value(v, Text), ""),
                    doc_within: comment(&notes::value(v, Text), "  "),
                    deprecated: mark(v.meta.deprecated.as_deref()),
                    name: v.name.clone(),
                    number: literal(e.repr, v.number),
                })
                .collect(),
        }),
        TypeDecl::Flags(f) => Decl::Flags(Number {
            doc: comment(&doc, ""),
            deprecated: mark(f.meta.deprecated.as_deref()),
            cname: format!("{prefix}{}", f.name),
            repr: ctype(f.repr),
            add: "shm_add_number",
            values: f
                .bits
                .iter()
                .map(|b| Named {
                    doc: comment(&notes::bit(b, Text), ""),
                    doc_within: comment(&notes::bit(b, Text), "  "),
                    deprecated: mark(b.meta.deprecated.as_deref()),
                    name: b.name.clone(),
                    number: format!("UINT{}_C({:#x})", f.repr.size() * 8, 1u64 << b.bit),
                })
                .collect(),
        }),
        TypeDecl::Struct(s) => Decl::Struct(Struct {
            doc: comment(&doc, ""),
            deprecated: mark(s.meta.deprecated.as_deref()),
            name: s.name.clone(),
            cname: format!("{prefix}{}", s.name),
            size: s.size,
            align: s.align,
            over_aligned: s.over_aligned(),
            has_defaults: s.has_defaults,
            has_ranges: s.has_ranges,
            members: s.members.iter().map(|m| part(m, &s.name, with, prefix)).collect(),
        }),
        TypeDecl::Union(u) => Decl::Compound(compound::union(u, &with.ranges, prefix)),
        TypeDecl::Wrapped(w) => Decl::Compound(compound::wrapped(w, prefix)),
    }
}

fn part(member: &Member, owner: &str, with: &With, prefix: &str) -> Part {
    match member {
        Member::Gap(gap) => Part {
            name: gap.name.clone(),
            declaration: format!("uint8_t {}[{}]", gap.name, gap.size),
            offset: gap.offset,
            is_gap: true,
            ..Part::default()
        },
        Member::Field(f) => Part {
            doc: comment(&notes::field(f, Text), "  "),
            name: f.name.clone(),
            declaration: declaration(&f.ty, &f.name, prefix) + &mark(f.meta.deprecated.as_deref()),
            equal: equal(&f.name, &f.ty, prefix),
            add: add(&f.name, &f.ty, prefix),
            default: defaults::statements(f, &with.defaults, prefix),
            bounds: ranges::bounds(f.range),
            within: ranges::statements(
                (owner, &f.name),
                &f.name,
                &f.ty,
                f.range,
                &with.ranges,
                prefix,
            ),
            offset: f.offset,
            is_gap: false,
        },
    }
}

fn segment(s: &crate::model::Segment, prefix: &str) -> Segment {
    let cname = format!("{prefix}{}", s.type_name);
    let mut contract = String::new();
    for line in s.contract_bytes.chunks(24) {
        let bytes: Vec<String> = line.iter().map(|b| format!("{b:#04x}")).collect();
        let _ = writeln!(contract, "    {},", bytes.join(", "));
    }
    let fingerprint: Vec<String> = s.fingerprint.0.iter().map(|b| format!("{b:#04x}")).collect();
    Segment {
        doc: comment(&s.doc, ""),
        name: s.name.clone(),
        address: quoted(&s.setup.address.to_string()),
        setup: setup::c(&s.setup),
        contract,
        contract_size: s.contract_bytes.len(),
        contract_offset: s.contract_offset,
        fingerprint: fingerprint.join(", "),
        size: s.size,
        objects: s
            .objects
            .iter()
            .map(|o| Object {
                name: o.name.clone(),
                kind: kind(&o.layout),
                geometry: o.layout.geometry(),
                offset: o.offset,
            })
            .collect(),
        queues: s
            .handles()
            .map(|(index, o, item, layout)| Queue {
                doc: comment(&o.doc, ""),
                cname: format!("{cname}_{}", o.name),
                name: o.name.clone(),
                item: c_name(&item.name, prefix),
                slot: if item.align <= 8 { c_name(&item.name, prefix) } else { "void".to_owned() },
                index,
                capacity: layout.capacity,
            })
            .collect(),
        others: others(s, " * "),
        cname,
    }
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
