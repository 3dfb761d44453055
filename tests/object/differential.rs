//! The same operations through the Rust and through the C implementation leave
//! the same bytes, in the whole segment but for what says who made it and when.

use dice::Dice;
use everything::{Book, Plain};
use places::Place;
use shm_runtime::Segment;
use shmgen_test_support::schemas::everything;
use shmgen_test_support::{dice, places, tools};
use std::process::Command;
use std::time::Duration;

/// Operations, a letter each; stretches of pushes and of pops, so that the queue
/// runs full and empty.
fn script(dice: &mut Dice) -> String {
    let mut script = String::new();
    while script.len() < 300 {
        let letters: &[u8] = match dice.roll(4) {
            0 => b"pppPrtpR",
            1 => b"oooOkTK",
            2 => b"poPOkrpoTt",
            _ => b"cCpoKR",
        };
        for _ in 0..dice.roll(40) {
            script.push(letters[dice.roll(letters.len() as u64) as usize] as char);
        }
    }
    script
}

const MOMENT: Duration = Duration::from_nanos(1);

/// What differential.c does, in Rust: the bytes before and after the detach.
fn in_rust(place: &Place, script: &str) -> Vec<u8> {
    let segment = Plain::options().address(&place.0).create().unwrap();
    let bare = Segment::attach(&place.0).unwrap();
    let mut out = Some(segment.books().producer().unwrap());
    let mut inn = Some(segment.books().consumer().unwrap());
    let mut next = 0;
    let mut book = || {
        let made = Book { u64: next, apart: next as u8, ..Default::default() };
        next += 1;
        made
    };
    for operation in script.chars() {
        let (o, i) = (out.as_mut().unwrap(), inn.as_mut().unwrap());
        match operation {
            'p' => drop(o.try_push(&book())),
            't' => drop(o.push_timeout(&book(), MOMENT)),
            'P' => {
                let many: Vec<Book> = (0..9).map(|_| book()).collect();
                o.push_slice(&many).unwrap();
            }
            'r' => {
                let book = book();
                if let Ok(mut slot) = o.reserve() {
                    slot.write(&book);
                    slot.commit();
                }
            }
            'R' => drop(o.reserve().map(|_| ())),
            'o' => drop(i.try_pop()),
            'T' => drop(i.pop_timeout(MOMENT)),
            'O' => drop(i.pop_slice(&mut [Book::default(); 9])),
            'k' => drop(i.peek().map(|loan| loan.release())),
            'K' => drop(i.peek().map(|_| ())),
            'c' => {
                drop(inn.take());
                inn = Some(segment.books().consumer().unwrap());
            }
            'C' => {
                drop(out.take());
                out = Some(segment.books().producer().unwrap());
            }
            other => panic!("no operation {other}"),
        }
    }
    let read = || {
        let mut bytes = vec![0; bare.size() as usize];
        bare.read_at(0, &mut bytes).unwrap();
        bytes
    };
    let mut image = read();
    drop((out, inn, segment));
    image.extend(read());
    image
}

/// Wipes what says who and when: creator, birth mark and times in the header, pid,
/// time and program in the participants' records.
fn anonymous(image: &mut [u8]) {
    let half = image.len() / 2;
    for bytes in image.chunks_exact_mut(half) {
        bytes[96..160].fill(0);
        let number = |at: usize| u64::from_le_bytes(bytes[at..at + 8].try_into().unwrap()) as usize;
        let records = number(64);
        let count = u32::from_le_bytes(bytes[72..76].try_into().unwrap()) as usize;
        for record in 0..count {
            bytes[records + record * 64 + 8..][..40].fill(0);
        }
    }
}

#[test]
fn rust_and_c_leave_the_same_bytes() {
    let folder = tools::scratch("differential");
    tools::generate(&tools::root().join("tests/schemas/everything.toml"), &folder);
    let program = folder.join("differential");
    tools::run(
        Command::new("gcc")
            .args(["-O2", "-std=c11"])
            .args(tools::C_WARNINGS)
            .arg("-I")
            .arg(&folder)
            .arg(tools::root().join("tests/c/differential.c"))
            .arg("-o")
            .arg(&program),
    );
    let mut dice = Dice(7);
    let scripts: Vec<String> = (0..100).map(|_| script(&mut dice)).collect();
    for script in &scripts {
        let places = [Place::posix(), Place::posix()];
        let mut ours = in_rust(&places[0], script);
        let image = folder.join("image");
        tools::run(Command::new(&program).arg(places[1].text()).arg(script).arg(&image));
        let mut theirs = std::fs::read(&image).unwrap();
        anonymous(&mut ours);
        anonymous(&mut theirs);
        assert_eq!(ours.len(), theirs.len());
        if let Some(at) = (0..ours.len()).find(|&n| ours[n] != theirs[n]) {
            let half = ours.len() / 2;
            let when = if at < half { "before" } else { "after" };
            let word = at / 8 * 8;
            panic!(
                "after {script}\n{when} the detach, at {}: Rust {:x?}, C {:x?}",
                word % half,
                &ours[word..word + 8],
                &theirs[word..word + 8]
            );
        }
    }
    println!("{} scripts of 300 operations and more", scripts.len());
}
