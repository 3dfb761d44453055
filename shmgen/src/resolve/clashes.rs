//! Names that are different in a schema and would be the same in the code that
//! is made of it.

use super::names::Space;
use super::{functions, segments, unions, written};
use crate::diagnostics::{Diagnostics, Spanned};
use crate::model::{Schema, TypeDecl};
use crate::syntax::{self, Member};
use std::collections::BTreeSet;
use std::fmt::{self, Write as _};
use std::hash::{DefaultHasher, Hasher as _};
use std::ops::Range;

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

/// Told of every name in C, behind the schema's own: how it is written, the name
/// it is made from, and what that is.
pub(super) type Each<'a> = &'a mut dyn FnMut(fmt::Arguments<'_>, &Range<usize>, fmt::Arguments<'_>);

/// Takes a name as C has it, the name it is made from, and what that is.
type Add<'a> = dyn FnMut(fmt::Arguments<'_>, &Spanned<String>, fmt::Arguments<'_>) + 'a;

/// All names in C, behind the schema's own; what is there twice is reported.
pub(super) fn c_names(
    schema: &syntax::Schema,
    resolved: &Schema,
    diagnostics: &mut Diagnostics,
) -> Space {
    let mut c = Space::default();
    each_c_name(schema, resolved, &mut |written, place, from| {
        c.add(diagnostics, &schema.source, written.to_string(), place, &from.to_string());
    });
    c
}

/// Every name in C, behind the schema's own.
pub(super) fn each_c_name(schema: &syntax::Schema, resolved: &Schema, each: Each<'_>) {
    let ranged = ranged(resolved);
    let mut add =
        |written: fmt::Arguments<'_>, name: &Spanned<String>, from: fmt::Arguments<'_>| {
            each(written, &name.span, from);
        };
    of_constants_and_aliases(schema, &mut add);
    of_enums(schema, &mut add);
    of_flags(schema, &mut add);
    of_structs(schema, &ranged, &mut add);
    of_unions(schema, &ranged, &mut add);
    of_segments(schema, &mut add);
    for (written, place, from) in written::wrapped(schema, resolved) {
        each(format_args!("{written}"), &place, format_args!("{from}"));
    }
}

fn of_constants_and_aliases(schema: &syntax::Schema, add: &mut Add<'_>) {
    for constant in &schema.constants {
        let name = &constant.name.value;
        add(format_args!("{name}"), &constant.name, format_args!("`{name}`"));
        if constant.meta.deprecated.is_some() {
            add(
                format_args!("{name}_deprecated"),
                &constant.name,
                format_args!("the mark of `{name}`"),
            );
        }
    }
    for alias in &schema.aliases {
        add(
            format_args!("{}", alias.name.value),
            &alias.name,
            format_args!("`{}`", alias.name.value),
        );
    }
}

fn of_enums(schema: &syntax::Schema, add: &mut Add<'_>) {
    for e in &schema.enums {
        let name = &e.name.value;
        add(format_args!("{name}"), &e.name, format_args!("`{name}`"));
        for function in ["name", "add"] {
            add(
                format_args!("{name}_{function}"),
                &e.name,
                format_args!("the function of `{name}`"),
            );
        }
        for value in &e.values {
            let v = &value.name.value;
            add(format_args!("{name}_{v}"), &value.name, format_args!("`{name}.{v}`"));
            if value.meta.deprecated.is_some() {
                let from = format!("the mark of `{name}.{v}`");
                add(format_args!("{name}_{v}_deprecated"), &value.name, format_args!("{from}"));
            }
        }
    }
}

fn of_flags(schema: &syntax::Schema, add: &mut Add<'_>) {
    for f in &schema.flags {
        let name = &f.name.value;
        add(format_args!("{name}"), &f.name, format_args!("`{name}`"));
        for function in ["contains", "add"] {
            add(
                format_args!("{name}_{function}"),
                &f.name,
                format_args!("the function of `{name}`"),
            );
        }
        for bit in &f.bits {
            let b = &bit.name.value;
            add(format_args!("{name}_{b}"), &bit.name, format_args!("`{name}.{b}`"));
            if bit.meta.deprecated.is_some() {
                let from = format!("the mark of `{name}.{b}`");
                add(format_args!("{name}_{b}_deprecated"), &bit.name, format_args!("{from}"));
            }
        }
    }
}

