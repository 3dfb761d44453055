//! Cells: the latest value, whole, to any number of readers, who may be allowed to
//! read only; arrays of them; who waits for a newer one is woken.

use children::say;
use nix::libc;
use places::Place;
use shm_runtime::cell::{Cell, Cells, RawCell, Writer, layout};
use shm_runtime::contract::{CellDef, Contract, ObjectDef, ObjectKind, TypeExpr};
use shm_runtime::{Attachment, ErrorKind, Options, Segment, Setup, Spec};
use shmgen_test_support::{children, places};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

children!(waiter, parent_of_a_fork);

/// 64 bytes.
type Small = [u64; 8];
/// 4 KiB.
type Large = [u64; 512];

/// A value that is torn if one of its words is another one's.
fn value<const N: usize>(n: u64) -> [u64; N] {
    std::array::from_fn(|at| n.wrapping_mul(at as u64 + 1))
}

/// The number of a value, which must be whole.
fn number<const N: usize>(found: &[u64; N]) -> u64 {
    assert_eq!(*found, value::<N>(found[0]), "a torn value");
    found[0]
}

/// A segment with an array of this many cells in it.
fn spec(place: &Place, count: Option<u32>) -> Spec {
    let item = TypeExpr::parse("u64[8]").unwrap();
    let kind = ObjectKind::Cell(CellDef { item, count });
    let contract = Contract {
        schema: "test.cells".into(),
        segment: "cells".into(),
        types: vec![],
        objects: vec![ObjectDef { name: "quotes".into(), kind }],
    };
    Spec::new(contract, "1.0", Setup::at(&place.0)).unwrap()
}

fn array(place: &Place, count: u32) -> Attachment {
    Attachment::create(&spec(place, Some(count)), &Options::default()).unwrap()
}

#[test]
fn a_cell_holds_the_latest_value_and_counts_what_was_stored() {
    for place in Place::both() {
        let cell = Cell::<Small>::create(&place.0).unwrap();
        let reader = Cell::<Small>::attach_read_only(&place.0).unwrap();
        assert_eq!(reader.load_versioned().unwrap(), ([0; 8], 0), "never stored");
        let mut writer = cell.writer().unwrap();
        // Round all slots, more than once.
        for n in 1..=20 {
            writer.store(&value(n * 3)).unwrap();
            let (found, version) = reader.load_versioned().unwrap();
            assert_eq!((number(&found), version), (n * 3, n));
            assert_eq!(number(&cell.load().unwrap()), n * 3);
            assert_eq!((writer.version(), reader.version().unwrap()), (n, n));
        }
        drop(writer);
        // The value stays when everybody has left, and a successor counts on.
        drop((cell, reader));
        let cell = Cell::<Small>::attach(&place.0).unwrap();
        assert_eq!(number(&cell.load().unwrap()), 60);
        cell.writer().unwrap().store(&value(1)).unwrap();
        assert_eq!(cell.load_versioned().unwrap(), (value(1), 21));
    }
}

#[test]
fn there_is_one_writer_and_who_only_reads_is_none() {
    let place = Place::posix();
    let cell = Cell::<u64>::create(&place.0).unwrap();
    let other = Cell::<u64>::attach(&place.0).unwrap();
    let first = cell.writer().unwrap();
    for second in [cell.writer(), other.writer()] {
        let refused = second.unwrap_err();
        assert_eq!(refused.kind(), ErrorKind::RoleTaken);
        assert_eq!(refused.holder().unwrap().pid, std::process::id());
        assert!(refused.to_string().contains("cannot become the writer of cell"), "{refused}");
    }
    drop(first);
    assert!(other.writer().is_ok());
    let reader = Cell::<u64>::attach_read_only(&place.0).unwrap();
    assert_eq!(reader.writer().unwrap_err().kind(), ErrorKind::ReadOnly);
    // Another type is another contract.
    let other = Cell::<i64>::attach(&place.0).unwrap_err();
    assert_eq!(other.kind(), ErrorKind::Mismatch);
    assert!(other.to_string().contains("holds i64 here, u64 in the segment"), "{other}");
}

