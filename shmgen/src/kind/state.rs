//! States.

use super::view::View;
use super::{Access, Kind, item};
use crate::model::Object;

/// A state: what it holds says the object.
pub(super) struct State;

impl Kind for State {
    fn view<'a>(&'a self, o: &'a Object, view: &mut View<'a>) {
        view.ty = item(o);
        view.tell_slots(&o.layout.geometry());
    }

    fn in_python(&self, _: &Object, item: &str) -> Option<Access> {
        let arguments = vec![item.to_owned()];
        Some(Access { says: String::new(), ty: "State", of: None, arguments })
    }

    fn in_rust(&self, _: &Object, item: &str) -> Option<Access> {
        let says = format!("A state: a [`{item}`] behind a lock, with wait and notify.");
        let (ty, of) = ("::shm_runtime::state::State", Some(item.to_owned()));
        Some(Access { says, ty, of, arguments: vec![] })
    }

    fn in_cpp(&self, _: &Object, item: &str) -> Option<Access> {
        Some(Access {
            says: "A state: a value behind a lock.".to_owned(),
            ty: "::shm::state::state",
            of: Some(item.to_owned()),
            arguments: vec![],
        })
    }
}
