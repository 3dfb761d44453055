//! `shmgen schema`: the JSON Schema of the language accepts what the parser
//! accepts, and refuses what is of the wrong structure.

#![forbid(unsafe_code)]

use serde_json::Value;
use shmgen::diagnostics::{Code, Source};
use shmgen::model::Limits;
use shmgen_test_support::tools;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;
use tools::{root, run, scratch, shmgen};

/// What is wrong with the structure, as opposed to with what it says.
const STRUCTURE: [Code; 5] = [Code::E004, Code::E010, Code::E011, Code::E012, Code::E068];

fn codes(name: &str, text: &str) -> BTreeSet<Code> {
    let checked = shmgen::check(&Source::new(name, text), Limits::default());
    checked.diagnostics.sorted().iter().map(|d| d.code).collect()
}

fn saved_schema(folder: &Path) -> PathBuf {
    let path = folder.join("shmgen.schema.json");
    std::fs::write(&path, run(shmgen().arg("schema")).stdout).unwrap();
    path
}

/// What a script says, a JSON value for each line.
fn python(script: &str, arguments: &[&Path]) -> Vec<Value> {
    let mut command = Command::new(tools::python());
    let output = run(command.args(["-W", "error", "-c", script]).args(arguments));
    let lines = String::from_utf8(output.stdout).unwrap();
    lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

const VALIDATE: &str = r#"
import json, sys, tomli
from jsonschema import Draft202012Validator as Validator
schema = json.load(open(sys.argv[1]))
Validator.check_schema(schema)
validator = Validator(schema)
for path in sys.argv[2:]:
    document = tomli.load(open(path, "rb"))
    print(json.dumps([str(e.json_path) + ": " + e.message for e in validator.iter_errors(document)]))
"#;

fn tomls(folder: &str) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(root().join(folder)).unwrap().map(|e| e.unwrap().path());
    let mut found: Vec<PathBuf> =
        entries.filter(|p| p.extension().is_some_and(|e| e == "toml")).collect();
    found.sort();
    found
}

#[test]
fn every_right_schema_is_valid_and_every_wrong_structure_is_not() {
    let mut files = tomls("tests/schemas");
    files.push(root().join("examples/quickstart/market.toml"));
    files.extend(tomls("tests/errors").into_iter().filter(|path| {
        // What is not TOML is nothing to a JSON Schema.
        std::fs::read_to_string(path).is_ok_and(|t| !codes("x.toml", &t).contains(&Code::E003))
    }));
    let schema = saved_schema(&scratch("json-schema"));
    let mut arguments = vec![schema.as_path()];
    arguments.extend(files.iter().map(PathBuf::as_path));
    let (mut valid, mut wrong) = (0, BTreeSet::new());
    for (path, errors) in files.iter().zip(python(VALIDATE, &arguments)) {
        let errors = errors.as_array().unwrap().clone();
        let codes = codes("x.toml", &std::fs::read_to_string(path).unwrap());
        if codes.is_empty() {
            assert!(errors.is_empty(), "{}: {errors:?}", path.display());
            valid += 1;
        } else if codes.iter().any(|c| STRUCTURE.contains(c)) {
            assert!(!errors.is_empty(), "{} has {codes:?} and is valid", path.display());
            wrong.extend(codes);
        }
    }
    assert!(valid >= 4);
    assert!(STRUCTURE.iter().all(|code| wrong.contains(code)), "{wrong:?}");
}

/// Every key of the language, in a schema that is right.
const WHOLE: &str = r#"
shmgen = 1
[schema]
name = "test.whole"
version = "1.0"
doc = "All keys."
lint = { allow = ["L005"], reason = "It is a test." }
[const.N]
type = "u8"
value = 3
doc = "A constant."
deprecated = "use M"
lint = { allow = [], reason = "It is a test." }
[alias.Price]
type = "i64"
unit = "USD"
doc = "An alias."
deprecated = "use i64"
range = { min = 0 }
[enum.Side]
repr = "u8"
doc = "An enum."
deprecated = "use State"
value = [ { name = "BUY", number = 1, doc = "Buys.", deprecated = "use it", since = "1.0" } ]
[flags.State]
repr = "u16"
doc = "Flags."
deprecated = "use Side"
bit = [ { name = "STALE", bit = 0, doc = "Old.", deprecated = "use it", since = "1.0" } ]
[struct.Tick]
doc = "A struct."
deprecated = "use b"
extent = 128
assert = { size = 128, align = 64, offset = { a = 0 } }
align = 64
field = [
  { name = "a", type = "u64", unit = "ns", align = 8, doc = "A field.", deprecated = "use it", default = 5, range = { min = 1, max = 9 }, since = "1.0", lint = { allow = ["L001", "L004"], reason = "x" } },
  { reserved = 8, was = ["old"], doc = "Free." },
]
[segment.feed]
backend = "posix"
name = "/test.whole"
mode = 0o640
participants = 8
doc = "A segment."
object = [
  { name = "q", kind = "queue", item = "Tick", capacity = 4, producers = 1, consumers = 1, doc = "A queue." },
  { name = "l", kind = "queue", item = "Tick", capacity = 4, producers = "many", lanes = 3 },
  { name = "m", kind = "queue", item = "Tick", capacity = 4, producers = "many", order = "total", redeliver = false },
  { name = "r", kind = "ring", bytes = 4096, producers = "many", consumers = 1, lanes = 5 },
  { name = "s", kind = "stream", bytes = 4096, producers = 1, consumers = 1 },
  { name = "t", kind = "topic", item = "Tick", capacity = 4 },
  { name = "c", kind = "cell", type = "Tick" },
  { name = "i", kind = "state", type = "Tick", lint = { allow = [], reason = "x" } },
  { name = "e", kind = "event" },
  { name = "n", kind = "counters", type = "i64", counter = [
    { name = "one", type = "u64", doc = "A counter.", lint = { allow = ["L001"], reason = "x" } },
  ] },
  { name = "w", kind = "raw", bytes = 100, align = 64 },
]
[segment.other]
backend = "sysv"
key = 7
owner = "feed"
group = 12345
object = [ { name = "q", kind = "queue", item = "Tick", capacity = 4 } ]
[segment.in_memory]
backend = "memfd"
object = [ { name = "q", kind = "queue", item = "Tick", capacity = 4 } ]
[segment.by_file]
backend = "sysv"
id_file = "feed.id"
object = [ { name = "q", kind = "queue", item = "Tick", capacity = 4 } ]
"#;

