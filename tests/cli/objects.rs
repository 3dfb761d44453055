//! The command on segments of every kind of object: what it shows of them, and
//! that it says what this version does not do with them.

use command::{code, err, out, run, schema, text};
use objects::{Config, Every, Tick};
use places::Place;
use serde_json::{Value, json};
use shm_runtime::Segment;
use shm_runtime::header::{Entry, Header};
use shmgen::diagnostics::{Code, Source};
use shmgen::model::Limits;
use shmgen_test_support::schemas::objects;
use shmgen_test_support::{command, places, tools};

fn objects_toml() -> String {
    tools::root().join("tests/schemas/objects.toml").display().to_string()
}

fn of(arguments: &[&str]) -> Value {
    let done = run(arguments);
    assert_eq!((code(&done), err(&done).as_str()), (0, ""), "{arguments:?}");
    serde_json::from_slice(&done.stdout).unwrap()
}

/// A segment of every kind, and somebody who writes bytes into it.
fn every(place: &Place) -> Segment {
    drop(Every::options().address(&place.0).create().unwrap());
    Segment::attach(&place.0).unwrap()
}

/// Where an object begins.
fn offset(place: &Place, name: &str) -> u64 {
    let bytes = std::fs::read(place.path()).unwrap();
    let header = Header::parse(&bytes).unwrap();
    let names: Vec<String> = of(&["stat", &place.text(), "--json"])["objects"]
        .as_array()
        .unwrap()
        .iter()
        .map(|o| o["name"].as_str().unwrap().to_owned())
        .collect();
    let index = names.iter().position(|n| n == name).unwrap();
    Entry::parse(&bytes[header.directory_offset as usize + index * 64..]).offset
}

// --- notes

#[test]
fn check_tells_what_cannot_be_used_yet_and_is_content() {
    let done = run(&["check", &objects_toml()]);
    assert_eq!((code(&done), out(&done).as_str()), (0, ""));
    let said = err(&done);
    assert_eq!(said.matches("note[N001]: ").count(), 14, "{said}");
    assert!(said.contains("objects.toml:45:27\n") && said.contains("functions for `stop`"));
    assert!(said.contains("\n14 notes\n") && said.contains("ok, test.objects 1.0"), "{said}");
    for usable in ["`one`", "`latest`", "`each`", "`pipe`", "`shared_state`"] {
        assert!(!said.contains(usable), "it can be used: {said}");
    }
    // Lints are reported beside them, and only they are denied.
    assert_eq!(code(&run(&["check", &objects_toml(), "--lint", "--deny"])), 0);
    let linted = schema(
        "objects-lint",
        "shmgen = 1\n[schema]\nname = \"a.b\"\nversion = \"1.0\"\n[segment.s]\n\
         object = [ { name = \"c\", kind = \"counters\", counter = [ { name = \"Hits\" } ] } ]\n",
    );
    let done = run(&["check", text(&linted), "--lint", "--deny"]);
    assert_eq!(code(&done), 1);
    let said = err(&done);
    assert!(said.contains("`Hits` is a counter, which is written in snake_case"), "{said}");
    assert!(said.contains("note[N001]") && said.contains("1 warning\n\n1 note\n"), "{said}");
}

#[test]
fn check_tells_notes_to_programs_too() {
    let found = of(&["check", &objects_toml(), "--format", "json"]);
    let list = found["diagnostics"].as_array().unwrap();
    assert_eq!(list.len(), 14);
    for note in list {
        assert_eq!((&note["code"], &note["severity"]), (&json!("N001"), &json!("note")));
        assert!(note["start"]["line"].as_u64().unwrap() > 30);
    }
    let done = run(&["check", &objects_toml(), "--format", "github"]);
    assert_eq!(code(&done), 0);
    assert_eq!(out(&done).lines().filter(|l| l.starts_with("::notice file=")).count(), 14);
    assert!(out(&done).contains("title=N001::this version creates and shows events"));
}

