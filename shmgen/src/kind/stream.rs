//! Streams.

use super::view::View;
use super::{Kind, bytes};
use crate::model::Object;
use shm_runtime::contract::StreamDef;

impl Kind for StreamDef {
    fn room(&self) -> String {
        bytes(self.bytes)
    }

    fn view<'a>(&'a self, o: &'a Object, view: &mut View<'a>) {
        view.bytes = Some(self.bytes);
        view.area = Some(o.layout.geometry().slots);
    }
}
