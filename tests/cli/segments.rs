//! The command line's verbs for segments: the real binary on real segments,
//! with other processes attached where that matters.

use children::{say, wait_for_end_of_stdin};
use command::{code, err, out, run};
use everything::{Book, Level, Plain, Side, State, SystemV};
use places::Place;
use serde_json::Value;
use shm_runtime::{Address, Segment};
use shmgen_test_support::schemas::everything;
use shmgen_test_support::{children, command, places, tools};
use std::os::unix::fs::{MetadataExt, PermissionsExt, symlink};
use std::os::unix::process::CommandExt;
use std::process::Output;
use std::time::{Duration, Instant};
use tools::{root, shmgen};

children!(stay_attached, read_only, in_a_small_tmpfs, hold_a_memfd);

/// What a command that works prints as JSON.
fn json(arguments: &[&str]) -> Value {
    let done = run(arguments);
    assert_eq!((code(&done), err(&done).as_str()), (0, ""), "{arguments:?}");
    serde_json::from_slice(&done.stdout).unwrap()
}

fn schema() -> String {
    root().join("tests/schemas/everything.toml").display().to_string()
}

fn is_root() -> bool {
    nix::unistd::geteuid().is_root()
}

/// A process that takes part in a segment, as the producer of its levels.
fn stay_attached(arguments: &[String]) {
    let segment = Plain::options().address(&arguments[0]).attach().unwrap();
    let mut out = segment.levels().producer().unwrap();
    say("attached");
    wait_for_end_of_stdin();
    // The memory is kept, whatever became of the name.
    out.try_push(&Level { price: 7, ..Default::default() }).unwrap();
    say(segment.levels().depth().unwrap());
}

// --- create

#[test]
fn create_prints_the_address_and_makes_exactly_what_was_asked_for() {
    for place in Place::both() {
        let address = place.text();
        let done = run(&["create", &address, "--size", "5000", "--mode", "0o640"]);
        assert_eq!((code(&done), err(&done).as_str()), (0, ""));
        assert_eq!(out(&done), format!("{address}\n"));
        let stat = Segment::attach(&place.0).unwrap().stat().unwrap();
        assert_eq!((stat.size, stat.mode), (5000, 0o640));
        let again = run(&["create", &address, "--size", "5000"]);
        assert_eq!((code(&again), out(&again).as_str()), (6, ""));
        assert!(
            err(&again).contains(&address) && err(&again).contains("exists"),
            "{}",
            err(&again)
        );
    }
}

#[test]
fn create_makes_a_segment_of_a_schema_at_the_address_given() {
    for (place, segment) in Place::both().into_iter().zip(["plain", "system_v"]) {
        let address = place.text();
        let schema = schema();
        let arguments = ["create", &address, "--schema", &schema, "--segment", segment, "--json"];
        let made = json(&arguments);
        assert_eq!(
            (made["address"].as_str(), made["state"].as_str()),
            (Some(&*address), Some("orphan"))
        );
        assert_eq!(made["schema"]["name"], "test.everything");
        let mode = if segment == "plain" { "0600" } else { "0640" };
        assert_eq!(made["mode"], mode, "the schema's");
        match segment {
            "plain" => drop(Plain::options().address(&address).attach().unwrap()),
            _ => drop(SystemV::options().address(&address).attach().unwrap()),
        }
        assert_eq!(code(&run(&arguments)), 6);
    }
}

#[test]
fn create_chooses_a_name_that_is_free() {
    let done = run(&["create", "posix:", "--size", "10"]);
    let place = Place(out(&done).trim().parse::<Address>().unwrap());
    assert!(place.text().starts_with("posix:/shmgen."), "{}", place.text());
    assert_eq!(std::fs::metadata(place.path()).unwrap().len(), 10);
}

#[test]
fn what_cannot_be_created_is_refused_and_leaves_nothing() {
    let place = Place::posix();
    let address = place.text();
    let schema = schema();
    for (arguments, expected) in [
        (&["--size", "0"][..], 2),
        (&["--size", "5x"], 2),
        (&["--size", "-5"], 2),
        (&["--size", "99999999999999G"], 2),
        (&["--size", "10", "--mode", "888"], 2),
        (&["--size", "10", "--mode", "1777"], 2),
        (&[], 2),
        (&["--schema", &schema], 2),
        (&["--schema", &schema, "--segment", "nosuch"], 2),
        (&["--schema", &schema, "--segment", "plain", "--size", "10"], 2),
        (&["--schema", "missing.toml", "--segment", "plain"], 2),
    ] {
        let done = run(&[&["create", &address], arguments].concat());
        assert_eq!((code(&done), out(&done).as_str()), (expected, ""), "{arguments:?}");
        assert!(!err(&done).is_empty(), "{arguments:?}");
        assert!(!std::path::Path::new(&place.path()).exists(), "{arguments:?}");
    }
    let none = run(&["create", &address, "--schema", &schema, "--segment", "nosuch"]);
    assert!(err(&none).contains("plain") && err(&none).contains("system_v"), "{}", err(&none));
    for wrong in ["posix:/a/b", "sysv:0", "tcp:1", ""] {
        assert_eq!(code(&run(&["create", wrong, "--size", "10"])), 2, "{wrong}");
    }
}

