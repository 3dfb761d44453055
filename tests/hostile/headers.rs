//! A hundred thousand segments that somebody else has written, for each
//! language: headers, directories, participants and contracts with changed,
//! random or missing bytes. Rust under AddressSanitizer (and, a quarter of them,
//! as it is built for tests), C under the address and the undefined-behaviour
//! sanitizer. No crash, no access out of bounds, no endless loop; each answer is
//! a value or an error.
//!
//! SHMGEN_SOAK=100 makes ten million of each.

use children::say;
use everything::{Book, Plain};
use places::Place;
use shmgen_test_support::schemas::everything;
use shmgen_test_support::{apart, children, liars, places, tools};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

children!(in_rust, alone);

/// How many segments are made up; more by SHMGEN_SOAK, a factor.
fn rounds() -> u64 {
    100_000 * soak()
}

fn soak() -> u64 {
    std::env::var("SHMGEN_SOAK").ok().and_then(|f| f.parse().ok()).unwrap_or(1)
}

/// The image of a segment in use: some messages, a participant; as a file.
fn image(folder: &Path) -> PathBuf {
    let place = Place::posix();
    let segment = Plain::options().address(&place.0).create().unwrap();
    let mut out = segment.books().producer().unwrap();
    let mut inn = segment.books().consumer().unwrap();
    for n in 0..70 {
        out.try_push(&Book { u64: n, ..Default::default() }).unwrap();
    }
    (0..20).for_each(|_| assert!(inn.try_pop().is_ok()));
    let image = folder.join("image");
    std::fs::copy(place.path(), &image).unwrap();
    image
}

/// Runs a program to its end, which must come; what it prints.
fn ends(command: &mut Command) -> String {
    let start = Instant::now();
    let mut child = command.stdout(Stdio::piped()).spawn().unwrap();
    let patience = Duration::from_secs(300 * soak());
    let status = loop {
        match child.try_wait().unwrap() {
            Some(status) => break status,
            None if start.elapsed() > patience => {
                let _ = child.kill();
                panic!("{command:?} does not end");
            }
            None => std::thread::sleep(Duration::from_millis(20)),
        }
    };
    let output = child.wait_with_output().unwrap();
    let text = String::from_utf8_lossy(&output.stdout).trim_end().to_owned();
    assert!(status.success(), "{command:?}: {status}: {text}");
    format!("{text} ({:?})", start.elapsed())
}

#[test]
fn rust_answers_whatever_it_attaches_to() {
    let folder = tools::scratch("hostile-headers-rust");
    let image = image(&folder);
    // Without optimisation, and with every check that the compiler has: a part.
    let rounds = (rounds() / 4).to_string();
    let mut player = play("in_rust", &[image.to_str().unwrap(), &rounds]);
    println!("Rust: {}", player.hear());
    player.finish();
}

/// In a process of its own, so that a crash is seen as one.
fn in_rust(arguments: &[String]) {
    apart::enter();
    let image = std::fs::read(&arguments[0]).unwrap();
    let rounds = arguments[1].parse().unwrap();
    apart::in_a_small_proc(|| {
        say(liars::attach_to_liars(&image, "posix:/hostile", rounds, 1));
    });
}

/// A program, run as the only process of namespaces of its own.
fn alone(arguments: &[String]) {
    apart::enter();
    apart::in_a_small_proc(|| {
        let mut command = Command::new(&arguments[0]);
        // Half the time otherwise goes into noting who asked for memory.
        command.env("ASAN_OPTIONS", "malloc_context_size=1:detect_stack_use_after_return=0");
        say(ends(command.args(&arguments[1..])));
    });
}

fn plays_alone(what: &str, arguments: &[&str]) {
    let mut player = play("alone", arguments);
    println!("{what}: {}", player.hear());
    player.finish();
}

#[test]
fn rust_stays_in_bounds_under_the_address_sanitizer() {
    let folder = tools::scratch("hostile-headers-asan");
    let target = tools::target().join("tmp-hostile-crate");
    let root = tools::root();
    let manifest = std::fs::read_to_string(root.join("tests/hostile_crate/Cargo.toml")).unwrap();
    // A copy, so that its lock file does not lie in the tree.
    std::fs::create_dir_all(folder.join("hostile_crate/src")).unwrap();
    std::fs::create_dir_all(folder.join("support/src")).unwrap();
    for file in ["hostile_crate/src/main.rs", "support/src/liars.rs", "support/src/dice.rs"] {
        std::fs::copy(root.join("tests").join(file), folder.join(file)).unwrap();
    }
    let absolute = manifest.replace("../../", &format!("{}/", root.display()));
    std::fs::write(folder.join("hostile_crate/Cargo.toml"), absolute).unwrap();
    let version = tools::run(Command::new("rustc").arg("-vV"));
    let version = String::from_utf8_lossy(&version.stdout).into_owned();
    let triple = version.lines().find_map(|l| l.strip_prefix("host: ")).unwrap();
    // With --target, so that build scripts and macros are compiled without it. The
    // sanitizer comes with the stable toolchain, its flag does not.
    tools::run(
        Command::new(env!("CARGO"))
            .current_dir(folder.join("hostile_crate"))
            .args(["build", "--quiet", "--release", "--target", triple])
            .env("CARGO_TARGET_DIR", &target)
            .env("RUSTC_BOOTSTRAP", "1")
            .env("RUSTFLAGS", "-Zsanitizer=address -Cdebug-assertions=on -Coverflow-checks=on"),
    );
    let program = target.join(triple).join("release/hostile-crate");
    let (image, rounds) = (image(&folder), rounds().to_string());
    let arguments =
        [program.to_str().unwrap(), image.to_str().unwrap(), "posix:/hostile", &rounds, "2"];
    plays_alone("Rust under AddressSanitizer", &arguments);
}

#[test]
fn c_stays_in_bounds_under_the_sanitizers() {
    let folder = tools::scratch("hostile-headers-c");
    tools::generate(&tools::root().join("tests/schemas/everything.toml"), &folder);
    let program = folder.join("hostile_headers");
    let mut gcc = Command::new("gcc");
    gcc.args(["-O1", "-g", "-std=gnu11", "-fsanitize=address,undefined"]);
    gcc.args(["-fno-sanitize-recover=all", "-fno-omit-frame-pointer"]).args(tools::C_WARNINGS);
    gcc.arg("-I").arg(&folder).arg(tools::root().join("tests/c/hostile_headers.c"));
    tools::run(gcc.arg("-o").arg(&program));
    let (image, half) = (image(&folder), (rounds() / 2).to_string());
    for (address, seed) in [("posix:/hostile", "3"), ("sysv:0x70000001", "4")] {
        let (program, image) = (program.to_str().unwrap(), image.to_str().unwrap());
        plays_alone(&format!("C on {address}"), &[program, image, address, &half, seed]);
    }
}
