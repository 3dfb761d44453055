//! Segments that somebody else has written: headers, directories, contracts and
//! control words with changed, random or missing bytes. Whatever they say, an
//! attach answers with a value or an error, and so does everything after it.

use children::say;
use dice::Dice;
use everything::{Book, Level, Plain};
use places::Place;
use shm_runtime::{Error, ErrorKind, Inspector, Options, Segment, json};
use shmgen_test_support::schemas::everything;
use shmgen_test_support::{apart, children, dice, places};
use std::collections::BTreeMap;
use std::time::Duration;

children!(headers, words);

/// How many segments are made up; more by SHMGEN_SOAK, a factor.
fn rounds(n: u64) -> u64 {
    n * std::env::var("SHMGEN_SOAK").ok().and_then(|f| f.parse().ok()).unwrap_or(1)
}

/// A number as a liar would choose it.
fn lie(dice: &mut Dice) -> u64 {
    let near = dice.roll(129).wrapping_sub(64);
    match dice.roll(8) {
        0 => near,
        1 => (1 << dice.roll(64)) + near % 4,
        2 => u64::MAX - near % 64,
        3 => u64::from(u32::MAX).wrapping_add(near),
        4 => dice.roll(1 << 20) * 64,
        _ => dice.roll(1 << 31) << dice.roll(34),
    }
}

/// The bytes of a segment in use: some messages, a participant.
fn image(place: &Place) -> Vec<u8> {
    let segment = Plain::options().address(&place.0).create().unwrap();
    let mut out = segment.books().producer().unwrap();
    let mut inn = segment.books().consumer().unwrap();
    for n in 0..70 {
        out.try_push(&Book { u64: n, ..Default::default() }).unwrap();
    }
    (0..20).for_each(|_| assert!(inn.try_pop().is_ok()));
    let bare = std::fs::read(place.path()).unwrap();
    drop((out, inn));
    segment.remove().unwrap();
    bare
}

/// Everything that can be asked of a segment.
fn ask(place: &Place, heard: &mut BTreeMap<String, u64>) -> Result<(), Error> {
    let options = Options::default();
    if let Ok(inspector) = Inspector::open(&place.0, &options)
        && let Ok(stat) = inspector.stat()
    {
        let _ = json::to_string(&json::Segment::from(&stat));
        for object in 0..stat.objects.len().min(8) {
            let _ = inspector.depth(object);
            let item = stat.objects[object].def.item().cloned();
            let (Some(item), Some(contract)) = (item, inspector.contract()) else { continue };
            for message in inspector.messages(object, 5).into_iter().flatten() {
                if let Some(value) = contract.read(&item, &message.bytes) {
                    let _ = json::to_string(&value);
                }
            }
        }
    }
    let reader = Plain::options().address(&place.0).attach_read_only().map(drop);
    let writer = Plain::options().address(&place.0).attach().and_then(|segment| {
        segment.stat()?;
        let mut out = segment.levels().producer()?;
        let _ = out.try_push(&Level::default());
        let mut out = segment.books().producer()?;
        for _ in 0..120 {
            let _ = out.try_push(&Book::default());
        }
        let _ = out.push_slice(&[Book::default(); 9]);
        let _ = out.push_timeout(&Book::default(), Duration::from_micros(1));
        let mut inn = segment.books().consumer()?;
        for _ in 0..250 {
            let _ = inn.try_pop();
        }
        let _ = inn.pop_slice(&mut [Book::default(); 9]);
        let _ = inn.pop_timeout(Duration::from_micros(1));
        if let Ok(loan) = inn.peek() {
            let _ = loan.read();
        }
        Ok(())
    });
    for result in [&reader, &writer] {
        let kind = result.as_ref().map_or_else(|e| format!("{:?}", e.kind()), |()| "Ok".to_owned());
        *heard.entry(kind).or_default() += 1;
    }
    let text = writer.as_ref().err().map(ToString::to_string).unwrap_or_default();
    assert!(!text.chars().any(|c| c.is_control() && c != '\n'), "{text:?}");
    writer
}

fn tell(heard: &BTreeMap<String, u64>) -> String {
    heard.iter().map(|(kind, n)| format!("{kind} {n}")).collect::<Vec<_>>().join(", ")
}

/// In a process of its own, so that a crash is seen as one; and alone in its
/// namespaces, where `stat`, which looks through all processes, is quick.
fn headers(_: &[String]) {
    apart::enter();
    apart::in_a_small_proc(lie_in_headers);
}