#[test]
fn a_full_tmpfs_is_told_with_both_sizes_and_nothing_is_left() {
    let mut player = play("in_a_small_tmpfs", &[&tools::built().shmgen.display().to_string()]);
    assert_eq!(player.hear(), "full");
    player.finish();
}

fn in_a_small_tmpfs(arguments: &[String]) {
    use nix::mount::{MsFlags, mount};
    use nix::sched::{CloneFlags, unshare};
    let mut flags = CloneFlags::CLONE_NEWNS;
    if !is_root() {
        flags |= CloneFlags::CLONE_NEWUSER;
    }
    unshare(flags).unwrap();
    let none = None::<&str>;
    mount(none, "/", none, MsFlags::MS_REC | MsFlags::MS_PRIVATE, none).unwrap();
    let small = Some("size=64k");
    mount(Some("tmpfs"), "/dev/shm", Some("tmpfs"), MsFlags::empty(), small).unwrap();
    let shmgen = |rest: &[&str]| {
        let mut command = std::process::Command::new(&arguments[0]);
        command.env_remove("SHM_RUNTIME_PREFIX").args(rest).output().unwrap()
    };
    let schema = schema();
    for rest in [&["--size", "1M"][..], &["--schema", &schema, "--segment", "plain"]] {
        let done = shmgen(&[&["create", "posix:/large"], rest].concat());
        assert_eq!(code(&done), 1, "{}", err(&done));
        let said = err(&done);
        assert!(said.contains("needed") && said.contains("free in /dev/shm"), "{said}");
        // What is free: all of it, since nothing is left.
        assert!(said.contains("65.5 kB free"), "{said}");
        assert_eq!(std::fs::read_dir("/dev/shm").unwrap().count(), 0);
    }
    assert!(err(&shmgen(&["create", "posix:/large", "--size", "1M"])).contains("1048.6 kB needed"));
    assert_eq!(code(&shmgen(&["create", "posix:/small", "--size", "32K"])), 0);
    say("full");
}

// --- ls, stat, dump

/// The keys that the documentation promises of every segment.
const KEYS: [&str; 11] = [
    "address",
    "kind",
    "size",
    "mode",
    "uid",
    "gid",
    "creator",
    "state",
    "schema",
    "participants",
    "objects",
];

#[test]
fn ls_and_stat_say_the_same_in_the_promised_shape() {
    for place in Place::both() {
        let address = place.text();
        let own = Plain::options().address(&place.0).mode(0o640).create().unwrap();
        let mut book = own.books().producer().unwrap();
        (0..3).for_each(|_| book.try_push(&Book::default()).unwrap());
        let stat = json(&["stat", &address, "--json"]);
        let list = json(&["ls", "--json"]);
        assert_eq!(list["version"], 2);
        let segments = list["segments"].as_array().unwrap();
        let listed = segments.iter().find(|s| s["address"] == *address).unwrap();
        for element in [&stat, listed] {
            for key in KEYS {
                assert!(element.get(key).is_some(), "{key} is missing in {element:#}");
            }
            let kind = address.split(':').next().unwrap();
            assert_eq!(
                (element["kind"].as_str(), element["mode"].as_str()),
                (Some(kind), Some("0640"))
            );
            assert_eq!(element["state"], "live");
            assert!(element["size"].is_u64() && element["uid"].is_u64() && element["gid"].is_u64());
            assert_eq!(element["creator"]["pid"], std::process::id());
            assert_eq!(element["participants"][0]["pid"], std::process::id());
            assert_eq!(element["participants"][0]["alive"], true);
            assert_eq!(element["objects"][1]["name"], "books");
            let books = &element["objects"][1];
            assert_eq!(
                (&books["kind"], &books["definition"]["item"]),
                (&"queue".into(), &"Book".into())
            );
            let numbers = &books["numbers"];
            assert_eq!((&numbers["depth"], &numbers["in"]), (&3.into(), &3.into()));
            let holders = books["holders"].as_array().unwrap();
            assert_eq!(holders.len(), 1, "nobody consumes");
            assert_eq!(holders[0]["role"], "producer");
            assert_eq!(holders[0]["pid"], std::process::id());
            assert!(holders[0]["program"].is_string());
            assert_eq!((&holders[0]["alive"], &holders[0]["waits"]), (&true.into(), &false.into()));
            let created = element["created"].as_str().unwrap();
            assert!(created.ends_with('Z') && created.contains('T'), "RFC 3339: {created}");
        }
        assert_eq!(stat["participants"], listed["participants"]);
        // For people.
        let table = out(&run(&["ls"]));
        assert!(table.starts_with("ADDRESS"), "{table}");
        let row = table.lines().find(|l| l.starts_with(&address)).unwrap();
        assert!(
            row.contains("0640") && row.contains("live") && row.contains("test.everything 1.0")
        );
        assert!(row.contains(&std::process::id().to_string()), "{row}");
        assert!(!out(&run(&["ls", "--noheadings"])).contains("ADDRESS"));
        let text = out(&run(&["stat", &address]));
        assert!(
            text.contains("producer of books") && text.contains("test.everything 1.0"),
            "{text}"
        );
    }
}

