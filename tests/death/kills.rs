//! Processes that are killed with SIGKILL while they create, attach, detach and
//! remove: at random moments, and at each system call of each operation. After
//! every death a collection leaves /dev/shm, the System V segments and the
//! descriptors as they were; but for a System V segment that died before it had
//! a header, which only who creates it anew clears away, and an id file that leads
//! nowhere, which gives way to a new one. A private segment without a header is
//! nobody's to clear away but `ipcrm`'s: nothing tells whose it is.
//!
//! SHMGEN_SOAK=10 kills ten thousand at random moments.

use apart::World;
use children::say;
use dice::Dice;
use injected::{Faults, What};
use languages::{BOTH, Language, Ours};
use nix::sys::mman::{MapFlags, ProtFlags, mmap_anonymous};
use nix::sys::signal::{Signal, kill};
use nix::sys::wait::{WaitStatus, waitpid};
use nix::unistd::{ForkResult, Pid, fork};
use shm_runtime::Survey;
use shmgen_test_support::{apart, children, dice, injected, languages, tools};
use std::process::Command;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

children!(at_random, at_each_call);

/// How many processes are killed for each language and kind of memory; more by
/// SHMGEN_SOAK, a factor.
fn kills() -> u64 {
    125 * std::env::var("SHMGEN_SOAK").ok().and_then(|f| f.parse().ok()).unwrap_or(1)
}

const ADDRESSES: [&str; 4] = ["posix:/killed", "sysv:0x70000001", "sysv-file:", "memfd:"];
const PREFIX: &str = "shmgen.kills.";

/// Plays a part for each language and kind of memory, in namespaces and with a
/// prefix of its own.
fn everywhere(part: &str) {
    let environment = [
        (languages::LIBRARY, languages::library().to_str().unwrap()),
        ("LD_PRELOAD", injected::library().to_str().unwrap()),
        ("SHM_RUNTIME_PREFIX", PREFIX),
    ];
    let shmgen = tools::built().shmgen.to_str().unwrap();
    for language in BOTH {
        for address in ADDRESSES {
            let start = Instant::now();
            let folder = tools::scratch(&format!("kills-{part}-{}", language.name()));
            let file = format!("{address}{}/killed.id", folder.display());
            let place = if address == "sysv-file:" { &file } else { address };
            let mut player = play_with(part, &[language.name(), place, shmgen], &environment);
            let heard = player.hear();
            println!("{part} in {} on {address}: {heard} ({:?})", language.name(), start.elapsed());
            player.finish();
            assert_eq!(std::fs::read_dir(folder).unwrap().count(), 0, "a file beside the id file");
        }
    }
}

fn in_namespaces(arguments: &[String], run: impl FnOnce(Language, &str)) {
    apart::enter();
    apart::in_a_small_proc(|| {
        let before = World::now();
        run(Language::of(&arguments[0]), &arguments[1]);
        // The real command finds nothing to do either, nor to tell.
        for verb in [&["gc"][..], &["ls", "--noheadings"]] {
            let mut command = Command::new(&arguments[2]);
            let done = tools::run(command.args(verb).env_remove("LD_PRELOAD"));
            assert_eq!(String::from_utf8_lossy(&done.stdout), "", "{verb:?}");
        }
        assert_eq!(World::now(), before);
    });
}

// --- what is left of the dead

/// What was found after a death.
#[derive(Default, Debug)]
struct Left {
    nothing: u64,
    orphans: u64,
    companions: u64,
    half_born: u64,
    unborn: u64,
    id_files: u64,
}

/// Who wants to create it clears away what is there, and works.
fn create_anew(language: Language, address: &str, title: &str) {
    let mut made = language.create(address).unwrap_or_else(|e| panic!("{title}: {e}"));
    made.push(1).unwrap();
    assert_eq!(made.pop().unwrap(), 1, "{title}");
    made.remove().unwrap();
}

/// What somebody dead has collected is either untouched, or gives way to the next
/// create: also if it died between the mark that it is removed and the removal.
fn is_whole_or_gives_way(language: Language, address: &str, title: &str) {
    match language.attach(address) {
        Ok(_) => {}
        Err(e) if matches!(&e.kind[..], "NotFound" | "Removed") => {
            create_anew(language, address, title);
        }
        Err(e) => panic!("{title}: {e}"),
    }
}

