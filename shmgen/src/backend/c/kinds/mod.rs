//! The functions that C has for objects: a room for each kind that has some, and
//! their registry.

mod cell;
mod queue;
mod state;
mod stream;

use super::Context;
use super::spelling::{c_name, comment};
use crate::backend::text::Page;
use crate::model::{self, Object};
use shm_runtime::ObjectLayout;
use shm_runtime::cell::layout::AnyCell;
use shm_runtime::queue::layout::AnyQueue;

/// The room of an object's kind, if there are functions for it.
pub(super) fn of(object: &Object) -> Option<&dyn Functions> {
    match &object.layout {
        ObjectLayout::Queue(AnyQueue::OneToOne(layout)) => Some(layout),
        ObjectLayout::Cell(AnyCell::One(layout)) => Some(layout),
        ObjectLayout::Cell(AnyCell::Array(layout, _)) => Some(layout),
        ObjectLayout::Stream(layout) => Some(layout),
        ObjectLayout::State(layout) => Some(layout),
        _ => None,
    }
}

/// What is asked of a kind.
pub(super) trait Functions {
    /// What the handle of a segment has of an object.
    fn held(&self) -> &'static [Held];

    /// Writes the functions of one.
    fn write(&self, page: &mut Page, object: Place<'_>);
}

/// A member of a segment's handle.
pub(super) struct Held {
    /// Its type.
    pub(super) ty: &'static str,
    /// Its name, behind that of the object.
    pub(super) suffix: &'static str,
    /// What gives it up.
    pub(super) release: &'static str,
}

/// An object as its functions have it.
pub(super) struct Place<'a> {
    doc: String,
    name: &'a str,
    /// What its functions begin with.
    cname: String,
    /// The handle of its segment.
    segment: &'a str,
    /// The struct that it passes or holds.
    item: String,
    /// What a pointer into the segment points to: the item, unless it wants more
    /// alignment than there is.
    slot: String,
    /// Its place among the objects of the segment.
    index: usize,
}

impl<'a> Place<'a> {
    fn new(o: &'a Object, index: usize, segment: &'a str, context: &Context) -> Self {
        let item = o.item.as_ref();
        let name = item.map(|item| c_name(&item.name, &context.prefix)).unwrap_or_default();
        let is_aligned = item.is_none_or(|item| item.align <= 8);
        Self {
            doc: comment(&o.doc, ""),
            name: &o.name,
            cname: format!("{segment}_{}", o.name),
            segment,
            slot: if is_aligned { name.clone() } else { "void".to_owned() },
            item: name,
            index,
        }
    }
}

/// Writes the functions of all objects of a segment.
pub(super) fn write(page: &mut Page, s: &model::Segment, context: &Context) {
    let segment = format!("{}{}", context.prefix, s.type_name);
    for (index, o) in s.objects.iter().enumerate() {
        if let Some(functions) = of(o) {
            functions.write(page, Place::new(o, index, &segment, context));
        }
    }
}
