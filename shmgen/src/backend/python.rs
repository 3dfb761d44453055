//! The Python backend: a module of ctypes structures.

use super::text::{lines, quoted, render, version_parts, with_unit};
use crate::model::{Element, Member, Schema, Setup, Type, TypeDecl, Value};
use askama::Template;
use shm_runtime::contract::Primitive;
use std::fmt::Write as _;

#[derive(Template)]
#[template(path = "python/module.py", escape = "none")]
struct Module<'a> {
    file: String,
    doc: String,
    schema: &'a str,
    version: String,
    major: &'static str,
    minor: &'static str,
    prelude: &'static str,
    has_enums: bool,
    names: Vec<&'a str>,
    constants: Vec<Constant>,
    types: Vec<Decl>,
    segments: Vec<Segment>,
}

struct Constant {
    doc: String,
    name: String,
    value: String,
}

enum Decl {
    Enum(Number),
    Flags(Number),
    Struct(Struct),
}

struct Number {
    doc: String,
    name: String,
    values: Vec<Named>,
}

struct Named {
    doc: String,
    name: String,
    number: String,
}

struct Struct {
    doc: String,
    name: String,
    size: u64,
    members: Vec<Part>,
}

impl Struct {
    fn fields(&self) -> impl Iterator<Item = &Part> {
        self.members.iter().filter(|m| !m.is_gap)
    }
}

/// A field or a gap.
#[derive(Default)]
struct Part {
    doc: String,
    name: String,
    /// What ctypes is told.
    ctype: String,
    /// What reading gives, and what assignment takes, for a type checker.
    get: String,
    set: String,
    /// What NumPy is told.
    format: String,
    /// The checked field, of `raw` and `name`.
    descriptor: String,
    offset: u64,
    size: u64,
    is_gap: bool,
}

struct Segment {
    doc: String,
    type_name: String,
    /// What the spec says beside contract and version, as arguments.
    setup: String,
    contract: String,
    size: u64,
    objects: Vec<Object>,
}

struct Object {
    doc: String,
    name: String,
    item: String,
    capacity: u64,
    index: usize,
}

/// What stands in every module before its own types.
const PRELUDE: &str = include_str!("../../templates/python/prelude.py");

/// The module of a schema.
pub(super) fn module(schema: &Schema) -> String {
    let [major, minor, _] = version_parts();
    let names = schema.constants.iter().map(|c| c.name.as_str());
    let names = names.chain(schema.types.iter().map(TypeDecl::name));
    let mut names: Vec<&str> =
        names.chain(schema.segments.iter().map(|s| s.type_name.as_str())).collect();
    names.extend(["SCHEMA", "SCHEMA_VERSION"]);
    names.sort_unstable();
    let template = Module {
        file: format!("{}.toml", schema.stem),
        doc: module_doc(schema),
        schema: &schema.name,
        version: schema.version_text(),
        major,
        minor,
        prelude: PRELUDE,
        has_enums: true,
        names,
        constants: schema
            .constants
            .iter()
            .map(|c| Constant {
                doc: lines(&c.doc, "#: "),
                name: c.name.clone(),
                value: match c.value {
                    Value::Integer(n) => n.to_string(),
                    Value::Float(f) => format!("{f:?}"),
                    Value::Bool(true) => "True".to_owned(),
                    Value::Bool(false) => "False".to_owned(),
                },
            })
            .collect(),
        types: schema.types.iter().map(decl).collect(),
        segments: schema.segments.iter().map(segment).collect(),
    };
    render(&template)
}

fn module_doc(schema: &Schema) -> String {
    let mut text = format!("Schema {} {}.", schema.name, schema.version_text());
    if !schema.doc.is_empty() {
        text.push_str("\n\n");
        text.push_str(&docstring(&schema.doc, ""));
    }
    if text.contains('\n') {
        text.push('\n');
    }
    format!("\"\"\"{text}\"\"\"")
}

/// Text for between triple quotes, its later lines indented.
fn docstring(text: &str, indent: &str) -> String {
    let safe = text.replace('\\', "\\\\").replace('"', "\\\"");
    let lines: Vec<String> = safe
        .lines()
        .enumerate()
        .map(
            |(i, line)| {
                if i == 0 || line.is_empty() { line.into() } else { format!("{indent}{line}") }
            },
        )
        .collect();
    lines.join("\n")
}

