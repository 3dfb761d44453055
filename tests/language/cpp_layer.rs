//! The C++ layer (`shm_runtime.hpp` and a generated segment): results, bare
//! segments, waiting to attach, and what a library of C++20 adds (tests/c/cpp_layer_test.cpp);
//! every member of streams and states (tests/c/kinds_layer_test.cpp).

use shmgen_test_support::{places, tools};
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::OnceLock;
use tools::{C_WARNINGS, compilers, root, run, scratch};

/// A folder with the headers in it.
fn headers() -> &'static Path {
    static FOLDER: OnceLock<PathBuf> = OnceLock::new();
    FOLDER.get_or_init(|| {
        let folder = scratch("cpp-layer-headers");
        for schema in ["everything", "steps"] {
            tools::generate(&root().join(format!("tests/schemas/{schema}.toml")), &folder);
        }
        folder
    })
}

fn build(name: &str, compiler: &str, more: &[&str]) -> PathBuf {
    build_of("cpp_layer_test.cpp", name, compiler, more)
}

fn build_of(source: &str, name: &str, compiler: &str, more: &[&str]) -> PathBuf {
    let out = scratch(name).join("layer");
    run(Command::new(compiler)
        .args(C_WARNINGS)
        .arg("-Wold-style-cast")
        .args(more)
        .arg("-I")
        .arg(headers())
        .arg(root().join("tests/c").join(source))
        .args(["-pthread", "-o"])
        .arg(&out));
    out
}

/// Runs it at addresses of its own.
fn play(program: &Path, end: Option<&str>) -> Output {
    let prefix = format!("{}-", places::Place::posix().0);
    Command::new(program).arg(prefix).args(end).output().unwrap()
}

fn passes(program: &Path) -> String {
    let output = play(program, None);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stdout).into_owned()
}

#[test]
fn results_segments_and_spans_do_what_they_say() {
    for c in compilers() {
        passes(&build(&format!("layer-{}", c.cpp), c.cpp, &["-std=c++20", "-O1"]));
    }
    let more = ["-std=c++17", "-O1", "-fsanitize=address,undefined", "-fno-sanitize-recover=all"];
    passes(&build("layer-sanitized", "g++", &more));
}

#[test]
fn streams_and_states_do_what_they_say() {
    let sanitized = ["-std=c++17", "-O1", "-fsanitize=address,undefined"];
    for (name, compiler, more) in [
        ("layer-kinds", "clang++", &["-std=c++20", "-O1"][..]),
        ("layer-kinds-sanitized", "g++", &sanitized),
        ("layer-kinds-no-exceptions", "g++", &["-std=c++20", "-O2", "-fno-exceptions"]),
    ] {
        let program = build_of("kinds_layer_test.cpp", name, compiler, more);
        run(Command::new(program).arg(places::Place::posix().text()));
    }
}

#[test]
fn a_value_that_is_not_there_ends_the_program_with_the_reason() {
    const ABORT: i32 = 6;
    let plain = build("layer-abort", "g++", &["-std=c++17"]);
    let silent = build("layer-no-exceptions", "g++", &["-std=c++17", "-fno-exceptions"]);
    passes(&silent);
    // With exceptions, value() throws, and the library of C++ says what().
    for (program, end, reason) in [
        (&plain, "arrow", "there is no such segment"),
        (&plain, "star", "the queue is empty"),
        (&plain, "value", "there is no such segment"),
        (&silent, "arrow", "there is no such segment"),
        (&silent, "star", "the queue is empty"),
        (&silent, "value", "there is no such segment"),
    ] {
        let output = play(program, Some(end));
        let said = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.signal(), Some(ABORT), "{end}: {said}");
        assert_eq!(said.matches(reason).count(), 1, "{end}: {said}");
    }
}

#[test]
fn a_library_that_has_std_format_formats_all_types() {
    if let Some((compiler, flags)) = tools::with_format() {
        let said = passes(&build("layer-format", compiler, flags));
        assert_eq!(said, "format\n");
    }
}
