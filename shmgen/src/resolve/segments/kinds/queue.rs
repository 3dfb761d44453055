//! Queues: from how many to how many they go, and what that rules out.

use super::{Checked, Kind, PUSH_AND_POP, Size};
use crate::diagnostics::{Code, Span};
use crate::resolve::segments::Resolver;
use crate::resolve::segments::objects::is_many;
use crate::syntax;
use crate::syntax::kinds::Queue;
use shm_runtime::contract::{Flow, ObjectKind, QueueDef, Side};

impl Kind for Queue {
    fn resolve(&self, r: &mut Resolver<'_, '_>, _: &syntax::Object) -> Option<Checked> {
        let found = r.item(&self.item, "the items of a queue are structs");
        let (capacity, flow) = (r.capacity(&self.capacity), flow(self, r));
        let ((item, ty), capacity) = (found?, capacity?);
        let kind = ObjectKind::Queue(QueueDef { item: ty, capacity, flow: flow? });
        Some(Checked { kind, item: Some(item) })
    }

    fn size(&self, _: &syntax::Object, checked: &Checked) -> Size {
        let lanes = match checked.kind {
            ObjectKind::Queue(QueueDef { flow: Flow::Lanes(n), .. }) => Some(n),
            _ => None,
        };
        Size::of_items(&self.capacity, checked, lanes)
    }

    fn functions(&self) -> &'static [&'static str] {
        PUSH_AND_POP
    }

    fn missing(&self, _: &syntax::Object) -> Option<(Span, &'static str)> {
        let mut sides = [&self.producers, &self.consumers].into_iter().flatten();
        let many = sides.find(|side| side.value == Side::Many)?;
        Some((many.span.clone(), "queues with many producers or consumers"))
    }
}

/// From how many to how many a queue goes.
fn flow(queue: &Queue, r: &mut Resolver<'_, '_>) -> Option<Flow> {
    let Queue { order, lanes, redeliver, .. } = queue;
    let producers = is_many(queue.producers.as_ref());
    let consumers = is_many(queue.consumers.as_ref());
    let many_to_one = producers && !consumers;
    if let Some(order) = order.as_ref().filter(|_| !many_to_one) {
        let why = if producers {
            "with many consumers there is one order for all anyway"
        } else {
            "one producer has one order anyway"
        };
        r.error(Code::E069, order, "`order` is for many producers and one consumer")
            .label(why)
            .help("leave it out");
    }
    let in_lanes = many_to_one && order.is_none();
    if !in_lanes {
        let needs = "producers = \"many\", one consumer, and no `order`";
        r.no_lanes(lanes.as_ref(), needs);
    }
    let is_owned = consumers || producers && !in_lanes;
    if let Some(redeliver) = redeliver.as_ref().filter(|_| !is_owned) {
        r.error(
            Code::E069,
            redeliver,
            "`redeliver` is for many consumers, or for order = \"total\"",
        )
        .help("leave it out: here what a dead consumer may have seen always comes again");
    }
    if in_lanes {
        return Some(Flow::Lanes(r.lanes(lanes.as_ref())?));
    }
    if !is_owned {
        return Some(Flow::OneToOne);
    }
    let side = |many| if many { Side::Many } else { Side::One };
    Some(Flow::Owned {
        producers: side(producers),
        consumers: side(consumers),
        redeliver: redeliver.as_ref().is_none_or(|r| r.value),
    })
}
