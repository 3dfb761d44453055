//! Every ordered pair of the four languages: a process in one pushes values
//! whose fields are all pseudo-random, one in the other makes the same values by
//! itself and compares. In segments of every backend.

use everything::{
    Book, Level, Option as OptionStruct, Plain, Side, Signed, State, Wide, Wide64, WideSigned,
};
use places::Place;
use shm_runtime::{Str, TryPopError, TryPushError};
use shmgen_test_support::schemas::everything;
use shmgen_test_support::{children, places, tools};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

children!(rust);

const COUNT: u64 = 3000;
const PATIENCE: Duration = Duration::from_secs(20);

// --- the values, in Rust; tests/pairs has the other languages

/// splitmix64
struct Draw(u64);

impl Draw {
    fn u64(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    fn f32(&mut self) -> f32 {
        (self.u64() & 0xFF_FFFF) as f32 / 8.0
    }

    fn text<const N: usize>(&mut self) -> Str<N> {
        let length = self.u64() % (N as u64 + 1);
        let text: String = (0..length).map(|_| (b'a' + (self.u64() % 26) as u8) as char).collect();
        Str::try_from(text.as_str()).unwrap()
    }

    fn level(&mut self) -> Level {
        Level { price: self.u64() as i64, quantity: self.u64() as u32, ..Default::default() }
    }
}

fn book(number: u64) -> Book {
    use std::array::from_fn;
    let mut d = Draw(number);
    // Fields are evaluated as they are written: in their order in the schema.
    Book {
        symbol: d.text(),
        u8: d.u64() as u8,
        i8: d.u64() as i8,
        u16: d.u64() as u16,
        i16: d.u64() as i16,
        u32: d.u64() as u32,
        i32: d.u64() as i32,
        u64: d.u64(),
        i64: d.u64() as i64,
        f32: d.f32(),
        f64: (d.u64() >> 11) as f64 / 1024.0,
        flag: (d.u64() % 2 == 1).into(),
        side: Side(d.u64() as u8),
        signed_value: Signed(d.u64() as i16),
        wide: Wide(d.u64()),
        wide_signed: WideSigned(d.u64() as i64),
        state: State(d.u64() as u16),
        wide64: Wide64(d.u64()),
        raw: from_fn(|_| d.u64() as u8),
        level: d.level(),
        levels: from_fn(|_| d.level()),
        curve: from_fn(|_| from_fn(|_| d.f32())),
        rows: from_fn(|_| from_fn(|_| d.f32())),
        names: from_fn(|_| from_fn(|_| d.text())),
        blobs: from_fn(|_| from_fn(|_| d.u64() as u8)),
        switches: from_fn(|_| (d.u64() % 2 == 1).into()),
        sides: from_fn(|_| from_fn(|_| Side(d.u64() as u8))),
        states: from_fn(|_| State(d.u64() as u16)),
        ticker: from_fn(|_| d.text()),
        option: OptionStruct {
            a: d.u64() as u8,
            b: d.u64() as u16,
            c: d.u64() as u8,
            d: d.u64() as u32,
            e: d.u64() as u8,
            f: d.u64(),
            g: d.u64() as u8,
            ..Default::default()
        },
        apart: d.u64() as u8,
        ..Default::default()
    }
}

/// One side of a pair.
fn rust(arguments: &[String]) {
    let [side, address] = arguments else { panic!("a side and an address") };
    let segment = Plain::options().address(address).open_or_create().unwrap();
    if side == "push" { push(&segment) } else { pop(&segment) }
}

fn push(segment: &Plain) {
    let mut out = segment.books().producer().unwrap();
    let mut n = 0;
    while n < COUNT {
        match n % 3 {
            0 => {
                let many: Vec<Book> = (n..COUNT.min(n + 7)).map(book).collect();
                n += out.push_slice(&many).unwrap() as u64;
            }
            1 => {
                out.push_timeout(&book(n), PATIENCE).unwrap();
                n += 1;
            }
            _ => match out.reserve() {
                Ok(mut slot) => {
                    slot.write(&book(n));
                    slot.commit();
                    n += 1;
                }
                Err(TryPushError::Full) => {}
                Err(e) => panic!("{e}"),
            },
        }
    }
}

fn pop(segment: &Plain) {
    let mut inn = segment.books().consumer().unwrap();
    let mut n = 0;
    let mut compare = |got: &Book| {
        assert_eq!(*got, book(n), "Rust: {n} came differently");
        n += 1;
        n
    };
    let mut next = 0;
    while next < COUNT {
        match next % 3 {
            0 => {
                let mut many = [Book::default(); 7];
                let done = inn.pop_slice(&mut many).unwrap();
                many[..done].iter().for_each(|got| next = compare(got));
            }
            1 => next = compare(&inn.pop_timeout(PATIENCE).unwrap()),
            _ => match inn.peek() {
                Ok(loan) => {
                    next = compare(&loan.read());
                    loan.release();
                }
                Err(TryPopError::Empty) => {}
                Err(e) => panic!("{e}"),
            },
        }
    }
}

// --- the programs

#[derive(Clone, Copy, Debug, PartialEq)]
enum Language {
    Rust,
    C,
    Cpp,
    Python,
}

const LANGUAGES: [Language; 4] = [Language::Rust, Language::C, Language::Cpp, Language::Python];

/// A folder with the generated files and the programs.
fn build(c: &tools::Compilers) -> PathBuf {
    let folder = tools::scratch(&format!("pairs-{}", c.c));
    tools::generate(&tools::root().join("tests/schemas/everything.toml"), &folder);
    let sources = tools::root().join("tests/pairs");
    for (compiler, dialect, source, program) in
        [(c.c, "-std=c11", "pair.c", "pair-c"), (c.cpp, "-std=c++17", "pair.cpp", "pair-cpp")]
    {
        tools::run(
            Command::new(compiler)
                .args([dialect, "-O2"])
                .args(tools::C_WARNINGS)
                .arg("-I")
                .arg(&folder)
                .arg(sources.join(source))
                .arg("-o")
                .arg(folder.join(program)),
        );
    }
    folder
}

fn start(language: Language, side: &str, address: &str, folder: &Path) -> Child {
    let mut command = match language {
        Language::Rust => {
            let mut command = children::command(module_path!(), "rust", &[side, address]);
            return command.stdout(Stdio::null()).spawn().unwrap();
        }
        Language::C => Command::new(folder.join("pair-c")),
        Language::Cpp => Command::new(folder.join("pair-cpp")),
        Language::Python => {
            let mut command = tools::python_with(folder);
            command.args(["-W", "error"]).arg(tools::root().join("tests/pairs/pair.py"));
            command
        }
    };
    command.args([side, address, &COUNT.to_string()]).spawn().unwrap()
}

fn all_pairs(folder: &Path, languages: &[Language]) {
    let mut pairs = 0;
    for from in languages {
        for to in languages {
            // A memfd is there as long as somebody has it: this process.
            let places = Place::all();
            let memfd = Plain::options().address("memfd:").create().unwrap();
            let mut addresses: Vec<String> = places.iter().map(Place::text).collect();
            addresses.push(memfd.address().to_string());
            for address in addresses {
                let mut consumer = start(*to, "pop", &address, folder);
                let mut producer = start(*from, "push", &address, folder);
                let (pushed, popped) = (producer.wait().unwrap(), consumer.wait().unwrap());
                assert!(
                    pushed.success() && popped.success(),
                    "{from:?} to {to:?} at {address}: {pushed}, {popped}"
                );
                pairs += 1;
            }
        }
    }
    println!("{pairs} pairs of processes, {COUNT} values of all field types each");
}

#[test]
fn what_one_language_writes_every_other_reads() {
    let compilers = tools::compilers();
    all_pairs(&build(&compilers[0]), &LANGUAGES);
}

#[test]
fn what_clang_compiles_reads_what_rust_writes_and_the_other_way_round() {
    for compilers in &tools::compilers()[1..] {
        all_pairs(&build(compilers), &[Language::Rust, Language::C, Language::Cpp]);
    }
}
