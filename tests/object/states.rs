//! States: a value behind a lock that one attachment at a time has, with wait and
//! notify, and readable without the lock.

use children::say;
use nix::libc;
use places::Place;
use shm_runtime::contract::{Contract, ObjectDef, ObjectKind, StateDef, TypeExpr};
use shm_runtime::state::{RawState, State, layout};
use shm_runtime::{Attachment, ErrorKind, Options, Segment, Setup, Spec};
use shmgen_test_support::{children, places};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

children!(adder, taker, parent_of_a_fork);

/// 64 bytes.
type Small = [u64; 8];
/// 4 KiB.
type Large = [u64; 512];

/// In the processes where a wake-up that is missed is to show, a slice; and a time that
/// only a hang can miss.
const LONG: Duration = Duration::from_secs(60);

/// A value that is torn if one of its words is another one's.
fn value<const N: usize>(n: u64) -> [u64; N] {
    std::array::from_fn(|at| n.wrapping_mul(at as u64 + 1))
}

/// The number of a value, which must be whole.
fn number<const N: usize>(found: &[u64; N]) -> u64 {
    assert_eq!(*found, value::<N>(found[0]), "a torn value");
    found[0]
}

/// Whether a file of a segment says that somebody holds the lock of its first object.
fn lock_word<T: shm_runtime::SharedLayout>(state: &State<T>) -> u32 {
    let attachment = state.attachment().unwrap();
    let offset = attachment.stat().unwrap().objects[0].offset.unwrap();
    let mut word = [0; 4];
    let segment = Segment::attach(attachment.address()).unwrap();
    segment.read_at(offset + layout::LOCK, &mut word).unwrap();
    u32::from_le_bytes(word)
}

#[test]
fn what_is_changed_under_the_lock_is_there_when_it_is_given_up() {
    for place in Place::both() {
        let state = State::<Small>::create(&place.0).unwrap();
        let reader = State::<Small>::attach_read_only(&place.0).unwrap();
        assert_eq!((reader.load().unwrap(), reader.version().unwrap()), ([0; 8], 0));
        for n in 1..=5 {
            let mut guard = state.lock().unwrap();
            assert_eq!((number(&guard), guard.owner_died()), (3 * (n - 1), false));
            *guard = value(3 * n);
            assert_eq!(number(&reader.load().unwrap()), 3 * (n - 1), "not before");
            assert_ne!(lock_word(&state), 0);
            drop(guard);
            assert_eq!(lock_word(&state), 0);
            assert_eq!(number(&reader.load().unwrap()), 3 * n);
            assert_eq!(reader.version().unwrap(), n);
        }
        // Who changes nothing writes nothing back, nor does who says so.
        assert_eq!(number(&state.lock().unwrap()), 15);
        let mut guard = state.lock().unwrap();
        *guard = value(99);
        guard.discard();
        let mut guard = state.try_lock().unwrap();
        guard[0] += 0;
        guard.unlock().unwrap();
        assert_eq!((number(&reader.load().unwrap()), reader.version().unwrap()), (15, 6));
        // It stays when everybody has left.
        drop((state, reader));
        let state = State::<Small>::open_or_create(&place.0).unwrap();
        assert_eq!(number(&state.lock().unwrap()), 15);
    }
}

#[test]
fn one_attachment_has_the_lock_and_the_others_are_told_who() {
    let place = Place::posix();
    let state = State::<u64>::create(&place.0).unwrap();
    let other = State::<u64>::attach(&place.0).unwrap();
    let guard = state.lock().unwrap();
    // The same attachment: never a deadlock, whichever way it is asked for.
    for second in [state.lock(), state.clone().try_lock(), state.lock_timeout(LONG)] {
        let busy = second.unwrap_err();
        assert_eq!(busy.kind(), ErrorKind::Busy);
        assert!(busy.to_string().contains("this attachment has the lock already"), "{busy}");
    }
    let busy = other.try_lock().unwrap_err();
    let late = other.lock_timeout(Duration::from_millis(20)).unwrap_err();
    for (error, kind) in [(busy, ErrorKind::Busy), (late, ErrorKind::Timeout)] {
        assert_eq!(error.kind(), kind);
        assert_eq!(error.holder().unwrap().pid, std::process::id());
        assert!(error.to_string().starts_with("cannot lock state of "), "{error}");
    }
    // Others see who it is.
    let facts = &other.attachment().unwrap().stat().unwrap().objects[0].facts;
    let owner = facts.holders_of("owner").next().unwrap();
    assert_eq!((owner.participant, owner.waits), (0, false));
    drop(guard);
    drop(other.lock_timeout(Duration::ZERO).unwrap());
    let facts = &other.attachment().unwrap().stat().unwrap().objects[0].facts;
    assert_eq!(facts.holders, []);

    let reader = State::<u64>::attach_read_only(&place.0).unwrap();
    for refused in [reader.lock().map(drop), reader.notify_all(), reader.notify_one()] {
        assert_eq!(refused.unwrap_err().kind(), ErrorKind::ReadOnly);
    }
}

