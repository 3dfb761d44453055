//! The C++ backend: a layer for C++17 over the C header.

use super::c;
use super::notes::{self, Deprecation::Text};
use super::text::{VERSION, lines, others, quoted, render, version_parts};
use crate::model::{self, Element, Field, Schema, TypeDecl, Union, Value};
use askama::Template;
use shm_runtime::contract::{Primitive, Range};

#[derive(Template)]
#[template(path = "cpp/runtime.hpp", escape = "none")]
struct Runtime {
    version: &'static str,
    runtime_version: String,
    namespace: String,
}

#[derive(Template)]
#[template(path = "cpp/schema.hpp", escape = "none")]
struct Header<'a> {
    file: String,
    schema: &'a str,
    version: String,
    module: &'a str,
    guard: String,
    namespace: String,
    inline_namespace: String,
    /// The modules of the schemas that it imports.
    imports: Vec<&'a str>,
    deprecates: bool,
    has_ranges: bool,
    constants: Vec<Constant>,
    aliases: Vec<Alias>,
    types: Vec<Named>,
    has_unions: bool,
    segments: Vec<Segment>,
}

struct Constant {
    doc: String,
    /// The mark of what is deprecated, with a space before it.
    deprecated: String,
    name: String,
    ty: &'static str,
    value: String,
}

struct Alias {
    doc: String,
    /// The mark of what is deprecated, with a space before it.
    deprecated: String,
    name: String,
    cname: String,
}

/// A type of the C header.
struct Named {
    doc: String,
    /// The mark of what is deprecated, with a space before it.
    deprecated: String,
    name: String,
    cname: String,
    /// A struct in C: anything but an enum or a set of flags.
    is_struct: bool,
    has_defaults: bool,
    has_ranges: bool,
    /// The constants of the ranges of its fields.
    bounds: Vec<Constant>,
    /// Room for the text of any value of an enum or a set of flags.
    buffer: usize,
    /// Of a union.
    visit: Option<Visit>,
}

/// What tells the variants of a union apart.
struct Visit {
    /// The function that looks at a tag once.
    look: String,
    variants: Vec<Variant>,
}

struct Variant {
    number: String,
    /// What a visitor is given.
    held: String,
}

