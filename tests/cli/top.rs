//! `shmgen top`: on real segments with processes at work in them, as lines, as
//! JSON and on a real terminal.

use children::{say, wait_for_end_of_stdin};
use command::{code, err, out, run};
use everything::{Book, Plain, SystemV};
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use places::Place;
use serde_json::Value;
use shm_runtime::{Address, Inspector, Options, Segment};
use shmgen_test_support::schemas::everything;
use shmgen_test_support::{children, command, places, terminal, tools};
use std::io::{BufRead, BufReader};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::time::{Duration, Instant};
use terminal::Terminal;
use tools::shmgen;

children!(takes_part, attaches_twice);

fn takes_part(arguments: &[String]) {
    let _segment = Plain::options().address(&arguments[0]).attach().unwrap();
    say("there");
    wait_for_end_of_stdin();
}

/// Attaches to bytes, and once more when it is told.
fn attaches_twice(arguments: &[String]) {
    let address: Address = arguments[0].parse().unwrap();
    for _ in 0..2 {
        drop(Segment::attach(&address).unwrap());
        say("there");
        wait_for_end_of_stdin();
    }
}

/// A `top --json` that runs.
struct Looks {
    child: Child,
    lines: BufReader<ChildStdout>,
}

impl Looks {
    fn start(arguments: &[&str]) -> Self {
        let mut command = shmgen();
        command.args(["top", "--json"]).args(arguments);
        if !arguments.contains(&"-i") {
            command.args(["-i", "0.1"]);
        }
        let mut child = command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap());
        Self { child, lines }
    }

    fn next(&mut self) -> Value {
        let mut line = String::new();
        assert_ne!(self.lines.read_line(&mut line).unwrap(), 0, "it ended");
        serde_json::from_str(&line).unwrap()
    }

    fn until(&mut self, so: impl Fn(&Value) -> bool) -> Value {
        let start = Instant::now();
        loop {
            let look = self.next();
            if so(&look) {
                return look;
            }
            assert!(start.elapsed() < Duration::from_secs(20), "{look:#}");
        }
    }

    fn signal(&mut self, signal: Signal) -> Option<i32> {
        kill(Pid::from_raw(self.child.id() as i32), signal).unwrap();
        self.child.wait().unwrap().code()
    }
}

impl Drop for Looks {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn segment<'v>(look: &'v Value, place: &Place) -> Option<&'v Value> {
    look["segments"].as_array().unwrap().iter().find(|s| s["address"] == *place.text())
}

// --- what is seen

#[test]
fn rates_are_what_was_added_between_two_looks() {
    for place in Place::both() {
        let own = Plain::options().address(&place.0).create().unwrap();
        let (mut out, mut inn) = (own.books().producer().unwrap(), own.books().consumer().unwrap());
        let mut looks = Looks::start(&[&place.text()]);
        let first = looks.next();
        assert!(first["elapsed"].is_null());
        let books = |look: &Value| segment(look, &place).unwrap()["objects"][1].clone();
        assert!(books(&first)["rates"]["in"].is_null(), "one look has no rate");
        for n in 0..40 {
            out.try_push(&Book::default()).unwrap();
            if n % 2 == 0 {
                inn.try_pop().unwrap();
            }
        }
        let count = |o: &Value, key: &str| o["numbers"][key].as_u64().unwrap();
        let mut before = first;
        // A look may fall into the pushing; together they see all of it.
        let (mut pushed, mut popped) = (0.0, 0.0);
        while pushed < 39.5 || popped < 19.5 {
            let look = looks.next();
            let (now, last) = (books(&look), books(&before));
            let elapsed = look["elapsed"].as_f64().unwrap();
            let gone = |key: &str| count(&now, key) - count(&last, key);
            let rate = now["rates"]["in"].as_f64().unwrap();
            assert!((rate * elapsed - gone("in") as f64).abs() < 1e-6);
            pushed += rate * elapsed;
            popped += now["rates"]["out"].as_f64().unwrap() * elapsed;
            assert!(elapsed > 0.05, "{elapsed}");
            before = look;
        }
        assert_eq!((pushed.round(), popped.round()), (40.0, 20.0));
        let still = books(&looks.next());
        let numbers = &still["numbers"];
        assert_eq!((&still["rates"]["in"], &numbers["depth"]), (&0.0.into(), &20.into()));
        assert_eq!((&numbers["in"], &numbers["out"]), (&40.into(), &20.into()));
        assert_eq!(still["definition"]["capacity"], 100);
    }
}

