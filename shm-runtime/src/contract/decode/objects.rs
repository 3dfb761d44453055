//! Reads the records of objects.

use crate::object::kind::{ObjectDef, ObjectKind};
use crate::types::read::{DecodeError, Reader};

/// The object of a record, as its kind reads it.
pub(super) fn object(tag: u8, record: &mut Reader<'_>) -> Result<ObjectDef, DecodeError> {
    Ok(ObjectDef { name: record.text()?, kind: ObjectKind::read(tag, record)? })
}

#[cfg(test)]
#[allow(clippy::pedantic)]
mod tests {
    use super::*;
    use crate::contract::descriptor::Contract;
    use crate::contract::{
        CellDef, CounterDef, EventDef, Flow, Primitive, QueueDef, RawDef, RingDef, Side, StateDef,
        StreamDef, TopicDef, TypeExpr,
    };
    use crate::object::kind::ObjectLayout;
    use crate::object::lanes::layout as lanes;
    use std::collections::BTreeSet;

    fn contract(objects: Vec<ObjectDef>) -> Contract {
        Contract { schema: "a.b".into(), segment: "s".into(), types: vec![], objects }
    }

    fn ty(text: &str) -> TypeExpr {
        TypeExpr::parse(text).unwrap()
    }

    fn counter(name: &str, ty: Primitive) -> CounterDef {
        CounterDef { name: name.into(), ty }
    }

    fn queue_of(item: &str, capacity: u64, flow: Flow) -> ObjectKind {
        ObjectKind::Queue(QueueDef { item: ty(item), capacity, flow })
    }

    fn owned(producers: Side, consumers: Side, redeliver: bool) -> Flow {
        Flow::Owned { producers, consumers, redeliver }
    }

    /// Every kind, and every form of it.
    fn every_kind() -> Vec<ObjectKind> {
        use Side::{Many, One};
        vec![
            queue_of("u64[3]", 10, Flow::OneToOne),
            queue_of("u8", 1, Flow::Lanes(1)),
            queue_of("str[5]", 7, Flow::Lanes(lanes::MAX)),
            queue_of("u8", 1, owned(Many, One, true)),
            queue_of("u8", 2, owned(One, Many, false)),
            queue_of("u8", 3, owned(Many, Many, true)),
            ObjectKind::Ring(RingDef { bytes: 64, lanes: None }),
            ObjectKind::Ring(RingDef { bytes: 4096, lanes: Some(8) }),
            ObjectKind::Stream(StreamDef::of_bytes(1)),
            ObjectKind::Stream(StreamDef::of_items(ty("u64[3]"), 1)),
            ObjectKind::Topic(TopicDef { item: ty("f32[4][8]"), capacity: 9 }),
            ObjectKind::Cell(CellDef::single(ty("i64"))),
            ObjectKind::Cell(CellDef { item: ty("i64"), count: Some(1) }),
            ObjectKind::Cell(CellDef { item: ty("str[9]"), count: Some(u32::MAX) }),
            ObjectKind::State(StateDef { item: ty("bytes[100]") }),
            ObjectKind::Event(EventDef),
            ObjectKind::Counters(vec![
                counter("pushed", Primitive::U64),
                counter("balance", Primitive::I64),
            ]),
            ObjectKind::Raw(RawDef { bytes: 5, align: 128 }),
            ObjectKind::Raw(RawDef { bytes: 1 << 20, align: 4096 }),
        ]
    }

    fn whole() -> Contract {
        let named = |(n, kind)| ObjectDef { name: format!("o{n}"), kind };
        contract(every_kind().into_iter().enumerate().map(named).collect())
    }

    #[test]
    fn every_kind_survives_a_round_trip_and_has_a_layout() {
        let whole = whole();
        assert_eq!(Contract::decode(&whole.encode()).unwrap(), whole);
        let mut numbers = BTreeSet::new();
        for object in &whole.objects {
            let layout = ObjectLayout::of(&whole, &object.kind).unwrap();
            assert!(layout.size() > 0 && layout.align() >= 128, "{object:?}");
            numbers.insert(layout.kind_number());
        }
        assert_eq!(numbers, (1..=14).collect(), "each layout has a number of its own");
    }

    #[test]
    fn a_one_to_one_queue_is_written_as_it_always_was() {
        let bytes =
            contract(vec![ObjectDef { name: "q".into(), kind: queue_of("u8", 3, Flow::OneToOne) }])
                .encode();
        let record = b"Q\x0f\0\0\0\x01\0q\x02\0u8\x03\0\0\0\0\0\0\0";
        assert!(bytes.ends_with(record), "{}", bytes.escape_ascii());
    }

