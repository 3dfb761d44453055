//! Streams.

use super::{Checked, Kind, Size};
use crate::resolve::segments::Resolver;
use crate::syntax;
use crate::syntax::kinds::{Passes, Stream};
use shm_runtime::contract::{ObjectKind, StreamDef};

impl Kind for Stream {
    fn resolve(&self, r: &mut Resolver<'_, '_>, _: &syntax::Object) -> Option<Checked> {
        r.one_side("a stream", "producer", self.producers.as_ref(), "a ring");
        r.one_side("a stream", "consumer", self.consumers.as_ref(), "a queue or a topic");
        let (def, item) = match &self.passes {
            Passes::Bytes(bytes) => {
                (StreamDef::of_bytes(r.bytes(bytes, "a stream has at least one byte")?), None)
            }
            Passes::Items(item, capacity) => {
                let found = r.item(item, "the items of a stream are structs");
                let capacity = r.capacity(capacity);
                let (item, ty) = found?;
                (StreamDef::of_items(ty, capacity?), Some(item))
            }
        };
        Some(Checked { kind: ObjectKind::Stream(def), item })
    }

    fn size(&self, _: &syntax::Object, checked: &Checked) -> Size {
        match &self.passes {
            Passes::Bytes(bytes) => Size::of_bytes(bytes, None),
            Passes::Items(_, capacity) => Size::of_items(capacity, checked, None),
        }
    }

    fn functions(&self) -> &'static [&'static str] {
        &[
            "_write",
            "_write_timeout",
            "_reserve",
            "_commit",
            "_read",
            "_read_timeout",
            "_peek",
            "_release",
            "_redelivered",
            "_writer",
            "_reader",
            "_claimed_writer",
            "_claimed_reader",
        ]
    }
}
