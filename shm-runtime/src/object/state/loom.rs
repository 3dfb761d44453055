//! The state under the model checker loom: the very module that ships, on loom's
//! [memory](crate::memory::loom). Who sleeps does so without end, so that a wake-up that
//! is missed is a deadlock. The tests at the end leave a step out, and want the model
//! to fail then.

use super::layout::StateLayout;
use super::logic::{
    Copies, Owner, advance, announce, begin_wait, fetch, load, look, notify_all, notify_one,
    publish, sweep, try_lock, unlock, version,
};
use crate::memory::loom::{Fences, Life, Model, ModelArea, ModelFlag};
use crate::memory::{Area, Flag, Memory};
use crate::object::role::{ParticipantId, Previous};
use loom::sync::atomic::{
    AtomicBool,
    Ordering::{Acquire, Relaxed, Release},
};
use loom::thread;
use std::sync::Arc; // not of the model, in which an unwinding from a deadlock cannot drop one
use std::time::Duration;

/// A state of a value of two words.
struct Shared {
    area: ModelArea,
    lock: ModelFlag,
    sequence: ModelFlag,
    waiters: ModelFlag,
    /// Whether participant 0 is known to be dead.
    is_dead: AtomicBool,
}

fn copies() -> Copies {
    Copies::of(&StateLayout::new(16).unwrap())
}

fn shared() -> Arc<Shared> {
    let flag = ModelFlag::new;
    let area = ModelArea::new(copies().words(2));
    let (lock, sequence, waiters) = (flag(), flag(), flag());
    Arc::new(Shared { area, lock, sequence, waiters, is_dead: AtomicBool::new(false) })
}

fn owner(index: u32) -> Owner {
    Owner::of(ParticipantId { index, generation: 3 })
}

fn value(n: u64) -> [u8; 16] {
    let mut bytes = [0; 16];
    bytes[..8].copy_from_slice(&n.to_le_bytes());
    bytes[8..].copy_from_slice(&(n * 7).to_le_bytes());
    bytes
}

fn number(value: &[u8; 16]) -> u64 {
    let n = u64::from_le_bytes(value[..8].try_into().unwrap());
    let check = u64::from_le_bytes(value[8..].try_into().unwrap());
    assert_eq!(check, n * 7, "a torn value");
    n
}

impl Shared {
    fn try_lock(&self, me: u32, slept: bool) -> Option<Previous> {
        let is_dead = |who| who == owner(0) && self.is_dead.load(Acquire);
        try_lock(&self.lock, owner(me), slept, is_dead).ok()
    }

    /// Takes the lock, sleeping for it, as the handle does.
    fn lock(&self, me: u32) -> Previous {
        let mut slept = false;
        loop {
            if let Some(previous) = self.try_lock(me, slept) {
                return previous;
            }
            let value = announce(&self.lock);
            slept = true;
            if let Some(previous) = self.try_lock(me, slept) {
                return previous;
            }
            self.lock.sleep(value, Duration::MAX);
        }
    }

    fn get(&self) -> u64 {
        let mut found = [0; 16];
        fetch(&self.area, copies(), &mut found);
        number(&found)
    }

    fn change<M: Memory<Area = ModelArea>>(&self, area: &ModelArea, by: i64) {
        publish::<M>(area, copies(), &value(self.get().wrapping_add_signed(by)));
    }

    /// Locks, adds and unlocks.
    fn add<M: Memory<Area = ModelArea>>(&self, me: u32, by: i64) {
        self.lock(me);
        self.change::<M>(&self.area, by);
        unlock(&self.lock);
    }

    /// What a sweep of participant 0 does here.
    fn recover(&self) {
        sweep(&self.lock, owner(0));
        self.lock.wake();
        advance(&self.sequence);
    }

    /// Waits until there is something to take, and takes one.
    fn take(&self, me: u32) {
        self.lock(me);
        while self.get() == 0 {
            let sequence = begin_wait(&self.sequence, &self.waiters);
            unlock(&self.lock);
            self.sequence.sleep(sequence, Duration::MAX);
            self.lock(me);
        }
        self.change::<Model>(&self.area, -1);
        unlock(&self.lock);
    }
}

/// Two go on while others have been preempted so often.
fn explore(bound: usize, test: impl Fn() + Send + Sync + 'static) {
    let mut model = loom::model::Builder::new();
    model.preemption_bound = Some(bound);
    model.check(test);
}

fn play(shared: &Arc<Shared>, part: impl FnOnce(&Shared) + 'static) -> thread::JoinHandle<()> {
    let theirs = Arc::clone(shared);
    thread::spawn(move || part(&theirs))
}

/// Looks once without the lock: what is found whole is no older than before.
fn look_once<M: Memory<ReadArea = ModelArea>>(area: &ModelArea, latest: &mut u64) {
    let mut found = [0xee; 16];
    if let Some(version) = look::<M>(area, copies(), &mut found) {
        assert_eq!(number(&found), version, "the value of another version");
        assert!(version >= *latest, "{version} behind {latest}");
        *latest = version;
    }
}

