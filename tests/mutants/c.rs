//! Mutants of the C header. Their programs:
//!
//! - `tests`: tests/c/runtime_test.c;
//! - `wakes`: the same with slices of half a minute and no spinning, where a wake-up
//!   that is missed shows;
//! - `fences`: what gcc makes of tests/c/fences.c.

use crate::list::Mutant;
use crate::trial::{Verdict, compiles, folder, log, passes};
use shmgen_test_support::{fences, tools};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;

/// What is generated from a schema, with the header in it.
fn original() -> PathBuf {
    folder().join("c")
}

/// Generates the header, and sees that the tests pass with it.
pub(crate) fn prepare(mutants: &[&Mutant]) {
    tools::generate(&tools::root().join("tests/schemas/everything.toml"), &original());
    for program in mutants.iter().map(|mutant| &mutant.program).collect::<BTreeSet<_>>() {
        let built = build("c-as-it-is", &original(), program).expect("it compiles");
        for mutant in mutants.iter().filter(|mutant| mutant.program == *program) {
            let title = format!("c-as-it-is-{}", mutant.test);
            assert!(runs(&title, &built, mutant), "{mutant} is red already: {:?}", log(&title));
        }
    }
}

pub(crate) fn attempt(mutant: &Mutant) -> Verdict {
    let (text, changed) = mutant.apply().unwrap();
    let title = format!("c-{}", mutant.name);
    let header = std::fs::read_to_string(original().join("shm_runtime.h")).unwrap();
    assert_eq!(header.matches(&text).count(), 1, "{} is a part of the header", mutant.file);
    let folder = folder().join("c-mutant");
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::write(folder.join("shm_runtime.h"), header.replace(&text, &changed)).unwrap();
    let Some(built) = build(&title, &folder, &mutant.program) else {
        return Verdict::Broken;
    };
    if runs(&title, &built, mutant) { Verdict::Survives } else { Verdict::Caught }
}

/// Compiles a program with the header of a folder; `None` if that fails.
fn build(title: &str, header: &Path, program: &str) -> Option<PathBuf> {
    let sources = tools::root().join("tests/c");
    let out = folder().join(program);
    let mut gcc = Command::new("gcc");
    gcc.args(["-std=c11", "-w", "-I"]).arg(header).arg("-I").arg(&sources);
    match program {
        "tests" => gcc.args(["-O0", "-pthread"]).arg(sources.join("runtime_test.c")),
        "wakes" => gcc
            .args(["-O0", "-pthread"])
            .args(fences::LONG_SLICES)
            .arg(sources.join("runtime_test.c")),
        "fences" => gcc.args(["-O2", "-S"]).arg(sources.join("fences.c")),
        other => panic!("there is no program {other}"),
    };
    compiles(title, gcc.arg("-o").arg(&out)).then_some(out)
}

fn runs(title: &str, built: &Path, mutant: &Mutant) -> bool {
    if mutant.program == "fences" {
        return fences::missing(&std::fs::read_to_string(built).unwrap()).is_empty();
    }
    passes(title, Command::new(built).arg(&mutant.test)) && {
        // A test that is not there would pass.
        std::fs::read_to_string(log(title)).unwrap().contains(&format!(" {} (", mutant.test))
    }
}