#[test]
fn a_value_that_is_filled_in_place_is_stored_by_commit_alone() {
    let place = Place::posix();
    let cell = Cell::<Large>::create(&place.0).unwrap();
    let mut writer = cell.writer().unwrap();
    writer.store(&value(5)).unwrap();
    {
        let mut next = writer.reserve().unwrap();
        next.write(&value(6));
    }
    assert_eq!(cell.load_versioned().unwrap(), (value(5), 1), "dropped, so it never happened");
    // Zeros, whatever lay in the slot: what was left there, and an older version.
    for version in 2..=20 {
        writer.reserve().unwrap().commit();
        assert_eq!(cell.load_versioned().unwrap(), ([0; 512], version));
        drop(writer.reserve().map(|mut next| next.write(&value(9))));
    }
}

#[test]
fn each_cell_of_an_array_has_a_version_of_its_own_and_one_writer_has_them_all() {
    let place = Place::posix();
    let made = array(&place, 5);
    let cells = Cells::<Small>::of_attachment(&made, 0);
    assert_eq!(cells.len(), 5);
    let mut writer = cells.writer().unwrap();
    assert_eq!(writer.len(), 5);
    assert_eq!(cells.writer().unwrap_err().kind(), ErrorKind::RoleTaken);
    for n in 0..30u64 {
        let at = (n * n) as usize % 5;
        writer.at(at).store(&value(n)).unwrap();
        let (found, version) = cells.at(at).load_versioned().unwrap();
        assert_eq!(number(&found), n);
        assert_eq!(version, (0..=n).filter(|m| (m * m) as usize % 5 == at).count() as u64);
    }
    assert_eq!(cells.at(2).load_versioned().unwrap(), ([0; 8], 0), "never stored");
    let mut next = writer.at(2).reserve().unwrap();
    next.write(&value(77));
    next.commit();
    assert_eq!(cells.at(2).load_versioned().unwrap(), (value(77), 1));
    let (newer, version) = cells.at(2).wait_newer(0, None).unwrap();
    assert_eq!((number(&newer), version, cells.at(2).version()), (77, 1, 1));
    // The role word of the first is that of all; the others' stay 0.
    let size = layout::CellLayout::new(64).unwrap().size;
    let offset = made.stat().unwrap().objects[0].offset.unwrap();
    let bytes = std::fs::read(place.path()).unwrap();
    for at in 0..5 {
        let role = (offset + at * size + layout::WRITER_ROLE) as usize;
        assert_eq!(bytes[role..role + 8] != [0; 8], at == 0, "{at}");
    }
}

#[test]
fn an_index_outside_panics_as_of_a_slice() {
    let place = Place::posix();
    let cells = Cells::<Small>::of_attachment(&array(&place, 2), 0);
    let mut writer = cells.writer().unwrap();
    for index in [2, 3, u32::MAX as usize + 1, usize::MAX] {
        let read = std::panic::AssertUnwindSafe(|| cells.at(index).load().is_ok());
        let write = std::panic::AssertUnwindSafe(|| writer.at(index).store(&value(1)).is_ok());
        for text in [std::panic::catch_unwind(read), std::panic::catch_unwind(write)] {
            let text = text.unwrap_err();
            let text = text.downcast_ref::<String>().unwrap();
            assert_eq!(*text, format!("there are 2 cells, and the index is {index}"));
        }
    }
}

#[test]
fn a_handle_on_another_object_says_so_at_each_use() {
    let place = Place::posix();
    let made = array(&place, 1);
    let refused = |error: shm_runtime::Error| (error.kind(), error.to_string());
    let single = Cell::<Small>::of_attachment(&made, 0);
    let (kind, text) = refused(single.load().unwrap_err());
    assert_eq!(kind, ErrorKind::Invalid);
    assert_eq!(text, format!("quotes of {} is an array of cells", place.text()));
    assert_eq!(refused(single.writer().unwrap_err()).1, text);
    let larger = Cells::<[u64; 9]>::of_attachment(&made, 0);
    let (kind, text) = refused(larger.writer().unwrap_err());
    assert_eq!(kind, ErrorKind::Mismatch);
    let expected = format!("quotes of {} holds values of 64 bytes, not of 72", place.text());
    assert_eq!(text, expected);
    assert!(RawCell::of_attachment(&made, 1).is_err());
}

