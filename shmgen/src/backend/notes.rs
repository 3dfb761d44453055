//! What generated documentation says of a declaration besides its own text: the
//! unit, the version that brought it. One paragraph of short sentences.

use crate::model::{Alias, Bit, EnumValue, Field};

/// Of an alias.
pub(super) fn alias(a: &Alias) -> String {
    with(&a.doc, &[unit(&a.unit)])
}

/// Of a value of an enum.
pub(super) fn value(v: &EnumValue) -> String {
    with(&v.doc, &[since(v.since)])
}

/// Of a flag.
pub(super) fn bit(b: &Bit) -> String {
    with(&b.doc, &[since(b.since)])
}

/// Of a field.
pub(super) fn field(f: &Field) -> String {
    with(&f.doc, &[unit(&f.unit), since(f.since)])
}

/// Of a field, where its unit stands elsewhere.
pub(super) fn but_unit(f: &Field) -> String {
    with(&f.doc, &[since(f.since)])
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

fn since(version: Option<(u32, u32)>) -> Option<String> {
    version.map(|(major, minor)| format!("Since {major}.{minor}."))
}
