//! `shmgen gc` and the runtime's collection of leftovers: real segments and
//! killed processes, in namespaces of their own, since a collection takes
//! whatever nobody uses, also what a test beside this one has left for a moment.

use children::{Player, say, wait_for_end_of_stdin};
use everything::{Book, Plain, SystemV};
use nix::fcntl::{FcntlArg, fcntl};
use nix::mount::{MsFlags, mount};
use nix::sys::mman::{MapFlags, ProtFlags, mmap, munmap};
use places::Place;
use serde_json::Value;
use shm_runtime::{Address, ErrorKind, Keep, Leftover, Segment, Survey, Verdict, survey};
use shmgen_test_support::schemas::everything;
use shmgen_test_support::{apart, children, places, tools};
use std::os::unix::fs::{FileExt, PermissionsExt};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Command, Output};

children!(
    everything_at_once,
    private_orphans,
    names_change_hands,
    attaching_while_collecting,
    attacher,
    collector,
    half_born_and_companions,
    other_namespaces,
    other_users,
    producer,
    reader,
    mapper,
    forked_child,
    half_born,
    messages,
    mapped_elsewhere,
);

/// A part that is played in namespaces of its own, with an empty /dev/shm and
/// no System V segments.
fn apart(part: &str) {
    let mut player = play(part, &[&tools::built().shmgen.display().to_string()]);
    assert_eq!(player.hear(), "done");
    player.finish();
}

fn run(program: &str, arguments: &[&str]) -> Output {
    Command::new(program).env_remove("SHM_RUNTIME_PREFIX").args(arguments).output().unwrap()
}

fn gc(program: &str, rest: &[&str]) -> Value {
    let done = run(program, &[&["gc", "--json"], rest].concat());
    let said = String::from_utf8_lossy(&done.stderr);
    assert_eq!((done.status.code(), &*said), (Some(0), ""), "{rest:?}");
    serde_json::from_slice(&done.stdout).unwrap()
}

/// The addresses in a list of a report, sorted.
fn addresses(report: &Value, list: &str) -> Vec<String> {
    let elements = report[list].as_array().unwrap();
    let mut all: Vec<String> =
        elements.iter().map(|e| e["address"].as_str().unwrap().to_owned()).collect();
    all.sort();
    all
}

/// Why something was kept: the reason, and the text.
fn why(report: &Value, address: &str) -> (String, String) {
    let kept = report["kept"].as_array().unwrap();
    let found = kept.iter().find(|e| e["address"] == *address);
    let found = found.unwrap_or_else(|| panic!("{address} is not among {kept:#?}"));
    let text = |key: &str| found[key].as_str().unwrap().to_owned();
    (text("reason"), text("why"))
}

fn start(part: &str, address: &str) -> Player {
    let mut player = play(part, &[address]);
    player.hear();
    player
}

// --- parts

fn producer(arguments: &[String]) {
    let segment = Plain::options().address(&arguments[0]).attach().unwrap();
    let _out = segment.books().producer().unwrap();
    say("attached");
    wait_for_end_of_stdin();
}

fn reader(arguments: &[String]) {
    let _segment = Plain::options().address(&arguments[0]).attach_read_only().unwrap();
    say("attached");
    wait_for_end_of_stdin();
}

/// Maps a segment of ours as if it were bare: without record or lock.
fn mapper(arguments: &[String]) {
    let _segment = Segment::attach(&arguments[0].parse().unwrap()).unwrap();
    say("mapped");
    wait_for_end_of_stdin();
}

/// A child that was forked while its parent was attached, and outlives it.
fn forked_child(arguments: &[String]) {
    let segment = Plain::options().address(&arguments[0]).attach().unwrap();
    // SAFETY: the child only waits, and ends without running anything else.
    match unsafe { nix::unistd::fork() }.unwrap() {
        nix::unistd::ForkResult::Child => {
            nix::unistd::pause();
            std::process::abort();
        }
        nix::unistd::ForkResult::Parent { child } => say(child),
    }
    wait_for_end_of_stdin();
    drop(segment);
}

