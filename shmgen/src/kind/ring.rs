//! Rings.

use super::view::{SideView, View};
use super::{Kind, bytes, in_lanes};
use crate::model::Object;
use shm_runtime::contract::{RingDef, Side};

impl Kind for RingDef {
    fn sides(&self) -> Option<(Side, Side)> {
        Some((producers(self), Side::One))
    }

    fn room(&self) -> String {
        format!("{}{}", bytes(self.bytes), in_lanes(self.lanes))
    }

    fn view<'a>(&'a self, o: &'a Object, view: &mut View<'a>) {
        view.bytes = Some(self.bytes);
        view.producers = Some(SideView(producers(self)));
        view.lanes = self.lanes;
        view.area = Some(o.layout.geometry().slots);
    }
}

fn producers(ring: &RingDef) -> Side {
    if ring.lanes.is_some() { Side::Many } else { Side::One }
}
