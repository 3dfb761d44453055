//! Every system call of create, attach, detach, set, remove and gc made to
//! fail: each one in turn, with each errno that its manual page names, once and
//! from there on, in Rust and in C, for POSIX and System V. Whatever fails, the
//! answer is an error that carries the errno, or success where the call is best
//! effort; nothing is leaked, and what is named is whole.
//!
//! The calls fail in a library that is loaded before the C library
//! (tests/c/faults.c).

use apart::World;
use children::say;
use injected::{Faults, What, errnos, name_of};
use languages::{Answer, Bare, Language, Ours};
use nix::libc;
use places::Place;
use shm_runtime::survey;
use shmgen_test_support::{apart, children, injected, languages, places};
use std::sync::Mutex;
use std::time::{Duration, Instant};

children!(campaign, first_attach);

// --- what is tried

/// What a step works with.
struct Scene {
    language: Language,
    place: Place,
    held: Option<Ours>,
    bare: Option<Bare>,
    /// Somebody else who is attached, and must not suffer.
    other: Option<Ours>,
}

/// An operation, watched.
struct Step {
    name: &'static str,
    /// Brings about what the operation needs.
    prepare: fn(&mut Scene),
    /// The operation; its calls fail.
    act: fn(&mut Scene) -> Answer<()>,
    /// Looks at what must be true, after success (`true`) or failure.
    check: fn(&mut Scene, bool),
    /// The calls that must be among those that are seen, lest one slips by.
    calls: &'static [&'static str],
}

impl Scene {
    fn address(&self) -> String {
        self.place.text()
    }

    fn is_sysv(&self) -> bool {
        self.address().starts_with("sysv")
    }

    /// Makes a segment to which another is attached.
    fn make(&mut self) {
        self.other = Some(Language::Rust.create(&self.address()).unwrap());
    }

    /// That it can be attached, used and told apart.
    fn is_well(&self) {
        let mut own = self.language.attach(&self.address()).unwrap();
        own.push(7).unwrap();
        assert_eq!(own.pop().unwrap(), 7);
    }

    /// That the other one is still there, as the only one.
    fn other_is_well(&mut self) {
        assert!(self.other.is_some());
        let live = live_records(&self.address());
        assert_eq!(live, 1 + usize::from(self.held.is_some()), "a participant too many or few");
        self.is_well();
    }
}