// --- what is removed and what is kept

#[test]
fn orphans_go_and_all_else_stays() {
    apart("everything_at_once");
}

fn everything_at_once(arguments: &[String]) {
    let shmgen = &arguments[0];
    apart::enter();
    let mut players = Vec::new();
    let mut orphans = Vec::new();
    let mut kept = Vec::new();
    let make = |place: Place| {
        drop(Plain::options().address(&place.0).create().unwrap());
        place
    };
    for kind in [Place::posix, Place::sysv] {
        // Left behind in good order.
        orphans.push(make(kind()));
        // Left behind by the killed, with a message and a role.
        let place = make(kind());
        let mut killed = start("producer", &place.text());
        killed.kill();
        orphans.push(place);
        for (part, reason) in [("producer", "in-use"), ("reader", "in-use"), ("mapper", "in-use")] {
            let place = make(kind());
            let player = start(part, &place.text());
            let pid = (part != "reader"
                && (part == "producer" || place.text().starts_with("posix")))
            .then(|| player.pid());
            players.push(player);
            kept.push((place, reason, pid));
        }
        let bare = kind();
        drop(Segment::create(&bare.0, 4096).unwrap());
        kept.push((bare, "foreign", None));
    }
    // A file that begins like one of ours and is none.
    let almost = Place::posix();
    std::fs::write(almost.path(), b"shmgen\x1a\nand nothing else").unwrap();
    kept.push((almost, "damaged", None));
    // Empty, of a creator that has not come far.
    let empty = Place::posix();
    std::fs::write(empty.path(), b"").unwrap();
    kept.push((empty, "foreign", None));

    let text = |places: &[Place]| {
        let mut all: Vec<String> = places.iter().map(Place::text).collect();
        all.sort();
        all
    };
    // A dry run, and one for what is old, remove nothing.
    let dry = gc(shmgen, &["--dry-run"]);
    assert_eq!((&dry["dry_run"], addresses(&dry, "removed")), (&true.into(), text(&orphans)));
    let old = gc(shmgen, &["--older", "1h"]);
    assert!(addresses(&old, "removed").is_empty());
    for orphan in &orphans {
        assert_eq!(why(&old, &orphan.text()).0, "young");
        Segment::attach(&orphan.0).unwrap();
    }
    let done = gc(shmgen, &["--older", "0s"]);
    assert_eq!((addresses(&done, "removed"), &done["version"]), (text(&orphans), &1.into()));
    for element in done["removed"].as_array().unwrap() {
        assert_eq!((&element["kind"], &element["state"]), (&"orphan".into(), &"orphan".into()));
        assert!(element["size"].as_u64().unwrap() > 0);
    }
    for (place, reason, pid) in &kept {
        let (found, text) = why(&done, &place.text());
        assert_eq!(&found, reason, "{}: {text}", place.text());
        if let Some(pid) = pid {
            assert!(text.contains(&pid.to_string()), "{text}");
        }
        assert_eq!(run(shmgen, &["stat", &place.text()]).status.code(), Some(0));
    }
    for orphan in &orphans {
        assert_eq!(run(shmgen, &["stat", &orphan.text()]).status.code(), Some(3));
    }
    // For people.
    let again = run(shmgen, &["gc"]);
    let (out, err) =
        (String::from_utf8_lossy(&again.stdout), String::from_utf8_lossy(&again.stderr));
    assert!(out.contains("kept") && !out.contains("removed"), "{out}");
    assert!(out.contains("bare, or another program's"), "{out}");
    assert!(err.contains(&format!("0 removed, 0; {} kept", kept.len())), "{err}");
    // Once they are dead, theirs go too, and their companions.
    players.iter_mut().for_each(Player::kill);
    let removed = gc(shmgen, &[])["removed"].as_array().unwrap().len();
    assert_eq!(removed, 6, "of each kind: the producer's, the reader's, the mapper's");
    let left = std::fs::read_dir("/dev/shm").unwrap().count();
    assert_eq!(left, 3, "the bare one, the short one, the empty one");

    // What a forked child keeps is not an orphan, though its parent is dead.
    for place in Place::both() {
        drop(Plain::options().address(&place.0).create().unwrap());
        let mut parent = play("forked_child", &[&place.text()]);
        let child: i32 = parent.hear().parse().unwrap();
        parent.kill();
        assert_eq!(why(&gc(shmgen, &[]), &place.text()).0, "in-use");
        let child = nix::unistd::Pid::from_raw(child);
        nix::sys::signal::kill(child, nix::sys::signal::Signal::SIGKILL).unwrap();
        while gc(shmgen, &[])["removed"].as_array().unwrap().is_empty() {
            std::thread::sleep(std::time::Duration::from_millis(10));
        }
    }
    say("done");
}

