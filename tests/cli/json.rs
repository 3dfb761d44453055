//! The JSON that the verbs print: its JSON Schemas in docs/schemas and the page
//! of each in docs/json are made from the types that are written, and what is
//! printed is what they say.
//!
//! SHMGEN_BLESS=1 cargo test --test cli json writes schemas and pages anew.

#![forbid(unsafe_code)]

use super::json_page;
use places::Place;
use serde_json::Value;
use shmgen_test_support::schemas::objects::{Every, Tick};
use shmgen_test_support::{places, tools};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use tools::{root, run, scratch, shmgen};

/// The forms that there are, as the command lists them.
fn forms() -> Vec<String> {
    let refused = shmgen().args(["schema", "--of", "nosuch"]).output().unwrap();
    let said = String::from_utf8(refused.stderr).unwrap();
    let (_, list) = said.split_once("possible values: ").unwrap();
    let (list, _) = list.split_once(']').unwrap();
    let all: Vec<String> = list.split(',').map(|name| name.trim().to_owned()).collect();
    assert!(all.len() >= 17, "{all:?}");
    all
}

fn schema_of(form: &str) -> Value {
    serde_json::from_slice(&run(shmgen().args(["schema", "--of", form])).stdout).unwrap()
}

#[test]
fn schemas_and_pages_are_those_of_the_types() {
    let bless = std::env::var_os("SHMGEN_BLESS").is_some();
    let docs = root().join("docs");
    let lists = [("SUMMARY.md", "json/"), ("json/README.md", "")]
        .map(|(list, to)| (list, to, std::fs::read_to_string(docs.join(list)).unwrap()));
    let mut wrong = Vec::new();
    let mut expected = Vec::new();
    for form in forms() {
        let schema = schema_of(&form);
        let page = format!("json/{form}.md");
        for (list, to, text) in &lists {
            if !text.contains(&format!("({to}{form}.md)")) {
                wrong.push(format!("docs/{list} has no {page}"));
            }
        }
        expected.push((format!("schemas/{form}.schema.json"), format!("{schema:#}\n")));
        expected.push((page, json_page::page(&form, &schema)));
    }
    for (name, text) in &expected {
        let path = docs.join(name);
        if bless {
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(&path, text).unwrap();
        } else if std::fs::read_to_string(&path).ok().as_ref() != Some(text) {
            wrong.push(format!("docs/{name} is not up to date"));
        }
    }
    for folder in ["schemas", "json"] {
        for entry in std::fs::read_dir(docs.join(folder)).unwrap() {
            let name = format!("{folder}/{}", entry.unwrap().file_name().to_str().unwrap());
            if name != "json/README.md" && !expected.iter().any(|(known, _)| *known == name) {
                wrong.push(format!("docs/{name} is of no form"));
            }
        }
    }
    assert!(wrong.is_empty(), "SHMGEN_BLESS=1 takes these over:\n{}", wrong.join("\n"));
}

#[test]
fn every_key_of_every_form_says_what_it_is() {
    for form in forms() {
        let schema = schema_of(&form);
        assert_eq!(schema["$schema"], "https://json-schema.org/draft/2020-12/schema");
        let mut open = vec![&schema];
        while let Some(value) = open.pop() {
            if let Some(properties) = value.get("properties").and_then(Value::as_object) {
                for (name, property) in properties {
                    let said =
                        ["description", "const"].iter().any(|key| property.get(key).is_some());
                    assert!(said, "{form}: {name} in {value:#}");
                }
            }
            match value {
                Value::Object(map) => open.extend(map.values()),
                Value::Array(list) => open.extend(list),
                _ => {}
            }
        }
    }
}

/// Whether lines of JSON are as their schema says, and hold no key that it does
/// not name; and whether it would notice if they were not.
const CHECK: &str = r#"
import copy, json, sys
from jsonschema import Draft202012Validator as Validator
schema = json.load(open(sys.argv[1]))
Validator.check_schema(schema)

def closed(value, whole=True):
    if isinstance(value, list):
        return [closed(v, whole) for v in value]
    if not isinstance(value, dict):
        return value
    table = isinstance(value.get("properties"), dict) and value.get("type") == "object"
    # What is said of one and the same object in several places is closed in the outermost.
    out = {k: closed(v, whole and not (table and k in ("oneOf", "anyOf", "allOf"))) for k, v in value.items()}
    if table:
        out["properties"] = {k: closed(v) for k, v in value["properties"].items()}
        if whole and "additionalProperties" not in out:
            out["unevaluatedProperties"] = False
    return out

validator = Validator(closed(schema))

def places(value, path=()):
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in items:
        if isinstance(value, dict):
            yield path + (key,)
        # What is decoded may be anything.
        if key != "value":
            yield from places(inner, path + (key,))

