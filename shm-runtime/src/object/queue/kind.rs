//! What is asked of every kind, of a queue.
//!
//! Its records in a contract:
//!
//! ```text
//! one to one   'Q' { text name | text item | u64 capacity }
//! many to one  'L' { text name | text item | u64 capacity | u64 lanes }
//! other        'M' { text name | text item | u64 capacity
//!                    | u64 producers | u64 consumers | u64 redeliver }
//! ```
//!
//! `producers` and `consumers` are 1, or 0 for many; `redeliver` is 0 or 1.

use super::def::{Flow, QueueDef};
use super::layout::{self, AnyQueue, QueueLayout};
use super::many_to_many::layout as owned;
use super::many_to_many::layout::ManyLayout;
use super::observe::Observed;
use crate::error::Result;
use crate::object::LINE;
use crate::object::contents::{Contents, Followed};
use crate::object::facts::Facts;
use crate::object::geometry::{Geometry, Parts};
use crate::object::lanes::layout as lanes;
use crate::object::lanes::layout::LanesLayout;
use crate::object::lanes::words;
use crate::object::look::{HowMany, Look};
use crate::object::properties::{Properties, Property, in_lanes, known};
use crate::object::role_word::RoleWord;
use crate::object::room::{Form, Kind, Layout};
use crate::object::sides::Side;
use crate::object::sight::Sight;
use crate::object::told::Told;
use crate::types::descriptor::Types;
use crate::types::expr::TypeExpr;
use crate::types::read::{DecodeError, Reader};
use crate::types::write::{number, text};

const ONE_TO_ONE: Form = Form { name: "queue", number: 1, tag: b'Q' };
const LANES: Form = Form { name: "queue_lanes", number: 2, tag: b'L' };
const OWNED: Form = Form { name: "queue_owned", number: 3, tag: b'M' };

impl Kind for QueueDef {
    const NAME: &'static str = "queue";
    const FORMS: &'static [Form] = &[ONE_TO_ONE, LANES, OWNED];
    type Layout = AnyQueue;

    fn form(&self) -> Form {
        match self.flow {
            Flow::OneToOne => ONE_TO_ONE,
            Flow::Lanes(_) => LANES,
            Flow::Owned { .. } => OWNED,
        }
    }

    fn item(&self) -> Option<&TypeExpr> {
        Some(&self.item)
    }

    fn is_operable(&self) -> bool {
        self.flow == Flow::OneToOne
    }

    fn write(&self, out: &mut Vec<u8>) {
        text(out, &self.item.to_string());
        number(out, self.capacity);
        match self.flow {
            Flow::OneToOne => {}
            Flow::Lanes(lanes) => number(out, u64::from(lanes)),
            Flow::Owned { producers, consumers, redeliver } => {
                number(out, u64::from(producers == Side::One));
                number(out, u64::from(consumers == Side::One));
                number(out, u64::from(redeliver));
            }
        }
    }

    fn read(tag: u8, record: &mut Reader<'_>) -> std::result::Result<Self, DecodeError> {
        let item = record.type_expr()?;
        let capacity = record.within(1, u64::MAX, "a capacity out of range")?;
        let flow = if tag == ONE_TO_ONE.tag {
            Flow::OneToOne
        } else if tag == LANES.tag {
            let count =
                record.within(1, u64::from(lanes::MAX), "a number of lanes out of range")?;
            Flow::Lanes(u32::try_from(count).unwrap_or(lanes::MAX))
        } else {
            let [producers, consumers] = [side(record)?, side(record)?];
            if (producers, consumers) == (Side::One, Side::One) {
                return Err(record.fail("a queue with owned slots from one to one"));
            }
            let redeliver = record.within(0, 1, "a redeliver out of range")? == 1;
            Flow::Owned { producers, consumers, redeliver }
        };
        Ok(Self { item, capacity, flow })
    }

    fn differ(&self, theirs: &Self, told: &mut Told) {
        told.differ("has capacity", self.capacity, theirs.capacity);
        let (a, b) = (&self.flow, &theirs.flow);
        let same_sides = a.producers() == b.producers() && a.consumers() == b.consumers();
        told.differ("has producers:", a.producers().name(), b.producers().name());
        told.differ("has consumers:", a.consumers().name(), b.consumers().name());
        match (a, b) {
            (Flow::Lanes(a), Flow::Lanes(b)) => told.differ("has lanes", a, b),
            (Flow::Owned { redeliver: a, .. }, Flow::Owned { redeliver: b, .. }) => {
                told.differ("has redeliver", a, b);
            }
            _ if same_sides => {
                // Many to one, in lanes or not.
                let order = |flow: &Flow| match flow {
                    Flow::Lanes(_) => "each producer",
                    Flow::OneToOne | Flow::Owned { .. } => "all",
                };
                told.differ("has an order for", order(a), order(b));
            }
            _ => {}
        }
    }

    fn layout(&self, types: Types<'_>) -> Option<AnyQueue> {
        let (item, _) = types.size_and_align(&self.item)?;
        Some(match self.flow {
            Flow::OneToOne => AnyQueue::OneToOne(QueueLayout::new(item, self.capacity)?),
            Flow::Lanes(count) => {
                let lane = QueueLayout::new(item, self.capacity)?;
                AnyQueue::Lanes(LanesLayout::new(count, lane.size)?, lane)
            }
            Flow::Owned { .. } => AnyQueue::Owned(ManyLayout::new(item, self.capacity)?),
        })
    }

