//! The Rust backend: the body of a module.

mod ranges;

use super::notes::{self, Deprecation::Attribute};
use super::setup;
use super::text::{VERSION, lines, others, quoted, render, value_text, version_parts};
use crate::model::{Element, Field, FieldDefault, Member, Schema, Type, TypeDecl, Value};
use askama::Template;
use shm_runtime::contract::{Primitive, TypeName};
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
    model: &'a Schema,
    names: Names,
    with_ranges: BTreeSet<TypeName>,
    options: &'a RustOptions,
    segments: Vec<Segment>,
}

impl Module<'_> {
    /// The types, each made when its turn comes: there may be many.
    fn types(&self) -> impl Iterator<Item = Decl> {
        let types = self.model.types.iter();
        types.filter_map(|t| decl(t, &self.names, &self.with_ranges, self.options))
    }
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
    Union(Union),
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
    imports: Vec<Import>,
}

struct Union {
    doc: String,
    deprecated: String,
    has_ranges: bool,
    attributes: String,
    name: String,
    tag: &'static str,
    size: u64,
    align: u64,
    over_aligned: bool,
    head_gap: u64,
    offset: u64,
    /// An array of numbers: `[u64; 3]`.
    storage: String,
    storage_zero: String,
    tail_gap: u64,
    variants: Vec<Variant>,
    uses: String,
    imports: Vec<Import>,
}

struct Variant {
    doc: String,
    deprecated: String,
    /// As in the schema.
    name: String,
    /// Of the enum with data.
    rust_name: String,
    /// Of the tag.
    constant: String,
    number: String,
    ty: Option<String>,
    expr: String,
    /// As a contract has it.
    range: String,
    /// The type and the value of its constant; empty if there is no range.
    range_type: String,
    range_value: String,
    /// What is true of `value` within its ranges; empty if all are.
    within: String,
}

/// A type of another schema.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Import {
    path: String,
    schema: String,
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
    /// What is called on the `Setup` at that address.
    setup: String,
    contract: String,
    size: String,
    queues: Vec<Queue>,
    /// Objects that have no functions.
    others: String,
}

struct Queue {
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
    let names = Names::new(schema);
    let deprecates = schema.deprecates();
    let with_ranges = schema.types_where("", TypeDecl::has_ranges);
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
                deprecated: deprecated(c.meta.deprecated.as_deref(), ""),
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
                deprecated: deprecated(a.meta.deprecated.as_deref(), ""),
                name: a.name.clone(),
                ty: names.type_of(&a.ty),
            })
            .collect(),
        segments: schema.segments.iter().map(|s| segment(s, &names)).collect(),
        model: schema,
        names,
        with_ranges,
        options,
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

fn decl(
    decl: &TypeDecl,
    names: &Names,
    with_ranges: &BTreeSet<TypeName>,
    options: &RustOptions,
) -> Option<Decl> {
    Some(match decl {
        TypeDecl::Enum(e) => Decl::Enum(Number {
            doc: doc_before(&e.meta.doc),
            deprecated: deprecated(e.meta.deprecated.as_deref(), ""),
            attributes: attributes(&e.name, options),
            name: e.name.clone(),
            repr: e.repr.name(),
            values: e
                .values
                .iter()
                .map(|v| Named {
                    doc: doc(&notes::value(v, Attribute), "    "),
                    deprecated: deprecated(v.meta.deprecated.as_deref(), "    "),
                    name: v.name.clone(),
                    number: literal(v.number),
                })
                .collect(),
            exhaustive: e.repr.size() == 1 && e.values.len() == 256,
            all: String::new(),
        }),
        TypeDecl::Flags(f) => Decl::Flags(Number {
            doc: doc_before(&f.meta.doc),
            deprecated: deprecated(f.meta.deprecated.as_deref(), ""),
            attributes: attributes(&f.name, options),
            name: f.name.clone(),
            repr: f.repr.name(),
            values: f
                .bits
                .iter()
                .map(|b| Named {
                    doc: doc(&notes::bit(b, Attribute), "    "),
                    deprecated: deprecated(b.meta.deprecated.as_deref(), "    "),
                    name: b.name.clone(),
                    number: b.bit.to_string(),
                })
                .collect(),
            exhaustive: false,
            all: hexadecimal(f.bits.iter().fold(0u64, |all, b| all | 1 << b.bit)),
        }),
        TypeDecl::Struct(s) => {
            let doc = doc(&notes::declared(decl, Attribute), "");
            Decl::Struct(structure(s, doc, names, with_ranges, options))
        }
        TypeDecl::Union(u) => Decl::Union(union(u, names, with_ranges, options)),
        // Rust has generic types for them.
        TypeDecl::Wrapped(_) => return None,
    })
}

