//! Announcing a sleep and notifying under the model checker loom: the very
//! functions that ship. A wake-up that is missed is a deadlock there, since the
//! model's slices never end.

use super::wait::{NEED_FENCE, WAITING, enroll, look_before_sleep, notify, wake_regardless};
use crate::memory::loom::{Deaf, Denied, Model, ModelFlag, Refused};
use crate::memory::{Flag, Memory};
use loom::sync::atomic::AtomicU64;
use loom::sync::atomic::Ordering::{Acquire, Relaxed, Release};
use loom::thread;
use std::sync::Arc; // not of the model, in which an unwinding from a deadlock cannot drop one
use std::time::Duration;

/// What is waited for, and the flag beside it.
struct Shared {
    count: AtomicU64,
    flag: ModelFlag,
}

/// How long a first sleep without a barrier is.
const BRIEF: Duration = Duration::from_millis(1);

/// Waits as `wait_until` does, until so much is there.
fn sleep_until<M: Memory<Flag = ModelFlag>>(shared: &Shared, wanted: u64) {
    sleep_briefly_first::<M>(shared, wanted, BRIEF);
}

fn sleep_briefly_first<M: Memory<Flag = ModelFlag>>(shared: &Shared, wanted: u64, brief: Duration) {
    let look = || (shared.count.load(Acquire) >= wanted).then_some(());
    let mut first = brief;
    while let Err(announced) = look_before_sleep::<M, ()>(&shared.flag, look) {
        let slice = if announced.brief { first } else { Duration::MAX };
        shared.flag.sleep(announced.value, slice);
        first = Duration::MAX;
    }
}

/// One side attaches, stores and notifies, `times` times; the other waits for each.
fn rounds_of(times: u64, sleep: fn(&Shared, u64), enroll: fn(), notify: fn(&ModelFlag)) {
    let mut model = loom::model::Builder::new();
    model.preemption_bound = Some(2);
    model.check(move || {
        let shared = Arc::new(Shared { count: AtomicU64::new(0), flag: ModelFlag::new() });
        let theirs = Arc::clone(&shared);
        let waker = thread::spawn(move || {
            // While the other one is about to sleep, or sleeps.
            enroll();
            for n in 1..=times {
                theirs.count.store(n, Release);
                notify(&theirs.flag);
            }
        });
        for n in 1..=times {
            sleep(&shared, n);
        }
        waker.join().unwrap();
    });
}

fn rounds_with<Waker: Memory<Flag = ModelFlag>>(times: u64, sleep: fn(&Shared, u64)) {
    rounds_of(times, sleep, enroll::<Waker>, notify::<Waker>);
}

fn rounds<Sleeper, Waker>(times: u64)
where
    Sleeper: Memory<Flag = ModelFlag>,
    Waker: Memory<Flag = ModelFlag>,
{
    rounds_with::<Waker>(times, sleep_until::<Sleeper>);
}

#[test]
fn who_sleeps_is_woken_in_every_interleaving() {
    rounds::<Model, Model>(2);
}

#[test]
fn who_sleeps_is_woken_where_either_side_has_no_barriers() {
    for sleeper in [rounds::<Denied, Model>, rounds::<Model, Denied>, rounds::<Denied, Denied>] {
        sleeper(2);
    }
    rounds::<Refused, Model>(2);
    rounds::<Model, Refused>(2);
}

fn missed(test: fn(u64)) -> bool {
    std::panic::catch_unwind(|| test(1)).is_err()
}

fn long<M: Memory<Flag = ModelFlag>>(shared: &Shared, wanted: u64) {
    sleep_briefly_first::<M>(shared, wanted, Duration::MAX);
}

#[test]
fn what_is_left_out_on_either_side_loses_a_wake_up() {
    assert!(missed(rounds::<Model, Deaf>), "no fence before the look at the flag");
    assert!(missed(rounds::<Deaf, Model>), "none before the look at what is waited for");
    assert!(missed(|n| rounds_with::<Model>(n, long::<Denied>)), "a first sleep that is long");
}

