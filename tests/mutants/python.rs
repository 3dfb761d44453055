//! Mutants of the Python package. Their programs: the files of `python/tests`, which run
//! in a copy of the package.

use crate::list::Mutant;
use crate::rust::copy;
use crate::trial::{Verdict, folder, passes};
use shmgen_test_support::tools;
use std::path::PathBuf;

/// The copy of the package, its tests, and the schemas that these need.
fn tree() -> PathBuf {
    folder().join("python")
}

/// Copies the package, and sees that the tests pass there.
pub(crate) fn prepare(mutants: &[&Mutant]) {
    for part in ["python", "tests/schemas"] {
        copy(&tools::root().join(part), &tree().join(part));
    }
    for mutant in mutants {
        assert!(runs(&format!("python-as-it-is-{}", mutant.name), mutant), "{mutant} is red");
    }
}

pub(crate) fn attempt(mutant: &Mutant) -> Verdict {
    let (text, changed) = mutant.apply().unwrap();
    let file = tree().join(&mutant.file);
    std::fs::write(&file, changed).unwrap();
    let survives = runs(&format!("python-{}", mutant.name), mutant);
    std::fs::write(&file, text).unwrap();
    if survives { Verdict::Survives } else { Verdict::Caught }
}

/// A test that is not there is a failure of pytest's.
fn runs(title: &str, mutant: &Mutant) -> bool {
    let tests = tree().join("python/tests");
    // The tests themselves look for the package beside them first.
    let mut pytest = tools::python_with(&tests);
    pytest.env("SHMGEN", &tools::built().shmgen).current_dir(tree().join("python"));
    pytest.args(["-m", "pytest", "-q", "-p", "no:cacheprovider"]);
    pytest.arg(format!("tests/{}.py::{}", mutant.program, mutant.test));
    passes(title, &mut pytest)
}
