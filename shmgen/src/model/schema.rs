//! A schema as a whole, with the schemas that it imports.

use super::{Alias, Constant, Segment, Struct, TypeDecl};
use shm_runtime::contract::TypeName;
use std::collections::BTreeSet;
use std::sync::Arc;

/// Limits on what a schema may ask for.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// The largest segment in bytes.
    pub segment: u64,
    /// Whether C or C++ may be generated. If not, names are free that only their
    /// headers take away.
    pub c: bool,
}

impl Default for Limits {
    fn default() -> Self {
        Self { segment: 64 << 30, c: true }
    }
}

/// A resolved schema.
#[derive(Clone, Debug)]
pub struct Schema {
    /// Its dotted name.
    pub name: String,
    /// Major and minor version.
    pub version: (u32, u32),
    /// Documentation of the whole.
    pub doc: String,
    /// The name of the schema's file without its extension.
    pub stem: String,
    /// The same, as the name of a module in every language.
    pub module: String,
    /// The schemas whose types it uses, in the order of the file.
    pub imports: Vec<Arc<Schema>>,
    /// Constants, in the order of the file.
    pub constants: Vec<Constant>,
    /// Aliases, in the order of the file.
    pub aliases: Vec<Alias>,
    /// Enums, flags, structs, unions, and the lists and optionals that are used
    /// in them; each after those that it contains, and otherwise in the order
    /// of the file.
    pub types: Vec<TypeDecl>,
    /// Segments, in the order of the file.
    pub segments: Vec<Segment>,
}

impl Schema {
    /// The version as it is written: `2.1`.
    pub fn version_text(&self) -> String {
        format!("{}.{}", self.version.0, self.version.1)
    }

    /// The types that the schema declares.
    pub fn declared(&self) -> impl Iterator<Item = &TypeDecl> {
        self.types.iter().filter(|t| !matches!(t, TypeDecl::Wrapped(_)))
    }

    /// This schema and all that it imports, directly or not; each once, and
    /// after those that it imports itself.
    pub fn with_imports(&self) -> Vec<&Self> {
        let mut out: Vec<&Self> = Vec::new();
        // Without recursion: schemas may import each other in long chains.
        let mut open = vec![(self, 0)];
        while let Some((schema, next)) = open.pop() {
            match schema.imports.get(next) {
                Some(import) => {
                    open.push((schema, next + 1));
                    if !out.iter().any(|s| s.name == import.name) {
                        open.push((import, 0));
                    }
                }
                None if out.iter().any(|s| s.name == schema.name) => {}
                None => out.push(schema),
            }
        }
        out
    }

    /// The schema that a name of this one comes from: itself, or an import.
    pub fn home_of(&self, name: &TypeName) -> Option<&Self> {
        if name.schema.is_empty() || name.schema == self.name {
            return Some(self);
        }
        self.with_imports().into_iter().find(|s| s.name == name.schema)
    }

    /// The structs, each after those that it contains.
    pub fn structs(&self) -> impl Iterator<Item = &Struct> {
        self.types.iter().filter_map(|t| match t {
            TypeDecl::Struct(s) => Some(s),
            _ => None,
        })
    }

    /// The types of which something is true, here and in what is imported; the
    /// names of this schema's own as seen from `home`, which is empty for itself.
    pub fn types_where(
        &self,
        home: &str,
        wanted: impl Fn(&TypeDecl) -> bool,
    ) -> BTreeSet<TypeName> {
        let mut out = BTreeSet::new();
        for schema in self.with_imports() {
            let of = if schema.name == self.name { home } else { schema.name.as_str() };
            let names = schema
                .declared()
                .filter(|decl| wanted(decl))
                .map(|decl| TypeName { schema: of.to_owned(), name: decl.name().to_owned() });
            out.extend(names);
        }
        out
    }

    /// Whether anything in it is deprecated.
    pub fn deprecates(&self) -> bool {
        self.constants.iter().any(|c| c.meta.deprecated.is_some())
            || self.aliases.iter().any(|a| a.meta.deprecated.is_some())
            || self.types.iter().any(TypeDecl::deprecates)
    }
}
