//! Writers and readers of a stream that are killed with SIGKILL while they work:
//! whenever that is, what was committed and not acknowledged comes once more, flagged
//! if it may have been seen, and nothing else does. A ledger in a segment of its own
//! says what a process was about. (After each single store to memory: in
//! `shm-runtime/src/object/stream/loom.rs`.)

use children::{Player, say};
use dice::Dice;
use places::Place;
use shm_runtime::Segment;
use shm_runtime::stream::Stream;
use shmgen_test_support::{children, dice, places};
use std::time::Duration;

children!(writer, reader);

/// Large enough that a copy is cut off in the middle.
type Item = [u64; 64];

/// How many processes are killed on each side; more by SHMGEN_SOAK, a factor.
fn kills() -> u64 {
    150 * std::env::var("SHMGEN_SOAK").ok().and_then(|f| f.parse().ok()).unwrap_or(1)
}

/// The item of a position.
fn item(position: u64) -> Item {
    std::array::from_fn(|at| (position + 1).wrapping_mul(at as u64 + 1))
}

/// Its position; it must be whole.
fn position(found: &Item) -> u64 {
    let position = found[0] - 1;
    assert_eq!(*found, item(position), "a torn item");
    position
}

/// Words of the ledger: operations begun and ended, the position behind what was got,
/// and behind what was looked at.
const ENTERED: u64 = 0;
const RETURNED: u64 = 8;
const GOT: u64 = 16;
const LOOKED: u64 = 24;
const LEDGER: u64 = 32;

fn get(ledger: &Segment, at: u64) -> u64 {
    let mut bytes = [0; 8];
    ledger.read_at(at, &mut bytes).unwrap();
    u64::from_le_bytes(bytes)
}

fn set(ledger: &Segment, at: u64, n: u64) {
    ledger.write_at(at, &n.to_le_bytes()).unwrap();
}

/// Writes on from a position, one to five at once, by turns in place.
fn writer(arguments: &[String]) {
    let stream = Stream::<Item>::attach(&arguments[0].parse().unwrap()).unwrap();
    let ledger = Segment::attach(&arguments[1].parse().unwrap()).unwrap();
    let mut next: u64 = arguments[2].parse().unwrap();
    let mut writer = stream.writer().unwrap();
    say("writes");
    for operation in 1.. {
        let items: Vec<Item> = (next..next + 1 + operation % 5).map(item).collect();
        set(&ledger, ENTERED, operation);
        next += if operation % 4 == 0 {
            match writer.reserve() {
                Ok(mut room) => {
                    let n = room.len().min(items.len());
                    room.set_slice(0, &items[..n]);
                    room.commit(n);
                    n as u64
                }
                Err(_) => 0,
            }
        } else {
            writer.write_timeout(&items, Duration::from_secs(60)).unwrap() as u64
        };
        set(&ledger, RETURNED, operation);
    }
}

/// Reads on, one to five at once, by turns in place.
fn reader(arguments: &[String]) {
    let stream = Stream::<Item>::attach(&arguments[0].parse().unwrap()).unwrap();
    let ledger = Segment::attach(&arguments[1].parse().unwrap()).unwrap();
    let mut next: u64 = arguments[2].parse().unwrap();
    let mut reader = stream.reader().unwrap();
    say(reader.redelivered());
    let mut items = [item(0); 5];
    for operation in 1.. {
        let wanted = 1 + operation as usize % 5;
        set(&ledger, ENTERED, operation);
        let n = if operation % 4 == 0 {
            match reader.peek() {
                Ok(peeked) => {
                    let n = peeked.len().min(wanted);
                    peeked.get_slice(0, &mut items[..n]);
                    set(&ledger, LOOKED, position(&items[n - 1]) + 1);
                    peeked.release(n);
                    n
                }
                Err(_) => 0,
            }
        } else {
            reader.read_timeout(&mut items[..wanted], Duration::from_secs(60)).unwrap()
        };
        for found in &items[..n] {
            assert_eq!(position(found), next, "not the next one");
            next += 1;
        }
        set(&ledger, GOT, next);
        set(&ledger, RETURNED, operation);
    }
}

#[test]
fn whoever_is_killed_anywhere_loses_nothing_and_repeats_nothing_unflagged() {
    let [place, writers, readers] = [Place::posix(), Place::posix(), Place::posix()];
    let stream = Stream::<Item>::create(&place.0, 20).unwrap();
    let ledgers = [&writers, &readers].map(|place| Segment::create(&place.0, LEDGER).unwrap());
    // What was ever committed, and acknowledged.
    let cursors = || {
        let stat = stream.attachment().stat().unwrap();
        ["in", "out"].map(|name| stat.objects[0].facts.count(name).unwrap())
    };
    let start = |side: usize| -> Player {
        let (name, ledger) = [("writer", &writers), ("reader", &readers)][side];
        let from = cursors()[side].to_string();
        play(name, &[&place.text(), &ledger.text(), &from])
    };
    let mut players = [start(0), start(1)];
    assert_eq!(players[0].hear(), "writes");
    assert_eq!(players[1].hear(), "0");
    let mut dice = Dice(29);
    let (mut inside, mut flagged_ever) = (0, 0);
    for round in 0..2 * kills() {
        std::thread::sleep(Duration::from_micros(dice.roll(1500)));
        let side = (round % 2) as usize;
        players[side].kill();
        let ledger = &ledgers[side];
        inside += u64::from(get(ledger, ENTERED) > get(ledger, RETURNED));
        let ([_, taken], looked) = (cursors(), get(ledger, LOOKED));
        if side == 1 {
            assert!(get(ledger, GOT) <= taken, "what was handed out is acknowledged");
        }
        players[side] = start(side);
        let heard = players[side].hear();
        if side == 1 {
            let flagged: u64 = heard.parse().unwrap();
            assert!(looked <= taken + flagged, "{looked} looked at, {taken} taken, {flagged}");
            assert!(flagged <= 22, "more than there can be");
            flagged_ever += u64::from(flagged > 0);
        }
    }
    assert!(inside >= kills(), "only {inside} of {} fell into an operation", 2 * kills());
    assert!(flagged_ever > 0, "no kill fell between a look and its acknowledgement");
    // Everybody goes on: the one who is alive was never stuck.
    let before = cursors()[1];
    let deadline = std::time::Instant::now() + Duration::from_secs(60);
    while cursors()[1] == before {
        assert!(std::time::Instant::now() < deadline, "nothing is read any more");
        std::thread::sleep(Duration::from_millis(1));
    }
    for player in &mut players {
        assert!(player.child.try_wait().unwrap().is_none(), "a process failed");
        player.kill();
    }
    assert!(get(&ledgers[1], GOT) <= cursors()[1]);
}
