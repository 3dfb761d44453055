//! Lists, optionals and unions in C: structs with a few functions each, and with
//! members of their own where the header is read as C++.

use super::ranges;
use super::spelling::{brackets, comment, ctype, declaration, literal, mark, parts};
use super::statements::{add, equal, indented};
use crate::backend::notes::{self, Deprecation::Text};
use crate::backend::text::render;
use crate::model::{Element, Type, Union, Wrapped};
use askama::Template;
use shm_runtime::contract::TypeName;
use std::collections::BTreeSet;

#[derive(Template)]
#[template(path = "c/list.h", escape = "none")]
struct List {
    expr: String,
    cname: String,
    room: u64,
    head_gap: u64,
    tail_gap: u64,
    size: u64,
    align: u64,
    offset: u64,
    /// The declaration of all items.
    items: String,
    item: Held,
    equal: String,
    add: String,
}

#[derive(Template)]
#[template(path = "c/optional.h", escape = "none")]
struct Optional {
    expr: String,
    cname: String,
    head_gap: u64,
    size: u64,
    align: u64,
    offset: u64,
    /// The declaration of the value.
    value: String,
    item: Held,
    equal: String,
    add: String,
}

#[derive(Template)]
#[template(path = "c/union.h", escape = "none")]
struct Tagged {
    doc: String,
    name: String,
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
    variants: Vec<Variant>,
}

struct Variant {
    doc: String,
    name: String,
    /// What is said of it before its functions.
    title: String,
    constant: String,
    number: String,
    /// The mark of what is deprecated, with a space behind it.
    deprecated: String,
    /// The same with the space before it.
    mark: String,
    /// The constants of its range; none if there is no range.
    bounds: Vec<(&'static str, String)>,
    /// Statements that return false if `value` is outside of its ranges.
    within: String,
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

/// A type that functions take and give.
struct Held {
    /// What a pointer to it points to in C: the first element of an array.
    element: String,
    is_array: bool,
    /// A `str[N]`: functions take text with a NUL behind it.
    is_text: bool,
    /// In C++: `float value_type[2][3]`
    typedef: String,
    /// In C++: `const float (&held)[2][3]`
    reference: String,
    /// In C++: `float (*)[2][3]`
    pointer: String,
    /// What is to be said of a pointer that is taken.
    note: String,
    /// What is to be said of a pointer to where it is copied.
    room: String,
    /// What is to be said of a pointer that is given.
    got: String,
}

fn held(ty: &Type, prefix: &str) -> Held {
    let (element, dims) = parts(ty, prefix);
    let is_array = !dims.is_empty();
    let text = match ty.element {
        Element::Str(n) if ty.dims.is_empty() => Some(n),
        _ => None,
    };
    let array = brackets(&dims);
    let around = |sign: &str| match is_array {
        true => format!("({sign}){array}"),
        false => sign.to_owned(),
    };
    let count: u64 = dims.iter().product();
    let note =
        if is_array { format!(", of which `held` is the first of {count}") } else { String::new() };
    Held {
        is_array,
        is_text: text.is_some(),
        typedef: declaration(ty, "value_type", prefix),
        reference: format!("const {element} {}", around("&held")),
        pointer: format!("{element} {}", around("*")),
        room: match text {
            Some(n) => format!(" and a NUL behind it: `held` has room for {} bytes", n + 1),
            None => note.clone(),
        },
        got: match text {
            Some(n) => format!(", {n} bytes, without a NUL if it takes all of them"),
            None => String::new(),
        },
        note,
        element,
    }
}

/// A list or an optional.
pub(super) fn wrapped(w: &Wrapped, prefix: &str) -> String {
    let expr = w.expr().to_string();
    let cname = format!("{prefix}{}", w.name);
    let item = held(&w.inner, prefix);
    let head_gap = w.head_gap();
    let (size, align, offset) = (w.layout.size, w.layout.align, w.layout.offset);
    match w.room {
        Some(room) => render(&List {
            items: declaration(&w.inner, &format!("items[{room}]"), prefix),
            equal: indented(&equal("items[i]", &w.inner, prefix), 2),
            add: indented(&add("items[i]", &w.inner, prefix), 2),
            expr,
            cname,
            room,
            head_gap,
            tail_gap: w.tail_gap(),
            size,
            align,
            offset,
            item,
        }),
        None => render(&Optional {
            value: declaration(&w.inner, "value", prefix),
            equal: indented(&equal("value", &w.inner, prefix), 2),
            add: indented(&add("value", &w.inner, prefix), 2),
            expr,
            cname,
            head_gap,
            size,
            align,
            offset,
            item,
        }),
    }
}

/// What the constant for a variant's tag is called behind the union's name.
pub(super) fn tag_constant(variant: &str) -> String {
    variant.to_uppercase()
}

pub(super) fn union(u: &Union, with_ranges: &BTreeSet<TypeName>, prefix: &str) -> String {
    let cname = format!("{prefix}{}", u.name);
    let variants = u.variants.iter().map(|v| variant(v, u, with_ranges, prefix)).collect();
    render(&Tagged {
        doc: comment(&notes::union(u, Text), ""),
        deprecated: mark(u.meta.deprecated.as_deref()),
        has_ranges: u.has_ranges,
        name: u.name.clone(),
        tag: ctype(u.tag),
        look: format!("shm_look{}", u.tag.size() * 8),
        head_gap: u.layout.offset - u.tag.size(),
        tail_gap: u.layout.size - u.layout.offset - u.payload,
        size: u.layout.size,
        align: u.layout.align,
        offset: u.layout.offset,
        variants,
        cname,
    })
}

fn variant(
    v: &crate::model::Variant,
    u: &Union,
    with_ranges: &BTreeSet<TypeName>,
    prefix: &str,
) -> Variant {
    let cname = format!("{prefix}{}", u.name);
    let name = &v.name;
    let doc = notes::variant(v, Text);
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
        deprecated: v
            .meta
            .deprecated
            .as_deref()
            .map_or(String::new(), |why| mark(Some(why)).trim_start().to_owned() + " "),
        mark: mark(v.meta.deprecated.as_deref()),
        bounds: ranges::bounds(v.range),
        within: v.ty.as_ref().map_or(String::new(), |ty| {
            let place = format!("as.{name}");
            let names = (u.name.as_str(), name.as_str());
            indented(&ranges::statements(names, &place, ty, v.range, with_ranges, prefix), 2)
        }),
        constant: format!("{cname}_{}", tag_constant(name)),
        number: literal(u.tag, i128::from(v.number)),
        name: name.clone(),
        held,
    }
}
