//! The objects of a segment: what each kind may ask for, and the record that
//! the contract has of it.

use super::Resolver;
use crate::diagnostics::{Code, Span, Spanned, nearest};
use crate::model::{Element, Item, Struct, TypeDecl};
use crate::resolve::names;
use crate::resolve::words::Role;
use crate::syntax::{self, Body, TypeText};
use shm_runtime::contract::{
    CounterDef, Flow, ObjectKind, Primitive, QueueDef, RawDef, RingDef, Side, StreamDef, TopicDef,
    TypeExpr, TypeName,
};
use shm_runtime::{lanes::layout as lanes, raw::layout as raw, ring::layout as ring};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Who can make the limit of a segment larger.
const RAISE: &str = "let a build.rs ask for more, with Builder::segment_limit";

/// An object that is right as far as it can be told without its size.
pub(super) struct Checked {
    pub(super) kind: ObjectKind,
    pub(super) item: Option<Item>,
}

impl Resolver<'_, '_> {
    /// What the contract says of an object. What is wrong is reported.
    pub(super) fn object(&mut self, object: &syntax::Object) -> Option<Checked> {
        match &object.body {
            Body::Queue { item, capacity, .. } => {
                let (found, capacity) = (self.item(item, object), self.capacity(capacity));
                let flow = self.flow(&object.body);
                let ((item, ty), capacity) = (found?, capacity?);
                let kind = ObjectKind::Queue(QueueDef { item: ty, capacity, flow: flow? });
                Some(Checked { kind, item: Some(item) })
            }
            Body::Ring { bytes, producers, consumers, lanes } => {
                let bytes = self.ring_bytes(bytes);
                self.one_side("a ring", "consumers", consumers.as_ref());
                let lanes = if is_many(producers.as_ref()) {
                    Some(self.lanes(lanes.as_ref())?)
                } else {
                    self.no_lanes(lanes.as_ref(), "producers = \"many\"");
                    None
                };
                let kind = ObjectKind::Ring(RingDef { bytes: bytes?, lanes });
                Some(Checked { kind, item: None })
            }
            Body::Stream { bytes, producers, consumers } => {
                self.one_side("a stream", "producers", producers.as_ref());
                self.one_side("a stream", "consumers", consumers.as_ref());
                let bytes = self.bytes(bytes, "a stream has at least one byte")?;
                Some(Checked { kind: ObjectKind::Stream(StreamDef { bytes }), item: None })
            }
            Body::Topic { item, capacity } => {
                let (found, capacity) = (self.item(item, object), self.capacity(capacity));
                let ((item, ty), capacity) = (found?, capacity?);
                let kind = ObjectKind::Topic(TopicDef { item: ty, capacity });
                Some(Checked { kind, item: Some(item) })
            }
            Body::Cell { ty } => {
                let (item, ty) = self.item(ty, object)?;
                Some(Checked { kind: ObjectKind::Cell(ty), item: Some(item) })
            }
            Body::State { ty } => {
                let (item, ty) = self.item(ty, object)?;
                Some(Checked { kind: ObjectKind::State(ty), item: Some(item) })
            }
            Body::Event => Some(Checked { kind: ObjectKind::Event, item: None }),
            Body::Counters { ty, counters } => {
                let counters = self.counters(object, ty.as_ref(), counters)?;
                Some(Checked { kind: ObjectKind::Counters(counters), item: None })
            }
            Body::Raw { bytes, align } => {
                let bytes = self.bytes(bytes, "raw bytes are at least one");
                let align = self.raw_align(align.as_ref());
                let kind = ObjectKind::Raw(RawDef { bytes: bytes?, align: align? });
                Some(Checked { kind, item: None })
            }
        }
    }

    /// That an object is larger than the limit, where it says how large it is.
    pub(super) fn too_large(&mut self, object: &syntax::Object, checked: &Checked) {
        let limit = self.limits.segment;
        let item = checked.item.as_ref().map_or(0, |item| item.size);
        let lanes = match &checked.kind {
            ObjectKind::Queue(QueueDef { flow: Flow::Lanes(n), .. })
            | ObjectKind::Ring(RingDef { lanes: Some(n), .. }) => {
                format!(" in each of {n} lanes")
            }
            _ => String::new(),
        };
        let (code, span, what, less) = match &object.body {
            Body::Queue { capacity, .. } | Body::Topic { capacity, .. } => {
                let what = format!("{} items of {item} bytes{lanes}", capacity.value);
                (Code::E064, &capacity.span, what, "choose a smaller capacity, or ")
            }
            Body::Ring { bytes, .. } | Body::Stream { bytes, .. } | Body::Raw { bytes, .. } => {
                let what = format!("{} bytes{lanes}", bytes.value);
                (Code::E091, &bytes.span, what, "choose fewer, or ")
            }
            Body::Cell { ty } => {
                let what = format!("8 versions of {item} bytes");
                (Code::E036, &ty.span, what, "choose a smaller struct, or ")
            }
            Body::State { ty } => {
                let what = format!("2 copies of {item} bytes");
                (Code::E036, &ty.span, what, "choose a smaller struct, or ")
            }
            Body::Event | Body::Counters { .. } => {
                let what = format!("the {}", object.kind.value);
                (Code::E036, &object.name.span, what, "")
            }
        };
        let message = format!("{what} are more than {limit} bytes");
        self.diagnostics
            .error(code, &self.source, span.clone(), message)
            .help(format!("{less}{RAISE}"));
    }

