//! What is asked of every kind, of a stream.
//!
//! Its record in a contract:
//!
//! ```text
//! 'B' { text name | u64 bytes }
//! ```

use super::def::StreamDef;
use super::layout::{self, StreamLayout};
use crate::object::LINE;
use crate::object::geometry::Geometry;
use crate::object::properties::{Properties, bytes, known};
use crate::object::role_word::RoleWord;
use crate::object::room::{Form, Kind, Layout};
use crate::object::told::Told;
use crate::types::descriptor::Types;
use crate::types::read::{DecodeError, Reader};
use crate::types::write::number;

const STREAM: Form = Form { name: "stream", number: 6, tag: b'B' };

impl Kind for StreamDef {
    const NAME: &'static str = "stream";
    const FORMS: &'static [Form] = &[STREAM];
    type Layout = StreamLayout;

    fn write(&self, out: &mut Vec<u8>) {
        number(out, self.bytes);
    }

    fn read(_: u8, record: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let bytes = record.within(1, u64::MAX, "a stream's bytes out of range")?;
        Ok(Self { bytes })
    }

    fn differ(&self, theirs: &Self, told: &mut Told) {
        told.differ("has bytes", self.bytes, theirs.bytes);
    }

    fn layout(&self, _: Types<'_>) -> Option<StreamLayout> {
        StreamLayout::new(self.bytes)
    }

    fn properties(&self, geometry: Option<&Geometry>) -> Properties {
        known([("bytes", Some(self.bytes.into())), ("area", geometry.map(|g| g.slots.into()))])
    }

    fn summary(&self) -> String {
        bytes(self.bytes)
    }
}

impl Layout for StreamLayout {
    fn form(&self) -> Form {
        STREAM
    }

    fn geometry(&self) -> Geometry {
        Geometry {
            kind: STREAM.number,
            item: 1,
            capacity: self.bytes,
            batch: self.batch,
            slots: self.area,
            control: layout::BYTES,
            stride: 1,
            size: self.size,
            align: LINE,
            ..Geometry::default()
        }
    }

    fn roles(&self) -> Vec<RoleWord> {
        vec![
            RoleWord::waiting("writer", layout::WRITER_ROLE, layout::SPACE_FLAG),
            RoleWord::waiting("reader", layout::READER_ROLE, layout::DATA_FLAG),
        ]
    }

    fn flags(&self) -> Vec<u64> {
        vec![layout::DATA_FLAG, layout::SPACE_FLAG]
    }
}