#[test]
fn ls_names_who_has_a_posix_segment_mapped() {
    let (bare, ours, sysv) = (Place::posix(), Place::posix(), Place::sysv());
    let held = Segment::create(&bare.0, 4096).unwrap();
    let _sysv = Segment::create(&sysv.0, 4096).unwrap();
    let _own = Plain::options().address(&ours.0).create().unwrap();
    let mut player = play("read_only", &[&ours.text(), &bare.text()]);
    player.hear();
    let (me, other) = (std::process::id(), player.pid());
    let program = std::fs::read_to_string("/proc/self/comm").unwrap().trim_end().to_owned();
    let list = |rest: &[&str]| out(&run(&[&["ls"], rest].concat()));
    let row = |text: &str, place: &Place| {
        let found = text.lines().find(|l| l.starts_with(&place.text()));
        found.unwrap_or_else(|| panic!("{} is not in\n{text}", place.text())).to_owned()
    };
    // Who takes part comes first; who only reads, or looks at bytes, is there.
    let text = list(&["-o", "address,attached"]);
    assert!(text.starts_with("ADDRESS") && text.lines().next().unwrap().ends_with("ATTACHED"));
    let shown = |pid: u32| format!("{pid} ({program})");
    assert!(row(&text, &ours).ends_with(&format!("{}, {}", shown(me), shown(other))), "{text}");
    for pid in [me, other] {
        assert!(row(&text, &bare).contains(&shown(pid)), "{text}");
    }
    // What another test forks has it too, until it is another program.
    let eventually = |options: &[&str], place: &Place, end: &str| {
        let start = Instant::now();
        loop {
            let text = list(options);
            if row(&text, place).ends_with(end) {
                return text;
            }
            assert!(start.elapsed() < Duration::from_secs(10), "{text}");
        }
    };
    eventually(&["-o", "address,attached"], &sysv, "1 times");
    let mut pids = [me, other];
    pids.sort_unstable();
    let counted = format!("{},{}  2", pids[0], pids[1]);
    let options = ["-o", "address,PIDS", "-o", "Count", "--noheadings"];
    assert!(!eventually(&options, &bare, &counted).contains("ADDRESS"));
    let stat = json(&["stat", &bare.text(), "--json"]);
    assert!(stat["mapped_by"].as_array().unwrap().contains(&other.into()));
    let mappers = stat["mappers"].as_array().unwrap();
    assert!(mappers.iter().any(|m| m["pid"] == other && m["program"] == *program), "{stat:#}");
    let refused = run(&["rm", &bare.text()]);
    assert!(err(&refused).contains(&shown(other)), "{}", err(&refused));
    // The dead are nobody.
    player.kill();
    drop(held);
    let text = list(&["-o", "address,pids,attached,count"]);
    let words: Vec<String> = row(&text, &bare).split_whitespace().map(str::to_owned).collect();
    assert_eq!(words[1..], ["-", "-", "0"], "{text}");
    assert!(!text.contains(&shown(other)), "{text}");
}

/// Reads one segment of a schema, and looks at another one's bytes.
fn read_only(arguments: &[String]) {
    let _reader = Plain::options().address(&arguments[0]).attach_read_only().unwrap();
    let _bytes = Segment::attach_read_only(&arguments[1].parse().unwrap()).unwrap();
    say("attached");
    wait_for_end_of_stdin();
}

#[test]
fn ls_has_every_column_that_it_names_and_no_other() {
    let (place, sysv) = (Place::posix(), Place::sysv());
    let _own = Plain::options().address(&place.0).mode(0o640).create().unwrap();
    let _sysv = Segment::create(&sysv.0, 8192).unwrap();
    let help = out(&run(&["ls", "--help"]));
    let names = help.split_once("[possible values: ").unwrap().1.split_once(']').unwrap().0;
    let names: Vec<&str> = names.split(',').map(str::trim).collect();
    assert!(names.len() >= 20, "{names:?}");
    for name in &names {
        let done = run(&["ls", "-o", &format!("{name},address")]);
        assert_eq!((code(&done), err(&done).as_str()), (0, ""), "{name}");
        let text = out(&done);
        assert!(text.starts_with(&name.to_uppercase()), "{text}");
        for place in [&place, &sysv] {
            let row = text.lines().find(|l| l.ends_with(&place.text())).unwrap();
            assert!(!row.starts_with(' '), "{name} is empty in {row}");
        }
    }
    let text = out(&run(&["ls", "-o", "address,kind,mode,state,segment,objects,id,locked"]));
    let row = text.lines().find(|l| l.starts_with(&place.text())).unwrap();
    let words: Vec<&str> = row.split_ascii_whitespace().skip(1).collect();
    assert_eq!(words[..4], ["posix", "0640", "live", "plain"]);
    assert!(words[4].starts_with("levels,books,") && words[5..] == ["-", "-"], "{row}");
    let row = text.lines().find(|l| l.starts_with(&sysv.text())).unwrap();
    assert!(row.ends_with("no") && row.contains("foreign"), "{row}");
    for wrong in [&["-o", "nosuch"][..], &["-o", ""], &["-o", "size", "--json"]] {
        assert_eq!(code(&run(&[&["ls"], wrong].concat())), 2, "{wrong:?}");
    }
}

