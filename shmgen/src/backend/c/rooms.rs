//! Lists and optionals in C: structs with a few functions each, and with members of
//! their own where the header is read as C++.

use super::Context;
use super::spelling::declaration;
use super::statements::{add, equal, indented};
use super::values::{Held, held};
use crate::model::{Bounded, Wrapped};
use askama::Template;

#[derive(Template)]
#[template(path = "c/list.jinja", escape = "none")]
pub(super) struct List {
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

pub(super) fn list(w: &Wrapped, room: u64, context: &Context) -> List {
    let prefix = &context.prefix;
    List {
        expr: w.expr().to_string(),
        cname: format!("{prefix}{}", w.name),
        room,
        head_gap: w.head_gap(),
        tail_gap: w.tail_gap(),
        size: w.layout.size,
        align: w.layout.align,
        offset: w.layout.offset,
        items: declaration(&w.inner, &format!("items[{room}]"), prefix),
        item: held(&w.inner, prefix),
        equal: indented(&equal("items[i]", &w.inner, prefix), 2),
        add: indented(&add("items[i]", &w.inner, prefix), 2),
    }
}

/// A `str[<=N]` or a `bytes[<=N]`.
#[derive(Template)]
#[template(path = "c/bounded.jinja", escape = "none")]
pub(super) struct BoundedRoom {
    expr: String,
    cname: String,
    is_text: bool,
    room: u64,
    tail_gap: u64,
    size: u64,
    /// What an item is.
    element: String,
}

pub(super) fn bounded(w: &Wrapped, bounded: Bounded, context: &Context) -> BoundedRoom {
    let prefix = &context.prefix;
    BoundedRoom {
        expr: w.expr().to_string(),
        cname: format!("{prefix}{}", w.name),
        is_text: bounded.is_text,
        room: bounded.room,
        tail_gap: w.tail_gap(),
        size: w.layout.size,
        element: held(&w.inner, prefix).element,
    }
}

#[derive(Template)]
#[template(path = "c/optional.jinja", escape = "none")]
pub(super) struct Optional {
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

pub(super) fn optional(w: &Wrapped, context: &Context) -> Optional {
    let prefix = &context.prefix;
    Optional {
        expr: w.expr().to_string(),
        cname: format!("{prefix}{}", w.name),
        head_gap: w.head_gap(),
        size: w.layout.size,
        align: w.layout.align,
        offset: w.layout.offset,
        value: declaration(&w.inner, "value", prefix),
        item: held(&w.inner, prefix),
        equal: indented(&equal("value", &w.inner, prefix), 2),
        add: indented(&add("value", &w.inner, prefix), 2),
    }
}
