//! Names that are different in a schema and would be the same in the code that
//! is made of it.

use super::names::Space;
use super::{Schema, TypeDecl, functions, segments, unions, written};
use crate::diagnostics::{Diagnostics, Spanned};
use crate::syntax::{self, Body, Member};
use std::collections::BTreeSet;

/// The fields and variants that have a range, of their own or of their type, by
/// the names of struct or union and their own.
fn ranged(resolved: &Schema) -> BTreeSet<(&str, &str)> {
    let mut out = BTreeSet::new();
    for decl in &resolved.types {
        let members: Vec<(&str, bool)> = match decl {
            TypeDecl::Struct(s) => {
                s.fields().map(|f| (f.name.as_str(), f.range.is_some())).collect()
            }
            TypeDecl::Union(u) => {
                u.variants.iter().map(|v| (v.name.as_str(), v.range.is_some())).collect()
            }
            _ => continue,
        };
        let ranged = members.into_iter().filter(|(_, has)| *has);
        out.extend(ranged.map(|(name, _)| (decl.name(), name)));
    }
    out
}

/// Takes a name as C has it, where it comes from, and what it is.
type Add<'a> = dyn FnMut(String, &Spanned<String>, String) + 'a;

/// All names in C, behind the schema's own; what is there twice is reported.
pub(super) fn c_names(
    schema: &syntax::Schema,
    resolved: &Schema,
    diagnostics: &mut Diagnostics,
) -> Space {
    let ranged = ranged(resolved);
    let source = &schema.source;
    let mut c = Space::default();
    let mut add = |written: String, name: &Spanned<String>, from: String| {
        c.add(diagnostics, source, written, &name.span, &from);
    };
    of_constants_and_aliases(schema, &mut add);
    of_enums(schema, &mut add);
    of_flags(schema, &mut add);
    of_structs(schema, &ranged, &mut add);
    of_unions(schema, &ranged, &mut add);
    of_segments(schema, &mut add);
    for (written, place, from) in written::wrapped(schema, resolved) {
        c.add(diagnostics, source, written, &place, &from);
    }
    c
}

fn of_constants_and_aliases(schema: &syntax::Schema, add: &mut Add<'_>) {
    for constant in &schema.constants {
        let name = &constant.name.value;
        add(name.clone(), &constant.name, format!("`{name}`"));
        if constant.deprecated.is_some() {
            add(format!("{name}_deprecated"), &constant.name, format!("the mark of `{name}`"));
        }
    }
    for alias in &schema.aliases {
        add(alias.name.value.clone(), &alias.name, format!("`{}`", alias.name.value));
    }
}

fn of_enums(schema: &syntax::Schema, add: &mut Add<'_>) {
    for e in &schema.enums {
        let name = &e.name.value;
        add(name.clone(), &e.name, format!("`{name}`"));
        for function in ["name", "add"] {
            add(format!("{name}_{function}"), &e.name, format!("the function of `{name}`"));
        }
        for value in &e.values {
            let v = &value.name.value;
            add(format!("{name}_{v}"), &value.name, format!("`{name}.{v}`"));
            if value.deprecated.is_some() {
                let from = format!("the mark of `{name}.{v}`");
                add(format!("{name}_{v}_deprecated"), &value.name, from);
            }
        }
    }
}

fn of_flags(schema: &syntax::Schema, add: &mut Add<'_>) {
    for f in &schema.flags {
        let name = &f.name.value;
        add(name.clone(), &f.name, format!("`{name}`"));
        for function in ["contains", "add"] {
            add(format!("{name}_{function}"), &f.name, format!("the function of `{name}`"));
        }
        for bit in &f.bits {
            let b = &bit.name.value;
            add(format!("{name}_{b}"), &bit.name, format!("`{name}.{b}`"));
            if bit.deprecated.is_some() {
                let from = format!("the mark of `{name}.{b}`");
                add(format!("{name}_{b}_deprecated"), &bit.name, from);
            }
        }
    }
}

