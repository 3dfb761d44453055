//! The Python backend: a module of ctypes structures, and `shm_types.py`, which
//! all modules import. Each declaration of a schema has a template of its own in
//! `templates/python`.

mod declarations;
mod rooms;
mod segment;
mod spelling;
mod structs;
mod unions;

use super::text::{Page, version_parts};
use crate::kind;
use crate::model::{Schema, Type, TypeDecl};
use askama::Template;
use shm_runtime::contract::TypeName;
use spelling::{Names, docstring};
use std::collections::BTreeSet;

/// What a module begins with.
#[derive(Template)]
#[template(path = "python/module.jinja", escape = "none")]
struct Module<'a> {
    file: String,
    doc: String,
    schema: &'a str,
    version: String,
    major: &'static str,
    minor: &'static str,
    imports: Vec<Import>,
    /// All that it declares.
    names: Vec<&'a str>,
}

/// A module that is imported.
struct Import {
    module: String,
    name: String,
}

impl Module<'_> {
    /// What a type checker says where it finds no module, another one, or that
    /// it has nothing to say.
    const UNFOUND: &'static str = "import-not-found, import-untyped, attr-defined, unused-ignore";
}

/// The types of a module, for a type checker of those that import it.
#[derive(Template)]
#[template(path = "python/types.jinja", escape = "none")]
struct Types<'a> {
    own: Vec<&'a str>,
}

/// What every declaration of a module needs.
struct Context<'a> {
    names: Names<'a>,
    /// The types whose new values are not all zero.
    with_defaults: BTreeSet<TypeName>,
}

/// `shm_types.py`, which all modules import. Its version is filled in.
const SHARED: &str = include_str!("../../../templates/python/shm_types.py");

/// `shm_types.py`, the same for every schema.
pub(super) fn shared() -> String {
    let version = format!("VERSION = ({})", version_parts().join(", "));
    // Whose formatter meets a copy of it has other rules.
    let text =
        SHARED.replacen(", do not edit\n", ", do not edit\n# fmt: off\n# isort: skip_file\n", 1);
    text.replacen("VERSION = (0, 0, 0)", &version, 1)
}

/// The module of a schema.
pub(super) fn module(schema: &Schema) -> String {
    let context = Context {
        names: Names::new(schema),
        with_defaults: schema.types_where("", TypeDecl::has_defaults),
    };
    let own = schema.types.iter().filter(|t| !matches!(t, TypeDecl::Wrapped(_)));
    let own: Vec<&str> = own.map(TypeDecl::name).collect();
    let mut page = Page::default();
    page.add(&head(schema, &own, &context));
    for c in &schema.constants {
        page.add(&declarations::constant(c));
    }
    // Each is made when its turn comes: there may be many.
    for decl in &schema.types {
        match decl {
            TypeDecl::Enum(e) => page.add_apart(&declarations::enumeration(e, decl)),
            TypeDecl::Flags(f) => page.add_apart(&declarations::flags(f, decl)),
            TypeDecl::Struct(s) => page.add_apart(&structs::structure(s, decl, &context)),
            TypeDecl::Union(u) => page.add_apart(&unions::union(u, &context.names)),
            TypeDecl::Wrapped(w) => page.add_apart(&rooms::room(w, &context.names)),
        }
    }
    if !own.is_empty() {
        page.add_apart(&Types { own });
    }
    for s in &schema.segments {
        page.add_apart(&segment::segment(s, schema, &context));
    }
    page.finish()
}

fn head<'a>(schema: &'a Schema, own: &[&'a str], context: &Context<'_>) -> Module<'a> {
    let [major, minor, _] = version_parts();
    let constants = schema.constants.iter().map(|c| c.name.as_str());
    let segments = schema.segments.iter().map(|s| s.type_name.as_str());
    let mut names: Vec<&str> = constants.chain(own.iter().copied()).chain(segments).collect();
    names.extend(["SCHEMA", "SCHEMA_VERSION"]);
    names.sort_unstable();
    let imports = context.names.modules_of(used(schema)).into_iter();
    Module {
        file: format!("{}.toml", schema.stem),
        doc: module_doc(schema),
        schema: &schema.name,
        version: schema.version_text(),
        major,
        minor,
        imports: imports
            .map(|module| Import { name: spelling::module_name(&module), module })
            .collect(),
        names,
    }
}

/// The names of all types that the module writes.
fn used(schema: &Schema) -> impl Iterator<Item = &TypeName> {
    let types = schema.types.iter().flat_map(|decl| -> Vec<&Type> {
        match decl {
            TypeDecl::Enum(_) | TypeDecl::Flags(_) => vec![],
            TypeDecl::Struct(s) => s.fields().map(|f| &f.ty).collect(),
            TypeDecl::Union(u) => u.variants.iter().filter_map(|v| v.ty.as_ref()).collect(),
            TypeDecl::Wrapped(w) => vec![&w.inner],
        }
    });
    let objects = schema.segments.iter().flat_map(|s| &s.objects);
    let reached = objects.filter(|o| kind::of(o).in_python(o, "").is_some());
    let items = reached.filter_map(|o| o.item.as_ref()).map(|item| &item.name);
    types.filter_map(|ty| ty.element.named()).chain(items)
}

fn module_doc(schema: &Schema) -> String {
    let mut text = format!("Schema {} {}.", schema.name, schema.version_text());
    if !schema.doc.is_empty() {
        text.push_str("\n\n");
        text.push_str(&docstring(&schema.doc, ""));
    }
    if text.contains('\n') {
        text.push('\n');
    }
    format!("\"\"\"{text}\"\"\"")
}