// --- private System V segments

#[test]
fn private_segments_are_collected_by_their_id_and_their_files_are_stale_then() {
    apart("private_orphans");
}

fn private_orphans(arguments: &[String]) {
    let shmgen = &arguments[0];
    apart::enter();
    let (orphan, used, bare) = (Place::id_file(), Place::id_file(), Place::id_file());
    let id = |place: &Place| {
        let text = std::fs::read_to_string(place.path()).unwrap();
        format!("sysv-id:{}", text.split(' ').nth(1).unwrap())
    };
    drop(Plain::options().address(&orphan.0).create().unwrap());
    let held = Plain::options().address(&used.0).create().unwrap();
    drop(Segment::create(&bare.0, 4096).unwrap());
    let done = gc(shmgen, &[]);
    assert_eq!(addresses(&done, "removed"), [id(&orphan)]);
    assert_eq!(why(&done, &id(&used)).0, "in-use");
    assert_eq!(why(&done, &id(&bare)).0, "foreign");
    let gone = Plain::options().address(&orphan.0).attach().unwrap_err();
    assert_eq!(gone.kind(), ErrorKind::NotFound, "{gone}");
    let again = Plain::options().address(&orphan.0).open_or_create().unwrap();
    assert_eq!(why(&gc(shmgen, &[]), &id(&orphan)).0, "in-use");
    drop(again);
    drop(held);
    assert_eq!(gc(shmgen, &[])["removed"].as_array().unwrap().len(), 2);
    assert!(companions().is_empty());
    for place in [&orphan, &used] {
        std::fs::remove_file(place.path()).unwrap();
    }
    say("done");
}

// --- names that change hands

#[test]
fn a_name_that_was_given_to_a_new_segment_meanwhile_is_left_alone() {
    apart("names_change_hands");
}

