//! Cells between processes in different languages: one stores values that are
//! functions of a number, others load them, with a record and without one, and find
//! each whole and of its version. In segments of every backend.

use objects::{Config, Every, Tick};
use places::Place;
use shm_runtime::cell::{Cell, Cells};
use shm_runtime::contract::Contract;
use shm_runtime::{Attachment, Options, Setup, Spec, Str};
use shmgen_test_support::schemas::objects;
use shmgen_test_support::{children, places, tools};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;
use std::time::Duration;

children!(rust);

/// How many versions.
const COUNT: u64 = 2000;
const PATIENCE: Duration = Duration::from_secs(20);

// --- one side, in Rust; tests/pairs has the other languages

fn config(n: u64) -> Config {
    let letter = |k: u64| char::from(b'a' + ((n + k) % 26) as u8);
    let name: String = (0..200).map(letter).collect();
    Config { name: Str::try_from(name.as_str()).unwrap(), limit: n, ..Default::default() }
}

fn tick(n: u64) -> Tick {
    let levels = std::array::from_fn(|k| (n * 7 + k as u64) as u16);
    Tick { time: n as u32, levels, ..Default::default() }
}

fn rust(arguments: &[String]) {
    let [part, address] = arguments else { panic!("a part and an address") };
    let contract = Contract::decode(Every::CONTRACT).unwrap();
    let index = |name: &str| contract.objects.iter().position(|o| o.name == name).unwrap();
    let (latest, each) = (index("latest"), index("each"));
    let spec = Spec::new(contract, "1.0", Setup::at(address).participants(64)).unwrap();
    let options = Options::default();
    let attach = if part == "load" { Attachment::attach_read_only } else { Attachment::attach };
    let attached = attach(&spec, &options).unwrap();
    let latest = Cell::<Config>::of_attachment(&attached, latest);
    let each = Cells::<Tick>::of_attachment(&attached, each);
    if part == "store" { store(&latest, &each) } else { load(&latest, &each) }
}

fn store(latest: &Cell<Config>, each: &Cells<Tick>) {
    let (mut latest, mut each) = (latest.writer().unwrap(), each.writer().unwrap());
    for n in 1..=COUNT {
        if n % 100 == 0 {
            std::thread::sleep(Duration::from_millis(1)); // somebody falls asleep
        }
        each.at(n as usize % 3).store(&tick(n)).unwrap();
        if n % 4 == 0 {
            let mut slot = latest.reserve().unwrap();
            slot.write(&config(n));
            slot.commit();
        } else {
            latest.store(&config(n)).unwrap();
        }
    }
}

fn load(latest: &Cell<Config>, each: &Cells<Tick>) {
    let mut version = 0;
    while version < COUNT {
        let (value, next) = latest.wait_newer(version, PATIENCE).unwrap();
        assert!(next > version, "version {next} came again");
        assert_eq!(value, config(next));
        version = next;
        let value = latest.load().unwrap();
        assert_eq!(value, config(value.limit));
        let one = each.at(1).load().unwrap();
        assert!(one.time == 0 || one == tick(u64::from(one.time)));
    }
}

// --- all of them

/// How many languages there are: C, C++, Python, and Rust.
const LANGUAGES: usize = 4;

/// What was generated, and the programs of tests/pairs, in C and C++.
fn programs() -> &'static (PathBuf, [PathBuf; 2]) {
    static PROGRAMS: OnceLock<(PathBuf, [PathBuf; 2])> = OnceLock::new();
    PROGRAMS.get_or_init(|| {
        let folder = tools::scratch("cells");
        tools::generate(&tools::root().join("tests/schemas/objects.toml"), &folder);
        let pairs = tools::root().join("tests/pairs");
        let build = |compiler: &str, more: &[&str], source: &str| {
            let program = folder.join(source.replace('.', "-"));
            tools::run(
                Command::new(compiler)
                    .args(more)
                    .args(["-O2"])
                    .args(tools::C_WARNINGS)
                    .arg("-I")
                    .arg(&folder)
                    .arg(pairs.join(source))
                    .arg("-o")
                    .arg(&program),
            );
            program
        };
        let programs = [
            build("gcc", &["-std=c11"], "cell.c"),
            build("g++", &["-std=c++17", "-Wold-style-cast"], "cell.cpp"),
        ];
        (folder, programs)
    })
}

/// A process that plays a part, and how it ended.
enum Side {
    Rust(children::Player),
    Other(String, Child),
}

impl Side {
    fn start(language: usize, part: &str, address: &str) -> Self {
        let (folder, programs) = programs();
        let mut command = match (programs.get(language), language) {
            (Some(program), _) => Command::new(program),
            (None, 2) => {
                let mut python = tools::python_with(folder);
                python.arg(tools::root().join("tests/pairs/cell.py"));
                python
            }
            (None, _) => return Self::Rust(play("rust", &[part, address])),
        };
        command.args([part, address, &COUNT.to_string()]).stderr(Stdio::piped());
        Self::Other(format!("{command:?}"), command.spawn().unwrap())
    }

    fn finish(self) {
        match self {
            Self::Rust(mut player) => player.finish(),
            Self::Other(who, child) => {
                let done = child.wait_with_output().unwrap();
                let said = String::from_utf8_lossy(&done.stderr).into_owned();
                assert!(done.status.success(), "{who}: {said}");
            }
        }
    }
}

#[test]
fn what_one_language_stores_the_others_load() {
    for place in Place::both() {
        for writer in 0..LANGUAGES {
            let address = place.text();
            let every = Every::options().address(&place.0).create().unwrap();
            // Started first, so that some wait.
            let readers: Vec<Side> = (0..LANGUAGES)
                .flat_map(|reader| ["load", "watch"].map(|part| (reader, part)))
                .map(|(reader, part)| Side::start(reader, part, &address))
                .collect();
            Side::start(writer, "store", &address).finish();
            readers.into_iter().for_each(Side::finish);
            every.remove().unwrap();
        }
    }
}
