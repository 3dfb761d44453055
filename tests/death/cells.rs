//! Writers of a cell that are killed with SIGKILL while they store: whenever that
//! is, the last value that was published stays readable, whole, and a successor
//! goes on with the next version. (After each single store to memory: in
//! `shm-runtime/src/object/cell/loom.rs`.)

use children::{Player, say};
use places::Place;
use shm_runtime::cell::Cell;
use shmgen_test_support::{children, dice::Dice, places};
use std::time::Duration;

children!(writer, waiter);

/// 1 KiB: a store takes long enough to be cut off in the middle.
type Value = [u64; 128];

fn value(n: u64) -> Value {
    std::array::from_fn(|at| n.wrapping_mul(at as u64 + 1))
}

/// How many writers are killed; more by SHMGEN_SOAK, a factor.
fn kills() -> u64 {
    100 * std::env::var("SHMGEN_SOAK").ok().and_then(|f| f.parse().ok()).unwrap_or(1)
}

/// Stores its version as long as it lives, in one call and in place by turns.
fn writer(arguments: &[String]) {
    let cell = Cell::<Value>::attach(&arguments[0].parse().unwrap()).unwrap();
    let mut writer = cell.writer().unwrap();
    say(writer.version());
    loop {
        let next = value(writer.version() + 1);
        if next[0] & 3 == 0 {
            let mut slot = writer.reserve().unwrap();
            slot.write(&next);
            slot.commit();
        } else {
            writer.store(&next).unwrap();
        }
    }
}

/// Waits for newer values, whoever stores them.
fn waiter(arguments: &[String]) {
    let cell = Cell::<Value>::attach(&arguments[0].parse().unwrap()).unwrap();
    say("ready");
    let mut known = 0;
    while let Ok((found, version)) = cell.wait_newer(known, Duration::from_secs(60)) {
        assert_eq!(found, value(version), "a torn value");
        assert!(version > known);
        known = version;
    }
    panic!("nothing newer than {known} came");
}

#[test]
fn a_writer_killed_anywhere_leaves_the_last_value_and_its_successor_goes_on() {
    let place = Place::posix();
    let address = place.text();
    let cell = Cell::<Value>::create(&place.0).unwrap();
    let reader = Cell::<Value>::attach_read_only(&place.0).unwrap();
    let mut waiter: Player = play("waiter", &[&address]);
    assert_eq!(waiter.hear(), "ready");
    let mut dice = Dice(17);
    let (mut latest, mut cut_off) = (0, 0);
    for round in 0..kills() {
        let mut player = play("writer", &[&address]);
        let from: u64 = player.hear().parse().unwrap();
        assert_eq!(from, latest, "a successor goes on where the dead one was");
        std::thread::sleep(Duration::from_micros(dice.roll(2000)));
        player.kill();
        for cell in [&cell, &reader] {
            let (found, version) = cell.load_versioned().unwrap();
            assert_eq!(found, if version == 0 { [0; 128] } else { value(version) }, "{round}");
            assert!(version >= latest, "{version} behind {latest}");
            latest = version;
        }
        // What it had begun lies in the next slot, and is looked at by nobody.
        let bytes = std::fs::read(place.path()).unwrap();
        let offset = cell.attachment().unwrap().stat().unwrap().objects[0].offset.unwrap();
        let stamp = offset as usize + 0x100 + (latest as usize + 1) % 8 * 1152;
        let stamp = u64::from_le_bytes(bytes[stamp..stamp + 8].try_into().unwrap());
        assert!(stamp <= 2 * latest + 2, "{stamp} with version {latest}");
        cut_off += u64::from(stamp > 2 * latest);
    }
    // A kill that falls outside a store proves nothing.
    assert!(cut_off > kills() / 20, "only {cut_off} of {} fell into a store", kills());
    assert!(waiter.child.try_wait().unwrap().is_none(), "the one who waits has ended");
}