const STEPS: &[Step] = &[
    Step {
        name: "create",
        prepare: |_| {},
        act: |s| {
            s.held = Some(s.language.create_owned(&s.address(), owner())?);
            Ok(())
        },
        check: |s, done| {
            if done {
                s.is_well();
                s.held = None;
            } else {
                // As if nothing had been tried.
                let again = s.language.create(&s.address()).unwrap();
                s.is_well();
                drop(again);
            }
            s.language.remove_at(&s.address()).unwrap();
        },
        calls: &["mmap|shmat", "fallocate|madvise", "fchown", "fchmod", "linkat", "fcntl set"],
    },
    Step {
        name: "create over a half-born one",
        prepare: |s| {
            if s.is_sysv() {
                half_born(&s.place);
            }
        },
        act: |s| {
            s.held = Some(s.language.create(&s.address())?);
            Ok(())
        },
        check: |s, done| {
            if !done {
                // Still half-born, or cleared away: one creates it now.
                s.held = Some(s.language.create(&s.address()).unwrap());
            }
            s.is_well();
            s.held = None;
            s.language.remove_at(&s.address()).unwrap();
        },
        calls: &[],
    },
    Step {
        name: "create over a live one",
        prepare: Scene::make,
        act: |s| match s.language.create(&s.address()) {
            Ok(_) => panic!("two of one name"),
            Err(e) if e.kind == "Exists" => Ok(()),
            Err(e) => Err(e),
        },
        check: |s, _| s.other_is_well(),
        calls: &[],
    },
    Step {
        name: "attach",
        prepare: Scene::make,
        act: |s| {
            s.held = Some(s.language.attach(&s.address())?);
            Ok(())
        },
        check: |s, done| {
            assert_eq!(s.held.is_some(), done);
            s.other_is_well();
            s.held = None;
            s.other_is_well();
        },
        calls: &["mmap|shmat", "open", "stat|shmctl stat", "fcntl set"],
    },
    Step {
        name: "attach read-only",
        prepare: Scene::make,
        act: |s| {
            s.held = Some(s.language.attach_read_only(&s.address())?);
            Ok(())
        },
        check: |s, _| {
            s.held = None;
            s.other_is_well();
        },
        calls: &["mmap|shmat", "open", "fcntl set"],
    },
    Step {
        name: "open or create",
        prepare: |_| {},
        act: |s| {
            s.held = Some(s.language.open_or_create(&s.address())?);
            Ok(())
        },
        check: |s, done| {
            if !done {
                s.held = Some(s.language.open_or_create(&s.address()).unwrap());
            }
            s.is_well();
            s.held = None;
            s.language.remove_at(&s.address()).unwrap();
        },
        calls: &[],
    },
    Step {
        name: "detach",
        prepare: |s| {
            s.make();
            let mut held = s.language.attach(&s.address()).unwrap();
            held.push(3).unwrap();
            s.held = Some(held);
        },
        act: |s| {
            s.held = None;
            Ok(())
        },
        check: |s, _| {
            let mut own = s.language.attach(&s.address()).unwrap();
            assert_eq!(own.pop().unwrap(), 3);
            drop(own);
            s.other_is_well();
        },
        calls: &["munmap|shmdt", "close"],
    },
    Step {
        name: "set",
        prepare: |s| {
            s.make();
            s.bare = Some(s.language.attach_bare(&s.address()).unwrap());
        },
        act: |s| {
            let (uid, gid) = owner();
            s.bare.as_ref().unwrap().set(uid, gid, 0o604)
        },
        check: |s, done| {
            if done {
                let Some(Ours::Rust(segment, _)) = &s.other else { panic!("nobody else") };
                assert_eq!(segment.stat().unwrap().mode, 0o604);
            }
            s.bare = None;
            s.other_is_well();
        },
        calls: &["chown|shmctl set", "chmod|shmctl set"],
    },
    Step {
        name: "remove",
        prepare: |s| {
            s.make();
            s.held = Some(s.language.attach(&s.address()).unwrap());
        },
        act: |s| s.held.as_ref().unwrap().remove(),
        check: removed_or_as_it_was,
        calls: &["unlink|shmctl remove"],
    },
    Step {
        name: "remove by address",
        prepare: Scene::make,
        act: |s| s.language.remove_at(&s.address()),
        check: removed_or_as_it_was,
        calls: &["unlink|shmctl remove"],
    },
    Step {
        name: "create, attach and remove a bare one",
        prepare: |_| {},
        act: |s| {
            let made = s.language.create_bare(&s.address(), 10_000)?;
            let again = s.language.attach_bare(&s.address()).inspect_err(|_| {
                // Made, and nobody has it: it is there whole.
                s.bare = None;
            })?;
            again.remove()?;
            drop(made);
            Ok(())
        },
        check: |s, done| {
            if !done && let Ok(there) = s.language.attach_bare(&s.address()) {
                // Everything but its name may have been settled.
                there.fill(1);
                there.remove().unwrap();
            }
            assert_eq!(s.language.attach_bare(&s.address()).err().unwrap().kind, "NotFound");
        },
        calls: &["mmap|shmat", "unlink|shmctl remove"],
    },
    Step {
        name: "gc",
        prepare: |s| {
            s.make();
            let orphan = Place::posix();
            drop(Language::Rust.create(&orphan.text()).unwrap());
            std::mem::forget(orphan); // it is collected
            let orphan = Place::sysv();
            drop(Language::Rust.create(&orphan.text()).unwrap());
            std::mem::forget(orphan);
        },
        act: |_| {
            for candidate in survey() {
                if candidate.is_leftover() {
                    candidate.remove()?;
                }
            }
            Ok(())
        },
        check: |s, _| {
            // Whatever could not be determined: who is attached keeps it.
            s.other_is_well();
            survey().iter().filter(|c| c.is_leftover()).for_each(|c| c.remove().unwrap());
        },
        calls: &["fcntl get", "open", "unlink", "shmctl remove"],
    },
];

fn removed_or_as_it_was(s: &mut Scene, done: bool) {
    let there = s.language.attach(&s.address());
    match there {
        Ok(there) => {
            assert!(!done, "removed, and still there");
            drop(there);
            s.other_is_well();
        }
        Err(e) => assert_eq!(e.kind, "NotFound", "neither there nor gone: {e}"),
    }
    s.held = None;
    // Who is attached keeps the memory.
    let other = s.other.as_mut().unwrap();
    other.push(9).unwrap_or_else(|e| assert_eq!(e.kind, "Removed"));
}

