//! Says how the objects of two contracts differ.

use super::Out;
use crate::object::cell::def::CellDef;
use crate::object::counters::def::CounterDef;
use crate::object::kind::{ObjectDef, ObjectKind};
use crate::object::queue::def::{Flow, QueueDef, Side};
use crate::object::raw::def::RawDef;
use crate::object::ring::def::RingDef;
use std::collections::BTreeMap;

pub(super) fn compare(out: &mut Out, mine: &[ObjectDef], theirs: &[ObjectDef]) {
    let by_name = |objects: &'_ [ObjectDef]| -> BTreeMap<String, usize> {
        objects.iter().enumerate().map(|(i, o)| (o.name.clone(), i)).collect()
    };
    let (my_names, their_names) = (by_name(mine), by_name(theirs));
    for (i, object) in mine.iter().enumerate() {
        let here = format!("object {}", object.name);
        let Some((j, other)) = their_names.get(&object.name).map(|j| (*j, &theirs[*j])) else {
            out.add(here, &format!("({}) is not in the segment", object.kind.name()));
            continue;
        };
        compare_kinds(&mut Told { out, path: &here }, &object.kind, &other.kind);
        if i != j {
            out.add(here, &format!("is number {i} here, number {j} in the segment"));
        }
    }
    for object in theirs {
        if !my_names.contains_key(&object.name) {
            let text = format!("({}) is in the segment only", object.kind.name());
            out.add(format!("object {}", object.name), &text);
        }
    }
}

/// What is told of one object.
struct Told<'o> {
    out: &'o mut Out,
    path: &'o str,
}

impl Told<'_> {
    fn add(&mut self, text: &str) {
        self.out.add(self.path.to_owned(), text);
    }

    /// `has capacity 4 here, 8 in the segment`, if they differ.
    fn differ<T: PartialEq + std::fmt::Display>(&mut self, what: &str, mine: T, theirs: T) {
        if mine != theirs {
            self.add(&format!("{what} {mine} here, {theirs} in the segment"));
        }
    }
}

fn compare_kinds(told: &mut Told<'_>, mine: &ObjectKind, theirs: &ObjectKind) {
    if mine.name() != theirs.name() {
        told.differ("is of kind", mine.name(), theirs.name());
        return;
    }
    if let (Some(mine), Some(theirs)) = (mine.item(), theirs.item()) {
        told.differ("holds", mine, theirs);
    }
    match (mine, theirs) {
        (ObjectKind::Queue(mine), ObjectKind::Queue(theirs)) => queues(told, mine, theirs),
        (ObjectKind::Ring(mine), ObjectKind::Ring(theirs)) => rings(told, mine, theirs),
        (ObjectKind::Stream(mine), ObjectKind::Stream(theirs)) => {
            told.differ("has bytes", mine.bytes, theirs.bytes);
        }
        (ObjectKind::Topic(mine), ObjectKind::Topic(theirs)) => {
            told.differ("has capacity", mine.capacity, theirs.capacity);
        }
        (ObjectKind::Cell(mine), ObjectKind::Cell(theirs)) => cells(told, mine, theirs),
        (ObjectKind::Counters(mine), ObjectKind::Counters(theirs)) => counters(told, mine, theirs),
        (ObjectKind::Raw(mine), ObjectKind::Raw(theirs)) => {
            let [RawDef { bytes, align }, other] = [mine, theirs];
            told.differ("has bytes", *bytes, other.bytes);
            told.differ("is aligned to", *align, other.align);
        }
        // Of the other kinds the item is all.
        _ => {}
    }
}

