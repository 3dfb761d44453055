//! The command and odd names: characters that command a terminal, names that
//! lead to something else than a segment, prefixes, names that lead nowhere; and
//! whose the segment is that a name leads to.

use command::{code, err, out, run};
use everything::{Level, Plain};
use places::Place;
use serde_json::Value;
use shm_runtime::{Address, ErrorKind, Queue, Segment};
use shmgen_test_support::schemas::everything;
use shmgen_test_support::{command, places, tools};
use std::os::unix::fs::symlink;
use std::os::unix::net::UnixListener;
use tools::{root, shmgen};

fn json(arguments: &[&str]) -> Value {
    let done = run(arguments);
    assert_eq!((code(&done), err(&done).as_str()), (0, ""), "{arguments:?}");
    serde_json::from_slice(&done.stdout).unwrap()
}

fn schema() -> String {
    root().join("tests/schemas/everything.toml").display().to_string()
}

#[test]
fn an_odd_name_is_escaped_for_people_and_exact_for_programs() {
    let plain = Place::posix();
    let raw = format!("{}\u{1b}[31m\u{202e}\\é", plain.text());
    let place = Place(raw.parse::<Address>().unwrap());
    let shown = format!("{}\\u{{1b}}[31m\\u{{202e}}\\é", plain.text());
    assert_eq!((place.text(), place.0.spelling()), (shown.clone(), raw.clone()));
    let made = run(&["create", &raw, "--schema", &schema(), "--segment", "plain"]);
    assert_eq!(out(&made), format!("{raw}\n"), "a program reads what it can hand back");
    assert_eq!(json(&["stat", &raw, "--json"])["address"], *raw);
    assert_eq!(json(&["dump", &raw, "--json"])["address"], *raw);
    assert_eq!(json(&["set", &raw, "--mode", "640", "--json"])["address"], *raw);
    let found = |list: &Value, key: &str| {
        list[key].as_array().unwrap().iter().any(|s| s["address"] == *raw)
    };
    assert!(found(&json(&["ls", "--json"]), "segments"));
    // What will be removed, not what is: others test at the same time.
    let dry = json(&["gc", "--dry-run", "--older", "100d", "--json"]);
    assert!(found(&dry, "kept"));
    for verb in [&["ls"][..], &["stat", &raw], &["gc", "--dry-run", "--older", "100d"]] {
        let text = out(&run(verb));
        assert!(text.contains(&shown), "{text:?}");
        assert!(!text.contains('\u{1b}') && !text.contains('\u{202e}'), "{text:?}");
    }
    let removed = json(&["rm", &raw, "--json"]);
    assert_eq!(removed["removed"][0], *raw);
    let gone = run(&["stat", &raw]);
    assert!(err(&gone).contains(&shown) && !err(&gone).contains('\u{1b}'), "{:?}", err(&gone));
}

#[test]
fn create_on_a_name_that_is_no_segments_says_what_is_there_and_how_to_be_rid_of_it() {
    type Squat = fn(&str);
    let squatters: [(&str, &str, Squat); 5] = [
        ("a symbolic link", "rm", |p| symlink("/etc/passwd", p).unwrap()),
        ("a symbolic link", "rm", |p| symlink("/nowhere", p).unwrap()),
        ("a FIFO", "rm", |p| nix::unistd::mkfifo(p, nix::sys::stat::Mode::S_IRWXU).unwrap()),
        ("a socket", "rm", |p| drop(UnixListener::bind(p).unwrap())),
        ("a directory", "rmdir", |p| std::fs::create_dir(p).unwrap()),
    ];
    for (what, command, squat) in squatters {
        let place = Place::posix();
        let (address, path) = (place.text(), place.path());
        squat(&path);
        let says =
            format!("it is {what}, not a segment; somebody put it there, and `{command} {path}`");
        for rest in [&["--size", "10"][..], &["--schema", &schema(), "--segment", "plain"]] {
            let done = run(&[&["create", &address], rest].concat());
            assert_eq!((code(&done), out(&done).as_str()), (6, ""), "{what}");
            let said = err(&done);
            assert!(said.contains(&format!("cannot create {address}: {says}")), "{said}");
            assert!(!said.contains("attach to it"), "{said}");
        }
        // The other verbs say the same, so nobody is sent in a circle.
        for verb in
            [&["stat", &address][..], &["rm", &address], &["set", &address, "--mode", "600"]]
        {
            let done = run(verb);
            assert!(err(&done).contains(&says), "{verb:?}: {}", err(&done));
        }
        tools::run(std::process::Command::new(command).arg(&path));
        assert_eq!(code(&run(&["create", &address, "--size", "10"])), 0, "the way it says works");
    }
    // A segment is reported as before.
    let place = Place::posix();
    Segment::create(&place.0, 10).unwrap();
    let said = err(&run(&["create", &place.text(), "--size", "10"]));
    assert!(said.contains("it exists already (attach to it, or remove it first)"), "{said}");
}