#[test]
fn a_new_segment_of_a_name_has_no_rate_against_the_old_one() {
    let (place, other) = (Place::posix(), Place::posix());
    let fill = |place: &Place, n: usize| {
        let own = Plain::options().address(&place.0).create().unwrap();
        let mut out = own.books().producer().unwrap();
        (0..n).for_each(|_| out.try_push(&Book::default()).unwrap());
    };
    fill(&place, 10);
    fill(&other, 50);
    let mut looks = Looks::start(&[&place.text()]);
    looks.next();
    // In one step, so that no look finds the name leading nowhere.
    std::fs::rename(other.path(), place.path()).unwrap();
    let pushed = |l: &Value| segment(l, &place).unwrap()["objects"][1]["numbers"]["in"].clone();
    let look = looks.until(|l| pushed(l) == 50);
    assert!(segment(&look, &place).unwrap()["objects"][1]["rates"]["in"].is_null());
}

#[test]
fn the_living_and_the_dead_are_counted() {
    for place in Place::both() {
        let _own = Plain::options().address(&place.0).create().unwrap();
        let mut player = play("takes_part", &[&place.text()]);
        player.hear();
        let mut looks = Looks::start(&[&place.text()]);
        let there = |alive: usize, dead: usize| {
            let place = &place;
            move |look: &Value| {
                let who = &segment(look, place).unwrap()["participants"];
                let who = who.as_array().unwrap();
                let living = who.iter().filter(|p| p["alive"] == true).count();
                (living, who.len() - living) == (alive, dead)
            }
        };
        looks.until(there(2, 0));
        player.kill();
        looks.until(there(1, 1));
    }
}

#[test]
fn all_segments_of_ours_are_watched_those_that_come_and_those_that_go() {
    let (early, late, bare) = (Place::posix(), Place::sysv(), Place::posix());
    let first = Plain::options().address(&early.0).create().unwrap();
    let _bare = Segment::create(&bare.0, 4096).unwrap();
    let mut looks = Looks::start(&[]);
    let look = looks.next();
    assert!(segment(&look, &early).is_some() && segment(&look, &bare).is_none());
    let second = SystemV::options().address(&late.0).create().unwrap();
    let look = looks.until(|l| segment(l, &late).is_some());
    assert_eq!(segment(&look, &late).unwrap()["state"], "live");
    first.remove().unwrap();
    second.remove().unwrap();
    let look = looks.until(|l| segment(l, &early).is_none() && segment(l, &late).is_none());
    assert!(look["gone"].as_array().unwrap().is_empty(), "nobody had asked for it");
}

#[test]
fn what_was_asked_for_and_goes_is_told_and_may_come_back() {
    let place = Place::posix();
    let own = Plain::options().address(&place.0).create().unwrap();
    let mut looks = Looks::start(&[&place.text()]);
    assert!(looks.next()["gone"].as_array().unwrap().is_empty());
    own.remove().unwrap();
    let look = looks.until(|l| segment(l, &place).is_none());
    let gone = format!("cannot look at {}: there is no such segment", place.text());
    assert_eq!(look["gone"][0], *gone);
    let _again = Plain::options().address(&place.0).create().unwrap();
    looks.until(|l| segment(l, &place).is_some());
    assert_eq!(looks.signal(Signal::SIGTERM), Some(0));
}