fn names_change_hands(_: &[String]) {
    apart::enter();
    for place in Place::both() {
        drop(Plain::options().address(&place.0).create().unwrap());
        let found = survey();
        let [candidate] = &found[..] else { panic!("{found:?}") };
        assert_eq!(candidate.verdict, Verdict::Leftover(Leftover::Orphan));
        // Somebody removes it and makes a new one of the same name, and of the
        // same contract: only what it is to the kernel tells them apart.
        Segment::remove_at(&place.0).unwrap();
        let new = Plain::options().address(&place.0).create().unwrap();
        new.books().producer().unwrap().try_push(&Book::default()).unwrap();
        drop(new);
        assert_eq!(candidate.remove().unwrap_err().kind(), ErrorKind::NotFound);
        let new = Plain::options().address(&place.0).attach().unwrap();
        assert_eq!(new.books().depth().unwrap(), 1);
        // The new one is removed only once nobody is attached to it.
        let found = survey();
        assert!(matches!(found[0].verdict, Verdict::Keep(Keep::InUse, _)), "{found:?}");
        assert_eq!(found[0].remove().unwrap_err().kind(), ErrorKind::Busy);
        drop(new);
        // In use again between the look and the removal.
        let look = || Survey::default().drop_messages().look();
        let found = look();
        let attached = Plain::options().address(&place.0).attach().unwrap();
        let refused = found[0].remove().unwrap_err();
        assert_eq!(refused.kind(), ErrorKind::Busy, "{refused}");
        drop(attached);
        let reader = Plain::options().address(&place.0).attach_read_only().unwrap();
        assert_eq!(found[0].remove().unwrap_err().kind(), ErrorKind::Busy);
        drop(reader);
        let mapped = Segment::attach(&place.0).unwrap();
        assert_eq!(found[0].remove().unwrap_err().kind(), ErrorKind::Busy);
        drop(mapped);
        // A lock alone keeps it, also where the process that holds it is out of
        // sight: on a participant's byte, on the readers', on that of removers.
        let path = match &companions()[..] {
            [] => place.path(),
            [one, ..] => format!("/dev/shm/{one}"),
        };
        for byte in [0, 4095, 1 << 40, (1 << 40) + 1] {
            let file = std::fs::File::open(&path).unwrap();
            let lock = nix::libc::flock {
                l_type: nix::libc::F_RDLCK as i16,
                l_whence: nix::libc::SEEK_SET as i16,
                l_start: byte,
                l_len: 1,
                l_pid: 0,
            };
            fcntl(&file, FcntlArg::F_OFD_SETLK(&lock)).unwrap();
            assert_eq!(found[0].remove().unwrap_err().kind(), ErrorKind::Busy, "byte {byte}");
            let remover = byte == (1 << 40) + 1;
            assert_eq!(look()[0].is_leftover(), remover, "byte {byte}");
        }
        assert!(Plain::options().address(&place.0).attach().is_ok(), "it is as it was");
        found[0].remove().unwrap();
        assert_eq!(found[0].remove().unwrap_err().kind(), ErrorKind::NotFound);
        assert!(survey().is_empty());
    }
    say("done");
}

#[test]
fn who_attaches_while_it_is_collected_has_it_or_finds_it_gone() {
    apart("attaching_while_collecting");
}

/// Attaches and detaches all the time, while somebody else collects. Whoever is
/// attached must have the segment that the name leads to.
fn attaching_while_collecting(_: &[String]) {
    apart::enter();
    // Where a survey, which looks through all processes, is quick.
    apart::in_a_small_proc(attach_while_it_is_collected);
}

fn attach_while_it_is_collected() {
    for place in Place::both() {
        let mut collector = play("collector", &[]);
        let mut attachers =
            [play("attacher", &[&place.text()]), play("attacher", &[&place.text()])];
        let told: Vec<String> = attachers.iter_mut().map(Player::hear).collect();
        let removed: u64 = {
            collector.go_on();
            collector.hear().parse().unwrap()
        };
        assert!(told.iter().all(|t| t == "well"), "{told:?}");
        assert!(removed > 0, "nothing was ever collected");
        attachers.iter_mut().for_each(Player::finish);
        collector.finish();
    }
    say("done");
}

fn collector(_: &[String]) {
    let (sender, receiver) = std::sync::mpsc::channel();
    std::thread::spawn(move || {
        wait_for_end_of_stdin();
        sender.send(()).unwrap();
    });
    let mut removed = 0u64;
    while receiver.try_recv().is_err() {
        for candidate in survey().iter().filter(|c| c.is_leftover()) {
            removed += u64::from(candidate.remove().is_ok());
        }
    }
    say(removed);
}

fn attacher(arguments: &[String]) {
    let end = std::time::Instant::now() + std::time::Duration::from_secs(3);
    let mut round = 0;
    while std::time::Instant::now() < end {
        round += 1;
        std::thread::sleep(std::time::Duration::from_millis(round % 7 * 5));
        let options = Plain::options().address(&arguments[0]);
        let opened =
            if round % 4 == 0 { options.attach_read_only() } else { options.open_or_create() };
        let segment = match opened {
            Ok(segment) => segment,
            Err(e) if matches!(e.kind(), ErrorKind::NotFound | ErrorKind::Removed) => continue,
            Err(e) => return say(e),
        };
        // While it is attached, nobody collects it.
        for _ in 0..2 {
            let stat = match Segment::attach_read_only(&arguments[0].parse().unwrap()) {
                Ok(named) => named.stat().unwrap(),
                Err(e) => return say(format!("round {round}: taken away under us: {e}")),
            };
            let own = segment.stat().unwrap();
            let [named, own] = [stat, own].map(|s| s.header.unwrap());
            if (named.created_ns, named.creator.pid) != (own.created_ns, own.creator.pid) {
                return say(format!("round {round}: another one has the name"));
            }
        }
    }
    say("well");
}