/// How many records of a segment say that their holder lives.
fn live_records(address: &str) -> usize {
    let bytes = Language::C.attach_bare(address).unwrap();
    let (mut offset, mut count) = ([0; 8], [0; 4]);
    bytes.read(64, &mut offset);
    bytes.read(72, &mut count);
    let (offset, count) = (u64::from_le_bytes(offset), u64::from(u32::from_le_bytes(count)));
    let state = |index: u64| {
        let mut state = [0; 4];
        bytes.read(offset + index * 64 + 4, &mut state);
        u32::from_le_bytes(state)
    };
    (0..count).filter(|index| state(*index) == 1).count()
}

/// What owner and group are set to: the caller's own, by calls that are made.
fn owner() -> (u32, u32) {
    (nix::unistd::geteuid().as_raw(), nix::unistd::getegid().as_raw())
}

/// Leaves behind what a creator does that dies right after shmget.
fn half_born(place: &Place) {
    let made = Language::Rust.create(&place.text()).unwrap();
    let Ours::Rust(segment, _) = &made else { unreachable!() };
    let stat = segment.stat().unwrap();
    made.remove().unwrap();
    drop(made);
    let key: i64 = i64::from_str_radix(place.text().strip_prefix("sysv:0x").unwrap(), 16).unwrap();
    // SAFETY: the child makes one system call and ends.
    match unsafe { nix::unistd::fork() }.unwrap() {
        nix::unistd::ForkResult::Child => {
            let flags = libc::IPC_CREAT | libc::IPC_EXCL | 0o600;
            // SAFETY: takes numbers; and as above.
            unsafe {
                libc::shmget(key as i32, stat.size as usize, flags);
                libc::_exit(0);
            }
        }
        nix::unistd::ForkResult::Parent { child } => {
            nix::sys::wait::waitpid(child, None).unwrap();
        }
    }
}

// --- what may fail unnoticed

/// Whether an operation may succeed though this call of it failed, and why.
fn may_be_ignored(step: &str, call: &str, errno: i32) -> Option<&'static str> {
    let (name, about) = call.split_once(' ').unwrap_or((call, ""));
    let retried = ["fallocate", "fcntl", "pread", "pwrite", "read"].contains(&name);
    let removed = about.ends_with(" (deleted)");
    let removes = step.contains("remove");
    let why = match name {
        "close" => "it is closed all the same",
        "munmap" | "shmdt" => "nobody could do it again",
        _ if errno == libc::EINTR && retried => "done again",
        _ if about.starts_with("/proc/") && name != "linkat" => {
            "it only tells more, or is asked to"
        }
        "statvfs" => "fallocate tells as well",
        "open" if about == "/dev/shm" => "with a name of the runtime's own meanwhile",
        "statfs" => "it only tells more",
        "prlimit" => "the call that runs into the limit tells",
        "getrandom" => "a number by time and place does",
        "cachestat" => "the blocks of the file tell as well, but for what is swapped out",
        "fcntl" if about.starts_with("set") && [libc::EAGAIN, libc::EACCES].contains(&errno) => {
            "the byte is held: another one, or again"
        }
        "fcntl" if step == "attach read-only" => "readers are only counted",
        "fcntl" if step.contains("a bare one") && [libc::EPERM, libc::EINVAL].contains(&errno) => {
            "nobody locks a bare segment, where there are no locks"
        }
        "fcntl" if about.starts_with("get") => "what cannot be determined counts as alive",
        "poll" | "pidfd_open" => "what cannot be determined counts as alive",
        "membarrier" => "it fences itself, and asks the others to",
        "madvise" if about == "dump" => "a core file is larger",
        "madvise" if errno == libc::EINVAL => "Linux before 5.14 does not know it",
        "stat" if step.starts_with("attach") || step.starts_with("open") => {
            "whether it lost its name is asked once more, later"
        }
        "shmctl" if about == "stat" && (step.starts_with("attach") || step.starts_with("open")) => {
            "as above, and who is the creator of one that is not ready"
        }
        "open" if removes && [libc::EACCES, libc::EPERM, libc::EROFS].contains(&errno) => {
            "who may not write cannot lock"
        }
        "stat" if step == "detach" => "it is closed all the same",
        "stat" | "pread" | "pwrite" if removes && removed => {
            "those who are attached are told later"
        }
        "shmat" if removes => "they are told later",
        "unlink" if about.contains("/.shmgen.sysv.") => "gc takes what is left",
        "open" if about.contains("/.shmgen.sysv.") && errno == libc::ENOENT => "out of sight",
        "shmctl" | "shmat" if step == "set" => "looked at before and after",
        "shmctl" | "shmat"
            if step == "open or create" && [libc::EINVAL, libc::EIDRM].contains(&errno) =>
        {
            "it was removed while it was made: made once more"
        }
        "linkat" | "open" | "mmap" | "shmget" if errno == libc::EEXIST => "somebody was faster",
        "shmget" | "open" if step.starts_with("open") && errno == libc::ENOENT => "it is not there",
        "shmget" | "shmctl" | "shmat" if step == "create over a live one" => {
            "what cannot be looked at is not cleared away: it exists"
        }
        "open" | "stat" | "pread" if step == "create over a live one" => {
            "what is in the way is looked at only to tell more of it"
        }
        _ if step == "gc" => "what cannot be looked at is kept",
        _ => return None,
    };
    Some(why)
}