fn structure(
    s: &crate::model::Struct,
    doc_of_it: String,
    names: &Names,
    with_ranges: &BTreeSet<TypeName>,
    options: &RustOptions,
) -> Struct {
    let members: Vec<Part> = s
        .members
        .iter()
        .map(|m| match m {
            Member::Field(f) => Part {
                doc: doc(&notes::field(f, Attribute), "    "),
                deprecated: deprecated(f.meta.deprecated.as_deref(), "    "),
                name: f.name.clone(),
                constant: f.name.to_uppercase(),
                ty: names.type_of(&f.ty),
                default: names.default_of(f),
                expr: f.ty.expr().to_string(),
                unit: quoted(&f.unit),
                range: f.range.map_or(String::new(), |range| range.to_string()),
                range_type: f.range.map(ranges::type_of).unwrap_or_default(),
                range_value: f.range.map(ranges::value_of).unwrap_or_default(),
                within: ranges::within(
                    &f.name,
                    &format!("self.{}", f.name),
                    &f.ty,
                    f.range,
                    with_ranges,
                ),
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
    let (uses, imports) = names.uses(s.fields().map(|f| &f.ty));
    Struct {
        doc: doc_of_it,
        deprecated: deprecated(s.meta.deprecated.as_deref(), ""),
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
        uses,
        imports,
    }
}

fn union(
    u: &crate::model::Union,
    names: &Names,
    with_ranges: &BTreeSet<TypeName>,
    options: &RustOptions,
) -> Union {
    let (word, bytes) = match u.payload_align {
        1 => ("u8", 1),
        2 => ("u16", 2),
        4 => ("u32", 4),
        _ => ("u64", 8),
    };
    let words = u.payload / bytes;
    let variants = u.variants.iter().map(|v| Variant {
        doc: doc(&notes::variant(v, Attribute), "    "),
        deprecated: deprecated(v.meta.deprecated.as_deref(), "    "),
        name: v.name.clone(),
        rust_name: v.type_name.clone(),
        constant: v.name.to_uppercase(),
        number: literal(i128::from(v.number)),
        ty: v.ty.as_ref().map(|ty| names.type_of(ty)),
        expr: v.ty.as_ref().map_or(String::new(), |ty| ty.expr().to_string()),
        range: v.range.map_or(String::new(), |range| range.to_string()),
        range_type: v.range.map(ranges::type_of).unwrap_or_default(),
        range_value: v.range.map(ranges::value_of).unwrap_or_default(),
        within: v
            .ty
            .as_ref()
            .map_or(String::new(), |ty| ranges::within(&v.name, "value", ty, v.range, with_ranges)),
    });
    let (uses, imports) = names.uses(u.variants.iter().filter_map(|v| v.ty.as_ref()));
    Union {
        doc: doc_before(&notes::union(u, Attribute)),
        deprecated: deprecated(u.meta.deprecated.as_deref(), ""),
        has_ranges: u.has_ranges,
        attributes: attributes(&u.name, options),
        name: u.name.clone(),
        tag: u.tag.name(),
        size: u.layout.size,
        align: u.layout.align,
        over_aligned: u.layout.align > u.tag.size().max(bytes),
        head_gap: u.layout.offset - u.tag.size(),
        offset: u.layout.offset,
        storage: format!("[{word}; {words}]"),
        storage_zero: format!("[0; {words}]"),
        tail_gap: u.layout.size - u.layout.offset - u.payload,
        variants: variants.collect(),
        uses,
        imports,
    }
}

/// How types are written in the module of a schema.
struct Names {
    /// The modules of the schemas that it imports.
    modules: BTreeMap<String, String>,
    /// What lists leave free behind their last item, by their names.
    tails: BTreeMap<String, u64>,
}

impl Names {
    fn new(schema: &Schema) -> Self {
        let modules = schema.with_imports();
        let tails = schema.types.iter().filter_map(|decl| match decl {
            TypeDecl::Wrapped(w) => Some((w.name.clone(), w.tail_gap())),
            _ => None,
        });
        Self {
            modules: modules.iter().map(|s| (s.name.clone(), s.module.clone())).collect(),
            tails: tails.collect(),
        }
    }

    /// A declared type: the modules of two schemas lie side by side.
    fn path(&self, name: &TypeName) -> String {
        match self.modules.get(&name.schema) {
            Some(module) => format!("super::{module}::{}", name.name),
            None => name.name.clone(),
        }
    }

    /// The declared types that some types are made of: of this schema, and of
    /// others.
    fn uses<'t>(&self, types: impl Iterator<Item = &'t Type>) -> (String, Vec<Import>) {
        let all: BTreeSet<&TypeName> = types.filter_map(|ty| ty.element.named()).collect();
        let (own, others): (Vec<&TypeName>, Vec<&TypeName>) =
            all.into_iter().partition(|name| name.schema.is_empty());
        let own: Vec<&str> = own.iter().map(|name| name.name.as_str()).collect();
        let others =
            others.iter().map(|name| Import { path: self.path(name), schema: name.schema.clone() });
        (own.join(", "), others.collect())
    }

    fn type_of(&self, ty: &Type) -> String {
        let element = match &ty.element {
            Element::Primitive(Primitive::Bool) => "::shm_runtime::Bool".to_owned(),
            Element::Primitive(p) => p.name().to_owned(),
            Element::Str(n) => format!("::shm_runtime::Str<{n}>"),
            Element::Bytes(n) => format!("[u8; {n}]"),
            Element::Enum(name, _)
            | Element::Flags(name, _)
            | Element::Struct(name)
            | Element::Union(name) => self.path(name),
            Element::List(inner, n) => {
                let tail = ty.element.wrapped_name().and_then(|name| self.tails.get(&name));
                let inner = self.type_of(inner);
                match tail {
                    Some(tail) if *tail > 0 => format!("::shm_runtime::List<{inner}, {n}, {tail}>"),
                    _ => format!("::shm_runtime::List<{inner}, {n}>"),
                }
            }
            Element::Optional(inner) => {
                format!("::shm_runtime::Optional<{}>", self.type_of(inner))
            }
        };
        ty.dims.iter().rev().fold(element, |inner, n| format!("[{inner}; {n}]"))
    }

    fn default_of(&self, f: &Field) -> String {
        let ty = &f.ty;
        if let Some(default) = &f.default {
            return self.given_default(&ty.element, default);
        }
        let element = match &ty.element {
            Element::Primitive(Primitive::Bool) => "::shm_runtime::Bool::FALSE".to_owned(),
            Element::Primitive(Primitive::F32 | Primitive::F64) => "0.0".to_owned(),
            Element::Primitive(_) => "0".to_owned(),
            Element::Str(_) => "::shm_runtime::Str::EMPTY".to_owned(),
            Element::Bytes(n) => format!("[0; {n}]"),
            Element::Enum(name, _) | Element::Flags(name, _) => {
                format!("{}(0)", self.path(name))
            }
            Element::Struct(name) | Element::Union(name) => {
                format!("<{} as ::core::default::Default>::default()", self.path(name))
            }
            Element::List(..) => "::shm_runtime::List::new()".to_owned(),
            Element::Optional(_) => "::shm_runtime::Optional::none()".to_owned(),
        };
        ty.dims.iter().rev().fold(element, |inner, n| format!("[{inner}; {n}]"))
    }

    /// A default that the schema gives.
    fn given_default(&self, element: &Element, default: &FieldDefault) -> String {
        let ty = element.named().map(|name| self.path(name)).unwrap_or_default();
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
}

fn segment(s: &crate::model::Segment, names: &Names) -> Segment {
    let mut contract = String::new();
    for byte in &s.contract_bytes {
        let _ = write!(contract, "{}", byte.escape_ascii());
    }
    Segment {
        doc: doc_before(&s.doc),
        name: s.name.clone(),
        type_name: s.type_name.clone(),
        address: quoted(&s.setup.address.to_string()),
        setup: setup::rust(&s.setup),
        contract,
        size: literal(i128::from(s.size)),
        queues: s
            .handles()
            .map(|(index, o, item, layout)| Queue {
                doc: if o.doc.is_empty() {
                    String::new()
                } else {
                    doc(&o.doc, "    ") + "    ///\n"
                },
                name: o.name.clone(),
                item: names.path(&item.name),
                capacity: layout.capacity,
                index,
            })
            .collect(),
        others: others(s, "/// "),
    }
}
