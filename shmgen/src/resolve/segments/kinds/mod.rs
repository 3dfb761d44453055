//! What comes of objects: a room for each kind, and their registry.

mod cell;
mod counters;
mod event;
mod queue;
mod raw;
mod ring;
mod state;
mod stream;
mod topic;

use super::Resolver;
use super::objects;
use crate::diagnostics::{Code, Span, Spanned};
use crate::model::Item;
use crate::syntax::{self, Body, TypeText};
use shm_runtime::contract::ObjectKind;

/// The room of an object's kind.
pub(crate) fn of(body: &Body) -> &dyn Kind {
    match body {
        Body::Queue(queue) => queue,
        Body::Ring(ring) => ring,
        Body::Stream(stream) => stream,
        Body::Topic(topic) => topic,
        Body::Cell(cell) => cell,
        Body::State(state) => state,
        Body::Event(event) => event,
        Body::Counters(counters) => counters,
        Body::Raw(raw) => raw,
    }
}

/// What is asked of a kind.
pub(crate) trait Kind {
    /// What the contract says of the object. What is wrong is reported.
    fn resolve(&self, r: &mut Resolver<'_, '_>, object: &syntax::Object) -> Option<Checked>;

    /// What makes the object as large as it is, for a message that it is too large.
    fn size(&self, object: &syntax::Object, checked: &Checked) -> Size;

    /// What its functions in C are called, behind the names of its segment and
    /// its own. Those that later versions will have are among them.
    fn functions(&self) -> &'static [&'static str];

    /// What this version cannot use yet, and what of the object says that it is
    /// that; `None` if all of it works.
    fn missing(&self, _: &syntax::Object) -> Option<(Span, &'static str)> {
        None
    }
}

/// The functions of a kind that passes messages from a producer to a consumer.
const PUSH_AND_POP: &[&str] = &[
    "_try_push",
    "_push",
    "_push_timeout",
    "_push_n",
    "_reserve",
    "_commit",
    "_abort",
    "_try_pop",
    "_pop",
    "_pop_timeout",
    "_pop_n",
    "_peek",
    "_release",
    "_redelivered",
    "_producer",
    "_consumer",
    "_claimed_producer",
    "_claimed_consumer",
];

/// An object that is right as far as it can be determined without its size.
pub(crate) struct Checked {
    pub(super) kind: ObjectKind,
    pub(super) item: Option<Item>,
}

/// What makes an object large.
pub(crate) struct Size {
    pub(super) code: Code,
    pub(super) span: Span,
    /// `8 items of 16 bytes`
    pub(super) what: String,
    /// What makes it smaller, with `, or ` behind it.
    pub(super) less: &'static str,
}

impl Size {
    /// Of items of a struct, of which a schema says how many.
    fn of_items(capacity: &Spanned<i128>, checked: &Checked, lanes: Option<u32>) -> Self {
        let (n, item) = (capacity.value, checked.item_size());
        Self {
            code: Code::E064,
            span: capacity.span.clone(),
            what: format!("{n} items of {item} bytes{}", objects::in_lanes(lanes)),
            less: "choose a smaller capacity, or ",
        }
    }

    /// Of bytes, of which a schema says how many.
    fn of_bytes(bytes: &Spanned<i128>, lanes: Option<u32>) -> Self {
        Self {
            code: Code::E091,
            span: bytes.span.clone(),
            what: format!("{} bytes{}", bytes.value, objects::in_lanes(lanes)),
            less: "choose fewer, or ",
        }
    }

    /// Of a struct, of which there are several.
    fn of_struct(ty: &TypeText, what: String) -> Self {
        let (code, span) = (Code::E036, ty.span.clone());
        Self { code, span, what, less: "choose a smaller struct, or " }
    }

    /// Of an object whose keys do not say it.
    fn of_all(object: &syntax::Object) -> Self {
        let what = format!("the {}", object.kind.value);
        Self { code: Code::E036, span: object.name.span.clone(), what, less: "" }
    }
}

impl Checked {
    /// Bytes of the struct that it passes or holds.
    fn item_size(&self) -> u64 {
        self.item.as_ref().map_or(0, |item| item.size)
    }
}

/// What is said of a kind that this version cannot use.
#[allow(clippy::unnecessary_wraps)] // as `Kind::missing` has it
fn all_of(object: &syntax::Object, what: &'static str) -> Option<(Span, &'static str)> {
    Some((object.kind.span.clone(), what))
}
