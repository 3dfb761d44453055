//! What generated documentation says of a declaration besides its own text: the
//! unit, the version that brought it, what to use instead. One paragraph of
//! short sentences.

use super::text::{bound_text, quoted, value_text};
use crate::model::{
    Alias, Bit, Constant, Element, EnumValue, Field, FieldDefault, Struct, TypeDecl, Union, Variant,
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
    with(&c.doc, &[deprecated(c.deprecated.as_deref(), how)])
}

/// Of an alias.
pub(super) fn alias(a: &Alias, how: Deprecation) -> String {
    with(&a.doc, &[unit(&a.unit), range(a.range), deprecated(a.deprecated.as_deref(), how)])
}

/// Of an alias in a table, where its unit has a column.
pub(super) fn alias_in_table(a: &Alias) -> String {
    let why = deprecated(a.deprecated.as_deref(), Deprecation::Text);
    with(&a.doc, &[range(a.range), why])
}

/// Of a declared type.
pub(super) fn declared(decl: &TypeDecl, how: Deprecation) -> String {
    let (was, kept) = match decl {
        TypeDecl::Struct(s) => (was(s), kept(s.kept())),
        _ => (None, None),
    };
    let (doc, why) = match decl {
        TypeDecl::Enum(e) => (&e.doc, &e.deprecated),
        TypeDecl::Flags(f) => (&f.doc, &f.deprecated),
        TypeDecl::Struct(s) => (&s.doc, &s.deprecated),
        TypeDecl::Union(u) => return union(u, how),
        TypeDecl::Wrapped(w) => return format!("`{}`", w.expr()),
    };
    with(doc, &[was, kept, deprecated(why.as_deref(), how)])
}

/// Of a value of an enum.
pub(super) fn value(v: &EnumValue, how: Deprecation) -> String {
    with(&v.doc, &[since(v.since), deprecated(v.deprecated.as_deref(), how)])
}

/// Of a flag.
pub(super) fn bit(b: &Bit, how: Deprecation) -> String {
    with(&b.doc, &[since(b.since), deprecated(b.deprecated.as_deref(), how)])
}

/// Of a union.
pub(super) fn union(u: &Union, how: Deprecation) -> String {
    with(&u.doc, &[deprecated(u.deprecated.as_deref(), how)])
}

/// Of a variant of a union.
pub(super) fn variant(v: &Variant, how: Deprecation) -> String {
    let why = deprecated(v.deprecated.as_deref(), how);
    with(&v.doc, &[range(v.range), since(v.since), why])
}

/// Of a field.
pub(super) fn field(f: &Field, how: Deprecation) -> String {
    let why = deprecated(f.deprecated.as_deref(), how);
    with(&f.doc, &[unit(&f.unit), range(f.range), default(f), since(f.since), why])
}

/// Of a field in a table, where its unit has a column.
pub(super) fn field_in_table(f: &Field) -> String {
    let why = deprecated(f.deprecated.as_deref(), Deprecation::Text);
    with(&f.doc, &[range(f.range), default(f), since(f.since), why])
}

/// Documentation, and a paragraph of those sentences that are there.
fn with(doc: &str, sentences: &[Option<String>]) -> String {
    let said: Vec<&str> = sentences.iter().flatten().map(String::as_str).collect();
    let paragraphs = [doc, &said.join(" ")];
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