// --- half-born segments and companions

#[test]
fn half_born_segments_and_companions_without_one_go() {
    apart("half_born_and_companions");
}

/// Makes a System V segment, writes the beginnings of a header, and waits.
fn half_born(arguments: &[String]) {
    let address: Address = arguments[0].parse().unwrap();
    let head = std::fs::read(&arguments[1]).unwrap();
    let made = Segment::create(&address, head.len() as u64).unwrap();
    made.write_at(0, &head).unwrap();
    drop(made);
    say("made");
    wait_for_end_of_stdin();
}

fn companions() -> Vec<String> {
    let names = std::fs::read_dir("/dev/shm").unwrap().map(|e| e.unwrap().file_name());
    let mut names: Vec<String> = names.map(|n| n.into_string().unwrap()).collect();
    names.retain(|n| n.starts_with(".shmgen."));
    names.sort();
    names
}

fn half_born_and_companions(arguments: &[String]) {
    let shmgen = &arguments[0];
    apart::enter();
    // The image of a segment whose state is not ready yet.
    let model = Place::sysv();
    drop(SystemV::options().address(&model.0).create().unwrap());
    let whole = Segment::attach(&model.0).unwrap();
    let mut image = vec![0; whole.size() as usize];
    whole.read_at(0, &mut image).unwrap();
    drop(whole);
    let file = tools::scratch("gc-half-born").join("image");
    for state in [0u8, 1] {
        image[16] = state;
        std::fs::write(&file, &image).unwrap();
        let place = Place::sysv();
        let mut creator = play("half_born", &[&place.text(), file.to_str().unwrap()]);
        creator.hear();
        let first = gc(shmgen, &["--dry-run"]);
        let (reason, text) = why(&first, &place.text());
        assert_eq!(reason, "being-born");
        assert!(text.contains(&creator.pid().to_string()), "{text}");
        creator.kill();
        let done = gc(shmgen, &["--dry-run"]);
        let removed = done["removed"].as_array().unwrap();
        let found = removed.iter().find(|e| e["address"] == *place.text()).unwrap();
        assert_eq!(found["kind"], "half-born");
        gc(shmgen, &[]);
        assert_eq!(run(shmgen, &["stat", &place.text()]).status.code(), Some(3));
        drop(SystemV::options().address(&model.0).open_or_create().unwrap());
    }
    // All zero, it is a bare segment, whoever made it.
    std::fs::write(&file, vec![0; image.len()]).unwrap();
    let blank = Place::sysv();
    let mut creator = play("half_born", &[&blank.text(), file.to_str().unwrap()]);
    creator.hear();
    creator.kill();
    assert_eq!(why(&gc(shmgen, &[]), &blank.text()).0, "foreign");

    // Companions: one without a segment, one with, one that somebody still has.
    let gone = Place::sysv();
    drop(SystemV::options().address(&gone.0).create().unwrap());
    let stat = Segment::attach(&gone.0).unwrap().stat().unwrap();
    let id = stat.kernel.id.unwrap().to_string();
    let remove = |id: &str| assert!(run("ipcrm", &["-m", id]).status.success());
    remove(&id);
    let left = companions();
    let [companion] = &left[..] else { panic!("{left:?}") };
    assert!(companion.contains(&format!(".{id}.")), "{companion}");
    let held = Place::sysv();
    let attached = SystemV::options().address(&held.0).create().unwrap();
    remove(&attached.stat().unwrap().kernel.id.unwrap().to_string());
    let used = Place::sysv();
    let in_use = SystemV::options().address(&used.0).create().unwrap();
    // Nothing that is not ours by its name, and nothing that is no file.
    std::fs::write("/dev/shm/.shmgen.other", b"12345678").unwrap();
    std::fs::create_dir("/dev/shm/.shmgen.sysv.5.0123456789abcdef").unwrap();
    let path = format!("/dev/shm/{companion}");
    let done = gc(shmgen, &[]);
    assert_eq!(addresses(&done, "removed"), std::slice::from_ref(&path), "{done:#}");
    assert_eq!(done["removed"][0]["kind"], "companion");
    assert!(!Path::new(&path).exists());
    assert_eq!(companions().len(), 4);
    // Once nobody has it any more, it goes too.
    drop(attached);
    assert_eq!(addresses(&gc(shmgen, &[]), "removed").len(), 1);
    assert!(in_use.stat().is_ok() && SystemV::options().address(&used.0).attach().is_ok());

    // An orphan without a companion goes: nobody can be attached to it.
    drop(in_use);
    for name in companions() {
        let _ = std::fs::remove_file(format!("/dev/shm/{name}"));
    }
    assert_eq!(addresses(&gc(shmgen, &[]), "removed"), [used.text()]);
    say("done");
}

