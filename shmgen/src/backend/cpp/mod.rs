//! The C++ backend: a layer for C++17 over the C header. Each declaration of a
//! schema has a template of its own in `templates/cpp`.

mod declarations;
mod segment;
mod spelling;
mod types;

use super::c;
use super::text::{Page, VERSION, render, version_parts};
use crate::captured;
use crate::model::{Schema, TypeDecl};
use askama::Template;

/// `shm_runtime.hpp`.
#[derive(Template)]
#[template(path = "cpp/runtime.jinja", escape = "none")]
struct Runtime {
    version: &'static str,
    runtime_version: String,
    namespace: String,
}

/// What a header begins with. Behind it are the functions of the types, where
/// argument-dependent look-up finds them: beside the C names.
#[derive(Template)]
#[template(path = "cpp/begin.jinja", escape = "none")]
struct Begin<'a> {
    file: String,
    schema: &'a str,
    version: String,
    module: &'a str,
    guard: &'a str,
    /// As in the C header.
    identity: &'a str,
    number: &'a str,
    /// The inline namespace of the C header.
    outer: &'a str,
    /// Macros of others that are put aside.
    put_aside: &'a [&'a str],
    /// The modules of the schemas that it imports.
    imports: Vec<&'a str>,
    deprecates: bool,
}

/// Where the schema's own namespace begins, with the names of C++.
#[derive(Template)]
#[template(path = "cpp/namespace.jinja", escape = "none")]
struct Namespace<'a> {
    namespace: &'a str,
    inline_namespace: &'a str,
}

/// The functions of the types under their names in that namespace.
#[derive(Template)]
#[template(path = "cpp/using.jinja", escape = "none")]
struct Using {
    has_ranges: bool,
    has_unions: bool,
}

/// What a header ends with.
#[derive(Template)]
#[template(path = "cpp/end.jinja", escape = "none")]
struct End<'a> {
    namespace: &'a str,
    inline_namespace: &'a str,
    guard: &'a str,
    put_aside: &'a [&'a str],
    deprecates: bool,
}

/// Two versions of the tool are strangers to each other in one program.
fn inline_namespace() -> String {
    format!("v{}", version_parts().join("_"))
}

/// `shm_runtime.hpp`, which generated headers include.
pub(super) fn runtime() -> String {
    render(&Runtime {
        version: VERSION,
        runtime_version: c::runtime_version_number().to_string(),
        namespace: inline_namespace(),
    })
}

/// The header of a schema.
pub(super) fn header(schema: &Schema, identity: &c::Identity) -> String {
    let prefix = c::prefix(schema);
    let guard = c::guard(schema, "HPP");
    let put_aside = captured::put_aside(schema);
    let namespace = captured::namespace(&schema.name, c::taken::has);
    // No name of a schema ends so.
    let inline_namespace = format!("{}_{}_", identity.namespace, inline_namespace());
    let mut page = Page::default();
    page.add(&Begin {
        file: format!("{}.toml", schema.stem),
        schema: &schema.name,
        version: schema.version_text(),
        module: &schema.module,
        guard: &guard,
        identity: &identity.name,
        number: &identity.number,
        outer: &identity.namespace,
        put_aside: &put_aside,
        imports: schema.imports.iter().map(|i| i.module.as_str()).collect(),
        deprecates: schema.deprecates(),
    });
    // Each is made when its turn comes: there may be many.
    for decl in &schema.types {
        match decl {
            TypeDecl::Enum(e) => page.add(&types::enumeration(e, &prefix)),
            TypeDecl::Flags(f) => page.add(&types::flags(f, &prefix)),
            TypeDecl::Union(u) => page.add(&types::union(u, decl, &prefix)),
            TypeDecl::Struct(_) | TypeDecl::Wrapped(_) => {
                page.add(&types::structure(decl, &prefix));
            }
        }
    }
    page.add(&Namespace { namespace: &namespace, inline_namespace: &inline_namespace });
    for c in &schema.constants {
        page.add_line(&declarations::constant(c));
    }
    for a in &schema.aliases {
        page.add_line(&declarations::alias(a, &prefix));
    }
    for decl in &schema.types {
        page.add_line(&declarations::type_name(decl, &prefix));
    }
    if !schema.types.is_empty() {
        page.add(&Using {
            has_ranges: schema.types.iter().any(TypeDecl::has_ranges),
            has_unions: schema.types.iter().any(|t| matches!(t, TypeDecl::Union(_))),
        });
    }
    for s in &schema.segments {
        page.add(&segment::segment(s, &prefix));
    }
    page.add(&End {
        namespace: &namespace,
        inline_namespace: &inline_namespace,
        guard: &guard,
        put_aside: &put_aside,
        deprecates: schema.deprecates(),
    });
    page.finish()
}
