//! Raw bytes.

use super::view::View;
use super::{Kind, bytes};
use crate::model::Object;
use shm_runtime::contract::RawDef;

impl Kind for RawDef {
    fn room(&self) -> String {
        bytes(self.bytes)
    }

    fn view<'a>(&'a self, _: &'a Object, view: &mut View<'a>) {
        (view.bytes, view.align) = (Some(self.bytes), Some(self.align));
    }
}
