//! Raw bytes.

use super::{Checked, Kind, Size, all_of};
use crate::diagnostics::{Code, Span, Spanned};
use crate::resolve::segments::Resolver;
use crate::syntax;
use crate::syntax::kinds::Raw;
use shm_runtime::contract::{ObjectKind, RawDef};
use shm_runtime::raw::layout as raw;

impl Kind for Raw {
    fn resolve(&self, r: &mut Resolver<'_, '_>, _: &syntax::Object) -> Option<Checked> {
        let bytes = r.bytes(&self.bytes, "raw bytes are at least one");
        let align = align(self.align.as_ref(), r);
        let kind = ObjectKind::Raw(RawDef { bytes: bytes?, align: align? });
        Some(Checked { kind, item: None })
    }

    fn size(&self, _: &syntax::Object, _: &Checked) -> Size {
        Size::of_bytes(&self.bytes, None)
    }

    fn functions(&self) -> &'static [&'static str] {
        &["_data", "_size", "_read", "_write"]
    }

    fn missing(&self, object: &syntax::Object) -> Option<(Span, &'static str)> {
        all_of(object, "raw bytes")
    }
}

fn align(asked: Option<&Spanned<i128>>, r: &mut Resolver<'_, '_>) -> Option<u64> {
    let Some(asked) = asked else { return Some(raw::ALIGN_MIN) };
    let found =
        u64::try_from(asked.value).ok().filter(|a| a.is_power_of_two() && *a <= raw::ALIGN_MAX);
    if found.is_none() {
        let message = format!("{} is no alignment", asked.value);
        r.error(Code::E045, asked, message).help("an alignment is a power of two from 1 to 4096");
    }
    // Every object has the least one anyway.
    found.map(|align| align.max(raw::ALIGN_MIN))
}