#[test]
fn gen_tells_notes_and_writes_all_the_same() {
    let folder = tools::scratch("objects-gen");
    let arguments = ["gen", &objects_toml(), "--out", text(&folder)];
    let done = run(&arguments);
    assert_eq!((code(&done), err(&done).matches("note[N001]").count()), (0, 14));
    assert_eq!(command::files(&folder).len(), 7);
    // Up to date: nothing to do, and still to be told.
    let done = run(&[&arguments[..], &["--check"]].concat());
    assert_eq!((code(&done), err(&done).matches("note[N001]").count()), (0, 14));
    let everything = tools::root().join("tests/schemas/everything.toml").display().to_string();
    let done = run(&["gen", &everything, "--out", text(&folder)]);
    assert!(!err(&done).contains("note"), "{}", err(&done));
}

#[test]
fn explain_knows_the_note() {
    let said = out(&run(&["explain", "n001"]));
    assert!(said.starts_with("N001: laid out, and not in use yet\n"), "{said}");
    assert!(said.contains("Wrong:") && said.contains("kind = \"topic\""), "{said}");
}

// --- stat, ls, size

#[test]
fn stat_shows_kind_item_geometry_and_size_of_every_kind() {
    let place = Place::posix();
    let liar = every(&place);
    let put = |name: &str, at: u64, n: u64| {
        liar.write_at(offset(&place, name) + at, &n.to_le_bytes()).unwrap();
    };
    put("counts", 0, (-3i64) as u64);
    put("counts", 128, 5);
    put("counts", 256, u64::MAX);
    put("stop", 0, 2);
    put("shared_state", 0x80, 9);
    put("each", 1280, 4);
    put("each", 2 * 1280, 1);
    let address = place.text();
    let said = out(&run(&["stat", &address]));
    let (_, tables) = said.split_once("\nOBJECT").unwrap();
    for row in [
        "one     queue   Tick (12 bytes)  100       0",
        "pipe    stream  -                1001      0",
        "ticks   stream  Tick (12 bytes)  20        0",
        "lanes            queue     Tick (12 bytes)     8.2K  room for 20 in each of 8 lanes, many to one",
        "few              queue     Config (256 bytes)  3.0K  room for 3 in each of 2 lanes, many to one",
        "total            queue     Tick (12 bytes)     680   room for 7, many to one, one order for all",
        "jobs             queue     Tick (12 bytes)     728   room for 9, one to many, one order for all, nothing redelivered",
        "mesh             queue     Config (256 bytes)  1.8K  room for 5, many to many, one order for all",
        "log              ring      -                   5.0K  4096 bytes",
        "logs             ring      -                   5.1K  1000 bytes in each of 3 lanes, many to one",
        "news             topic     Tick (12 bytes)     520   the newest 10",
        "latest           cell      Config (256 bytes)  3.2K  never stored",
        "each             cell      Tick (12 bytes)     3.8K  an array of 3, version 4",
        "shared_state     state     Tick (12 bytes)     640   version 9",
        "stop             event     -                   128   signalled 2 times",
        "counts           counters  -                   384   balance -3, pushed 5, popped 18446744073709551615",
        "blob             raw       -                   777   777 bytes at a multiple of 1024",
        "bytes_of_others  raw       -                   1     1 byte at a multiple of 128",
    ] {
        assert!(tables.contains(&format!("\n{row}")), "no row\n{row}\nin\n{tables}");
    }
    let stat = of(&["stat", &address, "--json"]);
    let objects = stat["objects"].as_array().unwrap();
    let object = |name: &str| objects.iter().find(|o| o["name"] == name).unwrap();
    let has = |name: &str, expected: Value| {
        let object = object(name);
        let places = [object, &object["definition"], &object["numbers"]];
        for (key, value) in expected.as_object().unwrap() {
            let found: Vec<&Value> = places.iter().filter_map(|place| place.get(key)).collect();
            assert_eq!(found, [value], "{key} of {object:#}");
        }
    };
    has(
        "one",
        json!({ "kind": "queue", "operable": true, "depth": 0, "producers": 1, "consumers": 1, "slots": 111 }),
    );
    has(
        "lanes",
        json!({ "producers": "many", "consumers": 1, "lanes": 8, "item": "Tick", "item_size": 12, "capacity": 20, "size": 8448, "operable": false }),
    );
    has(
        "jobs",
        json!({ "producers": 1, "consumers": "many", "order": "total", "redeliver": false }),
    );
    has(
        "log",
        json!({ "kind": "ring", "bytes": 4096, "producers": 1, "area": 4600, "size": 5112 }),
    );
    has("logs", json!({ "producers": "many", "lanes": 3 }));
    has("pipe", json!({ "kind": "stream", "bytes": 1001, "size": 1640 }));
    has("ticks", json!({ "kind": "stream", "item": "Tick", "capacity": 20, "slots": 21 }));
    has("news", json!({ "kind": "topic", "item": "Tick", "capacity": 10, "slots": 11 }));
    has(
        "latest",
        json!({ "kind": "cell", "type": "Config", "item_size": 256, "version": 0, "size": 3328 }),
    );
    has(
        "each",
        json!({ "kind": "cell", "type": "Tick", "count": 3, "slots": 8, "version": 4, "size": 3840 }),
    );
    has("shared_state", json!({ "kind": "state", "type": "Tick", "version": 9 }));
    has("stop", json!({ "kind": "event", "count": 2, "size": 128 }));
    has(
        "counts",
        json!({ "kind": "counters", "counters": [
        { "name": "balance", "type": "i64" },
        { "name": "pushed", "type": "u64" },
        { "name": "popped", "type": "u64" },
    ], "balance": -3, "pushed": 5, "popped": u64::MAX }),
    );
    has("blob", json!({ "kind": "raw", "bytes": 777, "align": 1024, "size": 777 }));
    assert!(object("lanes")["numbers"].get("depth").is_none());
    assert!(object("blob")["definition"].get("area").is_none());
    assert!(objects.iter().all(|o| o["holders"].as_array().unwrap().is_empty()));
    for (name, at) in [("one", 0), ("blob", 1024)] {
        let offset = object(name)["offset"].as_u64().unwrap();
        assert!(offset > 0 && (at == 0 || offset % at == 0));
    }
    let listed = out(&run(&["ls", "-o", "address,objects"]));
    let row = listed.lines().find(|l| l.starts_with(&address)).unwrap();
    assert!(
        row.ends_with("latest,each,shared_state,stop,counts,bytes_of_others,blob,ticks"),
        "{row}"
    );
}

