//! The Rust backend: the body of a module.

use super::notes::{self, Deprecation::Attribute};
use super::rust_ranges;
use super::text::{VERSION, lines, quoted, render, value_text, version_parts};
use crate::model::{Element, Field, FieldDefault, Member, Schema, Type, TypeDecl, Value};
use askama::Template;
use shm_runtime::contract::Primitive;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

/// What the user wants on generated Rust.
#[derive(Clone, Debug, Default)]
pub struct RustOptions {
    /// Attributes to put on a type, by its name; `.` stands for all types.
    pub type_attributes: BTreeMap<String, Vec<String>>,
}

#[derive(Template)]
#[template(path = "rust/module.rs", escape = "none")]
struct Module<'a> {
    file: String,
    schema: &'a str,
    version: String,
    runtime: &'static str,
    require: String,
    /// Lints that have no say in generated code.
    allow: &'static str,
    /// The same, where only what is deprecated could be told of.
    quiet: &'static str,
    constants: Vec<Constant>,
    aliases: Vec<Alias>,
    types: Vec<Decl>,
    segments: Vec<Segment>,
}

struct Constant {
    doc: String,
    deprecated: String,
    name: String,
    ty: String,
    value: String,
}

struct Alias {
    doc: String,
    deprecated: String,
    name: String,
    ty: String,
}

enum Decl {
    Enum(Number),
    Flags(Number),
    Struct(Struct),
}

/// An enum or a set of flags.
struct Number {
    doc: String,
    deprecated: String,
    attributes: String,
    name: String,
    repr: &'static str,
    values: Vec<Named>,
    /// Every number of the representation has a name.
    exhaustive: bool,
    /// All bits that have a name.
    all: String,
}

struct Named {
    doc: String,
    deprecated: String,
    name: String,
    number: String,
}

struct Struct {
    doc: String,
    deprecated: String,
    attributes: String,
    name: String,
    size: u64,
    align: u64,
    over_aligned: bool,
    has_ranges: bool,
    extent: bool,
    /// Name, offset and size of the fields that it had.
    was: Vec<(String, u64, u64)>,
    members: Vec<Part>,
    uses: String,
}

impl Struct {
    fn fields(&self) -> impl Iterator<Item = &Part> {
        self.members.iter().filter(|m| !m.is_gap)
    }

    /// What is true of a value within its ranges.
    fn within(&self) -> String {
        let parts = self.members.iter().map(|m| m.within.as_str()).filter(|w| !w.is_empty());
        parts.collect::<Vec<_>>().join("\n            && ")
    }

    fn gaps(&self) -> impl Iterator<Item = &Part> {
        self.members.iter().filter(|m| m.is_gap)
    }
}

/// A field or a gap.
struct Part {
    doc: String,
    deprecated: String,
    name: String,
    constant: String,
    ty: String,
    default: String,
    expr: String,
    unit: String,
    /// As a contract has it.
    range: String,
    /// The type and the value of its constant; empty if there is no range.
    range_type: String,
    range_value: String,
    /// What is true of a value within its ranges; empty if all are.
    within: String,
    offset: u64,
    size: u64,
    is_gap: bool,
}

struct Segment {
    doc: String,
    name: String,
    type_name: String,
    address: String,
    mode: String,
    participants: u32,
    contract: String,
    size: String,
    objects: Vec<Object>,
}

struct Object {
    doc: String,
    name: String,
    item: String,
    capacity: u64,
    index: usize,
}

const ALLOW: &str = "\
#[allow(dead_code, missing_docs, nonstandard_style, clippy::all, clippy::pedantic)]";
/// What is deprecated is for others not to use.
const ALLOW_DEPRECATED: &str = "\
#[allow(dead_code, deprecated, missing_docs, nonstandard_style, clippy::all, clippy::pedantic)]";

/// The module of a schema.
pub(super) fn module(schema: &Schema, options: &RustOptions) -> String {
    let deprecates = schema.deprecates();
    let with_ranges = schema.structs().filter(|s| s.has_ranges).map(|s| s.name.as_str());
    let with_ranges: BTreeSet<&str> = with_ranges.collect();
    let template = Module {
        file: format!("{}.toml", schema.stem),
        schema: &schema.name,
        version: schema.version_text(),
        runtime: VERSION,
        require: version_parts().join(", "),
        allow: if deprecates { ALLOW_DEPRECATED } else { ALLOW },
        quiet: if deprecates { "#[allow(deprecated)]\n" } else { "" },
        constants: schema
            .constants
            .iter()
            .map(|c| Constant {
                doc: doc(&notes::constant(c, Attribute), ""),
                deprecated: deprecated(c.deprecated.as_deref(), ""),
                name: c.name.clone(),
                ty: if c.ty == Primitive::Bool { "bool" } else { c.ty.name() }.to_owned(),
                value: value(c.ty, c.value),
            })
            .collect(),
        aliases: schema
            .aliases
            .iter()
            .map(|a| Alias {
                doc: doc(&notes::alias(a, Attribute), ""),
                deprecated: deprecated(a.deprecated.as_deref(), ""),
                name: a.name.clone(),
                ty: type_of(&a.ty),
            })
            .collect(),
        types: schema.types.iter().map(|t| decl(t, &with_ranges, options)).collect(),
        segments: schema.segments.iter().map(segment).collect(),
    };
    render(&template)
}