/// The reader is the one that is spawned: loom remembers of a word its last access
/// alone, and so forgets that of a reader beside a writer that loads before it stores.
fn a_writer_and_a_reader<M>(rounds: u32)
where
    M: Memory<Area = ModelArea, ReadArea = ModelArea>,
{
    explore(2, move || {
        let shared = shared();
        let reader = play(&shared, |shared| {
            let mut latest = 0;
            for _ in 0..2 {
                look_once::<M>(&shared.area, &mut latest);
            }
        });
        for _ in 0..rounds {
            shared.add::<M>(1, 1);
        }
        reader.join().unwrap();
    });
}

#[test]
fn who_reads_without_the_lock_never_sees_a_torn_value() {
    a_writer_and_a_reader::<Model>(3);
}

#[test]
fn two_change_it_one_after_the_other_and_who_sleeps_is_woken() {
    explore(3, || {
        let shared = shared();
        let others = [1, 2].map(|me| play(&shared, move |shared| shared.add::<Model>(me, 1)));
        for other in others {
            other.join().unwrap();
        }
        let mut found = [0; 16];
        assert_eq!(load::<Model>(&shared.area, copies(), &mut found), Ok(2));
        assert_eq!(number(&found), 2);
    });
}

/// A holder dies after each of its stores in turn, while another one waits for the lock:
/// what it had not published did not happen, and the next one is told.
#[test]
fn a_holder_that_dies_has_changed_nothing_or_all_of_it() {
    for stores in 0..=3 {
        explore(2, move || {
            let shared = shared();
            let victim = play(&shared, move |shared| {
                assert_eq!(shared.lock(0), Previous::Left);
                let life = Life::of(stores);
                shared.change::<Model>(&shared.area.of(&life), 5);
                shared.is_dead.store(true, Release);
                shared.recover();
            });
            let previous = shared.lock(1);
            let found = shared.get();
            assert!(found == 0 || found == 5 && stores == 3, "{found} after {stores} stores");
            assert_eq!(version(&shared.area), found / 5);
            assert!(previous == Previous::Died || found == 0, "nobody told");
            shared.change::<Model>(&shared.area, 1);
            unlock(&shared.lock);
            victim.join().unwrap();
        });
    }
}

/// The one who is woken dies at once; the sweep wakes the other one, although the dead
/// one did not hold the lock.
#[test]
fn a_sleeper_beside_one_that_was_just_woken_and_died_is_woken_by_the_sweep() {
    explore(2, || {
        let shared = shared();
        assert_eq!(shared.lock(2), Previous::Left);
        let victim = play(&shared, |shared| {
            let value = announce(&shared.lock);
            shared.lock.sleep(value, Duration::MAX);
            shared.recover(); // dead by now
        });
        let other = play(&shared, |shared| shared.add::<Model>(1, 1));
        unlock(&shared.lock);
        // The victim sleeps for nobody if it comes too late.
        shared.lock.wake_one();
        shared.recover();
        other.join().unwrap();
        shared.lock.wake();
        victim.join().unwrap();
    });
}

/// One sleeps for the lock, is woken, finds that a third one was faster, and gives up.
/// The other sleeper must be woken nevertheless.
fn one_gives_up(leaves_the_mark: bool) {
    explore(2, move || {
        let shared = shared();
        assert_eq!(shared.lock(2), Previous::Left);
        let impatient = play(&shared, move |shared| {
            let value = announce(&shared.lock);
            if shared.try_lock(0, true).is_none() {
                shared.lock.sleep(value, Duration::MAX);
                if shared.try_lock(0, leaves_the_mark).is_none() {
                    return;
                }
            }
            unlock(&shared.lock);
        });
        let other = play(&shared, |shared| shared.add::<Model>(1, 1));
        unlock(&shared.lock);
        if shared.try_lock(2, false).is_some() {
            unlock(&shared.lock);
        }
        other.join().unwrap();
        impatient.join().unwrap();
    });
}

#[test]
fn who_gives_up_leaves_the_mark_for_the_other_sleepers() {
    one_gives_up(true);
}

#[test]
fn each_who_waits_gets_what_one_was_notified_of() {
    explore(1, || {
        let shared = shared();
        let others = [1, 2].map(|me| play(&shared, move |shared| shared.take(me)));
        for _ in 0..2 {
            shared.add::<Model>(0, 1);
            notify_one(&shared.sequence, &shared.waiters);
        }
        for other in others {
            other.join().unwrap();
        }
    });
}

#[test]
fn all_who_wait_are_woken_at_once() {
    explore(2, || {
        let shared = shared();
        let others = [1, 2].map(|me| play(&shared, move |shared| shared.take(me)));
        shared.add::<Model>(0, 2);
        notify_all(&shared.sequence, &shared.waiters);
        for other in others {
            other.join().unwrap();
        }
    });
}

