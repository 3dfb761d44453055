//! From the model to the contract, which is shm-runtime's.

use crate::model::{self, Member, Schema, Type, TypeDecl};
use shm_runtime::contract::{
    BitDef, Field, TypeBody, TypeDef, TypeExpr, TypeName, ValueDef, VariantDef, Was,
};
use std::collections::{BTreeMap, BTreeSet};

/// The definitions of the named types and of all that they contain, sorted.
/// Those of other schemas have the name of theirs.
pub(crate) fn types_of(schema: &Schema, roots: impl Iterator<Item = TypeName>) -> Vec<TypeDef> {
    let mut by_name: BTreeMap<TypeName, (&Schema, &TypeDecl)> = BTreeMap::new();
    for home in schema.with_imports() {
        for decl in home.declared() {
            let name = seen_from(schema, home, &TypeName::own(decl.name()));
            by_name.insert(name, (home, decl));
        }
    }
    let mut open: Vec<TypeName> = roots.collect();
    let mut reached = BTreeSet::new();
    while let Some(name) = open.pop() {
        let Some((home, decl)) = by_name.get(&name).filter(|_| reached.insert(name.clone())) else {
            continue;
        };
        let named = |ty: &Type| ty.element.named().map(|name| seen_from(schema, home, name));
        match decl {
            TypeDecl::Struct(s) => open.extend(s.fields().filter_map(|f| named(&f.ty))),
            TypeDecl::Union(u) => {
                open.extend(u.variants.iter().filter_map(|v| named(v.ty.as_ref()?)));
            }
            TypeDecl::Enum(_) | TypeDecl::Flags(_) | TypeDecl::Wrapped(_) => {}
        }
    }
    let found = reached.into_iter().filter_map(|name| {
        let (home, decl) = by_name.get(&name)?;
        let map = |name: &TypeName| seen_from(schema, home, name);
        Some(definition(name.schema, decl, &|ty: &Type| ty.map_names(&map).expr()))
    });
    found.collect()
}

/// A name of `home` as `schema` writes it.
fn seen_from(schema: &Schema, home: &Schema, name: &TypeName) -> TypeName {
    let of = if name.schema.is_empty() { &home.name } else { &name.schema };
    let of = if *of == schema.name { String::new() } else { of.clone() };
    TypeName { schema: of, name: name.name.clone() }
}

fn definition(schema: String, decl: &TypeDecl, expr: &impl Fn(&Type) -> TypeExpr) -> TypeDef {
    let extent = matches!(decl, TypeDecl::Struct(s) if s.extent);
    let mut was: Vec<Was> = match decl {
        TypeDecl::Struct(s) => s.was().flat_map(former).collect(),
        _ => Vec::new(),
    };
    was.sort();
    let (size, align, body) = match decl {
        TypeDecl::Struct(s) => {
            let fields = s.members.iter().filter_map(|m| match m {
                Member::Field(f) => Some(Field {
                    name: f.name.clone(),
                    offset: f.offset,
                    size: f.size,
                    ty: expr(&f.ty),
                    unit: f.unit.clone(),
                    range: f.range,
                }),
                Member::Gap(_) => None,
            });
            (s.size, s.align, TypeBody::Struct(fields.collect()))
        }
        TypeDecl::Enum(e) => {
            let mut values: Vec<_> = e
                .values
                .iter()
                .map(|v| ValueDef { name: v.name.clone(), number: v.number })
                .collect();
            values.sort_by_key(|v| v.number);
            (e.repr.size(), e.repr.size(), TypeBody::Enum(e.repr, values))
        }
        TypeDecl::Flags(f) => {
            let mut bits: Vec<_> =
                f.bits.iter().map(|b| BitDef { name: b.name.clone(), bit: b.bit }).collect();
            bits.sort_by_key(|b| b.bit);
            (f.repr.size(), f.repr.size(), TypeBody::Flags(f.repr, bits))
        }
        TypeDecl::Union(u) => {
            let mut variants: Vec<_> = u
                .variants
                .iter()
                .map(|v| VariantDef {
                    name: v.name.clone(),
                    number: v.number,
                    ty: v.ty.as_ref().map(expr),
                    range: v.range,
                })
                .collect();
            variants.sort_by_key(|v| v.number);
            (u.layout.size, u.layout.align, TypeBody::Union(u.tag, variants))
        }
        // They have no names in a contract, and are not asked for.
        TypeDecl::Wrapped(w) => (w.layout.size, w.layout.align, TypeBody::Struct(vec![])),
    };
    TypeDef { schema, name: decl.name().to_owned(), size, align, body, extent, was }
}

/// The fields that lay in reserved bytes, each by itself.
fn former(was: &model::Was) -> impl Iterator<Item = Was> + '_ {
    was.names.iter().map(|name| Was { offset: was.offset, name: name.clone(), size: was.size })
}
