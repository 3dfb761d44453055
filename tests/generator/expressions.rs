//! Constants that are computed from constants: what they come to in every
//! language, and that nothing hostile in them overflows a stack.

#![forbid(unsafe_code)]

use dice::Dice;
use shmgen::diagnostics::{Code, Source};
use shmgen::model::{Limits, Schema, Value};
use shmgen_test_support::{dice, tools};
use std::fmt::Write as _;
use std::process::Command;
use tools::{compilers, run, scratch};

const HEAD: &str = "shmgen = 1\n[schema]\nname = \"a.b\"\nversion = \"1.0\"\n";

fn check(constants: &str) -> Result<Schema, Vec<Code>> {
    let checked =
        shmgen::check(&Source::new("x.toml", format!("{HEAD}{constants}")), Limits::default());
    checked.into_result().map_err(|found| found.sorted().iter().map(|d| d.code).collect())
}

fn constant(name: &str, ty: &str, value: &str) -> String {
    format!("[const.{name}]\ntype = \"{ty}\"\nvalue = {value:?}\n")
}

/// What an expression comes to as an i64.
fn value(expression: &str) -> Result<i128, Vec<Code>> {
    let schema = check(&constant("X", "i64", expression))?;
    match schema.constants[0].value {
        Value::Integer(n) => Ok(n),
        other => panic!("{other:?}"),
    }
}

#[test]
fn operators_bind_as_in_c() {
    for (expression, expected) in [
        ("1 + 2 * 3", 7),
        ("(1 + 2) * 3", 9),
        ("10 - 3 - 2", 5),
        ("100 / 10 / 5", 2),
        ("1 << 2 + 1", 8),
        ("1 | 2 & 6", 3),
        ("12 & 10 | 1", 9),
        ("-7 / 2", -3),
        ("-7 % 4", -3),
        ("7 % -4", 3),
        ("-(2 + 3)", -5),
        ("2 - -3", 5),
        ("--4", 4),
        ("-1 >> 1", -1),
        ("0x10 + 0b11 + 0o7 + 1_000", 1026),
        ("(1 << 100) >> 98", 4),
        ("0xFFFF_FFFF_FFFF_FFFF & 255", 255),
        ("  ( ( 5 ) )  ", 5),
        ("0-9223372036854775808", i64::MIN.into()),
    ] {
        assert_eq!(value(expression), Ok(expected), "{expression}");
    }
}

/// A random expression, and the same for C, in which every number has 128 bits.
fn random(dice: &mut Dice, depth: u64) -> (String, String) {
    if depth == 0 || dice.roll(4) == 0 {
        let n = dice.roll(40).to_string();
        return (n.clone(), format!("(__int128){n}"));
    }
    let (left, left_c) = random(dice, depth - 1);
    match dice.roll(12) {
        0 => (format!("({left})"), format!("({left_c})")),
        // With a space: two signs in a row are another operator in C.
        1 => (format!("- {left}"), format!("- {left_c}")),
        n => {
            let sign = ["+", "-", "*", "/", "%", "<<", ">>", "&", "|", "+"][n as usize - 2];
            let (right, right_c) = random(dice, depth - 1);
            (format!("{left} {sign} {right}"), format!("{left_c} {sign} {right_c}"))
        }
    }
}

#[test]
fn random_expressions_come_to_what_a_c_compiler_says() {
    let mut dice = Dice(7);
    let mut program = String::new();
    let mut asserted = 0;
    for _ in 0..4000 {
        let (expression, in_c) = random(&mut dice, 4);
        match value(&expression) {
            Ok(n) if i64::try_from(n).is_ok_and(|n| n > i64::MIN) => {
                let _ = writeln!(program, "_Static_assert(({in_c}) == {n}, \"\");");
                asserted += 1;
            }
            Ok(_) => {}
            // No value: a division by zero, a shift too far, more than 64 or 128 bits.
            Err(codes) => assert!(
                codes.iter().all(|c| matches!(c, Code::E048 | Code::E040)),
                "{expression}: {codes:?}"
            ),
        }
    }
    assert!(asserted > 1500, "{asserted}");
    let folder = scratch("expressions");
    std::fs::write(folder.join("random.c"), program).unwrap();
    for c in compilers() {
        run(Command::new(c.c).current_dir(&folder).args(["-w", "-fsyntax-only", "random.c"]));
    }
}