fn of_structs(schema: &syntax::Schema, ranged: &BTreeSet<(&str, &str)>, add: &mut Add<'_>) {
    for s in &schema.structs {
        let name = &s.name.value;
        for written in ["", "_equal", "_add", "_format", "_default", "_within_ranges"] {
            add(format!("{name}{written}"), &s.name, format!("`{name}`"));
        }
        for field in s.members.iter().filter_map(Member::field) {
            let f = &field.name.value;
            if ranged.contains(&(name.as_str(), f.as_str())) {
                for end in ["MIN", "MAX"] {
                    let from = format!("the range of `{name}.{f}`");
                    add(format!("{name}_{f}_{end}"), &field.name, from);
                }
            }
        }
    }
}

fn of_unions(schema: &syntax::Schema, ranged: &BTreeSet<(&str, &str)>, add: &mut Add<'_>) {
    for u in &schema.unions {
        let name = &u.name.value;
        // In Rust, the enum with data.
        for written in ["", "_name", "_equal", "_add", "_format", "_within_ranges", "Value"] {
            add(format!("{name}{written}"), &u.name, format!("`{name}`"));
        }
        for variant in &u.variants {
            let v = &variant.name.value;
            let from = format!("`{name}.{v}`");
            add(format!("{name}_{}", v.to_uppercase()), &variant.name, from.clone());
            for written in ["is", "set", "get"] {
                add(format!("{name}_{written}_{v}"), &variant.name, from.clone());
            }
            if variant.deprecated.is_some() {
                let written = format!("{name}_{}_deprecated", v.to_uppercase());
                add(written, &variant.name, format!("the mark of {from}"));
            }
            if ranged.contains(&(name.as_str(), v.as_str())) {
                for end in ["MIN", "MAX"] {
                    let from = format!("the range of {from}");
                    add(format!("{name}_{v}_{end}"), &variant.name, from);
                }
            }
        }
    }
}

fn of_segments(schema: &syntax::Schema, add: &mut Add<'_>) {
    for segment in &schema.segments {
        let name = segments::type_name(&segment.name.value);
        let from = format!("the segment `{}`", segment.name.value);
        for suffix in functions::OF_SEGMENT {
            add(format!("{name}{suffix}"), &segment.name, from.clone());
        }
        for object in &segment.objects {
            let o = &object.name.value;
            let from = format!("a function of the object `{o}`");
            for suffix in functions::of_object(&object.body) {
                add(format!("{name}_{o}{suffix}"), &object.name, from.clone());
            }
            let Body::Counters { counters, .. } = &object.body else { continue };
            for counter in counters {
                let c = &counter.name.value;
                let from = format!("a function of the counter `{o}.{c}`");
                for suffix in functions::OF_COUNTER {
                    add(format!("{name}_{o}_{c}{suffix}"), &counter.name, from.clone());
                }
            }
        }
    }
}

/// Two names of a schema that generated code would write in the same way.
pub(super) fn check(schema: &syntax::Schema, resolved: &Schema, diagnostics: &mut Diagnostics) {
    let source = &schema.source;
    let ranged = ranged(resolved);
    c_names(schema, resolved, diagnostics);
    // Variants in Rust are in UpperCamelCase.
    for u in &schema.unions {
        let mut space = Space::default();
        for variant in &u.variants {
            let written = unions::rust_variant(&variant.name.value);
            let from = format!("the variant `{}`", variant.name.value);
            space.add(diagnostics, source, written, &variant.name.span, &from);
        }
        // The constants of tags and of ranges are the names in capitals.
        let mut space = Space::default();
        for variant in &u.variants {
            let written = variant.name.value.to_uppercase();
            let from = format!("the variant `{}`", variant.name.value);
            if ranged.contains(&(u.name.value.as_str(), variant.name.value.as_str())) {
                let from = format!("the range of {from}");
                let written = format!("{written}_RANGE");
                space.add(diagnostics, source, written, &variant.name.span, &from);
            }
            space.add(diagnostics, source, written, &variant.name.span, &from);
        }
    }
    // Field constants in Rust are the names in capitals.
    for s in &schema.structs {
        let mut space = Space::default();
        for field in s.members.iter().filter_map(Member::field) {
            let written = field.name.value.to_uppercase();
            let from = format!("the field `{}`", field.name.value);
            if ranged.contains(&(s.name.value.as_str(), field.name.value.as_str())) {
                let from = format!("the range of {from}");
                let written = format!("{written}_RANGE");
                space.add(diagnostics, source, written, &field.name.span, &from);
            }
            space.add(diagnostics, source, written, &field.name.span, &from);
        }
    }
}
