//! The command line's verbs for what lies in a segment and where it lies: read,
//! write, lock and unlock, on real segments.

use command::{code, err};
use everything::Plain;
use places::Place;
use serde_json::Value;
use shm_runtime::{ErrorKind, Options, Owner, Segment, SegmentBytes};
use shmgen_test_support::schemas::everything;
use shmgen_test_support::{command, places, tools};
use std::io::{BufRead, BufReader, Write};
use std::process::{Output, Stdio};
use tools::shmgen;

fn run(arguments: &[&str]) -> Output {
    with_input(arguments, b"")
}

fn with_input(arguments: &[&str], input: &[u8]) -> Output {
    let mut command = shmgen();
    command.args(arguments).stdin(Stdio::piped());
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    // A command that refuses does not read its input.
    let _ = child.stdin.take().unwrap().write_all(input);
    child.wait_with_output().unwrap()
}

fn content(place: &Place) -> Vec<u8> {
    let segment = Segment::attach(&place.0).unwrap();
    let mut bytes = vec![0; segment.size() as usize];
    segment.read_at(0, &mut bytes).unwrap();
    bytes
}

// --- read and write

#[test]
fn what_is_written_is_read_back_byte_for_byte() {
    // More than one step of the copy, and no whole number of pages.
    let size = (1 << 20) + 12345;
    let bytes: Vec<u8> = (0..size).map(|n: u32| (n % 251) as u8).collect();
    for place in Place::both() {
        let address = place.text();
        let _held = Segment::create(&place.0, u64::from(size)).unwrap();
        let done = with_input(&["write", &address], &bytes);
        assert_eq!((code(&done), err(&done).as_str(), done.stdout.len()), (0, "", 0));
        assert_eq!(content(&place), bytes);
        let read = run(&["read", &address]);
        assert_eq!((code(&read), err(&read).as_str()), (0, ""));
        assert!(read.stdout == bytes);
        let part = run(&["read", &address, "--offset", "1M", "--size", "100"]);
        assert_eq!(part.stdout, &bytes[1 << 20..(1 << 20) + 100]);
        // The rest keeps what it had; the very last byte can be written.
        let last = (size - 1).to_string();
        let done = with_input(&["write", &address, "--offset", &last, "--json"], b"\xff");
        let told: Value = serde_json::from_slice(&done.stdout).unwrap();
        assert_eq!((&told["address"], &told["written"]), (&(*address).into(), &1.into()));
        let mut expected = bytes.clone();
        *expected.last_mut().unwrap() = 0xff;
        assert!(content(&place) == expected);
        // Nothing to read and nothing to write are no errors.
        let end = size.to_string();
        let none = run(&["read", &address, "--offset", &end]);
        assert_eq!((code(&none), none.stdout.len()), (0, 0));
        assert_eq!(code(&run(&["write", &address])), 0);
        assert!(content(&place) == expected);
    }
}

#[test]
fn what_lies_outside_is_refused_and_nothing_is_written() {
    for place in Place::both() {
        let address = place.text();
        let _held = Segment::create(&place.0, 4096).unwrap();
        for (arguments, input) in [
            (&["write", &address][..], &[1u8; 4097][..]),
            (&["write", &address, "--offset", "4000"], &[1; 97]),
            (&["write", &address, "--offset", "4097"], b""),
            (&["write", &address, "--offset", "4096"], b"1"),
            (&["read", &address, "--offset", "4097"], b""),
            (&["read", &address, "--offset", "4090", "--size", "7"], b""),
            (&["read", &address, "--size", "16777215T"], b""),
            (&["read", &address, "--offset", "-1"], b""),
            (&["read", &address, "--offset", "18446744073709551615", "--size", "2"], b""),
        ] {
            let done = with_input(arguments, input);
            assert_eq!((code(&done), done.stdout.len()), (2, 0), "{arguments:?}: {}", err(&done));
            assert!(!err(&done).is_empty());
        }
        let long = with_input(&["write", &address], &[1; 5000]);
        assert!(err(&long).contains("4096") && err(&long).contains("nothing was written"));
        assert_eq!(content(&place), [0; 4096]);
    }
}

