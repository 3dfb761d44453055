//! Processes that race for one name or one key: two removers, a creator and
//! somebody who attaches, all the time. Each notes what it did; in the end what
//! was created and what was removed must be the same segments, each once. And
//! two that open or create at once: exactly one creates, and both work.
//!
//! `interleavings.rs` tries every order of two operations; this tries luck.

use children::{Player, say, wait_for_end_of_stdin};
use languages::{Identity, Language, Refused};
use shm_runtime::{ErrorKind, Segment, survey};
use shmgen_test_support::{apart, children, languages};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

children!(
    removals,
    collections,
    creator,
    remover,
    remover_by_address,
    collector,
    attacher,
    meetings,
    one_of_two,
);

/// How many segments are created in a race; more by SHMGEN_SOAK, a factor.
fn rounds(n: u64) -> u64 {
    n * std::env::var("SHMGEN_SOAK").ok().and_then(|f| f.parse().ok()).unwrap_or(1)
}

const ADDRESSES: [&str; 2] = ["posix:/raced", "sysv:0x70000001"];

/// Plays a race in namespaces of its own.
fn race(part: &str, rounds: u64) {
    let environment = [(languages::LIBRARY, languages::library().to_str().unwrap())];
    for address in ADDRESSES {
        let start = Instant::now();
        let mut player = play_with(part, &[address, &rounds.to_string()], &environment);
        println!("{part} {address}: {} ({:?})", player.hear(), start.elapsed());
        player.finish();
    }
}

fn in_namespaces(run: impl FnOnce()) {
    apart::enter();
    apart::in_a_small_proc(run);
}

// --- those who race

/// Whether the parent says that it is over.
fn over() -> &'static AtomicBool {
    static OVER: AtomicBool = AtomicBool::new(false);
    std::thread::spawn(|| {
        wait_for_end_of_stdin();
        OVER.store(true, Ordering::Relaxed);
    });
    &OVER
}

fn told(identities: &[Identity]) -> String {
    let parts = identities.iter().map(|i| format!("{}.{}", i.created, i.creator));
    parts.collect::<Vec<_>>().join(" ")
}

fn heard(text: &str) -> Vec<Identity> {
    let one = |part: &str| {
        let (created, creator) = part.split_once('.').unwrap();
        Identity { created: created.parse().unwrap(), creator: creator.parse().unwrap() }
    };
    let mut all: Vec<Identity> = text.split_ascii_whitespace().map(one).collect();
    all.sort();
    all
}

/// Anything but what a race may answer ends the process.
fn may_be(refused: &Refused, kinds: &[&str]) {
    assert!(kinds.contains(&refused.kind.as_str()), "{refused}");
}

/// Creates as soon as it can, this many times; in both languages in turn.
fn creator(arguments: &[String]) {
    let (mut made, mut lost) = (Vec::new(), 0);
    let rounds: usize = arguments[1].parse().unwrap();
    while made.len() < rounds {
        let language = if made.len() % 2 == 0 { Language::C } else { Language::Rust };
        match language.create(&arguments[0]) {
            Ok(segment) => made.push(segment.identity()),
            // System V: it is in sight while it is made.
            Err(refused) if refused.kind == "Removed" => lost += 1,
            Err(refused) => {
                may_be(&refused, &["Exists"]);
                std::thread::yield_now();
            }
        }
    }
    say(told(&made));
    say(lost);
}

/// Looks at a segment, and removes that one.
fn remover(arguments: &[String]) {
    let language = Language::of(&arguments[1]);
    let over = over();
    let mut removed = Vec::new();
    while !over.load(Ordering::Relaxed) {
        let found = match language.attach_bare(&arguments[0]) {
            Ok(found) => found,
            Err(refused) => {
                may_be(&refused, &["NotFound", "Busy"]);
                std::thread::yield_now();
                continue;
            }
        };
        let identity = found.identity();
        // System V: one that is being made has no header yet.
        if identity.creator == 0 {
            continue;
        }
        match found.remove() {
            Ok(()) => removed.push(identity),
            Err(refused) => may_be(&refused, &["NotFound", "Busy"]),
        }
    }
    say(told(&removed));
}

