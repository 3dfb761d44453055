//! Names that are different in a schema and would be the same in the code that
//! is made of it.

use super::names::Space;
use super::{Schema, segments, unions, written};
use crate::diagnostics::{Diagnostics, Spanned};
use crate::syntax::{self, Member};
use std::collections::BTreeSet;

/// The fields that have a range, of their own or of their type, by the names of
/// struct and field.
fn ranged(resolved: &Schema) -> BTreeSet<(&str, &str)> {
    let structs = resolved.structs();
    let fields = structs.flat_map(|s| s.fields().map(move |f| (s, f)));
    let with = fields.filter(|(_, f)| f.range.is_some());
    with.map(|(s, f)| (s.name.as_str(), f.name.as_str())).collect()
}

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
    for u in &schema.unions {
        let name = &u.name.value;
        // In Rust, the enum with data.
        for written in ["", "_name", "_equal", "_add", "_format", "Value"] {
            add(format!("{name}{written}"), &u.name, format!("`{name}`"));
        }
        for variant in &u.variants {
            let v = &variant.name.value;
            let from = format!("`{name}.{v}`");
            add(format!("{name}_{}", v.to_uppercase()), &variant.name, from.clone());
            for written in ["is", "set", "get"] {
                add(format!("{name}_{written}_{v}"), &variant.name, from.clone());
            }
        }
    }
    for segment in &schema.segments {
        let name = segments::type_name(&segment.name.value);
        let from = format!("the segment `{}`", segment.name.value);
        for suffix in segments::C_SUFFIXES {
            add(format!("{name}{suffix}"), &segment.name, from.clone());
        }
        for object in &segment.objects {
            for suffix in segments::C_OBJECT_SUFFIXES {
                let written = format!("{name}_{}{suffix}", object.name.value);
                add(written, &object.name, format!("the object `{}`", object.name.value));
            }
        }
    }
    for (written, place, from) in written::wrapped(schema, resolved) {
        c.add(diagnostics, source, written, &place, &from);
    }
    c
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
