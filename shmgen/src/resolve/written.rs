//! Names that generated code makes up: of lists and optionals, whose types have
//! names in C and Python only, and between the schemas of one program.

use crate::model::{Schema, Type, TypeDecl};
use crate::syntax::{self, Member};
use std::collections::BTreeMap;
use std::ops::Range;

/// What C functions of a list are called, behind its name.
const LIST: &[&str] = &["", "_valid", "_size", "_push", "_clear", "_equal", "_add", "_format"];

/// What C functions of a `str[<=N]` or a `bytes[<=N]` are called, behind its name.
const BOUNDED: &[&str] =
    &["", "_valid", "_size", "_assign", "_assign_text", "_clear", "_equal", "_add", "_format"];

/// What C functions of an optional are called.
const OPTIONAL: &[&str] = &["", "_valid", "_get", "_set", "_clear", "_equal", "_add", "_format"];

/// The written names of all lists and optionals, what they come from, and where
/// that stands.
pub(super) fn wrapped(
    schema: &syntax::Schema,
    resolved: &Schema,
) -> Vec<(String, Range<usize>, String)> {
    let mut out = Vec::new();
    if resolved.types.iter().all(|t| !matches!(t, TypeDecl::Wrapped(_))) {
        return out;
    }
    let places = places(schema, resolved);
    for decl in &resolved.types {
        let TypeDecl::Wrapped(w) = decl else { continue };
        let expr = w.expr().to_string();
        let place = places.get(&expr).copied().unwrap_or(&schema.name.span);
        let from = format!("the type `{expr}`");
        let functions = match w.bounded() {
            Some(_) => BOUNDED,
            None if w.room.is_some() => LIST,
            None => OPTIONAL,
        };
        for suffix in functions {
            out.push((format!("{}{suffix}", w.name), place.clone(), from.clone()));
        }
    }
    out
}

/// Where each list and each optional is written first.
fn places<'s>(schema: &'s syntax::Schema, resolved: &Schema) -> BTreeMap<String, &'s Range<usize>> {
    // Members by the names of their types and their own.
    let mut written: BTreeMap<(&str, &str), &Range<usize>> = BTreeMap::new();
    for s in &schema.structs {
        for member in &s.members {
            if let Member::Field(f) = member {
                written.insert((&s.name.value, &f.name.value), &f.ty.span);
            }
        }
    }
    for u in &schema.unions {
        for v in &u.variants {
            let ty = v.ty.as_ref();
            written.extend(ty.map(|ty| ((&*u.name.value, &*v.name.value), &ty.span)));
        }
    }
    for a in &schema.aliases {
        written.insert((&a.name.value, ""), &a.ty.span);
    }
    let mut out: BTreeMap<String, &Range<usize>> = BTreeMap::new();
    let mut add = |of: &str, name: &str, ty: &Type| {
        let Some(place) = written.get(&(of, name)) else { return };
        for element in ty.wrapped() {
            out.entry(element.expr().to_string()).or_insert(place);
        }
    };
    for decl in &resolved.types {
        match decl {
            TypeDecl::Struct(s) => s.fields().for_each(|f| add(&s.name, &f.name, &f.ty)),
            TypeDecl::Union(u) => {
                for v in &u.variants {
                    v.ty.iter().for_each(|ty| add(&u.name, &v.name, ty));
                }
            }
            TypeDecl::Enum(_) | TypeDecl::Flags(_) | TypeDecl::Wrapped(_) => {}
        }
    }
    resolved.aliases.iter().for_each(|a| add(&a.name, "", &a.ty));
    out
}

/// What is said of two schemas of one program whose names would meet in C and
/// C++, where a schema's name is written before each of its names: of
/// `acme.units_Clock` and `acme.units.Clock`.
pub(crate) fn meet(a: &Schema, b: &Schema) -> Option<String> {
    let prefix = |schema: &Schema| format!("{}_", schema.name.replace('.', "_"));
    let (a_prefix, b_prefix) = (prefix(a), prefix(b));
    if a_prefix == b_prefix {
        let message =
            format!("the schemas `{}` and `{}` both become `{a_prefix}` in C", a.name, b.name);
        return Some(message);
    }
    let (outer, inner, rest) =
        match (b_prefix.strip_prefix(&a_prefix), a_prefix.strip_prefix(&b_prefix)) {
            (Some(rest), _) => (a, b, rest),
            (_, Some(rest)) => (b, a, rest),
            _ => return None,
        };
    let names = outer.types.iter().map(TypeDecl::name);
    let names = names.chain(outer.aliases.iter().map(|a| a.name.as_str()));
    let names = names.chain(outer.constants.iter().map(|c| c.name.as_str()));
    let mut names = names.chain(outer.segments.iter().map(|s| s.type_name.as_str()));
    let name = names.find(|name| format!("{name}_").starts_with(rest))?;
    Some(format!(
        "`{name}` of the schema `{}` could be a name of the schema `{}` in C",
        outer.name, inner.name
    ))
}

#[cfg(test)]
#[allow(clippy::pedantic)]
mod tests {
    use super::super::clashes::c_names;
    use super::*;
    use crate::backend::{Language, Options, generate};
    use crate::diagnostics::{Diagnostics, Source};
    use crate::model::Limits;

    /// Every construct whose C has functions of its own.
    const EVERYTHING: &str = r#"
shmgen = 1
[schema]
name = "x.y"
version = "1.0"
[const.ROOM]
type = "u32"
value = 2
[alias.Short]
type = "str[4]"
[enum.Side]
repr = "u8"
value = [ { name = "BUY", number = 1 } ]
[flags.Marks]
repr = "u8"
bit = [ { name = "OLD", bit = 0 } ]
[struct.Level]
field = [
  { name = "sides", type = "Side[<=ROOM]" },
  { name = "names", type = "Short[<=2]" },
  { name = "marks", type = "Marks?" },
  { name = "name", type = "Short?" },
  { name = "data", type = "bytes[<=5]" },
  { name = "text", type = "str[<=5]" },
  { name = "choice", type = "Choice" },
]
[union.Choice]
tag = "u8"
variant = [
  { name = "none", number = 0 },
  { name = "row", number = 1, type = "u8[2]" },
  { name = "name", number = 2, type = "Short" },
]
[segment.feed]
object = [ { name = "levels", kind = "queue", item = "Level", capacity = 2 } ]
"#;

    /// The parts of a text that could be names.
    fn words(text: &str) -> impl Iterator<Item = &str> {
        text.split(|c: char| !c.is_ascii_alphanumeric() && c != '_')
    }

    #[test]
    fn every_name_of_a_c_header_is_checked_for_clashes() {
        let source = Source::new("everything.toml", EVERYTHING);
        let mut diagnostics = Diagnostics::default();
        let written = syntax::parse(&source, &mut diagnostics).unwrap();
        let schema = crate::check(&source, Limits::default()).into_result().unwrap();
        let checked = c_names(&written, &schema, &mut diagnostics);
        let header = &generate(&schema, &[Language::C], &Options::default())["everything.h"];
        let mut names: Vec<&str> = words(header).filter_map(|w| w.strip_prefix("x_y_")).collect();
        names.sort_unstable();
        names.dedup();
        let unchecked: Vec<&&str> = names.iter().filter(|n| !checked.contains(n)).collect();
        assert!(names.len() > 60 && unchecked.is_empty(), "{unchecked:?}");
    }
}
