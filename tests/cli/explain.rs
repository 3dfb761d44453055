//! `shmgen explain` and `shmgen check --lint`. Every test runs the real binary.

#![forbid(unsafe_code)]

use command::{code, err, files, out, run, schema, text};
use shmgen_test_support::command;

/// A schema of whose names one is in another style, and whose enum has no zero.
const LINTED: &str = r#"
shmgen = 1
[schema]
name = "test.lint"
version = "1.0"
[enum.Side]
repr = "u8"
value = [ { name = "BUY", number = 1 } ]
[struct.Tick]
field = [ { name = "bestBid", type = "u64" } ]
"#;

#[test]
fn lints_warn_and_fail_only_when_they_are_to() {
    let path = schema("cli-lint", LINTED);
    let plain = run(&["check", text(&path)]);
    assert_eq!((code(&plain), err(&plain).lines().count()), (0, 1), "{}", err(&plain));
    for (arguments, expected) in [(&["--lint"][..], 0), (&["--lint", "--deny"], 1)] {
        let check = ["check", text(&path)];
        let done = run(&[&check[..], arguments].concat());
        assert_eq!((code(&done), out(&done).as_str()), (expected, ""));
        let said = err(&done);
        assert!(said.contains("warning[L001]: `bestBid` is a field"), "{said}");
        assert!(said.contains("warning[L005]") && said.contains("2 warnings\n"), "{said}");
        assert!(said.contains("ok, test.lint 1.0") && !said.contains("error"), "{said}");
        let done = run(&[&check[..], arguments, &["--json"]].concat());
        assert_eq!((code(&done), err(&done).as_str()), (expected, ""));
        let json: serde_json::Value = serde_json::from_slice(&done.stdout).unwrap();
        let list = json["diagnostics"].as_array().unwrap();
        assert!(list.len() == 2 && list.iter().all(|d| d["severity"] == "warning"), "{json}");
        let done = run(&[&check[..], arguments, &["--format", "github"]].concat());
        assert_eq!((code(&done), out(&done).matches("::warning file=").count()), (expected, 2));
    }
    // They are of what is right only, and never stop anything.
    let wrong = schema("cli-lint-wrong", &LINTED.replace("u64", "u65"));
    let done = run(&["check", text(&wrong), "--lint", "--deny"]);
    assert_eq!(code(&done), 2);
    assert!(err(&done).contains("E030") && !err(&done).contains("L001"), "{}", err(&done));
    let gen_dir = path.with_file_name("gen");
    assert_eq!(code(&run(&["gen", text(&path), "--out", text(&gen_dir)])), 0);
    assert_eq!(code(&run(&["check", text(&path), "--deny"])), 2, "--deny says nothing alone");
}

#[test]
fn an_allowance_with_a_reason_silences_a_lint_for_the_whole_file() {
    let allow = "lint = { allow = [\"L001\", \"L005\"], reason = \"A test.\" }\n[enum.Side]";
    let path = schema("cli-allow", &LINTED.replace("[enum.Side]", allow));
    let done = run(&["check", text(&path), "--lint", "--deny"]);
    assert_eq!((code(&done), err(&done).lines().count()), (0, 1), "{}", err(&done));
    // Nothing that is generated knows of it.
    let folder = path.with_file_name("gen");
    let generate = || {
        assert_eq!(code(&run(&["gen", text(&path), "--out", text(&folder)])), 0);
        files(&folder)
    };
    let allowed = generate();
    std::fs::write(&path, LINTED).unwrap();
    assert!(generate() == allowed);
}

#[test]
fn a_code_is_explained_with_an_example() {
    let done = run(&["explain", "e030"]);
    assert_eq!((code(&done), err(&done).as_str()), (0, ""));
    let said = out(&done);
    assert!(said.starts_with("E030: unknown type\n\nNo type of that name"), "{said}");
    assert!(said.contains("Wrong:\n\n    [struct.Tick]\n"), "{said}");
    assert!(said.contains("type = \"u65\"") && said.contains("type = \"u64\""), "{said}");
    assert!(said.lines().all(|l| l.starts_with("    ") || l.chars().count() <= 80), "{said}");
    for (wrong, near) in
        [("E031x", "did you mean E031"), ("E3", "did you mean E003"), ("what", "lists them")]
    {
        let done = run(&["explain", wrong]);
        assert_eq!((code(&done), out(&done).as_str()), (2, ""), "{wrong}");
        assert!(err(&done).contains(near) && err(&done).contains(wrong), "{}", err(&done));
    }
}

#[test]
fn all_codes_are_listed() {
    let list = out(&run(&["explain"]));
    let json: serde_json::Value = serde_json::from_str(&out(&run(&["explain", "--json"]))).unwrap();
    assert_eq!(json["version"], 1);
    let codes = json["codes"].as_array().unwrap();
    assert!(codes.len() > 30);
    assert_eq!(list.lines().count(), codes.len());
    for (line, code) in list.lines().zip(codes) {
        let (name, title) = (code["code"].as_str().unwrap(), code["title"].as_str().unwrap());
        assert_eq!(line, format!("{name}  {title}"));
    }
    let one: serde_json::Value =
        serde_json::from_str(&out(&run(&["explain", "--json", "E045"]))).unwrap();
    assert_eq!(one["codes"].as_array().unwrap().len(), 1);
    assert!(one["codes"][0]["example"]["wrong"].as_str().unwrap().contains("align = 48"));
}