#[test]
fn what_cannot_be_watched_is_refused_at_once() {
    let (bare, nothing) = (Place::posix(), Place::posix());
    Segment::create(&bare.0, 10).unwrap();
    for (arguments, expected, says) in [
        (&["top", &nothing.text()][..], 3, "there is no such segment"),
        (&["top", &bare.text()], 5, "nothing that could be watched"),
        (&["top", "posix:/a/b"], 2, "one slash"),
        (&["top", "-i", "0"], 2, "5ms"),
        (&["top", "-n", "0"], 2, "1.."),
        (&["top", "--sort", "nosuch"], 2, "possible values"),
    ] {
        let done = run(arguments);
        assert_eq!((code(&done), out(&done).as_str()), (expected, ""), "{arguments:?}");
        assert!(err(&done).contains(says), "{}", err(&done));
    }
}

// --- lines

#[test]
fn lines_have_a_heading_and_a_row_for_each_object_at_each_look() {
    let place = Place::posix();
    let own = Plain::options().address(&place.0).create().unwrap();
    let mut producer = own.books().producer().unwrap();
    (0..7).for_each(|_| producer.try_push(&Book::default()).unwrap());
    let done = run(&["top", &place.text(), "-n", "3", "-i", "0.05", "--sort", "depth"]);
    assert_eq!((code(&done), err(&done).as_str()), (0, ""));
    let text = out(&done);
    let looks: Vec<&str> = text.split("\n\n").collect();
    assert_eq!(looks.len(), 3, "{text}");
    for (n, look) in looks.iter().enumerate() {
        let lines: Vec<&str> = look.lines().collect();
        assert_eq!(lines.len(), 4, "{look}");
        let words: Vec<&str> = lines[0].split_whitespace().collect();
        assert_eq!(words[..5], ["TIME", "ADDRESS", "STATE", "OBJECT", "KIND"]);
        let words: Vec<&str> = lines[1].split_whitespace().collect();
        let rate = if n == 0 { "-" } else { "0" };
        let expected =
            ["live", "books", "queue", "100", "7", "7", rate, rate, "0", "0", "0", "0", "1", "0"];
        assert_eq!((words[1], &words[2..]), (&*place.text(), &expected[..]), "{look}");
        assert!(words[0].ends_with('Z') && words[0].len() == 9);
    }
}

#[test]
fn lines_end_by_a_signal_and_with_their_reader_and_that_is_no_failure() {
    let place = Place::posix();
    let _own = Plain::options().address(&place.0).create().unwrap();
    for signal in [Signal::SIGINT, Signal::SIGTERM, Signal::SIGHUP, Signal::SIGQUIT] {
        let mut looks = Looks::start(&["-i", "60", &place.text()]);
        looks.next();
        let start = Instant::now();
        assert_eq!(looks.signal(signal), Some(0), "{signal}");
        assert!(start.elapsed() < Duration::from_secs(10), "it slept on");
    }
    let mut command = shmgen();
    command.args(["top", &place.text(), "-i", "0.05"]).stdin(Stdio::null());
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    drop(child.stdout.take());
    let done = child.wait_with_output().unwrap();
    assert_eq!((done.status.code(), err(&done).as_str()), (Some(0), ""));
}

// --- what it leaves alone

#[test]
fn a_look_maps_no_posix_segment_and_leaves_no_attachment() {
    let places = Place::both();
    let all = places.each_ref().map(|p| Plain::options().address(&p.0).create().unwrap());
    let attached =
        |place: &Place| Inspector::open(&place.0, &Options::default()).unwrap().stat().unwrap();
    let before = places.each_ref().map(|p| attached(p).participants);
    let [posix, sysv] = places.each_ref().map(Place::text);
    let mut looks = Looks::start(&["-i", "0.05", &posix, &sysv]);
    let file = places[0].path();
    let open = format!("/proc/{}/fd", looks.child.id());
    for _ in 0..30 {
        looks.next();
        let maps = std::fs::read_to_string(format!("/proc/{}/maps", looks.child.id())).unwrap();
        assert!(!maps.contains(&file), "{maps}");
        // Between two looks it has nothing open either, which would keep the memory.
        let kept = std::fs::read_dir(&open).unwrap().flatten();
        let kept = kept.filter_map(|e| std::fs::read_link(e.path()).ok());
        let kept: Vec<_> = kept.filter(|p| p.starts_with("/dev/shm")).collect();
        assert!(kept.is_empty(), "{kept:?}");
    }
    let after = places.each_ref().map(|p| attached(p).participants);
    assert_eq!(before, after);
    assert_eq!(attached(&places[1]).kernel.attached, Some(1), "ours alone");
    drop(all);
}

