//! Cells between processes in different languages: one stores values that are
//! functions of a number, others load them, with a record and without one, and find
//! each whole and of its version. In segments of every backend.

use objects::Every;
use places::Place;
use shmgen_test_support::schemas::objects;
use shmgen_test_support::{places, tools};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;

/// How many versions, as text for programs.
const COUNT: &str = "2000";

/// The programs of tests/pairs, in C and C++.
fn programs() -> &'static [PathBuf; 2] {
    static PROGRAMS: OnceLock<[PathBuf; 2]> = OnceLock::new();
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
        [
            build("gcc", &["-std=c11"], "cell.c"),
            build("g++", &["-std=c++17", "-Wold-style-cast"], "cell.cpp"),
        ]
    })
}

fn start(program: &Path, part: &str, address: &str) -> Child {
    let mut command = Command::new(program);
    command.args([part, address, COUNT]).stderr(Stdio::piped());
    command.spawn().unwrap()
}

fn finish(who: &str, child: Child) {
    let done = child.wait_with_output().unwrap();
    assert!(done.status.success(), "{who}: {}", String::from_utf8_lossy(&done.stderr));
}

#[test]
fn what_one_language_stores_the_others_load() {
    for place in Place::both() {
        for writer in programs() {
            let address = place.text();
            let every = Every::options().address(&place.0).create().unwrap();
            // Started first, so that some wait.
            let readers: Vec<(String, Child)> = programs()
                .iter()
                .flat_map(|reader| ["load", "watch"].map(|part| (reader, part)))
                .map(|(reader, part)| {
                    let who = format!("{} {part}, from {}", reader.display(), writer.display());
                    (who, start(reader, part, &address))
                })
                .collect();
            finish("the writer", start(writer, "store", &address));
            for (who, reader) in readers {
                finish(&who, reader);
            }
            every.remove().unwrap();
        }
    }
}
