//! Streams: bytes and whole items, in any number at once, from one writer to one
//! reader; what is said where nothing fits or nothing is there; who waits is woken.

use dice::Dice;
use places::Place;
use shm_runtime::stream::{ReadError, Stream, TryReadError, TryWriteError, WriteError};
use shm_runtime::{ErrorKind, Inspector, Options};
use shmgen_test_support::{dice, places};
use std::io::{BufRead, BufReader, Read, Write};
use std::time::{Duration, Instant};

/// Three words, of which none is zero.
type Item = [u64; 3];

fn item(n: u64) -> Item {
    [n + 1, (n + 1) * 3, !n]
}

/// A byte of the endless text that the tests write.
fn byte(n: usize) -> u8 {
    (n % 251) as u8
}

fn facts(stream: &Stream<u8>, name: &str) -> u64 {
    let stat = stream.attachment().stat().unwrap();
    stat.objects[0].facts.count(name).unwrap()
}

#[test]
fn writes_and_reads_move_what_they_can_and_say_how_much() {
    for place in Place::both() {
        let stream = Stream::<u8>::create(&place.0, 10).unwrap();
        let mut writer = stream.writer().unwrap();
        let mut reader = Stream::<u8>::attach(&place.0).unwrap().reader().unwrap();
        let mut out = [0; 100];
        assert_eq!(reader.try_read(&mut out), Err(TryReadError::Empty));
        assert_eq!((writer.try_write(&[]), reader.try_read(&mut [])), (Ok(0), Ok(0)));
        // 10 always fit, and the area is a multiple of 8.
        assert_eq!(writer.try_write(&[7; 30]), Ok(16));
        assert_eq!(writer.try_write(&[7; 1]), Err(TryWriteError::Full));
        assert_eq!((writer.try_write(&[]), stream.depth().unwrap()), (Ok(0), 16));
        assert_eq!(reader.try_read(&mut out[..5]), Ok(5));
        assert_eq!(writer.try_write(b"abcdefgh"), Ok(5), "as much as was read");
        assert_eq!(reader.try_read(&mut out), Ok(16));
        assert_eq!(&out[..16], b"\x07\x07\x07\x07\x07\x07\x07\x07\x07\x07\x07abcde");
        assert_eq!((facts(&stream, "in"), facts(&stream, "out")), (21, 21));
        assert_eq!((facts(&stream, "full"), facts(&stream, "high_water")), (1, 16));
    }
}

/// Every length at every place, round the wrap.
#[test]
fn bytes_arrive_in_order_whatever_the_lengths_are() {
    let place = Place::posix();
    let mut dice = Dice(5);
    for capacity in [1, 7, 8, 9, 63, 100, 1000] {
        let _ = shm_runtime::Segment::attach(&place.0).and_then(|s| s.remove());
        let stream = Stream::<u8>::create(&place.0, capacity).unwrap();
        let (mut writer, mut reader) = (stream.writer().unwrap(), stream.reader().unwrap());
        let (mut written, mut read) = (0, 0);
        for _ in 0..3000 {
            let wanted = dice.roll(capacity * 2) as usize;
            let bytes: Vec<u8> = (written..written + wanted).map(byte).collect();
            let waiting = written - read;
            match writer.try_write(&bytes) {
                Ok(n) => {
                    assert!(n == wanted || waiting + n >= capacity as usize);
                    written += n;
                }
                Err(e) => {
                    assert_eq!(e, TryWriteError::Full);
                    assert!(waiting >= capacity as usize, "{waiting} wait of {capacity}");
                }
            }
            let mut out = vec![0; dice.roll(capacity * 2) as usize];
            let n = reader.try_read(&mut out).unwrap_or(0);
            assert_eq!(n, out.len().min(written - read));
            assert!(out[..n].iter().zip(read..).all(|(found, n)| *found == byte(n)));
            read += n;
        }
        assert!(read > 1000);
    }
}

