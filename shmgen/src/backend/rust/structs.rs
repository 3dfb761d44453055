//! Structs in Rust.

use super::ranges::{self, Bounds};
use super::spelling::{Import, deprecated, doc};
use super::{Context, Lints};
use crate::backend::notes::{self, Deprecation::Attribute};
use crate::backend::parts::{Member, Members};
use crate::backend::text::quoted;
use crate::model::{self, TypeDecl};
use askama::Template;

#[derive(Template)]
#[template(path = "rust/struct.jinja", escape = "none")]
pub(super) struct Struct<'a> {
    lints: Lints,
    doc: String,
    deprecated: String,
    attributes: String,
    name: &'a str,
    size: u64,
    align: u64,
    over_aligned: bool,
    extent: bool,
    /// Name, offset and size of the fields that it had.
    was: Vec<(&'a str, u64, u64)>,
    members: Members<'a, Field<'a>>,
    /// What is true of a value within its ranges, if it has some.
    within: Option<String>,
    uses: String,
    imports: Vec<Import<'a>>,
}

struct Field<'a> {
    doc: String,
    deprecated: String,
    name: &'a str,
    constant: String,
    ty: String,
    default: String,
    expr: String,
    unit: String,
    /// As a contract has it.
    range: String,
    bounds: Option<Bounds>,
    offset: u64,
    size: u64,
}

pub(super) fn structure<'a>(
    s: &'a model::Struct,
    decl: &TypeDecl,
    context: &Context<'a>,
) -> Struct<'a> {
    let within: Vec<String> = s
        .fields()
        .filter_map(|f| {
            let place = format!("self.{}", f.name);
            ranges::within(&f.name, &place, &f.ty, f.range, &context.with_ranges)
        })
        .collect();
    let (uses, imports) = context.names.uses(s.fields().map(|f| &f.ty));
    Struct {
        lints: context.lints,
        doc: doc(&notes::declared(decl, Attribute), ""),
        deprecated: deprecated(&s.meta, ""),
        attributes: context.attributes(&s.name),
        name: &s.name,
        size: s.size,
        align: s.align,
        over_aligned: s.over_aligned(),
        extent: s.extent,
        was: s
            .was()
            .flat_map(|was| was.names.iter().map(|name| (name.as_str(), was.offset, was.size)))
            .collect(),
        members: Members::of(s, |f| field(f, context)),
        within: s.has_ranges.then(|| within.join("\n            && ")),
        uses,
        imports,
    }
}

fn field<'a>(f: &'a model::Field, context: &Context<'_>) -> Field<'a> {
    Field {
        doc: doc(&notes::field(f, Attribute), "    "),
        deprecated: deprecated(&f.meta, "    "),
        name: &f.name,
        constant: f.name.to_uppercase(),
        ty: context.names.type_of(&f.ty),
        default: context.names.default_of(f),
        expr: f.ty.expr().to_string(),
        unit: quoted(&f.unit),
        range: f.range.map_or(String::new(), |range| range.to_string()),
        bounds: f.range.map(ranges::bounds),
        offset: f.offset,
        size: f.size,
    }
}
