//! Private System V segments, which are found by the file that holds their id:
//! what the file says, when it is stale, and what is refused in its place.

use children::{say, wait_for_end_of_stdin};
use everything::Plain;
use languages::{BOTH, Language};
use nix::sched::CloneFlags;
use nix::sys::stat::Mode;
use nix::unistd::{Gid, Uid, setresgid, setresuid};
use places::Place;
use shm_runtime::{Address, Error, ErrorKind, Inspector, Options, Owner, Segment, SegmentState};
use shmgen_test_support::schemas::everything;
use shmgen_test_support::{apart, children, languages, places, tools};
use std::os::unix::fs::{MetadataExt, PermissionsExt, chown, symlink};
use std::time::{Duration, Instant};

children!(
    stale_files,
    hostile_files,
    files_of_strangers,
    of_somebody_careful,
    failures,
    open_or_create_at_once,
    create_and_be_killed,
    in_another_namespace,
);

/// A part that counts what it leaves, in a process of its own.
fn alone(part: &str) {
    let mut player = play(part, &[]);
    assert_eq!(player.hear(), "done");
    player.finish();
}

fn kind<T>(result: Result<T, Error>) -> ErrorKind {
    match result {
        Ok(_) => panic!("it worked"),
        Err(error) => error.kind(),
    }
}

/// The private segments that this process has made and nobody has removed.
fn left() -> Vec<i32> {
    let table = std::fs::read_to_string("/proc/sysvipc/shm").unwrap();
    let me = std::process::id().to_string();
    let private = table.lines().skip(1).filter_map(|line| {
        let fields: Vec<&str> = line.split_ascii_whitespace().collect();
        let removed = u32::from_str_radix(fields[2], 8).unwrap() & 0o1000 != 0;
        (fields[0] == "0" && fields[4] == me && !removed).then(|| fields[1].parse().unwrap())
    });
    private.collect()
}

/// Id, birth mark and size, as the file says them in its second form.
fn parts(place: &Place) -> [String; 3] {
    let text = std::fs::read_to_string(place.path()).unwrap();
    let words: Vec<&str> = text.strip_suffix('\n').unwrap().split(' ').collect();
    let ["shmgen.sysv", id, mark, size, _, _] = words[..] else { panic!("{text:?}") };
    [id.to_owned(), mark.to_owned(), size.to_owned()]
}

fn by_id(place: &Place) -> Address {
    format!("sysv-id:{}", parts(place)[0]).parse().unwrap()
}

fn is_root() -> bool {
    nix::unistd::geteuid().is_root()
}

#[test]
fn a_private_segment_is_found_by_its_file_and_by_its_id() {
    let place = Place::id_file();
    let plain = |address: &Address| Plain::options().address(address);
    assert_eq!(kind(plain(&place.0).attach()), ErrorKind::NotFound);
    let made = plain(&place.0).mode(0o640).create().unwrap();
    assert_eq!(made.address(), &place.0);
    assert_eq!(kind(plain(&place.0).create()), ErrorKind::Exists);

    let file = std::fs::metadata(place.path()).unwrap();
    assert_eq!((file.mode() & 0o7777, file.nlink()), (0o600, 1), "whatever the segment's mode is");
    let stat = made.stat().unwrap();
    let [id, mark, size] = parts(&place);
    assert_eq!(stat.kernel.id.unwrap().to_string(), id);
    assert_eq!((stat.kernel.key, stat.mode, stat.size.to_string()), (Some(0), 0o640, size));
    let raw = Segment::attach_read_only(&place.0).unwrap();
    let mut bytes = [0; 8];
    raw.read_at(96, &mut bytes).unwrap();
    assert_eq!(format!("{:016x}", u64::from_le_bytes(bytes)), mark);

    // The same segment by either address, in every operation.
    let id = by_id(&place);
    let mut out = plain(&id).attach().unwrap().levels().producer().unwrap();
    out.try_push(&everything::Level { price: 7, ..Default::default() }).unwrap();
    let mut inn = plain(&place.0).attach().unwrap().levels().consumer().unwrap();
    assert_eq!(inn.try_pop().unwrap().price, 7);
    for address in [&id, &place.0] {
        let stat = Inspector::open(address, &Options::default()).unwrap().stat().unwrap();
        assert_eq!((stat.state, &stat.address), (SegmentState::Live, address));
        for mode in [0o644, 0o600] {
            Segment::set_at(address, Owner { mode, ..Owner::KEEP }).unwrap();
            assert_eq!(made.stat().unwrap().mode, mode);
        }
        Segment::lock_at(address, true).unwrap();
        assert_eq!(made.stat().unwrap().kernel.locked, Some(true));
        Segment::lock_at(address, false).unwrap();
    }
    assert_eq!(kind(plain(&id).create()), ErrorKind::Invalid, "ids are given by the system");
    made.remove().unwrap();
    assert!(!std::fs::exists(place.path()).unwrap(), "its file goes with it");
    for address in [&id, &place.0] {
        assert_eq!(kind(Segment::remove_at(address)), ErrorKind::NotFound);
        assert_eq!(kind(plain(address).attach()), ErrorKind::NotFound);
    }
}

