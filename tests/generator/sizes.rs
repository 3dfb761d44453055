//! What `shmgen size` tells, compared with segments that are really created.

#![forbid(unsafe_code)]

use places::Place;
use serde_json::Value;
use shm_runtime::header::{Entry, Header};
use shmgen_test_support::{places, tools};
use std::path::{Path, PathBuf};
use std::process::Output;
use tools::{root, shmgen};

fn run(arguments: &[&str]) -> Output {
    let output = shmgen().args(arguments).output().unwrap();
    assert!(output.status.success(), "{output:?}");
    output
}

fn sizes(schema: &Path) -> Value {
    let output = run(&["size", schema.to_str().unwrap(), "--json"]);
    serde_json::from_slice(&output.stdout).unwrap()
}

fn schemas() -> Vec<PathBuf> {
    let mut all: Vec<PathBuf> = ["everything", "awkward", "objects"]
        .map(|name| root().join(format!("tests/schemas/{name}.toml")))
        .into();
    all.push(root().join("examples/quickstart/market.toml"));
    all
}

fn number(value: &Value, key: &str) -> u64 {
    value[key].as_u64().unwrap_or_else(|| panic!("no {key} in {value}"))
}

/// The part of a kind, or all of them.
fn of_kind<'v>(segment: &'v Value, kind: &str) -> Vec<&'v Value> {
    segment["parts"].as_array().unwrap().iter().filter(|p| p["kind"] == kind).collect()
}

#[test]
fn the_parts_are_those_of_a_segment_that_is_created() {
    let mut compared = 0;
    for schema in schemas() {
        for segment in sizes(&schema)["segments"].as_array().unwrap() {
            let place = Place::posix();
            let name = segment["name"].as_str().unwrap();
            let (file, address) = (schema.to_str().unwrap(), place.text());
            run(&["create", &address, "--schema", file, "--segment", name]);
            let bytes = std::fs::read(place.path()).unwrap();
            let header = Header::parse(&bytes).unwrap();
            assert_eq!(number(segment, "size"), bytes.len() as u64);
            assert_eq!(number(segment, "size"), header.total_size);
            assert_eq!(number(segment, "pages") * 4096, header.total_size);
            let [directory, participants, contract] =
                ["directory", "participants", "contract"].map(|kind| of_kind(segment, kind)[0]);
            assert_eq!(number(directory, "offset"), header.directory_offset);
            assert_eq!(number(directory, "count"), u64::from(header.directory_count));
            assert_eq!(
                number(directory, "size"),
                u64::from(header.directory_count * header.directory_stride)
            );
            assert_eq!(number(participants, "offset"), header.participants_offset);
            assert_eq!(
                number(participants, "size"),
                u64::from(header.participants_count * header.participants_stride)
            );
            assert_eq!(number(contract, "offset"), header.contract_offset);
            assert_eq!(number(contract, "size"), header.contract_size);
            let entries = &bytes[header.directory_offset as usize..];
            for (object, entry) in of_kind(segment, "object").iter().zip(entries.chunks(64)) {
                let entry = Entry::parse(entry);
                assert_eq!(number(object, "offset"), entry.offset);
                assert_eq!(number(object, "size"), entry.size);
                compared += 1;
            }
        }
    }
    assert_eq!(compared, 29);
}

#[test]
fn a_system_v_segment_takes_what_is_told() {
    let schema = root().join("tests/schemas/everything.toml");
    let told = sizes(&schema);
    let segment = told["segments"].as_array().unwrap().iter().find(|s| s["name"] == "system_v");
    let place = Place::sysv();
    let (file, address) = (schema.to_str().unwrap(), place.text());
    let arguments = ["create", &address, "--schema", file, "--segment", "system_v", "--json"];
    let made: Value = serde_json::from_slice(&run(&arguments).stdout).unwrap();
    assert_eq!(made["size"], segment.unwrap()["size"]);
}

#[test]
fn the_parts_lie_without_a_byte_between_them_and_sum_up() {
    for schema in schemas() {
        for segment in sizes(&schema)["segments"].as_array().unwrap() {
            let mut end = 0;
            for part in segment["parts"].as_array().unwrap() {
                assert_eq!(number(part, "offset"), end);
                end += number(part, "size");
            }
            assert_eq!(end, number(segment, "size"));
            for object in of_kind(segment, "object") {
                let [control, slots, stride] =
                    ["control", "slots", "stride"].map(|key| number(object, key));
                let one = control + slots * stride;
                let whole = match &object["lanes"] {
                    Value::Null => one,
                    lanes => {
                        assert_eq!(one + number(lanes, "padding"), number(lanes, "stride"));
                        number(lanes, "control") + number(lanes, "count") * number(lanes, "stride")
                    }
                };
                // A stream is a whole number of words, its items are not.
                let whole = match object["object"].as_str() {
                    Some("stream") => whole.next_multiple_of(8),
                    _ => whole,
                };
                assert_eq!(whole, number(object, "size"), "{object}");
                let [stamp, item, padding] =
                    ["stamp", "item_size", "slot_padding"].map(|key| number(object, key));
                assert_eq!(stamp + item + padding, stride);
            }
        }
    }
}

#[test]
fn people_see_a_table() {
    let awkward = root().join("tests/schemas/awkward.toml");
    let said = String::from_utf8(run(&["size", awkward.to_str().unwrap()]).stdout).unwrap();
    assert!(
        said.starts_with("shared  posix:/awkward-1.2_x  8192 bytes (8.0K), 2 pages of 4096\n"),
        "{said}"
    );
    assert!(said.contains("participants  64 records of 64\n"), "{said}");
    assert!(said.contains("item          control 512 + 2 slots of "), "{said}");
    let objects = root().join("tests/schemas/objects.toml");
    let said = String::from_utf8(run(&["size", objects.to_str().unwrap()]).stdout).unwrap();
    for about in [
        "control 256 + 8 lanes of 1024 (control 512 + 21 slots of 24 (stamp 8 + Tick 12 + padding \
         4) + padding 8)",
        "control 512 + 4600 bytes",
        "control 256 + 8 slots of 384 (stamp 8 + Config 256 + padding 120)",
        "control 384 + 2 copies of 128 (Tick 12 + padding 116)",
        "3 counters of 128 (word 8 + padding 120)",
        "777 bytes",
        "1 byte",
    ] {
        assert!(said.contains(&format!("  {about}\n")), "{about} is not in\n{said}");
    }
    let everything = root().join("tests/schemas/everything.toml");
    let said = String::from_utf8(run(&["size", everything.to_str().unwrap()]).stdout).unwrap();
    assert!(said.contains("\nall segments  "), "{said}");
    let none = root().join("tests/schemas/types_only.toml");
    let done = run(&["size", none.to_str().unwrap()]);
    assert!(
        done.stdout.is_empty() && String::from_utf8_lossy(&done.stderr).contains("no segments")
    );
}
