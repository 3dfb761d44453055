//! Processes that are killed at each numbered step of each operation, in Rust and in
//! C: before each of its stores to the segment, and before each wake-up. Both are
//! compiled for that, by `--cfg crashpoints` and `SHM_CRASHPOINTS`; see
//! `shm-runtime/src/memory/steps.rs`.
//!
//! After each death: nothing committed is lost, nothing is there twice unless it is
//! flagged, nothing is torn, and a successor goes on at once.

use places::Place;
use shm_runtime::queue::Queue;
use shm_runtime::stream::{Stream, TryReadError};
use shmgen_test_support::schemas::steps::{Item, Steps};
use shmgen_test_support::{places, tools};
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;
use std::time::Duration;

/// More than any operation has.
const MOST_STEPS: u64 = 200;
const SIGKILL: i32 = 9;

fn item(n: u64) -> Item {
    Item { n, squares: [n * n; 3] }
}

/// The number of an item, which must be whole.
fn number(found: &Item) -> u64 {
    assert_eq!(*found, item(found.n), "a torn item");
    found.n
}

// --- the victims

/// `tests/crash_crate`, which dies.
fn in_rust() -> &'static Path {
    static BUILT: OnceLock<PathBuf> = OnceLock::new();
    BUILT.get_or_init(build_rust)
}

/// `tests/c/steps.c`, which does the same.
fn in_c() -> &'static Path {
    static BUILT: OnceLock<PathBuf> = OnceLock::new();
    BUILT.get_or_init(build_c)
}

fn build_rust() -> PathBuf {
    let folder = tools::scratch("steps-rust");
    let root = tools::root();
    // A copy, so that its lock file and what is generated do not lie in the tree.
    std::fs::create_dir_all(folder.join("src")).unwrap();
    let manifest = std::fs::read_to_string(root.join("tests/crash_crate/Cargo.toml")).unwrap();
    let absolute = manifest.replace("../../", &format!("{}/", root.display()));
    std::fs::write(folder.join("Cargo.toml"), absolute).unwrap();
    let main = "src/main.rs";
    std::fs::copy(root.join("tests/crash_crate").join(main), folder.join(main)).unwrap();
    generate(&folder.join("src"), "rust");
    // In a target folder of its own, since all that is in it is compiled so.
    let target = tools::target().join("tmp-crash-crate");
    let mut cargo = tools::cargo(&folder);
    cargo.arg("build").arg("--quiet").env("CARGO_TARGET_DIR", &target);
    tools::run(cargo.env("RUSTFLAGS", "--cfg crashpoints"));
    target.join("debug/crash-crate")
}

fn build_c() -> PathBuf {
    let folder = tools::scratch("steps-c");
    generate(&folder, "c");
    let program = folder.join("steps");
    let source = tools::root().join("tests/c/steps.c");
    let mut compiler = Command::new("gcc");
    compiler.args(["-O1", "-std=c11"]).args(tools::C_WARNINGS).arg("-I").arg(&folder);
    tools::run(compiler.arg(source).arg("-o").arg(&program));
    program
}

fn generate(folder: &Path, language: &str) {
    let schema = tools::root().join("tests/schemas/steps.toml");
    let mut gen_ = tools::shmgen();
    tools::run(gen_.arg("gen").arg(schema).args(["--lang", language, "--out"]).arg(folder));
}

/// How a victim ended: by its death, or with so many steps.
enum End {
    Died,
    Lived(u64),
}

/// Lets a victim do an operation, and die before step `n` of it; `first` is the first
/// number that it may put in.
fn run(victim: &Path, place: &Place, object: &str, operation: &str, n: u64, first: u64) -> End {
    let (n, first) = (n.to_string(), first.to_string());
    let mut command = Command::new(victim);
    let done = command.args([&place.text(), object, operation, &n, &first]).output().unwrap();
    if done.status.signal() == Some(SIGKILL) {
        return End::Died;
    }
    let said = String::from_utf8_lossy(&done.stdout);
    let wrong = String::from_utf8_lossy(&done.stderr);
    assert!(done.status.success(), "{object} {operation} at {n}: {}, {wrong}", done.status);
    End::Lived(said.trim().parse().unwrap())
}

/// Kills before step 1, 2 and so on of an operation, until there are no more; `once`
/// runs it in a new segment, looks what became of it, and says how it ended.
fn at_each_step(about: &str, mut once: impl FnMut(u64) -> End) {
    for n in 1..MOST_STEPS {
        match once(n) {
            End::Died => {}
            End::Lived(steps) => {
                assert_eq!(steps, n - 1, "{about}");
                assert!(steps > 0, "{about} stores nothing");
                return;
            }
        }
    }
    panic!("{about} has no end");
}

// --- queues and streams

/// What passes items from one process to one other.
enum Pipe {
    Queue(Queue<Item>),
    Stream(Stream<Item>),
}

