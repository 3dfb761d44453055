//! The functions of types in C++: as text, comparing, what a union holds.

use crate::backend::c;
use crate::model::{Element, Enum, Flags, TypeDecl, Union, Variant};
use askama::Template;

/// Of an enum or a set of flags.
#[derive(Template)]
#[template(path = "cpp/number.jinja", escape = "none")]
pub(super) struct Number {
    cname: String,
    /// Room for the text of any value.
    buffer: usize,
}

/// The names, or a number of 64 bits in any form, and a NUL.
const BESIDE_NAMES: usize = 32;

pub(super) fn enumeration(e: &Enum, prefix: &str) -> Number {
    let longest = e.values.iter().map(|v| v.name.len()).max().unwrap_or(0);
    Number { cname: format!("{prefix}{}", e.name), buffer: longest + BESIDE_NAMES }
}

pub(super) fn flags(f: &Flags, prefix: &str) -> Number {
    let all: usize = f.bits.iter().map(|b| b.name.len() + " | ".len()).sum();
    Number { cname: format!("{prefix}{}", f.name), buffer: all + BESIDE_NAMES }
}

/// Of a type that is a struct in C: a struct, a list or an optional.
#[derive(Template)]
#[template(path = "cpp/struct.jinja", escape = "none")]
pub(super) struct Struct {
    cname: String,
    has_defaults: bool,
    has_ranges: bool,
}

pub(super) fn structure(decl: &TypeDecl, prefix: &str) -> Struct {
    Struct {
        cname: format!("{prefix}{}", decl.name()),
        has_defaults: decl.has_defaults(),
        has_ranges: decl.has_ranges(),
    }
}

/// Of a union: those of a struct, and `visit`.
#[derive(Template)]
#[template(path = "cpp/union.jinja", escape = "none")]
pub(super) struct Tagged {
    cname: String,
    has_defaults: bool,
    has_ranges: bool,
    /// The function that looks at a tag once.
    look: String,
    variants: Vec<Held>,
}

/// What a variant holds.
struct Held {
    number: String,
    /// What a visitor is given.
    held: String,
}

pub(super) fn union(u: &Union, decl: &TypeDecl, prefix: &str) -> Tagged {
    let variant = |v: &Variant| Held {
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
    Tagged {
        cname: format!("{prefix}{}", u.name),
        has_defaults: decl.has_defaults(),
        has_ranges: decl.has_ranges(),
        look: format!("shm_look{}", u.tag.size() * 8),
        variants: u.variants.iter().map(variant).collect(),
    }
}
