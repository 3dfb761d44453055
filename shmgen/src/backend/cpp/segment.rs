//! Segments in C++: the class whose values are attachments.

use super::spelling::doc;
use crate::backend::c;
use crate::backend::parts::{Reached, reached};
use crate::backend::text::{others, quoted};
use crate::model;
use askama::Template;
use shm_runtime::contract::TypeName;

#[derive(Template)]
#[template(path = "cpp/segment.jinja", escape = "none")]
pub(super) struct Segment<'a> {
    doc: String,
    name: &'a str,
    type_name: &'a str,
    cname: String,
    address: String,
    size: u64,
    objects: Vec<Reached<'a>>,
    /// Objects that have no functions.
    others: String,
}

pub(super) fn segment<'a>(s: &'a model::Segment, prefix: &str) -> Segment<'a> {
    // An object may have the name of its item.
    let item = |item: &TypeName| format!("::{}", c::c_name(item, prefix));
    let docs = |text: &str| doc(text, "  ");
    let (objects, unreached) = reached(s, |kind, o, item| kind.in_cpp(o, item), docs, item);
    Segment {
        doc: doc(&s.doc, ""),
        name: &s.name,
        type_name: &s.type_name,
        cname: format!("{prefix}{}", s.type_name),
        address: quoted(&s.setup.address.to_string()),
        size: s.size,
        objects,
        others: others(&unreached, "/// "),
    }
}
