//! Mutants of the runtime crate. Their programs: `lib`, the crate's own tests, and the
//! test programs of the root by the names of their folders.

use crate::list::Mutant;
use crate::trial::{Verdict, compiles, folder, log, passes};
use shmgen_test_support::tools;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The copy of the sources.
fn tree() -> PathBuf {
    folder().join("tree")
}

/// Copies the sources, and sees that the tests pass there.
pub(crate) fn prepare(mutants: &[&Mutant]) {
    copy(&tools::root(), &tree());
    for program in mutants.iter().map(|mutant| &mutant.program).collect::<BTreeSet<_>>() {
        let built = build("rust-as-it-is", program).expect("it compiles");
        for mutant in mutants.iter().filter(|mutant| mutant.program == *program) {
            let title = format!("rust-as-it-is-{}", mutant.test);
            assert!(runs(&title, &built, mutant), "{mutant} is red already: {:?}", log(&title));
        }
    }
}

pub(crate) fn attempt(mutant: &Mutant) -> Verdict {
    let (text, changed) = mutant.apply().unwrap();
    let title = format!("rust-{}", mutant.name);
    let file = tree().join(&mutant.file);
    std::fs::write(&file, changed).unwrap();
    let verdict = match build(&title, &mutant.program) {
        None => Verdict::Broken,
        Some(built) if runs(&title, &built, mutant) => Verdict::Survives,
        Some(_) => Verdict::Caught,
    };
    std::fs::write(&file, text).unwrap();
    verdict
}

/// Compiles a program in the copy; `None` if that fails. In a target folder of its own:
/// cargo names what it compiles by its place in the workspace, so that in the caller's
/// a mutant would take the place of the crate itself.
fn build(title: &str, program: &str) -> Option<PathBuf> {
    let mut cargo = Command::new(env!("CARGO"));
    cargo.current_dir(tree()).env("CARGO_TARGET_DIR", folder().join("out")).args([
        "test",
        "--no-run",
        "--message-format=short",
    ]);
    match program {
        "lib" => cargo.args(["-p", "shm-runtime", "--lib"]),
        folder => cargo.args(["--test", folder]),
    };
    if !compiles(title, &mut cargo) {
        return None;
    }
    let said = std::fs::read_to_string(log(title)).unwrap();
    let (_, path) = said.rsplit_once("Executable ").expect("cargo says what it made");
    let path = path.split_once('(').unwrap().1.split_once(')').unwrap().0;
    Some(tree().join(path))
}

fn runs(title: &str, built: &Path, mutant: &Mutant) -> bool {
    passes(title, Command::new(built).current_dir(tree()).args(["--exact", &mutant.test])) && {
        // A test that is not there would pass.
        std::fs::read_to_string(log(title)).unwrap().contains("ok. 1 passed")
    }
}

/// Copies what differs, without what is compiled, so that only that is compiled anew.
pub(crate) fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let (name, from) = (entry.file_name(), entry.path());
        let to = to.join(&name);
        if name == "target" || name == ".git" {
            continue;
        }
        if entry.file_type().unwrap().is_symlink() {
            let _ = std::fs::remove_file(&to);
            std::os::unix::fs::symlink(std::fs::read_link(&from).unwrap(), &to).unwrap();
        } else if from.is_dir() {
            copy(&from, &to);
        } else if from.is_file() {
            let bytes = std::fs::read(&from).unwrap();
            if std::fs::read(&to).ok().as_ref() != Some(&bytes) {
                std::fs::write(&to, bytes).unwrap();
            }
        }
    }
}
