//! The Rust backend: the body of a module.

use super::text::{VERSION, lines, quoted, render, version_parts, with_unit};
use crate::model::{Element, Member, Schema, Setup, Type, TypeDecl, Value};
use askama::Template;
use shm_runtime::Account;
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
    constants: Vec<Constant>,
    aliases: Vec<Alias>,
    types: Vec<Decl>,
    segments: Vec<Segment>,
}

struct Constant {
    doc: String,
    name: String,
    ty: String,
    value: String,
}

struct Alias {
    doc: String,
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
    name: String,
    number: String,
}

struct Struct {
    doc: String,
    attributes: String,
    name: String,
    size: u64,
    align: u64,
    over_aligned: bool,
    members: Vec<Part>,
    uses: String,
}

impl Struct {
    fn fields(&self) -> impl Iterator<Item = &Part> {
        self.members.iter().filter(|m| !m.is_gap)
    }

    fn gaps(&self) -> impl Iterator<Item = &Part> {
        self.members.iter().filter(|m| m.is_gap)
    }
}

/// A field or a gap.
struct Part {
    doc: String,
    name: String,
    constant: String,
    ty: String,
    default: String,
    expr: String,
    unit: String,
    offset: u64,
    size: u64,
    is_gap: bool,
}

struct Segment {
    doc: String,
    name: String,
    type_name: String,
    address: String,
    /// What is called on the `Setup` at that address.
    setup: String,
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

/// The module of a schema.
pub(super) fn module(schema: &Schema, options: &RustOptions) -> String {
    let template = Module {
        file: format!("{}.toml", schema.stem),
        schema: &schema.name,
        version: schema.version_text(),
        runtime: VERSION,
        require: version_parts().join(", "),
        constants: schema
            .constants
            .iter()
            .map(|c| Constant {
                doc: doc(&c.doc, ""),
                name: c.name.clone(),
                ty: if c.ty == Primitive::Bool { "bool" } else { c.ty.name() }.to_owned(),
                value: value(c.value),
            })
            .collect(),
        aliases: schema
            .aliases
            .iter()
            .map(|a| Alias {
                doc: doc(&with_unit(&a.doc, &a.unit), ""),
                name: a.name.clone(),
                ty: type_of(&a.ty),
            })
            .collect(),
        types: schema.types.iter().map(|t| decl(t, options)).collect(),
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

fn value(value: Value) -> String {
    match value {
        Value::Integer(n) => literal(n),
        Value::Float(f) => format!("{f:?}"),
        Value::Bool(b) => b.to_string(),
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

fn decl(decl: &TypeDecl, options: &RustOptions) -> Decl {
    match decl {
        TypeDecl::Enum(e) => Decl::Enum(Number {
            doc: doc_before(&e.doc),
            attributes: attributes(&e.name, options),
            name: e.name.clone(),
            repr: e.repr.name(),
            values: e
                .values
                .iter()
                .map(|v| Named {
                    doc: doc(&v.doc, "    "),
                    name: v.name.clone(),
                    number: literal(v.number),
                })
                .collect(),
            exhaustive: e.repr.size() == 1 && e.values.len() == 256,
            all: String::new(),
        }),
        TypeDecl::Flags(f) => Decl::Flags(Number {
            doc: doc_before(&f.doc),
            attributes: attributes(&f.name, options),
            name: f.name.clone(),
            repr: f.repr.name(),
            values: f
                .bits
                .iter()
                .map(|b| Named {
                    doc: doc(&b.doc, "    "),
                    name: b.name.clone(),
                    number: b.bit.to_string(),
                })
                .collect(),
            exhaustive: false,
            all: hexadecimal(f.bits.iter().fold(0u64, |all, b| all | 1 << b.bit)),
        }),
        TypeDecl::Struct(s) => Decl::Struct(structure(s, options)),
    }
}

fn structure(s: &crate::model::Struct, options: &RustOptions) -> Struct {
    let members: Vec<Part> = s
        .members
        .iter()
        .map(|m| match m {
            Member::Field(f) => Part {
                doc: doc(&with_unit(&f.doc, &f.unit), "    "),
                name: f.name.clone(),
                constant: f.name.to_uppercase(),
                ty: type_of(&f.ty),
                default: default_of(&f.ty),
                expr: f.ty.expr().to_string(),
                unit: quoted(&f.unit),
                offset: f.offset,
                size: f.size,
                is_gap: false,
            },
            Member::Gap(g) => Part {
                doc: "    #[doc(hidden)]\n".to_owned(),
                name: g.name.clone(),
                constant: String::new(),
                ty: format!("::shm_runtime::Reserved<{}>", g.size),
                default: "::shm_runtime::Reserved::ZERO".to_owned(),
                expr: String::new(),
                unit: String::new(),
                offset: g.offset,
                size: g.size,
                is_gap: true,
            },
        })
        .collect();
    let uses: BTreeSet<&str> = s.fields().filter_map(|f| f.ty.element.named()).collect();
    Struct {
        doc: doc(&s.doc, ""),
        attributes: attributes(&s.name, options),
        name: s.name.clone(),
        size: s.size,
        align: s.align,
        over_aligned: s.over_aligned(),
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

fn default_of(ty: &Type) -> String {
    let element = match &ty.element {
        Element::Primitive(Primitive::Bool) => "::shm_runtime::Bool::FALSE".to_owned(),
        Element::Primitive(Primitive::F32 | Primitive::F64) => "0.0".to_owned(),
        Element::Primitive(_) => "0".to_owned(),
        Element::Str(_) => "::shm_runtime::Str::EMPTY".to_owned(),
        Element::Bytes(n) => format!("[0; {n}]"),
        Element::Enum(name, _) | Element::Flags(name, _) => format!("{name}(0)"),
        Element::Struct(name) => format!("<{name} as ::core::default::Default>::default()"),
    };
    ty.dims.iter().rev().fold(element, |inner, n| format!("[{inner}; {n}]"))
}

/// How a segment is made; what is not said is the default.
fn setup(setup: &Setup) -> String {
    let mut out = format!(".mode(0o{:o}).participants({})", setup.mode, setup.participants);
    for (method, account) in [("owner", &setup.owner), ("group", &setup.group)] {
        match account {
            Some(Account::Id(id)) => {
                let _ = write!(out, ".{method}({id})");
            }
            Some(Account::Name(name)) => {
                let _ = write!(out, ".{method}(\"{}\")", quoted(name));
            }
            None => {}
        }
    }
    out
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
        address: quoted(&s.setup.address.to_string()),
        setup: setup(&s.setup),
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
