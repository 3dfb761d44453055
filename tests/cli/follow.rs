//! `shmgen dump --follow` and `--hex`: messages as they are committed, seen by
//! somebody who takes no part.

use command::{code, err, out, run};
use everything::{Book, Level, Plain};
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use places::Place;
use serde_json::Value;
use shm_runtime::queue::Producer;
use shm_runtime::{Inspector, Options, Segment};
use shmgen_test_support::schemas::everything;
use shmgen_test_support::{command, places, terminal, tools};
use std::io::{BufRead, BufReader, Read};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};
use terminal::Terminal;
use tools::shmgen;

/// A `dump --follow` that runs.
struct Follower {
    /// Who hangs is killed, so that a test fails instead.
    watchdog: Arc<AtomicBool>,
    child: Child,
    lines: BufReader<ChildStdout>,
}

impl Follower {
    fn start(arguments: &[&str]) -> Self {
        let mut command = shmgen();
        command.args(["dump", "--follow"]).args(arguments).stdin(Stdio::null());
        if !arguments.contains(&"-i") {
            command.args(["-i", "5ms"]);
        }
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap());
        let watchdog = Arc::new(AtomicBool::new(true));
        let (on, pid) = (Arc::clone(&watchdog), Pid::from_raw(child.id() as i32));
        std::thread::spawn(move || {
            let start = Instant::now();
            while on.load(Ordering::Relaxed) && start.elapsed() < Duration::from_secs(60) {
                std::thread::sleep(Duration::from_millis(100));
            }
            if on.load(Ordering::Relaxed) {
                let _ = kill(pid, Signal::SIGKILL);
            }
        });
        Self { watchdog, child, lines }
    }

    fn line(&mut self) -> String {
        let mut line = String::new();
        assert_ne!(self.lines.read_line(&mut line).unwrap(), 0, "it ended");
        line.trim_end().to_owned()
    }

    fn json(&mut self) -> Value {
        serde_json::from_str(&self.line()).unwrap()
    }

    fn signal(&self, signal: Signal) {
        kill(Pid::from_raw(self.child.id() as i32), signal).unwrap();
    }

    /// The exit code, what it printed last, and its messages.
    fn end(mut self) -> (Option<i32>, String, String) {
        let (mut rest, mut said) = (String::new(), String::new());
        self.lines.read_to_string(&mut rest).unwrap();
        self.child.stderr.take().unwrap().read_to_string(&mut said).unwrap();
        let code = self.child.wait().unwrap().code();
        self.watchdog.store(false, Ordering::Relaxed);
        (code, rest, said)
    }
}

