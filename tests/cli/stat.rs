//! What `stat`, `ls` and `dump` tell of a segment: what the kernel knows, what
//! the header knows, and what is wrong with one that is damaged.

use children::{Player, say, wait_for_end_of_stdin};
use command::{code, err, out, run};
use everything::{Book, Plain};
use places::Place;
use serde_json::Value;
use shm_runtime::{Address, ErrorKind, Inspector, Options, Segment, SegmentState, TryPopError};
use shmgen_test_support::schemas::everything;
use shmgen_test_support::{children, command, places};
use std::fs::OpenOptions;
use std::os::unix::fs::FileExt;
use std::time::{Duration, Instant};

children!(waiting_consumer, waiting_producer, takes_part, only_reads, looks_at_bytes);

fn stat(place: &Place) -> Value {
    let done = run(&["stat", &place.text(), "--json"]);
    assert_eq!((code(&done), err(&done).as_str()), (0, ""));
    serde_json::from_slice(&done.stdout).unwrap()
}

fn text(place: &Place) -> String {
    let done = run(&["stat", &place.text()]);
    assert_eq!((code(&done), err(&done).as_str()), (0, ""));
    out(&done)
}

/// Looks until it is so; what was seen then.
fn until(place: &Place, so: impl Fn(&Value) -> bool) -> Value {
    let start = Instant::now();
    loop {
        let seen = stat(place);
        if so(&seen) {
            return seen;
        }
        assert!(start.elapsed() < Duration::from_secs(20), "{seen:#}");
    }
}

fn waiting_consumer(arguments: &[String]) {
    let segment = Plain::options().address(&arguments[0]).attach().unwrap();
    let mut inn = segment.books().consumer().unwrap();
    say("there");
    let _ = inn.pop_timeout(Duration::from_secs(60));
    say("popped");
    wait_for_end_of_stdin();
}

fn waiting_producer(arguments: &[String]) {
    let segment = Plain::options().address(&arguments[0]).attach().unwrap();
    let mut out = segment.books().producer().unwrap();
    say("there");
    while out.push_timeout(&Book::default(), Duration::from_secs(60)).is_ok() {}
}

fn takes_part(arguments: &[String]) {
    let _segment = Plain::options().address(&arguments[0]).attach().unwrap();
    say("there");
    wait_for_end_of_stdin();
}

fn only_reads(arguments: &[String]) {
    let _segment = Plain::options().address(&arguments[0]).attach_read_only().unwrap();
    say("there");
    wait_for_end_of_stdin();
}

fn looks_at_bytes(arguments: &[String]) {
    let segment = Segment::attach(&arguments[0].parse().unwrap()).unwrap();
    segment.write_at(0, b"x").unwrap();
    segment.write_at(9000, b"x").unwrap();
    say("there");
    wait_for_end_of_stdin();
}

fn start(part: &str, place: &Place) -> Player {
    let mut player = play(part, &[&place.text()]);
    assert_eq!(player.hear(), "there");
    player
}

/// Who holds a role of an object.
fn holder<'v>(object: &'v Value, role: &str) -> &'v Value {
    let holders = object["holders"].as_array().unwrap();
    holders.iter().find(|h| h["role"] == role).unwrap_or_else(|| panic!("{role}: {object:#}"))
}

// --- what the header knows

#[test]
fn who_sleeps_on_a_queue_is_counted_while_it_lives() {
    for place in Place::both() {
        let own = Plain::options().address(&place.0).create().unwrap();
        assert_eq!(stat(&place)["objects"][1]["numbers"]["waiters"], 0);
        let mut player = start("waiting_consumer", &place);
        let seen = until(&place, |s| s["objects"][1]["numbers"]["waiters"] == 1);
        let books = &seen["objects"][1];
        let consumer = holder(books, "consumer");
        assert_eq!((&consumer["waits"], &consumer["pid"]), (&true.into(), &player.pid().into()));
        assert_eq!(books["holders"].as_array().unwrap().len(), 1, "nobody produces");
        assert_eq!(seen["objects"][0]["numbers"]["waiters"], 0);
        assert!(text(&place).contains("consumer of books (waits)"), "{}", text(&place));
        // Woken, it waits no more.
        own.books().producer().unwrap().try_push(&Book::default()).unwrap();
        assert_eq!(player.hear(), "popped");
        let seen = stat(&place);
        assert_eq!(holder(&seen["objects"][1], "consumer")["waits"], false);
        assert_eq!(seen["objects"][1]["numbers"]["waiters"], 0);
        player.finish();
        // A dead one waits for nothing, though its mark is still there.
        let mut player = start("waiting_consumer", &place);
        until(&place, |s| s["objects"][1]["numbers"]["waiters"] == 1);
        player.kill();
        let seen = stat(&place);
        assert_eq!(holder(&seen["objects"][1], "consumer")["alive"], false);
        assert_eq!(seen["objects"][1]["numbers"]["waiters"], 0);
    }
}

