//! Lists, optionals, unions and imported types in C and C++ (tests/schemas/shapes.toml):
//! what their functions answer, of any bytes too, under the sanitizers and
//! without, in every dialect.

use shmgen_test_support::tools;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;
use tools::{C_WARNINGS, compilers, root, run, scratch};

/// A folder with the headers in it.
fn headers() -> &'static Path {
    static FOLDER: OnceLock<PathBuf> = OnceLock::new();
    FOLDER.get_or_init(|| {
        let folder = scratch("c-shapes-headers");
        let schema = root().join("tests/schemas/shapes.toml");
        run(tools::shmgen().arg("gen").arg(schema).args(["--lang", "cpp", "--out"]).arg(&folder));
        folder
    })
}

/// Compiles one of tests/c into a program, and runs it.
fn check(folder: &Path, program: &str, dialect: &str, more: &[&str], name: &str) {
    let out = folder.join(format!("{program}-{dialect}-{name}"));
    run(Command::new(program)
        .arg(format!("-std={dialect}"))
        .args(C_WARNINGS)
        .args(more)
        .args(if dialect.contains("++") { &["-Wold-style-cast"][..] } else { &[] })
        .arg("-I")
        .arg(headers())
        .arg("-I")
        .arg(root().join("tests/c"))
        .arg(root().join("tests/c").join(name))
        .args(["-pthread", "-o"])
        .arg(&out));
    run(&mut Command::new(out));
}

const SANITIZERS: [&str; 5] = [
    "-O1",
    "-g",
    "-fsanitize=address,undefined",
    "-fno-sanitize-recover=all",
    "-fno-omit-frame-pointer",
];

#[test]
fn values_of_any_bytes_are_survived_under_the_sanitizers() {
    let folder = scratch("c-shapes-sanitizers");
    check(&folder, "gcc", "c11", &SANITIZERS, "shapes_test.c");
    check(&folder, "g++", "c++11", &SANITIZERS, "shapes_test.cpp");
    check(&folder, "g++", "c++17", &SANITIZERS, "shapes_layer_test.cpp");
}

/// That they are silent in every dialect is tests/generator/compiled.rs's.
#[test]
fn lists_optionals_and_unions_work_in_c_and_in_cpp_before_17() {
    let folder = scratch("c-shapes");
    for c in compilers() {
        let (old, new) = if c.is_clang { ("c17", "c++14") } else { ("c11", "c++11") };
        check(&folder, c.c, old, &["-O3"], "shapes_test.c");
        check(&folder, c.cpp, new, &["-O2"], "shapes_test.cpp");
    }
}

#[test]
fn the_layer_for_cpp_works_with_spans_and_without_exceptions() {
    let folder = scratch("c-shapes-layer");
    for c in compilers() {
        let without = ["-O2", "-fno-exceptions", "-fno-rtti"];
        check(&folder, c.cpp, "c++17", &without, "shapes_layer_test.cpp");
        check(&folder, c.cpp, "c++20", &["-O3"], "shapes_layer_test.cpp");
    }
}
