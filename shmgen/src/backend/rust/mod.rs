//! The Rust backend: the body of a module. Each declaration of a schema has a
//! template of its own in `templates/rust`.

mod declarations;
mod ranges;
mod segment;
mod spelling;
mod structs;
mod unions;
mod zerocopy;

use super::text::{Page, VERSION, version_parts};
use crate::model::{Schema, TypeDecl};
use askama::Template;
use shm_runtime::contract::TypeName;
use spelling::Names;
use std::collections::{BTreeMap, BTreeSet};

/// What the user wants on generated Rust.
#[derive(Clone, Debug, Default)]
pub struct RustOptions {
    /// Attributes to put on a type, by its name; `.` stands for all types.
    pub type_attributes: BTreeMap<String, Vec<String>>,
    /// Whether types have the traits of `zerocopy`.
    pub zerocopy: bool,
}

/// What a module begins with.
#[derive(Template)]
#[template(path = "rust/module.jinja", escape = "none")]
struct Module<'a> {
    file: String,
    schema: &'a str,
    version: String,
    runtime: &'static str,
    require: String,
}

/// What every declaration of a module needs.
struct Context<'a> {
    names: Names<'a>,
    /// The types that have ranges in them.
    with_ranges: BTreeSet<TypeName>,
    lints: Lints,
    options: &'a RustOptions,
    /// The structs that zerocopy does not take for bytes.
    with_rooms: BTreeSet<TypeName>,
}

/// Attributes for what lints have no say in: what is deprecated is for others
/// not to use. The formatter has none either, in files that are committed.
#[derive(Clone, Copy)]
struct Lints {
    /// Of generated code.
    allow: &'static str,
    /// The same with its line end, where only what is deprecated could be told
    /// of.
    quiet: &'static str,
}

impl Lints {
    fn of(schema: &Schema) -> Self {
        if schema.deprecates() {
            let allow = "#[rustfmt::skip]\n#[allow(dead_code, deprecated, missing_docs, nonstandard_style, \
                         clippy::all, clippy::pedantic)]";
            Self { allow, quiet: "#[rustfmt::skip]\n#[allow(deprecated)]\n" }
        } else {
            let allow = "#[rustfmt::skip]\n#[allow(dead_code, missing_docs, nonstandard_style, clippy::all, \
                         clippy::pedantic)]";
            Self { allow, quiet: "#[rustfmt::skip]\n" }
        }
    }
}

/// The module of a schema.
pub(super) fn module(schema: &Schema, options: &RustOptions) -> String {
    let context = Context {
        names: Names::new(schema),
        with_ranges: schema.types_where("", TypeDecl::has_ranges),
        lints: Lints::of(schema),
        options,
        with_rooms: if options.zerocopy { zerocopy::with_rooms(schema) } else { BTreeSet::new() },
    };
    let mut page = Page::default();
    page.add(&Module {
        file: format!("{}.toml", schema.stem),
        schema: &schema.name,
        version: schema.version_text(),
        runtime: VERSION,
        require: version_parts().join(", "),
    });
    for c in &schema.constants {
        page.add(&declarations::constant(c, &context));
    }
    for a in &schema.aliases {
        page.add(&declarations::alias(a, &context));
    }
    // Each is made when its turn comes: there may be many.
    for decl in &schema.types {
        match decl {
            TypeDecl::Enum(e) => page.add(&declarations::enumeration(e, &context)),
            TypeDecl::Flags(f) => page.add(&declarations::flags(f, &context)),
            TypeDecl::Struct(s) => page.add(&structs::structure(s, decl, &context)),
            TypeDecl::Union(u) => page.add(&unions::union(u, &context)),
            TypeDecl::Wrapped(_) => {} // Rust has generic types for them
        }
    }
    for s in &schema.segments {
        page.add(&segment::segment(s, schema, &context));
    }
    page.finish()
}
