//! Every diagnostic as people see it: for each code a schema that provokes it,
//! and the text beside it. `SHMGEN_BLESS=1 cargo test` writes the texts anew.

use shmgen::diagnostics::{Code, Diagnostics, Example, Format, Severity, Source, render};
use shmgen::model::Limits;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/errors")
}

fn schemas() -> Vec<PathBuf> {
    let mut files: Vec<PathBuf> = std::fs::read_dir(folder())
        .unwrap()
        .map(|e| e.unwrap().path())
        .filter(|p| p.extension().is_some_and(|e| e == "toml"))
        .collect();
    files.sort();
    files
}

/// What is wrong, or else what lints say, and what does not work yet.
fn found(checked: &shmgen::Checked) -> Diagnostics {
    if !checked.diagnostics.is_empty() {
        return checked.diagnostics.clone();
    }
    let mut all = checked.notes();
    all.extend(checked.warnings());
    all
}

/// What the command prints, with the file's bare name.
fn shown(path: &Path) -> (String, BTreeSet<Code>) {
    let name = path.file_name().unwrap();
    let bytes = std::fs::read(path).unwrap();
    let checked = match String::from_utf8(bytes) {
        Ok(text) => shmgen::check(&Source::new(path, text), Limits::default()),
        Err(_) => shmgen::check_file(path, Limits::default()),
    };
    let found = found(&checked);
    let text = render(&found, Format::Text, false);
    let codes = found.sorted().iter().map(|d| d.code).collect();
    let text = text.replace(&path.display().to_string(), &name.to_string_lossy());
    (text.replace(&format!("{}/", folder().display()), ""), codes)
}

#[test]
fn every_diagnostic_reads_as_it_did() {
    let mut wrong = Vec::new();
    for path in schemas() {
        let (text, _) = shown(&path);
        let golden = path.with_extension("txt");
        if std::env::var_os("SHMGEN_BLESS").is_some() {
            std::fs::write(&golden, &text).unwrap();
        }
        if std::fs::read_to_string(&golden).unwrap_or_default() != text {
            wrong.push(format!("{}:\n{text}", golden.display()));
        }
    }
    assert!(wrong.is_empty(), "{}\n(SHMGEN_BLESS=1 takes them over)", wrong.join("\n"));
}

#[test]
fn a_file_provokes_the_code_that_it_is_named_after_and_every_code_has_one() {
    let mut provoked = BTreeSet::new();
    for path in schemas() {
        let (_, codes) = shown(&path);
        let stem = path.file_stem().unwrap().to_string_lossy().into_owned();
        let code = stem.split('-').next().unwrap();
        if code.starts_with(['E', 'L', 'N']) {
            assert!(codes.iter().any(|c| c.name() == code), "{stem} provokes {codes:?}");
            provoked.extend(codes.iter().filter(|c| c.name() == code));
        }
    }
    // A file that is not there has no file here.
    let missing = shmgen::check_file(&folder().join("not-there.toml"), Limits::default());
    provoked.extend(missing.diagnostics.sorted().iter().map(|d| d.code));
    let all: BTreeSet<Code> = Code::ALL.iter().copied().collect();
    assert_eq!(all.difference(&provoked).collect::<Vec<_>>(), [] as [&Code; 0]);
}

/// What is wrong with a piece of a schema, up to this severity.
fn provoked(piece: &str, severity: Severity) -> BTreeSet<Code> {
    let source = Source::new("example.toml", Example::schema(piece));
    let checked = shmgen::check(&source, Limits::default());
    let mut found = checked.diagnostics.clone();
    match severity {
        Severity::Error => {}
        Severity::Warning => found.extend(checked.warnings()),
        Severity::Note => found.extend(checked.notes()),
    }
    found.sorted().iter().map(|d| d.code).collect()
}

#[test]
fn the_example_of_each_code_provokes_it_and_its_mend_is_right() {
    for code in Code::ALL {
        let example = code.example().unwrap_or_else(|| panic!("{code} has no example"));
        // There is no file, or it is no text, or it takes more than one.
        if matches!(
            code,
            Code::E001
                | Code::E002
                | Code::E070
                | Code::E071
                | Code::E072
                | Code::E073
                | Code::E074
                | Code::N002
        ) {
            assert!(example.wrong.starts_with("$ ") && example.right.starts_with("$ "));
            continue;
        }
        assert_eq!(
            provoked(example.wrong, code.severity()),
            BTreeSet::from([*code]),
            "{}",
            example.wrong
        );
        assert_eq!(
            provoked(example.right, code.severity()),
            BTreeSet::new(),
            "{code}: {}",
            example.right
        );
    }
}

#[test]
fn the_table_of_codes_in_the_documentation_is_complete() {
    let page = std::fs::read_to_string(folder().join("../../docs/errors.md")).unwrap();
    for code in Code::ALL {
        let row = format!("{code} | {} | {} |", code.title(), code.explanation());
        assert!(page.contains(&row), "docs/errors.md lacks: {row}");
    }
}