fn lie_in_headers() {
    let place = Place::posix();
    let good = image(&place);
    let mut dice = Dice(1);
    let mut heard = BTreeMap::new();
    // Where the numbers are that decide; the slots are only data.
    let control = 16 * 1024.min(good.len() as u64 / 16);
    for round in 0..rounds(4000) {
        let mut bytes = good.clone();
        match round % 8 {
            0 => bytes.truncate(dice.roll(good.len() as u64) as usize),
            1 => bytes[..4096].iter_mut().for_each(|b| *b = dice.roll(256) as u8),
            2 => bytes.extend(std::iter::repeat_n(7, 1 + dice.roll(9000) as usize)),
            3 => {
                let at = dice.roll(control) as usize;
                let end = (at + dice.roll(200) as usize).min(bytes.len());
                bytes[at..end].fill(dice.roll(2) as u8 * 255);
            }
            n => {
                // One to three aligned words, more often in the header.
                for _ in 0..1 + n % 3 {
                    let area = if dice.roll(3) > 0 { 1024 } else { control };
                    let at = dice.roll(area / 4) as usize * 4;
                    let value = lie(&mut dice).to_le_bytes();
                    let width = if dice.roll(2) == 0 { 4 } else { 8 };
                    bytes[at..at + width].copy_from_slice(&value[..width]);
                }
            }
        }
        std::fs::write(place.path(), &bytes).unwrap();
        let _ = ask(&place, &mut heard);
        let _ = std::fs::remove_file(place.path());
    }
    say(tell(&heard));
}

#[test]
fn no_header_makes_an_attach_crash_or_hang() {
    let mut player = play("headers", &[]);
    let heard = player.hear();
    player.finish();
    println!("{heard}");
    for kind in ["Ok", "Mismatch", "Corrupt"] {
        assert!(heard.contains(kind), "no {kind} in {heard}");
    }
}

/// Changes control words under the hands of a producer and a consumer.
fn words(_: &[String]) {
    apart::enter();
    apart::in_a_small_proc(lie_in_words);
}

fn lie_in_words() {
    let place = Place::posix();
    let segment = Plain::options().address(&place.0).create().unwrap();
    let liar = Segment::attach(&place.0).unwrap();
    let size = liar.size();
    let word = |at: u64| {
        let mut bytes = [0; 8];
        liar.read_at(at, &mut bytes).unwrap();
        u64::from_le_bytes(bytes)
    };
    // The offset in the second entry of the directory.
    let queue = word(word(80) + 64 + 8);
    let mut dice = Dice(2);
    let mut failures = 0;
    for _ in 0..rounds(300) {
        let (Ok(mut out), Ok(mut inn)) = (segment.books().producer(), segment.books().consumer())
        else {
            // A role word names somebody who seems to live.
            failures += 1;
            liar.write_at(queue, &[0; 4096]).unwrap();
            continue;
        };
        for _ in 0..12 {
            for _ in 0..dice.roll(20) {
                failures += u64::from(out.try_push(&Book::default()).is_err());
            }
            failures += u64::from(out.push_slice(&[Book::default(); 30]).is_err());
            let at = queue + dice.roll(256) * 8;
            let at = if dice.roll(4) == 0 { dice.roll(size / 8 - 1) * 8 } else { at };
            // Not the header: who lies there has left the house.
            if at >= 512 {
                liar.write_at(at, &lie(&mut dice).to_le_bytes()).unwrap();
            }
            for _ in 0..dice.roll(20) {
                failures += u64::from(inn.try_pop().is_err());
            }
            failures += u64::from(inn.pop_slice(&mut [Book::default(); 30]).is_err());
            if let Ok(loan) = inn.peek() {
                let _ = loan.read();
            }
            let _ = out.push_timeout(&Book::default(), Duration::ZERO);
            let _ = segment.stat();
        }
    }
    assert!(failures > 100, "the lies were not noticed: {failures}");
    say("survived");
}

#[test]
fn no_control_word_makes_a_queue_crash_or_hang() {
    let mut player = play("words", &[]);
    assert_eq!(player.hear(), "survived");
    player.finish();
}

#[test]
fn another_format_version_and_another_byte_order_are_named() {
    let place = Place::posix();
    let good = image(&place);
    let with = |at: usize, bytes: &[u8]| {
        let mut image = good.clone();
        image[at..at + bytes.len()].copy_from_slice(bytes);
        std::fs::write(place.path(), image).unwrap();
        let error = Plain::options().address(&place.0).attach().unwrap_err();
        (error.kind(), error.to_string())
    };
    let (kind, text) = with(8, &9u16.to_le_bytes());
    assert_eq!(kind, ErrorKind::Mismatch, "{text}");
    assert!(text.contains("format 9.0"), "{text}");
    let (kind, text) = with(12, &0x0A0B_0C0Du32.to_be_bytes());
    assert_eq!(kind, ErrorKind::Mismatch, "{text}");
    assert!(text.contains("byte order") || text.contains("endian"), "{text}");
}
