//! Cells, and arrays of them.

use super::view::View;
use super::{Access, Kind, item};
use crate::model::Object;
use shm_runtime::contract::CellDef;

impl Kind for CellDef {
    fn room(&self) -> String {
        self.count.map_or(String::new(), |n| format!("{n} of them"))
    }

    fn view<'a>(&'a self, o: &'a Object, view: &mut View<'a>) {
        view.ty = item(o);
        view.count = self.count;
        view.tell_slots(&o.layout.geometry());
    }

    fn in_rust(&self, _: &Object, item: &str) -> Option<Access> {
        let (says, ty) = match self.count {
            None => (format!("A cell: the latest [`{item}`]."), "::shm_runtime::cell::Cell"),
            Some(n) => {
                let says = format!("An array of {n} cells, each with its latest [`{item}`].");
                (says, "::shm_runtime::cell::Cells")
            }
        };
        Some(Access { says, ty, of: Some(item.to_owned()), arguments: vec![] })
    }

    fn in_python(&self, _: &Object, item: &str) -> Option<Access> {
        let (ty, count) = match self.count {
            None => ("Cell", None),
            Some(n) => ("Cells", Some(n.to_string())),
        };
        let arguments = [item.to_owned()].into_iter().chain(count).collect();
        Some(Access { says: String::new(), ty, of: None, arguments })
    }

    fn in_cpp(&self, _: &Object, item: &str) -> Option<Access> {
        Some(match self.count {
            None => Access {
                says: "A cell: the latest value.".to_owned(),
                ty: "::shm::cell::cell",
                of: Some(item.to_owned()),
                arguments: vec![],
            },
            Some(count) => Access {
                says: format!("An array of {count} cells: the latest value of each."),
                ty: "::shm::cell::cells",
                of: Some(item.to_owned()),
                arguments: vec![count.to_string()],
            },
        })
    }
}