#[test]
fn companions_of_another_ipc_namespace_are_kept() {
    apart("other_namespaces");
}

/// Builds a program in C that creates a System V segment and leaves it behind.
fn creator_in_c() -> std::path::PathBuf {
    let folder = tools::scratch("gc-in-c");
    tools::generate(&tools::root().join("tests/schemas/everything.toml"), &folder);
    let source = "#include \"everything.h\"\n#include <stdio.h>\nint main(int n, char **a) {\n\
                  test_everything_SystemV s;\n\
                  if (n < 2 || test_everything_SystemV_create(&s, a[1]) != SHM_OK) {\n\
                  puts(shm_last_error());\n return 1;\n }\n\
                  test_everything_SystemV_detach(&s);\n return 0;\n}\n";
    std::fs::write(folder.join("creator.c"), source).unwrap();
    let mut gcc = Command::new("gcc");
    tools::run(gcc.current_dir(&folder).args(["-std=c11", "creator.c", "-o", "creator"]));
    folder.join("creator")
}

fn other_namespaces(arguments: &[String]) {
    let shmgen = &arguments[0];
    apart::enter();
    let place = Place::sysv();
    drop(SystemV::options().address(&place.0).create().unwrap());
    let before = companions();
    assert_eq!(before.len(), 1);
    // C's companions say the same as Rust's, so they are collected likewise.
    let in_c = Place::sysv();
    tools::run(Command::new(creator_in_c()).arg(in_c.text()));
    let both = companions();
    let content = both.iter().map(|name| std::fs::read(format!("/dev/shm/{name}")).unwrap());
    let content: Vec<Vec<u8>> = content.collect();
    assert!(content.len() == 2 && content[0] == content[1] && content[0].len() == 8);
    let id = Segment::attach(&in_c.0).unwrap().stat().unwrap().kernel.id.unwrap();
    tools::run(Command::new("ipcrm").args(["-m", &id.to_string()]));
    let first = gc(shmgen, &["--older", "1h"]);
    assert_eq!(first["kept"].as_array().unwrap().len(), 2);
    let lone = both.iter().find(|name| !before.contains(name)).unwrap();
    assert_eq!(why(&first, &format!("/dev/shm/{lone}")).0, "young");
    std::fs::remove_file(format!("/dev/shm/{lone}")).unwrap();
    // The same /dev/shm, other System V segments: as in a container.
    let mut elsewhere = Command::new("unshare");
    elsewhere.args(["--ipc", shmgen, "gc", "--json"]).env_remove("SHM_RUNTIME_PREFIX");
    let done = tools::run(&mut elsewhere);
    let done: Value = serde_json::from_slice(&done.stdout).unwrap();
    assert!(addresses(&done, "removed").is_empty());
    let (reason, text) = why(&done, &format!("/dev/shm/{}", before[0]));
    assert_eq!(reason, "unknown");
    assert!(text.contains("IPC namespace"), "{text}");
    assert_eq!(companions(), before);
    // One that does not say where it belongs is kept as well.
    let path = "/dev/shm/.shmgen.sysv.77.0123456789abcdef";
    std::fs::File::create(path).unwrap();
    assert_eq!(why(&gc(shmgen, &[]), path).0, "unknown");
    assert!(Path::new(path).exists());
    say("done");
}