/// Removes whatever is there.
fn remover_by_address(arguments: &[String]) {
    let language = Language::of(&arguments[1]);
    let over = over();
    let mut removed = 0;
    while !over.load(Ordering::Relaxed) {
        match language.remove_at(&arguments[0]) {
            Ok(()) => removed += 1,
            Err(refused) => may_be(&refused, &["NotFound", "Busy"]),
        }
    }
    say(removed);
}

/// Removes whatever nobody uses.
fn collector(_: &[String]) {
    let over = over();
    let mut removed = 0;
    while !over.load(Ordering::Relaxed) {
        for candidate in survey().iter().filter(|c| c.is_leftover()) {
            // The file that goes with a segment is not counted.
            let counts = !candidate.name.contains("/.shmgen.");
            match candidate.remove() {
                Ok(()) => removed += u64::from(counts),
                Err(e) => assert!(
                    matches!(e.kind(), ErrorKind::NotFound | ErrorKind::Busy),
                    "{:?} {e}",
                    e.kind()
                ),
            }
        }
    }
    say(removed);
}

/// Attaches, and must then have a segment that works; in both languages in turn.
fn attacher(arguments: &[String]) {
    let over = over();
    let mut attached = 0;
    while !over.load(Ordering::Relaxed) {
        let language = if attached % 2 == 0 { Language::Rust } else { Language::C };
        match language.attach(&arguments[0]) {
            Ok(mut segment) => {
                attached += 1;
                for number in 0..3 {
                    if let Err(refused) = segment.push(number) {
                        may_be(&refused, &["Removed"]);
                        continue;
                    }
                    assert_eq!(segment.pop().unwrap(), number);
                }
            }
            Err(refused) => may_be(&refused, &["NotFound", "Removed", "Busy", "Unsupported"]),
        }
    }
    say(attached);
}

// --- who removes what

#[test]
fn every_segment_is_removed_once_by_who_looked_at_it() {
    race("removals", rounds(2000));
}

fn start(part: &str, arguments: &[&str]) -> Player {
    play(part, arguments)
}

fn finish(players: Vec<Player>) -> Vec<String> {
    let mut said = Vec::new();
    for mut player in players {
        player.go_on();
        said.push(player.hear());
        player.finish();
    }
    said
}

/// The one that is left, if any; it is removed.
fn last(address: &str) -> Vec<Identity> {
    let left = Language::C.attach_bare(address);
    left.iter().for_each(|l| l.remove().unwrap());
    left.iter().map(languages::Bare::identity).collect()
}

fn removals(arguments: &[String]) {
    let (address, rounds) = (arguments[0].clone(), arguments[1].clone());
    in_namespaces(move || {
        let mut creator = start("creator", &[&address, &rounds]);
        let others = vec![
            start("remover", &[&address, "rust"]),
            start("remover", &[&address, "c"]),
            start("attacher", &[&address]),
        ];
        let made = heard(&creator.hear());
        assert_eq!(creator.hear(), "0", "nobody removes what is not whole");
        creator.finish();
        let said = finish(others);
        let (rust, c, left) = (heard(&said[0]), heard(&said[1]), last(&address));
        let mut gone: Vec<Identity> = [&rust[..], &c, &left].concat();
        gone.sort();
        // The kernel lets two remove one System V segment, if they ask at once.
        let twice = gone.len();
        gone.dedup();
        assert!(address.starts_with("sysv") || gone.len() == twice, "removed twice");
        let lost: Vec<_> = made.iter().filter(|i| gone.binary_search(i).is_err()).collect();
        assert!(lost.is_empty(), "removed by nobody who looked at it: {lost:?}");
        assert_eq!(gone, made, "what was never created was removed");
        assert!(!rust.is_empty() && !c.is_empty(), "one of them never came to it");
        say(format!(
            "{} created, {} removed by Rust, {} by C, {} times attached",
            made.len(),
            rust.len(),
            c.len(),
            said[2]
        ));
    });
}

#[test]
fn as_many_are_removed_as_are_created_whoever_removes_them() {
    race("collections", rounds(500));
}

