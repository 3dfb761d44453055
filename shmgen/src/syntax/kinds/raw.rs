//! Raw bytes as they are written.

use super::{Body, Kind, Written, has_no_sides};
use crate::diagnostics::Spanned;
use crate::syntax::keys::shape::{ALIGN, key};
use crate::syntax::walk::{Context, Table};

/// Raw bytes.
#[derive(Debug)]
#[allow(missing_docs)] // the fields are the keys of those names
pub struct Raw {
    pub bytes: Spanned<i128>,
    pub align: Option<Spanned<i128>>,
}

pub(super) const KIND: Kind = Kind {
    name: "raw",
    called: ("raw bytes", "need"),
    needs: &["bytes"],
    takes: &["align"],
    keys: &[key("align", ALIGN, "The alignment of raw bytes, a power of two; 128 at least.")],
    why_not: has_no_sides,
    read,
};

impl Written for Raw {
    fn numbers(&mut self) -> Vec<&mut Spanned<i128>> {
        [&mut self.bytes].into_iter().chain(&mut self.align).collect()
    }
}

fn read(c: &mut Context<'_>, table: &Table<'_, '_>) -> Option<Body> {
    let (bytes, align) = (table.number(c, "bytes"), table.number(c, "align"));
    Some(Body::Raw(Raw { bytes: bytes?, align }))
}
