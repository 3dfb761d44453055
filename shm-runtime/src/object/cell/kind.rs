//! What is asked of every kind, of a cell or an array of them.
//!
//! Its records in a contract:
//!
//! ```text
//! one    'C' { text name | text type }
//! array  'V' { text name | text type | u64 count }
//! ```

use super::def::CellDef;
use super::layout::{self, AnyCell, CellLayout, CellsLayout};
use super::observe;
use crate::error::Result;
use crate::object::LINE;
use crate::object::contents::Contents;
use crate::object::facts::Facts;
use crate::object::geometry::{Geometry, Parts};
use crate::object::look::Look;
use crate::object::properties::{Properties, known};
use crate::object::role_word::RoleWord;
use crate::object::room::{Form, Kind, Layout};
use crate::object::sight::Sight;
use crate::object::told::Told;
use crate::types::descriptor::Types;
use crate::types::expr::TypeExpr;
use crate::types::read::{DecodeError, Reader};
use crate::types::write::{number, text};

const CELL: Form = Form { name: "cell", number: 8, tag: b'C' };
const CELLS: Form = Form { name: "cells", number: 13, tag: b'V' };

impl Kind for CellDef {
    const NAME: &'static str = "cell";
    const FORMS: &'static [Form] = &[CELL, CELLS];
    type Layout = AnyCell;

    fn form(&self) -> Form {
        if self.count.is_some() { CELLS } else { CELL }
    }

    fn item(&self) -> Option<&TypeExpr> {
        Some(&self.item)
    }

    fn is_operable(&self) -> bool {
        true
    }

    fn write(&self, out: &mut Vec<u8>) {
        text(out, &self.item.to_string());
        if let Some(count) = self.count {
            number(out, u64::from(count));
        }
    }

    fn read(tag: u8, record: &mut Reader<'_>) -> std::result::Result<Self, DecodeError> {
        let item = record.type_expr()?;
        if tag == CELL.tag {
            return Ok(Self::single(item));
        }
        let count = record.within(1, u64::from(u32::MAX), "a number of cells out of range")?;
        Ok(Self { item, count: u32::try_from(count).ok() })
    }

    fn differ(&self, theirs: &Self, told: &mut Told) {
        let is_array = |def: &Self| if def.count.is_some() { "yes" } else { "no" };
        told.differ("is an array of cells:", is_array(self), is_array(theirs));
        if let (Some(a), Some(b)) = (self.count, theirs.count) {
            told.differ("has count", a, b);
        }
    }

    fn layout(&self, types: Types<'_>) -> Option<AnyCell> {
        let (item, _) = types.size_and_align(&self.item)?;
        let one = CellLayout::new(item)?;
        Some(match self.count {
            None => AnyCell::One(one),
            Some(count) => AnyCell::Array(CellsLayout::new(count, &one)?, one),
        })
    }

    fn properties(&self, geometry: Option<&Geometry>) -> Properties {
        known([
            ("type", Some((&self.item).into())),
            ("item_size", geometry.map(|g| g.item.into())),
            ("slots", geometry.map(|g| g.slots.into())),
            ("count", self.count.map(|n| u64::from(n).into())),
        ])
    }

    fn summary(&self) -> String {
        self.count.map_or_else(String::new, |n| format!("an array of {n}"))
    }

    fn observe(&self, layout: &AnyCell, sight: &Sight<'_, impl Look>) -> Facts {
        let version = observe::version(sight, sight.at, layout);
        sight.facts(&[("version", version)], &layout.roles())
    }

    fn now(&self, facts: &Facts) -> String {
        match facts.number("version") {
            None => String::new(),
            Some(0) => "never stored".to_owned(),
            Some(version) => format!("version {version}"),
        }
    }

    fn contents(
        &self,
        layout: &AnyCell,
        look: &impl Look,
        at: u64,
        limit: usize,
    ) -> Result<Contents> {
        let (values, more) = observe::values(look, at, layout, limit)?;
        Ok(match (values.len(), more) {
            (0, 0) => Contents::Numbers,
            _ => Contents::Values(values, more),
        })
    }
}

impl Layout for AnyCell {
    fn form(&self) -> Form {
        match self {
            Self::One(_) => CELL,
            Self::Array(..) => CELLS,
        }
    }

    fn geometry(&self) -> Geometry {
        let (Self::One(one) | Self::Array(_, one)) = self;
        let all = self.parts();
        Geometry {
            kind: self.form().number,
            lanes: all.map_or(0, |all| all.count),
            item: one.item,
            capacity: 1,
            batch: 0,
            slots: layout::SLOT_COUNT,
            control: layout::SLOTS,
            stride: one.stride,
            size: if let Self::Array(all, _) = self { all.size } else { one.size },
            align: LINE,
        }
    }

    fn stamp(&self) -> u64 {
        layout::STAMP_SIZE
    }

    fn parts(&self) -> Option<Parts> {
        let Self::Array(all, _) = self else { return None };
        Some(Parts { name: "cell", control: 0, count: all.count, stride: all.stride })
    }

    fn roles(&self) -> Vec<RoleWord> {
        // Of an array, one for all: that of the first.
        vec![RoleWord::new("writer", layout::WRITER_ROLE)]
    }

    fn flags(&self) -> Vec<u64> {
        let (count, stride) = self.parts().map_or((1, 0), |all| (u64::from(all.count), all.stride));
        (0..count).map(|n| layout::FLAG + n * stride).collect()
    }
}