#[test]
fn the_order_of_declaration_does_not_matter_and_lengths_take_what_comes_out() {
    let length = "[struct.S]\nfield = [ { name = \"a\", type = \"u8[SLOTS]\" } ]\n";
    let mut pieces = [
        constant("SLOTS", "u16", "LEVELS * 2 + EXTRA"),
        constant("EXTRA", "u8", "(LEVELS >> 1) - 4"),
        constant("LEVELS", "u32", "10"),
        length.to_owned(),
    ];
    for _ in 0..pieces.len() {
        pieces.rotate_left(1);
        let schema = check(&pieces.concat()).unwrap();
        let slots = schema.constants.iter().find(|c| c.name == "SLOTS").unwrap();
        assert_eq!(slots.value, Value::Integer(21));
        let structs: Vec<_> = schema.types.iter().map(|t| t.name()).collect();
        assert_eq!(structs, ["S"]);
        let shmgen::model::TypeDecl::Struct(s) = &schema.types[0] else { panic!() };
        assert_eq!(s.size, 21);
    }
}

#[test]
fn a_bare_name_stands_for_a_constant_of_any_type() {
    let text = [
        constant("RATIO", "f64", "OTHER"),
        constant("COUNT", "f32", "LEVELS * 2"),
        constant("ON", "bool", "DEBUG"),
        "[const.OTHER]\ntype = \"f64\"\nvalue = 0.1\n".to_owned(),
        "[const.DEBUG]\ntype = \"bool\"\nvalue = true\n".to_owned(),
        constant("LEVELS", "u8", "7"),
    ];
    let schema = check(&text.concat()).unwrap();
    let values: Vec<Value> = schema.constants.iter().take(3).map(|c| c.value).collect();
    assert_eq!(values, [Value::Float(0.1), Value::Float(14.0), Value::Bool(true)]);
}

/// On a thread with a small stack, so that recursion would end the test.
fn on_a_small_stack(check: impl FnOnce() + Send + 'static) {
    std::thread::Builder::new().stack_size(256 << 10).spawn(check).unwrap().join().unwrap();
}

#[test]
fn neither_depth_nor_length_overflows_a_stack() {
    on_a_small_stack(|| {
        let n = 200_000;
        let deep = format!("{}1{}", "(".repeat(n), ")".repeat(n));
        assert_eq!(value(&deep), Ok(1));
        assert_eq!(value(&format!("{}1", "-".repeat(n))), Ok(1));
        assert_eq!(value(&format!("1{}", " + 1".repeat(n))), Ok(n as i128 + 1));
        assert_eq!(value(&format!("{}1{}", "(1 + ".repeat(n), ")".repeat(n))), Ok(n as i128 + 1));
        assert_eq!(value(&"(".repeat(n)), Err(vec![Code::E046]));
    });
    on_a_small_stack(|| {
        let chain = |last: &str| {
            let mut text = String::new();
            for i in 0..20_000 {
                text.push_str(&constant(&format!("C{i}"), "u32", &format!("C{} + 1", i + 1)));
            }
            text + &constant("C20000", "u32", last)
        };
        let schema = check(&chain("5")).unwrap();
        assert_eq!(schema.constants[0].value, Value::Integer(20_005));
        assert_eq!(check(&chain("C0")).unwrap_err(), [Code::E047]);
    });
}

/// Every number of objects, fields and segments, written out and computed.
fn schema_of_numbers(number: impl Fn(&str, i64) -> String) -> String {
    let n = number;
    let mut out = HEAD.to_owned();
    for (name, value) in [("SIZE", 64), ("ONE", 1), ("DEPTH", 16)] {
        out += &constant(name, "u32", &value.to_string());
    }
    let _ = write!(
        out,
        r#"
[enum.Side]
repr = "u8"
value = [ {{ name = "BUY", number = {} }} ]
[flags.Marks]
repr = "u8"
bit = [ {{ name = "OLD", bit = {} }} ]
[union.Any]
tag = "u8"
variant = [ {{ name = "one", number = {}, type = "u8" }} ]
[struct.Tick]
align = {}
extent = {}
assert = {{ size = {}, align = {}, offset = {{ time = {} }} }}
field = [ {{ name = "time", type = "u64", align = {} }}, {{ reserved = {} }} ]
[segment.feed]
participants = {}
object = [
  {{ name = "q", kind = "queue", item = "Tick", capacity = {}, producers = "many", lanes = {} }},
  {{ name = "r", kind = "ring", bytes = {} }},
  {{ name = "s", kind = "stream", bytes = {} }},
  {{ name = "t", kind = "topic", item = "Tick", capacity = {} }},
  {{ name = "x", kind = "raw", bytes = {}, align = {} }},
]
[segment.old]
backend = "sysv"
key = {}
object = [ {{ name = "e", kind = "event" }} ]
"#,
        n("ONE * 3", 3),
        n("ONE + 1", 2),
        n("ONE - 1", 0),
        n("SIZE", 64),
        n("SIZE * 2", 128),
        n("SIZE << 1", 128),
        n("SIZE", 64),
        n("ONE - ONE", 0),
        n("DEPTH", 16),
        n("DEPTH / 2", 8),
        n("DEPTH * 2", 32),
        n("DEPTH", 16),
        n("ONE * 4", 4),
        n("SIZE * DEPTH", 1024),
        n("SIZE + 1", 65),
        n("DEPTH | 1", 17),
        n("DEPTH", 16),
        n("SIZE * 4", 256),
        n("0x5348_0000 + ONE", 0x5348_0001),
    );
    out
}