#[test]
fn another_programs_system_v_segment_is_left_alone_once_it_is_known() {
    let place = Place::sysv();
    Segment::create(&place.0, 4096).unwrap().write_at(0, b"not ours").unwrap();
    let mut player = play("attaches_twice", &[&place.text()]);
    player.hear();
    let last_pid = || {
        let table = std::fs::read_to_string("/proc/sysvipc/shm").unwrap();
        let Address::Sysv(key) = place.0 else { unreachable!() };
        let line = table.lines().find(|l| l.trim_start().starts_with(&format!("{key} "))).unwrap();
        line.split_whitespace().nth(5).unwrap().parse::<u32>().unwrap()
    };
    assert_eq!(last_pid(), player.pid());
    let mut looks = Looks::start(&[]);
    // While it is young, it may be about to become one of ours.
    let start = Instant::now();
    while start.elapsed() < Duration::from_secs(12) {
        looks.next();
    }
    player.go_on();
    player.hear();
    for _ in 0..10 {
        looks.next();
    }
    // Tests that run beside this one may have been there.
    assert_ne!(last_pid(), looks.child.id());
}

#[test]
fn a_segment_that_shrinks_during_a_look_is_no_signal() {
    let place = Place::posix();
    let own = Plain::options().address(&place.0).create().unwrap();
    let mut out = own.books().producer().unwrap();
    (0..20).for_each(|_| out.try_push(&Book::default()).unwrap());
    let image = std::fs::read(place.path()).unwrap();
    drop((out, own));
    let mut command = shmgen();
    command.args(["top", "--json", "-i", "0.05", "-n", "60"]).stdout(Stdio::null());
    let mut child = command.stderr(Stdio::piped()).spawn().unwrap();
    let file = std::fs::OpenOptions::new().write(true).open(place.path()).unwrap();
    while child.try_wait().unwrap().is_none() {
        use std::os::unix::fs::FileExt;
        for len in [image.len() as u64, 0, 600, 5000, 40_000] {
            file.set_len(len).unwrap();
            let whole = (len as usize).min(image.len());
            file.write_all_at(&image[..whole], 0).unwrap();
        }
    }
    let done = child.wait_with_output().unwrap();
    assert_eq!((done.status.code(), err(&done).as_str()), (Some(0), ""));
}

// --- the screen

fn on_screen(arguments: &[&str], no_colour: bool) -> Terminal {
    let mut command = Command::new(&tools::built().shmgen);
    command.args([&["top"], arguments].concat());
    command.env_remove("SHM_RUNTIME_PREFIX").env_remove("NO_COLOR");
    if no_colour {
        command.env("NO_COLOR", "1");
    }
    Terminal::start(command, 30, 160)
}

