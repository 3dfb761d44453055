//! The one-to-one queue under the model checker loom: the very module that ships,
//! on loom's [memory](crate::memory::loom). The tests at the end weaken a store,
//! and want the model to fail then.

use super::layout::QueueLayout;
use super::one_to_one::{ConsumerCore, ProducerCore, QueueWords};
use crate::memory::loom::{Life, Model, ModelSlots, ModelWord, Slot};
use crate::object::fault::Fault;
use crate::object::role::Previous;
use crate::types::layout::may_be_uninit;
use loom::cell::UnsafeCell;
use loom::sync::Arc;
use loom::sync::atomic::AtomicU64;
use loom::thread;
use std::cell::Cell;
use std::mem::MaybeUninit;

/// Which store is weakened.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Weak {
    None,
    Stamp,
    Head,
}

const CAPACITY: u64 = 2;

/// The words of a queue, which processes share.
#[derive(Clone)]
struct Shared {
    words: Vec<Arc<AtomicU64>>,
    slots: Arc<Vec<Slot>>,
    weak: Weak,
}

impl Shared {
    fn new(weak: Weak) -> Self {
        let layout = layout();
        Self {
            words: (0..7).map(|_| Arc::new(AtomicU64::new(0))).collect(),
            slots: Arc::new(
                (0..layout.slots)
                    .map(|_| Slot { stamp: AtomicU64::new(0), item: UnsafeCell::new([0; 16]) })
                    .collect(),
            ),
            weak,
        }
    }

    fn words(&self, life: &Life) -> QueueWords<Model> {
        let word = |i: usize, weak| ModelWord {
            word: Arc::clone(&self.words[i]),
            life: life.clone(),
            weak,
        };
        QueueWords {
            slots: ModelSlots {
                slots: Arc::clone(&self.slots),
                life: life.clone(),
                weak: self.weak == Weak::Stamp,
            },
            tail_hint: word(0, false),
            times_full: word(1, false),
            taken: word(2, false),
            seen: word(3, false),
            redelivered: word(4, false),
            high_water: word(5, false),
            head: word(6, self.weak == Weak::Head),
        }
    }

    fn producer(&self, life: &Life) -> ProducerCore<Model> {
        ProducerCore::take_over(self.words(life), &layout())
    }

    fn consumer(&self, life: &Life, previous: Previous) -> ConsumerCore<Model> {
        ConsumerCore::take_over(self.words(life), &layout(), previous)
    }
}

fn layout() -> QueueLayout {
    QueueLayout::new(16, CAPACITY).unwrap()
}

fn item(n: u64) -> [u8; 16] {
    let mut bytes = [0; 16];
    bytes[..8].copy_from_slice(&n.to_le_bytes());
    bytes[8..].copy_from_slice(&(n * 7).to_le_bytes());
    bytes
}

fn number(item: &[u8; 16]) -> u64 {
    let n = u64::from_le_bytes(item[..8].try_into().unwrap());
    let check = u64::from_le_bytes(item[8..].try_into().unwrap());
    assert_eq!(check, n * 7, "torn or stale payload");
    n
}

fn pop(consumer: &mut ConsumerCore<Model>) -> Result<[u8; 16], Fault> {
    consumer.ready()?;
    let mut item = [MaybeUninit::uninit(); 16];
    Ok((&*consumer.take(&mut item).0).try_into().unwrap())
}

/// A batch of two; `looks` is called before each of them is read.
fn pop_two(consumer: &mut ConsumerCore<Model>, looks: impl Fn()) -> Result<Vec<u64>, Fault> {
    let mut out = [[0; 16]; 2];
    let (n, _) = consumer.pop_batch(16, 2, |n| {
        out[..n].iter_mut().map(|item| {
            looks();
            may_be_uninit(&mut item[..])
        })
    })?;
    Ok(out[..n].iter().map(number).collect())
}

/// Takes what is there, with this many tries that find nothing.
fn drain(consumer: &mut ConsumerCore<Model>, got: &mut Vec<u64>, tries: usize) {
    let mut tries = tries;
    while tries > 0 {
        match pop(consumer) {
            Ok(item) => got.push(number(&item)),
            Err(Fault::Wait) => {
                consumer.settle();
                tries -= 1;
            }
            Err(Fault::Corrupt) => panic!("corrupt"),
        }
    }
}

