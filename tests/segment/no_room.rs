//! A /dev/shm that is full, or nearly: create says so, with a kind and an errno,
//! in Rust, C and Python; nothing is left behind, and what was created can be
//! written to its last byte without a signal.

use apart::World;
use children::say;
use languages::{BOTH, Refused};
use nix::libc;
use nix::sched::CloneFlags;
use places::Place;
use shmgen_test_support::{apart, children, languages, places, tools};
use std::process::Command;

children!(in_64_kib, without_a_limit, without_inodes);

/// Plays a part; what it says at its end.
fn apart_from_all(part: &str) {
    let generated = tools::scratch(&format!("no-room-{part}"));
    tools::generate(&tools::root().join("tests/schemas/everything.toml"), &generated);
    let path = format!("{}:{}", generated.display(), tools::root().join("python/src").display());
    let environment = [
        (languages::LIBRARY, languages::library().to_str().unwrap()),
        ("SHM_RUNTIME_LIBRARY", tools::built().library.to_str().unwrap()),
        ("PYTHONPATH", path.as_str()),
        ("PYTHONDONTWRITEBYTECODE", "1"),
    ];
    let mut player = play_with(part, &[], &environment);
    assert_eq!(player.hear(), "done");
    player.finish();
}

/// A refusal for want of room that says how much was wanted, and where.
fn is_no_space(refused: Option<Refused>, what: &str) {
    let refused = refused.unwrap_or_else(|| panic!("{what}: created where there is no room"));
    assert_eq!(refused.kind, "NoSpace", "{what}: {refused}");
    assert_eq!(refused.os, Some(libc::ENOSPC), "{what}: {refused}");
}

#[test]
fn a_megabyte_in_64_kib_is_an_error_of_create_in_every_language() {
    apart_from_all("in_64_kib");
}

fn in_64_kib(_: &[String]) {
    apart::enter_with(CloneFlags::empty(), "size=64k,mode=1777");
    let empty = World::now();
    for language in BOTH {
        let bare = language.create_bare("posix:/large", 1 << 20).err();
        let says = bare.as_ref().map_or_else(String::new, ToString::to_string);
        is_no_space(bare, language.name());
        assert!(says.contains("1048.6 kB needed, 65.5 kB free in /dev/shm"), "{says}");
        // Of the schema: more than 64 KiB as well.
        is_no_space(language.create("posix:/large").err(), language.name());
        is_no_space(language.open_or_create("posix:/large").err(), language.name());
        assert_eq!(World::now(), empty, "{}", language.name());
    }
    python();
    assert_eq!(World::now(), empty, "Python");

    // What was created has its pages: to the last byte, until all are taken.
    for language in BOTH {
        let mut made = Vec::new();
        let refused = loop {
            let name = format!("posix:/part{}", made.len());
            match language.create_bare(&name, 12_000) {
                Ok(part) => {
                    part.fill(0xa5);
                    made.push(part);
                }
                Err(refused) => break refused,
            }
        };
        is_no_space(Some(refused), language.name());
        assert_eq!(made.len(), 5, "pages of 4 KiB: 5 times 12 of 64 KiB");
        assert!(apart::names().len() == 5, "{:?}", apart::names());
        // A System V segment lies elsewhere, but its companion wants a page here.
        let last = language.create_bare("posix:/last", 4096).unwrap();
        is_no_space(language.create("sysv:0x70000001").err(), language.name());
        assert!(apart::ids().is_empty(), "{:?}", apart::ids());
        // What is there can be used and removed.
        language.attach_bare("posix:/part0").unwrap().fill(0x5a);
        made.iter().chain([&last]).for_each(|part| part.remove().unwrap());
        drop((made, last));
        assert_eq!(World::now(), empty, "{}", language.name());
    }
    say("done");
}

const PYTHON: &str = r#"
import errno, shm_runtime, everything
def refused(create):
    try:
        create()
    except shm_runtime.NoSpace as e:
        assert isinstance(e, OSError) and e.errno == errno.ENOSPC, repr(e)
        assert "free in /dev/shm" in str(e), str(e)
    else:
        raise SystemExit("created where there is no room")
refused(lambda: shm_runtime.Segment.create("posix:/large", 1 << 20))
refused(lambda: everything.Plain.create("posix:/large"))
refused(lambda: everything.Plain.open_or_create("posix:/large"))
with shm_runtime.Segment.create("posix:/small", 60_000) as small:
    small.buf[:] = b"x" * 60_000
    small.unlink()
"#;

fn python() {
    let mut python = Command::new("python3");
    tools::run(python.args(["-W", "error", "-c", PYTHON]));
}

#[test]
fn a_file_system_without_a_limit_has_room() {
    apart_from_all("without_a_limit");
}

fn without_a_limit(_: &[String]) {
    apart::enter_with(CloneFlags::empty(), "size=0,mode=1777");
    for language in BOTH {
        for place in Place::both() {
            language.create(&place.text()).unwrap().remove().unwrap();
        }
    }
    say("done");
}

#[test]
fn a_file_system_without_inodes_is_told_and_nothing_is_left() {
    apart_from_all("without_inodes");
}

/// The root takes one, a segment two: its file, and its name.
fn without_inodes(_: &[String]) {
    apart::enter_with(CloneFlags::empty(), "size=1m,nr_inodes=2,mode=1777");
    let empty = World::now();
    for language in BOTH {
        let full = std::fs::write("/dev/shm/other", b"");
        full.unwrap();
        let before = World::now();
        for address in ["posix:/x", "sysv:0x70000002"] {
            is_no_space(language.create(address).err(), address);
            assert_eq!(World::now(), before, "{address} in {}", language.name());
        }
        std::fs::remove_file("/dev/shm/other").unwrap();
        assert_eq!(World::now(), empty);
    }
    say("done");
}