fn doc(text: &str, indent: &str) -> String {
    lines(text, &format!("{indent}/// "))
}

/// Documentation that is followed by a paragraph of ours.
fn doc_before(text: &str) -> String {
    if text.is_empty() { String::new() } else { doc(text, "") + "///\n" }
}

/// The attribute of what is deprecated, with a line end.
fn deprecated(why: Option<&str>, indent: &str) -> String {
    why.map_or(String::new(), |why| format!("{indent}#[deprecated(note = \"{}\")]\n", quoted(why)))
}

pub(super) fn value(ty: Primitive, value: Value) -> String {
    match value {
        Value::Integer(n) => literal(n),
        Value::Float(_) | Value::Bool(_) => value_text(ty, value),
    }
}

/// `0x0001_8000`, in groups of four.
fn hexadecimal(number: u64) -> String {
    let digits = format!("{number:x}");
    let width = if digits.len() > 4 { digits.len().next_multiple_of(4) } else { digits.len() };
    let digits = format!("{number:0width$x}");
    let groups: Vec<&str> =
        (0..digits.len()).step_by(4).map(|i| &digits[i..(i + 4).min(digits.len())]).collect();
    format!("0x{}", groups.join("_"))
}

/// A whole number as Rust programmers write it: `1_040_384`.
fn literal(number: i128) -> String {
    let digits = number.unsigned_abs().to_string();
    let mut out = String::from(if number < 0 { "-" } else { "" });
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && digits.len() > 4 && (digits.len() - i).is_multiple_of(3) {
            out.push('_');
        }
        out.push(digit);
    }
    out
}

fn attributes(name: &str, options: &RustOptions) -> String {
    let all = options.type_attributes.get(".").into_iter().flatten();
    let own = options.type_attributes.get(name).into_iter().flatten();
    all.chain(own).map(|a| format!("{a}\n")).collect()
}

fn decl(decl: &TypeDecl, with_ranges: &BTreeSet<&str>, options: &RustOptions) -> Decl {
    match decl {
        TypeDecl::Enum(e) => Decl::Enum(Number {
            doc: doc_before(&e.doc),
            deprecated: deprecated(e.deprecated.as_deref(), ""),
            attributes: attributes(&e.name, options),
            name: e.name.clone(),
            repr: e.repr.name(),
            values: e
                .values
                .iter()
                .map(|v| Named {
                    doc: doc(&notes::value(v, Attribute), "    "),
                    deprecated: deprecated(v.deprecated.as_deref(), "    "),
                    name: v.name.clone(),
                    number: literal(v.number),
                })
                .collect(),
            exhaustive: e.repr.size() == 1 && e.values.len() == 256,
            all: String::new(),
        }),
        TypeDecl::Flags(f) => Decl::Flags(Number {
            doc: doc_before(&f.doc),
            deprecated: deprecated(f.deprecated.as_deref(), ""),
            attributes: attributes(&f.name, options),
            name: f.name.clone(),
            repr: f.repr.name(),
            values: f
                .bits
                .iter()
                .map(|b| Named {
                    doc: doc(&notes::bit(b, Attribute), "    "),
                    deprecated: deprecated(b.deprecated.as_deref(), "    "),
                    name: b.name.clone(),
                    number: b.bit.to_string(),
                })
                .collect(),
            exhaustive: false,
            all: hexadecimal(f.bits.iter().fold(0u64, |all, b| all | 1 << b.bit)),
        }),
        TypeDecl::Struct(s) => {
            let doc = doc(&notes::declared(decl, Attribute), "");
            Decl::Struct(structure(s, doc, with_ranges, options))
        }
    }
}