impl Drop for Follower {
    fn drop(&mut self) {
        self.watchdog.store(false, Ordering::Relaxed);
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn push(out: &mut Producer<Book>, numbers: std::ops::Range<u64>) {
    numbers.for_each(|n| out.try_push(&Book { u64: n, ..Default::default() }).unwrap());
}

#[test]
fn new_messages_are_shown_as_they_are_committed_and_none_is_consumed() {
    for place in Place::both() {
        let own = Plain::options().address(&place.0).create().unwrap();
        let mut out = own.books().producer().unwrap();
        push(&mut out, 0..3);
        let mut follower = Follower::start(&[&place.text(), "books", "--json"]);
        for n in 0..3 {
            let line = follower.json();
            assert_eq!((&line["version"], &line["address"]), (&2.into(), &place.text().into()));
            assert_eq!((&line["object"], &line["position"]), (&"books".into(), &n.into()));
            assert_eq!((&line["value"]["u64"], &line["taken"]), (&n.into(), &false.into()));
        }
        for n in 3..40 {
            push(&mut out, n..n + 1);
            let line = follower.json();
            assert_eq!((&line["position"], &line["value"]["u64"]), (&n.into(), &n.into()));
        }
        assert_eq!(own.books().depth().unwrap(), 40, "nobody took one");
        assert_eq!(own.stat().unwrap().participants.len(), 1, "nor takes part");
        let mut inn = own.books().consumer().unwrap();
        assert_eq!((0..40).map(|_| inn.try_pop().unwrap().u64).sum::<u64>(), 39 * 40 / 2);
        follower.signal(Signal::SIGINT);
        let (code, rest, said) = follower.end();
        assert_eq!((code, said.as_str()), (Some(0), ""));
        let last: Value = serde_json::from_str(&rest).unwrap();
        assert_eq!(last["ended"], "interrupted");
    }
}

#[test]
fn what_a_quick_consumer_has_taken_is_shown_all_the_same() {
    for place in Place::both() {
        let own = Plain::options().address(&place.0).create().unwrap();
        let (mut out, mut inn) = (own.books().producer().unwrap(), own.books().consumer().unwrap());
        push(&mut out, 0..1);
        let mut follower = Follower::start(&[&place.text(), "books", "--json"]);
        assert_eq!(follower.json()["position"], 0);
        assert_eq!(inn.try_pop().unwrap().u64, 0);
        let mut shown = 0;
        for n in 1..30 {
            push(&mut out, n..n + 1);
            assert_eq!(inn.try_pop().unwrap().u64, n);
            assert!(inn.try_pop().is_err(), "and the producer knows it");
            let line = follower.json();
            assert_eq!((&line["position"], &line["value"]["u64"]), (&n.into(), &n.into()));
            shown += u64::from(line["taken"] == true);
        }
        assert!(shown > 20, "most were taken before they were looked at: {shown}");
        follower.signal(Signal::SIGTERM);
        assert_eq!(follower.end().0, Some(0));
    }
}

#[test]
fn what_was_overwritten_first_is_counted() {
    for place in Place::both() {
        let own = Plain::options().address(&place.0).create().unwrap();
        let (mut out, mut inn) = (own.books().producer().unwrap(), own.books().consumer().unwrap());
        push(&mut out, 0..1);
        // So slow that all this happens between two looks.
        let mut follower = Follower::start(&[&place.text(), "books", "--json", "-i", "1s"]);
        assert_eq!(follower.json()["value"]["u64"], 0);
        for n in 1..1001 {
            push(&mut out, n..n + 1);
            inn.try_pop().unwrap();
        }
        push(&mut out, 1001..1004);
        let (mut missed, mut seen, mut last) = (0, 0, 0);
        while last < 1003 {
            let line = follower.json();
            if let Some(n) = line["missed"].as_u64() {
                missed += n;
                continue;
            }
            let position = line["position"].as_u64().unwrap();
            assert!(position > last, "in order");
            assert_eq!(line["value"]["u64"], position, "whole, and the right one");
            last = position;
            seen += 1;
        }
        assert_eq!(missed + seen, 1003, "each is shown or counted");
        assert!(missed > 800 && seen >= 4, "{missed} missed, {seen} seen");
        assert_eq!(own.books().depth().unwrap(), 4);
    }
}

#[test]
fn a_torrent_is_followed_with_every_message_whole_or_counted() {
    let place = Place::posix();
    let own = Plain::options().address(&place.0).create().unwrap();
    let (mut out, mut inn) = (own.books().producer().unwrap(), own.books().consumer().unwrap());
    push(&mut out, 0..1);
    let mut follower = Follower::start(&[&place.text(), "books", "--json"]);
    assert_eq!(follower.json()["position"], 0);
    let total = 200_000u64;
    let pushing = std::thread::spawn(move || {
        let whole = |n: u64| Book {
            u64: n,
            f64: n as f64,
            u8: n as u8,
            symbol: "ABCDEFG".try_into().unwrap(),
            ..Default::default()
        };
        let mut n = 1;
        while n < total {
            // Single ones, and batches of a quarter of the queue.
            if n % 7 == 0 {
                let batch: Vec<Book> = (n..(n + 25).min(total)).map(whole).collect();
                n += out.push_slice(&batch).unwrap_or(0) as u64;
            } else if out.try_push(&whole(n)).is_ok() {
                n += 1;
            }
            while inn.try_pop().is_ok() {}
        }
        out.try_push(&whole(total)).unwrap();
        (out, inn)
    });
    let (mut missed, mut seen, mut next) = (0, 1, 1);
    loop {
        let line = follower.json();
        if let Some(n) = line["missed"].as_u64() {
            missed += n;
            continue;
        }
        let (position, value) = (line["position"].as_u64().unwrap(), &line["value"]);
        assert!(position >= next);
        next = position + 1;
        let number = value["u64"].as_u64().unwrap();
        assert_eq!(number, position);
        assert_eq!(
            (value["f64"].as_f64(), value["u8"].as_u64()),
            (Some(number as f64), Some(number % 256))
        );
        seen += 1;
        if number == total {
            break;
        }
    }
    assert_eq!(missed + seen, total + 1);
    drop(pushing.join().unwrap());
}

#[test]
fn it_ends_with_its_segment_after_the_last_message() {
    for place in Place::both() {
        for json in [true, false] {
            let own = Plain::options().address(&place.0).create().unwrap();
            let mut out = own.books().producer().unwrap();
            push(&mut out, 0..1);
            let address = place.text();
            let mut arguments = vec![&*address, "books", "-i", "300ms"];
            arguments.extend(json.then_some("--json"));
            let mut follower = Follower::start(&arguments);
            assert!(follower.line().contains(if json {
                "\"position\":0"
            } else {
                "books #0 Book {"
            }));
            // Between two looks: a message, and the removal. Who is attached goes on.
            push(&mut out, 1..3);
            own.remove().unwrap();
            let (code, rest, said) = follower.end();
            assert_eq!(code, Some(0), "{said}");
            let lines: Vec<&str> = rest.lines().collect();
            assert_eq!(lines.len(), if json { 3 } else { 2 }, "{rest}");
            let last = format!("{address} was removed; these were its last messages\n");
            if json {
                let last: Value = serde_json::from_str(lines[2]).unwrap();
                assert_eq!(
                    (&last["ended"], &last["address"]),
                    (&"removed".into(), &address.into())
                );
                assert_eq!(said, "");
            } else {
                assert!(lines[1].starts_with("books #2 Book { "), "{rest}");
                assert_eq!(said, last);
            }
        }
    }
}

#[test]
fn a_removal_by_others_is_noticed_too() {
    let (posix, sysv) = (Place::posix(), Place::sysv());
    let first = Plain::options().address(&posix.0).create().unwrap();
    let second = Plain::options().address(&sysv.0).create().unwrap();
    let id = second.stat().unwrap().kernel.id.unwrap().to_string();
    for (place, command) in [(&posix, vec!["rm", &posix.path()]), (&sysv, vec!["ipcrm", "-m", &id])]
    {
        let follower = Follower::start(&[&place.text(), "--json"]);
        std::thread::sleep(Duration::from_millis(300));
        tools::run(Command::new(command[0]).args(&command[1..]));
        let (code, rest, _) = follower.end();
        assert_eq!(code, Some(0));
        assert!(rest.contains("\"ended\":\"removed\""), "{rest}");
    }
    drop((first, second));
}

#[test]
fn all_queues_are_followed_unless_one_is_named_from_the_newest_on() {
    let place = Place::posix();
    let own = Plain::options().address(&place.0).create().unwrap();
    let mut books = own.books().producer().unwrap();
    push(&mut books, 0..50);
    let mut follower = Follower::start(&[&place.text(), "--limit", "2"]);
    assert!(follower.line().starts_with("books #48 Book {"));
    assert!(follower.line().starts_with("books #49 Book {"));
    let mut levels = own.levels().producer().unwrap();
    levels.try_push(&Level { price: 5, ..Default::default() }).unwrap();
    assert_eq!(follower.line(), "levels #0 Level { price: 5, quantity: 0 }");
    follower.signal(Signal::SIGINT);
    let (ended, rest, said) = follower.end();
    assert_eq!(
        (ended, rest.as_str(), said.as_str()),
        (Some(0), "", "books: 48 older messages wait (--limit)\n")
    );
    let none = run(&["dump", &place.text(), "nosuch", "--follow"]);
    assert_eq!(code(&none), 2);
    assert_eq!(code(&run(&["dump", &place.text(), "-i", "1"])), 2, "of no use without --follow");
}

#[test]
fn what_cannot_be_followed_says_why() {
    let (bare, damaged, nothing) = (Place::posix(), Place::posix(), Place::posix());
    Segment::create(&bare.0, 4096).unwrap();
    drop(Plain::options().address(&damaged.0).create().unwrap());
    Segment::attach(&damaged.0).unwrap().write_at(20, &[1]).unwrap();
    for (place, expected, says) in [
        (&bare, 5, "no contract"),
        (&damaged, 1, "its header is damaged"),
        (&nothing, 3, "cannot decode"),
    ] {
        let done = run(&["dump", &place.text(), "--follow"]);
        assert_eq!((code(&done), out(&done).as_str()), (expected, ""));
        assert!(err(&done).contains(says), "{}", err(&done));
    }
}

#[test]
fn a_reader_that_has_seen_enough_ends_it() {
    let place = Place::posix();
    let own = Plain::options().address(&place.0).create().unwrap();
    let mut out = own.books().producer().unwrap();
    let mut follower = Follower::start(&[&place.text()]);
    push(&mut out, 0..1);
    follower.line();
    let Follower { child, lines, .. } = &mut follower;
    drop(std::mem::replace(lines, BufReader::new(closed())));
    let start = Instant::now();
    let mut n = 1;
    let status = loop {
        push(&mut out, n..n + 1);
        n += 1;
        std::thread::sleep(Duration::from_millis(20));
        if let Some(status) = child.try_wait().unwrap() {
            break status;
        }
        assert!(start.elapsed() < Duration::from_secs(2), "it goes on for nobody");
    };
    assert_eq!(status.code(), Some(0));
}

/// The output of a program that says nothing.
fn closed() -> ChildStdout {
    let mut child = Command::new("true").stdout(Stdio::piped()).spawn().unwrap();
    child.wait().unwrap();
    child.stdout.take().unwrap()
}

#[test]
fn control_c_on_a_terminal_ends_it_well() {
    let place = Place::posix();
    let own = Plain::options().address(&place.0).create().unwrap();
    let mut out = own.books().producer().unwrap();
    push(&mut out, 0..1);
    let mut command = Command::new(&tools::built().shmgen);
    command.args(["dump", "-f", &place.text()]).env_remove("SHM_RUNTIME_PREFIX");
    let mut terminal = Terminal::start(command, 24, 80);
    terminal.until("first message", |t| t.contains("books #0"));
    terminal.press("\u{3}");
    assert_eq!(terminal.end().code(), Some(0), "{:?}", terminal.text());
}

#[test]
fn liars_cannot_make_a_follower_run_in_circles() {
    let place = Place::posix();
    let own = Plain::options().address(&place.0).create().unwrap();
    let mut out = own.books().producer().unwrap();
    push(&mut out, 0..60);
    let inspector = Inspector::open(&place.0, &Options::default()).unwrap();
    let bytes = Segment::attach(&place.0).unwrap();
    let object = {
        // The second entry of the directory.
        let word = |at: u64| {
            let mut word = [0; 8];
            bytes.read_at(at, &mut word).unwrap();
            u64::from_le_bytes(word)
        };
        word(word(80) + 64 + 8)
    };
    let start = Instant::now();
    for tail in [0, 1, 59, 61, 1 << 20, 1 << 63, u64::MAX, u64::MAX - 5, 1 << 40] {
        for taken in [0, 60, 61, u64::MAX, 1 << 63, 30] {
            bytes.write_at(object, &u64::to_le_bytes(tail)).unwrap();
            bytes.write_at(object + 0x80, &u64::to_le_bytes(taken)).unwrap();
            bytes.write_at(object + 0x100, &u64::to_le_bytes(taken)).unwrap();
            let (end, waiting) = inspector.end_of_queue(1).unwrap();
            assert!(waiting <= 111);
            for next in [0, 60, end, end.wrapping_sub(waiting), u64::MAX, 1 << 62] {
                let seen = inspector.follow(1, next, usize::MAX).unwrap();
                assert!(seen.messages.len() <= 111, "{}", seen.messages.len());
                let again = inspector.follow(1, seen.next, usize::MAX).unwrap();
                assert_eq!((again.messages.len(), again.missed), (0, 0), "it has caught up");
            }
        }
    }
    assert!(start.elapsed() < Duration::from_secs(20));
}

#[test]
fn a_segment_cut_short_under_a_follower_is_an_error_and_no_signal() {
    let place = Place::posix();
    let own = Plain::options().address(&place.0).create().unwrap();
    let mut out = own.books().producer().unwrap();
    push(&mut out, 0..1);
    drop((out, own));
    let mut follower = Follower::start(&[&place.text(), "books"]);
    follower.line();
    std::fs::OpenOptions::new().write(true).open(place.path()).unwrap().set_len(5000).unwrap();
    std::thread::sleep(Duration::from_millis(200));
    follower.signal(Signal::SIGTERM);
    let (code, _, said) = follower.end();
    // It sees nothing any more, or finds out.
    assert!(matches!(code, Some(0 | 1)), "{code:?} {said}");
}

#[test]
fn hex_shows_the_bytes_of_messages() {
    for place in Place::both() {
        let own = Plain::options().address(&place.0).create().unwrap();
        let mut out = own.levels().producer().unwrap();
        out.try_push(&Level { price: 0x1b5b324a, ..Default::default() }).unwrap();
        let text = run(&["dump", &place.text(), "levels", "--hex"]);
        assert_eq!((code(&text), err(&text).as_str()), (0, ""));
        let expected = "levels (queue of Level), 1 waiting\n  #0\n    00000000  4a 32 5b 1b 00 00 00 00 00 00 \
                        00 00 00 00 00 00  |J2[.............|\n";
        assert_eq!(self::out(&text), expected);
        let json = run(&["dump", &place.text(), "levels", "--hex", "--json"]);
        let json: Value = serde_json::from_slice(&json.stdout).unwrap();
        let message = &json["objects"][0]["messages"][0];
        assert_eq!(message["hex"], "4a325b1b000000000000000000000000");
        assert!(message.get("value").is_none() && message["position"] == 0);
        let mut follower = Follower::start(&[&place.text(), "levels", "--hex", "--json"]);
        assert_eq!(follower.json()["hex"], message["hex"]);
    }
}
