//! Segments that lie: the image of a good one with changed, random or missing
//! bytes, to which everything is done that can be done to a segment. Whatever
//! they say, the answer is a value or an error.

use crate::dice::Dice;
use shm_runtime::{Attachment, Error, Inspector, Options, Setup, Spec};
use std::collections::BTreeMap;
use std::fs::File;
use std::os::unix::fs::FileExt;

/// A number as a liar would choose it.
pub fn lie(dice: &mut Dice) -> u64 {
    let near = dice.roll(129).wrapping_sub(64);
    match dice.roll(8) {
        0 => near,
        1 => (1u64 << dice.roll(64)).wrapping_add(near % 4),
        2 => u64::MAX - near % 64,
        3 => u64::from(u32::MAX).wrapping_add(near),
        4 => dice.roll(1 << 20) * 64,
        _ => dice.roll(1 << 31) << dice.roll(34),
    }
}

fn word(bytes: &[u8], at: usize) -> usize {
    u64::from_le_bytes(bytes[at..at + 8].try_into().unwrap()) as usize
}

/// Where the numbers are that decide: the header, what lies behind it (directory,
/// participants and the words of the first object), the contract; and the
/// directory once more, which is small and says where everything is.
fn areas(image: &[u8]) -> [(usize, usize); 4] {
    let (contract, size) = (word(image, 48), word(image, 56));
    let (directory, count) = (word(image, 80), word(image, 88) & 0xFFFF);
    [(0, 512), (512, 16 << 10), (contract, contract + size), (directory, directory + count * 64)]
}

/// Changes a file that holds the image.
fn tell_lies(file: &File, image: &[u8], dice: &mut Dice) {
    let size = image.len() as u64;
    let areas = areas(image);
    match dice.roll(16) {
        0 => file.set_len(dice.roll(size)).unwrap(),
        1 => file.set_len(size + 1 + dice.roll(9000)).unwrap(),
        2 => {
            let noise: Vec<u8> = (0..512).map(|_| dice.roll(256) as u8).collect();
            file.write_all_at(&noise[8 * dice.roll(2) as usize..], 8).unwrap();
        }
        3 => {
            let (begin, end) = areas[dice.roll(3) as usize];
            let at = begin as u64 + dice.roll((end - begin) as u64);
            let fill = vec![dice.roll(2) as u8 * 255; dice.roll(200) as usize];
            file.write_all_at(&fill, at.min(size - 200)).unwrap();
        }
        n => {
            // One to three words, more often in the header.
            for _ in 0..=n % 3 {
                let (begin, end) = areas[[0, 0, 1, 2, 3][dice.roll(5) as usize]];
                let at = begin as u64 + dice.roll((end - begin) as u64 / 4 - 2) * 4;
                let value = lie(dice).to_le_bytes();
                let width = [1, 2, 4, 8][dice.roll(4) as usize];
                file.write_all_at(&value[..width], at).unwrap();
            }
            // Half of them are of another contract, so that it is read.
            if dice.roll(2) == 0 {
                file.write_all_at(&[dice.roll(256) as u8], 32).unwrap();
            }
        }
    }
}

/// Everything that can be asked of a segment; whether it was attached.
fn ask(spec: &Spec, round: u64) -> [Result<(), Error>; 2] {
    let options = Options::default();
    if let Ok(inspector) = Inspector::open(&spec.address().clone(), &options) {
        let objects = inspector.contract().map_or(0, |c| c.objects.len());
        for object in 0..objects.min(8) {
            let _ = inspector.depth(object);
            let _ = inspector.messages(object, 3);
        }
        if round.is_multiple_of(16)
            && let Ok(stat) = inspector.stat()
        {
            let _ = format!("{stat:?}");
        }
    }
    let reader = Attachment::attach_read_only(spec, &options).map(drop);
    let writer = Attachment::attach(spec, &options).map(|segment| {
        for object in 0..4 {
            let _ = segment.queue_depth(object);
        }
    });
    [reader, writer]
}

/// This many lies, one after the other; how often they were answered with what.
pub fn attach_to_liars(image: &[u8], address: &str, rounds: u64, seed: u64) -> String {
    let path = address.replace("posix:", "/dev/shm");
    let contract = &image[word(image, 48)..][..word(image, 56)];
    let spec = Spec::decode(contract, "1.0", Setup::at(address)).unwrap();
    std::fs::write(&path, image).unwrap();
    let file = File::options().read(true).write(true).open(&path).unwrap();
    let mut dice = Dice(seed);
    let mut heard: BTreeMap<&str, u64> = BTreeMap::new();
    for round in 0..rounds {
        tell_lies(&file, image, &mut dice);
        for answer in ask(&spec, round) {
            let kind = answer.as_ref().map_or_else(|e| e.kind().name(), |()| "Ok");
            *heard.entry(kind).or_default() += 1;
            let text = answer.err().map_or_else(String::new, |e| e.to_string());
            let unsafe_text = text.chars().any(|c| c.is_control() && c != '\n');
            assert!(!unsafe_text, "round {round}: {text:?}");
        }
        // As it was; the payloads may stay.
        if file.metadata().unwrap().len() != image.len() as u64 {
            file.set_len(image.len() as u64).unwrap();
            file.write_all_at(image, 0).unwrap();
        }
        file.write_all_at(&image[..16 << 10], 0).unwrap();
        file.write_all_at(contract, word(image, 48) as u64).unwrap();
    }
    std::fs::remove_file(&path).unwrap();
    for kind in ["Ok", "Mismatch", "Corrupt"] {
        assert!(rounds < 10_000 || heard.contains_key(kind), "no {kind} in {heard:?}");
    }
    heard.iter().map(|(kind, n)| format!("{kind} {n}")).collect::<Vec<_>>().join(", ")
}
