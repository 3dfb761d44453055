//! Processes that are killed with SIGKILL in the middle of push and pop, a
//! thousand times each, in Rust and in C. A ledger in a segment of its own is
//! the oracle: what a process entered, what it returned from, what it got.
//!
//! Kills that fall outside an operation prove nothing, so those inside are
//! counted, and must be at least half.

use children::Player;
use dice::Dice;
use everything::{Book, Plain};
use places::Place;
use shm_runtime::queue::{Consumer, Producer};
use shm_runtime::{Segment, TryPopError};
use shmgen_test_support::schemas::everything;
use shmgen_test_support::{children, dice, places, tools};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

children!(rust_producer, rust_consumer);

/// How many processes are killed for each language and side; more by
/// SHMGEN_SOAK, a factor.
fn kills() -> u64 {
    let factor = std::env::var("SHMGEN_SOAK").ok().and_then(|f| f.parse().ok()).unwrap_or(1);
    1000 * factor
}

// --- the ledger

/// Words of a bare segment that survive whoever writes them.
struct Ledger(Segment);

/// What an operation was begun with: its number, and how many messages it may move.
const ENTERED: u64 = 0;
const RETURNED: u64 = 8;
const WIDTH: u64 = 16;
/// The first number that a producer may use.
const NEXT: u64 = 24;
/// What a consumer found to be suspect when it began.
const SUSPECT: u64 = 32;
/// How many messages a consumer got, and which, in order.
const COUNT: u64 = 40;
const LOG: u64 = 64;
const LOG_SIZE: u64 = 1 << 17;

impl Ledger {
    fn create(place: &Place) -> Self {
        Self(Segment::create(&place.0, LOG + LOG_SIZE * 8).unwrap())
    }

    fn attach(text: &str) -> Self {
        Self(Segment::attach(&text.parse().unwrap()).unwrap())
    }

    fn get(&self, at: u64) -> u64 {
        let mut bytes = [0; 8];
        self.0.read_at(at, &mut bytes).unwrap();
        u64::from_le_bytes(bytes)
    }

    fn set(&self, at: u64, n: u64) {
        self.0.write_at(at, &n.to_le_bytes()).unwrap();
    }
}

fn book(n: u64) -> Book {
    let mut book = Book { u64: n, i64: -(n as i64), ..Default::default() };
    book.levels[2].price = n as i64 * 3;
    book.option.f = n * 7;
    book
}

/// The number of a message, which must be whole.
fn number(book: &Book) -> u64 {
    let n = book.u64;
    assert_eq!(*book, self::book(n), "a torn message");
    n
}

// --- what the killed ones do, in Rust; `tests/c/death.c` does the same

/// The widths of a process's operations, in turn.
const WIDTHS: [u64; 4] = [1, 5, 1, 2];

fn rust_producer(arguments: &[String]) {
    let segment = Plain::options().address(&arguments[0]).attach().unwrap();
    let ledger = Ledger::attach(&arguments[1]);
    let mut out = segment.books().producer().unwrap();
    let mut n = ledger.get(NEXT);
    for operation in 1.. {
        let width = WIDTHS[operation as usize % WIDTHS.len()];
        let batch: Vec<Book> = (n..n + width).map(book).collect();
        ledger.set(WIDTH, width);
        ledger.set(NEXT, n + width);
        ledger.set(ENTERED, operation);
        if width == 1 && operation % 8 == 4 {
            // A slot filled in place.
            while out
                .reserve()
                .map(|mut slot| {
                    slot.write(&batch[0]);
                    slot.commit();
                })
                .is_err()
            {}
            n += 1;
        } else if width == 1 {
            out.push_timeout(&batch[0], Duration::from_secs(20)).unwrap();
            n += 1;
        } else {
            // As many as fit, at least one.
            let mut done = 0;
            while done == 0 {
                done = out.push_slice(&batch).unwrap() as u64;
            }
            n += done;
        }
        ledger.set(NEXT, n);
        ledger.set(RETURNED, operation);
    }
}

