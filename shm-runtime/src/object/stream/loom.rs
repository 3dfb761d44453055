//! The stream under the model checker loom: the very module that ships, on loom's
//! [memory](crate::memory::loom). Items of half a word share words, of which a write
//! changes its part. The tests at the end weaken a store, and want the model to fail
//! then.

use super::layout::StreamLayout;
use super::logic::{ReaderCore, StreamWords, WriterCore};
use crate::memory::loom::{Life, Model, ModelArea, ModelFlag, ModelSlots, ModelWord};
use crate::memory::{Area, Memory, ReadArea};
use crate::object::fault::Fault;
use loom::cell::UnsafeCell;
use loom::sync::Arc;
use loom::sync::atomic::{AtomicU64, Ordering};
use loom::thread;

/// An area whose bytes loom takes for plain memory besides: it tells every access that
/// is not ordered after the last one of the other side, even where no wrong value came
/// of it. A word is shared by two items, and may be read and written at once.
#[derive(Clone)]
struct Watched {
    area: ModelArea,
    bytes: Arc<Vec<UnsafeCell<()>>>,
}

impl ReadArea for Watched {
    fn load(&self, at: usize, order: Ordering) -> u64 {
        self.area.load(at, order)
    }
    fn read(&self, at: usize, bytes: &mut [u8]) {
        self.read_part(at, 0, bytes);
    }
    fn read_part(&self, at: usize, offset: usize, bytes: &mut [u8]) {
        let first = at * 8 + offset;
        self.bytes[first..first + bytes.len()].iter().for_each(|byte| byte.with(|_| ()));
        self.area.read_part(at, offset, bytes);
    }
}

impl Area for Watched {
    fn store(&self, at: usize, value: u64, order: Ordering) {
        self.area.store(at, value, order);
    }
    fn write(&self, at: usize, bytes: &[u8]) {
        self.write_part(at, 0, bytes);
    }
    fn write_part(&self, at: usize, offset: usize, bytes: &[u8]) {
        let first = at * 8 + offset;
        self.bytes[first..first + bytes.len()].iter().for_each(|byte| byte.with_mut(|_| ()));
        self.area.write_part(at, offset, bytes);
    }
}

/// The model's memory with such an area.
enum Plain {}

impl Memory for Plain {
    type Word = ModelWord;
    type Flag = ModelFlag;
    type Slots = ModelSlots;
    type ReadArea = Watched;
    type Area = Watched;
    fn fence() {
        Model::fence();
    }
    fn release_fence() {
        Model::release_fence();
    }
    fn acquire_fence() {
        Model::acquire_fence();
    }
    fn register() -> bool {
        Model::register()
    }
    fn unless_registered(bits: u32) -> u32 {
        Model::unless_registered(bits)
    }
    fn barrier() -> bool {
        Model::barrier()
    }
    fn barrier_point() {
        Model::barrier_point();
    }
    fn program_order() {}
}

/// Which store is weakened.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Weak {
    None,
    Tail,
    Head,
}

/// Two items of four bytes that always fit, and one more, since the head lags behind
/// by one.
fn layout() -> StreamLayout {
    let (capacity, batch, slots) = (2, 2, 3);
    StreamLayout { has_items: true, item: 4, capacity, batch, slots, size: 0x200 + 16 }
}

const TAIL: usize = 0;
const TAKEN: usize = 2;
const SEEN: usize = 3;
const HEAD: usize = 6;

/// The words of a stream, which processes share.
#[derive(Clone)]
struct Shared {
    words: Vec<Arc<AtomicU64>>,
    area: Watched,
    weak: Weak,
}

impl Shared {
    fn new(weak: Weak) -> Self {
        let words = (0..7).map(|_| Arc::new(AtomicU64::new(0))).collect();
        let bytes = Arc::new((0..16).map(|_| UnsafeCell::new(())).collect());
        Self { words, area: Watched { area: ModelArea::new(0..2), bytes }, weak }
    }

    fn starting_at(position: u64) -> Self {
        let shared = Self::new(Weak::None);
        for word in [TAIL, TAKEN, SEEN, HEAD] {
            shared.words[word].store(position, Ordering::Relaxed);
        }
        shared
    }

