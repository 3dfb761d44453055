//! From the model to the contract, which is shm-runtime's.

use crate::model::{self, Member, Schema, TypeDecl};
use shm_runtime::contract::{BitDef, Field, TypeBody, TypeDef, ValueDef, Was};
use std::collections::BTreeSet;

/// The definitions of the named types and of all that they contain, sorted.
pub(crate) fn types_of<'a>(
    schema: &'a Schema,
    roots: impl Iterator<Item = &'a str>,
) -> Vec<TypeDef> {
    let by_name: std::collections::BTreeMap<&str, &TypeDecl> =
        schema.types.iter().map(|t| (t.name(), t)).collect();
    let mut open: Vec<&str> = roots.collect();
    let mut reached = BTreeSet::new();
    while let Some(name) = open.pop() {
        if !reached.insert(name) {
            continue;
        }
        if let Some(TypeDecl::Struct(s)) = by_name.get(name) {
            open.extend(s.fields().filter_map(|f| f.ty.element.named()));
        }
    }
    reached.into_iter().filter_map(|name| by_name.get(name).map(|t| definition(t))).collect()
}

fn definition(decl: &TypeDecl) -> TypeDef {
    let extent = matches!(decl, TypeDecl::Struct(s) if s.extent);
    let mut was: Vec<Was> = match decl {
        TypeDecl::Struct(s) => s.was().flat_map(former).collect(),
        TypeDecl::Enum(_) | TypeDecl::Flags(_) => Vec::new(),
    };
    was.sort();
    let (size, align, body) = match decl {
        TypeDecl::Struct(s) => {
            let fields = s.members.iter().filter_map(|m| match m {
                Member::Field(f) => Some(Field {
                    name: f.name.clone(),
                    offset: f.offset,
                    size: f.size,
                    ty: f.ty.expr(),
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
    };
    TypeDef { schema: String::new(), name: decl.name().to_owned(), size, align, body, extent, was }
}

/// The fields that lay in reserved bytes, each by itself.
fn former(was: &model::Was) -> impl Iterator<Item = Was> + '_ {
    was.names.iter().map(|name| Was { offset: was.offset, name: name.clone(), size: was.size })
}
