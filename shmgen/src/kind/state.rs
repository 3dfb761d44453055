//! States.

use super::view::View;
use super::{Kind, item};
use crate::model::Object;

/// A state: what it holds says the object.
pub(super) struct State;

impl Kind for State {
    fn view<'a>(&'a self, o: &'a Object, view: &mut View<'a>) {
        view.ty = item(o);
        view.tell_slots(&o.layout.geometry());
    }
}