    fn load(&self, word: usize) -> u64 {
        self.words[word].load(Ordering::Relaxed)
    }

    fn words(&self, life: &Life) -> StreamWords<Plain> {
        let word = |i: usize, weak| ModelWord {
            word: Arc::clone(&self.words[i]),
            life: life.clone(),
            weak,
        };
        StreamWords {
            area: Watched { area: self.area.area.of(life), ..self.area.clone() },
            tail: word(TAIL, self.weak == Weak::Tail),
            times_full: word(1, false),
            taken: word(TAKEN, false),
            seen: word(SEEN, false),
            redelivered: word(4, false),
            high_water: word(5, false),
            head: word(HEAD, self.weak == Weak::Head),
        }
    }

    fn writer(&self, life: &Life) -> WriterCore<Plain> {
        WriterCore::take_over(self.words(life), &layout())
    }

    fn reader(&self, life: &Life) -> ReaderCore<Plain> {
        ReaderCore::take_over(self.words(life), &layout())
    }
}

fn items(numbers: impl Iterator<Item = u32>) -> Vec<u8> {
    numbers.flat_map(|n| (n * 0x0101).to_le_bytes()).collect()
}

fn numbers(items: &[u8]) -> Vec<u32> {
    let number = |item: &[u8]| u32::from_le_bytes(item.try_into().unwrap());
    let whole = |n: u32| {
        assert_eq!(n % 0x0101, 0, "torn");
        n / 0x0101
    };
    items.chunks(4).map(|item| whole(number(item))).collect()
}

/// Writes the items from `next` up to `last`, two at once at most, while there is room.
fn write_up_to(writer: &mut WriterCore<Plain>, next: &mut u32, last: u32) {
    while *next <= last {
        match writer.write(&items(*next..=last.min(*next + 1))) {
            Ok(n) => *next += u32::try_from(n).unwrap(),
            Err(fault) => {
                assert_eq!(fault, Fault::Wait);
                break;
            }
        }
    }
}

/// Reads what is there, two at once at most, with this many tries that find nothing.
fn drain(reader: &mut ReaderCore<Plain>, got: &mut Vec<u32>, tries: usize) {
    let mut tries = tries;
    while tries > 0 {
        let mut out = [0xee; 8];
        match reader.read(&mut out) {
            Ok((n, _)) => got.extend(numbers(&out[..n * 4])),
            Err(fault) => {
                assert_eq!(fault, Fault::Wait);
                reader.settle();
                tries -= 1;
            }
        }
    }
}

fn explore(preemptions: usize, test: impl Fn() + Sync + Send + 'static) {
    let mut model = loom::model::Builder::new();
    model.preemption_bound = Some(preemptions);
    model.check(test);
}

/// Five items through three slots, round the wrap. Both sides run at once with a
/// bounded number of vain tries, then one after the other until all has arrived.
fn five_items(weak: Weak) {
    explore(3, move || {
        let shared = Shared::new(weak);
        let theirs = shared.clone();
        let writer = thread::spawn(move || {
            let mut writer = theirs.writer(&Life::endless());
            let mut next = 1;
            write_up_to(&mut writer, &mut next, 5);
            write_up_to(&mut writer, &mut next, 5);
            (writer, next)
        });
        let mut reader = shared.reader(&Life::endless());
        let mut got = Vec::new();
        drain(&mut reader, &mut got, 2);
        let (mut writer, mut next) = writer.join().unwrap();
        while got.len() < 5 {
            write_up_to(&mut writer, &mut next, 5);
            drain(&mut reader, &mut got, 1);
        }
        assert_eq!(got, [1, 2, 3, 4, 5]);
    });
}

#[test]
fn every_item_arrives_once_whole_and_in_order() {
    five_items(Weak::None);
}

