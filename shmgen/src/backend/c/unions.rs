//! Unions in C: a struct with a few functions, and with members of its own where the
//! header is read as C++.

use super::spelling::{brackets, comment, ctype, declaration, literal, mark, parts};
use super::statements::{add, equal, indented};
use super::values::{Held, held};
use super::{Context, ranges};
use crate::backend::notes::{self, Deprecation::Text};
use crate::model::{self, Union};
use askama::Template;

#[derive(Template)]
#[template(path = "c/union.jinja", escape = "none")]
pub(super) struct Tagged<'a> {
    doc: String,
    name: &'a str,
    cname: String,
    tag: &'static str,
    /// The mark of what is deprecated, with a space before it.
    deprecated: String,
    /// The function that looks at a tag once.
    look: String,
    has_ranges: bool,
    head_gap: u64,
    tail_gap: u64,
    size: u64,
    align: u64,
    offset: u64,
    variants: Vec<Variant<'a>>,
}

struct Variant<'a> {
    doc: String,
    name: &'a str,
    /// What is said of it before its functions.
    title: String,
    constant: String,
    number: String,
    is_deprecated: bool,
    /// The mark of what is deprecated, with a space behind it.
    deprecated: String,
    /// The same with the space before it.
    mark: String,
    /// The constants of its range; none if there is no range.
    bounds: Vec<(&'static str, String)>,
    /// Statements that return false if `value` is outside of its ranges.
    within: Option<String>,
    held: Option<HeldVariant>,
}

struct HeldVariant {
    held: Held,
    declaration: String,
    /// The head of the function that gives it.
    getter: String,
    equal: String,
    add: String,
}

impl std::ops::Deref for HeldVariant {
    type Target = Held;
    fn deref(&self) -> &Held {
        &self.held
    }
}

/// What the constant for a variant's tag is called behind the union's name.
pub(super) fn tag_constant(variant: &str) -> String {
    variant.to_uppercase()
}

pub(super) fn union<'a>(u: &'a Union, context: &Context) -> Tagged<'a> {
    Tagged {
        doc: comment(&notes::union(u, Text), ""),
        deprecated: mark(u.meta.deprecated.as_deref()),
        has_ranges: u.has_ranges,
        name: &u.name,
        tag: ctype(u.tag),
        look: format!("shm_look{}", u.tag.size() * 8),
        head_gap: u.layout.offset - u.tag.size(),
        tail_gap: u.layout.size - u.layout.offset - u.payload,
        size: u.layout.size,
        align: u.layout.align,
        offset: u.layout.offset,
        variants: u.variants.iter().map(|v| variant(v, u, context)).collect(),
        cname: format!("{}{}", context.prefix, u.name),
    }
}

fn variant<'a>(v: &'a model::Variant, u: &Union, context: &Context) -> Variant<'a> {
    let prefix = context.prefix.as_str();
    let cname = format!("{prefix}{}", u.name);
    let name = &v.name;
    let doc = notes::variant(v, Text);
    let why = v.meta.deprecated.as_deref();
    let held = v.ty.as_ref().map(|ty| {
        let held = held(ty, prefix);
        let (element, dims) = parts(ty, prefix);
        let function = format!("{cname}_get_{name}(const {cname} *value)");
        HeldVariant {
            declaration: declaration(ty, name, prefix),
            getter: match dims.split_first() {
                Some((_, rows)) if !rows.is_empty() => {
                    format!("const {element} (*{function}){}", brackets(rows))
                }
                _ => format!("const {element} *{function}"),
            },
            equal: indented(&equal(&format!("as.{name}"), ty, prefix), 2),
            add: indented(&add(&format!("as.{name}"), ty, prefix), 2),
            held,
        }
    });
    let holds = match &v.ty {
        Some(ty) => format!("The variant {name}: {}.", ty.expr()),
        None => format!("The variant {name}, which holds nothing."),
    };
    let title = match &v.ty {
        // What is documented of a value stands beside it.
        None if !doc.is_empty() => comment(&format!("{holds}\n\n{doc}"), ""),
        _ => comment(&holds, ""),
    };
    Variant {
        doc: comment(&doc, "    "),
        title,
        is_deprecated: why.is_some(),
        deprecated: why.map_or(String::new(), |_| mark(why).trim_start().to_owned() + " "),
        mark: mark(why),
        bounds: ranges::bounds(v.range),
        within: v.ty.as_ref().and_then(|ty| {
            let names = (u.name.as_str(), name.as_str());
            let all = ranges::statements(names, &format!("as.{name}"), ty, v.range, context)?;
            Some(indented(&all, 2))
        }),
        constant: format!("{cname}_{}", tag_constant(name)),
        number: literal(u.tag, i128::from(v.number)),
        name,
        held,
    }
}
