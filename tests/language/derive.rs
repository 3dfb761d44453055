//! `#[derive(SharedLayout)]` describes what a schema describes: the same
//! struct has the same fingerprint, and its values pass between the two.

#![forbid(unsafe_code)]

use children::say;
use places::Place;
use shm_runtime::contract::{TypeBody, TypeExpr, TypeName, TypeSet, type_fingerprint};
use shm_runtime::{ErrorKind, Fingerprint, Queue, SharedLayout};
use shmgen::diagnostics::Source;
use shmgen::model::Limits;
use shmgen_test_support::schemas::{everything, shapes};
use shmgen_test_support::{children, places};
use std::time::Duration;

children!(produce_generated);

/// Derived structs under the names that they have in the schema, with every
/// gap written out.
mod derived {
    use shm_runtime::{Bool, List, Optional, SharedLayout, Str};

    #[derive(SharedLayout, Clone, Copy, Debug, PartialEq)]
    #[repr(C)]
    pub(crate) struct Level {
        #[shm(unit = "1e-8 USD")]
        pub(crate) price: i64,
        #[shm(unit = "share")]
        pub(crate) quantity: u32,
        #[shm(reserved)]
        pub(crate) gap: [u8; 4],
    }

    #[derive(SharedLayout, Clone, Copy)]
    #[repr(C)]
    pub(crate) struct Option {
        pub(crate) a: u8,
        #[shm(reserved)]
        pub(crate) gap_a: [u8; 1],
        pub(crate) b: u16,
        pub(crate) c: u8,
        #[shm(reserved)]
        pub(crate) gap_c: [u8; 3],
        pub(crate) d: u32,
        pub(crate) e: u8,
        #[shm(reserved)]
        pub(crate) gap_e: [u8; 3],
        pub(crate) f: u64,
        pub(crate) g: u8,
        #[shm(reserved)]
        pub(crate) gap_g: [u8; 7],
    }

    #[derive(SharedLayout, Clone, Copy)]
    #[repr(C)]
    pub(crate) struct Primitives {
        pub(crate) u64: u64,
        pub(crate) i64: i64,
        pub(crate) f64: f64,
        pub(crate) u32: u32,
        pub(crate) i32: i32,
        pub(crate) f32: f32,
        pub(crate) u16: u16,
        pub(crate) i16: i16,
        pub(crate) u8: u8,
        pub(crate) i8: i8,
        pub(crate) flag: Bool,
        pub(crate) text: Str<5>,
        #[shm(bytes)]
        pub(crate) raw: [u8; 3],
        pub(crate) numbers: [u8; 9],
        #[shm(reserved)]
        pub(crate) gap: [u8; 4],
    }

    #[derive(SharedLayout, Clone, Copy)]
    #[repr(C, align(64))]
    pub(crate) struct Whole {
        pub(crate) primitives: Primitives,
        pub(crate) levels: [Level; 3],
        // As in C: four rows of eight.
        pub(crate) curve: [[f32; 8]; 4],
        pub(crate) cube: [[[u16; 4]; 3]; 2],
        pub(crate) names: [[Str<5>; 3]; 2],
        pub(crate) switches: [Bool; 3],
        // Types of the schema serve as well.
        pub(crate) side: super::everything::Side,
        pub(crate) state: super::everything::State,
        pub(crate) sides: [[super::everything::Side; 2]; 2],
        pub(crate) kind: u8,
        #[shm(reserved)]
        pub(crate) gap: [u8; 7],
        pub(crate) option: Option,
        #[shm(reserved)]
        pub(crate) rest: [u8; 16],
    }

    #[derive(SharedLayout, Clone, Copy)]
    #[repr(C)]
    pub(crate) struct Rooms {
        pub(crate) levels: List<Level, 3>,
        pub(crate) odd: List<u8, 3, 1>,
        pub(crate) deep: [Optional<List<[[f32; 3]; 2], 4>>; 5],
        pub(crate) limit: Optional<u16>,
        pub(crate) names: List<Str<5>, 2, 2>,
        #[shm(reserved)]
        pub(crate) gap: [u8; 4],
    }

    #[derive(SharedLayout, Clone, Copy)]
    #[repr(C)]
    pub(crate) struct Ranged {
        #[shm(unit = "ns", range = 1..=0xFFFF_FFFF_FFFF_FFFF)]
        pub(crate) time: u64,
        #[shm(range = -0.5..=0.1)]
        pub(crate) small: f32,
        #[shm(range = ..=7)]
        pub(crate) grid: [[i16; 3]; 2],
        #[shm(range = -9_223_372_036_854_775_808..)]
        pub(crate) any: i64,
        #[shm(range = 0.0..)]
        pub(crate) zero: f64,
    }

