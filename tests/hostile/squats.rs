//! Who was there first: names in /dev/shm that lead to something else than a
//! segment of a trusted owner. All of it is refused by every way of attaching;
//! nothing is followed, opened for long, or removed. docs/threat-model.md lists
//! these tests, those of `tampered.rs` and of `squats_sysv.rs`; the last test
//! here keeps list and tests together.

use children::{say, wait_for_end_of_stdin};
use languages::{BOTH, Language};
use nix::fcntl::{FcntlArg, fcntl};
use nix::libc;
use nix::sys::stat::{Mode, SFlag, mknod};
use places::Place;
use refusals::*;
use shm_runtime::{Owner, Segment};
use shmgen_test_support::{children, languages, places, refusals, tools};
use std::collections::BTreeSet;
use std::os::unix::fs::symlink;
use std::path::Path;

children!(as_nobody, lease_holder);

/// A segment that is as it should be; its name leads elsewhere or nowhere.
fn good() -> Place {
    let place = Place::posix();
    drop(Language::Rust.create(&place.text()).unwrap());
    place
}

/// Everything that uses a name refuses it so; create finds it taken.
fn nothing_uses(place: &Place, says: &str) {
    refuses(&ATTACHING, &place.text(), "Permission", says);
    refuses(&[BARE, REMOVE], &place.text(), "Permission", says);
    refuses(&[CREATE], &place.text(), "Exists", says);
    assert!(std::fs::symlink_metadata(place.path()).is_ok(), "it was removed");
}

/// Removes what is no segment; else the place could not.
fn clear(place: &Place) {
    let path = place.path();
    let _ = std::fs::remove_file(&path).or_else(|_| std::fs::remove_dir(&path));
}

// --- what is no file

#[test]
fn a_symbolic_link() {
    let (place, target) = (Place::posix(), good());
    symlink(target.path(), place.path()).unwrap();
    nothing_uses(&place, "it is a symbolic link, not a segment");
    let open = Owner { mode: 0o666, ..Owner::KEEP };
    let error = Segment::set_at(&place.0, open).unwrap_err();
    assert_eq!(error.kind().name(), "Permission", "{error}");
    clear(&place);
    allows(&[ATTACH], &target.text());
}

#[test]
fn a_symbolic_link_to_nothing() {
    let (place, target) = (Place::posix(), Place::posix());
    symlink(target.path(), place.path()).unwrap();
    nothing_uses(&place, "it is a symbolic link, not a segment");
    assert!(!Path::new(&target.path()).exists(), "create followed it");
    clear(&place);
}

#[test]
fn a_fifo() {
    let place = Place::posix();
    nix::unistd::mkfifo(place.path().as_str(), Mode::from_bits_truncate(0o600)).unwrap();
    nothing_uses(&place, "it is a FIFO");
    clear(&place);
}

#[test]
fn a_socket() {
    let place = Place::posix();
    let _socket = std::os::unix::net::UnixListener::bind(place.path()).unwrap();
    nothing_uses(&place, "it is a socket");
    clear(&place);
}

#[test]
fn a_directory() {
    let place = Place::posix();
    std::fs::create_dir(place.path()).unwrap();
    nothing_uses(&place, "it is a directory");
    clear(&place);
}

/// The one that anybody may make.
#[test]
fn a_device() {
    let place = Place::posix();
    let mode = Mode::from_bits_truncate(0o600);
    mknod(place.path().as_str(), SFlag::S_IFCHR, mode, 0).unwrap();
    nothing_uses(&place, "it is a device");
    clear(&place);
}

// --- files

#[test]
fn a_hard_link() {
    let (place, target) = (Place::posix(), good());
    std::fs::hard_link(target.path(), place.path()).unwrap();
    for name in [&place, &target] {
        refuses(&ATTACHING, &name.text(), "Permission", "it has 2 names (hard links)");
        refuses(&[BARE], &name.text(), "Permission", "it has 2 names (hard links)");
        refuses(&[CREATE], &name.text(), "Exists", "it exists already");
        let open = Owner { mode: 0o666, ..Owner::KEEP };
        let error = Segment::set_at(&name.0, open).unwrap_err();
        assert_eq!(error.kind().name(), "Permission", "{error}");
    }
    clear(&place);
    allows(&[ATTACH], &target.text());
}