#[test]
fn the_terminal_is_given_back_however_it_ends() {
    let place = Place::posix();
    let _own = Plain::options().address(&place.0).create().unwrap();
    type End = (&'static str, Box<dyn Fn(&mut Terminal)>);
    let press = |keys: &'static str| -> End { (keys, Box::new(move |t| t.press(keys))) };
    let signal = |signal: Signal| -> End {
        let send =
            move |t: &mut Terminal| kill(Pid::from_raw(t.child.id() as i32), signal).unwrap();
        (signal.as_str(), Box::new(send))
    };
    for (how, end) in [
        press("q"),
        press("\u{3}"),
        press("\u{1b}"),
        press("\u{4}"),
        signal(Signal::SIGTERM),
        signal(Signal::SIGINT),
        signal(Signal::SIGHUP),
        signal(Signal::SIGQUIT),
    ] {
        let mut screen = on_screen(&[&place.text()], false);
        screen.until("table", |t| t.contains("books"));
        assert!(!screen.is_cooked() && !screen.is_given_back(), "{how:?}");
        end(&mut screen);
        assert_eq!(screen.end().code(), Some(0), "{how:?}");
        assert!(screen.is_given_back(), "{how:?}: {:?}", screen.text());
    }
    // By itself.
    let mut screen = on_screen(&[&place.text(), "-n", "2", "-i", "0.1"], false);
    assert_eq!(screen.end().code(), Some(0));
    assert!(screen.text().contains("books") && screen.is_given_back());
}

#[test]
fn what_is_refused_never_takes_the_terminal() {
    let nothing = Place::posix();
    let mut screen = on_screen(&[&nothing.text()], false);
    assert_eq!(screen.end().code(), Some(3));
    assert!(!screen.text().contains("\u{1b}[?1049h") && screen.is_cooked());
    assert!(screen.text().contains("there is no such segment"));
}

#[test]
fn keys_sort_reverse_pause_and_help() {
    let place = Place::posix();
    let own = Plain::options().address(&place.0).create().unwrap();
    let mut screen = on_screen(&[&place.text(), "-i", "0.1"], false);
    screen.sees("title", |t| t.contains("1 segment, 3 objects  every 100 ms  by address"));
    let order = |t: &str| {
        let at = ["levels", "books", "outers"].map(|name| t.find(name).unwrap_or(0));
        at.is_sorted() && at[0] > 0
    };
    screen.sees("table", order);
    screen.press("s");
    screen.sees("order", |t| t.contains("by depth"));
    screen.press("r");
    screen.sees("direction", |t| t.contains("by depth, reversed") && !order(t));
    screen.press("r");
    screen.sees("direction", |t| !t.contains("reversed") && order(t));
    screen.press("?");
    screen.sees("help", |t| t.contains("pause, and go on") && t.contains("PgUp"));
    screen.press("?");
    screen.sees("table again", |t| t.contains("books") && !t.contains("PgUp"));
    // Paused, it stands still; then it goes on, the fullest first.
    screen.press("p");
    screen.sees("pause", |t| t.contains("paused"));
    let mut out = own.books().producer().unwrap();
    (0..42).for_each(|_| out.try_push(&Book::default()).unwrap());
    screen.watch(Duration::from_millis(400));
    assert!(!screen.screen().contains('█'), "{}", screen.screen());
    screen.press(" ");
    screen.sees("news", |t| t.contains("42 ███▍"));
    screen.sees("order by depth", |t| t.find("books") < t.find("levels"));
    screen.press("+++");
    screen.sees("interval", |t| t.contains("every 1 s"));
    screen.press("---");
    screen.sees("interval", |t| t.contains("every 100 ms"));
    screen.press("q");
    assert_eq!(screen.end().code(), Some(0));
}

#[test]
fn the_screen_shows_what_comes_and_what_goes() {
    let place = Place::posix();
    let own = Plain::options().address(&place.0).create().unwrap();
    let mut screen = on_screen(&[&place.text(), "-i", "0.1"], false);
    screen.sees("table", |t| t.contains(" live "));
    own.remove().unwrap();
    screen.sees("news", |t| {
        t.contains(&format!("cannot look at {}: there is no such segment", place.text()))
            && t.contains("There is no segment of shmgen")
    });
    let _again = Plain::options().address(&place.0).create().unwrap();
    screen.sees("table", |t| t.contains(" live ") && !t.contains("no such segment"));
    screen.press("q");
    assert_eq!(screen.end().code(), Some(0));
}

#[test]
fn a_long_list_is_scrolled_and_every_row_says_whose_it_is() {
    let places: Vec<Place> = (0..5).map(|_| Place::posix()).collect();
    let all: Vec<Plain> =
        places.iter().map(|p| Plain::options().address(&p.0).create().unwrap()).collect();
    let mut command = shmgen();
    command.arg("top").args(places.iter().map(Place::text));
    let mut screen = Terminal::start(command, 8, 160);
    let first_row = |t: &str| t.lines().nth(2).unwrap_or("").to_owned();
    let has = |n: usize, object: &'static str| {
        let address = places[n].text() + " ";
        move |t: &str| first_row(t).starts_with(&address) && first_row(t).contains(object)
    };
    screen.sees("top", has(0, "levels"));
    // Named once, and again at the top of the screen.
    assert_eq!(screen.screen().matches(&(places[0].text() + " ")).count(), 1);
    screen.press("\u{1b}[B");
    screen.sees("next row", has(0, "books"));
    screen.press("\u{1b}[6~");
    screen.sees("next page", has(2, "levels"));
    screen.press("\u{1b}[5~");
    screen.sees("page before", has(0, "books"));
    screen.press("\u{1b}[F");
    screen.sees("end", |t| t.lines().nth(6).unwrap_or("").contains("outers"));
    screen.press("\u{1b}[A");
    screen.sees("one up", has(3, "levels"));
    screen.press("\u{1b}[H");
    screen.sees("top", has(0, "levels"));
    screen.press("q");
    screen.end();
    drop(all);
}

