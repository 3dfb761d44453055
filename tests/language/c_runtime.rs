//! `shm_runtime.h` by itself: its own tests (tests/c) with every compiler and in
//! both languages, its silence in every dialect, and the sanitizers.

use shmgen_test_support::tools;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;
use tools::{C_WARNINGS, compilers, root, run, scratch};

/// A folder with the header in it.
fn header() -> &'static Path {
    static FOLDER: OnceLock<PathBuf> = OnceLock::new();
    FOLDER.get_or_init(|| {
        let folder = scratch("c-runtime-header");
        tools::generate(&root().join("tests/schemas/everything.toml"), &folder);
        folder
    })
}

/// A compiler with what every compilation here needs.
fn compiler(program: &str, dialect: &str, more: &[&str]) -> Command {
    let mut command = Command::new(program);
    command
        .arg(format!("-std={dialect}"))
        .args(C_WARNINGS)
        .args(more)
        .args(if dialect.contains("++") { &["-Wold-style-cast"][..] } else { &[] })
        .arg("-I")
        .arg(header())
        .arg("-I")
        .arg(root().join("tests/c"));
    command
}

fn source(name: &str) -> PathBuf {
    root().join("tests/c").join(name)
}

/// Compiles one of tests/c into a program.
fn build(folder: &Path, program: &str, dialect: &str, more: &[&str], name: &str) -> PathBuf {
    let out = folder.join(format!("{program}-{dialect}-{name}"));
    run(compiler(program, dialect, more).arg(source(name)).args(["-pthread", "-o"]).arg(&out));
    out
}

const C: [&str; 3] = ["c11", "c17", "c2x"];
const CPP: [&str; 5] = ["c++11", "c++14", "c++17", "c++20", "c++2b"];

#[test]
fn the_header_is_silent_in_every_dialect_whatever_was_included_before() {
    let surroundings: [&[&str]; 4] = [
        &["-O0"],
        &["-O2", "-DSHM_TEST_INCLUDES"],
        &["-O2", "-DSHM_TEST_GNU_SOURCE", "-DSHM_TEST_INCLUDES_AFTER"],
        &["-O1", "-DSHM_CHECK_THREADS=1", "-fPIC", "-fvisibility=hidden"],
    ];
    for c in compilers() {
        let dialects = C.map(|d| (c.c, d, "dialects.c"));
        let dialects = dialects.into_iter().chain(CPP.map(|d| (c.cpp, d, "dialects.cpp")));
        for (n, (program, dialect, name)) in dialects.enumerate() {
            // Each dialect in two of the surroundings; all of them come up.
            for more in [surroundings[n % 4], surroundings[(n + 1) % 4]] {
                run(compiler(program, dialect, more)
                    .args(["-c", "-o", "/dev/null"])
                    .arg(source(name)));
            }
        }
        run(compiler(c.cpp, "c++17", &["-fno-exceptions", "-fno-rtti", "-O2"])
            .args(["-c", "-o", "/dev/null"])
            .arg(source("dialects.cpp")));
    }
}

#[test]
fn a_round_through_all_functions_works_without_optimisation_and_with_it() {
    let folder = scratch("c-dialects");
    for (dialect, level) in [("c11", "-O0"), ("c++11", "-O3")] {
        let (program, name) =
            if dialect == "c11" { ("gcc", "dialects.c") } else { ("g++", "dialects.cpp") };
        run(&mut Command::new(build(&folder, program, dialect, &[level], name)));
    }
}

#[test]
fn its_own_tests_pass_as_c() {
    let folder = scratch("c-tests");
    for c in compilers() {
        run(&mut Command::new(build(&folder, c.c, "c11", &["-O2"], "runtime_test.c")));
    }
}

#[test]
fn its_own_tests_pass_as_cpp() {
    let folder = scratch("cpp-tests");
    for (c, dialect) in compilers().into_iter().zip(["c++11", "c++17", "c++2b"]) {
        run(&mut Command::new(build(&folder, c.cpp, dialect, &["-O2"], "runtime_test.cpp")));
    }
}

#[test]
fn its_own_tests_pass_under_the_address_and_the_undefined_behaviour_sanitizer() {
    let folder = scratch("c-sanitizers");
    let more = [
        "-O1",
        "-g",
        "-fsanitize=address,undefined",
        "-fno-sanitize-recover=all",
        "-fno-omit-frame-pointer",
    ];
    run(&mut Command::new(build(&folder, "gcc", "c11", &more, "runtime_test.c")));
}

#[test]
fn threads_do_not_race() {
    let folder = scratch("c-threads");
    let checked = ["-O1", "-g", "-fsanitize=thread", "-DSHM_CHECK_THREADS=1"];
    for (name, more) in [("plain", &checked[..3]), ("checked", &checked[..])] {
        let folder = folder.join(name);
        std::fs::create_dir_all(&folder).unwrap();
        // Some kernels lay memory out in a way that the sanitizer cannot take.
        run(Command::new("setarch").arg("-R").arg(build(
            &folder,
            "gcc",
            "c11",
            more,
            "threads_test.c",
        )));
    }
}

#[test]
fn a_c_and_a_cpp_unit_of_one_program_share_the_last_error_and_the_watch_for_forks() {
    let folder = scratch("c-units");
    for c in compilers() {
        let object = folder.join("c.o");
        run(compiler(c.c, "c11", &["-O2", "-fPIC", "-c"])
            .arg(source("units_c.c"))
            .arg("-o")
            .arg(&object));
        let library = folder.join("libunit.so");
        run(Command::new(c.c).arg("-shared").arg(&object).arg("-o").arg(&library));
        for other in [&object, &library] {
            let program = folder.join("units");
            run(compiler(c.cpp, "c++11", &["-O2"])
                .arg(source("units_cpp.cpp"))
                .arg(other)
                .arg("-o")
                .arg(&program));
            run(&mut Command::new(program));
        }
    }
}
