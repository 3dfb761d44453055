//! What generated documentation says of a declaration besides its own text: the
//! unit, the version that brought it, what to use instead. One paragraph of
//! short sentences.

use super::text::{bound_text, quoted, value_text};
use crate::model::{
    Alias, Bit, Constant, Element, EnumValue, Field, FieldDefault, Meta, Struct, TypeDecl, Union,
    Variant,
};
use shm_runtime::contract::Range;

/// How the language says what is deprecated.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Deprecation {
    /// In the text.
    Text,
    /// By an attribute, which documentation shows by itself.
    Attribute,
}

/// Of a constant.
pub(super) fn constant(c: &Constant, how: Deprecation) -> String {
    with(&c.meta, how, [])
}

/// Of an alias.
pub(super) fn alias(a: &Alias, how: Deprecation) -> String {
    with(&a.meta, how, [unit(&a.unit), range(a.range)])
}

/// Of an alias in a table, where its unit has a column.
pub(super) fn alias_in_table(a: &Alias) -> String {
    with(&a.meta, Deprecation::Text, [range(a.range)])
}

/// Of a declared type.
pub(super) fn declared(decl: &TypeDecl, how: Deprecation) -> String {
    match decl {
        TypeDecl::Enum(e) => with(&e.meta, how, []),
        TypeDecl::Flags(f) => with(&f.meta, how, []),
        TypeDecl::Struct(s) => with(&s.meta, how, [was(s), kept(s.kept())]),
        TypeDecl::Union(u) => union(u, how),
        TypeDecl::Wrapped(w) => format!("`{}`", w.expr()),
    }
}

/// Of a value of an enum.
pub(super) fn value(v: &EnumValue, how: Deprecation) -> String {
    with(&v.meta, how, [])
}

/// Of a flag.
pub(super) fn bit(b: &Bit, how: Deprecation) -> String {
    with(&b.meta, how, [])
}

/// Of a union.
pub(super) fn union(u: &Union, how: Deprecation) -> String {
    with(&u.meta, how, [])
}

/// Of a variant of a union.
pub(super) fn variant(v: &Variant, how: Deprecation) -> String {
    with(&v.meta, how, [range(v.range)])
}

/// Of a field.
pub(super) fn field(f: &Field, how: Deprecation) -> String {
    with(&f.meta, how, [unit(&f.unit), range(f.range), default(f)])
}

/// Of a field in a table, where its unit has a column.
pub(super) fn field_in_table(f: &Field) -> String {
    with(&f.meta, Deprecation::Text, [range(f.range), default(f)])
}

/// Documentation, and a paragraph of those sentences that are there; the
/// version and what to use instead come last.
fn with<const N: usize>(meta: &Meta, how: Deprecation, own: [Option<String>; N]) -> String {
    if meta.since.is_none() && meta.deprecated.is_none() && own.iter().all(Option::is_none) {
        return meta.doc.clone();
    }
    let last = [since(meta.since), deprecated(meta.deprecated.as_deref(), how)];
    let said = own.into_iter().chain(last).flatten().collect::<Vec<_>>().join(" ");
    let paragraphs = [meta.doc.as_str(), &said];
    paragraphs.into_iter().filter(|p| !p.is_empty()).collect::<Vec<_>>().join("\n\n")
}

fn unit(unit: &str) -> Option<String> {
    (!unit.is_empty()).then(|| format!("Unit: {unit}."))
}

fn was(s: &Struct) -> Option<String> {
    let each = s.was().map(|was| {
        let bytes = if was.size == 1 { "byte" } else { "bytes" };
        format!("{} {bytes} at {} (formerly {})", was.size, was.offset, was.names.join(" and "))
    });
    let all = each.collect::<Vec<_>>().join(", ");
    (!all.is_empty()).then(|| format!("Reserved: {all}."))
}

fn kept(bytes: u64) -> Option<String> {
    let (bytes, verb) = match bytes {
        0 => return None,
        1 => ("The last byte".to_owned(), "is"),
        n => (format!("The last {n} bytes"), "are"),
    };
    Some(format!("{bytes} {verb} kept free for later versions."))
}

fn range(range: Option<Range>) -> Option<String> {
    let range = range?;
    Some(match (range.min(), range.max()) {
        (Some(min), Some(max)) => {
            format!("Range: {} to {}.", bound_text(range.ty(), min), bound_text(range.ty(), max))
        }
        (Some(min), None) => format!("Range: at least {}.", bound_text(range.ty(), min)),
        (None, Some(max)) => format!("Range: at most {}.", bound_text(range.ty(), max)),
        (None, None) => return None,
    })
}

fn default(f: &Field) -> Option<String> {
    let text = match (f.default.as_ref()?, &f.ty.element) {
        (FieldDefault::Value(value), Element::Primitive(p)) => value_text(*p, *value),
        (FieldDefault::Value(_), _) => return None,
        (FieldDefault::Text(text), _) => format!("\"{}\"", quoted(text)),
        (FieldDefault::Enum(name), _) => name.clone(),
        (FieldDefault::Flags(names, _), _) if names.is_empty() => "no flag".to_owned(),
        (FieldDefault::Flags(names, _), _) => names.join(" | "),
    };
    Some(format!("Default: {text}."))
}

fn since(version: Option<(u32, u32)>) -> Option<String> {
    version.map(|(major, minor)| format!("Since {major}.{minor}."))
}

fn deprecated(why: Option<&str>, how: Deprecation) -> Option<String> {
    let why = why.filter(|_| how == Deprecation::Text)?;
    let stop = if why.ends_with(['.', '!', '?']) { "" } else { "." };
    Some(format!("Deprecated: {why}{stop}"))
}
