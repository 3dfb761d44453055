//! Segments and their objects.

use super::Limits;
use super::types::Names;
use super::{Element, Object, Schema, Segment, TypeDecl};
use crate::contract;
use crate::diagnostics::{Code, Diagnostics, Source, Spanned};
use crate::syntax;
use heck::ToUpperCamelCase;
use shm_runtime::contract::{Contract, ObjectDef, ObjectKind, QueueDef, TypeExpr, TypeName};
use shm_runtime::queue::layout::QueueLayout;
use shm_runtime::{Address, Fingerprint, Plan};
use std::collections::BTreeMap;
use std::sync::Arc;

/// What C functions of a segment are called, behind its type's name.
pub(super) const C_SUFFIXES: &[&str] = &[
    "",
    "_init",
    "_create",
    "_create_with",
    "_attach",
    "_attach_with",
    "_attach_read_only",
    "_attach_read_only_with",
    "_open_or_create",
    "_open_or_create_with",
    "_descriptor",
    "_detach",
    "_remove",
    "_contract",
    "_objects",
    "_offsets",
    "_spec",
];

/// What C functions of a queue are called, behind its segment's and its name.
pub(super) const C_OBJECT_SUFFIXES: &[&str] = &[
    "_try_push",
    "_push_timeout",
    "_push_n",
    "_reserve",
    "_commit",
    "_try_pop",
    "_pop_timeout",
    "_pop_n",
    "_peek",
    "_release",
    "_redelivered",
    "_depth",
    "_producer",
    "_consumer",
    "_claimed_producer",
    "_claimed_consumer",
];

/// The type of a segment in generated code.
pub(super) fn type_name(segment: &str) -> String {
    segment.to_upper_camel_case()
}

pub(super) struct Resolver<'s, 'd> {
    pub(super) source: Arc<Source>,
    names: &'d Names<'s>,
    pub(super) model: &'d Schema,
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
    pub(super) fn error<T>(
        &mut self,
        code: Code,
        at: &Spanned<T>,
        message: impl Into<String>,
    ) -> &mut crate::diagnostics::Diagnostic {
        self.diagnostics.error(code, &self.source, at.span.clone(), message)
    }

    fn segment(&mut self, segment: &syntax::Segment, type_name: String) -> Option<Segment> {
        let setup = self.setup(segment);
        if segment.objects.is_empty() {
            let message = format!("the segment `{}` has no objects", segment.name.value);
            self.error(Code::E066, &segment.name, message);
            return None;
        }
        self.unique_objects(segment);
        let defs: Option<Vec<_>> = segment
            .objects
            .iter()
            .map(|o| self.queue(o))
            .collect::<Vec<_>>() // each is to be looked at
            .into_iter()
            .collect();
        let (setup, defs) = (setup?, defs?);
        let contract = Contract {
            schema: self.model.name.clone(),
            segment: segment.name.value.clone(),
            types: contract::types_of(self.model, defs.iter().map(|(item, ..)| item.as_str())),
            objects: segment
                .objects
                .iter()
                .zip(&defs)
                .map(|(o, (item, _, layout))| ObjectDef {
                    name: o.name.value.clone(),
                    kind: ObjectKind::Queue(QueueDef {
                        item: TypeExpr::Named(TypeName::own(item)),
                        capacity: layout.capacity,
                    }),
                })
                .collect(),
        };
        let contract_bytes = contract.encode();
        let plan = Plan::new(&contract, contract_bytes.len() as u64, setup.participants);
        let Some(plan) = plan.filter(|p| p.total_size() <= self.limits.segment) else {
            let limit = self.limits.segment;
            let message =
                format!("the segment `{}` is larger than {limit} bytes", segment.name.value);
            self.error(Code::E036, &segment.name, message);
            return None;
        };
        let offsets: Vec<u64> = plan.objects().map(|o| o.offset).collect();
        let objects = segment.objects.iter().zip(defs).zip(offsets).map(
            |((object, (item, item_align, layout)), offset)| Object {
                name: object.name.value.clone(),
                item,
                item_align,
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

    /// Item, its alignment and the geometry of a queue.
    fn queue(&mut self, object: &syntax::Object) -> Option<(String, u64, QueueLayout)> {
        let found = self.names.find(&object.item, self.diagnostics);
        let item = match found.map(|f| f.ty) {
            Some(ty) => match ty.element {
                Element::Struct(name) if ty.dims.is_empty() => Some(name),
                _ => {
                    let at = Spanned::new((), object.item.span.clone());
                    self.error(Code::E065, &at, "the items of a queue are structs")
                        .help("wrap it: a struct with one field has the same size");
                    None
                }
            },
            None => None,
        };
        let capacity = u64::try_from(object.capacity.value).ok().filter(|c| *c > 0);
        if capacity.is_none() {
            let message = format!("{} cannot be a capacity", object.capacity.value);
            self.error(Code::E064, &object.capacity, message).help("it is at least 1");
        }
        let (item, capacity) = (item?, capacity?);
        // Without a layout, the struct was reported.
        let declared = self.model.types.iter().find_map(|t| match t {
            TypeDecl::Struct(s) if s.name == item => Some(s),
            _ => None,
        })?;
        let (size, align) = (declared.size, declared.align);
        let layout =
            QueueLayout::new(size, capacity).filter(|layout| layout.size <= self.limits.segment);
        let Some(layout) = layout else {
            let limit = self.limits.segment;
            let message = format!("{capacity} items of {size} bytes are more than {limit} bytes");
            self.error(Code::E064, &object.capacity, message)
                .help("choose a smaller capacity, or raise the limit");
            return None;
        };
        Some((item, align, layout))
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
