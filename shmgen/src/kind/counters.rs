//! Counters.

use super::Kind;
use super::view::{CounterView, View};
use crate::model::Object;
use shm_runtime::contract::CounterDef;

impl Kind for Vec<CounterDef> {
    fn room(&self) -> String {
        self.len().to_string()
    }

    fn counters(&self) -> &[CounterDef] {
        self
    }

    fn view<'a>(&'a self, o: &'a Object, view: &mut View<'a>) {
        let each = self.iter().zip(&o.counter_docs);
        let each = each.map(|(c, doc)| CounterView { name: &c.name, ty: c.ty.name(), doc });
        view.counters = Some(each.collect());
        view.tell_slots(&o.layout.geometry());
    }
}