impl Pipe {
    fn of(segment: &Steps, object: &str) -> Self {
        match object {
            "narrow" => Self::Queue(segment.narrow()),
            "wide" => Self::Queue(segment.wide()),
            "items" => Self::Stream(segment.items()),
            other => panic!("there is no {other}"),
        }
    }

    /// How many items it has room for before it begins anew at its start.
    fn slots(&self) -> u64 {
        let capacity = match self {
            Self::Queue(queue) => queue.stat().unwrap().capacity,
            Self::Stream(stream) => stream.capacity().unwrap(),
        };
        capacity + (capacity / 8).max(1) - 1
    }

    fn put(&self, numbers: impl Iterator<Item = u64>) {
        let items: Vec<Item> = numbers.map(item).collect();
        let n = items.len();
        match self {
            Self::Queue(queue) => {
                assert_eq!(queue.producer().unwrap().push_slice(&items).unwrap(), n);
            }
            Self::Stream(stream) => {
                assert_eq!(stream.writer().unwrap().try_write(&items).unwrap(), n);
            }
        }
    }

    /// All that waits, and how much of it a dead process may have seen.
    fn drain(&self) -> (Vec<u64>, u64) {
        let mut all = Vec::new();
        let mut one = [Item::default()];
        match self {
            Self::Queue(queue) => {
                let mut inn = queue.consumer().unwrap();
                let flagged = inn.redelivered();
                while inn.pop_slice(&mut one).unwrap() == 1 {
                    all.push(number(&one[0]));
                }
                (all, flagged)
            }
            Self::Stream(stream) => {
                let mut inn = stream.reader().unwrap();
                let flagged = inn.redelivered();
                loop {
                    match inn.try_read(&mut one) {
                        Ok(_) => all.push(number(&one[0])),
                        Err(TryReadError::Empty) => return (all, flagged),
                        Err(error) => panic!("{error}"),
                    }
                }
            }
        }
    }

    /// Passes so much through it that an operation goes across its end; how much.
    fn warm_up(&self) -> u64 {
        let before = self.slots() - 3;
        for n in 1..=before {
            self.put(n..=n);
            assert_eq!(self.drain().0, [n]);
        }
        before
    }

    /// A successor puts one more in, and that is what comes next.
    fn goes_on(&self, n: u64, about: &str) {
        self.put(n..=n);
        assert_eq!(self.drain().0, [n], "{about}: what a successor put in");
    }
}

/// A producer that dies in an operation which is to put `width` more in, behind one.
fn a_producer_dies(victim: &Path, object: &str, operation: &str, width: u64) {
    at_each_step(&format!("{object} {operation}"), |n| {
        let place = Place::posix();
        let segment = Steps::options().address(place.text()).create().unwrap();
        let pipe = Pipe::of(&segment, object);
        let before = pipe.warm_up();
        let end = run(victim, &place, object, operation, n, before + 1);
        let about = format!("{object} {operation}, step {n}");
        let (all, flagged) = pipe.drain();
        // What was put in by an operation that came to its end, and all of the other or
        // nothing.
        let least = if operation == "first_push" { 0 } else { 1 };
        let most = if operation == "first_push" { 1 } else { 1 + width };
        let got = all.len() as u64;
        assert_eq!(all, (before + 1..=before + got).collect::<Vec<_>>(), "{about}");
        assert!(got == least || got == most, "{about}: {got} of {least} or {most}");
        assert!(matches!(end, End::Died) || got == most, "{about}: {got} of {most}");
        assert_eq!(flagged, 0, "{about}: no consumer died");
        pipe.goes_on(before + 10, &about);
        end
    });
}

/// A consumer that dies in an operation which is to take `width` more out, behind one.
/// The greatest number of items that were flagged.
fn a_consumer_dies(victim: &Path, object: &str, operation: &str, width: u64) -> u64 {
    let mut most_flagged = 0;
    at_each_step(&format!("{object} {operation}"), |n| {
        let place = Place::posix();
        let segment = Steps::options().address(place.text()).create().unwrap();
        let pipe = Pipe::of(&segment, object);
        let before = pipe.warm_up();
        pipe.put(before + 1..=before + 4);
        let end = run(victim, &place, object, operation, n, 0);
        let about = format!("{object} {operation}, step {n}");
        let (all, flagged) = pipe.drain();
        let got = all.len() as u64;
        assert_eq!(all, (before + 5 - got..=before + 4).collect::<Vec<_>>(), "{about}");
        let most = if operation == "first_pop" { 4 } else { 3 };
        let least = if operation == "first_pop" { 3 } else { 3 - width };
        assert!(got == least || got == most, "{about}: {got} of {least} or {most}");
        if matches!(end, End::Died) {
            // A queue does not say before a single pop that it looks: the next one may
            // have been seen, if there is one and the dead one had the role.
            let silent = object != "items" && operation != "first_pop";
            let seen = got.min(u64::from(silent));
            assert!(flagged >= seen && flagged <= got, "{about}: {flagged} of {got}");
        } else {
            assert_eq!((got, flagged), (least, 0), "{about}");
        }
        most_flagged = most_flagged.max(flagged);
        pipe.goes_on(before + 10, &about);
        end
    });
    most_flagged
}

