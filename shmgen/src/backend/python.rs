//! The Python backend: a module of ctypes structures.

mod compound;
mod types;

use super::setup;
use super::text::{lines, others, quoted, render, version_parts, with_unit};
use crate::model::{Member, Schema, Type, TypeDecl, Value};
use askama::Template;
use compound::{Union, Wrapped};
use shm_runtime::contract::TypeName;
use std::collections::BTreeSet;
use std::fmt::Write as _;
use types::Writer;

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
    /// What it has for lists and optionals, and for unions, if there are any.
    rooms: Option<&'static str>,
    unions: Option<&'static str>,
    imports: Vec<Import>,
    names: Vec<&'a str>,
    /// The names of its types.
    own: Vec<&'a str>,
    constants: Vec<Constant>,
    types: Vec<Decl>,
    segments: Vec<Segment>,
}

/// A module that is imported.
struct Import {
    module: String,
    name: String,
}

struct Constant {
    doc: String,
    name: String,
    value: String,
}

impl Module<'_> {
    /// What a type checker says where it finds no module, another one, or that
    /// it has nothing to say.
    const UNFOUND: &'static str = "import-not-found, import-untyped, attr-defined, unused-ignore";
}

enum Decl {
    Enum(Number),
    Flags(Number),
    Struct(Struct),
    Union(Union),
    Wrapped(Wrapped),
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
    queues: Vec<Queue>,
}

struct Queue {
    doc: String,
    name: String,
    item: String,
    capacity: u64,
    index: usize,
}

/// What stands in every module before its own types.
const PRELUDE: &str = include_str!("../../templates/python/prelude.py");

/// The same for lists and optionals.
const ROOMS: &str = include_str!("../../templates/python/rooms.py");

/// The same for unions.
const UNIONS: &str = include_str!("../../templates/python/unions.py");

/// The module of a schema.
pub(super) fn module(schema: &Schema) -> String {
    let [major, minor, _] = version_parts();
    let writer = Writer::new(schema);
    let own = schema.types.iter().filter(|t| !matches!(t, TypeDecl::Wrapped(_)));
    let own: Vec<&str> = own.map(TypeDecl::name).collect();
    let has = |kind: fn(&TypeDecl) -> bool| schema.types.iter().any(kind);
    let names = schema.constants.iter().map(|c| c.name.as_str()).chain(own.iter().copied());
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
        rooms: has(|t| matches!(t, TypeDecl::Wrapped(_))).then_some(ROOMS),
        unions: has(|t| matches!(t, TypeDecl::Union(_))).then_some(UNIONS),
        imports: writer
            .modules_of(used(schema))
            .into_iter()
            .map(|module| Import { name: types::module_name(&module), module })
            .collect(),
        names,
        own,
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
        types: schema.types.iter().map(|t| decl(t, &writer)).collect(),
        segments: schema.segments.iter().map(|s| segment(s, &writer)).collect(),
    };
    render(&template)
}

/// The names of all types that the module writes.
fn used(schema: &Schema) -> impl Iterator<Item = &TypeName> {
    let types = schema.types.iter().flat_map(|decl| -> Vec<&Type> {
        match decl {
            TypeDecl::Enum(_) | TypeDecl::Flags(_) => vec![],
            TypeDecl::Struct(s) => s.fields().map(|f| &f.ty).collect(),
            TypeDecl::Union(u) => u.variants.iter().filter_map(|v| v.ty.as_ref()).collect(),
            TypeDecl::Wrapped(w) => vec![&w.inner],
        }
    });
    let items = schema.segments.iter().flat_map(|s| s.handles().map(|(_, _, item, _)| &item.name));
    types.filter_map(|ty| ty.element.named()).chain(items)
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

fn decl(decl: &TypeDecl, writer: &Writer<'_>) -> Decl {
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
        TypeDecl::Struct(s) => {
            let fields = s.fields().map(|f| f.name.as_str()).collect();
            Decl::Struct(Struct {
                doc: class_doc(&s.doc, "A struct of the schema."),
                name: s.name.clone(),
                size: s.size,
                members: s.members.iter().map(|m| part(m, &fields, writer)).collect(),
            })
        }
        TypeDecl::Union(u) => Decl::Union(compound::union(u, writer)),
        TypeDecl::Wrapped(w) => Decl::Wrapped(compound::wrapped(w, writer)),
    }
}

fn part(member: &Member, fields: &BTreeSet<&str>, writer: &Writer<'_>) -> Part {
    match member {
        Member::Gap(gap) => Part {
            name: gap.name.clone(),
            ctype: format!("_ctypes.c_uint8 * {}", gap.size),
            is_gap: true,
            ..Part::default()
        },
        Member::Field(f) => {
            let unit = if f.unit.is_empty() {
                String::new()
            } else {
                format!(", unit=\"{}\"", quoted(&f.unit))
            };
            let (get, set) = writer.hints(&f.ty, fields);
            Part {
                doc: lines(&with_unit(&f.doc, &f.unit), "        #: "),
                name: f.name.clone(),
                get,
                set,
                format: writer.format(&f.ty),
                ctype: writer.ctype(&f.ty),
                descriptor: writer.descriptor(&f.ty, &unit),
                offset: f.offset,
                size: f.size,
                is_gap: false,
            }
        }
    }
}

fn segment(s: &crate::model::Segment, writer: &Writer<'_>) -> Segment {
    let mut contract = String::new();
    for byte in &s.contract_bytes {
        let _ = write!(contract, "{}", byte.escape_ascii());
    }
    let mut text = s.doc.clone();
    let others = others(s, "");
    if !others.is_empty() {
        if text.is_empty() {
            text = format!("The segment {}.", s.name);
        }
        text = format!("{text}\n{}", others.trim_end());
    }
    Segment {
        doc: class_doc(&text, &format!("The segment {}.", s.name)),
        type_name: s.type_name.clone(),
        setup: setup::python(&s.setup),
        contract,
        size: s.size,
        queues: s
            .handles()
            .map(|(index, o, item, layout)| Queue {
                doc: lines(&o.doc, "        #: "),
                name: o.name.clone(),
                item: writer.name(&item.name),
                capacity: layout.capacity,
                index,
            })
            .collect(),
    }
}