#[test]
fn every_number_can_be_computed_from_constants_wherever_it_stands() {
    let numbers = |text: String| {
        let checked = shmgen::check(&Source::new("x.toml", text), Limits::default());
        let schema = checked.into_result().map_err(|found| found.to_string()).unwrap();
        let options = shmgen::backend::Options::default();
        shmgen::backend::generate(&schema, &shmgen::backend::Language::ALL, &options)
    };
    let plain = numbers(schema_of_numbers(|_, number| number.to_string()));
    let computed = numbers(schema_of_numbers(|expression, _| format!("{expression:?}")));
    assert!(plain == computed);
}

#[test]
fn what_is_wrong_with_a_computed_number_is_told_once() {
    let feed = |capacity: &str| {
        check(&format!(
            "{}{}[struct.T]\nfield = [ {{ name = \"a\", type = \"u8\" }} ]\n[segment.feed]\nobject = [ \
             {{ name = \"q\", kind = \"queue\", item = \"T\", capacity = {capacity:?} }} ]\n",
            constant("DEPTH", "u32", "4"),
            constant("RATIO", "f64", "0.5").replace("\"0.5\"", "0.5"),
        ))
        .map(|schema| schema.segments.len())
    };
    assert_eq!(feed("DEPTH * 2"), Ok(1));
    assert_eq!(feed("DEPHT"), Err(vec![Code::E032]));
    assert_eq!(feed("RATIO"), Err(vec![Code::E048]));
    assert_eq!(feed("DEPTH / 0"), Err(vec![Code::E048]));
    assert_eq!(feed("DEPTH *"), Err(vec![Code::E046]));
    assert_eq!(feed("DEPTH - 4"), Err(vec![Code::E064]));
    assert_eq!(feed("DEPTH << 70"), Err(vec![Code::E013]));
    // A mode is octal.
    let mode =
        "[segment.feed]\nmode = \"0o600\"\nobject = [ { name = \"e\", kind = \"event\" } ]\n";
    assert_eq!(check(mode).map(|_| ()), Err(vec![Code::E063]));
}

#[test]
fn lengths_of_types_are_computed_as_well() {
    let size = |ty: &str| {
        check(&format!(
            "{}[struct.T]\nfield = [ {{ name = \"a\", type = {ty:?} }} ]\n",
            constant("DEPTH", "u32", "4"),
        ))
        .map(|schema| schema.structs().next().map(|s| s.size))
    };
    for (ty, bytes) in [
        ("u8[DEPTH*2]", 8),
        ("u8[ (DEPTH + 1) * 2 ][DEPTH-1]", 30),
        ("u16[<=DEPTH / 2]", 8),
        ("str[1 << DEPTH]", 16),
        ("bytes[<=DEPTH*3]", 16),
        ("str[DEPTH|1]?[2]", 12),
        ("u8[-DEPTH + 6]", 2),
    ] {
        assert_eq!(size(ty), Ok(Some(bytes)), "{ty}");
    }
    assert_eq!(size("u8[DEPHT*2]"), Err(vec![Code::E032]));
    assert_eq!(size("u8[DEPTH/0]"), Err(vec![Code::E048]));
    assert_eq!(size("u8[DEPTH*]"), Err(vec![Code::E046]));
    assert_eq!(size("u8[(DEPTH]"), Err(vec![Code::E046]));
    assert_eq!(size("u8[DEPTH - 4]"), Err(vec![Code::E035]));
    assert_eq!(size("u8[DEPTH - 5]"), Err(vec![Code::E033]));
    assert_eq!(size("u8[DEPTH*2"), Err(vec![Code::E031]));
}