#[test]
fn the_file_of_a_segment_that_is_gone_is_stale_and_gives_way_to_a_new_one() {
    alone("stale_files");
}

fn stale_files(_: &[String]) {
    let place = Place::id_file();
    let plain = || Plain::options().address(&place.0);
    drop(plain().create().unwrap());
    let first = parts(&place);
    Segment::remove_at(&by_id(&place)).unwrap();
    let error = plain().attach().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotFound);
    assert!(error.to_string().contains(&format!("stale: segment {} is gone", first[0])), "{error}");
    assert_eq!(kind(Segment::remove_at(&place.0)), ErrorKind::NotFound);
    assert_eq!(parts(&place), first, "who only looks changes nothing");

    let new = plain().open_or_create().unwrap();
    let second = parts(&place);
    assert_ne!(first, second);
    assert_eq!(plain().attach().unwrap().stat().unwrap().kernel.id, new.stat().unwrap().kernel.id);

    // An id that was given to another segment: all three must agree.
    let good = std::fs::read_to_string(place.path()).unwrap();
    let [id, mark, size] = second;
    for says in [
        format!("shmgen.sysv {id} {} {size}\n", first[1]),
        format!("shmgen.sysv {id} {mark} 4096\n"),
        format!("shmgen.sysv {} {mark} {size}\n", i32::MAX),
    ] {
        std::fs::write(place.path(), &says).unwrap();
        assert_eq!(kind(plain().attach()), ErrorKind::NotFound, "{says}");
    }
    // Of one with a key, an id file never spoke.
    let keyed = Place::sysv();
    let keyed = Segment::create(&keyed.0, 4096).map(|segment| (segment, keyed)).unwrap();
    let keyed_id = keyed.0.stat().unwrap().kernel.id.unwrap();
    std::fs::write(place.path(), format!("shmgen.sysv {keyed_id} {:016x} 4096\n", 0)).unwrap();
    assert_eq!(kind(Segment::attach(&place.0)), ErrorKind::NotFound);
    std::fs::write(place.path(), good).unwrap();
    plain().attach().unwrap();
    assert_eq!(left().len(), 1);
    new.remove().unwrap();
    assert!(left().is_empty());
    say("done");
}

#[test]
fn what_lies_in_another_ipc_namespace_is_neither_used_nor_replaced() {
    let place = Place::id_file();
    let mut ours = Language::Rust.create(&place.text()).unwrap();
    ours.push(1).unwrap();
    let text = std::fs::read_to_string(place.path()).unwrap();
    let mut player = play("in_another_namespace", &[&place.text()]);
    assert_eq!(player.hear(), "done");
    player.finish();
    assert_eq!(std::fs::read_to_string(place.path()).unwrap(), text);
    assert_eq!(ours.pop().unwrap(), 1);
    // The first form says nothing of namespaces, and is still read.
    let first = text.split(' ').take(4).collect::<Vec<_>>().join(" ");
    std::fs::write(place.path(), first + "\n").unwrap();
    for language in BOTH {
        assert_eq!(language.attach(&place.text()).unwrap().identity(), ours.identity());
    }
    ours.remove().unwrap();
}

