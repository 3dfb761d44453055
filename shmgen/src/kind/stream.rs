//! Streams.

use super::view::View;
use super::{Access, Kind, bytes, item};
use crate::model::Object;
use shm_runtime::contract::StreamDef;

impl Kind for StreamDef {
    fn room(&self) -> String {
        match self.item {
            None => bytes(self.capacity),
            Some(_) => self.capacity.to_string(),
        }
    }

    fn view<'a>(&'a self, o: &'a Object, view: &mut View<'a>) {
        let geometry = o.layout.geometry();
        if self.item.is_none() {
            view.bytes = Some(self.capacity);
            view.area = Some(geometry.slots);
        } else {
            view.item = item(o);
            view.capacity = Some(self.capacity);
            view.tell_slots(&geometry);
        }
    }

    fn in_cpp(&self, _: &Object, item: &str) -> Option<Access> {
        let (what, of) = match self.item {
            None => ("bytes", "void"),
            Some(_) => ("items", item),
        };
        Some(Access {
            says: format!("A stream with room for {} {what}.", self.capacity),
            ty: "::shm::stream::stream",
            of: Some(of.to_owned()),
            arguments: vec![self.capacity.to_string()],
        })
    }

    fn in_rust(&self, _: &Object, item: &str) -> Option<Access> {
        let (says, of) = match self.item {
            None => (format!("A stream with room for {}.", self.room()), "u8"),
            Some(_) => (format!("A stream of [`{item}`] with room for {}.", self.capacity), item),
        };
        let ty = "::shm_runtime::stream::Stream";
        Some(Access { says, ty, of: Some(of.to_owned()), arguments: vec![] })
    }

    fn in_python(&self, _: &Object, item: &str) -> Option<Access> {
        let (ty, item) = match self.item {
            None => ("ByteStream", None),
            Some(_) => ("Stream", Some(item.to_owned())),
        };
        let arguments = item.into_iter().chain([self.capacity.to_string()]).collect();
        Some(Access { says: String::new(), ty, of: None, arguments })
    }
}