fn rust_consumer(arguments: &[String]) {
    let segment = Plain::options().address(&arguments[0]).attach().unwrap();
    let ledger = Ledger::attach(&arguments[1]);
    let mut inn = segment.books().consumer().unwrap();
    ledger.set(SUSPECT, inn.redelivered());
    let mut count = 0;
    let mut log = |book: &Book| {
        ledger.set(LOG + count % LOG_SIZE * 8, number(book));
        count += 1;
        ledger.set(COUNT, count);
    };
    let mut got = [Book::default(); 5];
    for operation in 1.. {
        let width = WIDTHS[operation as usize % WIDTHS.len()];
        ledger.set(WIDTH, width);
        ledger.set(ENTERED, operation);
        let n = if width == 1 && operation % 8 == 4 {
            loop {
                match inn.peek() {
                    Ok(loan) => {
                        // Used before it is acknowledged, and for a while.
                        log(&loan.read());
                        (0..20).for_each(|_| assert_eq!(loan.read().u8, 0));
                        loan.release();
                        break 0;
                    }
                    Err(TryPopError::Empty) => {}
                    Err(e) => panic!("{e}"),
                }
            }
        } else if width == 1 {
            got[0] = inn.pop_timeout(Duration::from_secs(20)).unwrap();
            1
        } else {
            let mut n = 0;
            while n == 0 {
                n = inn.pop_slice(&mut got[..width as usize]).unwrap();
            }
            n
        };
        got[..n].iter().for_each(&mut log);
        ledger.set(RETURNED, operation);
    }
}

// --- the two languages

enum Kind {
    Rust,
    C(PathBuf),
}

/// Starts a process that goes on until it is killed.
enum Victim {
    Rust(Player),
    C(Child),
}

impl Kind {
    fn start(&self, side: &str, address: &str, ledger: &str) -> Victim {
        match self {
            Self::Rust => Victim::Rust(play(&format!("rust_{side}"), &[address, ledger])),
            Self::C(program) => Victim::C(
                Command::new(program)
                    .args([side, address, ledger])
                    .stdin(Stdio::null())
                    .spawn()
                    .unwrap(),
            ),
        }
    }
}

impl Victim {
    fn child(&mut self) -> &mut Child {
        match self {
            Self::Rust(player) => &mut player.child,
            Self::C(child) => child,
        }
    }

    fn kill(mut self) {
        let child = self.child();
        if let Some(status) = child.try_wait().unwrap() {
            panic!("it ended by itself: {status}");
        }
        child.kill().unwrap();
        child.wait().unwrap();
    }
}

/// Lets a victim run until it has done some operations, and a little longer.
fn let_run(ledger: &Ledger, dice: &mut Dice, mut meanwhile: impl FnMut()) {
    let start = Instant::now();
    while ledger.get(RETURNED) < 2 {
        meanwhile();
        assert!(start.elapsed() < Duration::from_secs(30), "it does nothing");
    }
    let more = Duration::from_micros(dice.roll(800));
    let start = Instant::now();
    while start.elapsed() < more {
        meanwhile();
    }
}

fn reset(ledger: &Ledger) {
    for word in [ENTERED, RETURNED, COUNT, SUSPECT] {
        ledger.set(word, 0);
    }
}

// --- the producer dies

/// The consumer is alive all the time and sees: all messages of pushes that
/// returned; of the one that was cut off all or nothing; no other.
fn producers_die(kind: &Kind, place: Place) {
    let ledger_place = Place::posix();
    let ledger = Ledger::create(&ledger_place);
    let segment = Plain::options().address(&place.0).create().unwrap();
    let mut inn = segment.books().consumer().unwrap();
    let mut dice = Dice(42);
    let (mut inside, mut expected, mut total) = (0, 0, 0u64);
    for life in 0..kills() {
        reset(&ledger);
        let victim = kind.start("producer", &place.text(), &ledger_place.text());
        let mut drain = |inn: &mut Consumer<Book>, at_most: u64| {
            for _ in 0..at_most {
                match inn.try_pop() {
                    Ok(book) => {
                        let n = number(&book);
                        assert_eq!(n, expected, "life {life}: lost, doubled or out of order");
                        expected += 1;
                        total += 1;
                    }
                    Err(TryPopError::Empty) => break,
                    Err(e) => panic!("{e}"),
                }
            }
        };
        // Now and then the queue is let run full.
        let drains = life % 3 != 0;
        let_run(&ledger, &mut dice, || {
            // A few at a time: a producer that keeps up would have it drain for ever.
            if drains {
                drain(&mut inn, 64);
            }
        });
        victim.kill();
        drain(&mut inn, u64::MAX);
        let (entered, returned) = (ledger.get(ENTERED), ledger.get(RETURNED));
        inside += u64::from(entered > returned);
        // NEXT is what returned, plus the width of what was entered.
        let (next, width) = (ledger.get(NEXT), ledger.get(WIDTH));
        if expected != next {
            assert!(
                entered > returned || next - width == expected,
                "life {life}: {expected} of {next}"
            );
            let missing = next - expected;
            // A batch into a nearly full queue is only as long as there was room.
            assert!(missing <= width, "life {life}: {missing} of {width} are missing");
        }
        // The next process numbers on from what has arrived.
        ledger.set(NEXT, expected);
    }
    report("producers", kind, inside, total);
}

