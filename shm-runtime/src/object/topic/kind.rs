//! What is asked of every kind, of a topic.
//!
//! Its record in a contract:
//!
//! ```text
//! 'P' { text name | text item | u64 capacity }
//! ```

use super::def::TopicDef;
use super::layout::{self, TopicLayout};
use crate::object::LINE;
use crate::object::geometry::Geometry;
use crate::object::properties::{Properties, known};
use crate::object::role_word::RoleWord;
use crate::object::room::{Form, Kind, Layout};
use crate::object::told::Told;
use crate::types::descriptor::Types;
use crate::types::expr::TypeExpr;
use crate::types::read::{DecodeError, Reader};
use crate::types::write::{number, text};

const TOPIC: Form = Form { name: "topic", number: 7, tag: b'P' };

impl Kind for TopicDef {
    const NAME: &'static str = "topic";
    const FORMS: &'static [Form] = &[TOPIC];
    type Layout = TopicLayout;

    fn item(&self) -> Option<&TypeExpr> {
        Some(&self.item)
    }

    fn write(&self, out: &mut Vec<u8>) {
        text(out, &self.item.to_string());
        number(out, self.capacity);
    }

    fn read(_: u8, record: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let item = record.type_expr()?;
        let capacity = record.within(1, u64::MAX, "a capacity out of range")?;
        Ok(Self { item, capacity })
    }

    fn differ(&self, theirs: &Self, told: &mut Told) {
        told.differ("has capacity", self.capacity, theirs.capacity);
    }

    fn layout(&self, types: Types<'_>) -> Option<TopicLayout> {
        let (item, _) = types.size_and_align(&self.item)?;
        TopicLayout::new(item, self.capacity)
    }

    fn properties(&self, geometry: Option<&Geometry>) -> Properties {
        known([
            ("item", Some((&self.item).into())),
            ("item_size", geometry.map(|g| g.item.into())),
            ("capacity", Some(self.capacity.into())),
            ("slots", geometry.map(|g| g.slots.into())),
        ])
    }

    fn summary(&self) -> String {
        format!("the newest {}", self.capacity)
    }
}

impl Layout for TopicLayout {
    fn form(&self) -> Form {
        TOPIC
    }

    fn geometry(&self) -> Geometry {
        Geometry {
            kind: TOPIC.number,
            item: self.item,
            capacity: self.capacity,
            slots: self.slots,
            control: layout::SLOTS,
            stride: self.stride,
            size: self.size,
            align: LINE,
            ..Geometry::default()
        }
    }

    fn stamp(&self) -> u64 {
        layout::STAMP_SIZE
    }

    fn roles(&self) -> Vec<RoleWord> {
        vec![RoleWord::new("publisher", layout::PUBLISHER_ROLE)]
    }

    fn flags(&self) -> Vec<u64> {
        vec![layout::DATA_FLAG]
    }
}