#[test]
fn a_producer_that_waits_for_room_is_counted_too_and_so_is_what_it_met() {
    for place in Place::both() {
        let own = Plain::options().address(&place.0).create().unwrap();
        let player = start("waiting_producer", &place);
        let seen = until(&place, |s| s["objects"][1]["numbers"]["waiters"] == 1);
        let books = &seen["objects"][1];
        assert_eq!(holder(books, "producer")["waits"], true);
        let numbers = &books["numbers"];
        assert_eq!(numbers["depth"], numbers["in"]);
        assert_eq!(
            (&numbers["full"], &numbers["out"], &numbers["dropped"]),
            (&1.into(), &0.into(), &0.into())
        );
        let waiting = numbers["depth"].as_u64().unwrap();
        assert!(waiting >= 100 && numbers["high_water"] == waiting, "{books:#}");
        assert!(text(&place).contains("producer of books (waits)"));
        drop(player);
        let mut inn = own.books().consumer().unwrap();
        let taken = std::iter::from_fn(|| inn.try_pop().ok()).count() as u64;
        assert_eq!(inn.try_pop(), Err(TryPopError::Empty));
        let numbers = &stat(&place)["objects"][1]["numbers"];
        assert_eq!((&numbers["out"], &numbers["depth"]), (&taken.into(), &0.into()));
        assert_eq!(numbers["high_water"], waiting, "what was reached is kept");
    }
}

#[test]
fn the_living_the_dead_and_those_who_only_read_are_told_apart() {
    for place in Place::both() {
        let _own = Plain::options().address(&place.0).create().unwrap();
        let _alive = start("takes_part", &place);
        let mut dead = start("takes_part", &place);
        dead.kill();
        assert_eq!(stat(&place)["readers"], false);
        let shown = text(&place);
        assert!(shown.contains("participants  2 alive, 1 dead, of 64 records\n"), "{shown}");
        let mut reader = start("only_reads", &place);
        assert_eq!(stat(&place)["readers"], true);
        let shown = text(&place);
        assert!(shown.contains("2 alive, 1 dead, of 64 records; and somebody who only reads"));
        reader.finish();
        assert_eq!(stat(&place)["readers"], false);
        let headings = "OBJECT  KIND   ITEM                CAPACITY  DEPTH  HIGH  IN  OUT  FULL  DROPPED  \
                        REDELIVERED  WAITERS";
        assert!(shown.contains(headings), "{shown}");
    }
}

// --- what the kernel knows

/// Makes a System V segment as other programs do. It is not attached, so no child
/// that another test starts meanwhile is either.
fn shmget(place: &Place, size: usize) {
    let Address::Sysv(key) = place.0 else { unreachable!() };
    let flags = nix::libc::IPC_CREAT | nix::libc::IPC_EXCL | 0o600;
    // SAFETY: takes numbers, returns a number.
    let id = unsafe { nix::libc::shmget(key as i32, size, flags) };
    assert!(id >= 0);
}

#[test]
fn pages_that_nobody_touched_are_not_resident() {
    let (posix, sysv) = (Place::posix(), Place::sysv());
    // As other programs make them: without pages.
    std::fs::File::create(posix.path()).unwrap().set_len(1 << 20).unwrap();
    shmget(&sysv, 1 << 20);
    for place in [&posix, &sysv] {
        let kernel =
            |s: &Value| (s["kernel"]["resident"].as_u64(), s["kernel"]["swapped"].as_u64());
        let seen = stat(place);
        assert_eq!((seen["size"].as_u64(), kernel(&seen)), (Some(1 << 20), (Some(0), Some(0))));
        let player = start("looks_at_bytes", place);
        assert_eq!(kernel(&stat(place)), (Some(8192), Some(0)), "two pages were written");
        let listed = run(&["ls", "-o", "address,resident,swapped", "--noheadings"]);
        let listed = out(&listed);
        let row = listed.lines().find(|l| l.starts_with(&place.text())).unwrap();
        let words: Vec<&str> = row.split_whitespace().collect();
        assert_eq!(words[1..], ["8.0K", "0"]);
        drop(player);
    }
}