struct Segment {
    doc: String,
    name: String,
    type_name: String,
    cname: String,
    address: String,
    size: u64,
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

/// Two versions of the tool are strangers to each other in one program.
fn inline_namespace() -> String {
    format!("v{}", version_parts().join("_"))
}

/// `shm_runtime.hpp`, which generated headers include.
pub(super) fn runtime() -> String {
    let template = Runtime {
        version: VERSION,
        runtime_version: c::runtime_version_number().to_string(),
        namespace: inline_namespace(),
    };
    render(&template)
}

/// The header of a schema.
pub(super) fn header(schema: &Schema) -> String {
    let prefix = c::prefix(schema);
    let template = Header {
        file: format!("{}.toml", schema.stem),
        schema: &schema.name,
        version: schema.version_text(),
        module: &schema.module,
        guard: format!("{prefix}{}_HPP", schema.module).to_uppercase(),
        namespace: schema.name.replace('.', "::"),
        inline_namespace: format!("shmgen_{}", inline_namespace()),
        imports: schema.imports.iter().map(|i| i.module.as_str()).collect(),
        deprecates: schema.deprecates(),
        has_ranges: schema.types.iter().any(TypeDecl::has_ranges),
        constants: schema
            .constants
            .iter()
            .map(|constant| Constant {
                doc: doc(&notes::constant(constant, Text), ""),
                deprecated: c::mark(constant.meta.deprecated.as_deref()),
                name: constant.name.clone(),
                ty: match constant.ty {
                    Primitive::Bool => "bool",
                    other => c::ctype(other),
                },
                value: match constant.value {
                    Value::Bool(b) => b.to_string(),
                    other => c::constant(constant.ty, other),
                },
            })
            .collect(),
        aliases: schema
            .aliases
            .iter()
            .map(|a| Alias {
                doc: doc(&notes::alias(a, Text), ""),
                deprecated: c::mark(a.meta.deprecated.as_deref()),
                name: a.name.clone(),
                cname: format!("::{prefix}{}", a.name),
            })
            .collect(),
        types: schema.types.iter().map(|t| named(t, &prefix)).collect(),
        has_unions: schema.types.iter().any(|t| matches!(t, TypeDecl::Union(_))),
        segments: schema
            .segments
            .iter()
            .map(|s| Segment {
                doc: doc(&s.doc, ""),
                name: s.name.clone(),
                type_name: s.type_name.clone(),
                cname: format!("{prefix}{}", s.type_name),
                address: quoted(&s.setup.address.to_string()),
                size: s.size,
                queues: s
                    .handles()
                    .map(|(index, o, item, layout)| Queue {
                        doc: doc(&o.doc, "  "),
                        name: o.name.clone(),
                        // Of this schema by its bare name.
                        item: match item.name.schema.as_str() {
                            "" => item.name.name.clone(),
                            _ => format!("::{}", c::c_name(&item.name, &prefix)),
                        },
                        capacity: layout.capacity,
                        index,
                    })
                    .collect(),
                others: others(s, "/// "),
            })
            .collect(),
    };
    render(&template)
}

/// Documentation for Doxygen. A line comment must not end in a backslash, which
/// would make the next line a part of it.
fn doc(text: &str, indent: &str) -> String {
    lines(text, &format!("{indent}/// ")).replace("\\\n", "\\ .\n")
}

/// The ends of the range of a field or a variant, as constants.
fn bounds(
    (owner, name): (&str, &str),
    range: Option<Range>,
    deprecated: Option<&str>,
) -> Vec<Constant> {
    let Some(range) = range else { return Vec::new() };
    let constant = |(end, value): (&str, String)| Constant {
        doc: String::new(),
        deprecated: c::mark(deprecated),
        name: format!("{owner}_{name}_{end}"),
        ty: c::ctype(range.ty()),
        value,
    };
    c::bounds(Some(range)).into_iter().map(constant).collect()
}

fn named(decl: &TypeDecl, prefix: &str) -> Named {
    let (deprecated, longest) = match decl {
        TypeDecl::Enum(e) => {
            (e.meta.deprecated.as_deref(), e.values.iter().map(|v| v.name.len()).max().unwrap_or(0))
        }
        TypeDecl::Flags(f) => {
            (f.meta.deprecated.as_deref(), f.bits.iter().map(|b| b.name.len() + 3).sum())
        }
        TypeDecl::Struct(s) => (s.meta.deprecated.as_deref(), 0),
        TypeDecl::Union(u) => (u.meta.deprecated.as_deref(), 0),
        TypeDecl::Wrapped(_) => (None, 0),
    };
    Named {
        doc: doc(&notes::declared(decl, Text), ""),
        deprecated: c::mark(deprecated),
        name: decl.name().to_owned(),
        cname: format!("{prefix}{}", decl.name()),
        is_struct: !matches!(decl, TypeDecl::Enum(_) | TypeDecl::Flags(_)),
        has_defaults: decl.has_defaults(),
        has_ranges: decl.has_ranges(),
        bounds: match decl {
            TypeDecl::Struct(s) => {
                let of =
                    |f: &Field| bounds((&s.name, &f.name), f.range, f.meta.deprecated.as_deref());
                s.fields().flat_map(of).collect()
            }
            TypeDecl::Union(u) => {
                let of = |v: &model::Variant| {
                    bounds((&u.name, &v.name), v.range, v.meta.deprecated.as_deref())
                };
                u.variants.iter().flat_map(of).collect()
            }
            _ => Vec::new(),
        },
        // The names, or a number of 64 bits in any form, and a NUL.
        buffer: longest + 32,
        visit: match decl {
            TypeDecl::Union(u) => Some(visit(u)),
            _ => None,
        },
    }
}

fn visit(u: &Union) -> Visit {
    let variant = |v: &crate::model::Variant| Variant {
        number: c::literal(u.tag, i128::from(v.number)),
        held: match &v.ty {
            None => format!("shm::empty_variant{{{}}}", v.number),
            // An array of char would become a pointer to text without an end.
            Some(ty) if matches!(ty.element, Element::Str(_)) && ty.dims.is_empty() => {
                format!("shm::view(value.as.{})", v.name)
            }
            Some(_) => format!("value.as.{}", v.name),
        },
    };
    Visit {
        look: format!("shm_look{}", u.tag.size() * 8),
        variants: u.variants.iter().map(variant).collect(),
    }
}
