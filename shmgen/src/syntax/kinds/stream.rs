//! Streams as they are written.

use super::{Body, Kind, Written, no_more, side};
use crate::diagnostics::Spanned;
use crate::syntax::walk::{Context, Table};
use shm_runtime::contract::Side;

/// A stream.
#[derive(Debug)]
#[allow(missing_docs)] // the fields are the keys of those names
pub struct Stream {
    pub bytes: Spanned<i128>,
    pub producers: Option<Spanned<Side>>,
    pub consumers: Option<Spanned<Side>>,
}

pub(super) const KIND: Kind = Kind {
    name: "stream",
    called: ("a stream", "needs"),
    needs: &["bytes"],
    takes: &["producers", "consumers"],
    keys: &[],
    why_not: no_more,
    read,
};

impl Written for Stream {
    fn numbers(&mut self) -> Vec<&mut Spanned<i128>> {
        vec![&mut self.bytes]
    }
}

fn read(c: &mut Context<'_>, table: &Table<'_, '_>) -> Option<Body> {
    let bytes = table.number(c, "bytes");
    let (producers, consumers) = (side(c, table, "producers"), side(c, table, "consumers"));
    Some(Body::Stream(Stream { bytes: bytes?, producers, consumers }))
}
