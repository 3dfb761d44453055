//! Constants, aliases, enums and sets of flags in Rust.

use super::spelling::{deprecated, doc, doc_before, hexadecimal, literal, value};
use super::{Context, Lints, zerocopy};
use crate::backend::notes::{self, Deprecation::Attribute};
use crate::model;
use askama::Template;
use shm_runtime::contract::{Primitive, TypeName};

#[derive(Template)]
#[template(path = "rust/constant.jinja", escape = "none")]
pub(super) struct Constant<'a> {
    lints: Lints,
    doc: String,
    deprecated: String,
    name: &'a str,
    ty: &'static str,
    value: String,
}

pub(super) fn constant<'a>(c: &'a model::Constant, context: &Context<'_>) -> Constant<'a> {
    Constant {
        lints: context.lints,
        doc: doc(&notes::constant(c, Attribute), ""),
        deprecated: deprecated(&c.meta, ""),
        name: &c.name,
        ty: if c.ty == Primitive::Bool { "bool" } else { c.ty.name() },
        value: value(c.ty, c.value),
    }
}

#[derive(Template)]
#[template(path = "rust/alias.jinja", escape = "none")]
pub(super) struct Alias<'a> {
    lints: Lints,
    doc: String,
    deprecated: String,
    name: &'a str,
    ty: String,
}

pub(super) fn alias<'a>(a: &'a model::Alias, context: &Context<'_>) -> Alias<'a> {
    Alias {
        lints: context.lints,
        doc: doc(&notes::alias(a, Attribute), ""),
        deprecated: deprecated(&a.meta, ""),
        name: &a.name,
        ty: context.names.type_of(&a.ty),
    }
}

#[derive(Template)]
#[template(path = "rust/enum.jinja", escape = "none")]
pub(super) struct Enum<'a> {
    lints: Lints,
    doc: String,
    deprecated: String,
    attributes: String,
    name: &'a str,
    repr: &'static str,
    values: Vec<EnumValue<'a>>,
    /// Every number of the representation has a name.
    exhaustive: bool,
}

struct EnumValue<'a> {
    doc: String,
    deprecated: String,
    name: &'a str,
    number: String,
}

pub(super) fn enumeration<'a>(e: &'a model::Enum, context: &Context<'_>) -> Enum<'a> {
    let value = |v: &'a model::EnumValue| EnumValue {
        doc: doc(&notes::value(v, Attribute), "    "),
        deprecated: deprecated(&v.meta, "    "),
        name: &v.name,
        number: literal(v.number),
    };
    Enum {
        lints: context.lints,
        doc: doc_before(&e.meta.doc, ""),
        deprecated: deprecated(&e.meta, ""),
        attributes: context.attributes(&e.name),
        name: &e.name,
        repr: e.repr.name(),
        values: e.values.iter().map(value).collect(),
        exhaustive: e.repr.size() == 1 && e.values.len() == 256,
    }
}

#[derive(Template)]
#[template(path = "rust/flags.jinja", escape = "none")]
pub(super) struct Flags<'a> {
    lints: Lints,
    doc: String,
    deprecated: String,
    attributes: String,
    name: &'a str,
    repr: &'static str,
    bits: Vec<Bit<'a>>,
    /// All bits that have a name.
    all: String,
}

struct Bit<'a> {
    doc: String,
    deprecated: String,
    name: &'a str,
    bit: u8,
}

pub(super) fn flags<'a>(f: &'a model::Flags, context: &Context<'_>) -> Flags<'a> {
    let bit = |b: &'a model::Bit| Bit {
        doc: doc(&notes::bit(b, Attribute), "    "),
        deprecated: deprecated(&b.meta, "    "),
        name: &b.name,
        bit: b.bit,
    };
    Flags {
        lints: context.lints,
        doc: doc_before(&f.meta.doc, ""),
        deprecated: deprecated(&f.meta, ""),
        attributes: context.attributes(&f.name),
        name: &f.name,
        repr: f.repr.name(),
        bits: f.bits.iter().map(bit).collect(),
        all: hexadecimal(f.bits.iter().fold(0u64, |all, b| all | 1 << b.bit)),
    }
}

impl Context<'_> {
    /// What the user wants on a type, in lines.
    pub(super) fn attributes(&self, name: &str) -> String {
        let wanted = &self.options.type_attributes;
        let all = [".", name].into_iter().filter_map(|of| wanted.get(of)).flatten();
        let mut out: String = all.map(|a| format!("{a}\n")).collect();
        if self.options.zerocopy {
            out.push_str(zerocopy::derive(!self.with_rooms.contains(&TypeName::own(name))));
        }
        out
    }
}
