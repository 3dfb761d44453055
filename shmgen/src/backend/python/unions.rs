//! Unions in Python: the structures that they lie in, and the classes of their
//! variants.

use super::rooms::with_gaps;
use super::spelling::{self, Names, class_doc, docstring, range};
use crate::backend::notes::{self, Deprecation::Text};
use crate::model::{self, Type};
use askama::Template;
use std::collections::BTreeSet;

#[derive(Template)]
#[template(path = "python/union.jinja", escape = "none")]
pub(super) struct Union {
    doc: String,
    name: String,
    size: u64,
    /// Bytes of its tag.
    tag: u64,
    tag_format: String,
    /// Where its variants lie, and how many bytes they share.
    offset: u64,
    payload: u64,
    /// Of the whole, as for lists.
    members: Vec<(&'static str, String)>,
    variants: Vec<Variant>,
    hints: Vec<Hint>,
}

struct Variant {
    name: String,
    number: u64,
    /// What it holds.
    held: Option<Held>,
}

struct Held {
    size: u64,
    /// An array of one, for ctypes.
    ctype: String,
    format: String,
    descriptor: String,
}

/// A variant's class, for a type checker.
struct Hint {
    doc: String,
    name: String,
    match_args: &'static str,
    parameters: String,
    value: Option<String>,
}

pub(super) fn union(u: &model::Union, names: &Names<'_>) -> Union {
    let gap = u.layout.offset - u.tag.size();
    let tail = u.layout.size - u.layout.offset - u.payload;
    let tag = ("tag", spelling::scalar(u.tag).to_owned());
    let held = |v: &model::Variant, ty: &Type| Held {
        size: v.size,
        ctype: spelling::array(&names.ctype(ty), 1),
        format: names.format(ty),
        descriptor: names.descriptor(ty, "", &v.range.map(range).unwrap_or_default()),
    };
    Union {
        doc: class_doc(&notes::union(u, Text), "A union of the schema."),
        name: u.name.clone(),
        size: u.layout.size,
        tag: u.tag.size(),
        tag_format: spelling::number(u.tag),
        offset: u.layout.offset,
        payload: u.payload,
        members: with_gaps(tag, gap, ("held", format!("_{}_held", u.name)), tail),
        variants: u
            .variants
            .iter()
            .map(|v| Variant {
                name: v.name.clone(),
                number: v.number,
                held: v.ty.as_ref().map(|ty| held(v, ty)),
            })
            .collect(),
        hints: variant_hints(u, names),
    }
}

fn variant_hints(u: &model::Union, names: &Names<'_>) -> Vec<Hint> {
    let mut hints: Vec<Hint> = u
        .variants
        .iter()
        .map(|v| {
            let hints = v.ty.as_ref().map(|ty| names.hints(ty, &BTreeSet::new()));
            Hint {
                doc: variant_doc(&notes::variant(v, Text)),
                name: v.name.clone(),
                match_args: if hints.is_some() { "(\"value\",)" } else { "()" },
                parameters: hints
                    .as_ref()
                    .map_or(String::new(), |(_, set)| format!(", value: {set}")),
                value: hints.map(|(get, _)| get),
            }
        })
        .collect();
    hints.push(Hint {
        doc: variant_doc("A variant of another version, with all that lies behind its tag."),
        name: "unknown".to_owned(),
        match_args: "(\"tag\", \"value\")",
        parameters: ", tag: _builtins.int, value: _builtins.bytes".to_owned(),
        value: Some("_builtins.bytes".to_owned()),
    });
    hints
}

/// A docstring of a class that only a type checker sees, with a line end;
/// nothing if there is none.
fn variant_doc(text: &str) -> String {
    if text.is_empty() {
        return String::new();
    }
    let indent = " ".repeat(8);
    let mut text = docstring(text, &indent);
    if text.contains('\n') {
        text.push('\n');
        text.push_str(&indent);
    }
    format!("{indent}\"\"\"{text}\"\"\"\n\n")
}
