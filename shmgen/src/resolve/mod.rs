//! From the schema as it is written to the [`Schema`] that backends see: names
//! are looked up, sizes and offsets computed, and all that is wrong is reported.
//!
//! Layout is computed here and nowhere else.

mod assertions;
mod captures;
mod checked;
mod clashes;
mod computed;
mod constants;
mod defaults;
mod extent;
mod functions;
mod imports;
mod layout;
mod names;
mod numbers;
mod order;
mod ranges;
pub(crate) mod segments;
mod sizes;
mod structs;
mod types;
mod unions;
mod words;
mod written;

pub(crate) use computed::compute;
pub(crate) use words::TAKEN_MODULES;
pub(crate) use written::meet;

use crate::diagnostics::{Code, Diagnostics, Source, Spanned};
use crate::model::{self, Alias, Limits, Meta, Schema, TypeDecl};
use crate::syntax::{self, Member};
use imports::Imports;
use order::{Compound, order};
use segments::resolve_segments;
use shm_runtime::contract::TypeName;
use sizes::{DEPTH_MAX, Sizes};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use types::{Declared, Found, Names};

/// Resolves a schema. What is wrong goes to `diagnostics`; the result is of
/// use only if nothing is.
pub(crate) fn resolve(
    schema: &syntax::Schema,
    stem: &str,
    imports: Vec<Arc<Schema>>,
    limits: Limits,
    diagnostics: &mut Diagnostics,
) -> Schema {
    let mut names = Names::new(schema, Imports::new(&imports), diagnostics);
    let constants = constants::resolve(schema, &mut names, diagnostics);
    let source = Arc::clone(&schema.source);
    let mut resolver = Resolver { source, version: &schema.version, names, diagnostics };
    resolver.schema_name(&schema.name);
    resolver.check_names(schema);
    let aliases = resolver.aliases(schema);
    let mut types: Vec<TypeDecl> = Vec::new();
    types.extend(resolver.enums(schema).into_iter().map(TypeDecl::Enum));
    types.extend(resolver.flags(schema).into_iter().map(TypeDecl::Flags));
    let mut sizes = Sizes::of_imports(&imports);
    resolver.compounds(schema, &mut sizes, &mut types);
    let imported = |wanted: fn(&TypeDecl) -> bool| -> BTreeSet<TypeName> {
        imports.iter().flat_map(|import| import.types_where(&import.name, wanted)).collect()
    };
    ranges::mark(&mut types, imported(TypeDecl::has_ranges));
    defaults::mark(&mut types, imported(TypeDecl::has_defaults));
    for alias in &aliases {
        types.extend(sizes.wrapped(&alias.ty));
    }
    let mut resolved = Schema {
        name: schema.name.value.clone(),
        version: schema.version.value,
        doc: schema.doc.clone(),
        stem: stem.to_owned(),
        module: names::module(stem),
        imports,
        constants,
        aliases,
        types,
        segments: vec![],
    };
    resolved.segments =
        resolve_segments(schema, &resolved, &resolver.names, limits, resolver.diagnostics);
    clashes::check(schema, &resolved, resolver.diagnostics);
    captures::check(schema, &resolved, resolver.diagnostics);
    resolved
}

/// A schema that is being resolved; each kind of thing in it has a file of its
/// own.
struct Resolver<'s, 'd> {
    source: Arc<Source>,
    version: &'s Spanned<(u32, u32)>,
    names: Names<'s>,
    diagnostics: &'d mut Diagnostics,
}

impl Resolver<'_, '_> {
    fn error(
        &mut self,
        code: Code,
        span: &std::ops::Range<usize>,
        message: impl Into<String>,
    ) -> &mut crate::diagnostics::Diagnostic {
        self.diagnostics.error(code, &self.source, span.clone(), message)
    }

