//! Names and ids that change hands while an operation looks at them: at each
//! system call of each operation in turn, somebody replaces, removes, attaches
//! or collects. What was checked must be what is used; what is attached must not
//! be removed; and no segment is removed that was not the one looked at.
//!
//! The somebody runs inside the operation, in a library that is loaded before
//! the C library (tests/c/faults.c), so every order of the two is tried: there is
//! no luck in it. `races.rs` tries real processes.

use apart::World;
use children::say;
use injected::{Faults, What};
use languages::{BOTH, Language, Ours};
use nix::fcntl::{FcntlArg, fcntl};
use nix::libc;
use nix::sys::stat::Mode;
use places::Place;
use shm_runtime::{Owner, Segment, survey};
use shmgen_test_support::{apart, children, injected, languages, places};
use std::cell::RefCell;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::Path;

children!(all);

// --- the somebody

thread_local! {
    static SOMEBODY: RefCell<Option<Box<dyn FnOnce()>>> = const { RefCell::new(None) };
}

/// What the library calls.
extern "C" fn hook() {
    let act = SOMEBODY.with_borrow_mut(Option::take);
    act.expect("somebody is there")();
}

/// Runs an operation with somebody else's act before its nth call; `None` if it
/// does not make so many.
fn interleave<T>(
    faults: &Faults,
    nth: usize,
    act: impl FnOnce() + 'static,
    operation: impl FnOnce() -> T,
) -> Option<T> {
    SOMEBODY.with_borrow_mut(|s| *s = Some(Box::new(act)));
    let (result, _) = faults.during(What::Run { nth, hook }, operation);
    let left = SOMEBODY.with_borrow_mut(Option::take);
    left.is_none().then_some(result)
}

// --- the stage

/// A segment under a name or a key, and another one that must not be touched.
struct Stage {
    place: Place,
    decoy: Place,
    before: World,
}

impl Stage {
    fn new(sysv: bool) -> Self {
        let before = World::now();
        let place = if sysv { Place::sysv() } else { Place::posix() };
        drop(Language::Rust.create(&place.text()).unwrap());
        let decoy = Place::posix();
        drop(Language::C.create(&decoy.text()).unwrap());
        Self { place, decoy, before }
    }

    fn address(&self) -> String {
        self.place.text()
    }

    /// What is at the place now, to the kernel: inode or id; 0 if nothing.
    fn there(&self) -> u64 {
        what_is_at(&self.place.text())
    }

    /// The decoy is as it was; then everything is cleared away, and nothing is
    /// left of it.
    fn end(self, title: &str) {
        let path = self.place.path();
        if path.starts_with('/') {
            let _ = std::fs::remove_file(&path).or_else(|_| std::fs::remove_dir(&path));
        }
        let facts = std::fs::metadata(self.decoy.path()).unwrap();
        assert_eq!(facts.permissions().mode() & 0o777, 0o600, "{title}: the decoy was changed");
        drop(Language::C.attach(&self.decoy.text()).unwrap());
        let Self { place, decoy, before } = self;
        drop((place, decoy));
        // Companions of what was removed the rude way.
        survey().iter().filter(|c| c.is_leftover()).for_each(|c| c.remove().unwrap());
        assert_eq!(World::now(), before, "{title}");
    }
}

/// Inode or id of what an address leads to; 0 if to nothing.
fn what_is_at(address: &str) -> u64 {
    if let Some(name) = address.strip_prefix("posix:") {
        let facts = std::fs::symlink_metadata(format!("/dev/shm{name}"));
        return facts.map_or(0, |f| f.ino());
    }
    let key = u32::from_str_radix(address.strip_prefix("sysv:0x").unwrap(), 16).unwrap();
    // SAFETY: takes numbers, returns a number.
    let id = unsafe { libc::shmget(key as i32, 0, 0) };
    u64::try_from(id + 1).unwrap()
}

/// Which segment is attached: the one that is mapped, by inode or id.
fn which(attached: &Ours, address: &str) -> u64 {
    let identity = attached.identity();
    // By what it says of itself: the one at the address, or another.
    let there = Language::C.attach_bare(address).ok().map(|b| b.identity());
    if there == Some(identity) { what_is_at(address) } else { u64::MAX }
}

