//! Files that are made to keep whoever looks at them busy: objects over one
//! another, types without end in one another, as many of anything as a file of
//! 64 MB holds, long names for what a single byte tells. Each verb that looks ends,
//! soon, with an answer.
//!
//! SHMGEN_RELEASE=target/release/shmgen lets that one look, and holds it to a second.

use shm_runtime::contract::Fingerprint;
use shmgen_test_support::{apart, children, command, tools};
use std::process::Command;

children!(each_verb);

/// What a verb may take of the processor in a debug build on a machine that is
/// busy: what hung took minutes.
const SECONDS: i64 = 30;

/// What it may take in a release build, with one for the rounding of two times.
const SECONDS_RELEASED: i64 = 2;

const SIZE: usize = 60 << 20;
const PATH: &str = "/dev/shm/liar";

fn text(text: &str) -> Vec<u8> {
    let mut out = u16::try_from(text.len()).unwrap().to_le_bytes().to_vec();
    out.extend(text.as_bytes());
    out
}

fn record(tag: u8, payload: &[u8]) -> Vec<u8> {
    let mut out = vec![tag];
    out.extend(u32::try_from(payload.len()).unwrap().to_le_bytes());
    out.extend(payload);
    out
}

/// A queue: its item and how many bytes that has, its capacity.
#[derive(Clone, Copy)]
struct Queue(&'static str, usize, usize);

impl Queue {
    fn slots(self) -> usize {
        self.2 + (self.2 / 8).max(1) - 1
    }

    fn stride(self) -> usize {
        8 + self.1.next_multiple_of(8)
    }

    fn size(self) -> usize {
        0x200 + self.slots() * self.stride()
    }
}

/// A segment of this many queues, full of messages that its hint does not count, in
/// a row or all in one place.
fn write(types: &[u8], queue: Queue, count: usize, participants: usize, over: bool) {
    let mut contract = [text("evil"), text("evil"), types.to_vec()].concat();
    for n in 0..count {
        let capacity = (queue.2 as u64).to_le_bytes().to_vec();
        contract.extend(record(b'Q', &[text(&format!("q{n}")), text(queue.0), capacity].concat()));
    }
    let contract = record(b'S', &contract);
    let records = 512 + count * 64;
    let first = (records + participants * 64).next_multiple_of(128);
    let step = if over { 0 } else { queue.size().next_multiple_of(128) };
    let end = first + step * (count - 1) + queue.size();
    let contract_at = end.next_multiple_of(64);
    let total = (contract_at + contract.len()).next_multiple_of(4096);
    let mut body = vec![0; total];
    let put = |body: &mut Vec<u8>, at: usize, bytes: &[u8]| {
        body[at..at + bytes.len()].copy_from_slice(bytes);
    };
    put(&mut body, 0, b"shmgen\x1a\n");
    let small = |n: usize| u32::try_from(n).unwrap().to_le_bytes();
    for (at, n) in [(8, 1), (12, 0x0A0B_0C0D), (16, 2), (20, 512)] {
        put(&mut body, at, &small(n));
    }
    for (at, n) in [(24, total), (48, contract_at), (56, contract.len()), (64, records), (80, 512)]
    {
        put(&mut body, at, &(n as u64).to_le_bytes());
    }
    for (at, n) in [(72, participants), (76, 64), (88, count), (92, 64)] {
        put(&mut body, at, &small(n));
    }
    put(&mut body, 32, &Fingerprint::of_bytes(&contract).0);
    for n in 0..participants {
        // Alive, it says.
        put(&mut body, records + n * 64, &(1u64 << 32 | 1).to_le_bytes());
        put(&mut body, records + n * 64 + 8, &small(std::process::id() as usize));
    }
    for n in 0..count {
        let at = first + n * step;
        put(&mut body, 512 + n * 64, &small(1));
        put(&mut body, 512 + n * 64 + 8, &(at as u64).to_le_bytes());
        put(&mut body, 512 + n * 64 + 16, &(queue.size() as u64).to_le_bytes());
        for slot in 0..queue.slots() {
            let stamp = (slot as u64 + 1).to_le_bytes();
            put(&mut body, at + 0x200 + slot * queue.stride(), &stamp);
        }
    }
    put(&mut body, contract_at, &contract);
    assert!(total <= 64 << 20, "{total}");
    std::fs::write(PATH, body).unwrap();
}

/// Structs that lie in one another, so deep, under names that sort as they come.
fn nested(depth: usize) -> Vec<u8> {
    let number = |n: u64| n.to_le_bytes().to_vec();
    let one = |n: usize| {
        let part = if n == 0 { "u64".to_owned() } else { format!("T{:06}", n - 1) };
        let field = [text("a"), number(0), number(8), text(&part), text(""), text("")].concat();
        let name = format!("T{n:06}");
        let def = [text(""), text(&name), number(8), number(8), record(b'f', &field)].concat();
        record(b'T', &def)
    };
    (0..depth).flat_map(one).collect()
}

/// A type of one byte or four, with a name of 60,000 bytes or a million numbers.
fn costly() -> [(&'static str, Vec<u8>); 4] {
    let number = |n: u64| n.to_le_bytes().to_vec();
    let long = text(&"n".repeat(60_000));
    let field = [long.clone(), number(0), number(1), text("u8"), text(""), text("")].concat();
    let head = |size| [text(""), text("S"), number(size), number(size)].concat();
    let one = record(b'T', &[head(1), record(b'f', &field)].concat());
    let bit = record(b'b', &[long, number(0)].concat());
    let flags = [text(""), text("S"), text("u8"), bit.repeat(250)].concat();
    let each = |tag, behind: &[u8]| {
        let one = |n| record(tag, &[text(""), number(n), behind.to_vec()].concat());
        (1..=how_many()).flat_map(one).collect::<Vec<u8>>()
    };
    let values = [text(""), text("S"), text("u32"), each(b'v', &[])].concat();
    let head = [text(""), text("S"), text("u32"), number(4), number(4)].concat();
    let variants = [head, each(b'u', &[0; 4])].concat();
    [
        ("S[1048576]", one),
        ("S[1048576]", record(b'F', &flags)),
        ("S[262144]", record(b'E', &values)),
        ("S[262144]", record(b'U', &variants)),
    ]
}

/// As many numbers as a contract holds; fewer where each takes thirty times as long.
fn how_many() -> u64 {
    if released().is_some() { 700_000 } else { 100_000 }
}

/// What the processor did for children that have ended; see proc_pid_stat(5).
fn seconds() -> i64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap();
    let behind_the_name = stat.rsplit_once(") ").unwrap().1;
    let ticks = behind_the_name.split(' ').skip(13).take(2);
    ticks.map(|n| n.parse::<i64>().unwrap()).sum::<i64>() / 100
}

fn released() -> Option<String> {
    std::env::var("SHMGEN_RELEASE").ok()
}

/// Each verb; what `stat` said.
fn look(shmgen: &str, what: &str) -> String {
    let verbs: &[&[&str]] = &[
        &["ls"],
        &["ls", "--json"],
        &["stat", "posix:/liar", "--json"],
        &["dump", "posix:/liar"],
        &["dump", "posix:/liar", "--hex"],
        &["dump", "posix:/liar", "--json"],
        &["top", "-n", "1", "--lines"],
        &["gc", "--dry-run"],
    ];
    verbs.iter().for_each(|verb| drop(ends(shmgen, what, verb)));
    stat(shmgen, what)
}

/// Those that decode it, as much as they are let.
fn decode(shmgen: &str, what: &str) -> String {
    let verbs: &[&[&str]] = &[
        &["dump", "posix:/liar", "--limit", "99999999"],
        &["dump", "posix:/liar", "--limit", "99999999", "--hex"],
    ];
    verbs.iter().for_each(|verb| drop(ends(shmgen, what, verb)));
    stat(shmgen, what)
}

fn stat(shmgen: &str, what: &str) -> String {
    ends(shmgen, what, &["stat", "posix:/liar"])
}

/// Runs a verb, which must end soon; what it said.
fn ends(shmgen: &str, what: &str, verb: &[&str]) -> String {
    let allowed = if released().is_some() { SECONDS_RELEASED } else { SECONDS };
    let before = seconds();
    let done = Command::new(shmgen).args(verb).output().unwrap();
    let used = seconds() - before;
    assert!(done.status.code().is_some(), "{what}, {verb:?}: {}", done.status);
    assert!(used < allowed, "{what}, {verb:?}: {used} s of CPU time");
    command::out(&done)
}

#[test]
fn no_file_keeps_busy_whoever_looks_at_it() {
    let built = || tools::built().shmgen.to_str().unwrap().to_owned();
    let mut player = play("each_verb", &[&released().unwrap_or_else(built)]);
    assert_eq!(player.hear(), "looked");
    player.finish();
}

fn each_verb(arguments: &[String]) {
    apart::enter();
    let shmgen = &arguments[0];
    let word = |capacity| Queue("u64", 8, capacity);
    write(&[], word(1 << 20), 400, 1, true);
    let said = look(shmgen, "objects over one another");
    assert!(said.contains("object q1 overlaps another part"), "{said}");
    assert!(!said.contains("\nq0"), "{said}");

    write(&[], word(SIZE / 18), 1, 1, false);
    let said = look(shmgen, "as many slots as there is room for");
    assert!(said.contains("\nq0"), "{said}");
    decode(shmgen, "as many slots as there is room for");

    write(&[], Queue("u8", 1, 1), SIZE / 800, 4096, false);
    look(shmgen, "as many objects and participants as there is room for");

    for (item, types) in costly() {
        write(&types, Queue(item, 1 << 20, 1), 1, 1, false);
        assert!(decode(shmgen, item).contains("\nq0"), "{item}");
    }
    let dimensions = Box::leak(format!("u8{}", "[1]".repeat(20_000)).into_boxed_str());
    write(&[], Queue(dimensions, 1, 4), 1, 1, false);
    decode(shmgen, "dimensions without end");

    let bytes = Queue("u8[7000000]", 7_000_000, 7);
    write(&[], bytes, 1, 1, false);
    look(shmgen, "items of megabytes");

    write(&nested(64), Queue("T000063", 8, 4), 1, 1, false);
    assert!(look(shmgen, "64 types in one another").contains("\nq0"));
    for depth in [65, 1000, 50_000] {
        let last = Box::leak(format!("T{:06}", depth - 1).into_boxed_str());
        write(&nested(depth), Queue(last, 8, 4), 1, 1, false);
        let said = look(shmgen, "types without end in one another");
        assert!(said.contains("types are nested more than 64 deep"), "{said}");
    }
    children::say("looked");
}
