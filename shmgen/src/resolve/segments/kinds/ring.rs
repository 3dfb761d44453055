//! Rings.

use super::{Checked, Kind, PUSH_AND_POP, Size, all_of};
use crate::diagnostics::{Code, Span, Spanned};
use crate::resolve::segments::Resolver;
use crate::resolve::segments::objects::is_many;
use crate::syntax;
use crate::syntax::kinds::Ring;
use shm_runtime::contract::{ObjectKind, RingDef};
use shm_runtime::ring::layout as ring;

impl Kind for Ring {
    fn resolve(&self, r: &mut Resolver<'_, '_>, _: &syntax::Object) -> Option<Checked> {
        let bytes = bytes(&self.bytes, r);
        r.one_side("a ring", "consumer", self.consumers.as_ref(), "a queue");
        let lanes = if is_many(self.producers.as_ref()) {
            Some(r.lanes(self.lanes.as_ref())?)
        } else {
            r.no_lanes(self.lanes.as_ref(), "producers = \"many\"");
            None
        };
        let kind = ObjectKind::Ring(RingDef { bytes: bytes?, lanes });
        Some(Checked { kind, item: None })
    }

    fn size(&self, _: &syntax::Object, checked: &Checked) -> Size {
        let lanes = match checked.kind {
            ObjectKind::Ring(RingDef { lanes, .. }) => lanes,
            _ => None,
        };
        Size::of_bytes(&self.bytes, lanes)
    }

    fn functions(&self) -> &'static [&'static str] {
        PUSH_AND_POP
    }

    fn missing(&self, object: &syntax::Object) -> Option<(Span, &'static str)> {
        all_of(object, "rings")
    }
}

fn bytes(bytes: &Spanned<i128>, r: &mut Resolver<'_, '_>) -> Option<u64> {
    let least = i128::from(ring::BYTES_MIN);
    if bytes.value < least {
        let message = format!("a ring of {} bytes holds no message", bytes.value);
        r.error(Code::E091, bytes, message).help(format!(
            "it has at least {least}: the longest message has half of its bytes, less 8"
        ));
        return None;
    }
    if bytes.value % 8 != 0 {
        let next = (bytes.value + 7) / 8 * 8;
        let message = format!("{} is no multiple of 8", bytes.value);
        r.error(Code::E091, bytes, message)
            .label("messages in a ring begin at multiples of 8")
            .help(format!("write bytes = {next}"));
        return None;
    }
    u64::try_from(bytes.value).ok()
}