// --- the campaign

#[derive(Default)]
struct Tally {
    cases: u64,
    failed: u64,
    faults: Vec<String>,
}

/// In a process of its own, with the library.
fn campaign(arguments: &[String]) {
    apart::enter();
    let share = arguments[2].parse().unwrap();
    apart::in_a_small_proc(|| campaign_in(&arguments[0], &arguments[1], share));
}

fn campaign_in(language: &str, backend: &str, share: usize) {
    let language = Language::of(language);
    let faults = Faults::loaded();
    watch_for_hangs();
    let mut tally = Tally::default();
    for step in STEPS.iter().skip(share).step_by(SHARES) {
        if step.name == "gc" && language == Language::C {
            continue; // C does not collect
        }
        run(step, language, backend == "sysv", &faults, &mut tally);
    }
    for fault in tally.faults.iter().take(60) {
        eprintln!("fault: {fault}");
    }
    say(format!("{} cases, {} failed, {} wrong", tally.cases, tally.failed, tally.faults.len()));
}

/// What is being tried, and since when.
static TRIED: Mutex<Option<(String, Instant)>> = Mutex::new(None);

fn watch(title: &str) {
    *TRIED.lock().unwrap() = Some((title.to_owned(), Instant::now()));
}

/// Ends the process, and says where, when one case takes too long.
fn watch_for_hangs() {
    std::thread::spawn(|| {
        loop {
            std::thread::sleep(Duration::from_secs(1));
            let tried = TRIED.lock().unwrap().clone();
            if let Some((title, since)) = tried
                && since.elapsed() > Duration::from_secs(20)
            {
                say(format!("hang: {title}"));
                std::process::abort();
            }
        }
    });
}

fn scene(language: Language, sysv: bool) -> Scene {
    let place = if sysv { Place::sysv() } else { Place::posix() };
    Scene { language, place, held: None, bare: None, other: None }
}

fn run(step: &Step, language: Language, sysv: bool, faults: &Faults, tally: &mut Tally) {
    // Whatever is made once in a process, and kept.
    let warm = trial(step, language, sysv, faults, What::Nothing);
    let first = trial(step, language, sysv, faults, What::Nothing);
    assert!(first.answer.is_ok() && warm.answer.is_ok(), "{}: {:?}", step.name, first.answer);
    assert!(first.wrong.is_none(), "{}: {:?}", step.name, first.wrong);
    for wanted in step.calls {
        let seen = |call: &str| first.calls.iter().any(|c| c.starts_with(call));
        assert!(wanted.split('|').any(seen), "{}: no {wanted} in {:#?}", step.name, first.calls);
    }
    let mut turn = 0;
    for (nth, call) in first.calls.iter().enumerate() {
        for errno in errnos(call) {
            for ever in [false, true] {
                // A signal cannot come for ever; and what fails from the second on
                // is among what fails from the first on, as a rule.
                let again = first.calls[..nth].iter().any(|c| same_call(c, call));
                if ever && (errno == libc::EINTR || again && !is_long()) {
                    continue;
                }
                // A collection asks a hundred things; the short form takes some.
                turn += 1;
                if step.name == "gc" && turn % 6 != 0 && !is_long() {
                    continue;
                }
                let what = What::Fail { nth, errno, ever };
                tally.cases += 1;
                let title = format!(
                    "{} in {} on {}: call {nth} ({call}) fails with {}{}",
                    step.name,
                    language.name(),
                    if sysv { "sysv" } else { "posix" },
                    name_of(errno),
                    if ever { " from there on" } else { "" }
                );
                watch(&title);
                let done = trial(step, language, sysv, faults, what);
                // What would be undone by the very call that fails stays.
                let undone = ever && ["unlink", "shmctl"].iter().any(|c| call.starts_with(c));
                if let Some(wrong) = done.wrong.filter(|_| !undone) {
                    tally.faults.push(format!("{title}: {wrong}"));
                }
                match done.answer {
                    Err(refused) => {
                        tally.failed += 1;
                        let told = refused.os == Some(errno)
                            || is_said_so(step.name, call, errno, &refused);
                        if !told && !ever && step.name != "gc" {
                            tally.faults.push(format!("{title}: {:?} {refused}", refused.os));
                        }
                    }
                    Ok(()) => {
                        if may_be_ignored(step.name, call, errno).is_none() {
                            tally.faults.push(format!("{title}: nobody noticed"));
                        }
                    }
                }
            }
        }
    }
}

