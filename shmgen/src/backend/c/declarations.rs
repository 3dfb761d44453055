//! Constants, aliases, enums and sets of flags in C.

use super::Context;
use super::spelling::{self, comment, ctype, declaration, literal, mark, string, zero};
use crate::backend::notes::{self, Deprecation::Text};
use crate::model::{self, TypeDecl};
use askama::Template;

#[derive(Template)]
#[template(path = "c/constant.jinja", escape = "none")]
pub(super) struct Constant {
    doc: String,
    cname: String,
    value: String,
    deprecated: Option<Deprecated>,
}

/// A constant that warns when it is used.
struct Deprecated {
    /// A C string.
    why: String,
    ctype: &'static str,
    /// The zero that is subtracted.
    zero: String,
}

pub(super) fn constant(c: &model::Constant, context: &Context) -> Constant {
    let cname = format!("{}{}", context.prefix, c.name);
    Constant {
        doc: comment(&notes::constant(c, Text), ""),
        value: spelling::constant(c.ty, c.value),
        deprecated: c.meta.deprecated.as_deref().map(|why| Deprecated {
            why: string(why),
            ctype: ctype(c.ty),
            zero: zero(c.ty, &format!("{cname}_deprecated")),
        }),
        cname,
    }
}

#[derive(Template)]
#[template(path = "c/alias.jinja", escape = "none")]
pub(super) struct Alias {
    doc: String,
    declaration: String,
}

pub(super) fn alias(a: &model::Alias, context: &Context) -> Alias {
    let cname = format!("{}{}", context.prefix, a.name);
    Alias {
        doc: comment(&notes::alias(a, Text), ""),
        declaration: declaration(&a.ty, &cname, &context.prefix)
            + &mark(a.meta.deprecated.as_deref()),
    }
}

#[derive(Template)]
#[template(path = "c/enum.jinja", escape = "none")]
pub(super) struct Enum<'a> {
    doc: String,
    /// The mark of what is deprecated, with a space before it.
    deprecated: String,
    cname: String,
    repr: &'static str,
    /// The function that writes a number of it.
    add: &'static str,
    values: Vec<Named<'a>>,
}

#[derive(Template)]
#[template(path = "c/flags.jinja", escape = "none")]
pub(super) struct Flags<'a> {
    doc: String,
    /// The mark of what is deprecated, with a space before it.
    deprecated: String,
    cname: String,
    repr: &'static str,
    values: Vec<Named<'a>>,
}

/// A value of an enum, or a flag.
struct Named<'a> {
    doc: String,
    /// The same within the braces of C++.
    doc_within: String,
    is_deprecated: bool,
    /// The mark of what is deprecated, with a space before it.
    deprecated: String,
    name: &'a str,
    number: String,
}

fn named<'a>(name: &'a str, number: String, doc: &str, meta: &model::Meta) -> Named<'a> {
    Named {
        doc: comment(doc, ""),
        doc_within: comment(doc, "  "),
        is_deprecated: meta.deprecated.is_some(),
        deprecated: mark(meta.deprecated.as_deref()),
        name,
        number,
    }
}

pub(super) fn enumeration<'a>(e: &'a model::Enum, decl: &TypeDecl, context: &Context) -> Enum<'a> {
    let value = |v: &'a model::EnumValue| {
        named(&v.name, literal(e.repr, v.number), &notes::value(v, Text), &v.meta)
    };
    Enum {
        doc: comment(&notes::declared(decl, Text), ""),
        deprecated: mark(e.meta.deprecated.as_deref()),
        cname: format!("{}{}", context.prefix, e.name),
        repr: ctype(e.repr),
        add: if e.repr.is_signed() { "shm_add_signed" } else { "shm_add_number" },
        values: e.values.iter().map(value).collect(),
    }
}

pub(super) fn flags<'a>(f: &'a model::Flags, decl: &TypeDecl, context: &Context) -> Flags<'a> {
    let bit = |b: &'a model::Bit| {
        let number = format!("UINT{}_C({:#x})", f.repr.size() * 8, 1u64 << b.bit);
        named(&b.name, number, &notes::bit(b, Text), &b.meta)
    };
    Flags {
        doc: comment(&notes::declared(decl, Text), ""),
        deprecated: mark(f.meta.deprecated.as_deref()),
        cname: format!("{}{}", context.prefix, f.name),
        repr: ctype(f.repr),
        values: f.bits.iter().map(bit).collect(),
    }
}