/// Collects; then everything is as before, but for one that is unborn.
fn clear(before: &World, language: Language, address: &str, left: &mut Left, title: &str) {
    let mut found = 0;
    for candidate in Survey::default().drop_messages().look() {
        if !candidate.is_leftover() {
            continue;
        }
        found += 1;
        match &candidate.verdict {
            shm_runtime::Verdict::Leftover(shm_runtime::Leftover::Orphan) => left.orphans += 1,
            shm_runtime::Verdict::Leftover(shm_runtime::Leftover::HalfBorn) => left.half_born += 1,
            _ => left.companions += 1,
        }
        candidate.remove().unwrap_or_else(|e| panic!("{title}: {e}"));
    }
    let now = World::now();
    let id_file = address.strip_prefix("sysv-file:");
    if now.ids != before.ids {
        // Unborn: without a header, so nobody can tell whose it is.
        assert_eq!(now.ids.len(), before.ids.len() + 1, "{title}: {now:?}");
        assert!(address.starts_with("sysv"), "{title}: {now:?}");
        // Nothing else would ever lead to a private one.
        assert!(id_file.is_none(), "{title}: {now:?}");
        left.unborn += 1;
        create_anew(language, address, title);
    } else if found == 0 {
        left.nothing += 1;
    }
    if id_file.is_some_and(|path| std::fs::exists(path).unwrap()) {
        left.id_files += 1;
        let attached = language.attach(address).map(drop);
        assert_eq!(attached.unwrap_err().kind, "NotFound", "{title}: it leads nowhere");
        create_anew(language, address, title);
    }
    assert_eq!(&World::now(), before, "{title}");
}

// --- at random moments

#[test]
fn whoever_is_killed_when_a_collection_leaves_nothing() {
    everywhere("at_random");
}

/// What a victim is doing; its parent reads it after its death.
const DOING: [&str; 7] =
    ["nothing", "create", "attach", "attach read-only", "detach", "remove", "open or create"];

fn live(language: Language, address: &str, doing: &AtomicU32) -> ! {
    let now = |what: &str| {
        let index = DOING.iter().position(|d| *d == what).unwrap();
        doing.store(index as u32, Ordering::SeqCst);
    };
    for round in 0.. {
        now(if round % 2 == 0 { "create" } else { "open or create" });
        let made = if round % 2 == 0 || address == "memfd:" {
            language.create(address).unwrap()
        } else {
            language.open_or_create(address).unwrap()
        };
        let address = &made.address()[..];
        now("attach");
        let other = language.attach(address).unwrap();
        now("attach read-only");
        let reader = language.attach_read_only(address).unwrap();
        now("detach");
        drop((other, reader));
        now("remove");
        if round % 3 == 0 {
            language.remove_at(address).unwrap();
        } else {
            made.remove().unwrap();
        }
        now("detach");
        drop(made);
    }
    unreachable!()
}

/// How long the beginning of an operation is waited for.
const AIMING: Duration = Duration::from_millis(100);

fn at_random(arguments: &[String]) {
    in_namespaces(arguments, |language, address| {
        languages::ready();
        let size = std::num::NonZeroUsize::new(4096).unwrap();
        let prot = ProtFlags::PROT_READ | ProtFlags::PROT_WRITE;
        // SAFETY: a new mapping of zeros, which is never unmapped.
        let page = unsafe { mmap_anonymous(None, size, prot, MapFlags::MAP_SHARED) }.unwrap();
        // SAFETY: as above, and aligned.
        let doing = unsafe { page.cast::<AtomicU32>().as_ref() };
        let before = World::now();
        let mut dice = Dice(7);
        let (mut left, mut during) = (Left::default(), [0u64; DOING.len()]);
        for round in 0..kills() {
            doing.store(0, Ordering::SeqCst);
            // SAFETY: this process has one thread, and the child ends by SIGKILL.
            let child = match unsafe { fork() }.unwrap() {
                ForkResult::Child => live(language, address, doing),
                ForkResult::Parent { child } => child,
            };
            let start = Instant::now();
            while doing.load(Ordering::SeqCst) == 0 && start.elapsed() < Duration::from_secs(20) {
                std::thread::yield_now();
            }
            // Some operations take most of the time, on a busy machine nearly all of it:
            // the moment is taken from the beginning of one of them.
            let aim = 1 + dice.roll(DOING.len() as u64 - 1) as u32;
            let start = Instant::now();
            while doing.load(Ordering::SeqCst) != aim && start.elapsed() < AIMING {
                std::thread::yield_now();
            }
            if dice.roll(2) == 0 {
                std::thread::sleep(Duration::from_micros(dice.roll(1500)));
            }
            let ended = killed(child);
            assert_eq!(ended, WaitStatus::Signaled(child, Signal::SIGKILL, false));
            let what = doing.load(Ordering::SeqCst) as usize;
            during[what] += 1;
            let title = format!("kill {round}, in {}", DOING[what]);
            clear(&before, language, address, &mut left, &title);
        }
        let all: Vec<String> =
            DOING.iter().zip(during).map(|(what, n)| format!("{what} {n}")).collect();
        // The kills prove something only where something was going on.
        for (what, n) in DOING.iter().zip(during).skip(1) {
            assert!(n > 0, "nobody was killed in {what}: {all:?}");
        }
        say(format!("{} killed: {}; {left:?}", kills(), all.join(", ")));
    });
}

