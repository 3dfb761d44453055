//! The cell under the model checker loom: the very module that ships, on loom's
//! [memory](crate::memory::loom), with one or two slots instead of eight, so that a
//! writer laps its readers soon. The tests at the end leave a step out, and want the
//! model to fail then.

use super::layout::CellLayout;
use super::logic::{Pen, Spot, load, look};
use crate::memory::loom::{Fences, Life, Model, ModelArea};
use crate::memory::{Area, Memory, ReadArea};
use loom::sync::atomic::Ordering;
use loom::thread;

fn spot() -> Spot {
    Spot::of(&CellLayout::new(16).unwrap(), 0)
}

/// The words of a cell of two words in this many slots.
fn cell<const N: u64>() -> ModelArea {
    let slots = (0..N).flat_map(|n| {
        let stamp = spot().stamp::<N>(n);
        stamp..stamp + 3
    });
    ModelArea::new(slots.chain([spot().version()]))
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

/// Looks once. What is found whole is the value of that very version.
fn look_once<M: Memory<ReadArea = ModelArea>, const N: u64>(area: &ModelArea) -> Option<u64> {
    let mut out = [0xee; 16];
    let version = look::<M, N>(area, spot(), &mut out)?;
    assert_eq!(number(&out), version * 10, "the value of another version");
    Some(version)
}

/// Stores the versions that come next, up to `last`; each version's value is ten
/// times its number.
fn store_up_to<M: Memory<Area = ModelArea>, const N: u64>(area: &ModelArea, last: u64) {
    store_all::<M, N>(Pen::take_over(area, spot()), area, last);
}

fn store_all<M, const N: u64>(mut pen: Pen<N>, area: &ModelArea, last: u64)
where
    M: Memory<Area = ModelArea>,
{
    while pen.version() < last {
        pen.store::<M>(area, &value((pen.version() + 1) * 10));
    }
}

fn explore(preemptions: usize, test: impl Fn() + Sync + Send + 'static) {
    let mut model = loom::model::Builder::new();
    model.preemption_bound = Some(preemptions);
    model.check(test);
}

/// One writer laps a reader that looks twice.
fn a_writer_and_a_reader<M, const N: u64>(stores: u64, weak: &'static [usize])
where
    M: Memory<ReadArea = ModelArea, Area = ModelArea>,
{
    explore(3, move || {
        let area = cell::<N>().weakened(weak);
        let theirs = area.clone();
        // Before the other thread begins: where it loads a word first, loom leaves out
        // interleavings in which the others see an older one.
        let pen = Pen::<N>::take_over(&area, spot());
        let writer = thread::spawn(move || store_all::<M, N>(pen, &theirs, stores));
        let mut latest = 0;
        for _ in 0..2 {
            if let Some(version) = look_once::<M, N>(&area) {
                assert!(version >= latest, "{version} behind {latest}");
                latest = version;
            }
        }
        writer.join().unwrap();
        assert_eq!(look_once::<M, N>(&area), Some(stores));
    });
}

#[test]
fn a_reader_never_sees_a_torn_value_nor_one_of_another_version() {
    a_writer_and_a_reader::<Model, 1>(3, &[]);
    a_writer_and_a_reader::<Model, 2>(3, &[]);
}

/// A writer dies after each of its stores in turn, while a reader looks; the last
/// value stays readable, and a successor goes on.
#[test]
fn a_writer_that_dies_leaves_the_last_value_and_its_successor_goes_on() {
    for stores in 0..=10 {
        explore(2, move || {
            let area = cell::<2>();
            store_up_to::<Model, 2>(&area, 1);
            let theirs = area.clone();
            let writers = thread::spawn(move || {
                store_up_to::<Model, 2>(&theirs.of(&Life::of(stores)), 3);
                // The last one that was published can be read at once.
                let published = theirs.load(spot().version(), Ordering::Relaxed);
                assert_eq!(look_once::<Model, 2>(&theirs), Some(published));
                store_up_to::<Model, 2>(&theirs, 4);
            });
            let mut latest = 1;
            for _ in 0..2 {
                if let Some(version) = look_once::<Model, 2>(&area) {
                    assert!(version >= latest, "{version} behind {latest}");
                    latest = version;
                }
            }
            writers.join().unwrap();
            assert_eq!(look_once::<Model, 2>(&area), Some(4));
        });
    }
}

/// Words that no honest writer stores end the looks, and no more.
#[test]
fn stamps_that_never_fit_are_told() {
    loom::model(|| {
        let area = cell::<1>();
        let mut out = [0; 16];
        store_up_to::<Model, 1>(&area, 1);
        assert_eq!(load::<Model, 1>(&area, spot(), &mut out), Ok(1));
        area.store(spot().stamp::<1>(1), u64::MAX, Ordering::Relaxed);
        assert_eq!(look::<Model, 1>(&area, spot(), &mut out), None);
    });
}

/// The cursor starts just below each wrap: of the slots, of the stamps, of itself.
#[test]
fn versions_go_on_across_each_wrap() {
    loom::model(|| {
        for start in [1, 2, u64::MAX / 2 - 1, u64::MAX - 2] {
            let area = cell::<2>();
            area.store(spot().version(), start, Ordering::Relaxed);
            let mut pen = Pen::<2>::take_over(&area, spot());
            for n in 1..=2 {
                pen.store::<Model>(&area, &value(n));
                let mut out = [0; 16];
                assert_eq!(load::<Model, 2>(&area, spot(), &mut out), Ok(start + n));
                assert_eq!(number(&out), n);
            }
        }
    });
}

/// The model must be able to fail: without any one step of the protocol it does.
#[test]
fn each_step_that_is_left_out_is_found_out() {
    let fails = |test: fn()| std::panic::catch_unwind(test).is_err();
    assert!(
        fails(|| a_writer_and_a_reader::<Fences<false, true>, 1>(2, &[])),
        "no fence behind the odd stamp"
    );
    assert!(
        fails(|| a_writer_and_a_reader::<Fences<true, false>, 1>(2, &[])),
        "no fence before the second look"
    );
    // Either of the two makes the value seen; without both it is not.
    assert!(
        fails(|| a_writer_and_a_reader::<Model, 1>(2, RELEASES)),
        "neither the even stamp nor the version with release"
    );
}

/// The stamp of the only slot, and the version.
#[allow(clippy::cast_possible_truncation)] // some hundred bytes
const RELEASES: &[usize] =
    &[super::layout::SLOTS as usize / 8, super::layout::VERSION as usize / 8];