fn on_pipes(victim: &Path, objects: &[&str]) {
    for object in objects {
        a_producer_dies(victim, object, "first_push", 1);
        a_producer_dies(victim, object, "push", 1);
        a_producer_dies(victim, object, "push_many", 3);
        a_producer_dies(victim, object, "push_in_place", 1);
        a_producer_dies(victim, object, "no_longer_produce", 0);
        assert_eq!(a_consumer_dies(victim, object, "first_pop", 1), 1);
        assert_eq!(a_consumer_dies(victim, object, "pop", 1), 1);
        // It says which it is about to read before it reads them.
        assert_eq!(a_consumer_dies(victim, object, "pop_many", 3), 3);
        let peeked = a_consumer_dies(victim, object, "peek", 1);
        assert_eq!(peeked, if *object == "items" { 3 } else { 1 });
        a_consumer_dies(victim, object, "no_longer_consume", 0);
    }
}

#[test]
fn who_dies_at_any_step_with_a_queue_in_rust_leaves_it_whole() {
    on_pipes(in_rust(), &["narrow", "wide"]);
}

#[test]
fn who_dies_at_any_step_with_a_queue_in_c_leaves_it_whole() {
    on_pipes(in_c(), &["narrow", "wide"]);
}

#[test]
fn who_dies_at_any_step_with_a_stream_in_rust_leaves_it_whole() {
    on_pipes(in_rust(), &["items"]);
}

#[test]
fn who_dies_at_any_step_with_a_stream_in_c_leaves_it_whole() {
    on_pipes(in_c(), &["items"]);
}

// --- states

/// Whoever dies with the lock has changed the value as a whole or not at all, and the
/// next one gets the lock, and hears of the death if it was held.
fn on_states(victim: &Path) {
    for operation in ["change", "wait"] {
        let mut heard = 0;
        at_each_step(operation, |n| {
            let place = Place::posix();
            let segment = Steps::options().address(place.text()).create().unwrap();
            let state = segment.shared();
            *state.lock().unwrap() = item(1);
            *state.lock().unwrap() = item(2);
            let end = run(victim, &place, "shared", operation, n, 3);
            let about = format!("{operation}, step {n}");
            let found = number(&state.load().unwrap());
            let died = matches!(end, End::Died);
            assert!(found == 3 || found == 2 && died, "{about}: {found}");
            let mut guard = state.lock_timeout(Duration::from_secs(20)).unwrap();
            assert_eq!(number(&guard), found, "{about}");
            assert!(died || !guard.owner_died(), "{about}");
            heard += u64::from(guard.owner_died());
            *guard = item(4);
            guard.unlock().unwrap();
            assert_eq!(number(&state.load().unwrap()), 4, "{about}");
            end
        });
        assert!(heard > 0, "{operation}: nobody died with the lock");
    }
}

#[test]
fn who_dies_at_any_step_with_a_state_in_rust_leaves_it_whole() {
    on_states(in_rust());
}

#[test]
fn who_dies_at_any_step_with_a_state_in_c_leaves_it_whole() {
    on_states(in_c());
}

// --- cells

fn on_cells(victim: &Path) {
    for operation in ["first_store", "store", "store_in_place"] {
        at_each_step(operation, |n| {
            let place = Place::posix();
            let segment = Steps::options().address(place.text()).create().unwrap();
            let cell = segment.value();
            // Once round the slots, so that there is an older value in the next one.
            let mut writer = cell.writer().unwrap();
            (1..=9).for_each(|n| writer.store(&item(n)).unwrap());
            drop(writer);
            let end = run(victim, &place, "value", operation, n, 10);
            let about = format!("{operation}, step {n}");
            let (found, version) = cell.load_versioned().unwrap();
            assert_eq!(number(&found), version, "{about}");
            let last = if operation == "first_store" { 10 } else { 11 };
            let lived = matches!(end, End::Lived(_));
            assert!(version == last || version + 1 == last && !lived, "{about}: {version}");
            cell.writer().unwrap().store(&item(version + 1)).unwrap();
            assert_eq!(cell.load_versioned().unwrap(), (item(version + 1), version + 1), "{about}");
            end
        });
    }
}

#[test]
fn who_dies_at_any_step_with_a_cell_in_rust_leaves_its_value() {
    on_cells(in_rust());
}

#[test]
fn who_dies_at_any_step_with_a_cell_in_c_leaves_its_value() {
    on_cells(in_c());
}
