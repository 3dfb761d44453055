//! What is reported of one and the same living segment in Rust, C, C++ and Python: the
//! same; and what one of them sets, the others see.

use backends::{InMemory, Tick};
use places::Place;
use shm_runtime::queue::QueueStat;
use shm_runtime::{Address, ErrorKind, Owner, SegmentStat};
use shmgen_test_support::schemas::backends;
use shmgen_test_support::{places, tools};
use std::fmt::Write as _;
use std::path::PathBuf;
use std::process::Command;
use std::sync::OnceLock;
use std::time::Duration;

/// The same as tests/c/stat.c tells.
fn told(stat: &SegmentStat, queue: &QueueStat) -> String {
    let header = stat.header.as_ref().unwrap();
    let mut out = String::new();
    let mut text =
        |key: &str, value: &dyn std::fmt::Display| writeln!(out, "{key} {value}").unwrap();
    text("size", &stat.size);
    text("mode", &stat.mode);
    text("uid", &stat.uid);
    text("gid", &stat.gid);
    text("page_size", &stat.kernel.page_size.unwrap());
    text("schema", &header.schema);
    text("segment", &header.segment);
    text("version", &header.version);
    text("tool", &header.tool_version);
    text("fingerprint", &header.fingerprint);
    text("created", &header.created_ns);
    text("creator", &header.creator.pid);
    text("creator_uid", &header.creator.uid);
    text("program", &header.creator.program);
    text("retired", &u8::from(header.retired));
    text("records", &header.participant_records);
    text("alive", &stat.participants.iter().filter(|p| p.alive).count());
    text("dead", &stat.participants.iter().filter(|p| !p.alive).count());
    text("item_size", &queue.item_size);
    text("capacity", &queue.capacity);
    text("depth", &queue.depth);
    text("pushed", &queue.pushed);
    text("popped", &queue.popped);
    text("full", &queue.times_full);
    text("redelivered", &queue.redelivered);
    text("dropped", &queue.dropped);
    text("waiters", &queue.waiters());
    text("high_water", &queue.high_water);
    for role in ["producer", "consumer"] {
        let holder = queue.holders.iter().find(|holder| holder.role == role);
        text(role, &holder.map_or(-1, |holder| i64::from(holder.participant)));
    }
    out
}

const PYTHON: &str = r#"
import sys, backends, datetime
with backends.InMemory.attach(sys.argv[1], read_only=True) as segment:
    s, q = segment.stat(), segment.ticks.stat()
    o = s["objects"][0]
    def show(key, value):
        print(key, value)
    show("size", s["size"])
    show("mode", int(s["mode"], 8))
    show("uid", s["uid"])
    show("gid", s["gid"])
    show("page_size", s["kernel"]["page_size"])
    show("schema", s["schema"]["name"])
    show("segment", s["schema"]["segment"])
    show("version", s["schema"]["version"])
    show("tool", s["schema"]["tool"])
    show("fingerprint", s["schema"]["fingerprint"])
    show("creator", s["creator"]["pid"])
    show("creator_uid", s["creator"]["uid"])
    show("program", s["creator"]["program"])
    show("retired", int(s["retired"]))
    show("records", s["participant_records"])
    show("alive", sum(p["alive"] for p in s["participants"]))
    show("dead", sum(not p["alive"] for p in s["participants"]))
    show("item_size", o["definition"]["item_size"])
    show("capacity", o["definition"]["capacity"])
    show("depth", q.depth)
    show("pushed", q.put)
    show("popped", q.got)
    show("full", q.full)
    show("redelivered", q.redelivered)
    show("dropped", q.dropped)
    show("waiters", q.waiters)
    show("high_water", q.high_water)
    assert all(holder["role"] in ("producer", "consumer") and holder["pid"] for holder in o["holders"])
    if len(sys.argv) > 2:
        segment.set(mode=int(sys.argv[2], 8))
"#;

/// Programs that tell and set, by the language they are written in.
struct Tellers {
    c: PathBuf,
    cpp: PathBuf,
    generated: PathBuf,
}

fn tellers() -> &'static Tellers {
    static BUILT: OnceLock<Tellers> = OnceLock::new();
    BUILT.get_or_init(|| {
        let folder = tools::scratch("stat");
        tools::generate(&tools::root().join("tests/schemas/backends.toml"), &folder);
        let source = tools::root().join("tests/c/stat.c");
        let build = |program: &str, more: &[&str]| {
            let out = folder.join(format!("tell-{program}"));
            let mut command = Command::new(program);
            command.args(tools::C_WARNINGS).args(["-O1", "-g", "-I"]).arg(&folder).args(more);
            tools::run(command.arg("-o").arg(&out).arg(&source));
            out
        };
        let c = build("gcc", &["-std=c11"]);
        let cpp = build("g++", &["-std=c++17", "-DLAYER", "-x", "c++"]);
        Tellers { c, cpp, generated: folder }
    })
}

/// What a language tells of the segment at an address, and sets.
fn ask(language: &str, address: &str, mode: Option<&str>) -> String {
    let tellers = tellers();
    let mut command = match language {
        "C" => Command::new(&tellers.c),
        "C++" => Command::new(&tellers.cpp),
        _ => {
            let mut python = tools::python_with(&tellers.generated);
            python.args(["-W", "error", "-c", PYTHON]);
            python
        }
    };
    let output = tools::run(command.arg(address).args(mode));
    String::from_utf8(output.stdout).unwrap()
}