fn in_another_namespace(arguments: &[String]) {
    let (address, path) = (&arguments[0], arguments[0].strip_prefix("sysv-file:").unwrap());
    apart::separate(CloneFlags::CLONE_NEWNS | CloneFlags::CLONE_NEWIPC);
    let text = std::fs::read_to_string(path).unwrap();
    let unsupported = |what: &str, error: languages::Refused| {
        assert_eq!(error.kind, "Unsupported", "{what}: {error}");
        assert!(error.to_string().contains("nsenter --ipc"), "{what}: {error}");
        assert_eq!(std::fs::read_to_string(path).unwrap(), text, "{what}");
    };
    for language in BOTH {
        unsupported("attach", language.attach(address).map(drop).unwrap_err());
        unsupported("attach to read", language.attach_read_only(address).map(drop).unwrap_err());
        unsupported("create", language.create(address).map(drop).unwrap_err());
        unsupported("open or create", language.open_or_create(address).map(drop).unwrap_err());
        unsupported("bare", language.create_bare(address, 4096).map(drop).unwrap_err());
        unsupported("remove", language.remove_at(address).unwrap_err());
    }
    let refused = tools::shmgen().args(["stat", address]).output().unwrap();
    assert!(String::from_utf8_lossy(&refused.stderr).contains("another IPC namespace"));
    // Of another boot, it is stale.
    let (words, boot) = text.trim_end().rsplit_once(' ').unwrap();
    let other = format!(
        "{words} {}\n",
        boot.replace(&boot[..1], if &boot[..1] == "0" { "1" } else { "0" })
    );
    for language in BOTH {
        std::fs::write(path, &other).unwrap();
        assert_eq!(language.attach(address).map(drop).unwrap_err().kind, "NotFound");
        language.open_or_create(address).unwrap().remove().unwrap();
        assert!(!std::fs::exists(path).unwrap());
    }
    // The caller goes on with it as it was.
    std::fs::write(path, text).unwrap();
    say("done");
}

#[test]
fn a_late_removal_leaves_a_successor_and_its_file_alone() {
    let place = Place::id_file();
    let old = Segment::create(&place.0, 4096).unwrap();
    Segment::remove_at(&by_id(&place)).unwrap();
    let new = Segment::open_or_create(&place.0, 4096).unwrap();
    assert_eq!(kind(old.remove()), ErrorKind::NotFound);
    assert_eq!(
        Segment::attach(&place.0).unwrap().stat().unwrap().kernel.id,
        new.stat().unwrap().kernel.id
    );
    // Removed by its own handle, but the file is another one's by now.
    std::fs::copy(place.path(), format!("{}.kept", place.path())).unwrap();
    std::fs::write(place.path(), format!("shmgen.sysv {} {:016x} 4096\n", i32::MAX, 0)).unwrap();
    new.remove().unwrap();
    assert!(std::fs::exists(place.path()).unwrap());
    std::fs::remove_file(place.path()).unwrap();
    std::fs::remove_file(format!("{}.kept", place.path())).unwrap();
}

#[test]
fn what_is_no_id_file_is_refused_at_once_and_left_as_it_is() {
    alone("hostile_files");
}