    /// The struct that an object passes or holds.
    fn item(&mut self, text: &TypeText, object: &syntax::Object) -> Option<(Item, TypeExpr)> {
        let found = self.names.find(text, self.diagnostics)?;
        let name = match found.ty.element {
            Element::Struct(name) if found.ty.dims.is_empty() => name,
            _ => {
                let what = match &object.body {
                    Body::Queue { .. } => "the items of a queue are structs",
                    Body::Topic { .. } => "the items of a topic are structs",
                    Body::State { .. } => "what a state holds is a struct",
                    _ => "what a cell holds is a struct",
                };
                self.diagnostics
                    .error(Code::E065, &self.source, text.span.clone(), what)
                    .help("wrap it: a struct with one field has the same size");
                return None;
            }
        };
        // Without a layout, the struct was reported.
        let Struct { size, align, .. } = *self.declared(&name)?;
        let ty = TypeExpr::Named(name.clone());
        Some((Item { name, size, align }, ty))
    }

    fn declared(&self, name: &TypeName) -> Option<&Struct> {
        self.model.home_of(name)?.types.iter().find_map(|t| match t {
            TypeDecl::Struct(s) if s.name == name.name => Some(s),
            _ => None,
        })
    }

    fn capacity(&mut self, capacity: &Spanned<i128>) -> Option<u64> {
        let found = u64::try_from(capacity.value).ok().filter(|c| *c > 0);
        if found.is_none() {
            let message = format!("{} cannot be a capacity", capacity.value);
            self.error(Code::E064, capacity, message).help("it is at least 1");
        }
        found
    }

    /// From how many to how many a queue goes.
    fn flow(&mut self, body: &Body) -> Option<Flow> {
        let Body::Queue { producers, consumers, order, lanes, redeliver, .. } = body else {
            return None;
        };
        let (producers, consumers) = (is_many(producers.as_ref()), is_many(consumers.as_ref()));
        let many_to_one = producers && !consumers;
        if let Some(order) = order.as_ref().filter(|_| !many_to_one) {
            let why = if producers {
                "with many consumers there is one order for all anyway"
            } else {
                "one producer has one order anyway"
            };
            self.error(Code::E069, order, "`order` is for many producers and one consumer")
                .label(why)
                .help("leave it out");
        }
        let in_lanes = many_to_one && order.is_none();
        if !in_lanes {
            let needs = "producers = \"many\", one consumer, and no `order`";
            self.no_lanes(lanes.as_ref(), needs);
        }
        let is_owned = consumers || producers && !in_lanes;
        if let Some(redeliver) = redeliver.as_ref().filter(|_| !is_owned) {
            self.error(
                Code::E069,
                redeliver,
                "`redeliver` is for many consumers, or for order = \"total\"",
            )
            .help("leave it out: here what a dead consumer may have seen always comes again");
        }
        if in_lanes {
            return Some(Flow::Lanes(self.lanes(lanes.as_ref())?));
        }
        if !is_owned {
            return Some(Flow::OneToOne);
        }
        let side = |many| if many { Side::Many } else { Side::One };
        Some(Flow::Owned {
            producers: side(producers),
            consumers: side(consumers),
            redeliver: redeliver.as_ref().is_none_or(|r| r.value),
        })
    }

    /// How many lanes there are, of an object that has some.
    fn lanes(&mut self, asked: Option<&Spanned<i128>>) -> Option<u32> {
        let Some(asked) = asked else { return Some(lanes::DEFAULT) };
        let found = u32::try_from(asked.value).ok().filter(|n| (1..=lanes::MAX).contains(n));
        if found.is_none() {
            let message = format!("{} is not a number of lanes", asked.value);
            self.error(Code::E092, asked, message).help(format!(
                "it is from 1 to {}: so many producers at once; each lane takes as much as a \
                 queue or ring of its own",
                lanes::MAX
            ));
        }
        found
    }

    /// Reports lanes where there are none.
    fn no_lanes(&mut self, asked: Option<&Spanned<i128>>, needs: &str) {
        if let Some(asked) = asked {
            self.error(Code::E069, asked, "there are no lanes here")
                .label(format!("lanes go with {needs}"))
                .help("leave it out");
        }
    }

