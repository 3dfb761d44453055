//! The C backend: a header for C11 and C++11. Each declaration of a schema has a
//! template of its own in `templates/c`.

mod declarations;
mod defaults;
mod kinds;
mod offsets;
mod ranges;
mod rooms;
pub(super) mod runtime;
mod segment;
mod spelling;
mod statements;
mod structs;
pub(crate) mod taken;
mod unions;
mod values;
mod versions;

pub(super) use ranges::bounds;
pub(super) use spelling::{c_name, constant, ctype, literal, mark};

use super::text::{Page, lines, version_parts};
use crate::captured;
use crate::model::{Element, Schema, TypeDecl};
use askama::Template;
use shm_runtime::contract::TypeName;
use spelling::safe;
use std::collections::BTreeSet;

/// What a header begins with.
#[derive(Template)]
#[template(path = "c/begin.jinja", escape = "none")]
struct Begin<'a> {
    file: String,
    own: String,
    schema: &'a str,
    version: String,
    doc: Option<String>,
    guard: &'a str,
    /// What tells versions of the schema from one another.
    identity: &'a str,
    number: String,
    /// The inline namespace in C++, without the version of the tool.
    namespace: String,
    /// Macros of others that are put aside.
    put_aside: &'a [&'a str],
    /// The modules of the schemas that it imports.
    imports: Vec<&'a str>,
    /// Whether C++17 sees `std::optional` in it.
    has_optionals: bool,
    has_bounded_text: bool,
    /// What is true of a runtime of another series.
    runtime_series_test: String,
    runtime_version: u32,
    deprecates: bool,
}

/// What a header ends with.
#[derive(Template)]
#[template(path = "c/end.jinja", escape = "none")]
struct End<'a> {
    guard: &'a str,
    put_aside: &'a [&'a str],
    deprecates: bool,
}

/// What every declaration of a header needs.
struct Context {
    /// What every C name of the schema begins with.
    prefix: String,
    /// The types whose new values are not all zero.
    with_defaults: BTreeSet<TypeName>,
    /// The types that have ranges in them.
    with_ranges: BTreeSet<TypeName>,
}

/// What every C name of a schema begins with: `acme_market_`.
pub(super) fn prefix(schema: &Schema) -> String {
    format!("{}_", schema.name.replace('.', "_"))
}

fn runtime_version() -> [u32; 3] {
    version_parts().map(|p| p.parse().unwrap_or(0))
}

/// The version of the runtime as one number, as `SHM_RUNTIME_VERSION` has it.
pub(super) fn runtime_version_number() -> u32 {
    let [major, minor, patch] = runtime_version();
    major * 1_000_000 + minor * 1000 + patch
}

/// What tells one version of a schema from all others in C and C++: a macro that
/// each of its headers defines, the number that it is defined to, and a
/// namespace.
pub(super) struct Identity {
    pub(super) name: String,
    pub(super) number: String,
    pub(super) namespace: String,
}

pub(super) fn identity(schema: &Schema) -> Identity {
    let number = format!("{:08x}", versions::number(schema));
    Identity {
        name: format!("SHM_SCHEMA_{}", schema.name.replace('.', "_")),
        namespace: format!("shm_schema_{number}"),
        number: format!("0x{number}"),
    }
}

/// The include guard of a header of a schema. Of two files with the same schema
/// in them, one is enough.
pub(super) fn guard(schema: &Schema, language: &str) -> String {
    format!("SHM_SCHEMA_{}{language}", prefix(schema))
}

/// The header of a schema.
pub(super) fn header(schema: &Schema, identity: &Identity) -> String {
    let context = Context {
        prefix: prefix(schema),
        with_defaults: schema.types_where("", TypeDecl::has_defaults),
        with_ranges: schema.types_where("", TypeDecl::has_ranges),
    };
    let guard = guard(schema, "H");
    let put_aside = captured::put_aside(schema);
    let mut page = Page::default();
    page.add(&begin(schema, &guard, identity, &put_aside));
    for c in &schema.constants {
        page.add_line(&declarations::constant(c, &context));
    }
    // Each is made when its turn comes: there may be many.
    for decl in &schema.types {
        match decl {
            TypeDecl::Enum(e) => page.add(&declarations::enumeration(e, decl, &context)),
            TypeDecl::Flags(f) => page.add(&declarations::flags(f, decl, &context)),
            TypeDecl::Struct(s) => page.add(&structs::structure(s, decl, &context)),
            TypeDecl::Union(u) => page.add(&unions::union(u, &context)),
            TypeDecl::Wrapped(w) => match (w.bounded(), w.room) {
                (Some(bounded), _) => page.add(&rooms::bounded(w, bounded, &context)),
                (None, Some(room)) => page.add(&rooms::list(w, room, &context)),
                (None, None) => page.add(&rooms::optional(w, &context)),
            },
        }
    }
    for a in &schema.aliases {
        page.add(&declarations::alias(a, &context));
    }
    for s in &schema.segments {
        page.add(&segment::segment(s, schema, &context));
        kinds::write(&mut page, s, &context);
    }
    page.add_apart(&End { guard: &guard, put_aside: &put_aside, deprecates: schema.deprecates() });
    page.finish()
}

fn begin<'a>(
    schema: &'a Schema,
    guard: &'a str,
    identity: &'a Identity,
    put_aside: &'a [&'a str],
) -> Begin<'a> {
    let [major, minor, _] = runtime_version();
    let is_text =
        |t: &TypeDecl| matches!(t, TypeDecl::Wrapped(w) if w.inner.element == Element::Char);
    let is_optional = |t: &TypeDecl| matches!(t, TypeDecl::Wrapped(w) if w.room.is_none());
    Begin {
        file: format!("{}.toml", schema.stem),
        own: format!("{}.h", schema.module),
        schema: &schema.name,
        version: schema.version_text(),
        doc: (!schema.doc.is_empty()).then(|| lines(&safe(&schema.doc), " * ")),
        guard,
        identity: &identity.name,
        number: identity.number.clone(),
        namespace: identity.namespace.clone(),
        put_aside,
        imports: schema.imports.iter().map(|i| i.module.as_str()).collect(),
        has_optionals: schema.types.iter().any(is_optional),
        has_bounded_text: schema.types.iter().any(is_text),
        // Before 1.0 a minor version may break, as a major one after it.
        runtime_series_test: match major {
            0 => format!("SHM_RUNTIME_VERSION / 1000 != {minor}"),
            major => format!("SHM_RUNTIME_VERSION / 1000000 != {major}"),
        },
        runtime_version: runtime_version_number(),
        deprecates: schema.deprecates(),
    }
}
