//! Defaults of fields: a new value has the same bytes in every language, and
//! they are what the schema says.

#![forbid(unsafe_code)]

use keys::{Basket, Kinds, Marks, Numbers, Order, Phase};
use shm_runtime::SharedLayout;
use shm_runtime::layout::bytes_of;
use shmgen_test_support::schemas::keys;
use shmgen_test_support::tools;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;
use tools::{C_WARNINGS, OTHER_PYTHONS, compilers, other_python, root, run, scratch};

fn generated(folder: &str) -> PathBuf {
    let folder = scratch(folder);
    tools::generate(&root().join("tests/schemas/keys.toml"), &folder);
    folder
}

fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().map(|b| format!("{b:02x}")).collect()
}

/// The bytes of a new value of each struct with defaults, in Rust.
fn in_rust() -> BTreeMap<String, String> {
    [
        ("Numbers", hexadecimal(bytes_of(&Numbers::default()))),
        ("Order", hexadecimal(bytes_of(&Order::default()))),
        ("Basket", hexadecimal(bytes_of(&Basket::default()))),
    ]
    .map(|(name, bytes)| (name.to_owned(), bytes))
    .into()
}

/// Lines of a name and bytes, as the other languages print them.
fn told(output: std::process::Output) -> BTreeMap<String, String> {
    let text = String::from_utf8(output.stdout).unwrap();
    text.lines().map(|l| l.split_once(' ').unwrap()).map(|(a, b)| (a.into(), b.into())).collect()
}

#[test]
#[allow(deprecated)] // a default may be so
fn a_new_value_has_what_the_schema_says() {
    let n = Numbers::default();
    assert_eq!((n.u8, n.i8, n.u16, n.i16), (255, -128, 900, -12345));
    assert_eq!((n.u32, n.i32, n.u64, n.i64), (4_000_000_000, i32::MIN, u64::MAX, i64::MIN));
    assert_eq!((n.f32, n.f64, n.ratio), (0.1, -1e-300, -0.5));
    assert_eq!(n.tie.to_bits(), 1f32.to_bits(), "a tie is rounded to the even one");
    assert!(n.minus == 0.0 && n.minus.is_sign_negative());
    assert!(n.on == true && n.traced == true && n.off == false && n.zero == 0);
    let o = Order::default();
    assert_eq!((o.flag, o.price, o.phase), (1, 100, Phase::AUCTION));
    assert_eq!((o.marks, o.one, o.none), (Marks::LATE | Marks::BUST, Marks::LATE, Marks(0)));
    assert_eq!((o.kinds, o.side), (Kinds::ODD, keys::Side::BUY));
    assert_eq!(o.venue.as_str(), Ok("Zürich"));
    assert_eq!(o.awkward.as_str(), Ok("\"?\\??/\t\u{1}'\u{7f}9"));
    assert_eq!((o.full.as_str(), o.empty.as_str()), (Ok("XNAS"), Ok("")));
    assert_eq!((o.raw, o.rates), ([0; 2], [0; 2]));
    let b = Basket::default();
    assert_eq!((b.orders[1][2], b.numbers), (o, n));
    // The others are as zero as before, and zeroed memory stays so.
    assert_eq!(b.computed, keys::Computed::default());
    assert_eq!(Numbers::zeroed().u8, 0);
    let other = Order { price: 5, ..Default::default() };
    assert_eq!((other.price, other.phase), (5, Phase::AUCTION));
}

const SHOW: &str = r#"
static void show(const char *name, const void *value, size_t size) {
  const unsigned char *bytes = SHM_CAST(const unsigned char *, value);
  printf("%s ", name);
  for (size_t i = 0; i < size; i++) {
    printf("%02x", bytes[i]);
  }
  printf("\n");
}
"#;