/// An array of one is another contract than a single cell.
#[test]
fn the_number_of_cells_is_part_of_the_contract() {
    let place = Place::posix();
    let made = array(&place, 2);
    for (count, text) in [
        (None, "object quotes is an array of cells: no here, yes in the segment"),
        (Some(1), "object quotes has count 1 here, 2 in the segment"),
    ] {
        let refused = Attachment::attach(&spec(&place, count), &Options::default()).unwrap_err();
        assert_eq!(refused.kind(), ErrorKind::Mismatch);
        assert!(refused.to_string().contains(text), "{refused}");
    }
    drop(made);
    assert!(Attachment::attach(&spec(&place, Some(2)), &Options::default()).is_ok());
}

// --- readers beside a writer that never pauses

/// Stores until told to end; the last number.
fn store_until<const N: usize>(mut writer: Writer<[u64; N]>, end: &AtomicBool) -> u64 {
    let mut n = 0;
    while !end.load(Ordering::Relaxed) {
        n += 1;
        writer.store(&value(n)).unwrap();
    }
    n
}

/// Readers of a writer that never pauses see whole values, each the one of its
/// version, none older than the last, and always get one: the time that it takes is
/// not measured, only that it ends.
fn read_beside_a_writer<const N: usize>(loads: u64)
where
    [u64; N]: shm_runtime::SharedLayout,
{
    let place = Place::posix();
    let cell = Cell::<[u64; N]>::create(&place.0).unwrap();
    let end = AtomicBool::new(false);
    std::thread::scope(|scope| {
        let writer = cell.writer().unwrap();
        let end = &end;
        let writer = scope.spawn(move || store_until(writer, end));
        let reader = |read_only: bool| {
            let cell = match read_only {
                true => Cell::<[u64; N]>::attach_read_only(&place.0).unwrap(),
                false => cell.clone(),
            };
            move || {
                let mut latest = 0;
                for _ in 0..loads {
                    let (found, version) = cell.load_versioned().unwrap();
                    assert_eq!(number(&found), version, "the value of another version");
                    assert!(version >= latest, "{version} behind {latest}");
                    latest = version;
                }
            }
        };
        let readers = [false, true].map(|read_only| scope.spawn(reader(read_only)));
        for reader in readers {
            reader.join().unwrap();
        }
        end.store(true, Ordering::Relaxed);
        let stored = writer.join().unwrap();
        assert_eq!(cell.load_versioned().unwrap(), (value(stored), stored));
    });
}

#[test]
fn no_value_is_torn_beside_a_writer_that_never_pauses() {
    read_beside_a_writer::<1>(100_000);
    read_beside_a_writer::<8>(100_000);
    read_beside_a_writer::<512>(5_000);
}

// --- wraps

#[test]
fn versions_go_on_across_the_wrap_of_slots_stamps_and_words() {
    for start in [6, 7, 8, u64::MAX / 2 - 1, u64::MAX - 3] {
        let place = Place::posix();
        let cell = Cell::<Small>::create(&place.0).unwrap();
        let offset = cell.attachment().unwrap().stat().unwrap().objects[0].offset.unwrap();
        let words = Segment::attach(&place.0).unwrap();
        words.write_at(offset + layout::VERSION, &start.to_le_bytes()).unwrap();
        let mut writer = cell.writer().unwrap();
        for n in 1..=3 {
            writer.store(&value(n)).unwrap();
            assert_eq!(cell.load_versioned().unwrap(), (value(n), start + n));
            let newer = cell.wait_newer(start + n - 1, Duration::ZERO).unwrap();
            assert_eq!(newer, (value(n), start + n));
        }
    }
}

// --- waiting

/// A slice, in the processes where a wake-up that is missed is to show.
const LONG: Duration = Duration::from_secs(60);
const ROUNDS: u64 = 40;

/// Waits for one version after the other, and says each.
fn waiter(arguments: &[String]) {
    shm_runtime::__private::set_sleep_slices(LONG, LONG);
    let address = arguments[0].parse().unwrap();
    let cell = match arguments[1].as_str() {
        "reads" => Cell::<Small>::attach_read_only(&address).unwrap(),
        _ => Cell::<Small>::attach(&address).unwrap(),
    };
    say("ready");
    let mut known = 0;
    while known < ROUNDS {
        let start = Instant::now();
        let (found, version) = cell.wait_newer(known, LONG).unwrap();
        assert_eq!(number(&found), version);
        assert!(start.elapsed() < LONG / 2, "a wake-up was missed");
        known = version;
        say(version);
    }
}