#[test]
fn an_empty_file() {
    let place = Place::posix();
    std::fs::write(place.path(), b"").unwrap();
    refuses(&ATTACHING, &place.text(), "Mismatch", "it is a bare segment of 0 bytes");
    refuses(&[BARE], &place.text(), "Mismatch", "it is empty");
    refuses(&[CREATE], &place.text(), "Exists", "it exists already");
}

#[test]
fn another_programs_file() {
    let place = Place::posix();
    std::fs::write(place.path(), b"something else entirely").unwrap();
    refuses(
        &ATTACHING,
        &place.text(),
        "Mismatch",
        "or another program's: it has no header of ours",
    );
    refuses(&[CREATE], &place.text(), "Exists", "it exists already");
    assert_eq!(std::fs::read(place.path()).unwrap(), b"something else entirely");
}

#[test]
fn a_bare_segment() {
    let place = Place::posix();
    drop(Segment::create(&place.0, 1 << 16).unwrap());
    refuses(&ATTACHING, &place.text(), "Mismatch", "it is a bare segment of 65.5 kB");
    refuses(&[CREATE], &place.text(), "Exists", "it exists already");
}

// --- owners and modes

#[test]
fn another_owner() {
    if !is_root() {
        return;
    }
    let place = good();
    Segment::set_at(&place.0, Owner { uid: 4321, gid: 4321, mode: 0o666 }).unwrap();
    let says = "it belongs to uid 4321, which is neither root nor you (uid 0)";
    refuses(&ATTACHING, &place.text(), "Permission", says);
    refuses(&[BARE], &place.text(), "Permission", says);
    for language in BOTH {
        language.attach_as(&place.text(), false, true).unwrap();
    }
    refuses(&[CREATE], &place.text(), "Exists", "it exists already");
}

#[test]
fn a_mode_that_keeps_out() {
    if !is_root() {
        return;
    }
    let place = good();
    Segment::set_at(&place.0, Owner { mode: 0o600, ..Owner::KEEP }).unwrap();
    nobody_is_refused(play_with, &place.text(), "nothing", "open: Permission denied");
}

#[test]
fn a_mode_that_lets_read_only() {
    if !is_root() {
        return;
    }
    let place = good();
    Segment::set_at(&place.0, Owner { mode: 0o644, ..Owner::KEEP }).unwrap();
    nobody_is_refused(play_with, &place.text(), "read", "open: Permission denied");
}

#[test]
fn another_users_open_to_everybody() {
    if !is_root() {
        return;
    }
    let place = good();
    Segment::set_at(&place.0, Owner { uid: 4321, gid: 4321, mode: 0o666 }).unwrap();
    let says = "it belongs to uid 4321, which is neither root nor you (uid 65534)";
    nobody_is_refused(play_with, &place.text(), "nothing", says);
}

// --- leases and locks

/// Takes a lease for writing, which an open would have to wait for.
fn lease_holder(arguments: &[String]) {
    let file = std::fs::File::options().read(true).write(true).open(&arguments[0]).unwrap();
    // SAFETY: numbers; the signal that asks for the lease is ignored.
    unsafe {
        libc::signal(libc::SIGIO, libc::SIG_IGN);
        let fd = std::os::fd::AsRawFd::as_raw_fd(&file);
        assert_eq!(libc::fcntl(fd, libc::F_SETLEASE, libc::F_WRLCK), 0);
    }
    say("held");
    wait_for_end_of_stdin();
}

#[test]
fn a_lease() {
    let place = good();
    let mut holder = play("lease_holder", &[&place.path()]);
    assert_eq!(holder.hear(), "held");
    let says = "somebody holds a lease on it (fcntl F_SETLEASE)";
    refuses(&ATTACHING, &place.text(), "Busy", says);
    refuses(&[BARE, REMOVE], &place.text(), "Busy", says);
    refuses(&[CREATE], &place.text(), "Exists", "it exists already");
    holder.kill();
    allows(&[ATTACH], &place.text());
}

