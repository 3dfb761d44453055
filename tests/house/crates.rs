//! What whoever finds a crate sees first: its README, its front page, and no
//! module there that is only offsets.

use std::path::Path;

const PUBLISHED: [&str; 5] = ["shm-runtime", "shm-derive", "shmgen", "shmgen-cli", "shm-capi"];

fn read(path: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(path);
    std::fs::read_to_string(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()))
}

#[test]
fn each_crate_has_a_readme_and_says_how_it_is_documented() {
    for name in PUBLISHED {
        let (manifest, readme) =
            (read(&format!("{name}/Cargo.toml")), read(&format!("{name}/README.md")));
        assert!(
            readme.starts_with(&format!("# {name}\n")),
            "{name}: its README begins with its name"
        );
        for key in [
            "description = ",
            "readme = \"README.md\"",
            "license.workspace",
            "rust-version = ",
            "[package.metadata.docs.rs]\nall-features = true",
        ] {
            assert!(manifest.contains(key), "{name}: {key} is missing");
        }
    }
}

#[test]
fn documentation_may_not_be_missing() {
    assert!(read("Cargo.toml").contains("missing_docs = \"deny\""));
    for name in PUBLISHED {
        assert!(
            read(&format!("{name}/Cargo.toml")).contains("[lints]\nworkspace = true"),
            "{name}"
        );
    }
}

/// The first block of code in what a file says of itself, with its language.
fn example(module: &str) -> Option<&str> {
    module.lines().take_while(|l| l.starts_with("//!")).find_map(|l| l.strip_prefix("//! ```"))
}

#[test]
fn front_pages_have_an_example_that_runs() {
    for page in ["shm-runtime/src/lib.rs", "shm-runtime/src/handle/queue/mod.rs"] {
        assert_eq!(example(&read(page)), Some(""), "{page}: its first example only compiles");
    }
    assert!(read("shmgen/src/lib.rs").contains("//! ```\n//! use shmgen::backend"));
    assert_eq!(example("//! Text.\n//! ```no_run\n"), Some("no_run"));
}

/// Offsets are public for the generator, and on no page.
#[test]
fn no_page_is_only_offsets() {
    let shown = |text: &str, module: &str| {
        let lines: Vec<&str> = text.lines().collect();
        let at = lines.iter().position(|l| l.starts_with("pub use ") && l.contains(module));
        let at = at.unwrap_or_else(|| panic!("{module} is not there: mend this test"));
        lines[at - 1] != "#[doc(hidden)]"
    };
    let root = read("shm-runtime/src/lib.rs");
    assert!(!shown(&root, "lanes"));
    assert!(!shown(&root, "segment::header"));
    assert!(!shown(&read("shm-runtime/src/handle/queue/mod.rs"), "queue::{layout"));
    assert!(shown("\npub use a::lanes;", "lanes"));
}
