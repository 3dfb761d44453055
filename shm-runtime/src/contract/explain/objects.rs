//! Says how the objects of two contracts differ.

use super::Out;
use crate::object::kind::ObjectDef;
use crate::object::told::Told;
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
        let mut told = Told::default();
        object.kind.differ(&other.kind, &mut told);
        for text in told.0 {
            out.add(here.clone(), &text);
        }
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

#[cfg(test)]
#[allow(clippy::pedantic)]
mod tests {
    use super::*;
    use crate::contract::{
        CellDef, Contract, CounterDef, EventDef, Flow, ObjectKind, Primitive, QueueDef, RawDef,
        RingDef, Side, StateDef, StreamDef, TopicDef, TypeExpr, explain as explain_contracts,
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
                ObjectKind::State(StateDef { item: ty("u8") }),
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
                ObjectKind::State(StateDef { item: ty("u8") }),
                ObjectKind::State(StateDef { item: ty("i8") }),
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
                ObjectKind::Stream(StreamDef::of_bytes(1)),
                ObjectKind::Stream(StreamDef::of_bytes(2)),
                "has bytes 1 here, 2 in the segment",
            ),
            (
                ObjectKind::Stream(StreamDef::of_bytes(1)),
                ObjectKind::Stream(StreamDef::of_items(ty("u8"), 2)),
                "passes bytes here, items in the segment",
            ),
            (
                ObjectKind::Stream(StreamDef::of_items(ty("u8"), 3)),
                ObjectKind::Stream(StreamDef::of_items(ty("u8"), 2)),
                "has capacity 3 here, 2 in the segment",
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

    /// Whatever differs, something is reported: contracts that are not equal never
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
            ObjectKind::Event(EventDef),
        ];
        for (i, mine) in all.iter().enumerate() {
            for (j, theirs) in all.iter().enumerate() {
                let told = texts(mine.clone(), theirs.clone());
                assert_eq!(told.is_empty(), i == j, "{mine:?} {theirs:?} {told:?}");
            }
        }
    }
}
