//! Streams as they are written.

use super::{Body, Kind, Written, no_more, side};
use crate::diagnostics::{Code, Spanned};
use crate::syntax::type_text::{TypeText, type_text};
use crate::syntax::walk::{Context, Table};
use shm_runtime::contract::Side;

/// A stream.
#[derive(Debug)]
pub struct Stream {
    /// What it passes.
    pub passes: Passes,
    /// The key `producers`.
    pub producers: Option<Spanned<Side>>,
    /// The key `consumers`.
    pub consumers: Option<Spanned<Side>>,
}

/// What a stream passes, and how much of it always fits.
#[derive(Debug)]
pub enum Passes {
    /// Bytes: the key `bytes`.
    Bytes(Spanned<i128>),
    /// Whole items: the keys `item` and `capacity`.
    Items(TypeText, Spanned<i128>),
}

pub(super) const KIND: Kind = Kind {
    name: "stream",
    called: ("a stream", "needs"),
    needs: &["bytes|item+capacity"],
    takes: &["producers", "consumers"],
    keys: &[],
    why_not: no_more,
    read,
};

impl Written for Stream {
    fn numbers(&mut self) -> Vec<&mut Spanned<i128>> {
        match &mut self.passes {
            Passes::Bytes(number) | Passes::Items(_, number) => vec![number],
        }
    }

    fn item(&self) -> Option<&TypeText> {
        match &self.passes {
            Passes::Bytes(_) => None,
            Passes::Items(item, _) => Some(item),
        }
    }
}

fn read(c: &mut Context<'_>, table: &Table<'_, '_>) -> Option<Body> {
    let (producers, consumers) = (side(c, table, "producers"), side(c, table, "consumers"));
    let passes = passes(c, table)?;
    Some(Body::Stream(Stream { passes, producers, consumers }))
}

fn passes(c: &mut Context<'_>, table: &Table<'_, '_>) -> Option<Passes> {
    let [bytes, item, capacity] = ["bytes", "item", "capacity"].map(|key| table.key_span(key));
    match (bytes, item, capacity) {
        (Some(_), None, None) => table.number(c, "bytes").map(Passes::Bytes),
        (None, Some(_), Some(_)) => {
            let (item, capacity) = (type_text(c, table, "item"), table.number(c, "capacity"));
            Some(Passes::Items(item?, capacity?))
        }
        (Some(bytes), Some(_), _) | (Some(bytes), None, Some(_)) => {
            c.error(Code::E069, bytes, "`bytes` is of a stream of bytes, and this one has items")
                .help("leave out `bytes`, or `item` and `capacity`");
            None
        }
        (None, Some(item), None) => missing(c, item, "a stream with an `item`", "capacity"),
        (None, None, Some(capacity)) => missing(c, capacity, "a stream with a `capacity`", "item"),
        (None, None, None) => {
            let kind = table.key_span("kind")?;
            missing(c, kind, "a stream without an `item`", "bytes")
        }
    }
}

fn missing<T>(
    c: &mut Context<'_>,
    at: crate::diagnostics::Span,
    what: &str,
    key: &str,
) -> Option<T> {
    c.error(Code::E012, at, format!("{what} needs `{key}`"))
        .help("a stream has `bytes`, or `item` and `capacity`");
    None
}