found = []
for line in open(sys.argv[2]):
    printed = json.loads(line)
    found += [str(e.json_path) + ": " + e.message[:300] for e in validator.iter_errors(printed)]
    # Each is a look at the whole: about thirty of a large one.
    every = list(places(printed))
    for place in every[:: max(17, len(every) // 30 | 1)]:
        changed = copy.deepcopy(printed)
        at = changed
        for key in place[:-1]:
            at = at[key]
        at[place[-1]] = [{"wrong": 1}]
        if place[-1] != "value" and validator.is_valid(changed):
            found.append("anything goes at " + str(place))
print(json.dumps(found))
"#;

/// What is wrong with printed values.
fn check(folder: &Path, form: &str, printed: &[Value]) -> Vec<String> {
    assert!(!printed.is_empty(), "{form}");
    let (schema, file) =
        (folder.join(format!("{form}.schema.json")), folder.join(format!("{form}.jsonl")));
    std::fs::write(&schema, schema_of(form).to_string()).unwrap();
    let lines: String = printed.iter().map(|value| format!("{value}\n")).collect();
    std::fs::write(&file, lines).unwrap();
    let mut command = Command::new(tools::python());
    let done = run(command.args(["-W", "error", "-c", CHECK]).arg(schema).arg(file));
    serde_json::from_slice(&done.stdout).unwrap()
}

fn path(name: &str) -> String {
    root().join(name).display().to_string()
}

#[test]
fn what_is_printed_is_what_the_schemas_say() {
    let folder = scratch("json-forms");
    let place = Place::posix();
    let segment = Every::options().address(&place.0).create().unwrap();
    let mut out = segment.one().producer().unwrap();
    out.try_push(&Tick { time: 7, ..Default::default() }).unwrap();
    let at = place.text();
    let objects = path("tests/schemas/objects.toml");
    let everything = path("tests/schemas/everything.toml");
    let generated = folder.join("gen").display().to_string();
    let made = folder.join("made").display().to_string();
    let bare = Place::sysv();
    let bare = bare.text();
    // In this order: what is created is removed.
    let calls: [(&str, &[&str]); 20] = [
        ("stat", &["create", &bare, "--size", "4096"]),
        ("write", &["write", &bare]),
        ("ls", &["ls"]),
        ("stat", &["stat", &at]),
        ("stat", &["stat", &bare]),
        ("top", &["top", "-n", "2", "-i", "0.01", &at]),
        ("dump", &["dump", &at]),
        ("dump", &["dump", &at, "--hex"]),
        ("check", &["check", &objects]),
        ("check", &["check", &path("tests/errors/E030.toml")]),
        ("gen", &["gen", &everything, "--out", &generated]),
        ("list", &["gen", &everything, "--list"]),
        ("explain", &["explain"]),
        ("layout", &["layout", &everything]),
        ("layout", &["layout", &path("tests/schemas/awkward.toml")]),
        ("size", &["size", &objects]),
        ("doctor", &["doctor", "--schema", &everything]),
        ("gc", &["gc", "--dry-run"]),
        ("init", &["init", &made]),
        ("rm", &["rm", &bare]),
    ];
    let mut printed: Vec<(&str, Vec<Value>)> = Vec::new();
    for (form, arguments) in calls {
        let mut command = shmgen();
        command.args(arguments).arg("--json").stdin(Stdio::null());
        let done = command.output().unwrap();
        let stream = serde_json::Deserializer::from_slice(&done.stdout).into_iter();
        let values: Vec<Value> = stream.map(|value| value.unwrap()).collect();
        assert!(!values.is_empty(), "{arguments:?}: {}", String::from_utf8_lossy(&done.stderr));
        match printed.iter_mut().find(|(known, _)| *known == form) {
            Some((_, all)) => all.extend(values),
            None => printed.push((form, values)),
        }
    }
    printed.push(("follow", followed(&at)));
    let mut wrong = Vec::new();
    for (form, values) in &printed {
        wrong.extend(check(&folder, form, values).into_iter().map(|e| format!("{form}: {e}")));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    // The demonstration compiles programs, and the model has a test of its own.
    let told: Vec<&str> = printed.iter().map(|(form, _)| *form).collect();
    let untold: Vec<String> = forms().into_iter().filter(|f| !told.contains(&&**f)).collect();
    assert_eq!(untold, ["model", "demo"]);
}

/// Lines of `dump --follow` until it is interrupted.
fn followed(address: &str) -> Vec<Value> {
    use nix::sys::signal::{Signal, kill};
    use std::io::{BufRead, BufReader, Read};
    let mut command = shmgen();
    command.args(["dump", "--follow", "--json", address, "one"]).stdout(Stdio::piped());
    let mut child = command.spawn().unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap());
    let mut text = String::new();
    lines.read_line(&mut text).unwrap();
    kill(nix::unistd::Pid::from_raw(child.id() as i32), Signal::SIGINT).unwrap();
    lines.read_to_string(&mut text).unwrap();
    child.wait().unwrap();
    let all: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(all.len(), 2, "{text}");
    all
}

#[test]
fn a_model_is_what_its_schema_says() {
    let folder = scratch("json-models");
    let mut tomls: Vec<PathBuf> = Vec::new();
    for schemas in ["tests/schemas", "tests/kernel"] {
        let entries = std::fs::read_dir(root().join(schemas)).unwrap().map(|e| e.unwrap().path());
        tomls.extend(entries.filter(|p| p.extension().is_some_and(|e| e == "toml")));
    }
    assert!(tomls.len() >= 6);
    for path in tomls {
        run(shmgen()
            .arg("gen")
            .arg(path)
            .args(["--lang", "json", "--out"])
            .arg(folder.join("out")));
    }
    let entries = std::fs::read_dir(folder.join("out")).unwrap().map(|e| e.unwrap().path());
    let read = |path| serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap();
    let models: Vec<Value> = entries.map(read).collect();
    assert_eq!(check(&folder, "model", &models), Vec::<String>::new());
    let also = run(shmgen().args(["schema", "--model"])).stdout;
    assert_eq!(serde_json::from_slice::<Value>(&also).unwrap(), schema_of("model"));
}