    /// Reports a side that is many where there can be one only.
    fn one_side(&mut self, what: &str, key: &str, side: Option<&Spanned<Side>>) {
        if let Some(side) = side.filter(|side| side.value == Side::Many) {
            let one = key.trim_end_matches('s');
            let error = self.error(Code::E093, side, format!("{what} has one {one}"));
            match (what, key) {
                ("a ring", _) => error.help("for many consumers, take a queue"),
                (_, "producers") => error.help("for many producers, take a ring"),
                _ => error.help("for many consumers, take a queue or a topic"),
            };
        }
    }

    fn bytes(&mut self, bytes: &Spanned<i128>, what: &str) -> Option<u64> {
        let found = u64::try_from(bytes.value).ok().filter(|n| *n > 0);
        if found.is_none() {
            let message = format!("{} is not a number of bytes", bytes.value);
            self.error(Code::E091, bytes, message).help(what);
        }
        found
    }

    fn ring_bytes(&mut self, bytes: &Spanned<i128>) -> Option<u64> {
        let least = i128::from(ring::BYTES_MIN);
        if bytes.value < least {
            let message = format!("a ring of {} bytes holds no message", bytes.value);
            self.error(Code::E091, bytes, message).help(format!(
                "it has at least {least}: the longest message has half of its bytes, less 8"
            ));
            return None;
        }
        if bytes.value % 8 != 0 {
            let next = (bytes.value + 7) / 8 * 8;
            let message = format!("{} is no multiple of 8", bytes.value);
            self.error(Code::E091, bytes, message)
                .label("messages in a ring begin at multiples of 8")
                .help(format!("write bytes = {next}"));
            return None;
        }
        u64::try_from(bytes.value).ok()
    }

    fn raw_align(&mut self, asked: Option<&Spanned<i128>>) -> Option<u64> {
        let Some(asked) = asked else { return Some(raw::ALIGN_MIN) };
        let found =
            u64::try_from(asked.value).ok().filter(|a| a.is_power_of_two() && *a <= raw::ALIGN_MAX);
        if found.is_none() {
            let message = format!("{} is no alignment", asked.value);
            self.error(Code::E045, asked, message)
                .help("an alignment is a power of two from 1 to 4096");
        }
        // Every object has the least one anyway.
        found.map(|align| align.max(raw::ALIGN_MIN))
    }

    fn counters(
        &mut self,
        object: &syntax::Object,
        ty: Option<&TypeText>,
        counters: &[syntax::Counter],
    ) -> Option<Vec<CounterDef>> {
        let of_all = match ty {
            Some(ty) => self.counter_type(ty),
            None => Some(Primitive::U64),
        };
        if counters.is_empty() {
            let message = format!("`{}` has no counters", object.name.value);
            self.error(Code::E035, &object.name, message);
            return None;
        }
        let mut seen: BTreeMap<&str, &Spanned<String>> = BTreeMap::new();
        let mut out = Vec::with_capacity(counters.len());
        let mut whole = true;
        for counter in counters {
            let source = Arc::clone(&self.source);
            whole &= names::check(self.diagnostics, &source, &counter.name, Role::Counter);
            if let Some(other) = seen.insert(&counter.name.value, &counter.name) {
                let message = format!("the counter `{}` is there twice", counter.name.value);
                self.error(Code::E021, &counter.name, message)
                    .label("here again")
                    .related(other.span.clone(), "first here");
                whole = false;
            }
            let ty = match &counter.ty {
                Some(own) => self.counter_type(own),
                None => of_all,
            };
            match ty {
                Some(ty) => out.push(CounterDef { name: counter.name.value.clone(), ty }),
                None => whole = false,
            }
        }
        (whole && of_all.is_some()).then_some(out)
    }

    fn counter_type(&mut self, text: &TypeText) -> Option<Primitive> {
        let found = self.names.find(text, self.diagnostics)?.ty;
        match found.element {
            Element::Primitive(ty @ (Primitive::U64 | Primitive::I64)) if found.dims.is_empty() => {
                Some(ty)
            }
            _ => {
                let message = format!("a counter cannot be of type `{}`", found.expr());
                let span: Span = text.span.clone();
                let error = self.diagnostics.error(Code::E044, &self.source, span, message);
                match nearest(&text.name.value, ["u64", "i64"]) {
                    Some(near) => error.label(format!("did you mean `{near}`?")),
                    None => error.help("it is u64, or i64 if it can fall below 0"),
                };
                None
            }
        }
    }
}

fn is_many(side: Option<&Spanned<Side>>) -> bool {
    side.is_some_and(|side| side.value == Side::Many)
}