/// A writer dies after each of its stores in turn, in a write that goes round the wrap,
/// while the reader runs; its successor writes on.
#[test]
fn a_writer_that_dies_leaves_whole_writes_and_its_successor_goes_on() {
    for stores in 0..6 {
        explore(2, move || {
            let shared = Shared::starting_at(2);
            let mut reader = shared.reader(&Life::endless());
            let mut got = Vec::new();
            let theirs = shared.clone();
            let writers = thread::spawn(move || {
                write_up_to(&mut theirs.writer(&Life::of(stores)), &mut 1, 2);
                let mut second = theirs.writer(&Life::endless());
                let mut next = 10;
                write_up_to(&mut second, &mut next, 11);
                (second, next)
            });
            drain(&mut reader, &mut got, 2);
            let (mut second, mut next) = writers.join().unwrap();
            while got.last() != Some(&11) {
                write_up_to(&mut second, &mut next, 11);
                drain(&mut reader, &mut got, 1);
            }
            // All of the write or nothing of it.
            assert!(got == [10, 11] || got == [1, 2, 10, 11], "{got:?}");
        });
    }
}

/// A reader dies after each of its stores in turn. Its successor gets all that was not
/// acknowledged, and what the dead one may have seen is flagged, exactly.
#[test]
fn a_reader_that_dies_loses_nothing_and_repeats_nothing_unflagged() {
    for stores in 0..8 {
        explore(2, move || {
            let shared = Shared::new(Weak::None);
            let theirs = shared.clone();
            let writer = thread::spawn(move || {
                let mut writer = theirs.writer(&Life::endless());
                let mut next = 1;
                write_up_to(&mut writer, &mut next, 4);
                (writer, next)
            });
            let life = Life::of(stores);
            let mut first = shared.reader(&life);
            let (mut seen, mut handed) = (Vec::new(), Vec::new());
            while !life.is_over() {
                let Ok(n) = first.peek(2) else { break };
                // The announcement was made: what follows may be looked at.
                if !life.is_over() {
                    let mut out = vec![0; n * 4];
                    first.get(0, &mut out);
                    seen.extend(numbers(&out));
                    first.release(n);
                    if !life.is_over() {
                        handed.extend(numbers(&out));
                    }
                }
            }
            let taken = shared.load(TAKEN);
            let mut second = shared.reader(&Life::endless());
            let flagged = usize::try_from(second.redelivered()).unwrap();
            let (mut writer, mut next) = writer.join().unwrap();
            let mut got = Vec::new();
            while taken < 4 && got.last() != Some(&4) {
                write_up_to(&mut writer, &mut next, 4);
                drain(&mut second, &mut got, 1);
            }
            let expected: Vec<u32> = (u32::try_from(taken).unwrap() + 1..=4).collect();
            assert_eq!(got, expected, "what was acknowledged does not come again, all else does");
            assert!(handed.iter().all(|n| u64::from(*n) <= taken), "{handed:?} then {got:?}");
            let again = seen.iter().filter(|n| got.contains(n)).count();
            assert!(again <= flagged && flagged <= 2, "{seen:?} then {got:?}, {flagged} flagged");
        });
    }
}

/// Three readers one after the other: what the first may have seen stays suspect until
/// somebody acknowledges it, and one who leaves hands that on.
#[test]
fn what_may_have_been_seen_stays_suspect_through_three_lives() {
    explore(0, || {
        let shared = Shared::new(Weak::None);
        write_up_to(&mut shared.writer(&Life::endless()), &mut 1, 3);
        assert_eq!(shared.reader(&Life::endless()).peek(2), Ok(2)); // and dies
        let mut second = shared.reader(&Life::endless());
        assert_eq!(second.redelivered(), 2);
        assert_eq!(second.peek(1), Ok(1)); // and dies, too
        let mut third = shared.reader(&Life::endless());
        assert_eq!(third.redelivered(), 2);
        let mut out = [0; 4];
        assert_eq!(third.read(&mut out), Ok((1, false)));
        assert_eq!((third.redelivered(), shared.load(HEAD)), (1, 0));
        third.leave();
        assert_eq!((shared.load(HEAD), shared.load(4)), (1, 1));
        assert_eq!(shared.reader(&Life::endless()).redelivered(), 1);
        let mut last = shared.reader(&Life::endless());
        drain(&mut last, &mut Vec::new(), 1);
        last.leave();
        assert_eq!(shared.reader(&Life::endless()).redelivered(), 0);
    });
}

