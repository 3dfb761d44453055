//! A segment that an older version made, and this version, are of one format: each can
//! use what the other left.
//!
//! `older.txt` is what a program in C left that was compiled with the header from before
//! cells came: the segment `back` of `benches/speed.toml`, with messages 0 to 4 pushed to
//! `bytes64`, of which two were popped, and messages 0 to 2 pushed to `bytes8`. It has
//! the rows of 16 bytes that are not all zero.

use places::Place;
use shm_runtime::contract::Contract;
use shm_runtime::queue::{RawConsumer, RawProducer};
use shm_runtime::{Attachment, Options, Setup, Spec};
use shmgen_test_support::places;
use std::fs::OpenOptions;
use std::io::Write;
use std::ops::Range;
use std::os::unix::fs::OpenOptionsExt;

/// Where the contract lies and how long it is, see docs/segment-format.md.
const CONTRACT: usize = 48;
const CONTRACT_SIZE: usize = 56;
/// The queues, in the order of the schema.
const BYTES8: usize = 0;
const BYTES64: usize = 2;

/// Who made the segment and when; the record of who was attached; and how many waited
/// at most in `bytes64`, which that version counted more often.
const OF_ITS_OWN: [Range<usize>; 3] = [0x60..0xa0, 0x300..0x330, 0x17f98..0x17fa0];

fn older() -> Vec<u8> {
    let mut lines = include_str!("older.txt").lines();
    let number = |text: &str| usize::from_str_radix(text, 16).unwrap();
    let size = number(lines.next().unwrap().strip_prefix("size ").unwrap());
    let mut bytes = vec![0; size];
    for line in lines {
        let (at, row) = line.split_once(' ').unwrap();
        for (n, byte) in bytes[number(at)..][..16].iter_mut().enumerate() {
            *byte = u8::try_from(number(&row[n * 2..][..2])).unwrap();
        }
    }
    bytes
}

fn spec(bytes: &[u8], place: &Place) -> Spec {
    let number = |at: usize| u64::from_le_bytes(bytes[at..][..8].try_into().unwrap()) as usize;
    let contract = &bytes[number(CONTRACT)..][..number(CONTRACT_SIZE)];
    let setup = Setup::at(&place.0).mode(0o600);
    Spec::new(Contract::decode(contract).unwrap(), "1.0", setup).unwrap()
}

/// Message n, of so many words: n, n + 1, n + 2, ..
fn message(n: u64, words: u64) -> Vec<u8> {
    (n..n + words).flat_map(u64::to_le_bytes).collect()
}

#[test]
fn what_an_older_version_left_is_used_by_this_one() {
    let (older, place) = (older(), Place::posix());
    let mut file =
        OpenOptions::new().write(true).create_new(true).mode(0o600).open(place.path()).unwrap();
    file.write_all(&older).unwrap();
    drop(file);
    let attached = Attachment::attach(&spec(&older, &place), &Options::default()).unwrap();
    for (queue, words, left) in [(BYTES8, 1, 0..3), (BYTES64, 8, 2..5)] {
        let mut from = RawConsumer::of_attachment(&attached, queue).unwrap();
        let mut to = RawProducer::of_attachment(&attached, queue).unwrap();
        assert_eq!(from.redelivered(), 0);
        to.try_push(&message(left.end, words)).unwrap();
        let mut item = vec![0; from.item_size()];
        for n in left.start..=left.end {
            from.try_pop(&mut item).unwrap();
            assert_eq!(item, message(n, words));
        }
        assert!(from.try_pop(&mut item).is_err());
    }
    attached.remove().unwrap();
}

#[test]
fn what_this_version_leaves_has_the_bytes_that_an_older_one_left() {
    let (older, place) = (older(), Place::posix());
    let attached = Attachment::create(&spec(&older, &place), &Options::default()).unwrap();
    for (queue, words, pushed, popped) in [(BYTES64, 8, 5, 2), (BYTES8, 1, 3, 0)] {
        let mut to = RawProducer::of_attachment(&attached, queue).unwrap();
        (0..pushed).for_each(|n| to.try_push(&message(n, words)).unwrap());
        if popped > 0 {
            let mut from = RawConsumer::of_attachment(&attached, queue).unwrap();
            let mut item = vec![0; from.item_size()];
            (0..popped).for_each(|_| from.try_pop(&mut item).unwrap());
        }
    }
    drop(attached);
    let ours = std::fs::read(place.path()).unwrap();
    assert_eq!(ours.len(), older.len());
    let differ = |at: &usize| ours[*at] != older[*at] && !OF_ITS_OWN.iter().any(|r| r.contains(at));
    let differences: Vec<usize> = (0..ours.len()).filter(differ).collect();
    assert!(differences.is_empty(), "other bytes at {differences:x?}");
}
