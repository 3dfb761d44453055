//! Counters as they are written.

use super::{Body, Kind, Written, has_no_sides};
use crate::diagnostics::{Code, Spanned};
use crate::syntax::keys::shape::Shape::{List, Name, Type};
use crate::syntax::keys::shape::{DOC, LINTS, TableKind, key, required, table};
use crate::syntax::type_text::{TypeText, type_text};
use crate::syntax::walk::{Context, Node, Table};

/// Counters.
#[derive(Debug)]
pub struct Counters {
    /// The key `type`: that of each that has none of its own.
    pub ty: Option<TypeText>,
    /// The key `counter`.
    pub counters: Vec<Counter>,
}

/// An element of `counter`.
#[derive(Debug)]
pub struct Counter {
    /// Its name.
    pub name: Spanned<String>,
    /// Its type, if it has one of its own.
    pub ty: Option<TypeText>,
    /// Documentation.
    pub doc: String,
    /// Lints that are allowed here.
    pub lint: Vec<Code>,
}

pub(super) const KIND: Kind = Kind {
    name: "counters",
    called: ("counters", "need"),
    needs: &["counter"],
    takes: &["type"],
    keys: &[key("counter", List(&COUNTER), "The counters, in the order in which they lie.")],
    why_not: has_no_sides,
    read,
};

const COUNTER: TableKind = table(
    "a counter",
    &[
        required("name", Name, "Its name."),
        key("type", Type, "u64 or i64, if other than that of the object."),
        DOC,
        LINTS,
    ],
);

impl Written for Counters {
    fn counters(&self) -> &[Counter] {
        &self.counters
    }
}

fn read(c: &mut Context<'_>, table: &Table<'_, '_>) -> Option<Body> {
    let ty = type_text(c, table, "type");
    let counters = counters(c, table.get("counter")?);
    Some(Body::Counters(Counters { ty, counters }))
}

fn counters(context: &mut Context<'_>, node: &Node<'_>) -> Vec<Counter> {
    let mut out = Vec::new();
    for (counter, span) in context.tables(node, "counter") {
        let table = Table::new(context, counter, &COUNTER, &span);
        let doc = table.doc(context);
        let lint = table.lint(context);
        let ty = type_text(context, &table, "type");
        if let Some(name) = table.text(context, "name") {
            out.push(Counter { name, ty, doc, lint });
        }
    }
    out
}