#[test]
fn whole_items_go_in_any_number_at_once_and_in_place() {
    let place = Place::posix();
    let stream = Stream::<Item>::create(&place.0, 20).unwrap();
    assert_eq!(stream.capacity().unwrap(), 20);
    let (mut writer, mut reader) = (stream.writer().unwrap(), stream.reader().unwrap());
    let (mut written, mut read) = (0, 0);
    for round in 0..500 {
        if round % 3 == 0 {
            let mut room = writer.reserve().unwrap();
            let n = room.len().min(4);
            room.set(0, &item(written));
            let rest: Vec<Item> = (1..n as u64).map(|n| item(written + n)).collect();
            room.set_slice(1, &rest);
            room.commit(n);
            written += n as u64;
        } else {
            let items = [item(written), item(written + 1), item(written + 2)];
            written += writer.try_write(&items).unwrap() as u64;
        }
        if round % 4 == 0 {
            let peeked = reader.peek().unwrap();
            let n = peeked.len() - 1;
            assert_eq!(peeked.get(n), item(read + n as u64));
            let mut out = vec![[0; 3]; n];
            peeked.get_slice(0, &mut out);
            peeked.release(n);
            assert!(out.iter().zip(read..).all(|(found, n)| *found == item(n)));
            read += n as u64;
            // One that was looked at and not acknowledged comes again.
            assert_eq!(reader.peek().unwrap().len(), 1);
        } else {
            let mut out = [[0; 3]; 7];
            let n = reader.try_read(&mut out).unwrap();
            assert!(out[..n].iter().zip(read..).all(|(found, n)| *found == item(n)));
            read += n as u64;
        }
    }
    assert!(written - read <= 1, "{written} written, {read} read");
    // A reservation that is dropped did not happen.
    let depth = stream.depth().unwrap();
    writer.reserve().unwrap().set(0, &item(1));
    assert_eq!(stream.depth().unwrap(), depth);
    assert_eq!(reader.redelivered(), 0);
    let place = Place::posix();
    let stream = Stream::<u32>::create(&place.0, 8).unwrap();
    let others = Stream::<Item>::of_attachment(stream.attachment(), 0);
    assert_eq!(others.writer().unwrap_err().kind(), ErrorKind::Mismatch);
}

#[test]
fn there_is_one_writer_and_one_reader_and_errors_name_the_place() {
    let place = Place::posix();
    let stream = Stream::<u8>::create(&place.0, 8).unwrap();
    let (writer, mut reader) = (stream.writer().unwrap(), stream.reader().unwrap());
    for (refused, role) in
        [(stream.writer().err(), "the writer"), (stream.reader().err(), "the reader")]
    {
        let refused = refused.unwrap();
        assert_eq!(refused.kind(), ErrorKind::RoleTaken);
        assert!(refused.to_string().contains(role), "{refused}");
    }
    let error = shm_runtime::Error::from(reader.try_read(&mut [0; 4]).unwrap_err());
    let expected = format!("cannot read from stream of {}: the stream is empty", place.text());
    assert_eq!((error.kind(), error.to_string()), (ErrorKind::Empty, expected));
    drop((writer, reader));
    assert!(stream.writer().is_ok() && stream.reader().is_ok());
    let error = Stream::<u8>::create(&Place::posix().0, 0).unwrap_err();
    assert!(error.to_string().contains("at least 1"), "{error}");
    assert_eq!(Stream::<Item>::attach(&place.0).unwrap_err().kind(), ErrorKind::Mismatch);
}