#[test]
fn the_last_pid_and_the_times_are_those_before_the_look() {
    let place = Place::sysv();
    shmget(&place, 10_000);
    let mut player = start("looks_at_bytes", &place);
    let kernel = stat(&place)["kernel"].clone();
    let (me, other) = (std::process::id(), player.pid());
    assert_eq!((&kernel["creator_pid"], &kernel["last_pid"]), (&me.into(), &other.into()));
    assert_eq!(kernel["attached"], 1, "the look itself does not count");
    player.finish();
    let kernel = stat(&place)["kernel"].clone();
    for time in ["attach_time", "detach_time", "change_time"] {
        assert!(kernel[time].as_str().unwrap().ends_with('Z'), "{kernel:#}");
    }
}

#[test]
fn a_posix_segment_has_the_times_of_its_file() {
    let place = Place::posix();
    let before = std::time::SystemTime::now() - Duration::from_secs(1);
    Segment::create(&place.0, 10).unwrap();
    let file = OpenOptions::new().write(true).open(place.path()).unwrap();
    let long_ago = std::time::SystemTime::UNIX_EPOCH + Duration::from_secs(86_400 * 365);
    file.set_times(std::fs::FileTimes::new().set_modified(long_ago)).unwrap();
    let kernel = stat(&place)["kernel"].clone();
    assert_eq!(kernel["modify_time"], "1971-01-01T00:00:00Z");
    let born: jiff::Timestamp = kernel["birth_time"].as_str().unwrap().parse().unwrap();
    assert!(std::time::SystemTime::try_from(born).unwrap() > before - Duration::from_secs(1));
    assert!(kernel["access_time"].is_string() && kernel["change_time"].is_string());
    let shown = text(&place);
    assert!(shown.contains("modify time   1971-01-01T00:00:00Z") && shown.contains("birth time"));
}

#[test]
fn stat_names_who_has_a_posix_segment_mapped() {
    let place = Place::posix();
    Segment::create(&place.0, 10_000).unwrap();
    let player = start("looks_at_bytes", &place);
    let shown = text(&place);
    let line = shown.lines().find(|l| l.starts_with("mapped by")).unwrap();
    assert!(line.contains(&format!("{} (", player.pid())), "{line}");
}

// --- what is wrong

/// What is written where, into a good segment, and what is then said of it.
const DAMAGE: [(u64, &[u8], &str); 9] = [
    (20, &[7], "its header is damaged: the header has another size than 512"),
    (24, &[1], "its header is damaged: its header gives another size than the system"),
    (12, &[9, 9], "its header is damaged: the byte-order mark is neither way round"),
    (48, &[1], "its header is damaged: a part is not aligned to 64 bytes"),
    (80, &[0, 0], "its header is damaged: parts overlap"),
    (
        64,
        &[0xc0, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff],
        "its header is damaged: a part's end overflows",
    ),
    (72, &[0xff, 0xff], "its header is damaged: too many participants, or too long a contract"),
    (16, &[77], "its header is damaged: 77 is no state"),
    (76, &[65], "its header is damaged: directory or participants have another stride than 64"),
];

#[test]
fn a_damaged_header_is_called_so_by_every_verb_that_looks() {
    for (offset, bytes, what) in DAMAGE {
        for place in Place::both() {
            drop(Plain::options().address(&place.0).create().unwrap());
            Segment::attach(&place.0).unwrap().write_at(offset, bytes).unwrap();
            let seen = stat(&place);
            assert_eq!((&seen["state"], &seen["fault"]), (&"foreign".into(), &what.into()));
            let shown = text(&place);
            assert!(shown.contains("state         damaged\n"), "{shown}");
            assert!(shown.contains(&format!("wrong         {what}\n")), "{shown}");
            let listed = out(&run(&["ls", "-o", "address,state,wrong", "--noheadings"]));
            let row = listed.lines().find(|l| l.starts_with(&place.text())).unwrap();
            assert!(row.contains("damaged") && row.ends_with(what), "{row}");
            if offset != 16 {
                let done = run(&["dump", &place.text()]);
                assert_eq!((code(&done), out(&done).as_str()), (1, ""));
                assert!(err(&done).contains(&format!("cannot decode {}: {what}", place.text())));
            }
            assert_eq!(code(&run(&["rm", &place.text()])), 0, "it can be removed");
        }
    }
}

