//! Can the tests fail? A mutant is one line of the runtime that was changed so that it
//! is wrong, with the name of a test that must turn red: see `c.toml`, `rust.toml`
//! and `python.toml`.
//!
//! ```sh
//! cargo test --test mutants                   # those that always run, marked `ci`
//! cargo test --test mutants -- --all          # all of them: 10 minutes for C, an hour for Rust
//! cargo test --test mutants -- --c            # those of one language, or --rust, --python
//! cargo test --test mutants -- NAME NAME      # these
//! cargo test --test mutants -- --list         # what there is
//! ```
//!
//! The sources stay as they are: mutants of Rust are compiled in a copy of the tree,
//! those of C in a copy of the header, those of Python run in a copy of the package, all
//! in `target/mutants`, with what each said.

#![allow(missing_docs, clippy::pedantic)]

mod c;
mod list;
mod python;
mod rust;
mod trial;

use list::{Language, Mutant};
use std::process::ExitCode;
use std::time::Instant;
use trial::Verdict;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let has = |flag: &str| arguments.iter().any(|argument| argument == flag);
    let names: Vec<&String> = arguments.iter().filter(|a| !a.starts_with('-')).collect();
    let asked = |mutant: &Mutant| match mutant.language {
        Language::C => has("--c"),
        Language::Rust => has("--rust"),
        Language::Python => has("--python"),
    };
    let is_chosen = |mutant: &Mutant| {
        let language = asked(mutant) || !["--c", "--rust", "--python"].into_iter().any(has);
        let among = match &names[..] {
            [] => has("--all") || asked(mutant) || mutant.ci,
            names => names.iter().any(|name| **name == mutant.name),
        };
        language && among
    };
    let listed = list::read();
    if has("--list") {
        for mutant in &listed {
            println!("{mutant}");
        }
        return ExitCode::SUCCESS;
    }
    let chosen: Vec<&Mutant> = listed.iter().filter(|mutant| is_chosen(mutant)).collect();
    // What is found no more, or twice, is told whatever was chosen.
    let mut wrong = 0;
    for mutant in &listed {
        if let Err(why) = mutant.apply() {
            println!("{}: {why}", mutant.name);
            wrong += usize::from(is_chosen(mutant));
        }
    }
    if wrong == 0 {
        wrong = try_all(&chosen);
    }
    // Also where `cargo test` was given the name of another test.
    println!("{} mutants, {} tried, {wrong} wrong", listed.len(), chosen.len());
    if wrong == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// Tries mutants and says what became of each; how many were not caught.
fn try_all(chosen: &[&Mutant]) -> usize {
    let of = |language| {
        let those = chosen.iter().filter(|mutant| mutant.language == language);
        those.copied().collect::<Vec<&Mutant>>()
    };
    let mut wrong = 0;
    for (mutants, prepare, attempt) in [
        (of(Language::C), c::prepare as fn(&[&Mutant]), c::attempt as fn(&Mutant) -> Verdict),
        (of(Language::Rust), rust::prepare, rust::attempt),
        (of(Language::Python), python::prepare, python::attempt),
    ] {
        if mutants.is_empty() {
            continue;
        }
        prepare(&mutants);
        for mutant in mutants {
            let start = Instant::now();
            let verdict = attempt(mutant);
            wrong += usize::from(verdict != Verdict::Caught);
            println!("{verdict} in {:.0?}: {mutant}", start.elapsed());
        }
    }
    wrong
}
