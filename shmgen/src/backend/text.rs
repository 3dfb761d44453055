//! Small pieces of text that more than one language needs.

use crate::model::{Segment, Value};
use askama::Template;
use shm_runtime::contract::{Bound, Primitive};

/// The version of this tool, which is that of the runtime it writes for.
pub(super) const VERSION: &str = env!("CARGO_PKG_VERSION");

/// Major, minor and patch of [`VERSION`].
pub(super) fn version_parts() -> [&'static str; 3] {
    [
        env!("CARGO_PKG_VERSION_MAJOR"),
        env!("CARGO_PKG_VERSION_MINOR"),
        env!("CARGO_PKG_VERSION_PATCH"),
    ]
}

/// The text of a template, with one line end behind its last line and no more
/// than two empty lines anywhere.
#[expect(clippy::expect_used, reason = "no part of our templates can fail to be written")]
pub(super) fn render(template: &impl Template) -> String {
    let text = template.render().expect("text is written to a String");
    let mut out = String::with_capacity(text.len() + 1);
    let mut empty = 0;
    for line in text.trim_end().lines() {
        let line = line.trim_end();
        empty = if line.is_empty() { empty + 1 } else { 0 };
        if empty <= 2 {
            out.push_str(line);
            out.push('\n');
        }
    }
    out
}

/// Each line of documentation behind a prefix, with a line end; nothing if
/// there is none.
pub(super) fn lines(doc: &str, prefix: &str) -> String {
    doc.lines().map(|line| format!("{prefix}{line}").trim_end().to_owned() + "\n").collect()
}

/// Text between double quotes, in the escapes that Rust, C and Python share.
pub(super) fn quoted(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            c if c.is_control() => out.push(' '),
            c => out.push(c),
        }
    }
    out
}

/// Which objects of a segment generated code has nothing for: a paragraph, each
/// line behind a prefix, with an empty line before it; nothing if there are none.
pub(super) fn others(segment: &Segment, prefix: &str) -> String {
    let list: String = segment
        .without_handles()
        .map(|o| format!("- `{}` ({})\n", o.name, o.kind.name()))
        .collect();
    if list.is_empty() {
        return list;
    }
    lines(&format!("\nCreated and shown by stat, and without functions yet:\n\n{list}"), prefix)
}

/// A number, `true` or `false`, as schemas and people write it.
pub(super) fn value_text(ty: Primitive, value: Value) -> String {
    match value {
        Value::Integer(n) => n.to_string(),
        Value::Float(f) => float_text(ty, f),
        Value::Bool(b) => b.to_string(),
    }
}

/// An end of a range, as schemas and people write it.
pub(super) fn bound_text(ty: Primitive, bound: Bound) -> String {
    value_text(ty, bound_value(bound))
}

/// An end of a range as a value.
pub(super) fn bound_value(bound: Bound) -> Value {
    match bound {
        Bound::Integer(n) => Value::Integer(n),
        Bound::Float(f) => Value::Float(f),
    }
}

/// The fewest digits that make this number of this type, in a form that Rust, C
/// and Python share.
pub(super) fn float_text(ty: Primitive, f: f64) -> String {
    #[allow(clippy::cast_possible_truncation)] // it is one that an f32 holds
    if ty == Primitive::F32 { format!("{:?}", f as f32) } else { format!("{f:?}") }
}