#[test]
fn every_language_makes_the_same_bytes() {
    let folder = generated("defaults");
    let expected = in_rust();
    let program = |header: &str, make: &dyn Fn(&str) -> String| {
        let mut text = format!("#include \"{header}\"\n{SHOW}int main(void) {{\n");
        for name in expected.keys() {
            text += &format!(
                "  {{ test_keys_{name} value = {}; show(\"{name}\", &value, sizeof value); }}\n",
                make(name)
            );
        }
        text + "  return 0;\n}\n"
    };
    let c = program("keys.h", &|name| format!("test_keys_{name}_default()"));
    let cpp = program("keys.hpp", &|name| format!("shm::make<test::keys::{name}>()"));
    std::fs::write(folder.join("new.c"), &c).unwrap();
    std::fs::write(folder.join("new_c.cpp"), &c).unwrap();
    std::fs::write(folder.join("new.cpp"), cpp).unwrap();
    for compiler in compilers() {
        for (program, dialect, file, level) in [
            (compiler.c, "c11", "new.c", "-O0"),
            (compiler.c, "c2x", "new.c", "-O3"),
            (compiler.cpp, "c++11", "new_c.cpp", "-O2"),
            (compiler.cpp, "c++17", "new.cpp", "-O2"),
        ] {
            let mut command = Command::new(program);
            command.current_dir(&folder).arg(format!("-std={dialect}")).args(C_WARNINGS);
            run(command.args([level, "-o", "new", file]));
            let found = told(run(&mut Command::new(folder.join("new"))));
            assert_eq!(found, expected, "{program} {dialect}");
        }
    }
    let script = "import keys\nfor name in ['Numbers', 'Order', 'Basket']:\n    \
                  print(name, bytes(getattr(keys, name)()).hex())";
    for python in pythons() {
        let mut command = Command::new(&python);
        tools::with_package(&mut command, &folder);
        let found = told(run(command.args(["-W", "error", "-c", script])));
        assert_eq!(found, expected, "{}", python.display());
    }
}

fn pythons() -> Vec<PathBuf> {
    let others = OTHER_PYTHONS.iter().filter_map(|version| other_python(version));
    others.chain([tools::python().to_owned()]).collect()
}

const PYTHON: &str = r#"
import ctypes, pickle
from keys import Basket, Computed, Marks, Numbers, Order, Phase
order = Order()
assert (order.flag, order.price, order.phase) == (1, 100, Phase.AUCTION)
assert order.marks == Marks.LATE | Marks.BUST and order.none == Marks(0)
assert order.awkward == '"?\\??/\t\x01\'\x7f9' and order.venue == "Zürich"
# What is said counts, the rest is by default.
order = Order(price=5, phase=Phase.OPEN, marks=0)
assert (order.price, order.phase, order.marks, order.flag) == (5, Phase.OPEN, 0, 1)
basket = Basket(numbers=Numbers(u8=1))
assert basket.numbers.u8 == 1 and basket.numbers.i8 == -128 and basket.orders[1][2] == Order()
# Two values share nothing.
basket.orders[0][0].price = 7
assert Basket().orders[0][0].price == 100 and Order().price == 100
# Memory is what it is.
assert Order.from_buffer_copy(bytes(Order.SIZE)).price == 0
assert Order.from_buffer(bytearray(Order.SIZE)).price == 0
assert pickle.loads(pickle.dumps(Order(price=9))) == Order(price=9)
assert bytes(Computed()) == bytes(Computed.SIZE)
assert bytes((Order * 2)()) == bytes(2 * Order.SIZE)  # ctypes' own array is memory
try:
    Order(prise=1)
except TypeError as reason:
    assert "prise" in str(reason)
else:
    raise AssertionError
"#;

#[test]
fn python_takes_defaults_for_what_is_not_said() {
    let folder = generated("defaults-python");
    for python in pythons() {
        run(strictly(&python, &folder).args(["-c", PYTHON]));
    }
}

fn strictly(python: &Path, folder: &Path) -> Command {
    let mut command = Command::new(python);
    tools::with_package(&mut command, folder);
    command.args(["-W", "error"]);
    command
}

/// A slot that is reserved is zero, whatever the defaults.
#[test]
fn defaults_are_for_new_values_not_for_slots() {
    let address = format!("posix:/defaults.{}", std::process::id());
    let segment = keys::Orders::options().address(address.as_str()).create().unwrap();
    let mut out = segment.baskets().producer().unwrap();
    let mut inn = segment.baskets().consumer().unwrap();
    out.reserve().unwrap().commit();
    assert_eq!(inn.try_pop().unwrap(), Basket::zeroed());
    assert_ne!(Basket::zeroed(), Basket::default());
    segment.remove().unwrap();
}
