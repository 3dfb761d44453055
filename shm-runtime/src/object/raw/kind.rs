//! What is asked of every kind, of raw bytes.
//!
//! Their record in a contract:
//!
//! ```text
//! 'W' { text name | u64 bytes | u64 align }
//! ```

use super::def::RawDef;
use super::layout::{self, RawLayout};
use super::observe;
use crate::error::Result;
use crate::object::contents::Contents;
use crate::object::geometry::Geometry;
use crate::object::look::Look;
use crate::object::properties::{Properties, bytes, known};
use crate::object::room::{Form, Kind, Layout};
use crate::object::told::Told;
use crate::types::descriptor::Types;
use crate::types::read::{DecodeError, Reader};
use crate::types::write::number;

const RAW: Form = Form { name: "raw", number: 12, tag: b'W' };

impl Kind for RawDef {
    const NAME: &'static str = "raw";
    const FORMS: &'static [Form] = &[RAW];
    type Layout = RawLayout;

    fn write(&self, out: &mut Vec<u8>) {
        number(out, self.bytes);
        number(out, self.align);
    }

    fn read(_: u8, record: &mut Reader<'_>) -> std::result::Result<Self, DecodeError> {
        const OUT_OF_RANGE: &str = "an alignment out of range";
        let bytes = record.within(1, u64::MAX, "raw bytes out of range")?;
        let align = record.within(layout::ALIGN_MIN, layout::ALIGN_MAX, OUT_OF_RANGE)?;
        if !align.is_power_of_two() {
            return Err(record.fail(OUT_OF_RANGE));
        }
        Ok(Self { bytes, align })
    }

    fn differ(&self, theirs: &Self, told: &mut Told) {
        told.differ("has bytes", self.bytes, theirs.bytes);
        told.differ("is aligned to", self.align, theirs.align);
    }

    fn layout(&self, _: Types<'_>) -> Option<RawLayout> {
        RawLayout::new(self.bytes, self.align)
    }

    fn properties(&self, _: Option<&Geometry>) -> Properties {
        known([("bytes", Some(self.bytes.into())), ("align", Some(self.align.into()))])
    }

    fn summary(&self) -> String {
        format!("{} at a multiple of {}", bytes(self.bytes), self.align)
    }

    fn contents(
        &self,
        layout: &RawLayout,
        look: &impl Look,
        at: u64,
        limit: usize,
    ) -> Result<Contents> {
        // As many lines of 16 bytes.
        let bytes = observe::bytes(look, at, layout, limit.saturating_mul(16))?;
        let more = layout.bytes - bytes.len() as u64;
        Ok(Contents::Bytes(bytes, more))
    }
}

impl Layout for RawLayout {
    fn form(&self) -> Form {
        RAW
    }

    fn geometry(&self) -> Geometry {
        Geometry {
            kind: RAW.number,
            item: 1,
            capacity: self.bytes,
            slots: self.bytes,
            stride: 1,
            size: self.bytes,
            align: self.align,
            ..Geometry::default()
        }
    }
}
