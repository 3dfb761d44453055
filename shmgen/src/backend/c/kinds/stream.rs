//! The functions of a stream, of bytes and of items.

use super::{Functions, Held, Place};
use crate::backend::text::Page;
use askama::Template;
use shm_runtime::stream::layout::StreamLayout;

#[derive(Template)]
#[template(path = "c/stream.jinja", escape = "none")]
struct Stream<'a> {
    o: Place<'a>,
    /// How much there is room for: `16 bytes`.
    room: String,
    /// What a pointer to items points to.
    item: String,
    /// The size of one.
    size: String,
    /// What they are called.
    items: &'static str,
}

const HELD: &[Held] = &[
    Held { ty: "shm_stream_writer", suffix: "_writer", release: "shm_stream_writer_release" },
    Held { ty: "shm_stream_reader", suffix: "_reader", release: "shm_stream_reader_release" },
];

impl Functions for StreamLayout {
    fn held(&self) -> &'static [Held] {
        HELD
    }

    fn write(&self, page: &mut Page, o: Place<'_>) {
        let (item, size, items) = if o.item.is_empty() {
            ("void".to_owned(), "1".to_owned(), "bytes")
        } else {
            (o.item.clone(), format!("sizeof({})", o.item), "items")
        };
        let room = format!("{} {items}", self.capacity);
        page.add(&Stream { o, room, item, size, items });
    }
}
