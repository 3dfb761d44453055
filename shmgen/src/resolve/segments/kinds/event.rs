//! Events.

use super::{Checked, Kind, Size, all_of};
use crate::diagnostics::Span;
use crate::resolve::segments::Resolver;
use crate::syntax;
use crate::syntax::kinds::Event;
use shm_runtime::contract::{EventDef, ObjectKind};

impl Kind for Event {
    fn resolve(&self, _: &mut Resolver<'_, '_>, _: &syntax::Object) -> Option<Checked> {
        Some(Checked { kind: ObjectKind::Event(EventDef), item: None })
    }

    fn size(&self, object: &syntax::Object, _: &Checked) -> Size {
        Size::of_all(object)
    }

    fn functions(&self) -> &'static [&'static str] {
        &["_notify", "_wait", "_wait_timeout", "_version"]
    }

    fn missing(&self, object: &syntax::Object) -> Option<(Span, &'static str)> {
        all_of(object, "events")
    }
}