/// The same by batches of two.
fn drain_batches(consumer: &mut ConsumerCore<Model>, got: &mut Vec<u64>, tries: usize) {
    let mut tries = tries;
    while tries > 0 {
        match pop_two(consumer, || ()) {
            Ok(two) => got.extend(two),
            Err(Fault::Wait) => {
                consumer.settle();
                tries -= 1;
            }
            Err(Fault::Corrupt) => panic!("corrupt"),
        }
    }
}

/// Pushes messages from `next` up to `last` one by one while there is room.
fn push_up_to(producer: &mut ProducerCore<Model>, next: &mut u64, last: u64) {
    while *next <= last && producer.push(&item(*next)).is_ok() {
        *next += 1;
    }
}

/// Pushes them in batches of two.
fn push_batches(producer: &mut ProducerCore<Model>, next: &mut u64, last: u64) {
    while *next <= last {
        let batch = [item(*next), item(*next + 1)];
        let wanted = usize::try_from(last - *next + 1).unwrap().min(2);
        match producer.push_batch(16, wanted, |n| batch[..n].iter().map(|item| &item[..])) {
            Ok(n) => *next += n as u64,
            Err(_) => break,
        }
    }
}

/// Explores all interleavings with up to this many preemptions. (Two find each
/// of the seeded errors; a third multiplies the time by twenty.)
fn explore(preemptions: usize, test: impl Fn() + Sync + Send + 'static) {
    let mut model = loom::model::Builder::new();
    model.preemption_bound = Some(preemptions);
    model.check(test);
}

/// Five messages through two slots, round the wrap, by one and by two. Both
/// sides run at once with a bounded number of vain tries, then one after the
/// other until all has arrived.
fn five_messages(weak: Weak, by_two: (bool, bool)) {
    explore(3, move || {
        let push = if by_two.0 { push_batches } else { push_up_to };
        let take = if by_two.1 { drain_batches } else { drain };
        let shared = Shared::new(weak);
        let theirs = shared.clone();
        let producer = thread::spawn(move || {
            let mut producer = theirs.producer(&Life::endless());
            let mut next = 1;
            push(&mut producer, &mut next, 5);
            push(&mut producer, &mut next, 5);
            (producer, next)
        });
        let mut consumer = shared.consumer(&Life::endless(), Previous::Left);
        let mut got = Vec::new();
        take(&mut consumer, &mut got, 2);
        let (mut producer, mut next) = producer.join().unwrap();
        while got.len() < 5 {
            push(&mut producer, &mut next, 5);
            take(&mut consumer, &mut got, 1);
        }
        assert_eq!(got, [1, 2, 3, 4, 5]);
    });
}

#[test]
fn every_message_arrives_once_whole_and_in_order() {
    for by_two in [(false, false), (true, false), (false, true), (true, true)] {
        five_messages(Weak::None, by_two);
    }
}

/// A producer dies after each of its stores in turn, in the middle of a batch
/// that goes round the wrap, while the consumer runs; its successor pushes on.
#[test]
fn a_producer_that_dies_leaves_a_prefix_and_its_successor_goes_on() {
    for stores in 0..16 {
        explore(2, move || {
            let shared = Shared::new(Weak::None);
            // One message was there and gone, so that the batch wraps.
            let mut consumer = shared.consumer(&Life::endless(), Previous::Left);
            let mut got = Vec::new();
            let mut next = 1;
            push_up_to(&mut shared.producer(&Life::endless()), &mut next, 1);
            drain(&mut consumer, &mut got, 1);

            let theirs = shared.clone();
            let producers = thread::spawn(move || {
                let life = Life::of(stores);
                let mut next = 2;
                push_batches(&mut theirs.producer(&life), &mut next, 3);
                let mut second = theirs.producer(&Life::endless());
                let mut next = 10;
                push_up_to(&mut second, &mut next, 11);
                (second, next)
            });
            drain(&mut consumer, &mut got, 2);
            let (mut second, mut next) = producers.join().unwrap();
            while got.last() != Some(&11) {
                push_up_to(&mut second, &mut next, 11);
                drain(&mut consumer, &mut got, 1);
            }
            let (old, new) = got.split_at(got.len() - 2);
            assert_eq!(new, [10, 11]);
            // All of the batch or nothing of it.
            assert!(old == [1] || old == [1, 2, 3], "{got:?}");
        });
    }
}

