//! Unions in Rust: a struct of tag and storage, and the enum with data that it
//! is read as.

use super::ranges::{self, Bounds};
use super::spelling::{Import, deprecated, doc, doc_before, literal};
use super::{Context, Lints};
use crate::backend::notes::{self, Deprecation::Attribute};
use crate::model;
use askama::Template;

#[derive(Template)]
#[template(path = "rust/union.jinja", escape = "none")]
pub(super) struct Union<'a> {
    lints: Lints,
    doc: String,
    deprecated: String,
    attributes: String,
    name: &'a str,
    tag: &'static str,
    size: u64,
    align: u64,
    over_aligned: bool,
    has_ranges: bool,
    head_gap: u64,
    offset: u64,
    /// An array of numbers: `[u64; 3]`.
    storage: String,
    storage_zero: String,
    tail_gap: u64,
    variants: Vec<Variant<'a>>,
    uses: String,
    imports: Vec<Import<'a>>,
}

struct Variant<'a> {
    doc: String,
    deprecated: String,
    /// As in the schema.
    name: &'a str,
    /// Of the enum with data.
    type_name: &'a str,
    /// Of the tag.
    constant: String,
    number: String,
    ty: Option<String>,
    expr: String,
    /// As a contract has it.
    range: String,
    bounds: Option<Bounds>,
    /// What is true of `value_` within its ranges, if it has some.
    within: Option<String>,
}

pub(super) fn union<'a>(u: &'a model::Union, context: &Context<'a>) -> Union<'a> {
    let (word, bytes) = match u.payload_align {
        1 => ("u8", 1),
        2 => ("u16", 2),
        4 => ("u32", 4),
        _ => ("u64", 8),
    };
    let words = u.payload / bytes;
    let (uses, imports) = context.names.uses(u.variants.iter().filter_map(|v| v.ty.as_ref()));
    Union {
        lints: context.lints,
        doc: doc_before(&notes::union(u, Attribute), ""),
        deprecated: deprecated(&u.meta, ""),
        attributes: context.attributes(&u.name),
        name: &u.name,
        tag: u.tag.name(),
        size: u.layout.size,
        align: u.layout.align,
        over_aligned: u.layout.align > u.tag.size().max(bytes),
        has_ranges: u.has_ranges,
        head_gap: u.layout.offset - u.tag.size(),
        offset: u.layout.offset,
        storage: format!("[{word}; {words}]"),
        storage_zero: format!("[0; {words}]"),
        tail_gap: u.layout.size - u.layout.offset - u.payload,
        variants: u.variants.iter().map(|v| variant(v, context)).collect(),
        uses,
        imports,
    }
}

fn variant<'a>(v: &'a model::Variant, context: &Context<'_>) -> Variant<'a> {
    let ty = v.ty.as_ref();
    Variant {
        doc: doc(&notes::variant(v, Attribute), "    "),
        deprecated: deprecated(&v.meta, "    "),
        name: &v.name,
        type_name: &v.type_name,
        constant: v.name.to_uppercase(),
        number: literal(i128::from(v.number)),
        ty: ty.map(|ty| context.names.type_of(ty)),
        expr: ty.map_or(String::new(), |ty| ty.expr().to_string()),
        range: v.range.map_or(String::new(), |range| range.to_string()),
        bounds: v.range.map(ranges::bounds),
        within: ty
            .and_then(|ty| ranges::within(&v.name, "value_", ty, v.range, &context.with_ranges)),
    }
}