#[test]
fn what_is_not_there_cannot_be_what_the_verb_does() {
    let (posix, sysv) = (Place::posix().text(), Place::sysv().text());
    for address in [&posix, &sysv] {
        for (verb, tried) in [
            (&["rm", address][..], "remove"),
            (&["rm", address, "--force"], "remove"),
            (&["set", address, "--mode", "600"], "set"),
            (&["dump", address], "decode"),
            (&["stat", address], "look at"),
        ] {
            let done = run(verb);
            assert_eq!(code(&done), 3);
            let expected = format!("shmgen: cannot {tried} {address}: there is no such segment\n");
            assert_eq!(err(&done), expected, "{verb:?}");
        }
    }
}

#[test]
fn a_prefix_must_not_make_a_name_of_the_runtimes_own() {
    for (prefix, name) in [(".shmgen.", "x"), (".shm", "gen.x"), (".shmgen.sysv.1.", "0")] {
        for rest in [
            &["create", name, "--size", "10"][..],
            &["stat", name],
            &["rm", name, "--force"],
            &["set", name, "--mode", "600", "--force"],
        ] {
            let done = shmgen().env("SHM_RUNTIME_PREFIX", prefix).args(rest).output().unwrap();
            assert_eq!((code(&done), out(&done).as_str()), (2, ""), "{prefix} {rest:?}");
            assert!(err(&done).contains("choose another prefix"), "{}", err(&done));
        }
        assert!(!std::path::Path::new(&format!("/dev/shm/{prefix}{name}")).exists());
    }
    // One that only looks a little like it is no harm.
    let prefix = format!(".shmgenx.{}.", std::process::id());
    for rest in [&["create", "x", "--size", "10"][..], &["rm", "x"]] {
        let done = shmgen().env("SHM_RUNTIME_PREFIX", &prefix).args(rest).output().unwrap();
        assert_eq!(code(&done), 0, "{}", err(&done));
    }
}

#[test]
fn set_changes_another_users_segment_only_when_that_is_said() {
    if !nix::unistd::geteuid().is_root() {
        return; // nobody else can give a segment away
    }
    for place in Place::both() {
        let address = place.text();
        drop(Plain::options().address(&place.0).owner(12345, 12345).create().unwrap());
        let refused = run(&["set", &address, "--mode", "666"]);
        assert_eq!((code(&refused), out(&refused).as_str()), (4, ""));
        let said = err(&refused);
        assert!(said.contains("12345") && said.contains("--force"), "{said}");
        assert_eq!(json(&["stat", &address, "--any-owner", "--json"])["mode"], "0600");
        let done = run(&["set", &address, "--mode", "666", "--force"]);
        assert_eq!((code(&done), err(&done).as_str()), (0, ""));
        assert_eq!(json(&["stat", &address, "--any-owner", "--json"])["mode"], "0666");
    }
    // One's own that one may not read.
    let place = Place::posix();
    drop(Segment::create(&place.0, 10).unwrap());
    assert_eq!(code(&run(&["set", &place.text(), "--mode", "0"])), 0);
    assert_eq!(code(&run(&["set", &place.text(), "--mode", "600"])), 0);
}

#[test]
fn a_queue_that_cannot_be_says_which_one() {
    for place in Place::both() {
        for (capacity, says) in [
            (0, "a queue has a capacity of at least 1, not of 0"),
            (u64::MAX, "items of 16 bytes are no size that memory can have"),
        ] {
            let error = Queue::<Level>::create(&place.0, capacity).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Invalid);
            let expected = format!("cannot create {}: ", place.text());
            assert!(error.to_string().starts_with(&expected), "{error}");
            assert!(error.to_string().ends_with(says), "{error}");
            let error = Queue::<Level>::open_or_create(&place.0, capacity).unwrap_err();
            assert!(error.to_string().starts_with(&expected), "{error}");
        }
    }
}

#[test]
fn a_mode_that_was_meant_to_be_octal_is_told_so() {
    let place = Place::posix();
    let error = Plain::options().address(&place.0).mode(640).create().unwrap_err();
    let says = "mode 1200 is not within 0 to 777; if 640 was meant, write 0o640";
    assert!(error.to_string().ends_with(says), "{error}");
    let error = Plain::options().address(&place.0).mode(0o1777).create().unwrap_err();
    assert!(error.to_string().ends_with("mode 1777 is not within 0 to 777"), "{error}");
    let bare = Segment::create(&place.0, 10).unwrap();
    let owner = shm_runtime::Owner { mode: 644, ..shm_runtime::Owner::KEEP };
    let error = bare.set(owner).unwrap_err();
    assert!(error.to_string().ends_with("if 644 was meant, write 0o644"), "{error}");
}
