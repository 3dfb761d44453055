//! Reads the records of objects.

use crate::contract::encode::{
    CELL, CELLS, COUNTER, COUNTERS, EVENT, QUEUE, QUEUE_LANES, QUEUE_OWNED, RAW, RING, STATE,
    STREAM, TOPIC,
};
use crate::object::cell::def::CellDef;
use crate::object::counters::def::CounterDef;
use crate::object::kind::{ObjectDef, ObjectKind};
use crate::object::lanes::layout as lanes;
use crate::object::queue::def::{Flow, QueueDef, Side};
use crate::object::raw::def::RawDef;
use crate::object::raw::layout as raw;
use crate::object::ring::def::RingDef;
use crate::object::ring::layout as ring;
use crate::object::stream::def::StreamDef;
use crate::object::topic::def::TopicDef;
use crate::types::expr::Primitive;
use crate::types::read::{DecodeError, Reader};
use std::collections::BTreeSet;

/// The object of a record. Whether its types are known is for the contract to
/// say, and whether its size fits into any memory for who lays it out.
pub(super) fn object(tag: u8, record: &mut Reader<'_>) -> Result<ObjectDef, DecodeError> {
    if !matches!(
        tag,
        QUEUE
            | QUEUE_LANES
            | QUEUE_OWNED
            | RING
            | STREAM
            | TOPIC
            | CELL
            | CELLS
            | STATE
            | EVENT
            | COUNTERS
            | RAW
    ) {
        return Err(record.unknown_record(tag));
    }
    let name = record.text()?;
    let kind = match tag {
        QUEUE | QUEUE_LANES | QUEUE_OWNED => ObjectKind::Queue(queue(tag, record)?),
        RING => {
            let bytes = record.within(ring::BYTES_MIN, u64::MAX, "a ring's bytes out of range")?;
            if bytes % 8 != 0 {
                return Err(record.fail("a ring's bytes out of range"));
            }
            let count =
                record.within(0, u64::from(lanes::MAX), "a number of lanes out of range")?;
            let lanes = u32::try_from(count).ok().filter(|n| *n != 0);
            ObjectKind::Ring(RingDef { bytes, lanes })
        }
        STREAM => ObjectKind::Stream(StreamDef {
            bytes: record.within(1, u64::MAX, "a stream's bytes out of range")?,
        }),
        TOPIC => ObjectKind::Topic(TopicDef {
            item: record.type_expr()?,
            capacity: record.within(1, u64::MAX, "a capacity out of range")?,
        }),
        CELL => ObjectKind::Cell(CellDef::single(record.type_expr()?)),
        CELLS => {
            let item = record.type_expr()?;
            let count = record.within(1, u64::from(u32::MAX), "a number of cells out of range")?;
            ObjectKind::Cell(CellDef { item, count: u32::try_from(count).ok() })
        }
        STATE => ObjectKind::State(record.type_expr()?),
        EVENT => ObjectKind::Event,
        COUNTERS => ObjectKind::Counters(counters(record)?),
        _ => {
            let bytes = record.within(1, u64::MAX, "raw bytes out of range")?;
            let align =
                record.within(raw::ALIGN_MIN, raw::ALIGN_MAX, "an alignment out of range")?;
            if !align.is_power_of_two() {
                return Err(record.fail("an alignment out of range"));
            }
            ObjectKind::Raw(RawDef { bytes, align })
        }
    };
    Ok(ObjectDef { name, kind })
}

fn queue(tag: u8, record: &mut Reader<'_>) -> Result<QueueDef, DecodeError> {
    let item = record.type_expr()?;
    let capacity = record.within(1, u64::MAX, "a capacity out of range")?;
    let flow = match tag {
        QUEUE => Flow::OneToOne,
        QUEUE_LANES => {
            let count =
                record.within(1, u64::from(lanes::MAX), "a number of lanes out of range")?;
            Flow::Lanes(u32::try_from(count).unwrap_or(lanes::MAX))
        }
        _ => {
            let [producers, consumers] = [side(record)?, side(record)?];
            if (producers, consumers) == (Side::One, Side::One) {
                return Err(record.fail("a queue with owned slots from one to one"));
            }
            let redeliver = record.within(0, 1, "a redeliver out of range")? == 1;
            Flow::Owned { producers, consumers, redeliver }
        }
    };
    Ok(QueueDef { item, capacity, flow })
}

fn side(record: &mut Reader<'_>) -> Result<Side, DecodeError> {
    Ok(match record.within(0, 1, "a side of a queue out of range")? {
        1 => Side::One,
        _ => Side::Many,
    })
}

fn counters(record: &mut Reader<'_>) -> Result<Vec<CounterDef>, DecodeError> {
    let mut counters = Vec::new();
    let mut names = BTreeSet::new();
    while !record.is_empty() {
        let mut counter = record.expect(COUNTER)?;
        let name = counter.text()?;
        let Some(ty @ (Primitive::U64 | Primitive::I64)) = Primitive::from_name(&counter.text()?)
        else {
            return Err(counter.fail("a type that no counter has"));
        };
        counter.end()?;
        if !names.insert(name.clone()) {
            return Err(counter.fail("a counter that is there twice"));
        }
        counters.push(CounterDef { name, ty });
    }
    if counters.is_empty() {
        return Err(record.fail("no counters"));
    }
    Ok(counters)
}

#[cfg(test)]
#[allow(clippy::pedantic)]
mod tests {
    use super::*;
    use crate::contract::descriptor::Contract;
    use crate::object::place::ObjectLayout;
    use crate::types::expr::TypeExpr;

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
            ObjectKind::Stream(StreamDef { bytes: 1 }),
            ObjectKind::Topic(TopicDef { item: ty("f32[4][8]"), capacity: 9 }),
            ObjectKind::Cell(CellDef::single(ty("i64"))),
            ObjectKind::Cell(CellDef { item: ty("i64"), count: Some(1) }),
            ObjectKind::Cell(CellDef { item: ty("str[9]"), count: Some(u32::MAX) }),
            ObjectKind::State(ty("bytes[100]")),
            ObjectKind::Event,
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
        assert_eq!(numbers, (1..=13).collect(), "each layout has a number of its own");
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
            ObjectKind::Stream(StreamDef { bytes: 0 }),
            ObjectKind::Topic(TopicDef { item: ty("u8"), capacity: 0 }),
            ObjectKind::Topic(TopicDef { item: ty("Nobody"), capacity: 1 }),
            ObjectKind::Cell(CellDef::single(ty("Nobody"))),
            ObjectKind::Cell(CellDef { item: ty("Nobody"), count: Some(1) }),
            ObjectKind::Cell(CellDef { item: ty("u8"), count: Some(0) }),
            ObjectKind::State(ty("Nobody")),
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
