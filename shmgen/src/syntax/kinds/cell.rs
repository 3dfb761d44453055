//! Cells as they are written.

use super::{Body, Kind, Written};
use crate::syntax::type_text::{TypeText, type_text};
use crate::syntax::walk::{Context, Table};

/// A cell.
#[derive(Debug)]
pub struct Cell {
    /// The key `type`.
    pub ty: TypeText,
}

pub(super) const KIND: Kind = Kind {
    name: "cell",
    called: ("a cell", "needs"),
    needs: &["type"],
    takes: &[],
    keys: &[],
    why_not,
    read,
};

fn why_not(key: &str) -> Option<&'static str> {
    match key {
        "producers" => Some("a cell has one writer at a time"),
        "consumers" => Some("a cell has any number of readers"),
        _ => None,
    }
}

impl Written for Cell {
    fn item(&self) -> Option<&TypeText> {
        Some(&self.ty)
    }
}

fn read(c: &mut Context<'_>, table: &Table<'_, '_>) -> Option<Body> {
    Some(Body::Cell(Cell { ty: type_text(c, table, "type")? }))
}
