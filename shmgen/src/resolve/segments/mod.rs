//! Segments and the plan of their objects.

pub(crate) mod kinds;
mod objects;
mod setup;

use super::types::Names;
use crate::contract;
use crate::diagnostics::{Code, Diagnostics, Source, Spanned};
use crate::model::{Limits, Object, Schema, Segment};
use crate::syntax;
use heck::ToUpperCamelCase;
use kinds::Checked;
use shm_runtime::contract::{Contract, ObjectDef};
use shm_runtime::{Address, Fingerprint, ObjectLayout, Plan};
use std::collections::BTreeMap;
use std::sync::Arc;

/// A process that can raise the limit of a segment.
const RAISE: &str = "let a build.rs ask for more, with Builder::segment_limit";

/// The type of a segment in generated code.
pub(super) fn type_name(segment: &str) -> String {
    segment.to_upper_camel_case()
}

pub(crate) struct Resolver<'s, 'd> {
    source: Arc<Source>,
    names: &'d Names<'s>,
    model: &'d Schema,
    limits: Limits,
    diagnostics: &'d mut Diagnostics,
}

pub(super) fn resolve_segments(
    schema: &syntax::Schema,
    model: &Schema,
    names: &Names<'_>,
    limits: Limits,
    diagnostics: &mut Diagnostics,
) -> Vec<Segment> {
    let source = Arc::clone(&schema.source);
    let mut resolver = Resolver { source, names, model, limits, diagnostics };
    let mut out = Vec::new();
    let mut places: BTreeMap<String, &syntax::Segment> = BTreeMap::new();
    for segment in &schema.segments {
        let type_name = type_name(&segment.name.value);
        if names.by_name.contains_key(type_name.as_str()) {
            let message = format!(
                "the segment `{}` needs the name `{type_name}`, which is declared",
                segment.name.value
            );
            resolver
                .error(Code::E021, &segment.name, message)
                .label(format!("its type in generated code is `{type_name}`"));
        }
        let Some(resolved) = resolver.segment(segment, type_name) else { continue };
        let place = resolved.setup.address.to_string();
        // Each memfd is another one.
        let shared = resolved.setup.address != Address::Memfd(None);
        if let Some(other) = places.insert(place.clone(), segment).filter(|_| shared) {
            let message = format!("two segments are {place}");
            resolver
                .error(Code::E067, &segment.name, message)
                .related(other.name.span.clone(), "the first one");
        }
        out.push(resolved);
    }
    out
}

impl Resolver<'_, '_> {
    fn error<T>(
        &mut self,
        code: Code,
        at: &Spanned<T>,
        message: impl Into<String>,
    ) -> &mut crate::diagnostics::Diagnostic {
        self.diagnostics.error(code, &self.source, at.span.clone(), message)
    }

    fn segment(&mut self, segment: &syntax::Segment, type_name: String) -> Option<Segment> {
        let setup = self.setup(segment);
        self.unique_objects(segment);
        let checked: Vec<_> =
            segment.objects.iter().map(|o| kinds::of(&o.body).resolve(self, o)).collect();
        let whole = !checked.is_empty() && checked.iter().all(Option::is_some);
        // Sizes are looked at even where some objects are wrong.
        let (objects, checked): (Vec<_>, Vec<Checked>) =
            segment.objects.iter().zip(checked).filter_map(|(o, c)| Some((o, c?))).unzip();
        let items = checked.iter().filter_map(|c| c.item.as_ref());
        let contract = Contract {
            schema: self.model.name.clone(),
            segment: segment.name.value.clone(),
            types: contract::types_of(self.model, items.map(|item| item.name.clone())),
            objects: objects
                .iter()
                .zip(&checked)
                .map(|(o, c)| ObjectDef { name: o.name.value.clone(), kind: c.kind.clone() })
                .collect(),
        };
        let mut layouts = Vec::with_capacity(checked.len());
        for (object, checked) in objects.iter().zip(&checked) {
            let layout = ObjectLayout::of(&contract, &checked.kind)
                .filter(|layout| layout.size() <= self.limits.segment);
            match layout {
                Some(layout) => layouts.push(layout),
                None => self.too_large(object, checked),
            }
        }
        let setup = setup?;
        if !whole || layouts.len() != checked.len() {
            return None;
        }
        let contract_bytes = contract.encode();
        let plan = Plan::new(&contract, contract_bytes.len() as u64, setup.participants)
            .and_then(|plan| plan.in_pages(setup.pages));
        let Some(plan) = plan.filter(|p| p.total_size() <= self.limits.segment) else {
            let limit = self.limits.segment;
            let message =
                format!("the segment `{}` is larger than {limit} bytes", segment.name.value);
            self.error(Code::E036, &segment.name, message);
            return None;
        };
        let offsets: Vec<u64> = plan.objects().map(|o| o.offset).collect();
        let objects =
            segment.objects.iter().zip(checked).zip(layouts.into_iter().zip(offsets)).map(
                |((object, checked), (layout, offset))| Object {
                    name: object.name.value.clone(),
                    kind: checked.kind,
                    item: checked.item,
                    counter_docs: object.body.counters().iter().map(|c| c.doc.clone()).collect(),
                    layout,
                    offset,
                    doc: object.doc.clone(),
                },
            );
        Some(Segment {
            name: segment.name.value.clone(),
            type_name,
            setup,
            objects: objects.collect(),
            fingerprint: Fingerprint::of_bytes(&contract_bytes),
            contract,
            contract_bytes,
            contract_offset: plan.contract_offset(),
            size: plan.total_size(),
            doc: segment.doc.clone(),
        })
    }

    /// That an object is larger than the limit, where it says how large it is.
    fn too_large(&mut self, object: &syntax::Object, checked: &Checked) {
        let limit = self.limits.segment;
        let size = kinds::of(&object.body).size(object, checked);
        let message = format!("{} are more than {limit} bytes", size.what);
        self.diagnostics
            .error(size.code, &self.source, size.span, message)
            .help(format!("{}{RAISE}", size.less));
    }

    fn unique_objects(&mut self, segment: &syntax::Segment) {
        let mut seen: BTreeMap<&str, &Spanned<String>> = BTreeMap::new();
        for object in &segment.objects {
            if let Some(other) = seen.insert(&object.name.value, &object.name) {
                let message = format!("the object `{}` is there twice", object.name.value);
                self.error(Code::E021, &object.name, message)
                    .label("here again")
                    .related(other.span.clone(), "first here");
            }
        }
    }
}