fn hostile_files(_: &[String]) {
    let place = Place::id_file();
    let path = place.path();
    let refused = |expected: ErrorKind, says: &str| {
        let start = Instant::now();
        let errors = [
            Plain::options().address(&place.0).attach().err(),
            Plain::options().address(&place.0).create().err(),
            Plain::options().address(&place.0).open_or_create().err(),
            Segment::attach(&place.0).err(),
            Segment::create(&place.0, 100).err(),
            Segment::remove_at(&place.0).err(),
            Segment::set_at(&place.0, Owner { mode: 0o666, ..Owner::KEEP }).err(),
            Inspector::open(&place.0, &Options::default()).err(),
        ];
        assert!(start.elapsed() < Duration::from_secs(5), "{says}: it must not wait");
        for error in errors {
            let error = error.unwrap();
            assert_eq!(error.kind(), expected, "{says}: {error}");
            assert!(error.to_string().contains(says), "{says}: {error}");
        }
        assert!(left().is_empty(), "{says}: nothing half-made is left");
    };
    let size = (1u64 << 40).to_string();
    for (content, says) in [
        ("", "is empty"),
        ("\n", "says something else"),
        ("shmgen.sysv 1 2 3\n", "says something else"),
        ("shmgen.sysv 0 0000000000000000 4096", "says something else"),
        ("PATH=/usr/bin\nHOME=/root\n", "says something else"),
        (&"x".repeat(129), "is longer than 128 bytes"),
        (&format!("shmgen.sysv 0 0000000000000000 {size}\n\0"), "says something else"),
    ] {
        std::fs::write(&path, content).unwrap();
        refused(ErrorKind::Corrupt, says);
        assert_eq!(std::fs::read_to_string(&path).unwrap(), content);
    }
    std::fs::File::create(&path).unwrap().set_len(1 << 40).unwrap();
    refused(ErrorKind::Corrupt, "is longer than 128 bytes");
    std::fs::remove_file(&path).unwrap();

    nix::unistd::mkfifo(path.as_str(), Mode::from_bits_truncate(0o600)).unwrap();
    refused(ErrorKind::Permission, "it is a FIFO, not an id file");
    std::fs::remove_file(&path).unwrap();

    std::fs::create_dir(&path).unwrap();
    refused(ErrorKind::Permission, "it is a directory, not an id file");
    std::fs::remove_dir(&path).unwrap();

    // A link to a good one is refused, too: it may be somebody else's folder.
    let other = Place::id_file();
    let segment = Segment::create(&other.0, 100).unwrap();
    let private = left();
    symlink(other.path(), &path).unwrap();
    assert_eq!(kind(Segment::attach(&place.0)), ErrorKind::Permission);
    assert_eq!(kind(Segment::open_or_create(&place.0, 100)), ErrorKind::Permission);
    assert_eq!(kind(Segment::remove_at(&place.0)), ErrorKind::Permission);
    std::fs::remove_file(&path).unwrap();
    assert_eq!(left(), private);
    segment.remove().unwrap();
    say("done");
}

#[test]
fn who_writes_the_file_owns_the_segment_or_is_trusted() {
    alone("files_of_strangers");
}

fn files_of_strangers(_: &[String]) {
    let place = Place::id_file();
    let segment = Segment::create(&place.0, 4096).unwrap();
    if !is_root() {
        // Of root's file, nobody else can make one that could be read.
        std::fs::set_permissions(place.path(), std::fs::Permissions::from_mode(0o0)).unwrap();
        assert_eq!(kind(Segment::attach(&place.0)), ErrorKind::Permission);
        segment.remove().unwrap_err();
        std::fs::remove_file(place.path()).unwrap();
        return say("done");
    }
    // Somebody else's file leads to a segment of ours: they chose it, not we.
    chown(place.path(), Some(4321), None).unwrap();
    let error = Segment::attach(&place.0).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Permission);
    assert!(error.to_string().contains("its id file belongs to uid 4321"), "{error}");
    assert_eq!(kind(Segment::remove_at(&place.0)), ErrorKind::Permission);
    chown(place.path(), Some(0), None).unwrap();

    // Given away, file and all; then its owner decides, as for every segment.
    Segment::set_at(&place.0, Owner { uid: 4321, gid: 54, mode: 0o660 }).unwrap();
    let file = std::fs::metadata(place.path()).unwrap();
    assert_eq!((file.uid(), file.gid(), file.mode() & 0o7777), (4321, 54, 0o600));
    assert_eq!(kind(Segment::attach(&place.0)), ErrorKind::Permission);
    let trusted = Options::default().trust_uid(4321);
    Segment::attach_with(&place.0, &trusted).unwrap();
    // A stale one of a stranger's is not replaced, of a trusted one's it is.
    Segment::remove_at(&by_id(&place)).unwrap();
    assert_eq!(kind(Segment::create(&place.0, 4096)), ErrorKind::Permission);
    assert!(left().is_empty());
    Segment::create_with(&place.0, 4096, &trusted).unwrap().remove().unwrap();
    say("done");
}

