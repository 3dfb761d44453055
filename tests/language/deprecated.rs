//! What a schema calls deprecated: each use of it warns in Rust, C and C++ with
//! what to use instead, nothing else warns, and the values stay what they were.
//! (That the generated code itself is silent is in `generator/compiled.rs`.)

#![forbid(unsafe_code)]

use shmgen_test_support::tools;
use std::path::{Path, PathBuf};
use std::process::Command;
use tools::{C_WARNINGS, compilers, root, run, scratch};

fn generated(folder: &str) -> PathBuf {
    let folder = scratch(folder);
    tools::generate(&root().join("tests/schemas/keys.toml"), &folder);
    folder
}

/// Statements in C and C++, and what each has to be warned of. `t` is a Trade.
const USES: [(&str, &str); 24] = [
    ("take(test_keys_OLD_COUNT);", "use SLOTS"),
    ("take(test_keys_OLD_LEAST < 0);", "there is no least one"),
    ("take(test_keys_OLD_MASK > 0);", "use MASK"),
    ("take(test_keys_OLD_RATIO < 1.0f);", "use RATIO, not a"),
    ("take(test_keys_OLD_SWITCH);", "it is always on"),
    ("{ test_keys_OldPrice p = 1; take(p > 0); }", "use a number; */ ends it"),
    ("{ test_keys_OldRow r = {0.0f}; take(r[0] > 0.0f); }", "use a list"),
    (
        "{ test_keys_OldSide s = test_keys_OldSide_BUY; take(s == test_keys_OldSide_BUY); }",
        "use Side",
    ),
    ("t.side = test_keys_Side_BUY;", "use BID!"),
    (
        "{ test_keys_OldFlags f = test_keys_OldFlags_A; take(f == test_keys_OldFlags_A); }",
        "use Side",
    ),
    ("t.kinds[0] = test_keys_Kinds_ODD;", "nothing is odd"),
    ("{ test_keys_OldLevel l; memset(&l, 0, sizeof l); take(l.price > 0); }", "use two numbers"),
    ("t.quantity = 1;", "use amount"),
    ("t.venue[0] = 'X';", "use none"),
    ("take(t.old[0].price > 0);", "there are none"),
    ("take(test_keys_Reading_OLD == 6);", "use counts"),
    ("take(test_keys_Reading_is_old(&t.reading));", "use counts"),
    ("take(test_keys_Reading_get_old(&t.reading) == NULL);", "use counts"),
    ("{ const int8_t n = 1; test_keys_Reading_set_old(&t.reading, &n); }", "use counts"),
    ("take(t.reading.as.old == 1);", "use counts"),
    ("take(test_keys_Reading_is_oldest(&t.reading));", "use none"),
    ("test_keys_Reading_set_oldest(&t.reading);", "use none"),
    ("take(test_keys_Reading_OLDEST == 7);", "use none"),
    ("{ test_keys_OldReading r; memset(&r, 0, sizeof r); take(r.tag == 0); }", "use Reading"),
];

/// Uses that only C++ can write.
const USES_IN_CPP: [(&str, &str); 12] = [
    ("t.side = test::keys::Side::BUY;", "use BID!"),
    ("t.kinds[1] = test::keys::Kinds::ODD;", "nothing is odd"),
    ("take(test::keys::OLD_COUNT);", "use SLOTS"),
    ("take(test::keys::OLD_RATIO < 0.0f);", "use RATIO, not a"),
    ("{ test::keys::OldPrice p = 1; take(p > 0); }", "use a number; */ ends it"),
    ("{ test::keys::OldLevel l{}; take(l.price > 0); }", "use two numbers"),
    ("{ auto s = static_cast<test::keys::OldSide>(1); take(s != t.old_side); }", "use Side"),
    ("std::cout << t.flags;", "use kinds"),
    ("{ test::keys::OldReading r{}; take(r.tag == 0); }", "use Reading"),
    ("take(t.reading.is_old());", "use counts"),
    ("take(t.reading.get_old() == nullptr);", "use counts"),
    ("t.reading.set_oldest();", "use none"),
];

/// What uses all the rest, and prints the deprecated values by other ways.
const REST: &str = "\
t.price = 1; t.side = test_keys_Side_BID; t.kinds[0] = test_keys_Kinds_EVEN;
take(test_keys_SLOTS == 9); take(test_keys_Reading_is_none(&t.reading)); take(test_keys_Trade_equal(&t, &t));
{ char text[512]; take(test_keys_Trade_format(&t, text, sizeof text) > 0); }
{ test_keys_Trades feed; take(test_keys_Trades_attach(&feed, NULL) == SHM_OK); test_keys_Trades_detach(&feed); }";