#[test]
fn a_panic_writes_nothing_back_and_gives_the_lock_up() {
    let place = Place::posix();
    let state = State::<u64>::create(&place.0).unwrap();
    let panicked = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
        let mut guard = state.lock().unwrap();
        *guard = 5;
        panic!("halfway");
    }));
    assert!(panicked.is_err());
    assert_eq!((*state.lock().unwrap(), state.version().unwrap()), (0, 0));
    // A lock that is taken while a panic unwinds is one like any other.
    struct AtTheEnd(State<u64>);
    impl Drop for AtTheEnd {
        fn drop(&mut self) {
            *self.0.lock().unwrap() += 7;
        }
    }
    let last = AtTheEnd(state.clone());
    let panicked = std::panic::catch_unwind(std::panic::AssertUnwindSafe(move || {
        let _last = last;
        panic!("halfway");
    }));
    assert!(panicked.is_err());
    assert_eq!(state.load().unwrap(), 7);
}

#[test]
fn a_handle_on_another_object_says_so_at_each_use() {
    let place = Place::posix();
    let kind = ObjectKind::State(StateDef { item: TypeExpr::parse("u64[8]").unwrap() });
    let contract = Contract {
        schema: "test.states".into(),
        segment: "states".into(),
        types: vec![],
        objects: vec![ObjectDef { name: "robot".into(), kind }],
    };
    let spec = Spec::new(contract, "1.0", Setup::at(&place.0)).unwrap();
    let made = Attachment::create(&spec, &Options::default()).unwrap();
    let larger = State::<[u64; 9]>::of_attachment(&made, 0);
    for refused in [larger.lock().map(drop), larger.load().map(drop), larger.notify_one()] {
        let refused = refused.unwrap_err();
        assert_eq!(refused.kind(), ErrorKind::Mismatch);
        let expected = format!("robot of {} holds a value of 64 bytes, not of 72", place.text());
        assert_eq!(refused.to_string(), expected);
    }
    assert_eq!(RawState::of_attachment(&made, 1).err().map(|e| e.kind()), Some(ErrorKind::Invalid));
    assert_eq!(RawState::of_attachment(&made, 0).unwrap().item_size(), 64);
}

// --- beside others

/// Whoever reads without the lock sees whole values, none older than before, beside
/// holders that never pause.
#[test]
fn no_value_is_torn_beside_holders_that_never_pause() {
    fn read_beside_holders<const N: usize>(loads: u64)
    where
        [u64; N]: shm_runtime::SharedLayout,
    {
        let place = Place::posix();
        let state = State::<[u64; N]>::create(&place.0).unwrap();
        let end = AtomicBool::new(false);
        std::thread::scope(|scope| {
            let holders = [0, 1].map(|_| {
                let (state, end) = (State::<[u64; N]>::attach(&place.0).unwrap(), &end);
                scope.spawn(move || {
                    let mut done = 0;
                    while !end.load(Ordering::Relaxed) {
                        let mut guard = state.lock().unwrap();
                        *guard = value(number(&guard) + 1);
                        done += 1;
                    }
                    done
                })
            });
            let reader = State::<[u64; N]>::attach_read_only(&place.0).unwrap();
            let mut latest = 0;
            for _ in 0..loads {
                let found = number(&reader.load().unwrap());
                assert!(found >= latest, "{found} behind {latest}");
                latest = found;
            }
            end.store(true, Ordering::Relaxed);
            let done: u64 = holders.map(|holder| holder.join().unwrap()).iter().sum();
            assert_eq!(number(&state.load().unwrap()), done, "a change was lost");
        });
    }
    read_beside_holders::<1>(100_000);
    read_beside_holders::<8>(100_000);
    read_beside_holders::<512>(5_000);
}