// --- what is in an orphan, and who came to it by another path

#[test]
fn an_orphan_in_which_messages_wait_stays_until_they_may_be_dropped() {
    apart("messages");
}

fn messages(arguments: &[String]) {
    let shmgen = &arguments[0];
    apart::enter();
    let places = [Place::posix(), Place::sysv()];
    for place in &places {
        let segment = Plain::options().address(&place.0).create().unwrap();
        let mut out = segment.books().producer().unwrap();
        (0..3).for_each(|_| out.try_push(&Book::default()).unwrap());
    }
    let count = |report: &Value, list: &str| -> Vec<Value> {
        let found = report[list].as_array().unwrap().iter();
        found.filter(|e| e["kind"] != "companion").map(|e| e["waiting"].clone()).collect()
    };
    let three = || vec![Value::from(3), Value::from(3)];
    for rest in [&[][..], &["--dry-run"]] {
        let report = gc(shmgen, rest);
        assert_eq!(count(&report, "kept"), three(), "{report:#}");
        assert!(addresses(&report, "removed").is_empty());
        for place in &places {
            let (reason, text) = why(&report, &place.text());
            assert_eq!(reason, "messages");
            assert!(text.contains("3 messages wait") && text.contains("--drop-messages"), "{text}");
        }
    }
    let listed = run(shmgen, &["ls", "-o", "waiting", "--noheadings"]).stdout;
    assert_eq!(String::from_utf8_lossy(&listed), "3\n3\n");
    let doctor = run(shmgen, &["doctor"]).stdout;
    let doctor = String::from_utf8_lossy(&doctor).into_owned();
    assert!(doctor.contains("2 that nobody uses, with 6 messages that wait"), "{doctor}");
    // They can still be had; then nothing keeps the segment.
    let segment = Plain::options().address(&places[0].0).attach().unwrap();
    let mut inn = segment.books().consumer().unwrap();
    (0..3).for_each(|_| assert!(inn.try_pop().is_ok()));
    drop((inn, segment));
    assert_eq!(addresses(&gc(shmgen, &[]), "removed"), [places[0].text()]);
    // What came between the look and the removal keeps it, too.
    let late = Place::posix();
    let segment = Plain::options().address(&late.0).create().unwrap();
    drop(segment);
    let found = survey().into_iter().find(|c| c.name == late.text()).unwrap();
    assert!(found.is_leftover());
    let segment = Plain::options().address(&late.0).attach().unwrap();
    segment.books().producer().unwrap().try_push(&Book::default()).unwrap();
    drop(segment);
    let refused = found.remove().unwrap_err();
    assert_eq!(refused.kind(), ErrorKind::Busy);
    assert!(refused.to_string().contains("1 message waits"), "{refused}");
    let report = gc(shmgen, &["--drop-messages"]);
    assert_eq!(count(&report, "removed"), [1, 3], "{report:#}");
    say("done");
}

#[test]
fn whoever_maps_it_by_another_path_keeps_it() {
    apart("mapped_elsewhere");
}