    #[derive(SharedLayout, Clone, Copy)]
    #[shm(extent = 64)]
    #[repr(C)]
    pub(crate) struct Roomy {
        pub(crate) price: i64,
        #[shm(reserved, was = "older", was = "old")]
        pub(crate) gap: [u8; 4],
        pub(crate) tag: u8,
        #[shm(reserved)]
        pub(crate) rest: [u8; 51],
    }

    #[derive(SharedLayout, Clone, Copy)]
    #[repr(C)]
    pub(crate) struct r#Raw {
        pub(crate) r#type: u8,
    }
}

const SCHEMA: &str = r#"
shmgen = 1
[schema]
name = "test.derive"
version = "1.0"
[enum.Side]
repr = "u8"
value = [ { name = "BUY", number = 1 }, { name = "SELL", number = 2 } ]
[flags.State]
repr = "u16"
bit = [ { name = "STALE", bit = 0 }, { name = "TOP", bit = 15 } ]
[struct.Level]
field = [
  { name = "price", type = "i64", unit = "1e-8 USD" },
  { name = "quantity", type = "u32", unit = "share" },
]
[struct.Option]
field = [
  { name = "a", type = "u8" }, { name = "b", type = "u16" }, { name = "c", type = "u8" },
  { name = "d", type = "u32" }, { name = "e", type = "u8" }, { name = "f", type = "u64" },
  { name = "g", type = "u8" },
]
[struct.Primitives]
field = [
  { name = "u64", type = "u64" }, { name = "i64", type = "i64" }, { name = "f64", type = "f64" },
  { name = "u32", type = "u32" }, { name = "i32", type = "i32" }, { name = "f32", type = "f32" },
  { name = "u16", type = "u16" }, { name = "i16", type = "i16" }, { name = "u8", type = "u8" },
  { name = "i8", type = "i8" }, { name = "flag", type = "bool" }, { name = "text", type = "str[5]" },
  { name = "raw", type = "bytes[3]" }, { name = "numbers", type = "u8[9]" },
]
[struct.Roomy]
extent = 64
field = [ { name = "price", type = "i64" }, { reserved = 4, was = ["old", "older"] }, { name = "tag", type = "u8" } ]
[struct.Ranged]
field = [
  { name = "time", type = "u64", unit = "ns", range = { min = 1, max = "0xFFFF_FFFF_FFFF_FFFF" } },
  { name = "small", type = "Small", range = { min = -0.5 } },
  { name = "grid", type = "i16[2][3]", range = { max = 7 } },
  { name = "any", type = "i64", range = { min = -9_223_372_036_854_775_808 } },
  { name = "zero", type = "f64", range = { min = -0.0 } },
]
[alias.Small]
type = "f32"
range = { min = -1, max = 0.1 }
[struct.Whole]
align = 64
field = [
  { name = "primitives", type = "Primitives" },
  { name = "levels", type = "Level[3]" },
  { name = "curve", type = "f32[4][8]" },
  { name = "cube", type = "u16[2][3][4]" },
  { name = "names", type = "str[5][2][3]" },
  { name = "switches", type = "bool[3]" },
  { name = "side", type = "Side" },
  { name = "state", type = "State" },
  { name = "sides", type = "Side[2][2]" },
  { name = "kind", type = "u8" },
  { name = "option", type = "Option" },
]
[struct.Rooms]
field = [
  { name = "levels", type = "Level[<=3]" },
  { name = "odd", type = "u8[<=3]" },
  { name = "deep", type = "f32[2][3][<=4]?[5]" },
  { name = "limit", type = "u16?" },
  { name = "names", type = "str[5][<=2]" },
]
[segment.ranges]
object = [
  { name = "ranged", kind = "queue", item = "Ranged", capacity = 4 },
  { name = "roomy", kind = "queue", item = "Roomy", capacity = 4 },
]
[segment.feed]
object = [
  { name = "rooms", kind = "queue", item = "Rooms", capacity = 4 },
  { name = "levels", kind = "queue", item = "Level", capacity = 4 },
  { name = "wholes", kind = "queue", item = "Whole", capacity = 4 },
]
"#;

