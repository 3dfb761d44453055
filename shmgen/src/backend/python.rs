//! The Python backend: a module of ctypes structures.

mod compound;
mod types;

use super::notes::{self, Deprecation::Text};
use super::setup;
use super::text::{bound_text, lines, others, quoted, render, value_text, version_parts};
use crate::model::{Element, Field, FieldDefault, Member, Schema, Type, TypeDecl, Value};
use askama::Template;
use compound::{Union, Wrapped};
use shm_runtime::contract::{Bound, Primitive, Range, TypeName};
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
    imports: Vec<Import>,
    names: Vec<&'a str>,
    /// The names of its types.
    own: Vec<&'a str>,
    constants: Vec<Constant>,
    model: &'a Schema,
    with_defaults: BTreeSet<TypeName>,
    writer: Writer<'a>,
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
    /// The types, each made when its turn comes: there may be many.
    fn types(&self) -> impl Iterator<Item = Decl> {
        self.model.types.iter().map(|t| decl(t, &self.with_defaults, &self.writer))
    }

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
    has_defaults: bool,
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
    /// What a new value has in it if not zero.
    default: String,
    offset: u64,
    size: u64,
    is_gap: bool,
}

struct Segment {
    doc: String,
    type_name: String,
    /// What the spec says beside contract and version.
    setup: Vec<(&'static str, String)>,
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

/// `shm_types.py`, which all modules import. Its version is filled in.
const SHARED: &str = include_str!("../../templates/python/shm_types.py");

/// `shm_types.py`, the same for every schema.
pub(super) fn shared() -> String {
    let version = format!("VERSION = ({})", version_parts().join(", "));
    SHARED.replacen("VERSION = (0, 0, 0)", &version, 1)
}

/// The module of a schema.
pub(super) fn module(schema: &Schema) -> String {
    let [major, minor, _] = version_parts();
    let writer = Writer::new(schema);
    let own = schema.types.iter().filter(|t| !matches!(t, TypeDecl::Wrapped(_)));
    let own: Vec<&str> = own.map(TypeDecl::name).collect();
    let names = schema.constants.iter().map(|c| c.name.as_str()).chain(own.iter().copied());
    let mut names: Vec<&str> =
        names.chain(schema.segments.iter().map(|s| s.type_name.as_str())).collect();
    names.extend(["SCHEMA", "SCHEMA_VERSION"]);
    names.sort_unstable();
    let with_defaults = schema.types_where("", TypeDecl::has_defaults);
    let template = Module {
        file: format!("{}.toml", schema.stem),
        doc: module_doc(schema),
        schema: &schema.name,
        version: schema.version_text(),
        major,
        minor,
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
                doc: lines(&notes::constant(c, Text), "#: "),
                name: c.name.clone(),
                value: value(c.ty, c.value),
            })
            .collect(),
        segments: schema.segments.iter().map(|s| segment(s, &writer)).collect(),
        model: schema,
        with_defaults,
        writer,
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

fn decl(decl: &TypeDecl, with_defaults: &BTreeSet<TypeName>, writer: &Writer<'_>) -> Decl {
    let doc = notes::declared(decl, Text);
    match decl {
        TypeDecl::Enum(e) => Decl::Enum(Number {
            doc: class_doc(&doc, "An enum of the schema."),
            name: e.name.clone(),
            values: e
                .values
                .iter()
                .map(|v| Named {
                    doc: lines(&notes::value(v, Text), "    #: "),
                    name: v.name.clone(),
                    number: v.number.to_string(),
                })
                .collect(),
        }),
        TypeDecl::Flags(f) => Decl::Flags(Number {
            doc: class_doc(&doc, "A set of flags of the schema."),
            name: f.name.clone(),
            values: f
                .bits
                .iter()
                .map(|b| Named {
                    doc: lines(&notes::bit(b, Text), "    #: "),
                    name: b.name.clone(),
                    number: format!("{:#x}", 1u64 << b.bit),
                })
                .collect(),
        }),
        TypeDecl::Struct(s) => {
            let fields = s.fields().map(|f| f.name.as_str()).collect();
            let members = s.members.iter().map(|m| part(m, &fields, with_defaults, writer));
            Decl::Struct(Struct {
                doc: class_doc(&doc, "A struct of the schema."),
                name: s.name.clone(),
                size: s.size,
                has_defaults: s.has_defaults,
                members: members.collect(),
            })
        }
        TypeDecl::Union(u) => Decl::Union(compound::union(u, writer)),
        TypeDecl::Wrapped(w) => Decl::Wrapped(compound::wrapped(w, writer)),
    }
}

fn part(
    member: &Member,
    fields: &BTreeSet<&str>,
    with_defaults: &BTreeSet<TypeName>,
    writer: &Writer<'_>,
) -> Part {
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
            let range = f.range.map(range).unwrap_or_default();
            let (get, set) = writer.hints(&f.ty, fields);
            Part {
                doc: lines(&notes::field(f, Text), "        #: "),
                name: f.name.clone(),
                get,
                set,
                format: writer.format(&f.ty),
                ctype: writer.ctype(&f.ty),
                descriptor: writer.descriptor(&f.ty, &unit, &range),
                default: default(f, with_defaults, writer),
                offset: f.offset,
                size: f.size,
                is_gap: false,
            }
        }
    }
}

fn value(ty: Primitive, value: Value) -> String {
    match value {
        Value::Bool(true) => "True".to_owned(),
        Value::Bool(false) => "False".to_owned(),
        number => value_text(ty, number),
    }
}

/// What a new value has in a field, if not zero.
fn default(f: &Field, with_defaults: &BTreeSet<TypeName>, writer: &Writer<'_>) -> String {
    let named = match &f.ty.element {
        Element::Enum(name, _) | Element::Flags(name, _) | Element::Struct(name) => Some(name),
        _ => None,
    };
    let ty = named.map(|name| writer.name(name)).unwrap_or_default();
    match &f.default {
        None if named.is_some_and(|name| with_defaults.contains(name)) => {
            let one = format!("{ty}()");
            f.ty.dims.iter().rev().fold(one, |inner, n| format!("[{inner}] * {n}"))
        }
        None => String::new(),
        Some(FieldDefault::Value(number)) => match f.ty.element {
            Element::Primitive(p) => value(p, *number),
            _ => String::new(), // the model gives numbers to primitives only
        },
        Some(FieldDefault::Text(text)) => {
            let escaped = text.chars().map(|c| match c {
                '"' | '\\' => format!("\\{c}"),
                ' '..='~' => c.to_string(),
                c => format!("\\U{:08x}", u32::from(c)),
            });
            format!("\"{}\"", escaped.collect::<String>())
        }
        Some(FieldDefault::Enum(name)) => format!("{ty}.{name}"),
        Some(FieldDefault::Flags(_, bits)) => format!("{ty}({bits:#x})"),
    }
}

/// A range as a keyword argument.
fn range(range: Range) -> String {
    let end =
        |end: Option<Bound>| end.map_or("None".to_owned(), |bound| bound_text(range.ty(), bound));
    format!(", range=({}, {})", end(range.min()), end(range.max()))
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