/// Whether a colour other than the terminal's own is asked for.
fn has_colour(text: &str) -> bool {
    text.split("\u{1b}[").skip(1).any(|rest| {
        let Some((codes, _)) = rest.split_once('m') else { return false };
        let is_number = |c: &str| !c.is_empty() && c.bytes().all(|b| b.is_ascii_digit());
        codes.split(';').all(is_number)
            && codes.split(';').any(|c| matches!(c.parse(), Ok(30..=38 | 40..=48 | 90..=107)))
    })
}

#[test]
fn colour_is_for_those_who_want_it_and_marks_the_dead() {
    let place = Place::posix();
    let _own = Plain::options().address(&place.0).create().unwrap();
    let mut player = play("takes_part", &[&place.text()]);
    player.hear();
    player.kill();
    for (no_colour, expected) in [(false, true), (true, false)] {
        let mut screen = on_screen(&[&place.text()], no_colour);
        screen.until("table", |t| t.contains("outers"));
        screen.press("q");
        screen.end();
        assert_eq!(has_colour(&screen.text()), expected, "{:?}", screen.text());
    }
}

#[test]
fn names_do_not_command_the_terminal() {
    let plain = Place::posix();
    let odd = format!("{}\u{1b}]0;pwned\u{7}", plain.text());
    let place = Place(odd.parse::<Address>().unwrap());
    let _own = Plain::options().address(&place.0).create().unwrap();
    let mut screen = on_screen(&[&odd], false);
    screen.until("table", |t| t.contains("outers"));
    screen.press("q");
    screen.end();
    assert!(screen.text().contains("pwned"), "{:?}", screen.text());
    assert!(!screen.text().contains("\u{1b}]") && !screen.text().contains('\u{7}'));
}

#[test]
fn a_small_terminal_is_enough() {
    let place = Place::posix();
    let _own = Plain::options().address(&place.0).create().unwrap();
    for (rows, columns) in [(1, 1), (2, 10), (4, 30), (60, 300)] {
        let mut command = shmgen();
        command.args(["top", &place.text()]);
        let mut screen = Terminal::start(command, rows, columns);
        screen.until("screen", |t| t.contains("\u{1b}[?1049h"));
        screen.press("sssrhh\u{1b}[B\u{1b}[A\u{1b}[F\u{1b}[Hq");
        assert_eq!(screen.end().code(), Some(0), "{rows} x {columns}: {:?}", screen.text());
        assert!(screen.is_given_back());
    }
}
