//! Cells.

use super::{Checked, Kind, Size};
use crate::diagnostics::{Code, Spanned};
use crate::resolve::segments::Resolver;
use crate::syntax;
use crate::syntax::kinds::Cell;
use shm_runtime::contract::{CellDef, ObjectKind};

impl Kind for Cell {
    fn resolve(&self, r: &mut Resolver<'_, '_>, _: &syntax::Object) -> Option<Checked> {
        let found = r.item(&self.ty, "what a cell holds is a struct");
        let count = self.count.as_ref().map(|count| number(count, r));
        let (item, ty) = found?;
        let count = match count {
            Some(count) => Some(count?),
            None => None,
        };
        let kind = ObjectKind::Cell(CellDef { item: ty, count });
        Some(Checked { kind, item: Some(item) })
    }

    fn size(&self, _: &syntax::Object, checked: &Checked) -> Size {
        let one = format!("8 versions of {} bytes", checked.item_size());
        match &self.count {
            None => Size::of_struct(&self.ty, one),
            Some(count) => Size {
                code: Code::E094,
                span: count.span.clone(),
                what: format!("{one} in each of {} cells", count.value),
                less: "choose fewer cells, or ",
            },
        }
    }

    fn functions(&self) -> &'static [&'static str] {
        &[
            "_store",
            "_store_at",
            "_reserve",
            "_reserve_at",
            "_commit",
            "_load",
            "_load_at",
            "_load_versioned",
            "_load_versioned_at",
            "_wait_next",
            "_wait_next_at",
            "_wait_newer",
            "_wait_newer_at",
            "_COUNT",
            "_writer",
            "_claimed_writer",
            "_reader",
            "_open_reader",
            // Later ones.
            "_version",
            "_wait",
        ]
    }
}

/// How many cells an array has.
fn number(count: &Spanned<i128>, r: &mut Resolver<'_, '_>) -> Option<u32> {
    let found = u32::try_from(count.value).ok().filter(|n| *n > 0);
    if found.is_none() {
        let message = format!("{} is not a number of cells", count.value);
        r.error(Code::E094, count, message)
            .help(format!("it is from 1 to {}; without `count` there is a single cell", u32::MAX));
    }
    found
}
