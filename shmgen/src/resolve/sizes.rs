//! Sizes and alignments of types, once what they are made of is laid out, and how
//! deep they nest.

use super::imports::absolute;
use super::layout::MAX_SIZE;
use crate::model::{Element, Schema, Type, TypeDecl, Wrapped};
use shm_runtime::contract::{TypeName, Wrapper};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// How deep types may lie in one another: what a reader of contracts takes.
pub(super) const DEPTH_MAX: usize = 64;

/// Size and alignment of all structs and unions that are laid out.
#[derive(Default)]
pub(super) struct Sizes {
    compounds: BTreeMap<TypeName, (u64, u64)>,
    /// How deep types lie in one another in each.
    depths: BTreeMap<TypeName, usize>,
    /// Names of the lists and optionals that were laid out.
    wrapped: BTreeSet<String>,
}

impl Sizes {
    /// Those of the schemas that are imported, directly or not.
    pub(super) fn of_imports(imports: &[Arc<Schema>]) -> Self {
        let mut out = Self::default();
        for schema in imports.iter().flat_map(|s| s.with_imports()) {
            for decl in &schema.types {
                out.insert(&schema.name, decl, |part| absolute(schema, part));
            }
        }
        out
    }

    /// A type of the schema itself.
    pub(super) fn add(&mut self, decl: &TypeDecl) {
        self.insert("", decl, TypeName::clone);
    }

    /// A type under the name of its schema. `seen` tells what a name in it is called
    /// here.
    fn insert(&mut self, schema: &str, decl: &TypeDecl, seen: impl Fn(&TypeName) -> TypeName) {
        let (size, parts): (_, Vec<&Type>) = match decl {
            TypeDecl::Struct(s) => ((s.size, s.align), s.fields().map(|f| &f.ty).collect()),
            TypeDecl::Union(u) => (
                (u.layout.size, u.layout.align),
                u.variants.iter().filter_map(|v| v.ty.as_ref()).collect(),
            ),
            TypeDecl::Enum(_) | TypeDecl::Flags(_) | TypeDecl::Wrapped(_) => return,
        };
        let parts = parts.iter().filter_map(|ty| ty.element.named());
        let depth = parts.map(|part| self.depth(&seen(part))).max().unwrap_or(0) + 1;
        let name = TypeName { schema: schema.to_owned(), name: decl.name().to_owned() };
        self.depths.insert(name.clone(), depth);
        self.compounds.insert(name, size);
    }

    /// How deep types lie in one another in a type that is declared.
    pub(super) fn depth(&self, name: &TypeName) -> usize {
        self.depths.get(name).copied().unwrap_or(1)
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
            Element::Char | Element::Byte => (1, 1),
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
                continue; // too large, or of something wrong, which is reported
            };
            if self.wrapped.insert(element.expr().to_string()) {
                let inner = (**inner).clone();
                out.push(TypeDecl::Wrapped(Wrapped { name, inner, room, layout, item }));
            }
        }
        out
    }
}

#[cfg(test)]
#[allow(clippy::pedantic)]
mod tests {
    use super::DEPTH_MAX;
    use crate::diagnostics::{Code, Source};
    use std::fmt::Write as _;
    use std::sync::Arc;

    /// A schema of structs that lie in one another, around what is innermost.
    fn nested(head: &str, depth: usize, innermost: &str) -> String {
        let mut text = format!("shmgen = 1\n[schema]\nversion = \"1.0\"\n{head}\n");
        for n in 0..depth {
            let part = if n == 0 { innermost.to_owned() } else { format!("T{}", n - 1) };
            let _ =
                write!(text, "[struct.T{n}]\nfield = [ {{ name = \"a\", type = \"{part}\" }} ]\n");
        }
        text
    }

    fn errors(source: &Arc<Source>) -> usize {
        let found = crate::check(source, crate::model::Limits::default()).diagnostics;
        assert!(found.sorted().iter().all(|d| d.code == Code::E051), "{found}");
        found.sorted().len()
    }

    #[test]
    fn types_nest_as_deep_as_a_reader_of_contracts_takes() {
        let errors = |depth| {
            let text = nested("name = \"a.b\"", depth, "u8");
            errors(&Source::new("a.toml", text))
        };
        assert_eq!((errors(DEPTH_MAX), errors(DEPTH_MAX + 1), errors(200)), (0, 1, 1));
    }

    #[test]
    fn what_is_imported_counts_as_deep_as_it_is() {
        let folder = std::env::temp_dir().join(format!("shmgen-depth-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        std::fs::write(folder.join("low.toml"), nested("name = \"a.low\"", 40, "u8")).unwrap();
        let errors = |depth| {
            let head = "name = \"a.high\"\nimports = [\"low.toml\"]";
            errors(&Source::new(folder.join("high.toml"), nested(head, depth, "low.T39")))
        };
        assert_eq!((errors(DEPTH_MAX - 40), errors(DEPTH_MAX - 39), errors(60)), (0, 1, 1));
        std::fs::remove_dir_all(&folder).unwrap();
    }
}