/// A docstring of a class, or what stands for a missing one.
fn class_doc(text: &str, otherwise: &str) -> String {
    let mut out = docstring(if text.is_empty() { otherwise } else { text }, "    ");
    if out.contains('\n') {
        out.push_str("\n    ");
    }
    out
}

fn decl(decl: &TypeDecl) -> Decl {
    match decl {
        TypeDecl::Enum(e) => Decl::Enum(Number {
            doc: class_doc(&e.doc, "An enum of the schema."),
            name: e.name.clone(),
            values: e
                .values
                .iter()
                .map(|v| Named {
                    doc: lines(&v.doc, "    #: "),
                    name: v.name.clone(),
                    number: v.number.to_string(),
                })
                .collect(),
        }),
        TypeDecl::Flags(f) => Decl::Flags(Number {
            doc: class_doc(&f.doc, "A set of flags of the schema."),
            name: f.name.clone(),
            values: f
                .bits
                .iter()
                .map(|b| Named {
                    doc: lines(&b.doc, "    #: "),
                    name: b.name.clone(),
                    number: format!("{:#x}", 1u64 << b.bit),
                })
                .collect(),
        }),
        TypeDecl::Struct(s) => Decl::Struct(Struct {
            doc: class_doc(&s.doc, "A struct of the schema."),
            name: s.name.clone(),
            size: s.size,
            members: s.members.iter().map(part).collect(),
        }),
    }
}

fn part(member: &Member) -> Part {
    match member {
        Member::Gap(gap) => Part {
            name: gap.name.clone(),
            ctype: format!("_ctypes.c_uint8 * {}", gap.size),
            is_gap: true,
            ..Part::default()
        },
        Member::Field(f) => {
            let ctype = ctype(&f.ty);
            let unit = if f.unit.is_empty() {
                String::new()
            } else {
                format!(", unit=\"{}\"", quoted(&f.unit))
            };
            let descriptor = if f.ty.dims.is_empty() {
                element_field(&f.ty.element, &unit)
            } else {
                let dims: Vec<String> = f.ty.dims.iter().map(u64::to_string).collect();
                let comma = if dims.len() == 1 { "," } else { "" };
                format!(
                    "_List(raw, name, ({}{comma}), lambda raw, name: {}, {ctype}{unit})",
                    dims.join(", "),
                    element_field(&f.ty.element, ""),
                )
            };
            let (mut get, mut set) = hints(&f.ty.element);
            for _ in &f.ty.dims {
                get = format!("_typing.List[{get}]");
                set = format!("_typing.Sequence[{set}]");
            }
            let quote = |hint: String| {
                if hint.contains('"') { format!("\"{}\"", hint.replace('"', "")) } else { hint }
            };
            Part {
                doc: lines(&with_unit(&f.doc, &f.unit), "        #: "),
                name: f.name.clone(),
                get: quote(get),
                set: quote(set),
                format: format(&f.ty),
                ctype,
                descriptor,
                offset: f.offset,
                size: f.size,
                is_gap: false,
            }
        }
    }
}

fn scalar(p: Primitive) -> &'static str {
    match p {
        Primitive::U8 | Primitive::Bool => "_ctypes.c_uint8",
        Primitive::U16 => "_ctypes.c_uint16",
        Primitive::U32 => "_ctypes.c_uint32",
        Primitive::U64 => "_ctypes.c_uint64",
        Primitive::I8 => "_ctypes.c_int8",
        Primitive::I16 => "_ctypes.c_int16",
        Primitive::I32 => "_ctypes.c_int32",
        Primitive::I64 => "_ctypes.c_int64",
        Primitive::F32 => "_ctypes.c_float",
        Primitive::F64 => "_ctypes.c_double",
    }
}

