//! A core file has no bytes of segments, unless that is asked for: as the kernel marks
//! what is mapped (`dd` in /proc/self/smaps), in Rust and C, for POSIX, System V and
//! memfds, of a schema and bare.

use children::say;
use languages::{BOTH, Language};
use shmgen_test_support::{apart, children, languages};

children!(marks);

#[test]
fn segments_are_left_out_of_core_files_unless_asked_for() {
    let environment = [(languages::LIBRARY, languages::library().to_str().unwrap())];
    for language in BOTH {
        let mut player = play_with("marks", &[language.name()], &environment);
        assert_eq!(player.hear(), "well");
        player.finish();
    }
}

/// How many segments are mapped here, by what the kernel calls them, and how many of
/// them core files leave out. (Of System V ones a companion in /dev/shm is mapped, too.)
fn mapped(name: &str) -> (usize, usize) {
    let smaps = std::fs::read_to_string("/proc/self/smaps").unwrap();
    let (mut all, mut left_out, mut ours) = (0, 0, false);
    for line in smaps.lines() {
        if line.starts_with("VmFlags:") {
            all += usize::from(ours);
            left_out += usize::from(ours && line.split(' ').any(|flag| flag == "dd"));
        } else if line.split(' ').next().is_some_and(|range| range.contains('-')) {
            ours = line.contains(name);
        }
    }
    (all, left_out)
}

fn marks(arguments: &[String]) {
    apart::enter();
    let language = Language::of(&arguments[0]);
    languages::ready();
    let kinds = [("posix:/core", "/dev/shm/"), ("sysv:0x70000002", "/SYSV"), ("memfd:", "/memfd:")];
    for (address, name) in kinds {
        let mapped = || mapped(name);
        let made = language.create(address).unwrap();
        assert_eq!(mapped(), (1, 1), "create of {address}");
        let place = made.address();
        let other = language.attach(&place).unwrap();
        assert_eq!(mapped(), (2, 2), "attach to {address}");
        let reader = language.attach_read_only(&place).unwrap();
        assert_eq!(mapped(), (3, 3), "attach_read_only to {address}");
        let bytes = language.attach_bare(&place).unwrap();
        assert_eq!(mapped(), (4, 4), "as bytes, {address}");
        made.remove().unwrap();
        drop((made, other, reader, bytes));
        let bare = language.create_bare(address, 4096).unwrap();
        assert_eq!(mapped(), (1, 1), "a bare one at {address}");
        if address != "memfd:" {
            bare.remove().unwrap();
        }
        drop(bare);
        let asked = language.create_in_core(address).unwrap();
        assert_eq!(mapped(), (1, 0), "with core_dump, {address}");
        asked.remove().unwrap();
    }
    say("well");
}
