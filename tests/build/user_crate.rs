//! A user's own crate (tests/user_crate): `shmgen` in its build.rs,
//! `shm-runtime` beside it, no unsafe code; it talks to a program in C++17.

use shmgen_test_support::{places, tools};
use std::process::Command;

#[test]
fn a_crate_that_forbids_unsafe_code_talks_to_a_cpp_program() {
    let source = tools::root().join("tests/user_crate");
    // A copy, so that its lock file and target folder do not lie in the tree.
    let folder = tools::scratch("user-crate");
    for file in ["build.rs", "thermostat.toml", "src/main.rs", "peer.cpp"] {
        std::fs::create_dir_all(folder.join("src")).unwrap();
        std::fs::copy(source.join(file), folder.join(file)).unwrap();
    }
    let manifest = std::fs::read_to_string(source.join("Cargo.toml")).unwrap();
    let absolute = manifest.replace("../../", &format!("{}/", tools::root().display()));
    std::fs::write(folder.join("Cargo.toml"), absolute).unwrap();

    tools::run(tools::cargo(&folder).args(["build", "--quiet"]));
    tools::generate(&folder.join("thermostat.toml"), &folder.join("gen"));
    tools::run(
        Command::new("g++")
            .current_dir(&folder)
            .args(["-std=c++17", "-O2", "-Igen", "peer.cpp", "-o", "peer"])
            .args(tools::C_WARNINGS),
    );

    let place = places::Place::posix();
    let mut peer = Command::new(folder.join("peer")).arg(place.text()).spawn().unwrap();
    let output =
        tools::run(Command::new(tools::crates().join("debug/user-crate")).arg(place.text()));
    assert_eq!(String::from_utf8_lossy(&output.stdout), "1000 different answers\n");
    assert!(peer.wait().unwrap().success());
}

/// Builds the crate under another name with another schema: whether it can be
/// built, and what cargo says.
fn built(name: &str, change: impl Fn(String) -> String) -> (bool, String) {
    built_with(name, change, |program| program)
}

/// The same with another program, too.
fn built_with(
    name: &str,
    change: impl Fn(String) -> String,
    program: impl Fn(String) -> String,
) -> (bool, String) {
    let source = tools::root().join("tests/user_crate");
    let folder = tools::scratch(name);
    std::fs::create_dir_all(folder.join("src")).unwrap();
    std::fs::copy(source.join("build.rs"), folder.join("build.rs")).unwrap();
    let text = std::fs::read_to_string(source.join("src/main.rs")).unwrap();
    std::fs::write(folder.join("src/main.rs"), program(text)).unwrap();
    let root = tools::root();
    // Another name: cargo tells packages of one target folder apart by it.
    let manifest = std::fs::read_to_string(source.join("Cargo.toml")).unwrap();
    let manifest = manifest.replace("\"user-crate\"", &format!("\"{name}\""));
    let absolute = manifest.replace("../../", &format!("{}/", root.display()));
    std::fs::write(folder.join("Cargo.toml"), absolute).unwrap();
    let schema = std::fs::read_to_string(source.join("thermostat.toml")).unwrap();
    std::fs::write(folder.join("thermostat.toml"), change(schema)).unwrap();
    let output = tools::cargo(&folder).arg("build").output().unwrap();
    (output.status.success(), String::from_utf8_lossy(&output.stderr).into_owned())
}

#[test]
fn what_this_version_does_not_do_yet_is_a_warning_of_the_build() {
    let event = "\n[segment.more]\nobject = [ { name = \"bell\", kind = \"event\" } ]\n";
    let (is_built, said) = built("noted-crate", |schema| schema + event);
    assert!(is_built, "{said}");
    let told = said.lines().any(|l| {
        l.starts_with("warning: noted-crate@")
            && l.contains("thermostat.toml:")
            && l.contains("[N001]: ")
    });
    assert!(told, "{said}");
}

#[test]
fn a_schema_that_is_wrong_fails_the_build_and_says_where() {
    let (is_built, said) = built("wrong-crate", |schema| schema.replace("\"i32\"", "\"i33\""));
    assert!(!is_built);
    assert!(said.contains("thermostat.toml:14:"), "{said}");
    assert!(said.contains("i33"), "{said}");
}

#[test]
fn a_name_that_was_not_generated_is_told_with_those_that_were() {
    let misspelt = |program: String| {
        assert!(program.contains("include_schema!(thermostat)"), "{program}");
        program.replace("include_schema!(thermostat)", "include_schema!(thermometer)")
    };
    let (is_built, said) = built_with("misspelt-crate", |schema| schema, misspelt);
    assert!(!is_built);
    assert!(
        said.contains("generated no schema `thermometer`; it generated `thermostat`"),
        "{said}"
    );
}
