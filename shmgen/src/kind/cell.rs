//! Cells.

use super::view::View;
use super::{Kind, item};
use crate::model::Object;
use shm_runtime::cell::layout as cell;

/// A cell: what it holds says the object.
pub(super) struct Cell;

impl Kind for Cell {
    fn c_name(&self) -> &'static str {
        "CELL"
    }

    fn stamp(&self) -> u64 {
        cell::STAMP_SIZE
    }

    fn view<'a>(&'a self, o: &'a Object, view: &mut View<'a>) {
        view.ty = item(o);
        view.tell_slots(&o.layout.geometry());
    }
}
