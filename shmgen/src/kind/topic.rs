//! Topics.

use super::view::View;
use super::{Kind, item};
use crate::model::Object;
use shm_runtime::contract::TopicDef;

impl Kind for TopicDef {
    fn room(&self) -> String {
        format!("the newest {}", self.capacity)
    }

    fn view<'a>(&'a self, o: &'a Object, view: &mut View<'a>) {
        view.item = item(o);
        view.capacity = Some(self.capacity);
        view.tell_slots(&o.layout.geometry());
    }
}