/// The fingerprint that the generator gives to a type of a schema.
fn of_schema(text: &str, name: &str) -> Fingerprint {
    let checked = shmgen::check(&Source::new("derive.toml", text.to_owned()), Limits::default());
    let schema = checked.into_result().unwrap_or_else(|d| panic!("{d}"));
    let root = TypeExpr::Named(TypeName::own(name));
    let mut found = schema.segments.iter().map(|s| type_fingerprint(&s.contract.types, &root));
    found.find_map(|fingerprint| fingerprint).unwrap()
}

#[test]
fn a_derived_struct_has_the_fingerprint_of_the_same_struct_in_a_schema() {
    for (name, derived) in [
        ("Level", derived::Level::fingerprint()),
        ("Option", derived::Option::fingerprint()),
        ("Primitives", derived::Primitives::fingerprint()),
        ("Whole", derived::Whole::fingerprint()),
        ("Rooms", derived::Rooms::fingerprint()),
        ("Ranged", derived::Ranged::fingerprint()),
        ("Roomy", derived::Roomy::fingerprint()),
    ] {
        assert_eq!(derived, of_schema(SCHEMA, name), "{name}");
    }
}

#[test]
fn the_mark_of_a_raw_identifier_is_no_part_of_a_name() {
    let mut types = TypeSet::default();
    derived::Raw::describe(&mut types);
    let types = types.into_types();
    let TypeBody::Struct(fields) = &types[0].body else { panic!("a struct") };
    assert_eq!((types[0].name.as_str(), fields[0].name.as_str()), ("Raw", "type"));
}

#[test]
fn a_generated_type_has_the_fingerprint_of_its_schema_and_of_the_derive() {
    let text = std::fs::read_to_string("tests/schemas/everything.toml").unwrap();
    assert_eq!(everything::Book::fingerprint(), of_schema(&text, "Book"));
    // With lists, optionals, unions and types of other schemas in it.
    let checked = shmgen::check_file("tests/schemas/shapes.toml".as_ref(), Limits::default());
    let shapes_types = &checked.into_result().unwrap().segments[0].contract.types;
    let message = TypeExpr::Named(TypeName::own("Message"));
    assert_eq!(Some(shapes::Message::fingerprint()), type_fingerprint(shapes_types, &message));
    assert_eq!(everything::Outer::fingerprint(), of_schema(&text, "Outer"));
    assert_eq!(everything::Level::fingerprint(), of_schema(&text, "Level"));
    assert_eq!(everything::Level::fingerprint(), derived::Level::fingerprint());
    assert_eq!(everything::Option::fingerprint(), derived::Option::fingerprint());
}

#[test]
fn whatever_gives_the_bytes_a_meaning_changes_the_fingerprint() {
    let whole = of_schema(SCHEMA, "Whole");
    for (old, new) in [
        ("\"quantity\", type = \"u32\"", "\"amount\", type = \"u32\""),
        ("\"quantity\", type = \"u32\"", "\"quantity\", type = \"i32\""),
        ("unit = \"share\"", "unit = \"lot\""),
        ("number = 2", "number = 3"),
        ("\"SELL\"", "\"SOLD\""),
        ("bit = 15", "bit = 14"),
        ("f32[4][8]", "f32[8][4]"),
        ("str[5][2][3]", "str[6][5]"),
        ("\"u8[9]\"", "\"bytes[9]\""),
        ("\"bytes[3]\"", "\"u8[3]\""),
        ("\"flag\", type = \"bool\"", "\"flag\", type = \"u8\""),
        ("align = 64", "align = 128"),
    ] {
        let changed = SCHEMA.replace(old, new);
        assert_ne!(changed, SCHEMA, "{old} is in the schema");
        assert_ne!(of_schema(&changed, "Whole"), whole, "{old} to {new}");
    }
    let ranged = of_schema(SCHEMA, "Ranged");
    for (old, new) in [
        ("range = { max = 7 }", "range = { max = 8 }"),
        ("range = { max = 7 }", "range = { min = 7 }"),
        (", range = { max = 7 }", ""),
        ("range = { min = -0.5 }", "range = { min = -0.25 }"),
        ("range = { min = -1, max = 0.1 }", "range = { min = -1, max = 0.11 }"),
    ] {
        let changed = SCHEMA.replace(old, new);
        assert_ne!(changed, SCHEMA, "{old} is in the schema");
        assert_ne!(of_schema(&changed, "Ranged"), ranged, "{old} to {new}");
    }
    for (old, new) in
        [("\"older\"", "\"newer\""), (", was = [\"old\", \"older\"]", ""), ("\"old\", ", "")]
    {
        let changed = SCHEMA.replace(old, new);
        assert_ne!(changed, SCHEMA, "{old} is in the schema");
        assert_ne!(of_schema(&changed, "Roomy"), of_schema(SCHEMA, "Roomy"), "{old} to {new}");
    }
    // The same bytes, one way kept free for later, the other for nothing.
    let reserved = SCHEMA.replace("extent = 64\n", "").replace(
        "name = \"tag\", type = \"u8\" } ]",
        "name = \"tag\", type = \"u8\" }, { reserved = 51 } ]",
    );
    assert_ne!(of_schema(&reserved, "Roomy"), of_schema(SCHEMA, "Roomy"));
    // And what does not, does not: an alias gives what the field could say itself.
    let plain = SCHEMA.replace(
        "type = \"Small\", range = { min = -0.5 }",
        "type = \"f32\", range = { min = -0.5, max = 0.1 }, default = 0.05, deprecated = \"no\"",
    );
    assert_ne!(plain, SCHEMA);
    assert_eq!(of_schema(&plain, "Ranged"), ranged);
    let told = SCHEMA.replace("align = 64\n", "align = 64\ndoc = \"All of it.\"\n");
    assert_ne!(told, SCHEMA);
    assert_eq!(of_schema(&told, "Whole"), whole);
    let other = SCHEMA.replace("test.derive", "test.other").replace("\"1.0\"", "\"2.7\"");
    assert_eq!(of_schema(&other, "Whole"), whole, "a schema's name is not the type's");
}

