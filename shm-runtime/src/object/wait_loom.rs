//! Announcing a sleep and notifying under the model checker loom: the very
//! functions that ship. A wake-up that is missed is a deadlock there, since the
//! model's slices never end.

use super::wait::{look_before_sleep, notify, wake_regardless};
use crate::memory::loom::{Model, ModelFlag, Unfenced};
use crate::memory::{Flag, Memory};
use loom::sync::Arc;
use loom::sync::atomic::AtomicU64;
use loom::sync::atomic::Ordering::{Acquire, Release};
use loom::thread;
use std::time::Duration;

/// What is waited for, and the flag beside it.
struct Shared {
    count: AtomicU64,
    flag: ModelFlag,
}

/// Waits as `wait_until` does, until so much is there.
fn sleep_until<M: Memory<Flag = ModelFlag>>(shared: &Shared, wanted: u64) {
    let look = || (shared.count.load(Acquire) >= wanted).then_some(());
    while let Err(value) = look_before_sleep::<M, ()>(&shared.flag, look) {
        shared.flag.sleep(value, Duration::MAX);
    }
}

/// One side stores and notifies, `times` times; the other waits for each.
fn rounds<Sleeper, Waker>(times: u64)
where
    Sleeper: Memory<Flag = ModelFlag>,
    Waker: Memory<Flag = ModelFlag>,
{
    let mut model = loom::model::Builder::new();
    model.preemption_bound = Some(3);
    model.check(move || {
        let shared = Arc::new(Shared { count: AtomicU64::new(0), flag: ModelFlag::new() });
        let theirs = Arc::clone(&shared);
        let waker = thread::spawn(move || {
            for n in 1..=times {
                theirs.count.store(n, Release);
                notify::<Waker>(&theirs.flag);
            }
        });
        for n in 1..=times {
            sleep_until::<Sleeper>(&shared, n);
        }
        waker.join().unwrap();
    });
}

#[test]
fn who_sleeps_is_woken_in_every_interleaving() {
    rounds::<Model, Model>(2);
}

#[test]
fn a_fence_that_is_left_out_on_either_side_loses_a_wake_up() {
    let missed = |test: fn(u64)| std::panic::catch_unwind(|| test(1)).is_err();
    assert!(missed(rounds::<Model, Unfenced>), "none before the look at the flag");
    assert!(missed(rounds::<Unfenced, Model>), "none before the look at what is waited for");
}

#[test]
fn bits_that_a_peer_writes_lose_no_wake_up() {
    loom::model(|| {
        let shared = Arc::new(Shared { count: AtomicU64::new(0), flag: ModelFlag::new() });
        let (theirs, liar) = (Arc::clone(&shared), Arc::clone(&shared));
        let waker = thread::spawn(move || {
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

/// Who stores dies before it notifies; who recovers wakes without asking.
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