#[test]
fn a_segment_that_may_not_be_looked_at_is_not_taken_for_gone() {
    let library = languages::library().to_str().unwrap();
    let mut player = play_with("of_somebody_careful", &[], &[(languages::LIBRARY, library)]);
    assert_eq!(player.hear(), "done");
    player.finish();
}

/// Who cannot tell whether the file is stale leaves it alone.
fn of_somebody_careful(_: &[String]) {
    let place = Place::id_file();
    let segment = Plain::options().address(&place.0).mode(0o600).create().unwrap();
    let says = std::fs::read_to_string(place.path()).unwrap();
    std::fs::set_permissions(place.path(), std::fs::Permissions::from_mode(0o644)).unwrap();
    languages::ready();
    let is_root = is_root();
    if is_root {
        setresgid(Gid::from_raw(54), Gid::from_raw(54), Gid::from_raw(0)).unwrap();
        setresuid(Uid::from_raw(4321), Uid::from_raw(4321), Uid::from_raw(0)).unwrap();
    } else {
        segment.set(Owner { mode: 0, ..Owner::KEEP }).unwrap();
    }
    for language in languages::BOTH {
        for (what, answer) in [
            ("attach", language.attach(&place.text()).err()),
            ("create", language.create(&place.text()).err()),
            ("open or create", language.open_or_create(&place.text()).err()),
            ("remove", language.remove_at(&place.text()).err()),
        ] {
            let refused = answer.unwrap_or_else(|| panic!("{what} in {language:?} worked"));
            assert_eq!(refused.kind, "Permission", "{what} in {language:?}: {refused}");
        }
        assert_eq!(std::fs::read_to_string(place.path()).unwrap(), says, "{language:?}");
    }
    if is_root {
        setresuid(Uid::from_raw(0), Uid::from_raw(0), Uid::from_raw(0)).unwrap();
    }
    segment.remove().unwrap();
    say("done");
}

#[test]
fn a_failure_at_the_last_step_leaves_nothing() {
    alone("failures");
}

fn failures(_: &[String]) {
    let before = left();
    let gone: Address = "sysv-file:/tmp/shmgen.test.no.such.folder/feed.id".parse().unwrap();
    for error in [Segment::create(&gone, 100).err(), Plain::options().address(&gone).create().err()]
    {
        let error = error.unwrap();
        assert_eq!(error.kind(), ErrorKind::NotFound);
        assert!(error.to_string().contains("there is no folder for its id file"), "{error}");
    }
    // A file system that nobody can write to, root included.
    let sealed: Address = "sysv-file:/proc/feed.id".parse().unwrap();
    Segment::create(&sealed, 100).unwrap_err();
    let companions = || std::fs::read_dir("/dev/shm").unwrap().flatten();
    let of_gone = |name: &std::ffi::OsStr| {
        let name = name.to_string_lossy().into_owned();
        let id = name.strip_prefix(".shmgen.sysv.").and_then(|n| n.split('.').next()?.parse().ok());
        id.is_some_and(|id: i32| before.contains(&id))
    };
    assert!(!companions().any(|e| of_gone(&e.file_name())));
    assert_eq!(left(), before);
    say("done");
}