/// Several sleep on one word, and one that cannot be woken looks by itself. All must
/// have seen a version before the next one comes.
#[test]
fn everybody_who_waits_hears_of_every_version() {
    let place = Place::posix();
    let cell = Cell::<Small>::create(&place.0).unwrap();
    let mut writer = cell.writer().unwrap();
    let address = place.text();
    let mut waiters = ["", "", "", "reads"].map(|how| play("waiter", &[address.as_str(), how]));
    for waiter in &mut waiters {
        assert_eq!(waiter.hear(), "ready");
    }
    for n in 1..=ROUNDS {
        writer.store(&value(n)).unwrap();
        for waiter in &mut waiters {
            assert_eq!(waiter.hear(), n.to_string());
        }
    }
    for waiter in &mut waiters {
        waiter.finish();
    }
}

#[test]
fn a_wait_ends_with_its_time_and_with_the_segment() {
    let place = Place::posix();
    let cell = Cell::<Small>::create(&place.0).unwrap();
    let reader = Cell::<Small>::attach_read_only(&place.0).unwrap();
    for cell in [&cell, &reader] {
        for time in [Duration::ZERO, Duration::from_millis(30)] {
            let start = Instant::now();
            let late = cell.wait_newer(0, time).unwrap_err();
            assert_eq!(late.kind(), ErrorKind::Timeout);
            assert!(start.elapsed() >= time);
            let text =
                format!("cannot wait for cell of {}: no newer value came in time", place.text());
            assert_eq!(late.to_string(), text);
        }
    }
    cell.writer().unwrap().store(&value(4)).unwrap();
    cell.attachment().unwrap().remove().unwrap();
    for cell in [&cell, &reader] {
        // What was stored before the removal is read, and then there is no more.
        assert_eq!(cell.wait_newer(0, None).unwrap(), (value(4), 1));
        assert_eq!(cell.wait_newer(1, None).unwrap_err().kind(), ErrorKind::Removed);
        assert_eq!(cell.load().unwrap(), value(4));
    }
}

/// A writer never waits, so it is told by the next store, from outside as well.
#[test]
fn who_stores_into_a_removed_segment_is_told() {
    let place = Place::posix();
    let cell = Cell::<Small>::create(&place.0).unwrap();
    let mut writer = cell.writer().unwrap();
    writer.store(&value(4)).unwrap();
    Cell::<Small>::attach(&place.0).unwrap().attachment().unwrap().remove().unwrap();
    let start = Instant::now();
    let told = loop {
        match writer.store(&value(5)) {
            Err(told) => break told,
            Ok(()) => assert!(start.elapsed() < Duration::from_secs(20), "nobody told it"),
        }
    };
    assert_eq!(told.kind(), ErrorKind::Removed);
    let text = format!("cannot store into cell of {}: the segment was removed", place.text());
    assert!(told.to_string().starts_with(&text), "{told}");
    assert_eq!(writer.reserve().unwrap_err().kind(), ErrorKind::Removed);
    assert_eq!(cell.load().unwrap(), value(5), "what was stored before it was told is there");
}

// --- forks

/// A child that did not attach itself is told so.
fn parent_of_a_fork(arguments: &[String]) {
    let cell = Cell::<Small>::create(&arguments[0].parse().unwrap()).unwrap();
    let mut writer = cell.writer().unwrap();
    writer.store(&value(1)).unwrap();
    // SAFETY: this part runs one test thread; the child calls nothing but this.
    match unsafe { libc::fork() } {
        0 => {
            let kinds = [
                cell.load().map(drop),
                cell.wait_newer(0, None).map(drop),
                writer.store(&value(2)),
                writer.reserve().map(drop),
                cell.writer().map(drop),
            ]
            .map(|done| done.err().map(|e| e.kind()));
            let told = kinds == [Some(ErrorKind::Forked); 5];
            drop((writer, cell));
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
    writer.store(&value(3)).unwrap();
    assert_eq!(cell.load_versioned().unwrap(), (value(3), 2));
}

#[test]
fn a_forked_child_is_told_and_takes_nothing_away() {
    let place = Place::posix();
    play("parent_of_a_fork", &[&place.text()]).finish();
}