/// A program with a statement in each of its last lines, and the number of the
/// first of them.
fn program(header: &str, uses: &[(&str, &str)]) -> (String, usize) {
    let mut text = format!(
        "#include \"{header}\"\n#include <string.h>\n{}\
         static void take(int is) {{ (void)is; }}\n\
         int main(void) {{\n  test_keys_Trade t;\n  memset(&t, 0, sizeof t);\n{REST}\n",
        if header.ends_with("hpp") { "#include <iostream>\n" } else { "" }
    );
    let first = text.lines().count() + 1;
    for (statement, _) in uses {
        text += statement;
        text.push('\n');
    }
    (text + "return 0;\n}\n", first)
}

/// What a compiler says of a program.
fn compiled(folder: &Path, compiler: &str, dialect: &str, file: &str, text: &str) -> String {
    std::fs::write(folder.join(file), text).unwrap();
    let warnings = C_WARNINGS.iter().filter(|flag| **flag != "-Werror");
    let output = Command::new(compiler)
        .current_dir(folder)
        .arg(format!("-std={dialect}"))
        .args(warnings)
        .args(["-O0", "-c", "-o", "/dev/null", file])
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{said}");
    said
}

/// Each warning with the notes that belong to it.
fn warnings(said: &str) -> impl Iterator<Item = &str> {
    let begins: Vec<usize> = said.match_indices(" warning: ").map(|(at, _)| at).collect();
    let line = |at: usize| said[..at].rfind('\n').map_or(0, |end| end + 1);
    let ends: Vec<usize> = begins.iter().skip(1).map(|at| line(*at)).chain([said.len()]).collect();
    begins.into_iter().zip(ends).map(move |(at, end)| &said[line(at)..end])
}

/// The first line of a file that a warning names: where the use is, whether the
/// compiler begins with that or with the macro that stands there.
fn line_of(warning: &str, file: &str) -> Option<usize> {
    let at = warning.find(&format!("{file}:"))? + file.len() + 1;
    warning[at..].split(':').next()?.parse().ok()
}

#[test]
fn each_use_warns_in_c_and_cpp_and_nothing_else_does() {
    let folder = generated("deprecated-c");
    for c in compilers() {
        let all = [
            (c.c, "c11", "use.c", "keys.h", &USES[..]),
            (c.c, "c2x", "use.c", "keys.h", &USES),
            (c.cpp, "c++11", "use.cpp", "keys.h", &USES),
            (c.cpp, "c++20", "use.cpp", "keys.hpp", &USES),
            (c.cpp, "c++17", "use.cpp", "keys.hpp", &USES_IN_CPP),
        ];
        for (compiler, dialect, file, header, uses) in all {
            let (text, first) = program(header, uses);
            let said = compiled(&folder, compiler, dialect, file, &text);
            let told: Vec<(usize, &str)> =
                warnings(&said).map(|w| (line_of(w, file).unwrap_or(0), w)).collect();
            for (n, (statement, why)) in uses.iter().enumerate() {
                let is_it = |(line, warning): &(usize, &str)| {
                    *line == first + n && warning.contains("is deprecated") && warning.contains(why)
                };
                assert!(told.iter().any(is_it), "{compiler} {dialect}: {statement}, {why}\n{said}");
            }
            // No other line, of the program or of the headers, and no other warning.
            for (line, warning) in told {
                let is_a_use = line >= first && warning.contains("is deprecated");
                assert!(is_a_use, "{compiler} {dialect}: {warning}");
            }
            // A program that defines the macro to nothing is not warned at all.
            let text = format!("#define SHM_DEPRECATED(why)\n{text}");
            let said = compiled(&folder, compiler, dialect, file, &text);
            assert_eq!(said, "", "{compiler} {dialect}");
        }
    }
}

/// The values, where a compiler looks at them: lengths, cases, `#if`.
const VALUES: &str = r#"
#include "keys.h"
#include <math.h>
#if test_keys_OLD_COUNT != 200 || test_keys_OLD_MASK != 0xFFFFFFFFFFFFFFFF || !test_keys_OLD_SWITCH
#error "the preprocessor sees other numbers"
#endif
static char room[test_keys_OLD_COUNT];
SHM_STATIC_ASSERT(sizeof room == 200, "a length");
SHM_STATIC_ASSERT(test_keys_OLD_LEAST == INT64_MIN, "the least one");
SHM_STATIC_ASSERT(test_keys_OLD_MASK == UINT64_MAX, "all bits");
int main(void) {
  test_keys_Side side = test_keys_Side_BUY;
  switch (side) {
  case test_keys_Side_BUY:
    break;
  default:
    return 1;
  }
  if (!signbit(test_keys_OLD_RATIO) || test_keys_Kinds_ODD != (test_keys_Kinds)0x8000000000000000) {
    return 2;
  }
  return sizeof(test_keys_OLD_RATIO) == 4 ? 0 : 3;
}
"#;

