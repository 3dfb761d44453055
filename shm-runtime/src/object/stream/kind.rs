//! What is asked of every kind, of a stream.
//!
//! Its records in a contract:
//!
//! ```text
//! bytes  'B' { text name | u64 bytes }
//! items  'I' { text name | text item | u64 capacity }
//! ```

use super::def::StreamDef;
use super::layout::{self, StreamLayout};
use super::observe::Observed;
use crate::error::Result;
use crate::object::LINE;
use crate::object::contents::Contents;
use crate::object::facts::Facts;
use crate::object::geometry::Geometry;
use crate::object::look::{HowMany, Look};
use crate::object::properties::{Properties, bytes, known};
use crate::object::role_word::RoleWord;
use crate::object::room::{Form, Kind, Layout};
use crate::object::sight::Sight;
use crate::object::told::Told;
use crate::types::descriptor::Types;
use crate::types::expr::TypeExpr;
use crate::types::read::{DecodeError, Reader};
use crate::types::write::{number, text};

const BYTES: Form = Form { name: "stream", number: 6, tag: b'B' };
const ITEMS: Form = Form { name: "stream_items", number: 14, tag: b'I' };

impl Kind for StreamDef {
    const NAME: &'static str = "stream";
    const FORMS: &'static [Form] = &[BYTES, ITEMS];
    type Layout = StreamLayout;

    fn form(&self) -> Form {
        if self.item.is_some() { ITEMS } else { BYTES }
    }

    fn item(&self) -> Option<&TypeExpr> {
        self.item.as_ref()
    }

    fn is_operable(&self) -> bool {
        true
    }

    fn write(&self, out: &mut Vec<u8>) {
        if let Some(item) = &self.item {
            text(out, &item.to_string());
        }
        number(out, self.capacity);
    }

    fn read(tag: u8, record: &mut Reader<'_>) -> std::result::Result<Self, DecodeError> {
        if tag == ITEMS.tag {
            let item = record.type_expr()?;
            let capacity = record.within(1, u64::MAX, "a capacity out of range")?;
            return Ok(Self::of_items(item, capacity));
        }
        Ok(Self::of_bytes(record.within(1, u64::MAX, "a stream's bytes out of range")?))
    }

    fn differ(&self, theirs: &Self, told: &mut Told) {
        let passes = |def: &Self| if def.item.is_some() { "items" } else { "bytes" };
        told.differ("passes", passes(self), passes(theirs));
        if self.form() == theirs.form() {
            let key = if self.item.is_some() { "has capacity" } else { "has bytes" };
            told.differ(key, self.capacity, theirs.capacity);
        }
    }

    fn layout(&self, types: Types<'_>) -> Option<StreamLayout> {
        let Some(item) = &self.item else { return StreamLayout::of_bytes(self.capacity) };
        let (item, _) = types.size_and_align(item)?;
        StreamLayout::of_items(item, self.capacity)
    }

    fn properties(&self, geometry: Option<&Geometry>) -> Properties {
        match &self.item {
            None => known([
                ("bytes", Some(self.capacity.into())),
                ("area", geometry.map(|g| g.slots.into())),
            ]),
            Some(item) => known([
                ("item", Some(item.into())),
                ("item_size", geometry.map(|g| g.item.into())),
                ("capacity", Some(self.capacity.into())),
                ("slots", geometry.map(|g| g.slots.into())),
            ]),
        }
    }

    fn summary(&self) -> String {
        match self.item {
            None => bytes(self.capacity),
            Some(_) => format!("room for {}", self.capacity),
        }
    }

    fn observe(&self, layout: &StreamLayout, sight: &Sight<'_, impl Look>) -> Facts {
        Observed { look: sight, at: sight.at, stream: layout }.facts(sight, &layout.roles())
    }

    fn now(&self, facts: &Facts) -> String {
        match facts.count("depth") {
            None => String::new(),
            Some(depth) if self.item.is_none() => format!("{} waiting", bytes(depth)),
            Some(depth) => format!("{depth} waiting"),
        }
    }

    fn contents(
        &self,
        layout: &StreamLayout,
        look: &impl Look,
        at: u64,
        limit: usize,
    ) -> Result<Contents> {
        Observed { look, at, stream: layout }.contents(limit)
    }
}

impl Layout for StreamLayout {
    fn form(&self) -> Form {
        if self.has_items { ITEMS } else { BYTES }
    }

    fn geometry(&self) -> Geometry {
        Geometry {
            kind: self.form().number,
            item: self.item,
            capacity: self.capacity,
            batch: self.batch,
            slots: self.slots,
            control: layout::BYTES,
            stride: self.item,
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

    fn depth(&self, look: &impl Look, at: u64, _: HowMany) -> Option<u64> {
        Some(Observed { look, at, stream: self }.depth())
    }
}
