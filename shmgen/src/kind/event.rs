//! Events.

use super::Kind;
use super::view::View;
use crate::model::Object;

/// An event: there is nothing to know of it.
pub(super) struct Event;

impl Kind for Event {
    fn view<'a>(&'a self, _: &'a Object, _: &mut View<'a>) {}
}
