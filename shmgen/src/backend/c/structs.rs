//! Structs in C.

use super::spelling::{comment, declaration, mark};
use super::statements::{add, equal};
use super::{Context, defaults, ranges};
use crate::backend::notes::{self, Deprecation::Text};
use crate::backend::parts::{Member, Members};
use crate::model::{self, TypeDecl};
use askama::Template;

#[derive(Template)]
#[template(path = "c/struct.jinja", escape = "none")]
pub(super) struct Struct<'a> {
    doc: String,
    /// The mark of what is deprecated, with a space before it.
    deprecated: String,
    name: &'a str,
    cname: String,
    size: u64,
    align: u64,
    over_aligned: bool,
    has_defaults: bool,
    has_ranges: bool,
    members: Members<'a, Field<'a>>,
    /// Where they lie.
    offsets: Vec<(&'a str, u64)>,
    /// Statements that return false if `value` is outside of its ranges.
    within: Option<String>,
}

struct Field<'a> {
    doc: String,
    name: &'a str,
    declaration: String,
    /// Statements that return false if the field differs in `a` and `b`.
    equal: String,
    /// Statements that write the field of `value`.
    add: String,
    /// Statements that put what is not zero in a new value into it.
    default: Option<String>,
    /// The constants of its range; none if there is no range.
    bounds: Vec<(&'static str, String)>,
}

pub(super) fn structure<'a>(
    s: &'a model::Struct,
    decl: &TypeDecl,
    context: &Context,
) -> Struct<'a> {
    let within = s
        .fields()
        .filter_map(|f| ranges::statements((&s.name, &f.name), &f.name, &f.ty, f.range, context));
    let within: Vec<String> = within.collect();
    let offset = |m: &'a model::Member| match m {
        model::Member::Field(f) => (f.name.as_str(), f.offset),
        model::Member::Gap(gap) => (gap.name.as_str(), gap.offset),
    };
    Struct {
        doc: comment(&notes::declared(decl, Text), ""),
        deprecated: mark(s.meta.deprecated.as_deref()),
        name: &s.name,
        cname: format!("{}{}", context.prefix, s.name),
        size: s.size,
        align: s.align,
        over_aligned: s.over_aligned(),
        has_defaults: s.has_defaults,
        has_ranges: s.has_ranges,
        members: Members::of(s, |f| field(f, context)),
        offsets: s.members.iter().map(offset).collect(),
        within: (!within.is_empty()).then(|| within.join("\n")),
    }
}

fn field<'a>(f: &'a model::Field, context: &Context) -> Field<'a> {
    let prefix = &context.prefix;
    Field {
        doc: comment(&notes::field(f, Text), "  "),
        name: &f.name,
        declaration: declaration(&f.ty, &f.name, prefix) + &mark(f.meta.deprecated.as_deref()),
        equal: equal(&f.name, &f.ty, prefix),
        add: add(&f.name, &f.ty, prefix),
        default: defaults::statements(f, context),
        bounds: ranges::bounds(f.range),
    }
}
