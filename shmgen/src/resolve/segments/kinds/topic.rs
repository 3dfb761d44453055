//! Topics.

use super::{Checked, Kind, Size, all_of};
use crate::diagnostics::Span;
use crate::resolve::segments::Resolver;
use crate::syntax;
use crate::syntax::kinds::Topic;
use shm_runtime::contract::{ObjectKind, TopicDef};

impl Kind for Topic {
    fn resolve(&self, r: &mut Resolver<'_, '_>, _: &syntax::Object) -> Option<Checked> {
        let found = r.item(&self.item, "the items of a topic are structs");
        let capacity = r.capacity(&self.capacity);
        let ((item, ty), capacity) = (found?, capacity?);
        let kind = ObjectKind::Topic(TopicDef { item: ty, capacity });
        Some(Checked { kind, item: Some(item) })
    }

    fn size(&self, _: &syntax::Object, checked: &Checked) -> Size {
        Size::of_items(&self.capacity, checked, None)
    }

    fn functions(&self) -> &'static [&'static str] {
        &[
            "_publish",
            "_publish_n",
            "_reserve",
            "_commit",
            "_next",
            "_next_timeout",
            "_subscribe",
            "_cursor",
            "_missed",
            "_publisher",
            "_subscriber",
            "_claimed_publisher",
        ]
    }

    fn missing(&self, object: &syntax::Object) -> Option<(Span, &'static str)> {
        all_of(object, "topics")
    }
}