#[test]
fn the_state_tells_live_orphans_and_strangers_apart() {
    for place in Place::both() {
        let address = place.text();
        let state = || json(&["stat", &address, "--json"])["state"].as_str().unwrap().to_owned();
        let own = Plain::options().address(&place.0).create().unwrap();
        assert_eq!(state(), "live");
        let mut player = play("stay_attached", &[&address]);
        player.hear();
        drop(own);
        assert_eq!(state(), "live");
        player.kill();
        assert_eq!(state(), "orphan");
        Segment::remove_at(&place.0).unwrap();
        let _bare = Segment::create(&place.0, 100).unwrap();
        assert_eq!(state(), "foreign");
        let stat = json(&["stat", &address, "--json"]);
        assert!(stat["schema"].is_null() && stat["objects"].as_array().unwrap().is_empty());
    }
}

#[test]
fn dump_decodes_what_waits_and_takes_nothing_out() {
    for place in Place::both() {
        let address = place.text();
        let own = Plain::options().address(&place.0).create().unwrap();
        let mut book = own.books().producer().unwrap();
        for n in 0..30u8 {
            let value = Book {
                symbol: "ÅB\u{1b}[31m".try_into().unwrap(),
                u8: n,
                i64: i64::MIN,
                u64: u64::MAX,
                f64: 0.5,
                flag: true.into(),
                side: if n == 0 { Side::SELL } else { Side(9) },
                state: State::TOP,
                raw: [1, 2, 255],
                ..Default::default()
            };
            book.try_push(&value).unwrap();
        }
        for _ in 0..2 {
            let dump = json(&["dump", &address, "books", "--json"]);
            assert_eq!((&dump["version"], &dump["address"]), (&2.into(), &(*address).into()));
            let object = &dump["objects"][0];
            assert_eq!(
                (object["name"].as_str(), object["kind"].as_str()),
                (Some("books"), Some("queue"))
            );
            let (item, depth) = (&object["definition"]["item"], &object["numbers"]["depth"]);
            assert_eq!((item, depth), (&"Book".into(), &30.into()));
            let messages = object["messages"].as_array().unwrap();
            assert_eq!(messages.len(), 20, "the limit unless told otherwise");
            let value = &messages[0]["value"];
            assert_eq!(messages[0]["position"], 0);
            assert_eq!((&value["u8"], &value["i64"]), (&0.into(), &i64::MIN.into()));
            assert_eq!((&value["u64"], &value["f64"]), (&u64::MAX.into(), &0.5.into()));
            assert_eq!((&value["symbol"], &value["flag"]), (&"ÅB\u{1b}[31m".into(), &true.into()));
            assert_eq!((&value["side"], &value["raw"]), (&"SELL".into(), &"0102ff".into()));
            assert_eq!(messages[1]["value"]["side"], 9, "an unknown number is one");
            assert_eq!(value["levels"].as_array().unwrap().len(), 3);
        }
        let text = out(&run(&["dump", &address, "--limit", "2"]));
        assert!(text.contains("books (queue of Book), 30 waiting"), "{text}");
        assert!(text.contains(".. 28 more") && text.contains("levels (queue of Level), 0 waiting"));
        assert!(!text.contains('\u{1b}'), "what is in a segment does not command a terminal");
        assert_eq!(own.books().depth().unwrap(), 30);
        let none = run(&["dump", &address, "nosuch"]);
        assert_eq!(code(&none), 2);
        assert!(err(&none).contains("levels, books, outers"), "{}", err(&none));
    }
}

#[test]
fn a_bare_segment_has_nothing_to_decode_by() {
    for place in Place::both() {
        let _bare = Segment::create(&place.0, 100).unwrap();
        let done = run(&["dump", &place.text()]);
        assert_eq!((code(&done), out(&done).as_str()), (5, ""));
        assert!(err(&done).contains("no contract"), "{}", err(&done));
    }
}

#[test]
fn creating_over_a_segment_of_another_contract_says_what_differs() {
    let folder = tools::scratch("cli-mismatch");
    let schema = |name: &str, unit: &str| {
        let path = folder.join(name);
        let text = format!(
            "shmgen = 1\n[schema]\nname = \"cli.mismatch\"\nversion = \"1.0\"\n[struct.T]\nfield = [ \
             {{ name = \"a\", type = \"u8\" }}, {{ name = \"speed\", type = \"f64\", unit = \"{unit}\" }} ]\n\
             [segment.s]\nobject = [ {{ name = \"q\", kind = \"queue\", item = \"T\", capacity = 4 }} ]\n"
        );
        std::fs::write(&path, text).unwrap();
        path.display().to_string()
    };
    let (metres, miles) = (schema("metres.toml", "m/s"), schema("miles.toml", "mph"));
    for place in Place::both() {
        let address = place.text();
        let create =
            |schema: &str| run(&["create", &address, "--schema", schema, "--segment", "s"]);
        assert_eq!(code(&create(&metres)), 0);
        assert_eq!(code(&create(&metres)), 6);
        let refused = create(&miles);
        assert_eq!(code(&refused), 5);
        for part in ["speed", "m/s", "mph"] {
            assert!(err(&refused).contains(part), "{}", err(&refused));
        }
    }
}

// --- set, rm