    fn properties(&self, geometry: Option<&Geometry>) -> Properties {
        let (lanes, redeliver) = match self.flow {
            Flow::OneToOne => (None, None),
            Flow::Lanes(lanes) => (Some(lanes), None),
            Flow::Owned { redeliver, .. } => (None, Some(redeliver)),
        };
        known([
            ("item", Some((&self.item).into())),
            ("item_size", geometry.map(|g| g.item.into())),
            ("capacity", Some(self.capacity.into())),
            ("producers", Some(self.flow.producers().into())),
            ("consumers", Some(self.flow.consumers().into())),
            ("lanes", lanes.map(|n| u64::from(n).into())),
            ("order", redeliver.map(|_| Property::Text("total".to_owned()))),
            ("redeliver", redeliver.map(Property::Flag)),
            ("slots", geometry.map(|g| g.slots.into())),
        ])
    }

    fn summary(&self) -> String {
        let (from, to) = (self.flow.producers().name(), self.flow.consumers().name());
        let (lanes, order) = match self.flow {
            Flow::OneToOne => (String::new(), ""),
            Flow::Lanes(lanes) => (in_lanes(lanes), ""),
            Flow::Owned { redeliver: true, .. } => (String::new(), ", one order for all"),
            Flow::Owned { .. } => (String::new(), ", one order for all, nothing redelivered"),
        };
        format!("room for {}{lanes}, {from} to {to}{order}", self.capacity)
    }

    fn observe(&self, layout: &AnyQueue, sight: &Sight<'_, impl Look>) -> Facts {
        match layout {
            AnyQueue::OneToOne(queue) => {
                Observed { look: sight, at: sight.at, queue }.facts(sight, &layout.roles())
            }
            AnyQueue::Lanes(..) | AnyQueue::Owned(_) => sight.facts(&[], &layout.roles()),
        }
    }

    fn contents(
        &self,
        layout: &AnyQueue,
        look: &impl Look,
        at: u64,
        limit: usize,
    ) -> Result<Contents> {
        match layout {
            AnyQueue::OneToOne(queue) => {
                Observed { look, at, queue }.messages(limit).map(Contents::Messages)
            }
            AnyQueue::Lanes(..) | AnyQueue::Owned(_) => Ok(Contents::Unread),
        }
    }
}

fn side(record: &mut Reader<'_>) -> std::result::Result<Side, DecodeError> {
    Ok(match record.within(0, 1, "a side of a queue out of range")? {
        1 => Side::One,
        _ => Side::Many,
    })
}

impl Layout for AnyQueue {
    fn form(&self) -> Form {
        match self {
            Self::OneToOne(_) => ONE_TO_ONE,
            Self::Lanes(..) => LANES,
            Self::Owned(_) => OWNED,
        }
    }

    fn geometry(&self) -> Geometry {
        let of_one = |l: &QueueLayout| Geometry {
            kind: self.form().number,
            lanes: 0,
            item: l.item,
            capacity: l.capacity,
            batch: l.batch,
            slots: l.slots,
            control: layout::SLOTS,
            stride: l.stride,
            size: l.size,
            align: LINE,
        };
        match self {
            Self::OneToOne(one) => of_one(one),
            Self::Lanes(all, one) => Geometry { lanes: all.count, size: all.size, ..of_one(one) },
            Self::Owned(l) => Geometry {
                kind: OWNED.number,
                item: l.item,
                capacity: l.capacity,
                slots: l.capacity,
                control: owned::SLOTS,
                stride: l.stride,
                size: l.size,
                align: LINE,
                ..Geometry::default()
            },
        }
    }

    fn stamp(&self) -> u64 {
        match self {
            Self::OneToOne(_) | Self::Lanes(..) => layout::STAMP_SIZE,
            Self::Owned(_) => owned::WORD_SIZE,
        }
    }

    fn parts(&self) -> Option<Parts> {
        match self {
            Self::Lanes(all, _) => Some(all.parts()),
            Self::OneToOne(_) | Self::Owned(_) => None,
        }
    }

    fn roles(&self) -> Vec<RoleWord> {
        match self {
            Self::OneToOne(_) => vec![
                RoleWord::waiting("producer", layout::PRODUCER_ROLE, layout::SPACE_FLAG),
                RoleWord::waiting("consumer", layout::CONSUMER_ROLE, layout::DATA_FLAG),
            ],
            Self::Lanes(all, _) => words::roles(*all, layout::PRODUCER_ROLE, layout::SPACE_FLAG),
            Self::Owned(_) => vec![],
        }
    }

    fn flags(&self) -> Vec<u64> {
        match self {
            Self::OneToOne(_) => vec![layout::DATA_FLAG, layout::SPACE_FLAG],
            Self::Lanes(all, _) => words::flags(*all, layout::SPACE_FLAG),
            Self::Owned(_) => vec![owned::DATA_FLAG, owned::SPACE_FLAG],
        }
    }

    fn depth(&self, look: &impl Look, at: u64, how_many: HowMany) -> Option<u64> {
        let Self::OneToOne(queue) = self else { return None };
        Some(Observed { look, at, queue }.depth(how_many))
    }

    fn end(&self, look: &impl Look, at: u64) -> Option<(u64, u64)> {
        let Self::OneToOne(queue) = self else { return None };
        Some(Observed { look, at, queue }.end())
    }

    fn follow(
        &self,
        look: &impl Look,
        at: u64,
        next: u64,
        limit: usize,
    ) -> Option<Result<Followed>> {
        let Self::OneToOne(queue) = self else { return None };
        Some(Observed { look, at, queue }.follow(next, limit))
    }
}