#[test]
fn of_a_segment_whose_directory_lies_no_object_is_shown() {
    let place = Place::posix();
    let liar = every(&place);
    // The size of entry 10, which is the cell.
    liar.write_at(512 + 10 * 64 + 16, &1u64.to_le_bytes()).unwrap();
    let said = out(&run(&["stat", &place.text()]));
    assert!(said.contains("object latest has another kind or size"), "{said}");
    assert!(!said.lines().any(|l| l.starts_with("latest")), "{said}");
    for object in [&["dump", &place.text()][..], &["dump", &place.text(), "latest"]] {
        let refused = run(object);
        assert_eq!(out(&refused), "");
        let said = err(&refused);
        assert!(said.contains("object latest has another kind or size"), "{said}");
    }
}

// --- dump

#[test]
fn dump_shows_what_it_can_and_says_what_it_does_not_read() {
    let place = Place::posix();
    let liar = every(&place);
    let address = place.text();
    let segment = Every::options().address(&place.0).attach().unwrap();
    let mut producer = segment.one().producer().unwrap();
    producer.try_push(&Tick { time: 7, levels: [1, 2, 3], ..Default::default() }).unwrap();
    let dump = |object: &str| {
        let done = run(&["dump", &address, object]);
        assert_eq!((code(&done), err(&done).as_str()), (0, ""));
        out(&done)
    };
    assert_eq!(
        dump("one"),
        "one (queue of Tick), 1 waiting\n  #0 Tick { time: 7, levels: [1, 2, 3] }\n"
    );
    let not_read = |kind: &str| {
        format!("\n  (this version of shmgen does not read the contents of a {kind})\n")
    };
    assert_eq!(
        dump("lanes"),
        format!(
            "lanes (queue of Tick), room for 20 in each of 8 lanes, many to one{}",
            not_read("queue")
        )
    );
    assert_eq!(dump("log"), format!("log (ring), 4096 bytes{}", not_read("ring")));
    assert_eq!(dump("pipe"), "pipe (stream), 1001 bytes, 0 bytes waiting\n");
    assert_eq!(dump("ticks"), "ticks (stream of Tick), 0 waiting\n");
    assert_eq!(dump("news"), format!("news (topic of Tick), the newest 10{}", not_read("topic")));
    assert_eq!(dump("latest"), "latest (cell of Config), never stored\n");
    assert_eq!(dump("each"), "each (cell of Tick), an array of 3, never stored\n");
    assert_eq!(dump("shared_state"), "shared_state (state of Tick), never changed, all zero\n");
    assert_eq!(dump("stop"), "stop (event), signalled 0 times\n");
    assert_eq!(
        dump("counts"),
        "counts (counters), 3 of them\n  balance 0\n  pushed 0\n  popped 0\n"
    );
    assert_eq!(
        dump("bytes_of_others"),
        "bytes_of_others (raw), 1 byte at a multiple of 128\n  (--hex shows the bytes)\n"
    );
    // The latest value, and none where somebody lies.
    let mut writer = segment.latest().writer().unwrap();
    for limit in [6, 7] {
        writer.store(&Config { limit, ..Default::default() }).unwrap();
    }
    assert_eq!(
        dump("latest"),
        "latest (cell of Config), version 2\n  #2 Config { name: \"\", limit: 7 }\n"
    );
    liar.write_at(offset(&place, "latest"), &3u64.to_le_bytes()).unwrap();
    assert_eq!(dump("latest"), "latest (cell of Config), version 3\n");
    liar.write_at(offset(&place, "latest"), &2u64.to_le_bytes()).unwrap();
    let mut writer = segment.each().writer().unwrap();
    for (at, time) in [(2, 5), (0, 6), (2, 7)] {
        writer.at(at).store(&Tick { time, ..Default::default() }).unwrap();
    }
    assert_eq!(
        dump("each"),
        "each (cell of Tick), an array of 3, version 2\n  \
         [0] #1 Tick { time: 6, levels: [0, 0, 0] }\n  \
         [2] #2 Tick { time: 7, levels: [0, 0, 0] }\n"
    );
    let one = out(&run(&["dump", &address, "each", "--limit", "1"]));
    assert!(one.ends_with("[0, 0, 0] }\n  .. 1 more (--limit)\n"), "{one}");
    let told = of(&["dump", &address, "each", "--json"]);
    let expected = json!({ "cell": 2, "version": 2, "value": { "time": 7, "levels": [0, 0, 0] } });
    assert_eq!(told["objects"][0]["values"][1], expected);
    // All of them at once, one after the other.
    let whole = out(&run(&["dump", &address]));
    let titles: Vec<&str> = whole.lines().filter(|l| !l.starts_with(' ')).collect();
    assert_eq!(titles.len(), 18, "{whole}");
    let whole = of(&["dump", &address, "--json"]);
    let objects = whole["objects"].as_array().unwrap();
    assert_eq!(objects.len(), 18);
    let remarks = objects.iter().filter(|o| o["remark"].is_string()).count();
    assert_eq!(remarks, 10, "{whole:#}");
    assert_eq!(objects[0]["messages"][0]["value"]["time"], 7);
}