fn killed(child: Pid) -> WaitStatus {
    kill(child, Signal::SIGKILL).unwrap();
    waitpid(child, None).unwrap()
}

// --- at each system call

#[test]
fn whoever_is_killed_at_whichever_call_a_collection_leaves_nothing() {
    everywhere("at_each_call");
}

/// An operation, and what must be there before it.
type Deed = (&'static str, fn(Language, &str) -> Box<dyn FnOnce()>);

const DEEDS: [Deed; 7] = [
    ("create", |l, a| {
        let a = a.to_owned();
        Box::new(move || drop(l.create(&a)))
    }),
    ("open or create", |l, a| {
        let a = a.to_owned();
        Box::new(move || drop(l.open_or_create(&a)))
    }),
    ("attach", |l, a| {
        let there = Kept::make(l, a);
        Box::new(move || drop(l.attach(there.address()).unwrap()))
    }),
    ("attach read-only", |l, a| {
        let there = Kept::make(l, a);
        Box::new(move || drop(l.attach_read_only(there.address()).unwrap()))
    }),
    ("remove", |l, a| {
        let made = l.create(a).unwrap();
        Box::new(move || made.remove().unwrap())
    }),
    ("remove by address", |l, a| {
        let there = Kept::make(l, a);
        Box::new(move || l.remove_at(there.address()).unwrap())
    }),
    ("gc", |l, a| {
        let there = Kept::make(l, a);
        Box::new(move || {
            for candidate in
                Survey::default().drop_messages().look().iter().filter(|c| c.is_leftover())
            {
                let _ = candidate.remove();
            }
            drop(there);
        })
    }),
];

/// A segment to which nobody is attached; of a memfd its maker stays, as it would
/// be gone.
struct Kept {
    address: String,
    _maker: Option<Ours>,
}

impl Kept {
    fn make(language: Language, address: &str) -> Self {
        let made = language.create(address).unwrap();
        let address = made.address();
        let maker = address.starts_with("memfd").then_some(made);
        Self { address, _maker: maker }
    }

    fn address(&self) -> &str {
        &self.address
    }
}

fn at_each_call(arguments: &[String]) {
    in_namespaces(arguments, |language, address| {
        languages::ready();
        let faults = Faults::loaded();
        let before = World::now();
        let (mut left, mut dead) = (Left::default(), 0);
        for (name, deed) in DEEDS {
            for nth in 0.. {
                // SAFETY: this process has one thread; the child ends in any case.
                let child = match unsafe { fork() }.unwrap() {
                    ForkResult::Child => {
                        let act = deed(language, address);
                        faults.during(What::Kill { nth }, act);
                        // SAFETY: it made fewer calls; what it holds the kernel drops.
                        unsafe { nix::libc::_exit(0) }
                    }
                    ForkResult::Parent { child } => child,
                };
                let ended = waitpid(child, None).unwrap();
                let title = format!("{name}, call {nth}");
                if name == "gc" && address != "memfd:" {
                    is_whole_or_gives_way(language, address, &title);
                }
                clear(&before, language, address, &mut left, &title);
                match ended {
                    WaitStatus::Exited(_, 0) => break,
                    WaitStatus::Signaled(_, Signal::SIGKILL, _) => dead += 1,
                    other => panic!("{name}, call {nth}: {other:?}"),
                }
            }
        }
        assert!(dead > 100, "{dead}");
        if address.starts_with("sysv") {
            let mut all = vec![left.orphans, left.companions, left.half_born, left.nothing];
            if !address.starts_with("sysv-file:") {
                all.push(left.unborn);
            }
            assert!(all.iter().all(|n| *n > 0), "not every kind of leftover: {left:?}");
        }
        say(format!("{dead} killed; {left:?}"));
    });
}
