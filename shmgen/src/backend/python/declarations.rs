//! Constants, enums and sets of flags in Python.

use super::spelling::{self, class_doc, value};
use crate::backend::notes::{self, Deprecation::Text};
use crate::backend::text::lines;
use crate::model::{self, TypeDecl};
use askama::Template;

#[derive(Template)]
#[template(path = "python/constant.jinja", escape = "none")]
pub(super) struct Constant<'a> {
    doc: String,
    name: &'a str,
    value: String,
}

pub(super) fn constant(c: &model::Constant) -> Constant<'_> {
    Constant {
        doc: lines(&notes::constant(c, Text), "#: "),
        name: &c.name,
        value: value(c.ty, c.value),
    }
}

#[derive(Template)]
#[template(path = "python/enum.jinja", escape = "none")]
pub(super) struct Enum<'a> {
    doc: String,
    name: &'a str,
    values: Vec<EnumValue<'a>>,
}

struct EnumValue<'a> {
    doc: String,
    name: &'a str,
    number: i128,
}

pub(super) fn enumeration<'a>(e: &'a model::Enum, decl: &TypeDecl) -> Enum<'a> {
    let value = |v: &'a model::EnumValue| EnumValue {
        doc: lines(&notes::value(v, Text), "    #: "),
        name: &v.name,
        number: v.number,
    };
    Enum {
        doc: class_doc(&notes::declared(decl, Text), "An enum of the schema."),
        name: &e.name,
        values: e.values.iter().map(value).collect(),
    }
}

#[derive(Template)]
#[template(path = "python/flags.jinja", escape = "none")]
pub(super) struct Flags<'a> {
    doc: String,
    name: &'a str,
    /// Its own name within it, for a type checker.
    hint: String,
    bits: Vec<Bit<'a>>,
}

struct Bit<'a> {
    doc: String,
    name: &'a str,
    /// The bit as a number: `0x4`.
    mask: String,
}

pub(super) fn flags<'a>(f: &'a model::Flags, decl: &TypeDecl) -> Flags<'a> {
    let bit = |b: &'a model::Bit| Bit {
        doc: lines(&notes::bit(b, Text), "    #: "),
        name: &b.name,
        mask: format!("{:#x}", 1u64 << b.bit),
    };
    Flags {
        doc: class_doc(&notes::declared(decl, Text), "A set of flags of the schema."),
        name: &f.name,
        hint: if f.bits.iter().any(|b| b.name == f.name) {
            spelling::own(&f.name)
        } else {
            f.name.clone()
        },
        bits: f.bits.iter().map(bit).collect(),
    }
}
