//! Lists, optionals and unions in Python: the structures that they lie in, and
//! the classes of variants.

use super::types::{self, Writer};
use super::{class_doc, docstring, range};
use crate::backend::notes::{self, Deprecation::Text};
use crate::model::{self, Type};
use shm_runtime::contract::Primitive;
use std::collections::BTreeSet;

/// A list or an optional: what tells how much is there, and the room for it.
pub(super) struct Wrapped {
    pub(super) name: String,
    pub(super) size: u64,
    /// Names and what ctypes is told, with the gaps.
    pub(super) members: Vec<(&'static str, String)>,
    /// Names, offsets, sizes and what NumPy is told, without them.
    pub(super) parts: [(&'static str, u64, u64, String); 2],
}

pub(super) struct Union {
    pub(super) doc: String,
    pub(super) name: String,
    pub(super) size: u64,
    /// Bytes of its tag.
    pub(super) tag: u64,
    pub(super) tag_format: String,
    /// Where its variants lie, and how many bytes they share.
    pub(super) offset: u64,
    pub(super) payload: u64,
    /// Of the whole, as for lists.
    pub(super) members: Vec<(&'static str, String)>,
    pub(super) variants: Vec<Variant>,
    /// What its variants are told that they belong to.
    pub(super) base: String,
    pub(super) hints: Vec<Hint>,
}

pub(super) struct Variant {
    pub(super) name: String,
    pub(super) number: u64,
    /// What it holds.
    pub(super) held: Option<Held>,
}

pub(super) struct Held {
    pub(super) size: u64,
    /// An array of one, for ctypes.
    pub(super) ctype: String,
    pub(super) format: String,
    pub(super) descriptor: String,
}

/// A variant's class, for a type checker.
pub(super) struct Hint {
    pub(super) doc: String,
    pub(super) name: String,
    pub(super) match_args: &'static str,
    pub(super) parameters: String,
    pub(super) value: Option<String>,
}

pub(super) fn union(u: &model::Union, writer: &Writer<'_>) -> Union {
    let gap = u.layout.offset - u.tag.size();
    let tail = u.layout.size - u.layout.offset - u.payload;
    let tag = ("tag", types::scalar(u.tag).to_owned());
    let held = |v: &model::Variant, ty: &Type| Held {
        size: v.size,
        ctype: types::array(&writer.ctype(ty), 1),
        format: writer.format(ty),
        descriptor: writer.descriptor(ty, "", &v.range.map(range).unwrap_or_default()),
    };
    Union {
        doc: class_doc(&notes::union(u, Text), "A union of the schema."),
        name: u.name.clone(),
        size: u.layout.size,
        tag: u.tag.size(),
        tag_format: types::number(u.tag),
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
        base: if u.variants.iter().any(|v| v.name == u.name) {
            types::own(&u.name)
        } else {
            u.name.clone()
        },
        hints: variant_hints(u, writer),
    }
}

fn variant_hints(u: &model::Union, writer: &Writer<'_>) -> Vec<Hint> {
    let mut hints: Vec<Hint> = u
        .variants
        .iter()
        .map(|v| {
            let hints = v.ty.as_ref().map(|ty| writer.hints(ty, &BTreeSet::new()));
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
        parameters: ", tag: int, value: bytes".to_owned(),
        value: Some("bytes".to_owned()),
    });
    hints
}

/// A docstring of a class within a class, with a line end; nothing if there is
/// none.
fn variant_doc(text: &str) -> String {
    if text.is_empty() {
        return String::new();
    }
    let mut text = docstring(text, "            ");
    if text.contains('\n') {
        text.push_str("\n            ");
    }
    format!("            \"\"\"{text}\"\"\"\n\n")
}

pub(super) fn wrapped(w: &model::Wrapped, writer: &Writer<'_>) -> Wrapped {
    let format = writer.format(&w.inner);
    let ctype = types::array(&writer.ctype(&w.inner), w.room.unwrap_or(1));
    let (name, head, kept, format) = match w.room {
        Some(n) => ("count", Primitive::U32, "items", format!("({format}, ({n},))")),
        None => ("has", Primitive::U8, "value", format),
    };
    let first = (name, types::scalar(head).to_owned());
    Wrapped {
        name: format!("_{}", w.name),
        size: w.layout.size,
        members: with_gaps(first, w.head_gap(), (kept, ctype), w.tail_gap()),
        parts: [
            (name, 0, head.size(), types::number(head)),
            (kept, w.layout.offset, w.item * w.room.unwrap_or(1), format),
        ],
    }
}

/// Two members, and the gaps behind each.
fn with_gaps(
    first: (&'static str, String),
    gap: u64,
    second: (&'static str, String),
    tail: u64,
) -> Vec<(&'static str, String)> {
    let reserved = |name, bytes| (bytes > 0).then(|| (name, format!("_ctypes.c_uint8 * {bytes}")));
    let mut out = vec![first];
    out.extend(reserved("_reserved0", gap));
    out.push(second);
    out.extend(reserved("_reserved1", tail));
    out
}