// --- the consumer dies

/// The producer is alive all the time. Every message is got once; or twice, and
/// then it was announced as suspect; or never, if it was acknowledged by the
/// operation that was cut off.
fn consumers_die(kind: &Kind, place: Place) {
    let ledger_place = Place::posix();
    let ledger = Ledger::create(&ledger_place);
    let segment = Plain::options().address(&place.0).create().unwrap();
    let mut out = segment.books().producer().unwrap();
    let mut dice = Dice(43);
    let mut pushed = 0;
    // At most a few at a time: a consumer that keeps up would have it push for ever,
    // and overrun its log.
    let mut push = |out: &mut Producer<Book>| {
        for _ in 0..64 {
            if out.try_push(&book(pushed)).is_err() {
                break;
            }
            pushed += 1;
        }
    };
    let (mut inside, mut expected, mut total, mut again) = (0, 0, 0u64, 0u64);
    let mut allowed_gap = 0;
    for life in 0..kills() {
        reset(&ledger);
        let victim = kind.start("consumer", &place.text(), &ledger_place.text());
        let feeds = life % 3 != 0;
        push(&mut out);
        let_run(&ledger, &mut dice, || {
            if feeds || ledger.get(RETURNED) < 2 {
                push(&mut out);
            }
        });
        victim.kill();
        let (entered, returned) = (ledger.get(ENTERED), ledger.get(RETURNED));
        let (count, suspect) = (ledger.get(COUNT), ledger.get(SUSPECT));
        inside += u64::from(entered > returned);
        assert!(count <= LOG_SIZE, "life {life}: the log of {count} is overrun");
        for k in 0..count {
            let n = ledger.get(LOG + k * 8);
            if n < expected {
                // Again: among the first, which were flagged.
                assert!(k < suspect, "life {life}: {n} came twice as new");
                again += 1;
                continue;
            }
            let gap = n - expected;
            assert!(gap <= allowed_gap, "life {life}: {expected} to {n} are lost");
            allowed_gap = 0;
            expected = n + 1;
            total += 1;
        }
        // What was got and not logged yet, by the operation that was cut off.
        allowed_gap = if entered > returned { ledger.get(WIDTH) } else { 0 };
    }
    // All that was pushed and never got still waits.
    let mut inn = segment.books().consumer().unwrap();
    let suspect = inn.redelivered();
    for k in 0.. {
        match inn.try_pop() {
            Ok(book) => {
                let n = number(&book);
                if n < expected {
                    assert!(k < suspect, "{n} came twice as new");
                    continue;
                }
                assert!(n - expected <= allowed_gap, "{expected} to {n} are lost");
                allowed_gap = 0;
                expected = n + 1;
            }
            Err(_) => break,
        }
    }
    assert_eq!(expected, pushed, "the last ones are lost");
    assert!(again > 0, "no message came again: the kills prove nothing");
    report("consumers", kind, inside, total);
}

fn report(what: &str, kind: &Kind, inside: u64, total: u64) {
    let language = if matches!(kind, Kind::Rust) { "Rust" } else { "C" };
    println!(
        "{} {language} {what} killed, {inside} inside an operation, {total} messages",
        kills()
    );
    assert!(inside * 2 >= kills(), "only {inside} of {} kills were inside an operation", kills());
}

/// The same processes in C.
fn c(name: &str) -> Kind {
    let folder = tools::scratch(name);
    tools::generate(&tools::root().join("tests/schemas/everything.toml"), &folder);
    let program = folder.join("death");
    tools::run(
        Command::new("gcc")
            .args(["-O2", "-std=c11"])
            .args(tools::C_WARNINGS)
            .arg("-I")
            .arg(&folder)
            .arg(tools::root().join("tests/c/death.c"))
            .arg("-o")
            .arg(&program),
    );
    Kind::C(program)
}

#[test]
fn rust_producers_that_are_killed_leave_whole_messages_only() {
    producers_die(&Kind::Rust, Place::posix());
}

#[test]
fn rust_consumers_that_are_killed_lose_and_double_nothing() {
    consumers_die(&Kind::Rust, Place::posix());
}

#[test]
fn c_producers_that_are_killed_leave_whole_messages_only() {
    producers_die(&c("producer-death"), Place::sysv());
}

#[test]
fn c_consumers_that_are_killed_lose_and_double_nothing() {
    consumers_die(&c("consumer-death"), Place::sysv());
}
