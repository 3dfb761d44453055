//! Sizes and alignments of types, once what they are made of is laid out.

use super::layout::MAX_SIZE;
use crate::model::{Element, Schema, Type, TypeDecl, Wrapped};
use shm_runtime::contract::{TypeName, Wrapper};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// Size and alignment of all structs and unions that are laid out.
#[derive(Default)]
pub(super) struct Sizes {
    compounds: BTreeMap<TypeName, (u64, u64)>,
    /// Names of the lists and optionals that were laid out.
    wrapped: BTreeSet<String>,
}

impl Sizes {
    /// Those of the schemas that are imported, directly or not.
    pub(super) fn of_imports(imports: &[Arc<Schema>]) -> Self {
        let mut out = Self::default();
        for schema in imports.iter().flat_map(|s| s.with_imports()) {
            for decl in &schema.types {
                out.insert(&schema.name, decl);
            }
        }
        out
    }

    /// A type of the schema itself.
    pub(super) fn add(&mut self, decl: &TypeDecl) {
        self.insert("", decl);
    }

    fn insert(&mut self, schema: &str, decl: &TypeDecl) {
        let size = match decl {
            TypeDecl::Struct(s) => (s.size, s.align),
            TypeDecl::Union(u) => (u.layout.size, u.layout.align),
            TypeDecl::Enum(_) | TypeDecl::Flags(_) | TypeDecl::Wrapped(_) => return,
        };
        let name = TypeName { schema: schema.to_owned(), name: decl.name().to_owned() };
        self.compounds.insert(name, size);
    }

    /// Size and alignment; `None` if a struct in it has none, or if it is too
    /// large for any struct.
    pub(super) fn of(&self, ty: &Type) -> Option<(u64, u64)> {
        let (size, align) = self.element(&ty.element)?;
        let count = ty.dims.iter().try_fold(1u64, |n, d| n.checked_mul(*d))?;
        let size = size.checked_mul(count).filter(|s| *s <= MAX_SIZE)?;
        Some((size, align))
    }

    fn element(&self, element: &Element) -> Option<(u64, u64)> {
        Some(match element {
            Element::Primitive(p) | Element::Enum(_, p) | Element::Flags(_, p) => {
                (p.size(), p.size())
            }
            Element::Str(n) | Element::Bytes(n) => (*n, 1),
            Element::Struct(name) | Element::Union(name) => *self.compounds.get(name)?,
            Element::List(..) | Element::Optional(_) => {
                let (layout, _) = self.layout(element)?;
                (layout.size, layout.align)
            }
        })
    }

    /// The layout of a list or an optional, and the size of what is in it.
    fn layout(&self, element: &Element) -> Option<(Wrapper, u64)> {
        let (inner, room) = match element {
            Element::List(inner, room) => (inner, Some(*room)),
            Element::Optional(inner) => (inner, None),
            _ => return None,
        };
        let (size, align) = self.of(inner)?;
        let layout = match room {
            Some(room) => Wrapper::list(size, align, room),
            None => Wrapper::optional(size, align),
        };
        Some((layout.filter(|l| l.size <= MAX_SIZE)?, size))
    }

    /// Whether everything in it is laid out, so that a missing size means that
    /// it is too large.
    pub(super) fn knows(&self, ty: &Type) -> bool {
        match &ty.element {
            Element::Struct(name) | Element::Union(name) => self.compounds.contains_key(name),
            Element::List(inner, _) | Element::Optional(inner) => self.knows(inner),
            _ => true,
        }
    }

    /// The lists and optionals in a type that were not laid out before, those
    /// inside first.
    pub(super) fn wrapped(&mut self, ty: &Type) -> Vec<TypeDecl> {
        let mut out = Vec::new();
        for element in ty.wrapped() {
            let (Element::List(inner, _) | Element::Optional(inner)) = element else { continue };
            let room = match element {
                Element::List(_, room) => Some(*room),
                _ => None,
            };
            let (Some(name), Some((layout, item))) = (element.wrapped_name(), self.layout(element))
            else {
                continue; // too large, or of something wrong, which is told
            };
            if self.wrapped.insert(element.expr().to_string()) {
                let inner = (**inner).clone();
                out.push(TypeDecl::Wrapped(Wrapped { name, inner, room, layout, item }));
            }
        }
        out
    }
}
