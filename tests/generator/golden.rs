//! The text that is generated, for each construct of the language by itself:
//! tests/golden/CONSTRUCT has a small schema, and what all languages make of it.
//!
//! Lines that `empty` has too, the schema without any declaration, stand there
//! only; so do those of `struct` and `segment`, which have one declaration each.
//! One marked line says how many are left out, and which number the schema's
//! version has in them, if they name it.
//!
//! `SHMGEN_BLESS=1 cargo test --test generator golden` writes the texts anew.

use shmgen_test_support::tools;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use tools::{root, run, scratch};

/// What is stored of each.
const OUTPUTS: [&str; 6] = ["h", "hpp", "json", "md", "py", "rs"];

/// Those whose lines the others leave out.
const BASES: [&str; 3] = ["empty", "struct", "segment"];

/// As few lines as this are not left out.
const SHORT: usize = 5;

fn folder() -> PathBuf {
    root().join("tests/golden")
}

fn constructs() -> Vec<String> {
    let entries = std::fs::read_dir(folder()).unwrap().map(|e| e.unwrap());
    let mut names: Vec<String> =
        entries.map(|e| e.file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    names
}

/// Generates one of them in all languages.
fn generate(construct: &str) -> PathBuf {
    let out = scratch(&format!("golden-{construct}"));
    let schema = folder().join(construct).join("schema.toml");
    let languages = ["--lang", "rust,c,cpp,python,json,markdown"];
    run(tools::shmgen().arg("gen").arg(schema).args(languages).arg("--out").arg(&out));
    out
}

/// What C and C++ tell the schema's version from others by: eight digits.
fn identity(text: &str) -> Option<&str> {
    const BEFORE: &str = "shm_schema_";
    let begin = text.find(BEFORE)? + BEFORE.len();
    text.get(begin..begin + 8)
}

/// The marked line.
fn left_out(output: &str, lines: &[&str], base: &str, own: Option<&str>) -> String {
    let named = own.filter(|own| lines.iter().any(|line| line.contains(own)));
    let with = named.map_or(String::new(), |own| format!(", with {own}"));
    let text = format!("[{} lines as in ../{base}/schema.{output}{with}]", lines.len());
    match output {
        "py" => format!("# {text}\n"),
        "md" => format!("<!-- {text} -->\n"),
        "h" => format!("/* {text} */\n"),
        _ => format!("// {text}\n"),
    }
}

/// The text without the longest runs of lines that one of the bases has.
fn without(text: &str, output: &str, bases: &[(&str, String)]) -> String {
    let lines: Vec<&str> = text.lines().collect();
    let own = identity(text);
    // As they would be with the number of this schema.
    let bases: Vec<(&str, String)> = bases
        .iter()
        .map(|(name, base)| match (identity(base), own) {
            (Some(theirs), Some(own)) => (*name, base.replace(theirs, own)),
            _ => (*name, base.clone()),
        })
        .collect();
    let bases: Vec<(&str, Vec<&str>)> =
        bases.iter().map(|(name, text)| (*name, text.lines().collect())).collect();
    let mut kept = String::new();
    let mut at = 0;
    while at < lines.len() {
        let common = |base: &[&str], from: usize| {
            base[from..].iter().zip(&lines[at..]).take_while(|(a, b)| a == b).count()
        };
        let runs = bases.iter().map(|(name, base)| {
            ((0..base.len()).map(|from| common(base, from)).max().unwrap_or(0), *name)
        });
        // Of two that are as long the first, which has less.
        let (length, base) = runs.rev().max_by_key(|run| run.0).unwrap_or((0, ""));
        if length > SHORT {
            kept += &left_out(output, &lines[at..at + length], base, own);
            at += length;
        } else {
            let _ = writeln!(kept, "{}", lines[at]);
            at += 1;
        }
    }
    kept
}

#[test]
fn every_construct_gives_the_text_beside_it() {
    let bless = std::env::var_os("SHMGEN_BLESS").is_some();
    let generated: Vec<(String, PathBuf)> =
        constructs().into_iter().map(|name| (name.clone(), generate(&name))).collect();
    let text = |folder: &Path, output: &str| {
        std::fs::read_to_string(folder.join(format!("schema.{output}"))).unwrap()
    };
    let mut wrong = Vec::new();
    for output in OUTPUTS {
        let bases = BASES.map(|name| {
            let (_, folder) = generated.iter().find(|(n, _)| n == name).unwrap();
            (name, text(folder, output))
        });
        for (name, out) in &generated {
            let before = BASES.iter().position(|base| base == name).unwrap_or(BASES.len());
            let found = without(&text(out, output), output, &bases[..before]);
            let golden = folder().join(name).join(format!("schema.{output}"));
            if bless {
                std::fs::write(&golden, &found).unwrap();
            } else if std::fs::read_to_string(&golden).unwrap_or_default() != found {
                let new = out.join(format!("found.{output}"));
                std::fs::write(&new, &found).unwrap();
                wrong.push(format!("diff {} {}", golden.display(), new.display()));
            }
        }
    }
    assert!(
        wrong.is_empty(),
        "SHMGEN_BLESS=1 cargo test --test generator golden takes these over:\n{}",
        wrong.join("\n")
    );
}

/// What nobody reads in a review holds nothing.
#[test]
fn the_texts_are_short_enough_to_be_read() {
    let mut all = 0;
    for construct in constructs() {
        for entry in std::fs::read_dir(folder().join(&construct)).unwrap() {
            let path = entry.unwrap().path();
            let lines = std::fs::read_to_string(&path).unwrap().lines().count();
            // What every text has is in one of them.
            assert!(lines <= 150 || construct == "empty", "{}: {lines} lines", path.display());
            all += lines;
        }
    }
    assert!(all < 10_000, "{all} lines");
}
