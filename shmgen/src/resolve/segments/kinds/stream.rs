//! Streams.

use super::{Checked, Kind, Size, all_of};
use crate::diagnostics::Span;
use crate::resolve::segments::Resolver;
use crate::syntax;
use crate::syntax::kinds::Stream;
use shm_runtime::contract::{ObjectKind, StreamDef};

impl Kind for Stream {
    fn resolve(&self, r: &mut Resolver<'_, '_>, _: &syntax::Object) -> Option<Checked> {
        r.one_side("a stream", "producer", self.producers.as_ref(), "a ring");
        r.one_side("a stream", "consumer", self.consumers.as_ref(), "a queue or a topic");
        let bytes = r.bytes(&self.bytes, "a stream has at least one byte")?;
        Some(Checked { kind: ObjectKind::Stream(StreamDef { bytes }), item: None })
    }

    fn size(&self, _: &syntax::Object, _: &Checked) -> Size {
        Size::of_bytes(&self.bytes, None)
    }

    fn functions(&self) -> &'static [&'static str] {
        &[
            "_write",
            "_write_timeout",
            "_read",
            "_read_timeout",
            "_peek",
            "_release",
            "_writer",
            "_reader",
            "_claimed_writer",
            "_claimed_reader",
        ]
    }

    fn missing(&self, object: &syntax::Object) -> Option<(Span, &'static str)> {
        all_of(object, "streams")
    }
}
