//! Lists and optionals in Python: what tells how much is there, and the room for
//! it.

use super::spelling::{self, Names};
use crate::model::Wrapped;
use askama::Template;
use shm_runtime::contract::Primitive;

#[derive(Template)]
#[template(path = "python/room.jinja", escape = "none")]
pub(super) struct Room {
    name: String,
    size: u64,
    /// Names and what ctypes is given, with the gaps.
    members: Vec<(&'static str, String)>,
    /// Names, offsets, sizes and what NumPy is given, without them.
    parts: [(&'static str, u64, u64, String); 2],
}

pub(super) fn room(w: &Wrapped, names: &Names<'_>) -> Room {
    let format = names.format(&w.inner);
    let ctype = spelling::array(&names.ctype(&w.inner), w.room.unwrap_or(1));
    let (name, head, kept, format) = match w.room {
        Some(n) if w.bounded().is_some_and(|bounded| bounded.is_text) => {
            ("count", Primitive::U32, "items", format!("\"S{n}\""))
        }
        Some(n) => ("count", Primitive::U32, "items", format!("({format}, ({n},))")),
        None => ("has", Primitive::U8, "value", format),
    };
    let first = (name, spelling::scalar(head).to_owned());
    Room {
        name: format!("_{}", w.name),
        size: w.layout.size,
        members: with_gaps(first, w.head_gap(), (kept, ctype), w.tail_gap()),
        parts: [
            (name, 0, head.size(), spelling::number(head)),
            (kept, w.layout.offset, w.item * w.room.unwrap_or(1), format),
        ],
    }
}

/// Two members, and the gaps behind each.
pub(super) fn with_gaps(
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
