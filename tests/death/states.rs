//! Users of a state that are killed with SIGKILL, with the lock in hand or on their way
//! to it: whenever that is, the value is whole and none that was written back is lost,
//! the next one gets the lock and hears of it, and nobody sleeps for ever. (After each
//! single store to memory: in `shm-runtime/src/object/state/loom.rs`.)

use children::{Player, say};
use places::Place;
use shm_runtime::Segment;
use shm_runtime::state::State;
use shmgen_test_support::{children, dice::Dice, places};
use std::time::Duration;

children!(victim, sleeper, taker);

/// 1 KiB: a change takes long enough to be cut off in the middle.
type Value = [u64; 128];

/// A time that only a hang can miss.
const LONG: Duration = Duration::from_secs(60);

fn value(n: u64) -> Value {
    std::array::from_fn(|at| n.wrapping_mul(at as u64 + 1))
}

fn number(found: &Value) -> u64 {
    assert_eq!(*found, value(found[0]), "a torn value");
    found[0]
}

/// How many are killed; more by SHMGEN_SOAK, a factor.
fn kills() -> u64 {
    100 * std::env::var("SHMGEN_SOAK").ok().and_then(|f| f.parse().ok()).unwrap_or(1)
}

/// What was begun and what was done, in another mapping.
struct Ledger(Segment);

/// Who has the lock is about to write this number back.
const BEGUN: u64 = 0;
/// The victims and the one who lives on have written this back.
const DONE: [u64; 2] = [8, 16];

impl Ledger {
    fn put(&self, at: u64, n: u64) {
        self.0.write_at(at, &n.to_le_bytes()).unwrap();
    }

    fn get(&self, at: u64) -> u64 {
        let mut bytes = [0; 8];
        self.0.read_at(at, &mut bytes).unwrap();
        u64::from_le_bytes(bytes)
    }
}

/// Adds one as long as it lives, and notifies, and waits now and then.
fn victim(arguments: &[String]) {
    let state = State::<Value>::attach(&arguments[0].parse().unwrap()).unwrap();
    let ledger = Ledger(Segment::attach(&arguments[1].parse().unwrap()).unwrap());
    let done: usize = arguments[2].parse().unwrap();
    say("ready");
    loop {
        let mut guard = state.lock_timeout(LONG).unwrap();
        let n = number(&guard) + 1;
        ledger.put(BEGUN, n);
        *guard = value(n);
        if n & 7 == 0 {
            guard.wait_timeout(Duration::from_micros(20)).unwrap();
        }
        guard.notify_one().unwrap();
        guard.unlock().unwrap();
        ledger.put(DONE[done], n);
        if n & 3 == 0 {
            state.notify_all().unwrap();
        }
    }
}

/// Waits for each change, whoever makes it.
fn sleeper(arguments: &[String]) {
    let state = State::<Value>::attach(&arguments[0].parse().unwrap()).unwrap();
    say("ready");
    let mut known = 0;
    loop {
        let mut guard = state.lock_timeout(LONG).unwrap();
        while number(&guard) <= known {
            assert!(guard.wait_timeout(LONG).unwrap(), "nothing newer than {known} came");
        }
        known = number(&guard);
    }
}

#[test]
fn a_holder_killed_anywhere_has_changed_all_or_nothing_and_the_next_one_is_told() {
    let (place, books) = (Place::posix(), Place::posix());
    let (address, ledger) = (place.text(), books.text());
    let state = State::<Value>::create(&place.0).unwrap();
    let reader = State::<Value>::attach_read_only(&place.0).unwrap();
    let book = Ledger(Segment::create(&books.0, 4096).unwrap());
    let mut others: Vec<Player> =
        vec![play("sleeper", &[&address]), play("victim", &[&address, &ledger, "1"])];
    for other in &mut others {
        assert_eq!(other.hear(), "ready");
    }
    let mut dice = Dice(23);
    for round in 0..kills() {
        // Its first step is often to recover from the death of the one before.
        let mut player = play("victim", &[&address, &ledger, "0"]);
        assert_eq!(player.hear(), "ready");
        std::thread::sleep(Duration::from_micros(dice.roll(1000)));
        player.kill();
        let done = DONE.map(|at| book.get(at)).into_iter().max().unwrap();
        assert!(number(&reader.load().unwrap()) >= done, "{round}: a change was lost");
        let guard = state.lock_timeout(LONG).unwrap();
        let (found, begun) = (number(&guard), book.get(BEGUN));
        assert!(done <= found && found <= begun.max(done), "{round}: {done}, {found}, {begun}");
    }
    for other in &mut others {
        assert!(other.child.try_wait().unwrap().is_none(), "one who lived on has ended");
    }
    let stat = state.attachment().unwrap().stat().unwrap();
    let died = stat.objects[0].facts.count("times_died").unwrap();
    // A kill that falls outside the lock proves little.
    assert!(died > kills() / 10, "only {died} of {} had the lock", kills());
    assert!(died <= kills(), "{died} deaths were told of {} kills", kills());
}

/// Takes tokens as they come.
fn taker(arguments: &[String]) {
    let state = State::<u64>::attach(&arguments[0].parse().unwrap()).unwrap();
    say("ready");
    loop {
        let mut guard = state.lock_timeout(LONG).unwrap();
        while *guard == 0 {
            guard.wait_timeout(None).unwrap();
        }
        *guard -= 1;
    }
}

/// One of those who wait is woken, and one is killed at that moment, perhaps the same:
/// somebody takes the token.
#[test]
fn a_notification_of_who_is_killed_goes_to_another_one() {
    let place = Place::posix();
    let address = place.text();
    let state = State::<u64>::create(&place.0).unwrap();
    let mut takers: Vec<Player> = (0..3).map(|_| play("taker", &[&address])).collect();
    for taker in &mut takers {
        assert_eq!(taker.hear(), "ready");
    }
    let mut dice = Dice(5);
    for round in 0..kills() / 2 {
        *state.lock_timeout(LONG).unwrap() += 1;
        state.notify_one().unwrap();
        for _ in 0..dice.roll(2000) {
            std::hint::spin_loop();
        }
        takers[round as usize % 3].kill();
        let start = std::time::Instant::now();
        while state.load().unwrap() > 0 {
            assert!(start.elapsed() < LONG, "{round}: nobody takes the token");
            std::thread::sleep(Duration::from_millis(1));
        }
        takers[round as usize % 3] = play("taker", &[&address]);
        assert_eq!(takers[round as usize % 3].hear(), "ready");
    }
}
