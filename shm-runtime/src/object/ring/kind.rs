//! What is asked of every kind, of a ring.
//!
//! Its record in a contract, with 0 lanes for one producer:
//!
//! ```text
//! 'R' { text name | u64 bytes | u64 lanes }
//! ```

use super::def::RingDef;
use super::layout::{self, AnyRing, RingLayout};
use crate::object::LINE;
use crate::object::geometry::{Geometry, Parts};
use crate::object::lanes::layout as lanes;
use crate::object::lanes::layout::LanesLayout;
use crate::object::lanes::words;
use crate::object::properties::{Properties, bytes, in_lanes, known};
use crate::object::role_word::RoleWord;
use crate::object::room::{Form, Kind, Layout};
use crate::object::told::Told;
use crate::types::descriptor::Types;
use crate::types::read::{DecodeError, Reader};
use crate::types::write::number;

const TAG: u8 = b'R';
const ONE_TO_ONE: Form = Form { name: "ring", number: 4, tag: TAG };
const LANES: Form = Form { name: "ring_lanes", number: 5, tag: TAG };

impl Kind for RingDef {
    const NAME: &'static str = "ring";
    const FORMS: &'static [Form] = &[ONE_TO_ONE, LANES];
    type Layout = AnyRing;

    fn form(&self) -> Form {
        if self.lanes.is_some() { LANES } else { ONE_TO_ONE }
    }

    fn write(&self, out: &mut Vec<u8>) {
        number(out, self.bytes);
        number(out, u64::from(self.lanes.unwrap_or(0)));
    }

    fn read(_: u8, record: &mut Reader<'_>) -> Result<Self, DecodeError> {
        const OUT_OF_RANGE: &str = "a ring's bytes out of range";
        let bytes = record.within(layout::BYTES_MIN, u64::MAX, OUT_OF_RANGE)?;
        if bytes % 8 != 0 {
            return Err(record.fail(OUT_OF_RANGE));
        }
        let count = record.within(0, u64::from(lanes::MAX), "a number of lanes out of range")?;
        let lanes = u32::try_from(count).ok().filter(|n| *n != 0);
        Ok(Self { bytes, lanes })
    }

    fn differ(&self, theirs: &Self, told: &mut Told) {
        told.differ("has bytes", self.bytes, theirs.bytes);
        told.differ("has producers:", self.producers().name(), theirs.producers().name());
        if let (Some(a), Some(b)) = (self.lanes, theirs.lanes) {
            told.differ("has lanes", a, b);
        }
    }

    fn layout(&self, _: Types<'_>) -> Option<AnyRing> {
        let one = RingLayout::new(self.bytes)?;
        Some(match self.lanes {
            None => AnyRing::OneToOne(one),
            Some(count) => AnyRing::Lanes(LanesLayout::new(count, one.size)?, one),
        })
    }

    fn properties(&self, geometry: Option<&Geometry>) -> Properties {
        known([
            ("bytes", Some(self.bytes.into())),
            ("producers", Some(self.producers().into())),
            ("lanes", self.lanes.map(|n| u64::from(n).into())),
            ("area", geometry.map(|g| g.slots.into())),
        ])
    }

    fn summary(&self) -> String {
        match self.lanes {
            None => bytes(self.bytes),
            Some(lanes) => format!("{}{}, many to one", bytes(self.bytes), in_lanes(lanes)),
        }
    }
}

impl Layout for AnyRing {
    fn form(&self) -> Form {
        match self {
            Self::OneToOne(_) => ONE_TO_ONE,
            Self::Lanes(..) => LANES,
        }
    }

    fn geometry(&self) -> Geometry {
        let (Self::OneToOne(one) | Self::Lanes(_, one)) = self;
        let all = if let Self::Lanes(all, _) = self { Some(all) } else { None };
        Geometry {
            kind: self.form().number,
            lanes: all.map_or(0, |all| all.count),
            item: 1,
            capacity: one.bytes,
            batch: one.batch,
            slots: one.area,
            control: layout::RECORDS,
            stride: 1,
            size: all.map_or(one.size, |all| all.size),
            align: LINE,
        }
    }

    fn parts(&self) -> Option<Parts> {
        match self {
            Self::OneToOne(_) => None,
            Self::Lanes(all, _) => Some(all.parts()),
        }
    }

    fn roles(&self) -> Vec<RoleWord> {
        match self {
            Self::OneToOne(_) => vec![
                RoleWord::waiting("producer", layout::PRODUCER_ROLE, layout::SPACE_FLAG),
                RoleWord::waiting("consumer", layout::CONSUMER_ROLE, layout::DATA_FLAG),
            ],
            Self::Lanes(all, _) => words::roles(*all, layout::PRODUCER_ROLE, layout::SPACE_FLAG),
        }
    }

    fn flags(&self) -> Vec<u64> {
        match self {
            Self::OneToOne(_) => vec![layout::DATA_FLAG, layout::SPACE_FLAG],
            Self::Lanes(all, _) => words::flags(*all, layout::SPACE_FLAG),
        }
    }
}
