//! Counters.

use super::{Checked, Kind, Size, all_of};
use crate::diagnostics::{Code, Span, Spanned, nearest};
use crate::model::Element;
use crate::resolve::names;
use crate::resolve::segments::Resolver;
use crate::resolve::words::Role;
use crate::syntax::kinds::{Counter, Counters};
use crate::syntax::{self, TypeText};
use shm_runtime::contract::{CounterDef, ObjectKind, Primitive};
use std::collections::BTreeMap;
use std::sync::Arc;

impl Kind for Counters {
    fn resolve(&self, r: &mut Resolver<'_, '_>, object: &syntax::Object) -> Option<Checked> {
        let counters = counters(r, object, self.ty.as_ref(), &self.counters)?;
        Some(Checked { kind: ObjectKind::Counters(counters), item: None })
    }

    fn size(&self, object: &syntax::Object, _: &Checked) -> Size {
        Size::of_all(object)
    }

    // Of the whole object; each counter has functions of its own.
    fn functions(&self) -> &'static [&'static str] {
        &["_add", "_get", "_name", "_snapshot"]
    }

    fn missing(&self, object: &syntax::Object) -> Option<(Span, &'static str)> {
        all_of(object, "counters")
    }
}

fn counters(
    r: &mut Resolver<'_, '_>,
    object: &syntax::Object,
    ty: Option<&TypeText>,
    counters: &[Counter],
) -> Option<Vec<CounterDef>> {
    let of_all = match ty {
        Some(ty) => counter_type(ty, r),
        None => Some(Primitive::U64),
    };
    if counters.is_empty() {
        let message = format!("`{}` has no counters", object.name.value);
        r.error(Code::E035, &object.name, message);
        return None;
    }
    let mut seen: BTreeMap<&str, &Spanned<String>> = BTreeMap::new();
    let mut out = Vec::with_capacity(counters.len());
    let mut whole = true;
    for counter in counters {
        let source = Arc::clone(&r.source);
        whole &= names::check(r.diagnostics, &source, &counter.name, Role::Counter);
        if let Some(other) = seen.insert(&counter.name.value, &counter.name) {
            let message = format!("the counter `{}` is there twice", counter.name.value);
            r.error(Code::E021, &counter.name, message)
                .label("here again")
                .related(other.span.clone(), "first here");
            whole = false;
        }
        let ty = match &counter.ty {
            Some(own) => counter_type(own, r),
            None => of_all,
        };
        match ty {
            Some(ty) => out.push(CounterDef { name: counter.name.value.clone(), ty }),
            None => whole = false,
        }
    }
    (whole && of_all.is_some()).then_some(out)
}

fn counter_type(text: &TypeText, r: &mut Resolver<'_, '_>) -> Option<Primitive> {
    let found = r.names.find(text, r.diagnostics)?.ty;
    match found.element {
        Element::Primitive(ty @ (Primitive::U64 | Primitive::I64)) if found.dims.is_empty() => {
            Some(ty)
        }
        _ => {
            let message = format!("a counter cannot be of type `{}`", found.expr());
            let span: Span = text.span.clone();
            let error = r.diagnostics.error(Code::E044, &r.source, span, message);
            match nearest(&text.name.value, ["u64", "i64"]) {
                Some(near) => error.label(format!("did you mean `{near}`?")),
                None => error.help("it is u64, or i64 if it can fall below 0"),
            };
            None
        }
    }
}