#[test]
fn a_segment_of_a_schema_is_read_and_not_written_without_force() {
    for place in Place::both() {
        let address = place.text();
        drop(Plain::options().address(&place.0).create().unwrap());
        let read = run(&["read", &address, "--size", "8"]);
        assert_eq!((code(&read), &*read.stdout), (0, &b"shmgen\x1a\n"[..]));
        let before = content(&place);
        let refused = with_input(&["write", &address, "--offset", "600"], b"12345678");
        assert_eq!(code(&refused), 5);
        assert!(err(&refused).contains("not bare") && err(&refused).contains("--force"));
        assert!(content(&place) == before);
        let forced = with_input(&["write", &address, "--offset", "600", "--force"], b"12345678");
        assert_eq!((code(&forced), err(&forced).as_str()), (0, ""));
        assert_eq!(&content(&place)[600..608], b"12345678");
    }
}

#[test]
fn hex_shows_what_a_terminal_can_bear() {
    let place = Place::posix();
    let _held = Segment::create(&place.0, 20).unwrap();
    with_input(&["write", &place.text()], b"\x1b[2J hello");
    let shown = run(&["read", &place.text(), "--hex"]);
    let shown = String::from_utf8(shown.stdout).unwrap();
    assert!(shown.starts_with("00000000  1b 5b 32 4a 20 68 65 6c 6c 6f 00 "), "{shown}");
    assert!(shown.contains("|.[2J hello......|") && shown.lines().count() == 2, "{shown}");
    assert!(!shown.contains('\x1b'));
}

#[test]
fn what_is_not_there_exits_with_3() {
    let (posix, sysv) = (Place::posix().text(), Place::sysv().text());
    for address in [&*posix, &sysv, "sysv-id:2147483647"] {
        for verb in ["read", "write", "lock", "unlock"] {
            if verb.ends_with("lock") && address.starts_with("posix") {
                continue;
            }
            let done = run(&[verb, address]);
            assert_eq!((code(&done), done.stdout.len()), (3, 0), "{verb}: {}", err(&done));
            assert!(err(&done).contains(address), "{}", err(&done));
        }
    }
    assert_eq!(code(&run(&["lock", &posix, "--hold"])), 3);
    for verb in ["read", "write", "lock", "unlock"] {
        assert_eq!(code(&run(&[verb, "posix:/a/b"])), 2);
    }
}

#[test]
fn a_segment_that_shrinks_under_a_reader_is_an_error_and_no_signal() {
    let place = Place::posix();
    let held = Segment::create(&place.0, 8192).unwrap();
    let options = Options::default();
    let raw = SegmentBytes::open_writable(&place.0, &options).unwrap();
    let file = std::fs::OpenOptions::new().write(true).open(place.path()).unwrap();
    file.set_len(100).unwrap();
    let mut bytes = [0; 200];
    assert_eq!(raw.read_at(0, &mut bytes).unwrap_err().kind(), ErrorKind::Corrupt);
    assert_eq!(raw.read_at(8000, &mut bytes).unwrap_err().kind(), ErrorKind::Invalid);
    raw.write_at(4096, &[1]).unwrap();
    let read_only = SegmentBytes::open(&place.0, &options).unwrap();
    assert_eq!(read_only.write_at(0, &[1]).unwrap_err().kind(), ErrorKind::ReadOnly);
    drop(held);
}

// --- lock and unlock

fn locked(place: &Place) -> Option<bool> {
    Segment::attach_read_only(&place.0).unwrap().stat().unwrap().kernel.locked
}

#[test]
fn a_system_v_segment_is_locked_until_it_is_unlocked() {
    let place = Place::sysv();
    drop(Segment::create(&place.0, 4096).unwrap());
    for _ in 0..2 {
        for (verb, is) in [("lock", true), ("unlock", false)] {
            let done = run(&[verb, &place.text()]);
            assert_eq!((code(&done), err(&done).as_str(), done.stdout.len()), (0, "", 0));
            assert_eq!(locked(&place), Some(is));
        }
    }
    // By its id, and with what is told afterwards.
    let id = Segment::attach(&place.0).unwrap().stat().unwrap().kernel.id.unwrap();
    let told = run(&["lock", &format!("sysv-id:{id}"), "--json"]);
    let told: Value = serde_json::from_slice(&told.stdout).unwrap();
    assert_eq!(told["kernel"]["locked"], true);
    let told = run(&["unlock", &place.text(), "--json"]);
    let told: Value = serde_json::from_slice(&told.stdout).unwrap();
    assert_eq!(told["kernel"]["locked"], false);
}

#[test]
fn a_posix_segment_is_locked_by_a_process_so_a_command_says_how() {
    let place = Place::posix();
    drop(Segment::create(&place.0, 4096).unwrap());
    let refused = run(&["lock", &place.text()]);
    assert_eq!((code(&refused), refused.stdout.len()), (1, 0));
    for part in ["mlock", "--hold", &place.text()] {
        assert!(err(&refused).contains(part), "{}", err(&refused));
    }
    assert!(!err(&refused).contains("lock_memory"), "a function: {}", err(&refused));
    let refused = run(&["unlock", &place.text()]);
    assert_eq!(code(&refused), 1);
    assert!(!err(&refused).contains("--hold"), "{}", err(&refused));
}