fn every_language_tells_the_same_of(address: &Address) {
    let made = InMemory::options().address(address).create().unwrap();
    let at = made.address().to_string();
    let tick = Tick { price: 7, ..Default::default() };
    let mut out = made.ticks().producer().unwrap();
    let other = InMemory::options().address(made.address()).attach().unwrap();
    let now = || told(&made.stat().unwrap(), &made.ticks().stat().unwrap());
    let check = |when: &str| {
        let rust = now();
        for language in ["C", "C++"] {
            assert_eq!(ask(language, &at, None), rust, "{language}, {at}, {when}");
        }
        // It has a time as text, and names who has a role.
        let python = rust.lines().filter(|l| {
            !["created ", "producer ", "consumer "].iter().any(|key| l.starts_with(key))
        });
        let python: String = python.map(|l| format!("{l}\n")).collect();
        assert_eq!(ask("Python", &at, None), python, "Python, {at}, {when}");
        rust
    };
    let rust = check("before the first message");
    assert!(rust.contains("\nalive 2\n") && rust.contains("\nproducer 0\nconsumer -1\n"), "{rust}");
    while out.try_push(&tick).is_ok() {}
    let mut inn = other.ticks().consumer().unwrap();
    for _ in 0..3 {
        assert_eq!(inn.try_pop(), Ok(tick));
    }
    let rust = check("with messages in it");
    assert!(rust.contains("\ncapacity 8\ndepth 5\npushed 8\npopped 3\nfull 1\n"), "{rust}");
    assert!(rust.contains("\nproducer 0\nconsumer 1\n"), "{rust}");
    while inn.try_pop().is_ok() {}
    std::thread::scope(|scope| {
        let sleeper = scope.spawn(|| inn.pop_timeout(Duration::from_secs(60)));
        while made.ticks().stat().unwrap().waiters() == 0 {
            std::thread::sleep(Duration::from_millis(1));
        }
        // It is awake for a moment between two sleeps.
        let asleep = || ask("C", &at, None).contains("\nwaiters 1\n");
        assert!((0..20).any(|_| asleep()), "C sees nobody wait at {at}");
        out.try_push(&tick).unwrap();
        assert_eq!(sleeper.join().unwrap(), Ok(tick));
    });
    drop((out, inn, other));
    let rust = check("with roles given up");
    assert!(
        rust.contains("\nalive 1\n") && rust.contains("\nproducer -1\nconsumer -1\n"),
        "{rust}"
    );

    for (language, mode) in [("C", "0604"), ("C++", "0644"), ("Python", "0664")] {
        ask(language, &at, Some(mode));
        let set = u32::from_str_radix(mode, 8).unwrap();
        assert_eq!(made.stat().unwrap().mode, set, "set in {language}");
    }
    made.set(Owner { mode: 0o640, ..Owner::KEEP }).unwrap();
    let rust = check("set in Rust");
    assert!(rust.contains(&format!("\nmode {}\n", 0o640)), "{rust}");
    if nix::unistd::geteuid().is_root() {
        made.set(Owner { gid: 54321, ..Owner::KEEP }).unwrap();
        assert!(check("given to a group").contains("\ngid 54321\n"));
    }
    let wrong = made.set(Owner { mode: 0o1000, ..Owner::KEEP }).unwrap_err();
    assert_eq!(wrong.kind(), ErrorKind::Invalid);
    made.remove().unwrap();
    // Who is attached still learns of it.
    assert!(now().contains("\nretired 1\n"), "{}", now());
}

#[test]
fn every_language_tells_the_same_of_a_posix_segment() {
    every_language_tells_the_same_of(&Place::posix().0);
}

#[test]
fn every_language_tells_the_same_of_a_system_v_segment() {
    every_language_tells_the_same_of(&Place::sysv().0);
}

#[test]
fn every_language_tells_the_same_of_a_memfd() {
    every_language_tells_the_same_of(&"memfd:".parse().unwrap());
}

/// Who is dead is reported as dead, by a segment that nobody has looked around in.
#[test]
fn the_dead_are_counted_as_dead_in_every_language() {
    let place = Place::posix();
    let made = InMemory::options().address(&place.0).create().unwrap();
    // SAFETY: the child attaches, and ends by a signal.
    match unsafe { nix::unistd::fork() }.unwrap() {
        nix::unistd::ForkResult::Child => {
            let attached = InMemory::options().address(&place.0).attach();
            let claimed = attached.as_ref().map(|s| s.ticks().producer());
            std::mem::forget(claimed);
            let _ = nix::sys::signal::raise(nix::sys::signal::SIGKILL);
            std::process::abort();
        }
        nix::unistd::ForkResult::Parent { child } => {
            nix::sys::wait::waitpid(child, None).unwrap();
        }
    }
    let rust = told(&made.stat().unwrap(), &made.ticks().stat().unwrap());
    assert!(rust.contains("\nalive 1\ndead 1\n") && rust.contains("\nproducer 1\n"), "{rust}");
    for language in ["C", "C++"] {
        assert_eq!(ask(language, &place.text(), None), rust, "{language}");
    }
    assert!(ask("Python", &place.text(), None).contains("\nalive 1\ndead 1\n"));
}
