//! Streams into which somebody else writes: whatever stands in any word of one, writes,
//! reads and waits end soon, with some items or an error, and touch nothing outside.

use children::say;
use dice::Dice;
use places::Place;
use shm_runtime::contract::{Contract, ObjectDef, ObjectKind, StreamDef, TypeExpr};
use shm_runtime::stream::{ReadError, Stream, TryReadError, TryWriteError, WriteError, layout};
use shm_runtime::{Attachment, ErrorKind, Inspector, Options, Segment, Setup, Spec, json};
use shmgen_test_support::{apart, children, dice, places};
use std::time::Duration;

children!(words);

type Item = [u8; 12];

/// How many lies are told; more by SHMGEN_SOAK, a factor.
fn rounds() -> u64 {
    2000 * std::env::var("SHMGEN_SOAK").ok().and_then(|f| f.parse().ok()).unwrap_or(1)
}

/// A stream of bytes, one of items, and one behind them that is to stay as it is.
fn spec(place: &Place) -> Spec {
    let item = TypeExpr::parse("u8[12]").unwrap();
    let object = |name: &str, def| ObjectDef { name: name.into(), kind: ObjectKind::Stream(def) };
    let contract = Contract {
        schema: "test.hostile".into(),
        segment: "streams".into(),
        types: vec![],
        objects: vec![
            object("bytes", StreamDef::of_bytes(100)),
            object("items", StreamDef::of_items(item, 21)),
            object("after", StreamDef::of_bytes(100)),
        ],
    };
    Spec::new(contract, "1.0", Setup::at(&place.0)).unwrap()
}

/// A number as a liar would choose it for a cursor, a flag or a role.
fn lie(dice: &mut Dice) -> u64 {
    let near = dice.roll(150);
    match dice.roll(6) {
        0 | 1 => near,
        2 => u64::MAX - near,
        3 => (1 << dice.roll(64)) | near,
        4 => u64::from(u32::MAX) << dice.roll(32),
        _ => dice.roll(1 << 31) << dice.roll(33),
    }
}

/// In a process of its own, so that a crash is seen as one.
fn words(_: &[String]) {
    apart::enter();
    apart::in_a_small_proc(lie_in_words);
}

/// What became of the tries.
#[derive(Default)]
struct Seen {
    corrupt: u64,
    refused: u64,
    moved: u64,
}

fn use_it<T: shm_runtime::SharedLayout>(stream: &Stream<T>, seen: &mut Seen, items: &mut [T]) {
    let brief = Duration::from_micros(50);
    let _ = stream.depth().unwrap();
    match (stream.writer(), stream.reader()) {
        (Ok(mut writer), Ok(mut reader)) => {
            match writer.try_write(items) {
                Ok(n) => assert!(n > 0 && n <= items.len()),
                Err(TryWriteError::Corrupt) => seen.corrupt += 1,
                Err(e) => assert_eq!(e, TryWriteError::Full),
            }
            if let Ok(room) = writer.reserve() {
                let n = room.len();
                room.commit(n.min(3));
            }
            match writer.write_timeout(items, brief) {
                Ok(n) => seen.moved += n as u64,
                Err(WriteError::Corrupt) => seen.corrupt += 1,
                Err(e) => assert_eq!(e, WriteError::Timeout),
            }
            match reader.try_read(items) {
                Ok(n) => assert!(n > 0 && n <= items.len()),
                Err(TryReadError::Corrupt) => seen.corrupt += 1,
                Err(e) => assert_eq!(e, TryReadError::Empty),
            }
            if let Ok(peeked) = reader.peek() {
                let n = peeked.len().min(items.len());
                peeked.get_slice(0, &mut items[..n]);
                peeked.release(n);
            }
            match reader.read_timeout(items, brief) {
                Ok(n) => seen.moved += n as u64,
                Err(ReadError::Corrupt) => seen.corrupt += 1,
                Err(e) => assert_eq!(e, ReadError::Timeout),
            }
        }
        // A role word names somebody who seems to live.
        (writer, reader) => {
            for refused in [writer.err(), reader.err()].into_iter().flatten() {
                let kind = refused.kind();
                assert!([ErrorKind::RoleTaken, ErrorKind::Busy].contains(&kind), "{refused}");
            }
            seen.refused += 1;
        }
    }
}

fn lie_in_words() {
    let place = Place::posix();
    let made = Attachment::create(&spec(&place), &Options::default()).unwrap();
    let liar = Segment::attach(&place.0).unwrap();
    let inspector = Inspector::open(&place.0, &Options::default()).unwrap();
    let objects = made.stat().unwrap().objects;
    let at: Vec<u64> = objects.iter().map(|o| o.offset.unwrap()).collect();
    let sizes: Vec<u64> = objects.iter().map(|o| o.geometry.unwrap().size).collect();
    let bytes = Stream::<u8>::of_attachment(&made, 0);
    let items = Stream::<Item>::of_attachment(&made, 1);
    Stream::<u8>::of_attachment(&made, 2).writer().unwrap().try_write(&[7; 99]).unwrap();
    let bytes_after = || {
        let mut bytes = vec![0; sizes[2] as usize];
        liar.read_at(at[2], &mut bytes).unwrap();
        bytes
    };
    let untouched = bytes_after();
    let mut dice = Dice(3);
    let mut seen = Seen::default();
    for round in 0..rounds() {
        let object = (round % 2) as usize;
        if round & 15 < 2 {
            liar.write_at(at[object], &vec![0; sizes[object] as usize]).unwrap();
        }
        for _ in 0..1 + dice.roll(3) {
            // Words that decide, more often than bytes.
            let word = match dice.roll(8) {
                0 => layout::TAIL,
                1 => layout::TAKEN,
                2 => layout::SEEN,
                3 => layout::HEAD,
                4 => layout::DATA_FLAG,
                5 => layout::WRITER_ROLE,
                6 => layout::READER_ROLE,
                _ => dice.roll(sizes[object] / 8) * 8,
            };
            liar.write_at(at[object] + word, &lie(&mut dice).to_le_bytes()).unwrap();
        }
        match object {
            0 => use_it(&bytes, &mut seen, &mut [1; 70]),
            _ => use_it(&items, &mut seen, &mut [[1; 12]; 15]),
        }
        if round & 31 < 2 {
            let _ = inspector.contents(object, 100).unwrap();
            let _ = json::to_string(&json::Segment::from(&made.stat().unwrap()));
        }
    }
    assert_eq!(bytes_after(), untouched, "something outside was written");
    let Seen { corrupt, refused, moved } = seen;
    assert!(corrupt > 50 && moved > 50, "{corrupt} corrupt, {refused} refused, {moved} moved");
    say("survived");
}

#[test]
fn no_word_of_a_stream_makes_a_reader_or_a_writer_crash_or_hang() {
    let mut player = play("words", &[]);
    assert_eq!(player.hear(), "survived");
    player.finish();
}
