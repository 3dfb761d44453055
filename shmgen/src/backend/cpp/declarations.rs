//! Constants, aliases and the names of types in C++.

use super::spelling::{ctype, doc};
use crate::backend::c;
use crate::backend::notes::{self, Deprecation::Text};
use crate::model::{self, Field, TypeDecl, Value};
use askama::Template;
use shm_runtime::contract::{Primitive, Range};

#[derive(Template)]
#[template(path = "cpp/constant.jinja", escape = "none")]
pub(super) struct Constant<'a> {
    doc: String,
    /// The mark of what is deprecated, with a space before it.
    deprecated: String,
    name: &'a str,
    ty: String,
    value: String,
}

pub(super) fn constant(constant: &model::Constant) -> Constant<'_> {
    Constant {
        doc: doc(&notes::constant(constant, Text), ""),
        deprecated: c::mark(constant.meta.deprecated.as_deref()),
        name: &constant.name,
        ty: match constant.ty {
            Primitive::Bool => "bool".to_owned(),
            other => ctype(other),
        },
        value: match constant.value {
            Value::Bool(b) => b.to_string(),
            other => c::constant(constant.ty, other),
        },
    }
}

#[derive(Template)]
#[template(path = "cpp/alias.jinja", escape = "none")]
pub(super) struct Alias<'a> {
    doc: String,
    /// The mark of what is deprecated, with a space before it.
    deprecated: String,
    name: &'a str,
    cname: String,
}

pub(super) fn alias<'a>(a: &'a model::Alias, prefix: &str) -> Alias<'a> {
    Alias {
        doc: doc(&notes::alias(a, Text), ""),
        deprecated: c::mark(a.meta.deprecated.as_deref()),
        name: &a.name,
        cname: format!("::{prefix}{}", a.name),
    }
}

/// A type of the C header by its name in C++.
#[derive(Template)]
#[template(path = "cpp/type.jinja", escape = "none")]
pub(super) struct TypeName<'a> {
    doc: String,
    /// The mark of what is deprecated, with a space before it.
    deprecated: String,
    name: &'a str,
    cname: String,
    /// The ends of the ranges of its fields or variants.
    bounds: Vec<Bound>,
}

/// An end of a range, as a constant.
struct Bound {
    /// The mark of what is deprecated, with a space before it.
    deprecated: String,
    name: String,
    ty: String,
    value: String,
}

pub(super) fn type_name<'a>(decl: &'a TypeDecl, prefix: &str) -> TypeName<'a> {
    let deprecated = match decl {
        TypeDecl::Enum(e) => e.meta.deprecated.as_deref(),
        TypeDecl::Flags(f) => f.meta.deprecated.as_deref(),
        TypeDecl::Struct(s) => s.meta.deprecated.as_deref(),
        TypeDecl::Union(u) => u.meta.deprecated.as_deref(),
        TypeDecl::Wrapped(_) => None,
    };
    TypeName {
        doc: doc(&notes::declared(decl, Text), ""),
        deprecated: c::mark(deprecated),
        name: decl.name(),
        cname: format!("{prefix}{}", decl.name()),
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
            TypeDecl::Enum(_) | TypeDecl::Flags(_) | TypeDecl::Wrapped(_) => Vec::new(),
        },
    }
}

/// The ends of the range of a field or a variant.
fn bounds(
    (owner, name): (&str, &str),
    range: Option<Range>,
    deprecated: Option<&str>,
) -> Vec<Bound> {
    let Some(range) = range else { return Vec::new() };
    let bound = |(end, value): (&str, String)| Bound {
        deprecated: c::mark(deprecated),
        name: format!("{owner}_{name}_{end}"),
        ty: ctype(range.ty()),
        value,
    };
    c::bounds(Some(range)).into_iter().map(bound).collect()
}
