//! Queues.

use super::view::{SideView, View};
use super::{Access, Kind, in_lanes, item};
use crate::model::Object;
use shm_runtime::contract::{Flow, QueueDef, Side};

impl Kind for QueueDef {
    fn sides(&self) -> Option<(Side, Side)> {
        Some((self.flow.producers(), self.flow.consumers()))
    }

    fn room(&self) -> String {
        format!("{}{}", self.capacity, in_lanes(count(self)))
    }

    fn view<'a>(&'a self, o: &'a Object, view: &mut View<'a>) {
        view.item = item(o);
        view.capacity = Some(self.capacity);
        view.producers = Some(SideView(self.flow.producers()));
        view.consumers = Some(SideView(self.flow.consumers()));
        view.lanes = count(self);
        if let Flow::Owned { redeliver, .. } = self.flow {
            view.order = Some("total");
            view.redeliver = Some(redeliver);
        }
        view.tell_slots(&o.layout.geometry());
    }

    fn in_rust(&self, _: &Object, item: &str) -> Option<Access> {
        (self.flow == Flow::OneToOne).then(|| Access {
            says: format!("A queue of [`{item}`] with room for {}.", self.capacity),
            ty: "::shm_runtime::Queue",
            of: Some(item.to_owned()),
            arguments: vec![],
        })
    }

    fn in_cpp(&self, _: &Object, item: &str) -> Option<Access> {
        (self.flow == Flow::OneToOne).then(|| Access {
            says: format!("A queue with room for {}.", self.capacity),
            ty: "::shm::queue::queue",
            of: Some(item.to_owned()),
            arguments: vec![self.capacity.to_string()],
        })
    }

    fn in_python(&self, _: &Object, item: &str) -> Option<Access> {
        (self.flow == Flow::OneToOne).then(|| Access {
            says: String::new(),
            ty: "Queue",
            of: None,
            arguments: vec![item.to_owned(), self.capacity.to_string()],
        })
    }
}

/// How many lanes there are, if there are lanes.
fn count(queue: &QueueDef) -> Option<u32> {
    match queue.flow {
        Flow::Lanes(n) => Some(n),
        Flow::OneToOne | Flow::Owned { .. } => None,
    }
}