fn collections(arguments: &[String]) {
    let (address, rounds) = (arguments[0].clone(), arguments[1].clone());
    in_namespaces(move || {
        let mut creator = start("creator", &[&address, &rounds]);
        let others = vec![
            start("remover_by_address", &[&address, "rust"]),
            start("remover_by_address", &[&address, "c"]),
            start("collector", &[]),
            start("attacher", &[&address]),
        ];
        let whole = heard(&creator.hear()).len();
        let made = whole + creator.hear().parse::<usize>().unwrap();
        creator.finish();
        let said = finish(others);
        let counts: Vec<usize> = said[..3].iter().map(|s| s.parse().unwrap()).collect();
        let left = last(&address).len();
        let gone = counts.iter().sum::<usize>() + left;
        // Of System V segments some are removed by two at once.
        let enough = if address.starts_with("sysv") { gone >= made } else { gone == made };
        assert!(enough, "{counts:?} and {left} of {made}");
        // And what goes with them.
        survey().iter().filter(|c| c.is_leftover()).for_each(|c| c.remove().unwrap());
        assert!(apart::names().is_empty() && apart::ids().is_empty(), "{:?}", apart::names());
        say(format!("{made} created, removed {counts:?}, {} times attached", said[3]));
    });
}

// --- two that open or create at once

#[test]
fn of_two_that_open_or_create_at_once_one_creates_and_both_work() {
    race("meetings", rounds(1000));
}

/// Where two processes meet: a bare segment with a word for each.
struct Meeting {
    words: Segment,
    me: u64,
    turn: u64,
}

impl Meeting {
    fn put(&self, at: u64, value: u64) {
        self.words.write_at(self.me * 64 + at, &value.to_le_bytes()).unwrap();
        std::sync::atomic::fence(Ordering::SeqCst);
    }

    fn other(&self, at: u64) -> u64 {
        let mut bytes = [0; 8];
        self.words.read_at((1 - self.me) * 64 + at, &mut bytes).unwrap();
        std::sync::atomic::fence(Ordering::SeqCst);
        u64::from_le_bytes(bytes)
    }

    /// Waits until the other one is as far. A word is read byte by byte, so it
    /// may be seen in parts: only when it is settled it counts.
    fn meet(&mut self) {
        self.turn += 1;
        self.put(0, self.turn);
        let start = Instant::now();
        while (self.other(0) < self.turn) || self.other(0) > self.turn + 1 {
            std::thread::yield_now();
            assert!(start.elapsed() < Duration::from_secs(60), "the other one is gone");
        }
    }
}

fn one_of_two(arguments: &[String]) {
    let [address, rounds, words, me, language] = arguments else { panic!("{arguments:?}") };
    let language = Language::of(language);
    languages::ready();
    let words = Segment::attach(&words.parse().unwrap()).unwrap();
    let mut meeting = Meeting { words, me: me.parse().unwrap(), turn: 0 };
    let mut created = 0;
    for round in 0..rounds.parse().unwrap() {
        meeting.meet();
        let mut segment = language.open_or_create(address).unwrap();
        let identity = segment.identity();
        meeting.put(8, identity.created);
        meeting.meet();
        assert_eq!(meeting.other(8), identity.created, "round {round}: two segments");
        created += u64::from(identity.creator == std::process::id());
        // Both work: one pushes what the other one pops.
        if (round + meeting.me).is_multiple_of(2) {
            segment.push(round).unwrap();
            meeting.meet();
        } else {
            meeting.meet();
            assert_eq!(segment.pop().unwrap(), round);
            segment.remove().unwrap();
        }
        drop(segment);
        meeting.meet();
    }
    say(created);
}

fn meetings(arguments: &[String]) {
    let (address, rounds) = (arguments[0].clone(), arguments[1].clone());
    in_namespaces(move || {
        let words = Segment::create(&"posix:/words".parse().unwrap(), 128).unwrap();
        let part = |me: &str, language: &str| {
            play("one_of_two", &[&address, &rounds, "posix:/words", me, language])
        };
        let mut players = [part("0", "rust"), part("1", "c")];
        let created: Vec<u64> = players.iter_mut().map(|p| p.hear().parse().unwrap()).collect();
        players.iter_mut().for_each(Player::finish);
        assert_eq!(created.iter().sum::<u64>(), rounds.parse::<u64>().unwrap());
        words.remove().unwrap();
        drop(words);
        assert!(apart::names().is_empty() && apart::ids().is_empty(), "{:?}", apart::names());
        say(format!("{created:?} created"));
    });
}