#[test]
fn a_segment_of_another_format_is_foreign_and_says_which() {
    for (offset, bytes, what) in [
        (8, &[9u8, 0][..], "it has segment format 9.0, this program reads 1.x"),
        (12, &[0x0a, 0x0b, 0x0c, 0x0d], "it was made on a machine of the other byte order"),
    ] {
        let place = Place::posix();
        drop(Plain::options().address(&place.0).create().unwrap());
        let file = OpenOptions::new().write(true).open(place.path()).unwrap();
        file.write_all_at(bytes, offset).unwrap();
        let seen = stat(&place);
        assert_eq!(seen["state"], "foreign");
        assert!(seen["fault"].as_str().unwrap().starts_with(what), "{seen:#}");
        let done = run(&["dump", &place.text()]);
        assert_eq!(code(&done), 5);
        assert!(err(&done).contains(what), "{}", err(&done));
    }
    let bare = Place::posix();
    Segment::create(&bare.0, 4096).unwrap();
    assert_eq!((&stat(&bare)["state"], &stat(&bare)["fault"]), (&"foreign".into(), &Value::Null));
}

#[test]
fn damage_behind_the_header_leaves_what_else_can_be_told() {
    let word = |image: &[u8], at: usize| u64::from_le_bytes(image[at..at + 8].try_into().unwrap());
    let contract = |image: &[u8]| word(image, 48);
    let directory = |image: &[u8]| word(image, 80);
    let name_in_contract = |image: &[u8]| {
        let start = word(image, 48) as usize;
        (start + image[start..].windows(6).position(|w| w == b"symbol").unwrap()) as u64
    };
    type Find<'a> = &'a dyn Fn(&[u8]) -> u64;
    let damage: [(Find, u64, &[u8], &str); 4] = [
        (&contract, 0, &[0xff, 0xff, 0xff], "the contract is damaged"),
        (&name_in_contract, 0, b"zymbol", "its fingerprint is not that of the contract"),
        (&directory, 16, &[9, 9], "its directory is damaged: object levels has another kind"),
        (&directory, 64, &[2], "its directory is damaged: object books has another kind"),
    ];
    for (find, skip, bytes, what) in damage {
        let place = Place::posix();
        let own = Plain::options().address(&place.0).create().unwrap();
        own.levels().producer().unwrap().try_push(&Default::default()).unwrap();
        let file = OpenOptions::new().write(true).open(place.path()).unwrap();
        file.write_all_at(bytes, find(&std::fs::read(place.path()).unwrap()) + skip).unwrap();
        let seen = stat(&place);
        assert_eq!(seen["state"], "live", "somebody is attached all the same");
        assert!(seen["fault"].as_str().unwrap().starts_with(what), "{:#}", seen["fault"]);
        assert_eq!(seen["participants"][0]["pid"], std::process::id());
        assert!(text(&place).contains("state         live, damaged\n"));
        let listed = out(&run(&["ls", "-o", "address,state", "--noheadings"]));
        let row = listed.lines().find(|l| l.starts_with(&place.text())).unwrap();
        assert!(row.ends_with("live, damaged"), "{row}");
        // What is told of the objects may be as wrong.
        assert_eq!(seen["objects"].as_array().unwrap().len(), 0);
        let done = run(&["dump", &place.text(), "levels"]);
        assert_eq!(code(&done), 1);
        assert!(err(&done).contains(what), "{}", err(&done));
        drop(own);
        assert_eq!(stat(&place)["state"], "orphan");
    }
}

#[test]
fn the_inspector_tells_programs_the_kind_of_fault() {
    let place = Place::posix();
    drop(Plain::options().address(&place.0).create().unwrap());
    let look = || Inspector::open(&place.0, &Options::default()).unwrap();
    assert!(look().fault().is_none());
    let file = OpenOptions::new().write(true).open(place.path()).unwrap();
    file.write_all_at(&[3], 8).unwrap();
    assert_eq!(look().fault().unwrap().kind(), ErrorKind::Mismatch);
    file.write_all_at(&[1], 8).unwrap();
    file.set_len(8192).unwrap();
    let inspector = look();
    assert_eq!(inspector.fault().unwrap().kind(), ErrorKind::Corrupt);
    assert_eq!(inspector.stat().unwrap().state, SegmentState::Damaged);
}