/// Removes a segment and makes a new one, in the manner of the runtime: under
/// the lock on the byte for removal, or not at all. The new one.
fn successor(address: &str) -> u64 {
    if !remove_politely(address) {
        return 0;
    }
    drop(Language::C.create(address).unwrap());
    what_is_at(address)
}

fn remove_politely(address: &str) -> bool {
    let Some(name) = address.strip_prefix("posix:") else {
        return Language::C.remove_at(address).is_ok();
    };
    let path = format!("/dev/shm{name}");
    let Ok(file) = std::fs::File::options().read(true).write(true).open(&path) else {
        return false;
    };
    let lock = libc::flock {
        l_type: libc::F_WRLCK as i16,
        l_whence: libc::SEEK_SET as i16,
        l_start: (1 << 40) + 1,
        l_len: 1,
        l_pid: 0,
    };
    fcntl(&file, FcntlArg::F_OFD_SETLK(&lock)).is_ok() && std::fs::remove_file(&path).is_ok()
}

// --- the operations

/// In a process of its own, with the library.
fn all(arguments: &[String]) {
    apart::enter();
    let part = arguments[0].clone();
    apart::in_a_small_proc(move || {
        let faults = Faults::loaded();
        let steps = match part.as_str() {
            "rude" => rude(&faults),
            "successors" => successors(&faults),
            "collected" => collected(&faults),
            _ => attached_meanwhile(&faults),
        };
        say(steps);
    });
}

fn play_all(part: &str, at_least: usize) {
    let environment = [
        ("LD_PRELOAD", injected::library().to_str().unwrap()),
        (languages::LIBRARY, languages::library().to_str().unwrap()),
    ];
    let mut player = play_with("all", &[part], &environment);
    let steps: usize = player.hear().parse().unwrap();
    player.finish();
    println!("{part}: {steps} interleavings");
    assert!(steps >= at_least, "{steps}");
}

#[test]
fn nothing_that_a_name_was_given_to_meanwhile_is_followed_or_changed() {
    play_all("rude", 300);
}

#[test]
fn no_successor_is_removed_in_the_place_of_its_predecessor() {
    play_all("successors", 100);
}

#[test]
fn who_attaches_while_somebody_collects_keeps_the_segment() {
    play_all("attached", 100);
}

#[test]
fn what_is_collected_while_somebody_attaches_is_attached_or_gone() {
    play_all("collected", 60);
}

/// Puts something at a path; the second one is a decoy.
type Rudeness = fn(&str, &str);

/// What anybody who may write the folder can put there.
const RUDE: [(&str, Rudeness); 6] = [
    ("nothing", |_, _| ()),
    ("a symbolic link", |path, decoy| std::os::unix::fs::symlink(decoy, path).unwrap()),
    ("a hard link", |path, decoy| std::fs::hard_link(decoy, path).unwrap()),
    ("a FIFO", |path, _| nix::unistd::mkfifo(path, Mode::from_bits_truncate(0o600)).unwrap()),
    ("a directory", |path, _| std::fs::create_dir(path).unwrap()),
    ("another's file", |path, decoy| {
        std::fs::copy(decoy, path).unwrap();
        std::os::unix::fs::chown(path, Some(4321), Some(4321)).unwrap();
    }),
];

const OPERATIONS: [&str; 7] =
    ["attach", "read-only", "bare", "open or create", "create", "set", "remove"];

