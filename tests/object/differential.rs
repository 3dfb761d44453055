//! The same operations through the Rust and through the C implementation leave
//! the same bytes, in the whole segment but for what says who made it and when.

use dice::Dice;
use everything::{Book, Plain};
use objects::{Config, Every, Tick};
use places::Place;
use shm_runtime::cell::{Cell, Cells};
use shm_runtime::contract::Contract;
use shm_runtime::{Attachment, Options, Segment, Setup, Spec, Str};
use shmgen_test_support::schemas::{everything, objects};
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
    let mut image = bytes_of(&bare);
    drop((out, inn, segment));
    image.extend(bytes_of(&bare));
    image
}

fn bytes_of(segment: &Segment) -> Vec<u8> {
    let mut bytes = vec![0; segment.size() as usize];
    segment.read_at(0, &mut bytes).unwrap();
    bytes
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

/// Plays scripts in Rust and by a program in C, and compares what they leave.
fn compare(
    (schema, source): (&str, &str),
    scripts: &[String],
    in_rust: impl Fn(&Place, &str) -> Vec<u8>,
) {
    let folder = tools::scratch(source);
    tools::generate(&tools::root().join("tests/schemas").join(schema), &folder);
    let program = folder.join("differential");
    tools::run(
        Command::new("gcc")
            .args(["-O2", "-std=c11"])
            .args(tools::C_WARNINGS)
            .arg("-I")
            .arg(&folder)
            .arg(tools::root().join("tests/c").join(source))
            .arg("-o")
            .arg(&program),
    );
    for script in scripts {
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

#[test]
fn rust_and_c_leave_the_same_bytes() {
    let mut dice = Dice(7);
    let scripts: Vec<String> = (0..100).map(|_| script(&mut dice)).collect();
    compare(("everything.toml", "differential.c"), &scripts, in_rust);
}

// --- cells

/// What differential_cells.c does, in Rust.
fn cells_in_rust(place: &Place, script: &str) -> Vec<u8> {
    let contract = Contract::decode(Every::CONTRACT).unwrap();
    let index = |name: &str| contract.objects.iter().position(|o| o.name == name).unwrap();
    let (latest, each) = (index("latest"), index("each"));
    let spec = Spec::new(contract, "1.0", Setup::at(&place.0).participants(64)).unwrap();
    let made = Attachment::create(&spec, &Options::default()).unwrap();
    let bare = Segment::attach(&place.0).unwrap();
    let latest = Cell::<Config>::of_attachment(&made, latest);
    let each = Cells::<Tick>::of_attachment(&made, each);
    let mut one = Some(latest.writer().unwrap());
    let mut all = each.writer().unwrap();
    let mut number = 0_u32;
    for operation in script.chars() {
        let mut next = || {
            number += 1;
            number
        };
        let config = |n: u32| {
            let letter = char::from(b'a' + (n % 26) as u8).to_string();
            let name = Str::try_from(letter.repeat(n as usize % 200).as_str()).unwrap();
            Config { name, limit: u64::from(n), ..Default::default() }
        };
        let tick = |n: u32| Tick { time: n, levels: [0, 0, n as u16], ..Default::default() };
        match operation {
            's' => one.as_mut().unwrap().store(&config(next())).unwrap(),
            'r' => {
                let mut slot = one.as_mut().unwrap().reserve().unwrap();
                slot.write(&config(next()));
                slot.commit();
            }
            'R' => drop(one.as_mut().unwrap().reserve().unwrap()),
            'a' => {
                let n = next();
                all.at(n as usize % 3).store(&tick(n)).unwrap();
            }
            'A' => {
                let n = next();
                let mut slot = all.at(n as usize % 3).reserve().unwrap();
                slot.write(&tick(n));
                slot.commit();
            }
            'l' => drop((latest.load().unwrap(), each.at(1).load().unwrap())),
            'w' => {
                let (_, version) = latest.load_versioned().unwrap();
                drop(latest.wait_newer(version, MOMENT).unwrap_err());
            }
            'c' => {
                drop(one.take());
                one = Some(latest.writer().unwrap());
            }
            other => panic!("no operation {other}"),
        }
    }
    let mut image = bytes_of(&bare);
    drop((one, all, latest, each, made));
    image.extend(bytes_of(&bare));
    image
}

#[test]
fn rust_and_c_leave_the_same_bytes_in_cells() {
    let mut dice = Dice(11);
    let mut script = || -> String {
        let length = 300 + dice.roll(40);
        (0..length).map(|_| b"sssrRaaaAAlwc"[dice.roll(13) as usize] as char).collect()
    };
    let scripts: Vec<String> = (0..50).map(|_| script()).collect();
    compare(("objects.toml", "differential_cells.c"), &scripts, cells_in_rust);
}