#[test]
fn a_code_is_found_in_any_case_and_a_wrong_one_has_a_neighbour() {
    assert_eq!(Code::from_name("e030"), Some(Code::E030));
    assert_eq!(Code::from_name("E03"), None);
    let last = Code::ALL.iter().filter(|c| c.name().starts_with('E')).max();
    assert_eq!(Code::nearest("E999"), last.copied());
    assert_eq!(Code::nearest("E031x"), Some(Code::E031));
    assert_eq!(Code::nearest("E29"), Some(Code::E030));
    assert_eq!(Code::nearest("É030"), Some(Code::E030));
    for strange in ["", "é", "E-1", "nonsense", "E99999999999999999999"] {
        assert_eq!(Code::nearest(strange), None, "{strange}");
    }
}

#[test]
fn ten_mistakes_are_told_in_one_run() {
    let (_, codes) = shown(&folder().join("ten-mistakes.toml"));
    assert!(codes.len() >= 10, "{codes:?}");
}

#[test]
fn every_line_of_the_text_names_file_line_and_column() {
    for path in schemas() {
        let (text, _) = shown(&path);
        let begins = ["error[E", "warning[L", "note[N"];
        let errors = text.lines().filter(|l| begins.iter().any(|b| l.starts_with(b))).count();
        let is_place = |line: &&str| {
            let Some((_, place)) = line.split_once("--> ") else { return false };
            let mut parts = place.rsplitn(3, ':');
            let mut number = || parts.next().is_some_and(|n| n.parse::<usize>().is_ok());
            number() && number() && parts.next().is_some_and(|file| file.ends_with(".toml"))
        };
        let places = text.lines().filter(is_place).count();
        assert_eq!(errors, places, "{text}");
    }
}

#[test]
fn the_other_formats_say_the_same() {
    for path in schemas() {
        let Ok(text) = std::fs::read_to_string(&path) else { continue };
        let checked = shmgen::check(&Source::new("x.toml", text), Limits::default());
        let found = found(&checked);
        let json = render(&found, Format::Json, false);
        let parsed: serde_json::Value = serde_json::from_str(&json).unwrap();
        let list = parsed["diagnostics"].as_array().unwrap();
        assert_eq!(list.len(), found.len());
        for (json, diagnostic) in list.iter().zip(found.sorted()) {
            let (line, column) = diagnostic.source.line_column(diagnostic.span.start);
            assert_eq!(json["code"], diagnostic.code.name());
            assert_eq!(json["severity"], diagnostic.code.severity().name());
            assert_eq!(json["start"]["line"], line);
            assert_eq!(json["start"]["column"], column);
        }
        let github = render(&found, Format::Github, false);
        assert_eq!(github.lines().count(), found.len(), "{github}");
        for (line, diagnostic) in github.lines().zip(found.sorted()) {
            let severity = match diagnostic.code.severity() {
                Severity::Error => "error",
                Severity::Warning => "warning",
                Severity::Note => "notice",
            };
            assert!(line.starts_with(&format!("::{severity} file=x.toml,line=")), "{github}");
        }
    }
}

/// Bytes changed, lines dropped and doubled at random: any answer, no panic.
#[test]
fn no_schema_makes_it_panic() {
    let mut seeds: Vec<String> =
        schemas().iter().filter_map(|p| std::fs::read_to_string(p).ok()).collect();
    for whole in ["everything", "keys", "objects", "shapes"] {
        let path = folder().join(format!("../schemas/{whole}.toml"));
        seeds.push(std::fs::read_to_string(path).unwrap());
    }
    let mut state = 1u64;
    let mut roll = |below: usize| {
        state = state.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
        (state >> 33) as usize % below
    };
    for round in 0..4000 {
        let mut bytes = seeds[round % seeds.len()].clone().into_bytes();
        for _ in 0..1 + roll(4) {
            if bytes.is_empty() {
                break;
            }
            let at = roll(bytes.len());
            match roll(5) {
                0 => bytes[at] = b" \"[]{}=.,0123456789abzAZ_#\n<?-"[roll(30)],
                1 => drop(bytes.remove(at)),
                2 => bytes.insert(at, b"\"[]{}=.,9aZ_\n"[roll(13)]),
                3 => bytes.truncate(at + 1),
                _ => {
                    let other = seeds[roll(seeds.len())].as_bytes();
                    let from = roll(other.len());
                    let piece = other[from..(from + roll(80)).min(other.len())].to_vec();
                    bytes.splice(at..at, piece);
                }
            }
        }
        let Ok(text) = String::from_utf8(bytes) else { continue };
        let checked = shmgen::check(&Source::new("x.toml", text), Limits::default());
        for format in [Format::Text, Format::Json, Format::Github] {
            render(&checked.diagnostics, format, true);
            render(&found(&checked), format, true);
        }
        if let Ok(schema) = checked.into_result() {
            shmgen::backend::generate(
                &schema,
                &shmgen::backend::Language::ALL,
                &Default::default(),
            );
        }
    }
}