/// The name is taken away with rm, and given to something else.
fn rude(faults: &Faults) -> usize {
    let mut steps = 0;
    for language in BOTH {
        for operation in OPERATIONS {
            for (what, put) in RUDE {
                for nth in 0.. {
                    let title = format!("{operation} in {}, {what} at call {nth}", language.name());
                    let stage = Stage::new(false);
                    let (path, decoy) = (stage.place.path(), stage.decoy.path());
                    let act = move || {
                        // Who was faster may have removed it already.
                        let _ = std::fs::remove_file(&path);
                        if !Path::new(&path).exists() {
                            put(&path, &decoy);
                        }
                    };
                    let address = stage.address();
                    let original = stage.there();
                    let attached = interleave(faults, nth, act, || match operation {
                        "attach" => language.attach(&address).ok(),
                        "read-only" => language.attach_read_only(&address).ok(),
                        "open or create" => language.open_or_create(&address).ok(),
                        "create" => language.create(&address).ok(),
                        "bare" => {
                            let bare = language.attach_bare(&address).ok();
                            drop(bare);
                            None
                        }
                        "set" => {
                            let open = Owner { mode: 0o666, ..Owner::KEEP };
                            let _ = Segment::set_at(&address.parse().unwrap(), open);
                            None
                        }
                        _ => {
                            let _ = language.remove_at(&address);
                            None
                        }
                    });
                    let Some(attached) = attached else {
                        stage.end(&title);
                        break;
                    };
                    steps += 1;
                    if let Some(attached) = attached {
                        // The one that was there at first, or one that it made
                        // itself; never what was put there.
                        let own = attached.identity().creator == std::process::id();
                        assert!(own, "{title}: attached to another");
                        if operation == "create" || operation == "open or create" {
                            let there = stage.there();
                            let whole = there == original || there == 0 || what != "nothing" || {
                                which(&attached, &address) == there
                            };
                            assert!(whole, "{title}: what was made is not what is there");
                        }
                        let other = what == "another's file";
                        let uid = std::fs::symlink_metadata(stage.place.path()).map(|m| m.uid());
                        assert!(
                            !(other && is_mapped(&stage) && uid.is_ok_and(|u| u == 4321)),
                            "{title}"
                        );
                    }
                    // Root, who asks to set it, sets whose it is.
                    if what == "another's file"
                        && operation != "set"
                        && let Ok(facts) = std::fs::symlink_metadata(stage.place.path())
                        && facts.uid() == 4321
                    {
                        // Copied with the decoy's mode; nobody changed it.
                        assert_eq!(facts.mode() & 0o777, 0o600, "{title}: another's was changed");
                    }
                    stage.end(&title);
                }
            }
        }
    }
    steps
}

/// Whether the file that the name leads to is mapped here.
fn is_mapped(stage: &Stage) -> bool {
    let maps = std::fs::read_to_string("/proc/self/maps").unwrap();
    let inode = stage.there().to_string();
    maps.lines().any(|l| {
        l.contains("/dev/shm/") && l.split_ascii_whitespace().nth(4) == Some(inode.as_str())
    })
}

/// Somebody removes the segment and creates its successor, politely.
fn successors(faults: &Faults) -> usize {
    use std::rc::Rc;
    let mut steps = 0;
    for (language, sysv) in
        [(Language::Rust, false), (Language::C, false), (Language::Rust, true), (Language::C, true)]
    {
        for operation in ["remove", "remove by address", "attach", "gc"] {
            if operation == "gc" && language == Language::C {
                continue; // C does not collect
            }
            for nth in 0.. {
                let title = format!("{operation} in {}, sysv {sysv}, at {nth}", language.name());
                let stage = Stage::new(sysv);
                let address = stage.address();
                let original = stage.there();
                let held = (operation == "remove").then(|| language.attach(&address).unwrap());
                let candidate = (operation == "gc").then(|| {
                    let found = survey().into_iter().find(|c| c.name == address);
                    found.unwrap()
                });
                let made = Rc::new(RefCell::new(0));
                let (new, at) = (Rc::clone(&made), address.clone());
                let act = move || *new.borrow_mut() = successor(&at);
                let done = interleave(faults, nth, act, || match operation {
                    "remove" => held.as_ref().unwrap().remove().map(|()| None),
                    "remove by address" => language.remove_at(&address).map(|()| None),
                    "gc" => candidate.as_ref().unwrap().remove().map(|()| None).map_err(Into::into),
                    _ => language.attach(&address).map(Some),
                });
                let Some(done) = done else {
                    drop(held);
                    stage.end(&title);
                    break;
                };
                steps += 1;
                let (new, there) = (*made.borrow(), stage.there());
                match &done {
                    // Removed is one of both, and never the successor where the
                    // predecessor was looked at.
                    Ok(None) if operation == "remove by address" => {
                        let one = there == 0 && new == 0 || there == new || {
                            // It looked after the successor was there.
                            there == 0 && new != 0
                        };
                        assert!(one, "{title}: {original} {new} {there}");
                    }
                    Ok(None) => assert!(there == new, "{title}: {original} {new} {there}"),
                    Ok(Some(attached)) => {
                        // To the one that has the name; else it would be told so.
                        let which = which(attached, &address);
                        assert!(which == there || new != 0, "{title}");
                        drop(Language::other(language).attach(&address).unwrap());
                    }
                    Err(_) => {
                        let whole = if new == 0 { original } else { new };
                        assert_eq!(there, whole, "{title}: neither is there");
                    }
                }
                if new != 0 && there == new {
                    // The successor has all that is its own.
                    drop(Language::other(language).attach(&address).unwrap());
                }
                drop((done, held));
                stage.end(&title);
            }
        }
    }
    steps
}

