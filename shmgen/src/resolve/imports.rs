//! Names that come from other schemas: bare where that is clear, and always
//! behind the name of their schema, the last part of it, or that of its file.

use crate::diagnostics::{Code, Diagnostics, Source, Spanned, nearest};
use crate::model::{Element, Schema, Type, TypeDecl, Value};
use shm_runtime::contract::{Range, TypeName};
use std::collections::BTreeMap;
use std::sync::Arc;

/// The schemas that one imports itself, and the names in them. Those that these
/// import in turn are not seen.
#[derive(Default)]
pub(super) struct Imports {
    schemas: Vec<Names>,
}

struct Names {
    schema: Arc<Schema>,
    by_name: BTreeMap<String, Imported>,
}

/// What a name of another schema stands for.
pub(super) enum Imported {
    Constant(Value),
    /// A type, as it is written in its own schema, its unit and its range.
    Type(Type, String, Option<Range>),
}

/// A name is wrong in a way that was reported.
pub(super) struct Told;

/// A name of `schema`, seen from outside.
pub(super) fn absolute(schema: &Schema, name: &TypeName) -> TypeName {
    let home = if name.schema.is_empty() { &schema.name } else { &name.schema };
    TypeName { schema: home.clone(), name: name.name.clone() }
}

impl Imports {
    pub(super) fn new(schemas: &[Arc<Schema>]) -> Self {
        let names = |schema: &Arc<Schema>| {
            let mut by_name = BTreeMap::new();
            for c in &schema.constants {
                by_name.insert(c.name.clone(), Imported::Constant(c.value));
            }
            for a in &schema.aliases {
                by_name
                    .insert(a.name.clone(), Imported::Type(a.ty.clone(), a.unit.clone(), a.range));
            }
            for decl in &schema.types {
                let own = TypeName::own(decl.name());
                let element = match decl {
                    TypeDecl::Enum(e) => Element::Enum(own, e.repr),
                    TypeDecl::Flags(f) => Element::Flags(own, f.repr),
                    TypeDecl::Struct(_) => Element::Struct(own),
                    TypeDecl::Union(_) => Element::Union(own),
                    TypeDecl::Wrapped(_) => continue,
                };
                let ty = Type { element, dims: vec![] };
                by_name.insert(decl.name().to_owned(), Imported::Type(ty, String::new(), None));
            }
            Names { schema: Arc::clone(schema), by_name }
        };
        Self { schemas: schemas.iter().map(names).collect() }
    }

    /// Looks a name up; none if no import has it.
    pub(super) fn find(
        &self,
        name: &Spanned<String>,
        source: &Arc<Source>,
        diagnostics: &mut Diagnostics,
    ) -> Result<Option<(&Schema, &Imported)>, Told> {
        let (qualifier, bare) = match name.value.rsplit_once('.') {
            Some((qualifier, bare)) => (Some(qualifier), bare),
            None => (None, name.value.as_str()),
        };
        let meant: Vec<&Names> =
            self.schemas.iter().filter(|n| qualifier.is_none_or(|q| n.answers_to(q))).collect();
        if let (Some(qualifier), true) = (qualifier, meant.is_empty()) {
            let message = format!("no schema `{qualifier}` is imported");
            let near = nearest(qualifier, self.schemas.iter().map(Names::short));
            let error = diagnostics.error(Code::E030, source, name.span.clone(), message);
            match near {
                Some(near) => error.label(format!("did you mean `{near}`?")),
                None => error.help("add its file to `imports` in [schema]"),
            };
            return Err(Told);
        }
        let found: Vec<_> = meant.iter().filter_map(|n| Some((*n, n.by_name.get(bare)?))).collect();
        if found.len() > 1 {
            let all: Vec<String> =
                found.iter().map(|(n, _)| format!("`{}.{bare}`", n.schema.name)).collect();
            let message = format!("`{}` is in more than one imported schema", name.value);
            diagnostics
                .error(Code::E073, source, name.span.clone(), message)
                .help(format!("say which: {}", all.join(" or ")));
            return Err(Told);
        }
        Ok(found.first().map(|(n, imported)| (&*n.schema, *imported)))
    }

    /// A schema that is imported.
    pub(super) fn schema(&self, name: &str) -> Option<&Schema> {
        self.schemas.iter().map(|n| &*n.schema).find(|s| s.name == name)
    }

    /// The names of all types, for advice.
    pub(super) fn types(&self) -> impl Iterator<Item = String> + '_ {
        self.names(|imported| matches!(imported, Imported::Type(..)))
    }

    /// The names of all constants, for advice.
    pub(super) fn constants(&self) -> impl Iterator<Item = String> + '_ {
        self.names(|imported| matches!(imported, Imported::Constant(_)))
    }

    fn names(&self, wanted: fn(&Imported) -> bool) -> impl Iterator<Item = String> + '_ {
        self.schemas.iter().flat_map(move |n| {
            let names = n.by_name.iter().filter(move |(_, imported)| wanted(imported));
            names.flat_map(|(name, _)| [name.clone(), format!("{}.{name}", n.short())])
        })
    }
}

impl Names {
    /// The last part of the schema's name.
    fn short(&self) -> &str {
        self.schema.name.rsplit('.').next().unwrap_or(&self.schema.name)
    }

    /// Whether a qualifier means this schema.
    fn answers_to(&self, qualifier: &str) -> bool {
        let name = &self.schema.name;
        name == qualifier
            || name.strip_suffix(qualifier).is_some_and(|rest| rest.ends_with('.'))
            || self.schema.stem == qualifier
    }
}