fn queues(told: &mut Told<'_>, mine: &QueueDef, theirs: &QueueDef) {
    told.differ("has capacity", mine.capacity, theirs.capacity);
    let (a, b) = (&mine.flow, &theirs.flow);
    sides(told, "producers", a.producers(), b.producers());
    sides(told, "consumers", a.consumers(), b.consumers());
    match (a, b) {
        (Flow::Lanes(a), Flow::Lanes(b)) => told.differ("has lanes", a, b),
        (Flow::Owned { redeliver: a, .. }, Flow::Owned { redeliver: b, .. }) => {
            told.differ("has redeliver", a, b);
        }
        _ if a.producers() == b.producers() && a.consumers() == b.consumers() => {
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

fn rings(told: &mut Told<'_>, mine: &RingDef, theirs: &RingDef) {
    told.differ("has bytes", mine.bytes, theirs.bytes);
    let side = |def: &RingDef| if def.lanes.is_some() { Side::Many } else { Side::One };
    sides(told, "producers", side(mine), side(theirs));
    if let (Some(a), Some(b)) = (mine.lanes, theirs.lanes) {
        told.differ("has lanes", a, b);
    }
}

/// `is an array of cells: no here, yes in the segment`
fn cells(told: &mut Told<'_>, mine: &CellDef, theirs: &CellDef) {
    let is_array = |def: &CellDef| if def.count.is_some() { "yes" } else { "no" };
    told.differ("is an array of cells:", is_array(mine), is_array(theirs));
    if let (Some(a), Some(b)) = (mine.count, theirs.count) {
        told.differ("has count", a, b);
    }
}

/// `has producers: one here, many in the segment`
fn sides(told: &mut Told<'_>, what: &str, mine: Side, theirs: Side) {
    told.differ(&format!("has {what}:"), mine.name(), theirs.name());
}

fn counters(told: &mut Told<'_>, mine: &[CounterDef], theirs: &[CounterDef]) {
    let by_name = |counters: &[CounterDef]| -> BTreeMap<String, usize> {
        counters.iter().enumerate().map(|(i, c)| (c.name.clone(), i)).collect()
    };
    let (my_names, their_names) = (by_name(mine), by_name(theirs));
    for (i, counter) in mine.iter().enumerate() {
        let name = &counter.name;
        let Some(j) = their_names.get(name).copied() else {
            told.add(&format!("has counter {name} here only"));
            continue;
        };
        told.differ(&format!("has counter {name} as"), counter.ty, theirs[j].ty);
        told.differ(&format!("has counter {name} as number"), i, j);
    }
    for CounterDef { name, .. } in theirs.iter().filter(|c| !my_names.contains_key(&c.name)) {
        told.add(&format!("has counter {name} in the segment only"));
    }
}

#[cfg(test)]
#[allow(clippy::pedantic)]
mod tests {
    use super::*;
    use crate::contract::{
        Contract, Primitive, StreamDef, TopicDef, TypeExpr, explain as explain_contracts,
    };

    fn ty(text: &str) -> TypeExpr {
        TypeExpr::parse(text).unwrap()
    }

    fn cell(item: &str, count: Option<u32>) -> ObjectKind {
        ObjectKind::Cell(CellDef { item: ty(item), count })
    }

    fn queue(flow: Flow) -> ObjectKind {
        ObjectKind::Queue(QueueDef { item: ty("u8"), capacity: 4, flow })
    }

    fn owned(producers: Side, consumers: Side, redeliver: bool) -> ObjectKind {
        queue(Flow::Owned { producers, consumers, redeliver })
    }

    fn ring(bytes: u64, lanes: Option<u32>) -> ObjectKind {
        ObjectKind::Ring(RingDef { bytes, lanes })
    }

    fn counting(all: &[(&str, Primitive)]) -> ObjectKind {
        let counters = all.iter().map(|(name, ty)| CounterDef { name: (*name).into(), ty: *ty });
        ObjectKind::Counters(counters.collect())
    }

    fn raw(bytes: u64, align: u64) -> ObjectKind {
        ObjectKind::Raw(RawDef { bytes, align })
    }

    fn texts(mine: ObjectKind, theirs: ObjectKind) -> Vec<String> {
        let contract = |kind| Contract {
            schema: "a".into(),
            segment: "s".into(),
            types: vec![],
            objects: vec![ObjectDef { name: "o".into(), kind }],
        };
        let (mine, theirs) = (contract(mine), contract(theirs));
        assert!(explain_contracts(&mine, &mine).is_empty());
        let found = explain_contracts(&mine, &theirs);
        assert!(found.iter().all(|d| d.path == "object o"));
        found.into_iter().map(|d| d.text).collect()
    }

    #[test]
    fn each_difference_of_each_kind_is_told() {
        use Primitive::{I64, U64};
        use Side::{Many, One};
        let cases = [
            (
                cell("u8", None),
                ObjectKind::State(ty("u8")),
                "is of kind cell here, state in the segment",
            ),
            (cell("u8", None), cell("u16", None), "holds u8 here, u16 in the segment"),
            (
                cell("u8", None),
                cell("u8", Some(1)),
                "is an array of cells: no here, yes in the segment",
            ),
            (cell("u8", Some(2)), cell("u8", Some(3)), "has count 2 here, 3 in the segment"),
            (
                ObjectKind::State(ty("u8")),
                ObjectKind::State(ty("i8")),
                "holds u8 here, i8 in the segment",
            ),
            (
                queue(Flow::OneToOne),
                queue(Flow::Lanes(8)),
                "has producers: one here, many in the segment",
            ),
            (
                owned(One, Many, true),
                queue(Flow::OneToOne),
                "has consumers: many here, one in the segment",
            ),
            (queue(Flow::Lanes(8)), queue(Flow::Lanes(4)), "has lanes 8 here, 4 in the segment"),
            (
                queue(Flow::Lanes(8)),
                owned(Many, One, true),
                "has an order for each producer here, all in the segment",
            ),
            (
                owned(Many, Many, true),
                owned(Many, Many, false),
                "has redeliver true here, false in the segment",
            ),
            (ring(64, None), ring(72, None), "has bytes 64 here, 72 in the segment"),
            (ring(64, None), ring(64, Some(1)), "has producers: one here, many in the segment"),
            (ring(64, Some(2)), ring(64, Some(1)), "has lanes 2 here, 1 in the segment"),
            (
                ObjectKind::Stream(StreamDef { bytes: 1 }),
                ObjectKind::Stream(StreamDef { bytes: 2 }),
                "has bytes 1 here, 2 in the segment",
            ),
            (
                ObjectKind::Topic(TopicDef { item: ty("u8"), capacity: 1 }),
                ObjectKind::Topic(TopicDef { item: ty("u8"), capacity: 2 }),
                "has capacity 1 here, 2 in the segment",
            ),
            (
                counting(&[("a", U64)]),
                counting(&[("a", I64)]),
                "has counter a as u64 here, i64 in the segment",
            ),
            (
                counting(&[("a", U64), ("b", U64)]),
                counting(&[("a", U64)]),
                "has counter b here only",
            ),
            (
                counting(&[("a", U64)]),
                counting(&[("a", U64), ("b", U64)]),
                "has counter b in the segment only",
            ),
            (raw(1, 128), raw(2, 128), "has bytes 1 here, 2 in the segment"),
            (raw(1, 128), raw(1, 256), "is aligned to 128 here, 256 in the segment"),
        ];
        for (mine, theirs, text) in cases {
            assert_eq!(texts(mine, theirs), [format!("object o {text}")]);
        }
        assert_eq!(
            texts(counting(&[("a", U64), ("b", U64)]), counting(&[("b", U64), ("a", U64)])),
            [
                "object o has counter a as number 0 here, 1 in the segment",
                "object o has counter b as number 1 here, 0 in the segment",
            ]
        );
    }

    /// Whatever differs, something is told: contracts that are not equal never
    /// explain to nothing.
    #[test]
    fn two_kinds_that_differ_always_explain() {
        use Side::{Many, One};
        let all = [
            queue(Flow::OneToOne),
            queue(Flow::Lanes(1)),
            queue(Flow::Lanes(2)),
            owned(Many, One, true),
            owned(Many, One, false),
            owned(One, Many, true),
            owned(One, Many, false),
            owned(Many, Many, true),
            owned(Many, Many, false),
            ring(64, None),
            ring(64, Some(1)),
            ring(64, Some(2)),
            cell("u8", None),
            cell("u8", Some(1)),
            cell("u8", Some(2)),
            ObjectKind::Event,
        ];
        for (i, mine) in all.iter().enumerate() {
            for (j, theirs) in all.iter().enumerate() {
                let told = texts(mine.clone(), theirs.clone());
                assert_eq!(told.is_empty(), i == j, "{mine:?} {theirs:?} {told:?}");
            }
        }
    }
}