#[test]
fn who_waits_is_woken_by_what_it_waits_for_or_when_the_time_is_up() {
    let place = Place::posix();
    let stream = Stream::<u8>::create(&place.0, 64).unwrap();
    let start = Instant::now();
    let mut reader = stream.reader().unwrap();
    let wait = Duration::from_millis(20);
    assert_eq!(reader.read_timeout(&mut [0; 4], wait), Err(ReadError::Timeout));
    let mut writer = stream.writer().unwrap();
    assert_eq!(writer.write_timeout(&[1; 100], wait), Ok(72));
    assert_eq!(writer.write_timeout(&[1; 100], wait), Err(WriteError::Timeout));
    assert!(start.elapsed() >= 2 * wait);
    assert_eq!(reader.try_read(&mut [0; 100]), Ok(72));
    // Both sides wait for each other all the time.
    const TOTAL: usize = 300_000;
    let other = std::thread::spawn(move || {
        let mut dice = Dice(7);
        let mut written = 0;
        while written < TOTAL {
            let n = (1 + dice.roll(200) as usize).min(TOTAL - written);
            let bytes: Vec<u8> = (written..written + n).map(byte).collect();
            writer.write_all(&bytes).unwrap();
            written += n;
        }
    });
    let mut read = 0;
    let mut buffer = [0; 97];
    while read < TOTAL {
        let n = reader.read(&mut buffer).unwrap();
        assert!(n > 0 && buffer[..n].iter().zip(read..).all(|(found, n)| *found == byte(n)));
        read += n;
    }
    other.join().unwrap();
}

#[test]
fn what_was_written_before_the_removal_is_drained() {
    let place = Place::posix();
    let stream = Stream::<u8>::create(&place.0, 100).unwrap();
    let (mut writer, reader) = (stream.writer().unwrap(), stream.reader().unwrap());
    writer.write_all(b"first\nsecond\n").unwrap();
    stream.attachment().remove().unwrap();
    let mut lines = BufReader::with_capacity(4, reader);
    let mut line = String::new();
    lines.read_line(&mut line).unwrap();
    let mut rest = String::new();
    lines.read_to_string(&mut rest).unwrap();
    assert_eq!((line.as_str(), rest.as_str()), ("first\n", "second\n"));
    let mut reader = lines.into_inner();
    assert_eq!(reader.try_read(&mut [0; 4]), Err(TryReadError::Removed));
    assert_eq!(reader.read_timeout(&mut [0; 4], None), Err(ReadError::Removed));
    while writer.try_write(&[0; 99]).is_ok() {} // there is room
    assert_eq!(writer.write(&[0; 99]).unwrap_err().kind(), std::io::ErrorKind::BrokenPipe);
    assert_eq!(writer.try_write(&[0; 99]), Err(TryWriteError::Removed));
}

#[test]
fn who_looks_sees_what_waits() {
    let place = Place::posix();
    let stream = Stream::<u8>::create(&place.0, 16).unwrap();
    let (mut writer, mut reader) = (stream.writer().unwrap(), stream.reader().unwrap());
    writer.write_all(&[1; 14]).unwrap();
    reader.try_read(&mut [0; 12]).unwrap();
    writer.write_all(&[2; 10]).unwrap(); // round the wrap
    let inspector = Inspector::open(&place.0, &Options::default()).unwrap();
    let shm_runtime::Contents::Bytes(bytes, more) = inspector.contents(0, 100).unwrap() else {
        panic!("no bytes")
    };
    assert_eq!((bytes, more), ([[1; 2].as_slice(), &[2; 10]].concat(), 0));
    let place = Place::posix();
    let items = Stream::<Item>::create(&place.0, 16).unwrap();
    items.writer().unwrap().try_write(&[item(0), item(1)]).unwrap();
    items.reader().unwrap().try_read(&mut [[0; 3]]).unwrap();
    let inspector = Inspector::open(&place.0, &Options::default()).unwrap();
    let shm_runtime::Contents::Messages(messages) = inspector.contents(0, 100).unwrap() else {
        panic!("no items")
    };
    assert_eq!((messages.len(), messages[0].position), (1, 1));
    assert_eq!(messages[0].bytes[..8], 2u64.to_le_bytes());
    // What waits keeps a segment that nobody uses.
    drop(items);
    assert_eq!(inspector.depth(0), Some(1));
}
