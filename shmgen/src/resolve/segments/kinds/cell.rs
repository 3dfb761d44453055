//! Cells.

use super::{Checked, Kind, Size, all_of};
use crate::diagnostics::Span;
use crate::resolve::segments::Resolver;
use crate::syntax;
use crate::syntax::kinds::Cell;
use shm_runtime::contract::ObjectKind;

impl Kind for Cell {
    fn resolve(&self, r: &mut Resolver<'_, '_>, _: &syntax::Object) -> Option<Checked> {
        let (item, ty) = r.item(&self.ty, "what a cell holds is a struct")?;
        Some(Checked { kind: ObjectKind::Cell(ty), item: Some(item) })
    }

    fn size(&self, _: &syntax::Object, checked: &Checked) -> Size {
        Size::of_struct(&self.ty, format!("8 versions of {} bytes", checked.item_size()))
    }

    fn functions(&self) -> &'static [&'static str] {
        &["_store", "_load", "_version", "_wait", "_wait_newer", "_writer", "_claimed_writer"]
    }

    fn missing(&self, object: &syntax::Object) -> Option<(Span, &'static str)> {
        all_of(object, "cells")
    }
}