/// Whether two calls are of one name, whatever they are about.
fn same_call(a: &str, b: &str) -> bool {
    a.split(' ').next() == b.split(' ').next()
}

/// Whether the errno is reported as what it means.
fn is_said_so(step: &str, call: &str, errno: i32, refused: &languages::Refused) -> bool {
    let leads_nowhere = (call.starts_with("shmctl") || call.starts_with("shmat"))
        && [libc::EINVAL, libc::EIDRM].contains(&errno)
        && refused.os == Some(libc::ENOENT);
    // What cannot be looked at is not cleared away.
    let not_cleared = step == "create over a half-born one" && refused.kind == "Exists";
    leads_nowhere || not_cleared
}

/// The long form tries every case; SHMGEN_SOAK asks for it.
fn is_long() -> bool {
    std::env::var("SHMGEN_SOAK").ok().and_then(|f| f.parse().ok()).unwrap_or(1) > 1
}

struct Done {
    answer: Answer<()>,
    calls: Vec<String>,
    wrong: Option<String>,
}

/// One operation, with one fault.
fn trial(step: &Step, language: Language, sysv: bool, faults: &Faults, what: What) -> Done {
    let before = World::now();
    let mut scene = scene(language, sysv);
    (step.prepare)(&mut scene);
    let (answer, calls) = faults.during(what, || (step.act)(&mut scene));
    let checked = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
        (step.check)(&mut scene, answer.is_ok());
    }));
    drop(scene);
    let mut wrong = checked.err().map(|e| {
        let text = e.downcast_ref::<String>().cloned();
        text.or(e.downcast_ref::<&str>().map(|s| (*s).to_owned())).unwrap_or_default()
    });
    if may_leave_to_gc(step, &calls, what) {
        let left: Vec<_> = survey().into_iter().filter(|c| c.is_leftover()).collect();
        left.iter().filter(|c| c.name.contains("/.shmgen.sysv.")).for_each(|c| c.remove().unwrap());
    }
    let after = World::now();
    if wrong.is_none() && after != before {
        wrong = Some(format!("before {before:?}\nafter {after:?}"));
    }
    if after != before {
        sweep_away();
    }
    Done { answer, calls, wrong }
}

/// Whether a companion file may be left, for gc to take: where it cannot be
/// unlinked, or its segment not be looked into before that is removed.
fn may_leave_to_gc(step: &Step, calls: &[String], what: What) -> bool {
    let What::Fail { nth, .. } = what else { return false };
    let call = calls.get(nth).map_or("", String::as_str);
    call.starts_with("unlink /dev/shm/.shmgen.sysv.")
        || step.name.contains("remove") && call.starts_with("shmat")
}

/// So that one fault is not told again by all that follow.
fn sweep_away() {
    for name in apart::names() {
        let _ = std::fs::remove_file(format!("/dev/shm/{name}"));
    }
    for line in apart::ids() {
        let id = line.split(' ').nth(3).unwrap().parse().unwrap();
        // SAFETY: takes numbers; the pointer is not used by IPC_RMID.
        unsafe { libc::shmctl(id, libc::IPC_RMID, std::ptr::null_mut()) };
    }
}

