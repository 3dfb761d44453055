//! Cells as they are written.

use super::{Body, Kind, Written};
use crate::diagnostics::Spanned;
use crate::syntax::keys::shape::Shape::Integer;
use crate::syntax::keys::shape::key;
use crate::syntax::type_text::{TypeText, type_text};
use crate::syntax::walk::{Context, Table};

/// A cell.
#[derive(Debug)]
pub struct Cell {
    /// The key `type`.
    pub ty: TypeText,
    /// How many lie side by side, if it is an array of them.
    pub count: Option<Spanned<i128>>,
}

pub(super) const KIND: Kind = Kind {
    name: "cell",
    called: ("a cell", "needs"),
    needs: &["type"],
    takes: &["count"],
    keys: &[key(
        "count",
        Integer(1, u32::MAX as i128),
        "How many cells lie side by side: an array of them, each with eight slots of its own.",
    )],
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
    fn numbers(&mut self) -> Vec<&mut Spanned<i128>> {
        self.count.as_mut().into_iter().collect()
    }

    fn item(&self) -> Option<&TypeText> {
        Some(&self.ty)
    }
}

fn read(c: &mut Context<'_>, table: &Table<'_, '_>) -> Option<Body> {
    let (ty, count) = (type_text(c, table, "type"), table.number(c, "count"));
    Some(Body::Cell(Cell { ty: ty?, count }))
}