// --- many at once

#[test]
fn many_that_open_or_create_at_once_meet_in_one_segment_also_over_a_stale_file() {
    let rounds = 60;
    let place = Place::id_file();
    let arguments = [place.text(), rounds.to_string()];
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let mut players: Vec<_> = (0..4).map(|_| play("open_or_create_at_once", &arguments)).collect();
    for round in 0..rounds {
        let marks: Vec<String> = players.iter_mut().map(children::Player::hear).collect();
        assert!(marks.iter().all(|m| *m == marks[0]), "round {round}: {marks:?}");
        let address = if round % 2 == 0 { by_id(&place) } else { place.0.clone() };
        Segment::remove_at(&address).unwrap();
        assert_eq!(
            std::fs::exists(place.path()).unwrap(),
            round % 2 == 0,
            "stale every other time"
        );
        for player in &mut players {
            player.go_on();
        }
    }
    players.iter_mut().for_each(children::Player::finish);
    // Each round has made one, and removed it.
    let pids: Vec<String> = players.iter().map(|p| p.pid().to_string()).collect();
    let table = std::fs::read_to_string("/proc/sysvipc/shm").unwrap();
    let of_players = |line: &&str| {
        let fields: Vec<&str> = line.split_ascii_whitespace().collect();
        fields[0] == "0" && pids.iter().any(|p| p == fields[4])
    };
    assert_eq!(table.lines().skip(1).filter(of_players).count(), 0);
}

fn open_or_create_at_once(arguments: &[String]) {
    for _ in 0..arguments[1].parse().unwrap() {
        let made = Plain::options().address(&arguments[0]).open_or_create().unwrap();
        let stat = made.stat().unwrap();
        say(format!("{} {:?}", stat.header.unwrap().created_ns, stat.kernel.id));
        wait_for_end_of_stdin();
    }
}

/// Who is killed while it creates leaves a whole id file or none, and in no
/// case one of a segment that is not ready.
#[test]
fn a_creator_that_is_killed_leaves_a_whole_file_or_none() {
    let (mut whole, mut none) = (0, 0);
    let mut one = Duration::ZERO;
    for n in 0u32..40 {
        let place = Place::id_file();
        let mut player = play("create_and_be_killed", &[&place.text()]);
        player.hear();
        if n == 0 {
            // The first one may end, and tells how long a creation takes.
            let start = Instant::now();
            assert_eq!(player.hear(), "made");
            one = start.elapsed();
        } else {
            std::thread::sleep(one * n / 30);
        }
        player.kill();
        match Plain::options().address(&place.0).attach() {
            Ok(_) => whole += 1,
            Err(error) => {
                assert_eq!(error.kind(), ErrorKind::NotFound, "{error}");
                assert!(!std::fs::exists(place.path()).unwrap(), "no piece of a file");
                none += 1;
            }
        }
        let folder = std::fs::read_dir(std::env::temp_dir()).unwrap().flatten();
        let mine = place.path();
        let mine = mine.rsplit('/').next().unwrap();
        let pieces = folder.filter(|e| e.file_name().to_string_lossy().starts_with(mine)).count();
        assert!(pieces <= 1, "{pieces} files are left");
        // What it made and could not announce is nobody's.
        let pid = player.pid().to_string();
        for line in std::fs::read_to_string("/proc/sysvipc/shm").unwrap().lines().skip(1) {
            let fields: Vec<&str> = line.split_ascii_whitespace().collect();
            if fields[4] == pid && !std::fs::exists(place.path()).unwrap() {
                Segment::remove_at(&format!("sysv-id:{}", fields[1]).parse().unwrap()).unwrap();
            }
        }
    }
    assert!(whole > 0 && none + whole == 40, "{whole} whole, {none} none");
}

fn create_and_be_killed(arguments: &[String]) {
    say("about to");
    let _made = Plain::options().address(&arguments[0]).create().unwrap();
    say("made");
    wait_for_end_of_stdin();
}