#[test]
fn dump_shows_raw_bytes_on_request() {
    let place = Place::posix();
    let liar = every(&place);
    let address = place.text();
    let blob = offset(&place, "blob");
    liar.write_at(blob, b"\x00Hello, raw\xff world\n").unwrap();
    let said = out(&run(&["dump", &address, "blob", "--hex", "--limit", "2"]));
    assert_eq!(
        said,
        "blob (raw), 777 bytes at a multiple of 1024\n  \
         00000000  00 48 65 6c 6c 6f 2c 20 72 61 77 ff 20 77 6f 72  |.Hello, raw. wor|\n  \
         00000010  6c 64 0a 00 00 00 00 00 00 00 00 00 00 00 00 00  |ld..............|\n  \
         .. 745 bytes more (--limit)\n"
    );
    let whole = of(&["dump", &address, "blob", "--hex", "--limit", "1000", "--json"]);
    let hex = whole["objects"][0]["hex"].as_str().unwrap();
    assert_eq!(hex.len(), 777 * 2);
    assert!(hex.starts_with("0048656c6c6f"), "{hex}");
    let one = out(&run(&["dump", &address, "bytes_of_others", "--hex"]));
    assert!(
        one.ends_with("\n  00000000  00                                               |.|\n"),
        "{one}"
    );
}

