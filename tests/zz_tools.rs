//! Says at the end of `cargo test --workspace` which of the tools that widen
//! the tests were not found. In CI (`CI` is set) a missing one is a failure.

use shmgen_test_support::tools;

fn main() {
    let missing: Vec<String> =
        tools::wider().into_iter().filter(|t| !t.found).map(|t| t.what).collect();
    if missing.is_empty() {
        println!("tools: all that widen the tests were found");
        return;
    }
    println!("tools: looked for and not found, so their tests did not run:");
    for what in &missing {
        println!("  {what}");
    }
    if std::env::var_os("CI").is_some() {
        eprintln!("in CI, none may be missing");
        std::process::exit(1);
    }
}