fn read_lock(path: &str, start: i64, len: i64) -> std::fs::File {
    let file = std::fs::File::open(path).unwrap();
    let lock = libc::flock {
        l_type: libc::F_RDLCK as i16,
        l_whence: libc::SEEK_SET as i16,
        l_start: start,
        l_len: len,
        l_pid: 0,
    };
    fcntl(&file, FcntlArg::F_OFD_SETLK(&lock)).unwrap();
    file
}

#[test]
fn locks_on_every_record() {
    let place = good();
    let lock = read_lock(&place.path(), 0, 4096);
    let says = "by processes that lock its file and take no part";
    refuses(&[ATTACH, OPEN_OR_CREATE], &place.text(), "TableFull", says);
    allows(&[READ_ONLY], &place.text());
    drop(lock);
    allows(&[ATTACH], &place.text());
}

/// As of a collector that finds the segment in use: who attaches meanwhile waits.
#[test]
fn locks_on_every_record_for_a_moment() {
    let (_, attach) = ATTACH;
    for language in BOTH {
        let place = good();
        let lock = read_lock(&place.path(), 0, 4096);
        let holding = std::thread::spawn(move || {
            std::thread::sleep(std::time::Duration::from_millis(300));
            drop(lock);
        });
        attach(language, &place.text()).unwrap();
        holding.join().unwrap();
    }
}

#[test]
fn a_lock_on_the_removal() {
    let place = good();
    let lock = read_lock(&place.path(), (1 << 40) + 1, 1);
    refuses(&[REMOVE], &place.text(), "Busy", "somebody else is removing it");
    allows(&[ATTACH], &place.text());
    drop(lock);
    Language::C.remove_at(&place.text()).unwrap();
}

// --- names

#[test]
fn a_name_that_leaves_the_directory() {
    for name in ["posix:/../etc/passwd", "posix:/a/b", "/dev/shm/x", "posix:..", "posix:."] {
        for (_, operation) in [ATTACH, CREATE, REMOVE] {
            for language in BOTH {
                assert_eq!(operation(language, name).unwrap_err().kind, "Invalid", "{name}");
            }
        }
    }
}

#[test]
fn a_name_of_the_runtimes_own() {
    for language in BOTH {
        for (_, operation) in [ATTACH, CREATE, REMOVE] {
            let refused =
                operation(language, "posix:/.shmgen.sysv.1.0123456789abcdef").unwrap_err();
            assert_eq!(refused.kind, "Invalid", "{refused}");
            assert!(refused.text.contains("belong to the runtime"), "{refused}");
        }
    }
}

// --- the list

/// The tests of a file of these.
fn tests_of(file: &str) -> BTreeSet<String> {
    let path = tools::root().join("tests/hostile").join(file);
    let text = std::fs::read_to_string(path).unwrap();
    let lines: Vec<&str> = text.lines().collect();
    let module = file.trim_end_matches(".rs");
    let names = lines.windows(2).filter(|l| l[0] == "#[test]").map(|l| {
        let name = l[1].trim_start_matches("fn ").trim_end_matches("() {");
        format!("{module}::{name}")
    });
    names.filter(|n| !n.ends_with("::the_threat_model_lists_every_one")).collect()
}

#[test]
fn the_threat_model_lists_every_one() {
    let page = std::fs::read_to_string(tools::root().join("docs/threat-model.md")).unwrap();
    let (_, rest) = page.split_once("## Squatting and tampering").unwrap();
    let section = rest.split_once("\n## ").map_or(rest, |(section, _)| section);
    let rows = section.lines().filter_map(|line| {
        let cells: Vec<&str> = line.trim_matches('|').split('|').map(str::trim).collect();
        let name = cells.last()?.strip_prefix('`')?.strip_suffix('`')?;
        (cells.len() == 3 && name.contains("::")).then(|| name.to_owned())
    });
    let rows: Vec<String> = rows.collect();
    let listed: BTreeSet<String> = rows.iter().cloned().collect();
    assert_eq!(listed.len(), rows.len(), "a test is listed twice");
    let files = ["squats.rs", "squats_sysv.rs", "tampered.rs"];
    let tests: BTreeSet<String> = files.iter().flat_map(|file| tests_of(file)).collect();
    assert!(tests.len() >= 30, "{}", tests.len());
    assert_eq!(listed, tests);
}