/// Who is woken waits again, and is woken again.
#[test]
fn who_waits_once_more_is_woken_once_more() {
    explore(3, || {
        let shared = shared();
        let other = play(&shared, |shared| {
            shared.take(1);
            shared.take(1);
        });
        for _ in 0..2 {
            shared.add::<Model>(0, 1);
            notify_all(&shared.sequence, &shared.waiters);
        }
        other.join().unwrap();
    });
}

/// The lock's word is compared as a whole, so a reused index is somebody else.
#[test]
fn a_sweep_takes_the_lock_of_that_very_holder_and_leaves_the_news() {
    loom::model(|| {
        let lock = ModelFlag::new();
        let me = owner(4);
        assert_eq!(try_lock(&lock, me, true, |_| false), Ok(Previous::Left));
        sweep(&lock, Owner::of(ParticipantId { index: 4, generation: 2 }));
        sweep(&lock, owner(5));
        assert_eq!(try_lock(&lock, owner(5), false, |_| false), Err(Some(me)));
        // The generation of the word has fewer bits.
        let same = Owner::of(ParticipantId { index: 4, generation: 3 | 1 << 18 });
        assert_eq!((same, me.index(), me.generation()), (me, 4, 3));
        for _ in 0..2 {
            sweep(&lock, me);
        }
        assert_eq!(try_lock(&lock, owner(5), false, |_| false), Ok(Previous::Died));
        assert_eq!(lock.load(Relaxed) >> 31, 1, "the mark of who slept is kept");
        unlock(&lock);
        assert_eq!(try_lock(&lock, me, false, |_| true), Ok(Previous::Left));
        assert_eq!(try_lock(&lock, owner(5), false, |who| who == me), Ok(Previous::Died));
    });
}

/// The versions start just below their wrap.
#[test]
fn versions_go_on_across_the_wrap() {
    loom::model(|| {
        let area = ModelArea::new(copies().words(2));
        let at = copies().words(0)[0];
        area.store(at, u64::MAX - 1, Relaxed);
        for n in 1..=3u64 {
            publish::<Model>(&area, copies(), &value(n));
            let mut found = [0; 16];
            let version = (u64::MAX - 1).wrapping_add(n);
            assert_eq!(load::<Model>(&area, copies(), &mut found), Ok(version));
            assert_eq!(number(&found), n);
        }
    });
}

/// Unlocks by a look at the mark and a store, which is two steps.
fn unlock_in_two_steps(lock: &ModelFlag) {
    let slept = lock.load(Relaxed) >> 31 != 0;
    lock.swap(0);
    if slept {
        lock.wake_one();
    }
}

/// Wakes, and clears behind that.
fn notify_all_and_clear_last(shared: &Shared) {
    if shared.waiters.load(Relaxed) != 0 {
        advance(&shared.sequence);
        shared.waiters.swap(0);
    }
}

/// The model must be able to fail: without any one step of the protocol it does.
#[test]
fn each_step_that_is_left_out_is_found_out() {
    let fails = |test: fn()| std::panic::catch_unwind(test).is_err();
    assert!(
        fails(|| a_writer_and_a_reader::<Fences<false, true>>(3)),
        "no fence before the first word of the idle copy"
    );
    assert!(
        fails(|| a_writer_and_a_reader::<Fences<true, false>>(3)),
        "no fence before the second look at the version"
    );
    assert!(fails(|| one_gives_up(false)), "who gives up leaves no mark");
    assert!(
        fails(|| explore(3, || {
            let shared = shared();
            let other = play(&shared, |shared| shared.add::<Model>(1, 1));
            shared.lock(2);
            unlock_in_two_steps(&shared.lock);
            other.join().unwrap();
        })),
        "the mark is looked at before the lock is freed"
    );
    assert!(
        fails(|| explore(3, || {
            let shared = shared();
            let other = play(&shared, |shared| {
                shared.take(1);
                shared.take(1);
            });
            for _ in 0..2 {
                shared.add::<Model>(0, 1);
                notify_all_and_clear_last(&shared);
            }
            other.join().unwrap();
        })),
        "who waits is forgotten behind the wake-up"
    );
    assert!(
        fails(|| explore(3, || {
            let shared = shared();
            let other = play(&shared, |shared| {
                shared.lock(1);
                while shared.get() == 0 {
                    unlock(&shared.lock);
                    let sequence = begin_wait(&shared.sequence, &shared.waiters);
                    shared.sequence.sleep(sequence, Duration::MAX);
                    shared.lock(1);
                }
                unlock(&shared.lock);
            });
            shared.add::<Model>(0, 1);
            notify_all(&shared.sequence, &shared.waiters);
            other.join().unwrap();
        })),
        "the sequence is read behind the lock"
    );
}
