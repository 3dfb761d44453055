//! Cells into which somebody else writes: whatever stands in any word of one, a load,
//! a wait and a store end soon, with a value or an error, and touch nothing outside.

use children::say;
use dice::Dice;
use places::Place;
use shm_runtime::cell::{Cells, layout};
use shm_runtime::contract::{CellDef, Contract, ObjectDef, ObjectKind, TypeExpr};
use shm_runtime::{Attachment, ErrorKind, Options, Segment, Setup, Spec, json};
use shmgen_test_support::{apart, children, dice, places};
use std::time::Duration;

children!(words);

type Value = [u64; 20];

const COUNT: u32 = 3;

/// How many lies are told; more by SHMGEN_SOAK, a factor.
fn rounds() -> u64 {
    2000 * std::env::var("SHMGEN_SOAK").ok().and_then(|f| f.parse().ok()).unwrap_or(1)
}

/// Two arrays of cells: one to lie in, and one behind it that is to stay as it is.
fn spec(place: &Place) -> Spec {
    let item = TypeExpr::parse("u64[20]").unwrap();
    let object = |name: &str| ObjectDef {
        name: name.into(),
        kind: ObjectKind::Cell(CellDef { item: item.clone(), count: Some(COUNT) }),
    };
    let contract = Contract {
        schema: "test.hostile".into(),
        segment: "cells".into(),
        types: vec![],
        objects: vec![object("lies"), object("after")],
    };
    Spec::new(contract, "1.0", Setup::at(&place.0)).unwrap()
}

/// A number as a liar would choose it for a version, a stamp, a flag or a role.
fn lie(dice: &mut Dice) -> u64 {
    let near = dice.roll(32);
    match dice.roll(6) {
        0 => near,
        1 => u64::MAX - near,
        2 => (u64::MAX / 2).wrapping_add(near),
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

fn lie_in_words() {
    let place = Place::posix();
    let spec = spec(&place);
    let made = Attachment::create(&spec, &Options::default()).unwrap();
    let read = Attachment::attach_read_only(&spec, &Options::default()).unwrap();
    let liar = Segment::attach(&place.0).unwrap();
    let objects = made.stat().unwrap().objects;
    let (at, after) = (objects[0].offset.unwrap(), objects[1].offset.unwrap());
    let size = layout::CellLayout::new(160).unwrap().size * u64::from(COUNT);
    let [mine, others] = [&made, &read].map(|a| Cells::<Value>::of_attachment(a, 0));
    Cells::<Value>::of_attachment(&made, 1).writer().unwrap().at(1).store(&[7; 20]).unwrap();
    let bytes_after = || {
        let mut bytes = vec![0; size as usize];
        liar.read_at(after, &mut bytes).unwrap();
        bytes
    };
    let untouched = bytes_after();
    let mut dice = Dice(3);
    let (mut corrupt, mut refused, mut stored) = (0, 0, 0);
    for round in 0..rounds() {
        if round & 15 == 0 {
            liar.write_at(at, &vec![0; size as usize]).unwrap();
        }
        for _ in 0..1 + dice.roll(3) {
            // Words that decide, more often than values.
            let word = match dice.roll(4) {
                0 => layout::VERSION,
                1 => layout::FLAG,
                2 => layout::WRITER_ROLE,
                _ => dice.roll(size / u64::from(COUNT) / 8) * 8,
            };
            let cell = size / u64::from(COUNT) * dice.roll(u64::from(COUNT));
            liar.write_at(at + cell + word, &lie(&mut dice).to_le_bytes()).unwrap();
        }
        let index = dice.roll(u64::from(COUNT)) as usize;
        for cells in [&mine, &others] {
            let cell = cells.at(index);
            match cell.load_versioned() {
                Ok((_, version)) => assert_eq!(version, cell.version()),
                Err(e) => {
                    assert_eq!(e.kind(), ErrorKind::Corrupt, "{e}");
                    assert!(e.to_string().contains(&format!("lies[{index}] of ")), "{e}");
                    corrupt += 1;
                }
            }
            match cell.wait_newer(lie(&mut dice), Duration::from_micros(50)) {
                Ok(_) => {}
                Err(e) => assert!([ErrorKind::Corrupt, ErrorKind::Timeout].contains(&e.kind())),
            }
        }
        match mine.writer() {
            Ok(mut writer) => {
                let version = mine.at(index).version();
                writer.at(index).store(&[round; 20]).unwrap();
                let _ = writer.at(index).reserve().unwrap();
                if version != u64::MAX {
                    // What one stores oneself can be read, whatever stood there.
                    let found = mine.at(index).load_versioned().unwrap();
                    assert_eq!(found, ([round; 20], version + 1));
                }
                stored += 1;
            }
            // A role word names somebody who seems to live.
            Err(e) => {
                assert!([ErrorKind::RoleTaken, ErrorKind::Busy].contains(&e.kind()), "{e}");
                refused += 1;
            }
        }
        if round & 63 == 0 {
            let _ = json::to_string(&json::Segment::from(&made.stat().unwrap()));
        }
    }
    assert_eq!(bytes_after(), untouched, "something outside was written");
    assert!(corrupt > 50 && stored > 50, "{corrupt} corrupt, {refused} refused, {stored} stored");
    say("survived");
}

#[test]
fn no_word_of_a_cell_makes_a_reader_or_a_writer_crash_or_hang() {
    let mut player = play("words", &[]);
    assert_eq!(player.hear(), "survived");
    player.finish();
}
