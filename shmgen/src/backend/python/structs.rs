//! Structs in Python: a `ctypes.Structure`, whose fields are checked.

use super::Context;
use super::spelling::{attribute_doc, class_doc, range, value};
use crate::backend::notes::{self, Deprecation::Text};
use crate::backend::parts::{Member, Members};
use crate::backend::text::quoted;
use crate::model::{self, Element, FieldDefault, TypeDecl};
use askama::Template;
use std::collections::BTreeSet;

#[derive(Template)]
#[template(path = "python/struct.jinja", escape = "none")]
pub(super) struct Struct<'a> {
    doc: String,
    name: &'a str,
    size: u64,
    has_defaults: bool,
    has_docs: bool,
    members: Members<'a, Field<'a>>,
}

struct Field<'a> {
    /// What is said of it, as a string behind it, which type checkers show.
    doc: String,
    /// The same for a program.
    said: Option<String>,
    name: &'a str,
    offset: u64,
    size: u64,
    /// What ctypes is given.
    ctype: String,
    /// What NumPy is given.
    format: String,
    /// What reading gives, and what assignment takes, for a type checker.
    get: String,
    set: String,
    /// The checked field, of `_raw` and `_name`.
    descriptor: String,
    /// What a new value has in it if not zero.
    default: Option<String>,
}

pub(super) fn structure<'a>(
    s: &'a model::Struct,
    decl: &TypeDecl,
    context: &Context<'_>,
) -> Struct<'a> {
    let own = s.fields().map(|f| f.name.as_str()).collect();
    let members = Members::of(s, |f| field(f, &own, context));
    let has_docs = members.fields().any(|f| f.said.is_some());
    Struct {
        doc: class_doc(&notes::declared(decl, Text), "A struct of the schema."),
        name: &s.name,
        size: s.size,
        has_defaults: s.has_defaults,
        has_docs,
        members,
    }
}

/// A field of a struct whose fields have those names.
fn field<'a>(f: &'a model::Field, own: &BTreeSet<&str>, context: &Context<'_>) -> Field<'a> {
    let unit =
        if f.unit.is_empty() { String::new() } else { format!(", unit=\"{}\"", quoted(&f.unit)) };
    let range = f.range.map(range).unwrap_or_default();
    let (get, set) = context.names.hints(&f.ty, own);
    let said = notes::field(f, Text);
    Field {
        doc: attribute_doc(&said),
        said: (!said.is_empty()).then(|| quoted(&said)),
        name: &f.name,
        offset: f.offset,
        size: f.size,
        ctype: context.names.ctype(&f.ty),
        format: context.names.format(&f.ty),
        get,
        set,
        descriptor: context.names.descriptor(&f.ty, &unit, &range),
        default: default(f, context),
    }
}

/// What a new value has in a field, if not zero.
fn default(f: &model::Field, context: &Context<'_>) -> Option<String> {
    let named = match &f.ty.element {
        Element::Enum(name, _) | Element::Flags(name, _) | Element::Struct(name) => Some(name),
        _ => None,
    };
    let ty = named.map(|name| context.names.name(name)).unwrap_or_default();
    Some(match &f.default {
        None if named.is_some_and(|name| context.with_defaults.contains(name)) => {
            let one = format!("{ty}()");
            f.ty.dims.iter().rev().fold(one, |inner, n| format!("[{inner}] * {n}"))
        }
        None => return None,
        Some(FieldDefault::Value(number)) => match f.ty.element {
            Element::Primitive(p) => value(p, *number),
            _ => return None, // the model gives numbers to primitives only
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
    })
}
