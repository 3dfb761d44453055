//! States.

use super::{Checked, Kind, Size};
use crate::resolve::segments::Resolver;
use crate::syntax;
use crate::syntax::kinds::State;
use shm_runtime::contract::{ObjectKind, StateDef};

impl Kind for State {
    fn resolve(&self, r: &mut Resolver<'_, '_>, _: &syntax::Object) -> Option<Checked> {
        let (item, ty) = r.item(&self.ty, "what a state holds is a struct")?;
        Some(Checked { kind: ObjectKind::State(StateDef { item: ty }), item: Some(item) })
    }

    fn size(&self, _: &syntax::Object, checked: &Checked) -> Size {
        Size::of_struct(&self.ty, format!("2 copies of {} bytes", checked.item_size()))
    }

    fn functions(&self) -> &'static [&'static str] {
        &[
            "_lock",
            "_try_lock",
            "_lock_timeout",
            "_unlock",
            "_wait",
            "_notify_one",
            "_notify_all",
            "_owner_died",
            "_load",
            "_load_versioned",
            "_state",
            "_open_state",
            // Later ones.
            "_version",
            "_wait_timeout",
            "_recover",
        ]
    }
}