fn ctype(ty: &Type) -> String {
    let element = match &ty.element {
        Element::Primitive(p) | Element::Enum(_, p) | Element::Flags(_, p) => scalar(*p).to_owned(),
        Element::Str(n) => format!("_ctypes.c_char * {n}"),
        Element::Bytes(n) => format!("_ctypes.c_uint8 * {n}"),
        Element::Struct(name) => name.clone(),
    };
    // ctypes multiplies from the inside out: rows first in C is rows last here.
    ty.dims.iter().rev().fold(element, |inner, n| match inner.contains('*') {
        true => format!("({inner}) * {n}"),
        false => format!("{inner} * {n}"),
    })
}

/// The checked field of one element.
fn element_field(element: &Element, unit: &str) -> String {
    let range = |p: Primitive| {
        let (low, high) = p.integer_range().unwrap_or_default();
        format!("{low}, {high}")
    };
    match element {
        Element::Primitive(Primitive::Bool) => "_Bool(raw, name)".to_owned(),
        Element::Primitive(Primitive::F32) => {
            // The greatest number that rounds to a finite f32.
            format!("_Float(raw, name, 3.4028235677973364e+38{unit})")
        }
        Element::Primitive(Primitive::F64) => {
            format!("_Float(raw, name, 1.7976931348623157e+308{unit})")
        }
        Element::Primitive(p) => format!("_Int(raw, name, {}{unit})", range(*p)),
        Element::Str(_) => format!("_Str(raw, name{unit})"),
        Element::Bytes(_) => format!("_Bytes(raw, name{unit})"),
        Element::Enum(name, p) | Element::Flags(name, p) => {
            format!("_Enum(raw, name, {name}, {})", range(*p))
        }
        Element::Struct(name) => format!("_Nested(raw, name, {name})"),
    }
}

/// What a type checker is told that reading gives and assignment takes.
fn hints(element: &Element) -> (String, String) {
    let (get, set) = match element {
        Element::Primitive(Primitive::Bool) => ("bool", "bool"),
        Element::Primitive(Primitive::F32 | Primitive::F64) => ("float", "float"),
        Element::Primitive(_) => ("int", "int"),
        Element::Str(_) => ("str", "str"),
        Element::Bytes(_) => ("bytes", "bytes"),
        Element::Enum(name, _) | Element::Flags(name, _) => {
            return (name.clone(), "int".to_owned());
        }
        Element::Struct(name) => (name.as_str(), name.as_str()),
    };
    (get.to_owned(), set.to_owned())
}

/// What NumPy is told: a format, or one with a shape.
fn format(ty: &Type) -> String {
    let mut shape: Vec<String> = ty.dims.iter().map(u64::to_string).collect();
    let element = match &ty.element {
        Element::Primitive(p) | Element::Enum(_, p) | Element::Flags(_, p) => {
            let kind = match p {
                Primitive::F32 | Primitive::F64 => 'f',
                Primitive::I8 | Primitive::I16 | Primitive::I32 | Primitive::I64 => 'i',
                _ => 'u',
            };
            format!("\"<{kind}{}\"", p.size())
        }
        Element::Str(n) => format!("\"S{n}\""),
        Element::Bytes(n) => {
            shape.push(n.to_string());
            "\"u1\"".to_owned()
        }
        Element::Struct(name) => format!("{name}.DTYPE"),
    };
    match shape.len() {
        0 => element,
        1 => format!("({element}, ({},))", shape[0]),
        _ => format!("({element}, ({}))", shape.join(", ")),
    }
}

/// How a segment is made; what is not said is the default.
fn setup(setup: &Setup) -> String {
    let mut out = format!(
        "address=\"{}\", mode=0o{:o}, participants={}",
        quoted(&setup.address.to_string()),
        setup.mode,
        setup.participants
    );
    for (key, account) in [("owner", &setup.owner), ("group", &setup.group)] {
        if let Some(account) = account {
            let _ = write!(out, ", {key}=\"{}\"", quoted(&account.to_string()));
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
        doc: class_doc(&s.doc, &format!("The segment {}.", s.name)),
        type_name: s.type_name.clone(),
        setup: setup(&s.setup),
        contract,
        size: s.size,
        objects: s
            .objects
            .iter()
            .enumerate()
            .map(|(index, o)| Object {
                doc: lines(&o.doc, "        #: "),
                name: o.name.clone(),
                item: o.item.clone(),
                capacity: o.layout.capacity,
                index,
            })
            .collect(),
    }
}
