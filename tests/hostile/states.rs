//! States into which somebody else writes: whatever stands in any word of one, a load, a
//! lock, a wait and a change end soon, with a value or an error, and touch nothing
//! outside.

use children::say;
use dice::Dice;
use places::Place;
use shm_runtime::contract::{Contract, ObjectDef, ObjectKind, StateDef, TypeExpr};
use shm_runtime::state::{State, layout};
use shm_runtime::{Attachment, ErrorKind, Options, Segment, Setup, Spec, json};
use shmgen_test_support::{apart, children, dice, places};
use std::time::Duration;

children!(words);

type Value = [u64; 20];

/// How many lies are told; more by SHMGEN_SOAK, a factor.
fn rounds() -> u64 {
    2000 * std::env::var("SHMGEN_SOAK").ok().and_then(|f| f.parse().ok()).unwrap_or(1)
}

/// Two states: one to lie in, and one behind it that is to stay as it is.
fn spec(place: &Place) -> Spec {
    let item = TypeExpr::parse("u64[20]").unwrap();
    let object = |name: &str| ObjectDef {
        name: name.into(),
        kind: ObjectKind::State(StateDef { item: item.clone() }),
    };
    let contract = Contract {
        schema: "test.hostile".into(),
        segment: "states".into(),
        types: vec![],
        objects: vec![object("lies"), object("after")],
    };
    Spec::new(contract, "1.0", Setup::at(&place.0)).unwrap()
}

/// A number as a liar would choose it for a lock, a version or a sequence.
fn lie(dice: &mut Dice) -> u64 {
    let near = dice.roll(4);
    match dice.roll(7) {
        0 => near,
        1 => u64::MAX - near,
        2 => (1 << dice.roll(64)) | near,
        3 => dice.roll(1 << 31) << dice.roll(33),
        // Participants: some that live, some that never did, and the orphaned.
        4 => dice.roll(3) << layout::GENERATION_SHIFT | dice.roll(4),
        5 => u64::from(layout::SLEEPER) | dice.roll(3) << layout::GENERATION_SHIFT | near,
        _ => u64::from(layout::ORPHANED) | dice.roll(2) << 31,
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
    let other = Attachment::attach(&spec, &Options::default()).unwrap();
    let read = Attachment::attach_read_only(&spec, &Options::default()).unwrap();
    let liar = Segment::attach(&place.0).unwrap();
    let objects = made.stat().unwrap().objects;
    let (at, after) = (objects[0].offset.unwrap(), objects[1].offset.unwrap());
    let size = layout::StateLayout::new(160).unwrap().size;
    let [mine, others, reader] =
        [&made, &other, &read].map(|a| State::<Value>::of_attachment(a, 0));
    *State::<Value>::of_attachment(&made, 1).lock().unwrap() = [7; 20];
    let bytes_after = || {
        let mut bytes = vec![0; size as usize];
        liar.read_at(after, &mut bytes).unwrap();
        bytes
    };
    let untouched = bytes_after();
    let mut dice = Dice(3);
    let tell = |dice: &mut Dice| {
        let word = match dice.roll(6) {
            0 | 1 => layout::LOCK,
            2 => layout::VERSION,
            3 => layout::SEQUENCE,
            4 => layout::TIMES_DIED,
            _ => dice.roll(size / 8) * 8,
        };
        liar.write_at(at + word, &lie(dice).to_le_bytes()).unwrap();
    };
    let (mut refused, mut changed, mut corrupt) = (0, 0, 0);
    for round in 0..rounds() {
        if round & 15 == 0 {
            liar.write_at(at, &vec![0; size as usize]).unwrap();
        }
        for _ in 0..1 + dice.roll(3) {
            tell(&mut dice);
        }
        for state in [&mine, &others, &reader] {
            // Nobody changes it meanwhile, so it is whole, whatever it is.
            state.load().unwrap();
            let _ = state.notify_one();
            let _ = state.notify_all();
        }
        let state = if round & 1 == 0 { &mine } else { &others };
        let locked = match round & 2 {
            0 => state.try_lock(),
            _ => state.lock_timeout(Duration::from_micros(50)),
        };
        let mut guard = match locked {
            Ok(guard) => guard,
            // The lock names somebody who lives.
            Err(e) => {
                assert!([ErrorKind::Busy, ErrorKind::Timeout].contains(&e.kind()), "{e}");
                refused += 1;
                continue;
            }
        };
        let version = state.version().unwrap();
        *guard = [round; 20];
        if dice.roll(3) == 0 {
            tell(&mut dice);
        }
        // The lock may be taken away in the middle.
        if dice.roll(3) == 0 {
            match guard.wait_timeout(Duration::from_micros(20)) {
                Ok(_) => {}
                Err(e) => assert_eq!(e.kind(), ErrorKind::Corrupt, "{e}"),
            }
            *guard = [round; 20];
        }
        match guard.unlock() {
            Ok(()) => {
                assert_eq!(state.load().unwrap(), [round; 20], "behind version {version}");
                changed += 1;
            }
            Err(e) => {
                assert_eq!(e.kind(), ErrorKind::Corrupt, "{e}");
                assert!(e.to_string().contains("the lock was taken away"), "{e}");
                corrupt += 1;
            }
        }
        if round & 63 == 0 {
            let _ = json::to_string(&json::Segment::from(&made.stat().unwrap()));
        }
    }
    assert_eq!(bytes_after(), untouched, "something outside was written");
    assert!(
        refused > 20 && changed > 50 && corrupt > 20,
        "{refused} refused, {changed} changed, {corrupt} corrupt"
    );
    say("survived");
}

#[test]
fn no_word_of_a_state_makes_its_users_crash_or_hang() {
    let mut player = play("words", &[]);
    assert_eq!(player.hear(), "survived");
    player.finish();
}