/// Plays a part with the library that makes calls fail; what it says.
fn with_faults(part: &str, arguments: &[&str]) -> String {
    let environment = [
        ("LD_PRELOAD", injected::library().to_str().unwrap()),
        (languages::LIBRARY, languages::library().to_str().unwrap()),
    ];
    let mut player = play_with(part, arguments, &environment);
    let heard = player.hear();
    player.finish();
    heard
}

/// How many processes share the steps: most of a step is waiting.
const SHARES: usize = 4;

fn campaigns(language: Language) {
    std::thread::scope(|scope| {
        for backend in ["posix", "sysv"] {
            for share in 0..SHARES {
                scope.spawn(move || {
                    let arguments = [language.name(), backend, &share.to_string()];
                    let heard = with_faults("campaign", &arguments);
                    println!("{} {backend} {share}: {heard}", language.name());
                    assert!(heard.ends_with(" 0 wrong"), "{heard}");
                });
            }
        }
    });
}

#[test]
fn whatever_call_fails_in_rust_is_told_and_leaks_nothing() {
    campaigns(Language::Rust);
}

#[test]
fn whatever_call_fails_in_c_is_told_and_leaks_nothing() {
    campaigns(Language::C);
}

/// The first attach of a process makes the page that is wiped in its children; one
/// that fails there is told, and the next one may have more luck. Where the kernel
/// does not wipe it, a handler of fork does.
fn first_attach(arguments: &[String]) {
    apart::enter();
    let language = Language::of(&arguments[0]);
    let place = Place::posix();
    let _made = Language::other(language).create(&place.text()).unwrap();
    let faults = Faults::loaded();
    let mut cases = 0;
    let calls = in_a_child(|| {
        let (attached, calls) = faults.during(What::Nothing, || language.attach(&place.text()));
        assert!(attached.is_ok());
        calls
    });
    let pages = calls.iter().enumerate().filter(|(_, c)| *c == "mmap " || *c == "madvise wipe");
    let pages: Vec<(usize, &String)> = pages.collect();
    assert_eq!(pages.len(), 2, "{calls:#?}");
    for (nth, call) in pages {
        for errno in errnos(call) {
            let what = What::Fail { nth, errno, ever: false };
            in_a_child(|| {
                let (refused, after) = faults.during(what, || language.attach(&place.text()));
                if call == "mmap " {
                    let refused = refused.err().unwrap();
                    assert_eq!(refused.os, Some(errno), "{call} {refused}");
                    language.attach(&place.text()).unwrap();
                    return Vec::new();
                }
                let mut attached = refused.unwrap_or_else(|e| panic!("{after:?}: {e}"));
                in_a_child(|| {
                    assert_eq!(attached.pop().unwrap_err().kind, "Forked");
                    Vec::new()
                });
                attached.push(1).unwrap();
                Vec::new()
            });
            cases += 1;
        }
    }
    say(cases);
}

/// Runs something in a forked child, which has done nothing of the kind yet; the
/// lines that it gives.
fn in_a_child(run: impl FnOnce() -> Vec<String>) -> Vec<String> {
    let (read, write) = nix::unistd::pipe().unwrap();
    // SAFETY: the child runs this thread alone, and ends without returning.
    match unsafe { nix::unistd::fork() }.unwrap() {
        nix::unistd::ForkResult::Child => {
            let done = std::panic::catch_unwind(std::panic::AssertUnwindSafe(run));
            let text = done.as_ref().map(|lines| lines.join("\n")).unwrap_or_default();
            nix::unistd::write(&write, text.as_bytes()).unwrap();
            // SAFETY: as above.
            unsafe { libc::_exit(i32::from(done.is_err())) };
        }
        nix::unistd::ForkResult::Parent { child } => {
            drop(write);
            let mut text = String::new();
            std::io::Read::read_to_string(&mut std::fs::File::from(read), &mut text).unwrap();
            let ended = nix::sys::wait::waitpid(child, None).unwrap();
            assert_eq!(ended, nix::sys::wait::WaitStatus::Exited(child, 0));
            text.lines().map(str::to_owned).collect()
        }
    }
}

#[test]
fn a_first_attach_that_fails_is_told_and_not_for_ever() {
    for language in languages::BOTH {
        let heard = with_faults("first_attach", &[language.name()]);
        println!("{}: {heard} cases", language.name());
    }
}