/// Changes one thing in each table and at each key, and says of each result
/// whether it is valid.
const MUTATE: &str = r#"
import copy, json, sys, tomli
from jsonschema import Draft202012Validator as Validator
validator = Validator(json.load(open(sys.argv[1])))
whole = tomli.load(open(sys.argv[2], "rb"))
assert validator.is_valid(whole), next(validator.iter_errors(whole))

def toml(value):
    if isinstance(value, dict):
        return "{" + ", ".join(k + " = " + toml(v) for k, v in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(toml, value)) + "]"
    return json.dumps(value)

def document(value):
    # A mode is octal, which only the text shows.
    return "\n".join(k + " = " + toml(v) for k, v in value.items()).replace("mode = 416", "mode = 0o640")

def places(value, path=()):
    yield path
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in items:
        yield from places(inner, path + (key,))

def changed(path, change):
    out = copy.deepcopy(whole)
    inner = out
    for key in path[:-1]:
        inner = inner[key]
    change(inner, path[-1])
    print(json.dumps({"path": path, "toml": document(out), "valid": validator.is_valid(out)}))

for path in places(whole):
    if not path:
        continue
    changed(path, lambda table, key: table.pop(key))
    for wrong in ["", "text", 5, 1.5, True, [], {}, [5], {"zzz": 1}]:
        changed(path, lambda table, key: table.__setitem__(key, wrong))
    def unknown(table, key):
        if isinstance(table[key], dict):
            table[key]["zzz"] = 1
    changed(path, unknown)
"#;

#[test]
fn the_parser_and_the_json_schema_agree_on_structure() {
    let folder = scratch("json-schema-mutants");
    let whole = folder.join("whole.toml");
    std::fs::write(&whole, WHOLE).unwrap();
    assert_eq!(codes("whole.toml", WHOLE), BTreeSet::new());
    let results = python(MUTATE, &[&saved_schema(&folder), &whole]);
    let mut wrong = Vec::new();
    let (mut valid, mut invalid) = (0, 0);
    for result in &results {
        let codes = codes("x.toml", result["toml"].as_str().unwrap());
        let structure = codes.iter().any(|c| STRUCTURE.contains(c));
        match result["valid"].as_bool().unwrap() {
            true if structure => wrong.push(format!("{codes:?} and valid: {}", result["toml"])),
            false if codes.is_empty() => {
                wrong.push(format!("right and invalid: {}", result["toml"]))
            }
            true => valid += 1,
            false => invalid += 1,
        }
    }
    assert!(valid > 50 && invalid > 400, "{valid} valid, {invalid} not");
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}

#[test]
fn every_key_says_what_it_is_for() {
    let schema = run(shmgen().arg("schema")).stdout;
    let schema: Value = serde_json::from_slice(&schema).unwrap();
    assert_eq!(schema["$schema"], "https://json-schema.org/draft/2020-12/schema");
    assert!(schema["properties"]["union"].is_object());
    let field = &schema["$defs"]["field"]["else"]["properties"];
    assert_eq!(field["unit"]["type"], "string");
    // Every key says what it is for.
    let mut open = vec![&schema];
    let mut described = 0;
    while let Some(value) = open.pop() {
        if let Some(properties) = value.get("properties").filter(|_| value["type"] == "object") {
            for (name, property) in properties.as_object().unwrap() {
                assert!(
                    property["description"].as_str().is_some_and(|d| d.ends_with('.')),
                    "{name}"
                );
                described += 1;
            }
        }
        match value {
            Value::Object(map) => open.extend(map.values()),
            Value::Array(list) => open.extend(list),
            _ => {}
        }
    }
    assert!(described > 50, "{described}");
}