#[test]
fn their_values_are_what_they_were() {
    let folder = generated("deprecated-values");
    for c in compilers() {
        for (compiler, dialect, file) in
            [(c.c, "c11", "values.c"), (c.c, "c2x", "values.c"), (c.cpp, "c++11", "values.cpp")]
        {
            std::fs::write(folder.join(file), VALUES).unwrap();
            let mut command = Command::new(compiler);
            command.current_dir(&folder).arg(format!("-std={dialect}")).arg("-w");
            run(command.args(["-o", "values", file]));
            run(&mut Command::new(folder.join("values")));
        }
    }
}

const RUST_USES: [(&str, &str); 20] = [
    ("f64::from(keys::OLD_COUNT)", "use SLOTS \"instead\""),
    ("keys::OLD_LEAST as f64", "there is no least one"),
    ("keys::OLD_MASK as f64", "use MASK"),
    ("f64::from(keys::OLD_RATIO)", "use RATIO, not a \\ or ??/"),
    ("f64::from(u8::from(keys::OLD_SWITCH))", "it is always on"),
    ("{ let p: keys::OldPrice = 1; p as f64 }", "use a number; */ ends it"),
    ("{ let r: keys::OldRow = [0.0; 4]; f64::from(r[0]) }", "use a list"),
    ("f64::from(keys::OldSide(1).0)", "use Side"),
    ("f64::from(keys::Side::BUY.0)", "use BID!"),
    ("f64::from(keys::OldFlags(1).bits())", "use Side"),
    ("keys::Kinds::ODD.bits() as f64", "nothing is odd"),
    ("keys::OldLevel::default().price as f64", "use two numbers"),
    ("f64::from(t.quantity)", "use amount"),
    ("keys::Trade::VENUE.offset() as f64", "use none"),
    ("t.old[0].price as f64", "there are none"),
    ("f64::from(keys::Reading::OLD)", "use counts"),
    ("{ let _ = keys::ReadingValue::Old(1); 0.0 }", "use counts"),
    ("{ let _ = keys::ReadingValue::Oldest; 0.0 }", "use none"),
    ("f64::from(keys::OldReading::default().tag())", "use Reading"),
    ("{ let _ = keys::OldReadingValue::Byte(1); 0.0 }", "use Reading"),
];

#[test]
fn each_use_warns_in_rust_and_nothing_else_does() {
    let folder = generated("deprecated-rust");
    std::fs::create_dir_all(folder.join("src")).unwrap();
    let runtime = root().join("shm-runtime").display().to_string();
    let manifest = format!(
        "[package]\nname = \"deprecated-uses\"\nversion = \"0.0.0\"\nedition = \"2021\"\n\
         [dependencies]\nshm-runtime = {{ path = {runtime:?} }}\n[workspace]\n"
    );
    std::fs::write(folder.join("Cargo.toml"), manifest).unwrap();
    let check = |uses: &[(&str, &str)]| {
        let mut source = String::from(
            "#![deny(warnings)]\n#[path = \"../keys.rs\"]\npub mod keys;\n\
             pub fn rest() -> String {\n    let t = keys::Trade { side: keys::Side::BID, ..Default::default() };\n\
             \x20   format!(\"{t:?} {} {}\", keys::SLOTS, t == t)\n}\n",
        );
        for (n, (expression, _)) in uses.iter().enumerate() {
            source +=
                &format!("pub fn use_{n}(t: &keys::Trade) -> f64 {{ let _ = t; {expression} }}\n");
        }
        std::fs::write(folder.join("src/lib.rs"), &source).unwrap();
        let output = tools::cargo(&folder)
            .args(["check", "--quiet", "--message-format", "short"])
            .output()
            .unwrap();
        (output.status.success(), String::from_utf8_lossy(&output.stderr).into_owned(), source)
    };
    let (silent, said, _) = check(&[]);
    assert!(silent, "{said}");
    let (_, said, source) = check(&RUST_USES);
    for (n, (expression, why)) in RUST_USES.iter().enumerate() {
        let line = source.lines().position(|l| l.contains(&format!("fn use_{n}("))).unwrap() + 1;
        let place = format!("src/lib.rs:{line}:");
        let told = said.lines().any(|l| {
            l.starts_with(&place)
                && l.contains("use of deprecated")
                && l.contains(&format!(": {why}"))
        });
        assert!(told, "{expression}: {why}\n{said}");
    }
    // No line that is not such a use.
    for line in said.lines().filter(|l| l.contains("use of deprecated")) {
        assert!(line.starts_with("src/lib.rs:"), "{line}");
    }
}
