//! Rings as they are written.

use super::{Body, Kind, Written, no_more, side};
use crate::diagnostics::Spanned;
use crate::syntax::walk::{Context, Table};
use shm_runtime::contract::Side;

/// A ring.
#[derive(Debug)]
#[allow(missing_docs)] // the fields are the keys of those names
pub struct Ring {
    pub bytes: Spanned<i128>,
    pub producers: Option<Spanned<Side>>,
    pub consumers: Option<Spanned<Side>>,
    pub lanes: Option<Spanned<i128>>,
}

pub(super) const KIND: Kind = Kind {
    name: "ring",
    called: ("a ring", "needs"),
    needs: &["bytes"],
    takes: &["producers", "consumers", "lanes"],
    keys: &[],
    why_not: no_more,
    read,
};

impl Written for Ring {
    fn numbers(&mut self) -> Vec<&mut Spanned<i128>> {
        [&mut self.bytes].into_iter().chain(&mut self.lanes).collect()
    }
}

fn read(c: &mut Context<'_>, table: &Table<'_, '_>) -> Option<Body> {
    let (bytes, lanes) = (table.number(c, "bytes"), table.number(c, "lanes"));
    let (producers, consumers) = (side(c, table, "producers"), side(c, table, "consumers"));
    Some(Body::Ring(Ring { bytes: bytes?, producers, consumers, lanes }))
}