/// A reader that looked at three, acknowledged one and reads one has seen the third.
#[test]
fn what_was_announced_stays_announced_until_it_is_acknowledged() {
    explore(0, || {
        let shared = Shared::new(Weak::None);
        write_up_to(&mut shared.writer(&Life::endless()), &mut 1, 3);
        let mut reader = shared.reader(&Life::endless());
        assert_eq!(reader.peek(3), Ok(3));
        reader.release(1);
        let mut one = [0; 4];
        assert_eq!(reader.read(&mut one).unwrap().0, 1); // and dies
        assert_eq!((shared.load(TAKEN), shared.load(SEEN)), (2, 3));
        let mut second = shared.reader(&Life::endless());
        assert_eq!(second.redelivered(), 1);
        let mut rest = [0; 4];
        assert_eq!(second.read(&mut rest).unwrap().0, 1);
        // Who leaves with something in its hands has not died.
        write_up_to(&mut shared.writer(&Life::endless()), &mut 4, 5);
        assert_eq!(second.peek(2), Ok(2));
        second.leave();
        assert_eq!(shared.reader(&Life::endless()).redelivered(), 0);
    });
}

/// Full is not said while fewer wait than always fit, however the head lags behind.
#[test]
fn as_many_fit_as_were_promised() {
    explore(0, || {
        let shared = Shared::new(Weak::None);
        let mut writer = shared.writer(&Life::endless());
        let mut reader = shared.reader(&Life::endless());
        assert_eq!(writer.write(&items(1..=4)), Ok(3));
        assert_eq!(writer.write(&items(4..=4)), Err(Fault::Wait));
        let mut one = [0; 4];
        assert_eq!(reader.read(&mut one), Ok((1, false)));
        assert_eq!(writer.write(&items(4..=4)), Err(Fault::Wait), "two wait, which is all");
        assert_eq!(reader.read(&mut one), Ok((1, true)));
        assert_eq!(writer.write(&items(4..=4)), Ok(1), "one waited");
        assert_eq!(shared.writer(&Life::endless()).write(&items(5..=9)), Ok(1), "a successor");
    });
}

/// Words of the other side that no honest one stores, and cursors just below the wrap.
#[test]
fn impossible_cursors_are_told_and_real_ones_wrap() {
    explore(0, || {
        let shared = Shared::new(Weak::None);
        let mut writer = shared.writer(&Life::endless());
        let mut reader = shared.reader(&Life::endless());
        shared.words[HEAD].store(1, Ordering::Relaxed);
        assert_eq!(writer.write(&items(1..=1)), Err(Fault::Corrupt));
        shared.words[TAIL].store(4, Ordering::Relaxed);
        assert_eq!(reader.read(&mut [0; 4]), Err(Fault::Corrupt));
        shared.words[SEEN].store(u64::MAX, Ordering::Relaxed);
        assert_eq!(shared.reader(&Life::endless()).redelivered(), 0);
        // A number of slots that divides 2^64 has no seam there; three do not, and no
        // honest cursor comes that far.
        for start in [1, 2, 1 << 32, u64::MAX / 3 * 3 - 4] {
            let shared = Shared::starting_at(start);
            let mut writer = shared.writer(&Life::endless());
            let mut reader = shared.reader(&Life::endless());
            let mut got = Vec::new();
            let mut next = 1;
            while next <= 4 {
                write_up_to(&mut writer, &mut next, 4);
                drain(&mut reader, &mut got, 1);
            }
            assert_eq!(got, [1, 2, 3, 4], "{start}");
        }
    });
}

/// The model must be able to fail: with either release weakened it does.
#[test]
fn a_weakened_release_is_found_out() {
    let fails = |weak| std::panic::catch_unwind(|| five_items(weak)).is_err();
    assert!(fails(Weak::Tail), "a tail without release");
    assert!(fails(Weak::Head), "a head without release");
}