#[test]
fn versions_go_on_across_the_wrap() {
    let place = Place::posix();
    let state = State::<Large>::create(&place.0).unwrap();
    let offset = state.attachment().unwrap().stat().unwrap().objects[0].offset.unwrap();
    let words = Segment::attach(&place.0).unwrap();
    words.write_at(offset + layout::VERSION, &(u64::MAX - 1).to_le_bytes()).unwrap();
    words.write_at(offset + layout::SEQUENCE, &u32::MAX.to_le_bytes()).unwrap();
    for n in 1..=3 {
        *state.lock().unwrap() = value(n);
        assert_eq!(number(&state.load().unwrap()), n);
        assert_eq!(state.version().unwrap(), (u64::MAX - 1).wrapping_add(n));
    }
    // The sequence wraps as well, and who waits is woken.
    let other = State::<Large>::attach(&place.0).unwrap();
    std::thread::scope(|scope| {
        let waiter = scope.spawn(|| {
            let mut guard = other.lock().unwrap();
            while number(&guard) != 4 {
                guard.wait_timeout(LONG).unwrap();
            }
        });
        while !waiter.is_finished() {
            *state.lock().unwrap() = value(4);
            state.notify_all().unwrap();
        }
    });
}

// --- waiting for the lock, and for a notification

const ROUNDS: u64 = 2000;

/// Adds one under the lock, as often as it is to.
fn adder(arguments: &[String]) {
    shm_runtime::__private::set_sleep_slices(LONG, LONG);
    let state = State::<Small>::attach(&arguments[0].parse().unwrap()).unwrap();
    for round in 0..ROUNDS {
        let start = Instant::now();
        let mut guard = state.lock_timeout(LONG).unwrap();
        assert!(start.elapsed() < LONG / 2, "a wake-up was missed");
        let n = number(&guard) + 1;
        if round & 127 == 0 {
            // Long enough that the others sleep.
            std::thread::sleep(Duration::from_micros(300));
        }
        *guard = value(n);
    }
}

/// Whoever sleeps for the lock is woken: with slices that never end, one who is not
/// hangs.
#[test]
fn many_who_want_the_lock_get_it_one_after_the_other() {
    let place = Place::posix();
    let state = State::<Small>::create(&place.0).unwrap();
    let address = place.text();
    let mut adders = [0, 1, 2].map(|_| play("adder", &[address.as_str()]));
    for adder in &mut adders {
        adder.finish();
    }
    assert_eq!(number(&state.load().unwrap()), 3 * ROUNDS);
}

/// Takes tokens as they come, and says so; ends at the last.
fn taker(arguments: &[String]) {
    shm_runtime::__private::set_sleep_slices(LONG, LONG);
    let state = State::<[u64; 2]>::attach(&arguments[0].parse().unwrap()).unwrap();
    say("ready");
    let mut taken = 0;
    loop {
        let mut guard = state.lock().unwrap();
        while guard[0] == 0 && guard[1] == 0 {
            let start = Instant::now();
            guard.wait_timeout(LONG).unwrap();
            assert!(start.elapsed() < LONG / 2, "a notification was missed");
        }
        if guard[0] == 0 {
            break;
        }
        guard[0] -= 1;
        taken += 1;
    }
    say(taken);
}