#[test]
fn bits_that_a_peer_writes_lose_no_wake_up() {
    let mut model = loom::model::Builder::new();
    model.preemption_bound = Some(2);
    model.check(|| {
        let shared = Arc::new(Shared { count: AtomicU64::new(0), flag: ModelFlag::new() });
        let (theirs, liar) = (Arc::clone(&shared), Arc::clone(&shared));
        let waker = thread::spawn(move || {
            enroll::<Model>();
            theirs.count.store(1, Release);
            notify::<Model>(&theirs.flag);
        });
        let liar = thread::spawn(move || {
            liar.flag.set(1 << 7);
        });
        sleep_until::<Model>(&shared, 1);
        waker.join().unwrap();
        liar.join().unwrap();
    });
}

/// Two sleep on one word. One waits for the first message alone; nobody stores the
/// second one, for which the other waits as well, before that is awake.
#[test]
fn each_of_two_who_sleep_on_one_word_is_woken() {
    let mut model = loom::model::Builder::new();
    model.preemption_bound = Some(2);
    model.check(move || {
        let shared = Arc::new(Shared { count: AtomicU64::new(0), flag: ModelFlag::new() });
        let sleepers = [1, 2].map(|last| {
            let theirs = Arc::clone(&shared);
            thread::spawn(move || (1..=last).for_each(|n| sleep_until::<Model>(&theirs, n)))
        });
        enroll::<Model>();
        for (n, sleeper) in (1..).zip(sleepers) {
            shared.count.store(n, Release);
            notify::<Model>(&shared.flag);
            sleeper.join().unwrap();
        }
    });
}

fn clear(flag: &ModelFlag) {
    let mut word = flag.load(Relaxed);
    while let Err(found) = flag.exchange(word, word & !WAITING) {
        word = found;
    }
}

/// Sleeps as the first form of the protocol has it, which is right for one sleeper
/// alone: a process that finds something clears the bit. Nothing tells it that its first sleep
/// should be brief, so that may last for its whole slice, of 10 ms.
fn sleep_as_an_older_one(shared: &Shared, wanted: u64) {
    let mut slice = Duration::from_millis(10);
    loop {
        let value = shared.flag.set(WAITING | NEED_FENCE);
        Model::fence();
        if shared.count.load(Acquire) >= wanted {
            return clear(&shared.flag);
        }
        shared.flag.sleep(value, slice);
        slice = Duration::MAX;
    }
}

/// Notifies as the first form of the protocol has it: clears the bit, and advances nothing.
fn notify_without_a_sequence(flag: &ModelFlag) {
    Model::fence();
    if flag.load(Relaxed) & WAITING != 0 {
        clear(flag);
        flag.wake();
    }
}

/// One process has this version, the other one the first, as in a segment of both: either
/// way, who sleeps is woken.
fn beside_an_older_one(sleep: fn(&Shared, u64), notify: fn(&ModelFlag)) {
    rounds_of(2, sleep, enroll::<Model>, notify);
}

#[test]
fn one_that_sleeps_and_one_that_wakes_may_be_of_two_versions() {
    beside_an_older_one(sleep_as_an_older_one, notify::<Model>);
    beside_an_older_one(sleep_until::<Model>, notify_without_a_sequence);
}

/// The writer dies before it notifies; whoever recovers wakes without asking.
#[test]
fn recovery_wakes_whom_a_dead_one_did_not_notify() {
    loom::model(|| {
        let shared = Arc::new(Shared { count: AtomicU64::new(0), flag: ModelFlag::new() });
        let theirs = Arc::clone(&shared);
        let others = thread::spawn(move || {
            theirs.count.store(1, Release);
            wake_regardless(&theirs.flag);
        });
        sleep_until::<Model>(&shared, 1);
        others.join().unwrap();
    });
}