/// Pops until nothing is there, or it is dead.
fn pop_and_die(
    consumer: &mut ConsumerCore<Model>,
    life: &Life,
    seen: &mut Vec<u64>,
    handed: &mut Vec<u64>,
) {
    while !life.is_over() {
        let Ok(out) = pop(consumer) else { break };
        seen.push(number(&out)); // before the next store
        if !life.is_over() {
            handed.push(number(&out));
        }
    }
    consumer.settle();
}

/// The same by batches of two.
fn pop_batches_and_die(
    consumer: &mut ConsumerCore<Model>,
    life: &Life,
    seen: &mut Vec<u64>,
    handed: &mut Vec<u64>,
) {
    while !life.is_over() {
        let looks = Cell::new(0);
        let look = || looks.set(looks.get() + usize::from(!life.is_over()));
        let Ok(mut out) = pop_two(consumer, look) else { break };
        seen.extend(&out[..looks.get()]);
        if !life.is_over() {
            handed.append(&mut out);
        }
    }
}

/// The same, one after the other: what was committed stays, and what was not never
/// appears, not behind a message of the successor either.
#[test]
fn what_was_committed_stays_and_what_was_not_never_appears() {
    for stores in 0..16 {
        explore(0, move || {
            let shared = Shared::new(Weak::None);
            let mut consumer = shared.consumer(&Life::endless(), Previous::Left);
            let mut got = Vec::new();
            push_up_to(&mut shared.producer(&Life::endless()), &mut 1, 1);
            drain(&mut consumer, &mut got, 1);
            push_batches(&mut shared.producer(&Life::of(stores)), &mut 2, 3);
            let stamp = shared.slots[1].stamp.load(loom::sync::atomic::Ordering::Relaxed);
            let mut second = shared.producer(&Life::endless());
            drain(&mut consumer, &mut got, 1);
            assert_eq!(&got[1..], if stamp == 2 { &[2, 3][..] } else { &[] }, "{stores}");
            for n in 10..15 {
                got.clear();
                second.push(&item(n)).unwrap();
                drain(&mut consumer, &mut got, 1);
                assert_eq!(got, [n], "{stores}");
            }
        });
    }
}

/// A consumer dies after each of its stores in turn. Its successor gets all
/// that was not acknowledged, and what the dead one may have seen is flagged.
#[test]
fn a_consumer_that_dies_loses_nothing_and_repeats_nothing_unflagged() {
    for stores in 0..16 {
        explore(2, move || {
            let shared = Shared::new(Weak::None);
            let theirs = shared.clone();
            let producer = thread::spawn(move || {
                let mut producer = theirs.producer(&Life::endless());
                let mut next = 1;
                push_up_to(&mut producer, &mut next, 4);
                push_up_to(&mut producer, &mut next, 4);
                (producer, next)
            });
            let life = Life::of(stores);
            let mut first = shared.consumer(&life, Previous::Left);
            // What it saw before it died, and what its user got of that.
            let (mut seen, mut handed) = (Vec::new(), Vec::new());
            pop_and_die(&mut first, &life, &mut seen, &mut handed);
            pop_batches_and_die(&mut first, &life, &mut seen, &mut handed);
            let taken = shared.words[2].load(loom::sync::atomic::Ordering::Relaxed);
            let mut second = shared.consumer(&Life::endless(), Previous::Died);
            let flagged = usize::try_from(second.redelivered()).unwrap();
            let (mut producer, mut next) = producer.join().unwrap();
            let mut got = Vec::new();
            while taken < 4 && got.last() != Some(&4) {
                push_up_to(&mut producer, &mut next, 4);
                drain(&mut second, &mut got, 1);
            }
            // What was acknowledged does not come again, and all else does.
            assert_eq!(got, (taken + 1..=4).collect::<Vec<u64>>());
            assert!(handed.iter().all(|n| *n <= taken), "{handed:?} then {got:?}");
            // What comes again is flagged: it is among the first of the new ones.
            let again = seen.iter().filter(|n| got.contains(n)).count();
            assert!(again <= flagged, "{seen:?} then {got:?}, {flagged} flagged");
        });
    }
}