    /// Reports names that occur twice among `names`.
    fn unique<'n>(&mut self, what: &str, names: impl Iterator<Item = &'n Spanned<String>>) {
        let mut seen: BTreeMap<&str, &Spanned<String>> = BTreeMap::new();
        for name in names {
            if let Some(other) = seen.insert(&name.value, name) {
                let message = format!("{what} `{}` is there twice", name.value);
                let span = other.span.clone();
                self.error(Code::E021, &name.span, message)
                    .label("here again")
                    .related(span, "first here");
            }
        }
    }

    /// What is said about a declaration.
    fn meta(&mut self, written: &syntax::Meta) -> Meta {
        Meta {
            doc: written.doc.clone(),
            since: self.since(written.since.as_ref()),
            deprecated: written.deprecated.clone(),
        }
    }

    /// The version that brought something, which is not one to come.
    fn since(&mut self, since: Option<&Spanned<(u32, u32)>>) -> Option<(u32, u32)> {
        let since = since?;
        // Of a version that is missing or none, which was reported, nothing is known.
        let (major, minor) = self.version.value;
        if since.value > (major, minor) && !self.version.span.is_empty() {
            let version = self.version.span.clone();
            let message = format!("the schema is of version {major}.{minor}, which comes before");
            self.error(Code::E049, &since.span, message).related(version, "its version");
            return None;
        }
        Some(since.value)
    }

    fn aliases(&mut self, schema: &syntax::Schema) -> Vec<Alias> {
        let mut out = Vec::new();
        for alias in &schema.aliases {
            let Some(found) = self.names.find(&alias.ty, self.diagnostics) else { continue };
            let unit = if alias.unit.is_empty() { found.unit } else { alias.unit.clone() };
            let name = alias.name.value.clone();
            let own = alias.range.as_ref();
            let range = self.names.range(own, found.range, &found.ty, self.diagnostics);
            let meta = self.meta(&alias.meta);
            out.push(Alias { name, ty: found.ty, unit, range, meta });
        }
        out
    }

    /// Lays out all structs and unions, each after those it contains, with the
    /// lists and optionals in them.
    fn compounds(&mut self, schema: &syntax::Schema, sizes: &mut Sizes, types: &mut Vec<TypeDecl>) {
        let structs = schema.structs.iter().map(Compound::Struct);
        let all: Vec<Compound<'_>> =
            structs.chain(schema.unions.iter().map(Compound::Union)).collect();
        let found: Vec<Vec<Option<Found>>> =
            all.iter().map(|compound| self.parts(compound)).collect();
        for index in order(&all, &found, &self.source, self.diagnostics) {
            // A duplicate was reported; only the first counts.
            let declared = self.names.by_name.get(all[index].name().value.as_str());
            let is_first = match (&all[index], declared) {
                (Compound::Struct(a), Some(Declared::Struct(b))) => std::ptr::eq(*a, *b),
                (Compound::Union(a), Some(Declared::Union(b))) => std::ptr::eq(*a, *b),
                _ => false,
            };
            if !is_first {
                continue;
            }
            for found in found[index].iter().flatten() {
                types.extend(sizes.wrapped(&found.ty));
            }
            self.depth(&all[index], &found[index], sizes);
            let decl = match &all[index] {
                Compound::Struct(s) => {
                    let laid_out = self.lay_out(s, &found[index], sizes);
                    if let (Some(asserted), Some(laid_out)) = (&s.assert, &laid_out) {
                        assertions::check(asserted, laid_out, &self.source, self.diagnostics);
                    }
                    laid_out.map(TypeDecl::Struct)
                }
                Compound::Union(u) => self.union(u, &found[index], sizes).map(TypeDecl::Union),
            };
            if let Some(decl) = decl {
                sizes.add(&decl);
                types.push(decl);
            }
        }
    }

    /// Reports the first member by which a type nests too deep.
    fn depth(&mut self, compound: &Compound<'_>, found: &[Option<Found>], sizes: &Sizes) {
        let deepest = |part: &Option<Found>| {
            let name = part.as_ref().and_then(|found| found.ty.element.named());
            name.is_some_and(|name| sizes.depth(name) == DEPTH_MAX)
        };
        let member = found.iter().position(deepest);
        if let Some(span) = member.and_then(|member| compound.type_of(member)) {
            let message = format!("types are nested more than {DEPTH_MAX} deep");
            self.error(Code::E051, span, message);
        }
    }

    /// The type, the unit and the range of each member; `None` for what has no type, or a
    /// wrong one.
    fn parts(&mut self, compound: &Compound<'_>) -> Vec<Option<Found>> {
        match compound {
            Compound::Struct(s) => {
                let field = |m: &Member| match m {
                    Member::Field(f) => {
                        let mut found = self.names.find(&f.ty, self.diagnostics)?;
                        let (names, own) = (&self.names, f.range.as_ref());
                        found.range = names.range(own, found.range, &found.ty, self.diagnostics);
                        found.unit = f.unit.clone().unwrap_or(found.unit);
                        Some(found)
                    }
                    Member::Reserved(_) => None,
                };
                s.members.iter().map(field).collect()
            }
            Compound::Union(u) => u.variants.iter().map(|v| self.variant(v)).collect(),
        }
    }

    fn variant(&mut self, v: &syntax::Variant) -> Option<Found> {
        let own = v.range.as_ref();
        let Some(ty) = &v.ty else {
            if let Some(range) = own {
                let message = "what holds nothing has no range";
                self.error(Code::E082, &range.span, message);
            }
            return None;
        };
        let mut found = self.names.find(ty, self.diagnostics)?;
        found.range = self.names.range(own, found.range, &found.ty, self.diagnostics);
        Some(found)
    }

    fn union(
        &mut self,
        u: &syntax::Union,
        found: &[Option<Found>],
        sizes: &Sizes,
    ) -> Option<model::Union> {
        let tag = self.repr(&u.tag, "the tag of a union", false);
        self.unique("the variant", u.variants.iter().map(|v| &v.name));
        let metas = u.variants.iter().map(|v| self.meta(&v.meta)).collect();
        let meta = self.meta(&u.meta);
        unions::resolve(u, tag?, found, (meta, metas), sizes, &self.source, self.diagnostics)
    }
}