// --- queues

fn level(n: i64) -> derived::Level {
    derived::Level { price: n, quantity: n as u32, gap: [0; 4] }
}

#[test]
fn a_queue_of_derived_structs_is_one_of_the_generated_structs() {
    for place in Place::both() {
        let ours = Queue::<derived::Level>::create(&place.0, 10).unwrap();
        let theirs = Queue::<everything::Level>::attach(&place.0).unwrap();
        let mut out = ours.producer().unwrap();
        let mut inn = theirs.consumer().unwrap();
        (0..10).for_each(|n| out.try_push(&level(n)).unwrap());
        for n in 0..10 {
            let expected = everything::Level { price: n, quantity: n as u32, ..Default::default() };
            assert_eq!(inn.try_pop(), Ok(expected));
        }
        assert_eq!((theirs.capacity().unwrap(), theirs.depth().unwrap()), (10, 0));
    }
}

#[test]
fn values_reach_a_process_that_knows_the_other_spelling() {
    for place in Place::both() {
        let queue = Queue::<derived::Level>::open_or_create(&place.0, 100).unwrap();
        let mut inn = queue.consumer().unwrap();
        let mut player = play("produce_generated", &[&place.text()]);
        for n in 0..100 {
            assert_eq!(inn.pop_timeout(Duration::from_secs(20)), Ok(level(n)));
        }
        assert_eq!(player.hear(), "done");
        player.finish();
    }
}

fn produce_generated(arguments: &[String]) {
    let address = arguments[0].parse().unwrap();
    let queue = Queue::<everything::Level>::attach(&address).unwrap();
    let mut out = queue.producer().unwrap();
    for n in 0..100 {
        let level = everything::Level { price: n, quantity: n as u32, ..Default::default() };
        out.push_timeout(&level, Duration::from_secs(20)).unwrap();
    }
    say("done");
}

#[test]
fn another_struct_is_refused_and_its_first_difference_named() {
    mod other {
        #[derive(shm_runtime::SharedLayout, Clone, Copy, Debug)]
        #[repr(C)]
        pub(crate) struct Level {
            pub(crate) quantity: u32,
            #[shm(reserved)]
            pub(crate) gap: [u8; 4],
            #[shm(unit = "1e-8 USD")]
            pub(crate) price: i64,
        }
    }
    for place in Place::both() {
        let _ours = Queue::<derived::Level>::create(&place.0, 10).unwrap();
        let error = Queue::<other::Level>::attach(&place.0).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Mismatch);
        let text = error.to_string();
        assert!(text.contains("Level.price") || text.contains("Level.quantity"), "{text}");
        assert!(!error.differences().is_empty());
    }
}

#[test]
fn a_segment_of_a_schema_is_no_bare_queue_and_says_so() {
    for place in Place::both() {
        let _segment = everything::Plain::options().address(&place.0).create().unwrap();
        let error = Queue::<derived::Level>::attach(&place.0).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Mismatch);
        assert!(error.to_string().contains("test.everything"), "{error}");
        let place = Place::posix();
        let _queue = Queue::<derived::Level>::create(&place.0, 1).unwrap();
        let error = everything::Plain::options().address(&place.0).attach().unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Mismatch);
    }
}