/// Three consumers one after the other: the first dies in a batch of two, the
/// second in a look at one of them, each after each of its stores. The third
/// hears of all that the first may have seen and nobody acknowledged.
#[test]
fn what_may_have_been_seen_stays_suspect_through_three_lives() {
    for (first_stores, second_stores) in (2..8).flat_map(|a| (0..8).map(move |b| (a, b))) {
        explore(0, move || {
            let shared = Shared::new(Weak::None);
            push_up_to(&mut shared.producer(&Life::endless()), &mut 1, 2);
            // Taking over stores two words; then come `seen`, once more, and `taken`.
            let life = Life::of(first_stores);
            let mut first = shared.consumer(&life, Previous::Left);
            let seen = if first_stores > 3 { 2 } else { 1 };
            let _ = pop_two(&mut first, || ());
            let mut second = shared.consumer(&Life::of(second_stores), Previous::Died);
            let _ = second.peek();
            let third = shared.consumer(&Life::endless(), Previous::Died);
            let taken = shared.words[2].load(loom::sync::atomic::Ordering::Relaxed);
            let lives = (first_stores, second_stores);
            assert_eq!(third.redelivered(), if taken == 2 { 0 } else { seen }, "{lives:?}");
        });
    }
}

/// Who leaves tells the producer the exact head, and a successor what is suspect.
#[test]
fn who_leaves_hands_the_suspicion_on() {
    explore(0, || {
        let shared = Shared::new(Weak::None);
        push_up_to(&mut shared.producer(&Life::endless()), &mut 1, 2);
        let _ = pop_two(&mut shared.consumer(&Life::of(4), Previous::Left), || ());
        let mut second = shared.consumer(&Life::endless(), Previous::Died);
        assert_eq!(second.redelivered(), 2);
        pop(&mut second).unwrap();
        second.leave();
        assert_eq!(shared.words[6].load(loom::sync::atomic::Ordering::Relaxed), 1);
        assert_eq!(shared.consumer(&Life::endless(), Previous::Left).redelivered(), 1);
    });
}

/// Words of the other side that no honest one stores.
#[test]
fn impossible_cursors_are_told() {
    explore(0, || {
        let shared = Shared::new(Weak::None);
        let mut producer = shared.producer(&Life::endless());
        let mut consumer = shared.consumer(&Life::endless(), Previous::Left);
        shared.words[6].store(5, loom::sync::atomic::Ordering::Relaxed);
        assert_eq!(producer.push(&item(1)), Err(Fault::Corrupt));
        shared.slots[0].stamp.store(5, loom::sync::atomic::Ordering::Relaxed);
        assert_eq!(pop(&mut consumer), Err(Fault::Corrupt));
    });
}

/// What a successor does not know it looks up: it overwrites nothing.
#[test]
fn a_successor_finds_what_waits() {
    explore(0, || {
        let shared = Shared::new(Weak::None);
        push_up_to(&mut shared.producer(&Life::endless()), &mut 1, 2);
        assert_eq!(shared.producer(&Life::endless()).push(&item(3)), Err(Fault::Wait));
        let mut got = Vec::new();
        drain(&mut shared.consumer(&Life::endless(), Previous::Left), &mut got, 1);
        assert_eq!(got, [1, 2]);
    });
}

fn fails(test: impl FnOnce() + std::panic::UnwindSafe) -> bool {
    std::panic::catch_unwind(test).is_err()
}

/// The model must be able to fail: with either release weakened it does.
#[test]
fn a_weakened_release_is_found_out() {
    for by_two in [(false, false), (true, true)] {
        assert!(fails(move || five_messages(Weak::Stamp, by_two)), "a stamp without release");
        assert!(fails(move || five_messages(Weak::Head, by_two)), "a head without release");
    }
}