fn mapped_elsewhere(arguments: &[String]) {
    apart::enter();
    let place = Place::posix();
    drop(Plain::options().address(&place.0).create().unwrap());
    let folder = tools::scratch("gc-bind");
    let bind = MsFlags::MS_BIND;
    mount(Some("/dev/shm"), &folder, None::<&str>, bind, None::<&str>).unwrap();
    let name = place.path();
    let name = Path::new(&name).file_name().unwrap();
    let file = std::fs::File::open(folder.join(name)).unwrap();
    let size = std::num::NonZeroUsize::new(4096).unwrap();
    // SAFETY: a new mapping for reading, which nobody reads.
    let at = unsafe { mmap(None, size, ProtFlags::PROT_READ, MapFlags::MAP_SHARED, &file, 0) };
    let at = at.unwrap();
    let (reason, text) = why(&gc(&arguments[0], &[]), &place.text());
    assert_eq!(reason, "in-use");
    assert!(text.contains(&format!("mapped by pid {}", std::process::id())), "{text}");
    // SAFETY: mapped above, and of no more use.
    unsafe { munmap(at, 4096) }.unwrap();
    drop(file);
    assert_eq!(addresses(&gc(&arguments[0], &[]), "removed"), [place.text()]);
    nix::mount::umount(&folder).unwrap();
    say("done");
}

// --- other users, and segments that lie

#[test]
fn other_users_segments_go_only_for_root() {
    apart("other_users");
}

fn other_users(arguments: &[String]) {
    let root = nix::unistd::geteuid().is_root();
    apart::enter();
    if !root {
        return say("done"); // nobody else can give a segment away
    }
    let folder = std::env::temp_dir().join(format!("shmgen.gc.{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::set_permissions(&folder, PermissionsExt::from_mode(0o755)).unwrap();
    let shmgen = folder.join("shmgen");
    tools::copy_program(Path::new(&arguments[0]), &shmgen);
    let as_nobody = || {
        let mut command = Command::new(&shmgen);
        command.args(["gc", "--json"]).env_remove("SHM_RUNTIME_PREFIX").current_dir("/");
        let done = tools::run(command.uid(65534).gid(65534));
        serde_json::from_slice::<Value>(&done.stdout).unwrap()
    };
    let (mut mine, mut theirs) = (Vec::new(), Vec::new());
    for kind in [Place::posix, Place::sysv] {
        for mode in [0o600, 0o666] {
            let place = kind();
            drop(Plain::options().address(&place.0).mode(mode).create().unwrap());
            mine.push(place);
        }
        let place = kind();
        drop(Plain::options().address(&place.0).owner(65534, 65534).create().unwrap());
        theirs.push(place);
    }
    let done = as_nobody();
    let mut expected: Vec<String> = theirs.iter().map(Place::text).collect();
    expected.sort();
    assert_eq!(addresses(&done, "removed"), expected);
    for place in &mine {
        assert_eq!(why(&done, &place.text()).0, "other-user");
    }
    // Its own, but not to be opened: it is told, and not removed.
    let closed = Place::posix();
    drop(Plain::options().address(&closed.0).owner(65534, 65534).mode(0).create().unwrap());
    assert_eq!(why(&as_nobody(), &closed.text()).0, "unknown");
    // A header that lies keeps its segment, at the most.
    let liar = Place::posix();
    drop(Plain::options().address(&liar.0).create().unwrap());
    let file = std::fs::OpenOptions::new().write(true).open(liar.path()).unwrap();
    for (state, reason) in [(1u8, "unknown"), (9, "damaged")] {
        file.write_all_at(&[state], 16).unwrap();
        assert_eq!(why(&gc(&arguments[0], &["--dry-run"]), &liar.text()).0, reason);
    }
    // Retired and still there: whoever removed it died before it was done.
    file.write_all_at(&[3], 16).unwrap();
    // Root takes those of others only if that is said.
    let done = gc(&arguments[0], &[]);
    assert_eq!(why(&done, &closed.text()).0, "other-user");
    assert!(why(&done, &closed.text()).1.contains("--all-users"));
    assert_eq!(addresses(&done, "removed").len(), 5, "{done:#}");
    let done = gc(&arguments[0], &["--all-users"]);
    assert_eq!(addresses(&done, "removed"), [closed.text()]);
    std::fs::remove_dir_all(&folder).unwrap();
    say("done");
}