/// One notification for each token, or one for all at once: none is lost, and nobody
/// sleeps beside a token.
#[test]
fn each_who_waits_is_woken_by_what_it_waits_for() {
    for all in [false, true] {
        let place = Place::posix();
        let state = State::<[u64; 2]>::create(&place.0).unwrap();
        let address = place.text();
        let mut takers = [0, 1, 2].map(|_| play("taker", &[address.as_str()]));
        for taker in &mut takers {
            assert_eq!(taker.hear(), "ready");
        }
        for round in 0..ROUNDS {
            let mut guard = state.lock().unwrap();
            guard[0] += 1;
            // Under the lock or behind it.
            if round & 1 == 0 {
                guard.notify_one().unwrap();
                drop(guard);
            } else {
                drop(guard);
                if all { state.notify_all().unwrap() } else { state.notify_one().unwrap() }
            }
            if round & 63 == 0 {
                // Until they sleep again.
                while state.load().unwrap()[0] > 0 {
                    std::thread::yield_now();
                }
            }
        }
        state.lock().unwrap()[1] = 1;
        state.notify_all().unwrap();
        let taken: u64 = takers.iter_mut().map(|t| t.hear().parse::<u64>().unwrap()).sum();
        assert_eq!(taken, ROUNDS);
        for taker in &mut takers {
            taker.finish();
        }
    }
}

#[test]
fn a_wait_ends_with_its_time_and_with_the_segment_and_has_the_lock_again() {
    let place = Place::posix();
    let state = State::<u64>::create(&place.0).unwrap();
    let other = State::<u64>::attach(&place.0).unwrap();
    let mut guard = state.lock().unwrap();
    for time in [Duration::ZERO, Duration::from_millis(30)] {
        let start = Instant::now();
        *guard += 1;
        assert!(!guard.wait_timeout(time).unwrap());
        assert!(start.elapsed() >= time);
        // What was changed before was written back.
        assert_eq!(other.load().unwrap(), *guard);
        assert_eq!(other.try_lock().unwrap_err().kind(), ErrorKind::Busy);
    }
    // Meanwhile others have the lock, of the same attachment, too.
    std::thread::scope(|scope| {
        let sleeper = scope.spawn(|| {
            while *guard < 10 {
                assert!(guard.wait_timeout(LONG).unwrap(), "nobody notified");
            }
            guard.unlock().unwrap();
        });
        while !sleeper.is_finished() {
            if let Ok(mut guard) = state.lock() {
                *guard = 10;
            }
            state.notify_one().unwrap();
        }
    });
    let mut guard = state.lock().unwrap();
    other.attachment().unwrap().remove().unwrap();
    let removed = guard.wait_timeout(None).unwrap_err();
    assert_eq!(removed.kind(), ErrorKind::Removed);
    *guard = 77;
    let refused = other.lock_timeout(LONG).unwrap_err();
    assert_eq!(refused.kind(), ErrorKind::Removed);
    drop(guard);
    // What was written back is there for all who are attached.
    assert_eq!(*other.lock().unwrap(), 77);
}

// --- forks

/// A child that did not attach itself is told so, and does not unlock.
fn parent_of_a_fork(arguments: &[String]) {
    let address = arguments[0].parse().unwrap();
    let state = State::<u64>::create(&address).unwrap();
    let mut guard = state.lock().unwrap();
    *guard = 3;
    // SAFETY: this part runs one test thread; the child calls nothing but this.
    match unsafe { libc::fork() } {
        0 => {
            let kinds = [
                state.load().map(drop),
                state.lock().map(drop),
                state.try_lock().map(drop),
                state.notify_one(),
                guard.wait_timeout(Duration::ZERO).map(drop),
                guard.unlock(),
            ]
            .map(|done| done.err().map(|e| e.kind()));
            // What the wait could not write back was given up.
            let told = kinds[..5] == [Some(ErrorKind::Forked); 5];
            drop(state);
            // SAFETY: ends the child.
            unsafe { libc::_exit(if told { 0 } else { 1 }) };
        }
        child => {
            let mut status = 0;
            // SAFETY: waits for the child, with a place for its status.
            unsafe { libc::waitpid(child, &mut status, 0) };
            assert_eq!(status, 0, "the child was not told");
        }
    }
    let other = State::<u64>::attach(&address).unwrap();
    assert_eq!(other.try_lock().unwrap_err().kind(), ErrorKind::Busy, "the child unlocked");
    assert_eq!(other.load().unwrap(), 0, "the child wrote");
    guard.unlock().unwrap();
    assert_eq!(*other.lock().unwrap(), 3);
}

#[test]
fn a_forked_child_is_told_and_gives_nothing_up() {
    let place = Place::posix();
    play("parent_of_a_fork", &[&place.text()]).finish();
}
