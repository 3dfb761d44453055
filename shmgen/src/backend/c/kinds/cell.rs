//! The functions of a cell, and of an array of cells: the same, behind an index.

use super::{Functions, Held, Place};
use crate::backend::text::Page;
use askama::Template;
use shm_runtime::cell::layout::{CellLayout, CellsLayout};

#[derive(Template)]
#[template(path = "c/cell.jinja", escape = "none")]
struct Cell<'a> {
    o: Place<'a>,
    /// What it is, for the first line.
    says: String,
    /// How many there are side by side, of an array.
    count: Option<u32>,
    /// What functions of one cell of an array end in.
    at: &'static str,
    /// The index as a parameter of those, and handed on; with a comma before it.
    parameter: &'static str,
    argument: &'static str,
    /// Which cell it is.
    index: &'static str,
    plural: &'static str,
}

const HELD: &[Held] = &[
    Held { ty: "shm_cell_writer", suffix: "_writer", release: "shm_cell_writer_release" },
    Held { ty: "shm_cell_reader", suffix: "_reader", release: "shm_cell_reader_close" },
];

impl<'a> Cell<'a> {
    fn single(o: Place<'a>) -> Self {
        Self {
            o,
            says: "The cell".to_owned(),
            count: None,
            at: "",
            parameter: "",
            argument: "",
            index: "0",
            plural: "",
        }
    }

    fn array(o: Place<'a>, count: u32) -> Self {
        Self {
            o,
            says: format!("The {count} cells of"),
            count: Some(count),
            at: "_at",
            parameter: ", size_t index",
            argument: ", index",
            index: "index",
            plural: "s",
        }
    }
}

impl Functions for CellLayout {
    fn held(&self) -> &'static [Held] {
        HELD
    }

    fn write(&self, page: &mut Page, o: Place<'_>) {
        page.add(&Cell::single(o));
    }
}

impl Functions for CellsLayout {
    fn held(&self) -> &'static [Held] {
        HELD
    }

    fn write(&self, page: &mut Page, o: Place<'_>) {
        page.add(&Cell::array(o, self.count));
    }
}