#[test]
fn a_refusal_names_the_option_of_the_command_and_a_library_its_function() {
    if !nix::unistd::geteuid().is_root() {
        return;
    }
    let place = Place::posix();
    drop(Segment::create(&place.0, 4096).unwrap());
    Segment::set_at(&place.0, Owner { uid: 4321, ..Owner::KEEP }).unwrap();
    let refused = run(&["read", &place.text()]);
    assert_eq!(code(&refused), 4);
    let told = err(&refused);
    assert!(told.ends_with("; to trust that user, say --any-owner\n"), "{told}");
    assert_eq!(code(&run(&["read", "--any-owner", &place.text()])), 0);
    let told = Segment::attach(&place.0).unwrap_err().to_string();
    let way = "name it with trust_uid(4321), or all with trust_any_owner()";
    assert!(told.ends_with(&format!("; to trust that user, {way}")), "{told}");
}

/// Bytes that a process has locked, as the kernel counts them.
fn locked_bytes(pid: u32) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).unwrap();
    let line = status.lines().find(|l| l.starts_with("VmLck:")).unwrap();
    line.split_ascii_whitespace().nth(1).unwrap().parse::<u64>().unwrap() * 1024
}

#[test]
fn hold_keeps_a_segment_locked_until_it_is_interrupted() {
    use nix::sys::signal::{Signal, kill};
    for (place, signal) in Place::both().into_iter().zip([Signal::SIGINT, Signal::SIGTERM]) {
        drop(Segment::create(&place.0, 16384).unwrap());
        let mut command = shmgen();
        command.args(["lock", &place.text(), "--hold"]).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let mut said = String::new();
        BufReader::new(child.stderr.take().unwrap()).read_line(&mut said).unwrap();
        assert!(said.contains("locked in memory (16K)"), "{said}");
        match locked(&place) {
            Some(locked) => assert!(locked),
            None => assert_eq!(locked_bytes(child.id()), 16384),
        }
        kill(nix::unistd::Pid::from_raw(child.id() as i32), signal).unwrap();
        assert_eq!(child.wait().unwrap().code(), Some(0));
        assert_ne!(locked(&place), Some(true));
    }
}

#[test]
fn a_core_file_of_hold_has_the_segment_if_that_is_asked_for() {
    for (place, name) in Place::both().into_iter().zip(["/dev/shm/", "/SYSV"]) {
        drop(Segment::create(&place.0, 16384).unwrap());
        for (option, left_out) in [(None, true), (Some("--core-dump"), false)] {
            let mut command = shmgen();
            command.args(["lock", &place.text(), "--hold"]).args(option).stderr(Stdio::piped());
            let mut child = command.spawn().unwrap();
            let mut said = String::new();
            BufReader::new(child.stderr.take().unwrap()).read_line(&mut said).unwrap();
            let smaps = std::fs::read_to_string(format!("/proc/{}/smaps", child.id())).unwrap();
            let mut flags = smaps.lines().skip_while(|line| !line.contains(name));
            let flags = flags.find(|line| line.starts_with("VmFlags:")).unwrap();
            assert_eq!(flags.split(' ').any(|flag| flag == "dd"), left_out, "{flags}");
            child.kill().unwrap();
            child.wait().unwrap();
            run(&["unlock", &place.text()]);
        }
    }
    assert_eq!(code(&run(&["lock", "posix:/x", "--core-dump"])), 2, "without --hold");
}

#[test]
fn more_than_the_limit_is_not_locked() {
    if !nix::unistd::geteuid().is_root() {
        return; // root alone can take the capability away
    }
    for place in Place::both() {
        drop(Segment::create(&place.0, 1 << 20).unwrap());
        let shmgen = tools::built().shmgen.display();
        let script = format!(
            "ulimit -l 64; exec setpriv --bounding-set -ipc_lock --inh-caps -ipc_lock \
                     {shmgen} lock {} --hold",
            place.text()
        );
        let done = std::process::Command::new("sh").args(["-c", &script]).output().unwrap();
        assert_eq!(code(&done), 4, "{}", err(&done));
        assert!(err(&done).contains("RLIMIT_MEMLOCK"), "{}", err(&done));
        assert!(err(&done).contains("1048.6 kB") && err(&done).contains("65.5 kB"));
    }
}