#[test]
fn a_segment_of_other_objects_is_a_mismatch_that_names_them() {
    let place = Place::posix();
    let of_kind = |object: &str| {
        let file = schema(
            "objects-mismatch",
            &format!(
                "shmgen = 1\n[schema]\nname = \"a.b\"\nversion = \"1.0\"\n[segment.s]\n\
                 object = [ {{ name = \"o\", {object} }} ]\n"
            ),
        );
        run(&["create", &place.text(), "--schema", text(&file), "--segment", "s"])
    };
    assert_eq!(code(&of_kind("kind = \"ring\", bytes = 64")), 0);
    let done = of_kind("kind = \"event\"");
    assert_eq!(code(&done), 5);
    let expected = "object o is of kind event here, ring in the segment";
    assert!(err(&done).contains(expected), "{}", err(&done));
    let done = of_kind("kind = \"ring\", bytes = 64, producers = \"many\"");
    let expected = "object o has producers: many here, one in the segment";
    assert!(err(&done).contains(expected), "{}", err(&done));
}

// --- limits

#[test]
fn each_kind_says_where_it_is_too_large() {
    let found = |object: &str, limit: u64| {
        let text = format!(
            "shmgen = 1\n[schema]\nname = \"a.b\"\nversion = \"1.0\"\n[struct.A]\n\
             field = [ {{ name = \"a\", type = \"u8[1000]\" }} ]\n[segment.s]\n\
             object = [ {{ name = \"o\", {object} }} ]\n"
        );
        let checked = shmgen::check(
            &Source::new("x.toml", text.clone()),
            Limits { segment: limit, ..Limits::default() },
        );
        let all: Vec<(Code, String, String)> = checked
            .diagnostics
            .sorted()
            .iter()
            .map(|d| (d.code, d.message.clone(), text[d.span.clone()].to_owned()))
            .collect();
        all
    };
    let counters: Vec<String> = (0..50).map(|n| format!("{{ name = \"c{n}\" }}")).collect();
    let counters = format!("kind = \"counters\", counter = [ {} ]", counters.join(", "));
    for (object, code, message, at) in [
        ("kind = \"queue\", item = \"A\", capacity = 6", Code::E064, "6 items of 1000 bytes", "6"),
        (
            "kind = \"queue\", item = \"A\", capacity = 1, producers = \"many\"",
            Code::E064,
            "1 items of 1000 bytes in each of 8 lanes",
            "1",
        ),
        (
            "kind = \"queue\", item = \"A\", capacity = 7, consumers = \"many\"",
            Code::E064,
            "7 items of 1000 bytes",
            "7",
        ),
        ("kind = \"topic\", item = \"A\", capacity = 7", Code::E064, "7 items of 1000 bytes", "7"),
        ("kind = \"ring\", bytes = 6000", Code::E091, "6000 bytes", "6000"),
        (
            "kind = \"ring\", bytes = 600, producers = \"many\"",
            Code::E091,
            "600 bytes in each of 8 lanes",
            "600",
        ),
        ("kind = \"stream\", bytes = 6000", Code::E091, "6000 bytes", "6000"),
        ("kind = \"raw\", bytes = 6001", Code::E091, "6001 bytes", "6001"),
        ("kind = \"cell\", type = \"A\"", Code::E036, "8 versions of 1000 bytes", "A"),
        ("kind = \"state\", type = \"A\"", Code::E036, "2 copies of 1000 bytes", "A"),
        (&counters, Code::E036, "the counters", "\"o\""),
        ("kind = \"event\"", Code::E036, "the event", "\"o\""),
    ] {
        let limit = match message {
            "2 copies of 1000 bytes" => 2000,
            "the event" => 100,
            _ => 6000,
        };
        let expected = (code, format!("{message} are more than {limit} bytes"), at.to_owned());
        assert_eq!(found(object, limit), [expected], "{object}");
        assert_eq!(found(object, 1 << 20), [], "{object}");
    }
}