/// Somebody attaches at each call of a collection: if it is attached, its
/// segment stays.
fn attached_meanwhile(faults: &Faults) -> usize {
    use std::rc::Rc;
    let mut steps = 0;
    for (language, sysv, read_only) in [
        (Language::Rust, false, false),
        (Language::C, false, false),
        (Language::C, false, true),
        (Language::Rust, true, false),
        (Language::C, true, false),
        (Language::Rust, true, true),
    ] {
        for nth in 0.. {
            let title = format!("{} attaches, sysv {sysv}, at call {nth}", language.name());
            let stage = Stage::new(sysv);
            let address = stage.address();
            let candidate = survey().into_iter().find(|c| c.name == address).unwrap();
            assert!(candidate.is_leftover());
            let attached = Rc::new(RefCell::new(None));
            let (result, at) = (Rc::clone(&attached), address.clone());
            let act = move || {
                *result.borrow_mut() = Some(language.attach_as(&at, read_only, false));
            };
            let Some(done) = interleave(faults, nth, act, || candidate.remove()) else {
                stage.end(&title);
                break;
            };
            steps += 1;
            let attached = attached.borrow_mut().take().unwrap();
            match attached {
                Ok(segment) => {
                    assert!(done.is_err(), "{title}: collected, though attached");
                    assert_eq!(which(&segment, &address), stage.there(), "{title}");
                    drop(Language::other(language).attach(&address).unwrap());
                }
                Err(refused) => {
                    let told = ["Busy", "NotFound", "Removed", "TableFull", "Unsupported"];
                    assert!(told.contains(&refused.kind.as_str()), "{title}: {refused}");
                }
            }
            stage.end(&title);
        }
    }
    steps
}

/// Somebody collects at each call of an attach: then it is attached to what is
/// there, or told that it is gone.
fn collected(faults: &Faults) -> usize {
    let mut steps = 0;
    for (language, sysv, read_only) in [
        (Language::Rust, false, false),
        (Language::Rust, false, true),
        (Language::C, false, false),
        (Language::C, false, true),
        (Language::Rust, true, false),
        (Language::C, true, false),
        (Language::C, true, true),
    ] {
        for nth in 0.. {
            let title = format!("{} attaches, sysv {sysv}, gc at {nth}", language.name());
            let stage = Stage::new(sysv);
            let address = stage.address();
            let at = address.clone();
            let act = move || {
                for candidate in survey() {
                    if candidate.is_leftover() && candidate.name == at {
                        let _ = candidate.remove();
                    }
                }
            };
            let attach = || language.attach_as(&address, read_only, false);
            let Some(attached) = interleave(faults, nth, act, attach) else {
                stage.end(&title);
                break;
            };
            steps += 1;
            match attached {
                Ok(segment) => {
                    let there = stage.there();
                    assert!(there != 0, "{title}: attached to what was collected");
                    assert_eq!(which(&segment, &address), there, "{title}");
                }
                Err(refused) => {
                    assert_eq!(stage.there(), 0, "{title}: it is there: {refused}");
                    let told = ["NotFound", "Removed", "Unsupported"];
                    assert!(told.contains(&refused.kind.as_str()), "{title}: {refused}");
                }
            }
            stage.end(&title);
        }
    }
    steps
}