    /// What no generator writes: encoded as it is, and refused by the reader.
    #[test]
    fn what_is_out_of_range_is_refused() {
        let many = queue_of("u8", 1, Flow::Lanes(1));
        let refused = [
            queue_of("u8", 0, Flow::OneToOne),
            queue_of("u8", 0, Flow::Lanes(1)),
            queue_of("u8", 1, Flow::Lanes(0)),
            queue_of("u8", 1, Flow::Lanes(lanes::MAX + 1)),
            queue_of("u8", 1, owned(Side::One, Side::One, true)),
            queue_of("Nobody", 1, owned(Side::Many, Side::One, true)),
            ObjectKind::Ring(RingDef { bytes: 56, lanes: None }),
            ObjectKind::Ring(RingDef { bytes: 65, lanes: None }),
            ObjectKind::Ring(RingDef { bytes: 64, lanes: Some(lanes::MAX + 1) }),
            ObjectKind::Stream(StreamDef::of_bytes(0)),
            ObjectKind::Stream(StreamDef::of_items(ty("u8"), 0)),
            ObjectKind::Topic(TopicDef { item: ty("u8"), capacity: 0 }),
            ObjectKind::Topic(TopicDef { item: ty("Nobody"), capacity: 1 }),
            ObjectKind::Cell(CellDef::single(ty("Nobody"))),
            ObjectKind::Cell(CellDef { item: ty("Nobody"), count: Some(1) }),
            ObjectKind::Cell(CellDef { item: ty("u8"), count: Some(0) }),
            ObjectKind::State(StateDef { item: ty("Nobody") }),
            ObjectKind::Counters(vec![]),
            ObjectKind::Counters(vec![counter("a", Primitive::U32)]),
            ObjectKind::Counters(vec![counter("a", Primitive::F64)]),
            ObjectKind::Counters(vec![counter("a", Primitive::U64), counter("a", Primitive::I64)]),
            ObjectKind::Raw(RawDef { bytes: 0, align: 128 }),
            ObjectKind::Raw(RawDef { bytes: 1, align: 64 }),
            ObjectKind::Raw(RawDef { bytes: 1, align: 384 }),
            ObjectKind::Raw(RawDef { bytes: 1, align: 8192 }),
        ];
        let decode = |kind| Contract::decode(&contract(vec![kind]).encode());
        assert!(decode(ObjectDef { name: "o".into(), kind: many }).is_ok());
        for kind in refused {
            let text = format!("{kind:?}");
            let found = decode(ObjectDef { name: "o".into(), kind });
            assert!(found.is_err(), "{text}");
        }
    }

    #[test]
    fn a_number_for_a_flag_and_a_second_way_to_say_it_are_refused() {
        let good = contract(vec![ObjectDef {
            name: "o".into(),
            kind: queue_of("u8", 1, owned(Side::Many, Side::One, true)),
        }])
        .encode();
        // producers, consumers and redeliver are the last three numbers.
        for at in [24, 16, 8] {
            let mut bad = good.clone();
            let place = bad.len() - at;
            bad[place] = 2;
            assert!(Contract::decode(&bad).is_err(), "{at} from the end");
        }
    }

    /// Bytes cut off, changed, doubled: any answer, no panic, and what is
    /// accepted reads back the same and has a layout or none.
    #[test]
    fn no_bytes_make_the_reader_panic() {
        let good = whole().encode();
        let mut state = 7u64;
        let mut roll = |below: usize| {
            state = state.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
            (state >> 33) as usize % below
        };
        let mut accepted = 0;
        for round in 0..30_000 {
            let mut bytes = good.clone();
            for _ in 0..1 + roll(3) {
                let at = roll(bytes.len());
                match (round + roll(2)) % 4 {
                    0 => bytes[at] = roll(256) as u8,
                    1 => bytes[at] ^= 1 << roll(8),
                    2 => bytes.truncate(at + 1),
                    _ => {
                        let end = (at + roll(30)).min(bytes.len());
                        let to = roll(bytes.len() - (end - at) + 1);
                        bytes.copy_within(at..end, to);
                    }
                }
            }
            if let Ok(contract) = Contract::decode(&bytes) {
                assert_eq!(contract.encode(), bytes);
                for object in &contract.objects {
                    let _ = ObjectLayout::of(&contract, &object.kind);
                }
                accepted += 1;
            }
        }
        assert!(accepted > 1000, "{accepted} of 30,000 were contracts");
    }
}