fn of_structs(schema: &syntax::Schema, ranged: &BTreeSet<(&str, &str)>, add: &mut Add<'_>) {
    for s in &schema.structs {
        let name = &s.name.value;
        for written in ["", "_equal", "_add", "_format", "_default", "_within_ranges"] {
            add(format_args!("{name}{written}"), &s.name, format_args!("`{name}`"));
        }
        for field in s.members.iter().filter_map(Member::field) {
            let f = &field.name.value;
            if ranged.contains(&(name.as_str(), f.as_str())) {
                for end in ["MIN", "MAX"] {
                    let from = format!("the range of `{name}.{f}`");
                    add(format_args!("{name}_{f}_{end}"), &field.name, format_args!("{from}"));
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
            add(format_args!("{name}{written}"), &u.name, format_args!("`{name}`"));
        }
        for variant in &u.variants {
            let v = &variant.name.value;
            let from = format!("`{name}.{v}`");
            add(format_args!("{name}_{}", v.to_uppercase()), &variant.name, format_args!("{from}"));
            for written in ["is", "set", "get"] {
                add(format_args!("{name}_{written}_{v}"), &variant.name, format_args!("{from}"));
            }
            if variant.meta.deprecated.is_some() {
                let written = format!("{name}_{}_deprecated", v.to_uppercase());
                add(format_args!("{written}"), &variant.name, format_args!("the mark of {from}"));
            }
            if ranged.contains(&(name.as_str(), v.as_str())) {
                for end in ["MIN", "MAX"] {
                    let from = format!("the range of {from}");
                    add(format_args!("{name}_{v}_{end}"), &variant.name, format_args!("{from}"));
                }
            }
        }
    }
}

fn of_segments(schema: &syntax::Schema, add: &mut Add<'_>) {
    let declared: BTreeSet<&str> = match schema.segments.as_slice() {
        [] => BTreeSet::new(),
        _ => declared_names(schema).map(|name| name.value.as_str()).collect(),
    };
    for segment in &schema.segments {
        let name = segments::type_name(&segment.name.value);
        let from = format!("the segment `{}`", segment.name.value);
        for suffix in functions::OF_SEGMENT {
            // A type of that name is another error, and was reported.
            if suffix.is_empty() && declared.contains(name.as_str()) {
                continue;
            }
            add(format_args!("{name}{suffix}"), &segment.name, format_args!("{from}"));
        }
        for object in &segment.objects {
            let o = &object.name.value;
            let from = format!("a function of the object `{o}`");
            for suffix in functions::of_object(&object.body) {
                add(format_args!("{name}_{o}{suffix}"), &object.name, format_args!("{from}"));
            }
            for counter in object.body.counters() {
                let c = &counter.name.value;
                let from = format!("a function of the counter `{o}.{c}`");
                for suffix in functions::OF_COUNTER {
                    add(
                        format_args!("{name}_{o}_{c}{suffix}"),
                        &counter.name,
                        format_args!("{from}"),
                    );
                }
            }
        }
    }
}

/// The names at the top of a schema.
pub(super) fn declared_names(schema: &syntax::Schema) -> impl Iterator<Item = &Spanned<String>> {
    let names = schema.constants.iter().map(|c| &c.name);
    let names = names.chain(schema.aliases.iter().map(|a| &a.name));
    let names = names.chain(schema.enums.iter().map(|e| &e.name));
    let names = names.chain(schema.flags.iter().map(|f| &f.name));
    let names = names.chain(schema.structs.iter().map(|s| &s.name));
    names.chain(schema.unions.iter().map(|u| &u.name))
}

/// Whether names may be there twice: hardly ever, and a large schema has many.
#[derive(Default)]
struct Twice {
    text: String,
    hashes: Vec<u64>,
}

impl Twice {
    fn add(&mut self, written: fmt::Arguments<'_>) {
        self.text.clear();
        let _ = self.text.write_fmt(written); // to a String
        let mut hasher = DefaultHasher::new();
        hasher.write(self.text.as_bytes());
        self.hashes.push(hasher.finish());
    }

    /// Of those since the last time.
    fn any(&mut self) -> bool {
        self.hashes.sort_unstable();
        let any = self.hashes.windows(2).any(|two| two[0] == two[1]);
        self.hashes.clear();
        any
    }
}

/// Two names of a schema that generated code would write in the same way.
pub(super) fn check(schema: &syntax::Schema, resolved: &Schema, diagnostics: &mut Diagnostics) {
    let source = &schema.source;
    let ranged = ranged(resolved);
    let mut twice = Twice::default();
    each_c_name(schema, resolved, &mut |written, _, _| twice.add(written));
    if twice.any() {
        c_names(schema, resolved, diagnostics);
    }
    // Variants in Rust are in UpperCamelCase.
    for u in &schema.unions {
        let mut space = Space::default();
        for variant in &u.variants {
            let written = unions::type_name(&variant.name.value);
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
        let fields = s.members.iter().filter_map(Member::field).map(|f| &f.name.value);
        for field in fields {
            let is_ranged = ranged.contains(&(s.name.value.as_str(), field.as_str()));
            let capitals = field.to_uppercase();
            if is_ranged {
                twice.add(format_args!("{capitals}_RANGE"));
            }
            twice.add(format_args!("{capitals}"));
        }
        if !twice.any() {
            continue;
        }
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