#[test]
fn set_changes_the_mode_and_the_owner() {
    for place in Place::both() {
        let address = place.text();
        let own = Plain::options().address(&place.0).create().unwrap();
        for (mode, expected) in [("640", 0o640), ("0604", 0o604), ("0o600", 0o600)] {
            let done = run(&["set", &address, "--mode", mode]);
            assert_eq!((code(&done), out(&done).as_str(), err(&done).as_str()), (0, "", ""));
            assert_eq!(own.stat().unwrap().mode, expected);
        }
        if is_root() {
            let stat = json(&["set", &address, "--uid", "12345", "--gid", "54321", "--json"]);
            assert_eq!((&stat["uid"], &stat["gid"]), (&12345.into(), &54321.into()));
            assert_eq!(stat["mode"], "0600", "what is not named is kept");
        }
        assert_eq!(code(&run(&["set", &address])), 2);
        assert_eq!(code(&run(&["set", &address, "--mode", "999"])), 2);
        assert_eq!(code(&run(&["set", &address, "--uid", "no-such-user-here"])), 2);
    }
}

#[test]
fn rm_refuses_what_is_in_use_and_names_who_uses_it() {
    for place in Place::both() {
        let address = place.text();
        let own = Plain::options().address(&place.0).create().unwrap();
        let mut player = play("stay_attached", &[&address]);
        player.hear();
        let refused = run(&["rm", &address]);
        assert_eq!((code(&refused), out(&refused).as_str()), (6, ""));
        for pid in [std::process::id(), player.pid()] {
            assert!(err(&refused).contains(&pid.to_string()), "{}", err(&refused));
        }
        assert!(err(&refused).contains("--force"));
        Plain::options().address(&place.0).attach().unwrap();
        // With force the name goes, and who is attached keeps the memory.
        let forced = run(&["rm", &address, "--force"]);
        assert_eq!((code(&forced), err(&forced).as_str()), (0, ""));
        player.go_on();
        assert_eq!(player.hear(), "1");
        let mut inn = own.levels().consumer().unwrap();
        assert_eq!(inn.try_pop().map(|l| l.price), Ok(7));
        assert_eq!(code(&run(&["stat", &address])), 3);
        player.finish();
    }
}

#[test]
fn a_bare_segment_that_is_mapped_is_in_use_too() {
    for place in Place::both() {
        let bare = Segment::create(&place.0, 4096).unwrap();
        assert_eq!(code(&run(&["rm", &place.text()])), 6);
        drop(bare);
        assert_eq!(code(&run(&["rm", &place.text()])), 0);
    }
}

#[test]
fn the_dead_keep_nothing_in_use() {
    for place in Place::both() {
        let own = Plain::options().address(&place.0).create().unwrap();
        let mut player = play("stay_attached", &[&place.text()]);
        player.hear();
        drop(own);
        assert_eq!(code(&run(&["rm", &place.text()])), 6);
        player.kill();
        let removed = json(&["rm", &place.text(), "--json"]);
        assert_eq!(
            (&removed["version"], &removed["removed"][0]),
            (&1.into(), &place.text().into())
        );
        assert_eq!(code(&run(&["rm", &place.text()])), 3);
    }
}

#[test]
fn rm_removes_all_that_it_can_and_tells_each_that_it_cannot() {
    let places = [Place::posix(), Place::sysv(), Place::posix()];
    Segment::create(&places[0].0, 10).unwrap();
    let _held = Segment::create(&places[1].0, 10).unwrap();
    Segment::create(&places[2].0, 10).unwrap();
    let [a, b, c] = places.each_ref().map(Place::text);
    let done = run(&["rm", &a, "posix:/shmgen.test.nosuch", &b, &c]);
    assert_eq!(code(&done), 6, "of the last failure");
    assert!(err(&done).contains("nosuch") && err(&done).contains(&b), "{}", err(&done));
    let codes = [&a, &b, &c].map(|address| code(&run(&["stat", address])));
    assert_eq!(codes, [3, 0, 3]);
}

#[test]
fn what_is_not_there_exits_with_3() {
    let (posix, sysv) = (Place::posix().text(), Place::sysv().text());
    for address in [&*posix, &sysv, "sysv-id:2147483647"] {
        for verb in [
            &["stat", address][..],
            &["stat", address, "--json"],
            &["dump", address],
            &["rm", address],
            &["rm", address, "--force"],
        ] {
            let done = run(verb);
            assert_eq!((code(&done), out(&done).as_str()), (3, ""), "{verb:?}");
            assert!(err(&done).contains(address), "{}", err(&done));
        }
    }
    for address in [&*posix, &sysv] {
        assert_eq!(code(&run(&["set", address, "--mode", "600"])), 3);
    }
}

// --- other users

/// The binary where another user can start it.
struct ForAll(std::path::PathBuf);

