//! Names of a schema that headers of the system or of the runtime take away in C
//! and C++.

use super::clashes::each_c_name;
use super::names::renamed;
use super::segments;
use crate::backend::runtime;
use crate::captured;
use crate::diagnostics::{Code, Diagnostics, Spanned};
use crate::model::{Schema, TypeDecl};
use crate::syntax::{self, Member};
use std::collections::BTreeSet;

/// Reports names that are those of headers once the schema's name stands before
/// them, fields that are called like a type, and objects that are called like
/// their segment.
pub(super) fn check(schema: &syntax::Schema, resolved: &Schema, diagnostics: &mut Diagnostics) {
    let (prefix, source) = (prefix(&resolved.name), &schema.source);
    if captured::may_begin(&prefix) || prefix.to_ascii_lowercase().starts_with("shm_") {
        let mut told = BTreeSet::new();
        each_c_name(schema, resolved, &mut |written, place, from| {
            let whole = format!("{prefix}{written}");
            let taken = captured::is_global(&whole) || runtime::has(&whole);
            if taken && told.insert(place.start) {
                let message =
                    format!("{from} becomes `{whole}` in C, which a header declares already");
                diagnostics
                    .error(Code::E022, &schema.source, place.clone(), message)
                    .of_c()
                    .label("rename this one, or the schema")
                    .help(another(source.text().get(place.clone()).unwrap_or_default()));
            }
        });
    }
    members(schema, resolved, diagnostics);
    for segment in &schema.segments {
        let type_name = segments::type_name(&segment.name.value);
        for object in segment.objects.iter().filter(|o| o.name.value == type_name) {
            let message =
                format!("the object `{type_name}` has the name of its segment's class in C++");
            diagnostics
                .error(Code::E023, &schema.source, object.name.span.clone(), message)
                .of_c()
                .label("rename this one")
                .help(another(&object.name.value))
                .related(segment.name.span.clone(), "or this one");
        }
    }
}

/// In C++, a member of a struct hides the type of its name from those behind it.
fn members(schema: &syntax::Schema, resolved: &Schema, diagnostics: &mut Diagnostics) {
    let homes: Vec<(String, &Schema)> =
        resolved.with_imports().into_iter().map(|s| (prefix(&s.name), s)).collect();
    let is_type = |name: &str| {
        homes.iter().any(|(prefix, home)| {
            name.strip_prefix(prefix.as_str())
                .is_some_and(|rest| home.types.iter().map(TypeDecl::name).any(|t| t == rest))
        })
    };
    let mut check = |name: &Spanned<String>| {
        if is_type(&name.value) {
            let message = format!("`{}` is the name of a type in C", name.value);
            diagnostics
                .error(Code::E023, &schema.source, name.span.clone(), message)
                .of_c()
                .label("rename this one, or the type")
                .help(another(&name.value));
        }
    };
    let fields = schema.structs.iter().flat_map(|s| &s.members).filter_map(Member::field);
    fields.for_each(|f| check(&f.name));
    schema.unions.iter().flat_map(|u| &u.variants).for_each(|v| check(&v.name));
}

fn another(name: &str) -> String {
    format!("choose another name, such as `{}`", renamed(name.trim_matches('"')))
}

/// What every name of a schema has before it in C.
fn prefix(schema: &str) -> String {
    format!("{}_", schema.replace('.', "_"))
}