fn structure(
    s: &crate::model::Struct,
    doc_of_it: String,
    with_ranges: &BTreeSet<&str>,
    options: &RustOptions,
) -> Struct {
    let members: Vec<Part> = s
        .members
        .iter()
        .map(|m| match m {
            Member::Field(f) => Part {
                doc: doc(&notes::field(f, Attribute), "    "),
                deprecated: deprecated(f.deprecated.as_deref(), "    "),
                name: f.name.clone(),
                constant: f.name.to_uppercase(),
                ty: type_of(&f.ty),
                default: default_of(f),
                expr: f.ty.expr().to_string(),
                unit: quoted(&f.unit),
                range: f.range.map_or(String::new(), |range| range.to_string()),
                range_type: f.range.map(rust_ranges::type_of).unwrap_or_default(),
                range_value: f.range.map(rust_ranges::value_of).unwrap_or_default(),
                within: rust_ranges::within(f, with_ranges),
                offset: f.offset,
                size: f.size,
                is_gap: false,
            },
            Member::Gap(g) => Part {
                doc: "    #[doc(hidden)]\n".to_owned(),
                deprecated: String::new(),
                name: g.name.clone(),
                constant: String::new(),
                ty: format!("::shm_runtime::Reserved<{}>", g.size),
                default: "::shm_runtime::Reserved::ZERO".to_owned(),
                expr: String::new(),
                unit: String::new(),
                range: String::new(),
                range_type: String::new(),
                range_value: String::new(),
                within: String::new(),
                offset: g.offset,
                size: g.size,
                is_gap: true,
            },
        })
        .collect();
    let uses: BTreeSet<&str> = s.fields().filter_map(|f| f.ty.element.named()).collect();
    Struct {
        doc: doc_of_it,
        deprecated: deprecated(s.deprecated.as_deref(), ""),
        attributes: attributes(&s.name, options),
        name: s.name.clone(),
        size: s.size,
        align: s.align,
        over_aligned: s.over_aligned(),
        has_ranges: s.has_ranges,
        extent: s.extent,
        was: s
            .was()
            .flat_map(|was| was.names.iter().map(|n| (n.clone(), was.offset, was.size)))
            .collect(),
        members,
        uses: uses.into_iter().collect::<Vec<_>>().join(", "),
    }
}

fn type_of(ty: &Type) -> String {
    let element = match &ty.element {
        Element::Primitive(Primitive::Bool) => "::shm_runtime::Bool".to_owned(),
        Element::Primitive(p) => p.name().to_owned(),
        Element::Str(n) => format!("::shm_runtime::Str<{n}>"),
        Element::Bytes(n) => format!("[u8; {n}]"),
        Element::Enum(name, _) | Element::Flags(name, _) | Element::Struct(name) => name.clone(),
    };
    ty.dims.iter().rev().fold(element, |inner, n| format!("[{inner}; {n}]"))
}

fn default_of(f: &Field) -> String {
    if let Some(default) = &f.default {
        return given_default(&f.ty.element, default);
    }
    let element = match &f.ty.element {
        Element::Primitive(Primitive::Bool) => "::shm_runtime::Bool::FALSE".to_owned(),
        Element::Primitive(Primitive::F32 | Primitive::F64) => "0.0".to_owned(),
        Element::Primitive(_) => "0".to_owned(),
        Element::Str(_) => "::shm_runtime::Str::EMPTY".to_owned(),
        Element::Bytes(n) => format!("[0; {n}]"),
        Element::Enum(name, _) | Element::Flags(name, _) => format!("{name}(0)"),
        Element::Struct(name) => format!("<{name} as ::core::default::Default>::default()"),
    };
    f.ty.dims.iter().rev().fold(element, |inner, n| format!("[{inner}; {n}]"))
}

/// A default that the schema gives.
fn given_default(element: &Element, default: &FieldDefault) -> String {
    let ty = element.named().unwrap_or_default();
    match default {
        FieldDefault::Value(Value::Bool(true)) => "::shm_runtime::Bool::TRUE".to_owned(),
        FieldDefault::Value(Value::Bool(false)) => "::shm_runtime::Bool::FALSE".to_owned(),
        FieldDefault::Value(number) => match element {
            Element::Primitive(p) => value(*p, *number),
            _ => String::new(), // the model gives numbers to primitives only
        },
        FieldDefault::Text(text) => {
            let mut escaped = String::new();
            text.chars().for_each(|c| escaped.extend(c.escape_debug()));
            format!("::shm_runtime::Str::from_literal(\"{escaped}\")")
        }
        FieldDefault::Enum(name) => format!("{ty}::{name}"),
        FieldDefault::Flags(_, bits) => format!("{ty}({})", hexadecimal(*bits)),
    }
}

fn segment(s: &crate::model::Segment) -> Segment {
    let mut contract = String::new();
    for byte in &s.contract_bytes {
        let _ = write!(contract, "{}", byte.escape_ascii());
    }
    Segment {
        doc: doc_before(&s.doc),
        name: s.name.clone(),
        type_name: s.type_name.clone(),
        address: quoted(&s.address.to_string()),
        mode: format!("{:o}", s.mode),
        participants: s.participants,
        contract,
        size: literal(i128::from(s.size)),
        objects: s
            .objects
            .iter()
            .enumerate()
            .map(|(index, o)| Object {
                doc: if o.doc.is_empty() {
                    String::new()
                } else {
                    doc(&o.doc, "    ") + "    ///\n"
                },
                name: o.name.clone(),
                item: o.item.clone(),
                capacity: o.layout.capacity,
                index,
            })
            .collect(),
    }
}