impl ForAll {
    fn new() -> Self {
        let folder = std::env::temp_dir().join(format!("shmgen.test.{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        std::fs::set_permissions(&folder, PermissionsExt::from_mode(0o755)).unwrap();
        tools::copy_program(&tools::built().shmgen, &folder.join("shmgen"));
        Self(folder)
    }

    /// Runs it as nobody, or, where this is no root's test, as the caller.
    fn run(&self, arguments: &[&str]) -> Output {
        let mut command = std::process::Command::new(self.0.join("shmgen"));
        command.args(arguments).env_remove("SHM_RUNTIME_PREFIX").current_dir("/");
        if is_root() {
            command.uid(65534).gid(65534);
        }
        command.output().unwrap()
    }
}

impl Drop for ForAll {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

#[test]
fn what_one_may_not_do_exits_with_4() {
    let shmgen = ForAll::new();
    for place in Place::both() {
        let address = place.text();
        drop(Plain::options().address(&place.0).mode(0o000).create().unwrap());
        let refused = shmgen.run(&["dump", &address]);
        assert_eq!((code(&refused), out(&refused).as_str()), (4, ""), "{}", err(&refused));
        // What the kernel tells everybody, it shows.
        let seen = shmgen.run(&["stat", &address]);
        assert_eq!(code(&seen), 0, "{}", err(&seen));
        assert!(out(&seen).contains("state         unreadable\n"), "{}", out(&seen));
        if is_root() {
            for verb in [
                &["rm", &address][..],
                &["rm", &address, "--force"],
                &["set", &address, "--mode", "777"],
                &["dump", &address],
            ] {
                let refused = shmgen.run(verb);
                assert_eq!(code(&refused), 4, "{verb:?}: {}", err(&refused));
                assert!(err(&refused).contains(&address), "{}", err(&refused));
            }
            assert_eq!(json(&["stat", &address, "--json"])["mode"], "0000", "it is as it was");
        }
    }
}

#[test]
fn another_users_segment_is_looked_at_and_removed_only_when_that_is_said() {
    if !is_root() {
        return; // nobody else can give a segment away
    }
    for place in Place::both() {
        let address = place.text();
        drop(Plain::options().address(&place.0).owner(12345, 12345).create().unwrap());
        let refused = run(&["rm", &address]);
        assert_eq!(code(&refused), 4, "{}", err(&refused));
        assert!(err(&refused).contains("12345"), "{}", err(&refused));
        // Who may read may look; trust is for attaching.
        for verb in ["stat", "dump"] {
            assert_eq!(code(&run(&[verb, &address])), 0);
            assert_eq!(code(&run(&[verb, &address, "--any-owner"])), 0);
        }
        assert_eq!(code(&run(&["rm", &address, "--force"])), 0);
    }
}

#[test]
fn stat_shows_what_ls_shows_also_of_what_is_removed() {
    let place = Place::sysv();
    let held = Segment::create(&place.0, 4096).unwrap();
    let id = held.stat().unwrap().kernel.id.unwrap();
    let ours = Place::sysv();
    let attached = Plain::options().address(&ours.0).create().unwrap();
    let other = attached.stat().unwrap().kernel.id.unwrap();
    held.remove().unwrap();
    attached.remove().unwrap();
    for id in [id, other] {
        let address = format!("sysv-id:{id}");
        assert_eq!(json(&["stat", &address, "--json"])["state"], "removed");
        let listed = out(&run(&["ls", "-o", "address,state", "--noheadings"]));
        let row = listed.lines().find(|l| l.split_ascii_whitespace().next() == Some(&address));
        assert!(row.unwrap().ends_with(" removed"), "{listed}");
    }
    // Of ours, who still has it is reported.
    let seen = json(&["stat", &format!("sysv-id:{other}"), "--json"]);
    assert_eq!(seen["participants"][0]["pid"], std::process::id());
}

#[test]
fn what_may_not_be_read_is_unreadable_in_stat_and_ls() {
    if !is_root() {
        return; // who is not root is tried as nobody below
    }
    let folder = std::env::temp_dir().join(format!("shmgen.look.{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::set_permissions(&folder, PermissionsExt::from_mode(0o755)).unwrap();
    let shmgen = folder.join("shmgen");
    tools::copy_program(&tools::built().shmgen, &shmgen);
    for place in Place::both() {
        let address = place.text();
        drop(Plain::options().address(&place.0).create().unwrap());
        let as_nobody = |arguments: &[&str]| {
            let mut command = std::process::Command::new(&shmgen);
            command.args(arguments).uid(65534).gid(65534).current_dir("/").output().unwrap()
        };
        let looked = as_nobody(&["stat", &address]);
        assert_eq!(code(&looked), 0, "{}", err(&looked));
        assert!(out(&looked).contains("state         unreadable\n"), "{}", out(&looked));
        let listed = out(&as_nobody(&["ls", "-o", "address,state", "--noheadings"]));
        let row = listed.lines().find(|l| l.starts_with(&address)).unwrap();
        assert!(row.ends_with(" unreadable"), "{row}");
        assert_eq!(code(&as_nobody(&["dump", &address])), 4);
    }
    std::fs::remove_dir_all(&folder).unwrap();
}

// --- names

#[test]
fn a_name_that_is_a_link_is_refused_by_every_verb_and_left_alone() {
    let (target, link) = (Place::posix(), Place::posix());
    drop(Plain::options().address(&target.0).create().unwrap());
    symlink(target.path(), link.path()).unwrap();
    let address = link.text();
    for verb in [
        &["stat", &address][..],
        &["dump", &address],
        &["rm", &address],
        &["rm", &address, "--force"],
        &["set", &address, "--mode", "777"],
    ] {
        let done = run(verb);
        assert_eq!(code(&done), 4, "{verb:?}: {}", err(&done));
        assert!(err(&done).contains("symbolic link"), "{}", err(&done));
    }
    assert_eq!(code(&run(&["create", &address, "--size", "10"])), 6);
    assert!(!out(&run(&["ls"])).contains(&address));
    let kept = std::fs::metadata(target.path()).unwrap();
    assert_eq!(kept.mode() & 0o777, 0o600);
    assert!(std::fs::symlink_metadata(link.path()).unwrap().is_symlink());
    std::fs::remove_file(link.path()).unwrap();
}

#[test]
fn a_prefix_is_put_before_every_posix_name() {
    let place = Place::posix();
    let prefix = place.text().replace("posix:/", "") + ".";
    let prefixed = |arguments: &[&str]| {
        shmgen().env("SHM_RUNTIME_PREFIX", &prefix).args(arguments).output().unwrap()
    };
    let whole = Place(format!("{}.own", place.text()).parse().unwrap());
    let made = prefixed(&["create", "posix:/own", "--size", "100"]);
    assert_eq!((code(&made), out(&made).as_str()), (0, "posix:/own\n"));
    assert!(std::path::Path::new(&whole.path()).exists());
    // Within the prefix there is nothing else; without it, it is the whole name.
    let listed = prefixed(&["ls", "--json"]);
    let listed: Value = serde_json::from_slice(&listed.stdout).unwrap();
    let segments = listed["segments"].as_array().unwrap();
    let posix: Vec<&Value> =
        segments.iter().filter(|s| s["kind"] == "posix").map(|s| &s["address"]).collect();
    assert_eq!(posix, ["posix:/own"]);
    assert!(out(&run(&["ls"])).contains(&whole.text()));
    assert_eq!(code(&run(&["stat", &whole.text()])), 0);
    assert_eq!(code(&prefixed(&["stat", "posix:/own"])), 0);
    assert_eq!(code(&prefixed(&["rm", "posix:/own"])), 0);
    assert!(!std::path::Path::new(&whole.path()).exists());
}

/// A process that has a segment in a memfd.
fn hold_a_memfd(_: &[String]) {
    let segment = Plain::options().address("memfd:").mode(0o640).create().unwrap();
    let out = segment.levels().producer();
    out.unwrap().try_push(&Level { price: 7, ..Default::default() }).unwrap();
    let bare = Segment::create(&"memfd:".parse().unwrap(), 5000).unwrap();
    say(format!("{} {}", segment.address(), bare.address()));
    wait_for_end_of_stdin();
}

#[test]
fn a_memfd_of_another_process_is_listed_looked_at_and_removed_by_its_place() {
    let mut player = play("hold_a_memfd", &[]);
    let heard = player.hear();
    let (ours, bare) = heard.split_once(' ').unwrap();
    assert!(ours.starts_with(&format!("memfd:{}/", player.pid())), "{ours}");
    let columns = "address,kind,size,mode,state,name,seals,segment";
    let listed = out(&run(&["ls", "-o", columns]));
    let row = |address: &str| {
        let found = listed.lines().find(|l| l.split(' ').next() == Some(address));
        found.unwrap_or_else(|| panic!("{address} is not in\n{listed}")).to_owned()
    };
    for word in ["memfd", "0640", "live", "test.everything.plain", "shrink", "plain"] {
        assert!(row(ours).contains(word), "{}", row(ours));
    }
    assert!(row(bare).contains("foreign") && row(bare).contains("shmgen"), "{}", row(bare));
    let all = json(&["ls", "--json"]);
    let all = all["segments"].as_array().unwrap();
    let found: Vec<&Value> = all.iter().filter(|s| s["address"] == ours).collect();
    assert_eq!(found.len(), 1);
    assert_eq!(
        (&found[0]["kind"], &found[0]["mapped_by"]),
        (&"memfd".into(), &serde_json::json!([player.pid()]))
    );
    let stat = out(&run(&["stat", ours]));
    assert!(
        stat.contains("memfd         test.everything.plain, sealed: seal, shrink, grow"),
        "{stat}"
    );
    assert!(stat.contains(&player.pid().to_string()), "{stat}");
    assert!(out(&run(&["dump", ours, "levels"])).contains("price: 7"));
    assert_eq!(json(&["set", ours, "--mode", "600", "--json"])["mode"], "0600");
    assert_eq!(code(&run(&["lock", ours])), 1);
    // Bytes of a bare one.
    let mut writer = shmgen();
    writer.args(["write", bare]).stdin(std::process::Stdio::piped());
    let mut writer = writer.spawn().unwrap();
    std::io::Write::write_all(&mut writer.stdin.take().unwrap(), b"hello").unwrap();
    assert!(writer.wait().unwrap().success());
    assert!(out(&run(&["read", bare, "--size", "5", "--hex"])).contains("|hello|"));
    // Removing declares it removed; gc has nothing to do with what the kernel frees.
    assert_eq!(code(&run(&["rm", ours])), 6, "it is in use");
    assert_eq!(code(&run(&["rm", ours, "--force"])), 0);
    assert_eq!(code(&run(&["rm", ours, "--force"])), 3);
    assert_eq!(json(&["stat", ours, "--json"])["retired"], true);
    assert_eq!(code(&run(&["rm", bare, "--force"])), 1);
    player.kill();
    assert_eq!(code(&run(&["stat", ours])), 3);
    assert!(!out(&run(&["ls"])).contains(ours));
    // The command itself would not keep one.
    for what in [&["--size", "4K"][..], &["--schema", &schema(), "--segment", "plain"]] {
        let refused = run(&[&["create", "memfd:"], what].concat());
        assert_eq!((code(&refused), out(&refused).as_str()), (2, ""));
        assert!(err(&refused).contains("gone as soon as this command ends"), "{}", err(&refused));
    }
}

#[test]
fn a_private_segment_is_made_listed_and_removed_with_its_id_file() {
    let place = Place::id_file();
    let address = place.text();
    for what in [&["--size", "4K"][..], &["--schema", &schema(), "--segment", "plain"]] {
        let made = run(&[&["create", &address], what].concat());
        assert_eq!((code(&made), out(&made)), (0, format!("{address}\n")), "{}", err(&made));
        assert_eq!(code(&run(&[&["create", &address], what].concat())), 6);
        let stat = json(&["stat", &address, "--json"]);
        assert_eq!((&stat["address"], &stat["kind"]), (&address.as_str().into(), &"sysv".into()));
        let by_id = format!("sysv-id:{}", stat["kernel"]["id"]);
        assert!(out(&run(&["ls"])).contains(&by_id), "a private one is listed by its id");
        for found in [&address, &by_id] {
            assert_eq!(code(&run(&["set", found, "--mode", "640"])), 0);
            assert_eq!(code(&run(&["lock", found])), 0);
            assert_eq!(code(&run(&["unlock", found])), 0);
            assert_eq!(code(&run(&["read", found, "--size", "8"])), 0);
        }
        assert_eq!(code(&run(&["rm", &address])), 0);
        assert!(!std::fs::exists(place.path()).unwrap());
        assert_eq!(code(&run(&["stat", &by_id])), 3);
    }
    // Removed by its id, it leaves a file that is stale.
    assert_eq!(code(&run(&["create", &address, "--size", "4K"])), 0);
    let stat = json(&["stat", &address, "--json"]);
    assert_eq!(code(&run(&["rm", &format!("sysv-id:{}", stat["kernel"]["id"])])), 0);
    let stale = run(&["stat", &address]);
    assert_eq!(code(&stale), 3);
    assert!(err(&stale).contains("its id file is stale"), "{}", err(&stale));
    assert_eq!(code(&run(&["create", &address, "--size", "4K"])), 0);
    assert_eq!(code(&run(&["rm", &address])), 0);
    // What lies there and is none stays as it is.
    std::fs::write(place.path(), "mine\n").unwrap();
    for verb in [&["create", &address, "--size", "4K"][..], &["stat", &address], &["rm", &address]]
    {
        let refused = run(verb);
        assert_eq!(code(&refused), 1, "{verb:?}: {}", err(&refused));
        assert!(err(&refused).contains("no id file of shmgen"), "{}", err(&refused));
    }
    assert_eq!(std::fs::read_to_string(place.path()).unwrap(), "mine\n");
    std::fs::remove_file(place.path()).unwrap();
}

#[test]
fn a_segment_is_given_to_users_and_groups_by_number_and_by_name() {
    let backends = root().join("tests/schemas/backends.toml").display().to_string();
    for place in Place::all() {
        let address = place.text();
        for unknown in [&["--uid", "no-such-user"][..], &["--gid", "no-such-group"]] {
            let refused = run(&[&["create", &address, "--size", "100"], unknown].concat());
            assert_eq!(code(&refused), 2, "{}", err(&refused));
            assert!(err(&refused).contains("on this machine"), "{}", err(&refused));
            assert_eq!(code(&run(&["stat", &address])), 3, "nothing was made");
        }
        let given = ["--uid", "nobody", "--gid", "12345"];
        let made = run(&[&["create", &address, "--size", "100"], &given[..]].concat());
        if !is_root() {
            assert_eq!(code(&made), 4, "{}", err(&made));
            continue;
        }
        assert_eq!(code(&made), 0, "{}", err(&made));
        let stat = json(&["stat", &address, "--json", "--any-owner"]);
        assert_eq!((&stat["uid"], &stat["gid"]), (&65534.into(), &12345.into()));
        let back = ["set", &address, "--uid", "root", "--gid", "0", "--json"];
        assert_eq!(code(&run(&back)), 4, "another user's, without --force");
        let back = json(&[&back[..], &["--force"]].concat());
        assert_eq!((&back["uid"], &back["gid"]), (&0.into(), &0.into()));
        let refused = run(&["set", &address, "--gid", "no-such-group"]);
        assert_eq!(code(&refused), 2, "{}", err(&refused));
        assert_eq!(code(&run(&["rm", &address])), 0);
        // As the schema says, unless the command says something else.
        let owned = ["create", &address, "--schema", &backends, "--segment", "owned", "--json"];
        let made = json(&owned);
        let found = (&made["uid"], &made["gid"], &made["mode"]);
        assert_eq!(found, (&65534.into(), &12345.into(), &"0660".into()));
        assert_eq!(code(&run(&["rm", "--force", &address])), 0);
        let made = json(&[&owned[..], &["--uid", "0"]].concat());
        assert_eq!((&made["uid"], &made["gid"]), (&0.into(), &12345.into()));
        assert_eq!(code(&run(&["rm", &address])), 0);
    }
}

#[test]
fn a_system_v_segment_is_found_by_its_id_too() {
    let place = Place::sysv();
    drop(SystemV::options().address(&place.0).create().unwrap());
    let stat = json(&["stat", &place.text(), "--json"]);
    let by_id = format!("sysv-id:{}", stat["kernel"]["id"]);
    let same = json(&["stat", &by_id, "--json"]);
    assert_eq!(same["schema"], stat["schema"]);
    assert_eq!(code(&run(&["dump", &by_id])), 0);
    assert_eq!(code(&run(&["rm", &by_id])), 0);
    assert_eq!(code(&run(&["stat", &place.text()])), 3);
}
