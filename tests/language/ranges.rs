//! Ranges of fields: the constants, the check of a value, which says the same in
//! every language, and what Python refuses on assignment.

#![forbid(unsafe_code)]

use keys::{Deep, Inner, Outer, Ranged, Reading, ReadingValue};
use shm_runtime::layout::{bytes_of, bytes_of_mut};
use shm_runtime::{List, Optional};
use shmgen_test_support::schemas::keys;
use shmgen_test_support::tools;
use std::path::PathBuf;
use std::process::{Command, Output};
use tools::{C_WARNINGS, OTHER_PYTHONS, compilers, other_python, root, run, scratch};

fn generated(folder: &str) -> PathBuf {
    let folder = scratch(folder);
    tools::generate(&root().join("tests/schemas/keys.toml"), &folder);
    folder
}

#[allow(deprecated)]
fn within() -> Ranged {
    Ranged {
        i8: -1,
        large: u64::MAX,
        lowest: i64::MIN,
        f32: 0.2,
        small: 5.0,
        positive: 1,
        ..Default::default()
    }
}

/// Values of which one field is anything, often at the end of its range, and
/// whether they are within their ranges.
#[allow(deprecated)]
fn values() -> Vec<(Outer, bool)> {
    let mut out = Vec::new();
    let mut add = |is_within: bool, change: &dyn Fn(&mut Outer)| {
        let mut outer = Outer { ranged: within(), ..Default::default() };
        change(&mut outer);
        out.push((outer, is_within));
    };
    add(true, &|_| {});
    for (n, fits) in [(0, false), (1, true), (10, true), (11, false), (255, false)] {
        add(fits, &|o| o.ranged.u8 = n);
    }
    for (n, fits) in [(-128, false), (-6, false), (-5, true), (-1, true), (0, false)] {
        add(fits, &|o| o.ranged.i8 = n);
    }
    for n in [0, 65535] {
        add(true, &|o| o.ranged.whole = n);
    }
    for (n, fits) in [(i32::MIN, true), (0, true), (1, false), (i32::MAX, false)] {
        add(fits, &|o| o.ranged.least = n);
    }
    for (n, fits) in [(3, false), (4, true), (18, true), (19, false), (u32::MAX, false)] {
        add(fits, &|o| o.ranged.levels = n);
    }
    for (n, fits) in [(0, false), ((1 << 63) - 1, false), (1 << 63, true)] {
        add(fits, &|o| o.ranged.large = n);
    }
    for (n, fits) in [(i64::MIN, true), (i64::MIN + 1, false), (0, false)] {
        add(fits, &|o| o.ranged.lowest = n);
    }
    let next = |f: f32, by: i32| f32::from_bits((f.to_bits() as i32 + by) as u32);
    for (n, fits) in [
        (0.1, true),
        (next(0.1, -1), false),
        (next(0.1, 1), true),
        (0.3, true),
        (next(0.3, 1), false),
        (next(0.3, -1), true),
        (f32::NAN, false),
        (f32::INFINITY, false),
    ] {
        add(fits, &|o| o.ranged.f32 = n);
    }
    for (n, fits) in [
        (0.0, true),
        (-0.0, true),
        (-5e-324, false),
        (f64::INFINITY, true),
        (f64::NEG_INFINITY, false),
        (f64::NAN, false),
    ] {
        add(fits, &|o| o.ranged.f64 = n);
    }
    for (n, fits) in [(0.0, true), (100.0, true), (100.00000000000001, false), (-1.0, false)] {
        add(fits, &|o| o.ranged.percent = n);
    }
    // Two aliases and the field itself.
    for (n, fits) in [(0.9, false), (1.0, true), (10.0, true), (10.1, false), (50.0, false)] {
        add(fits, &|o| o.ranged.small = n);
    }
    for (n, fits) in [(0, false), (1, true), (-1, false)] {
        add(fits, &|o| o.ranged.positive = n);
    }
    for (n, fits) in [(7, true), (8, false), (-7, true), (-8, false)] {
        add(fits, &|o| o.ranged.grid[1][2] = n);
        add(fits, &|o| o.ranged.grid[0][0] = n);
    }
    for (n, fits) in [(50.0, true), (50.1, false), (-0.1, false), (f64::NAN, false)] {
        add(fits, &|o| o.ranged.parts[3] = n);
    }
    add(true, &|o| o.ranged.free = u32::MAX);
    add(true, &|o| o.tag = u8::MAX);
    for (x, fits) in [(9, true), (10, false)] {
        add(fits, &|o| o.inner = Inner { x });
        add(fits, &|o| o.many[1][1] = Inner { x });
        add(fits, &|o| o.many[0][1].x = x);
    }
    // What is in lists, optionals and unions.
    for (n, fits) in [(0, false), (1, true), (10, true), (11, false)] {
        add(fits, &|o| o.deep.list = list(&[5, n]));
    }
    for (n, fits) in [(-0.1, false), (50.0, true), (50.1, false), (f64::NAN, false)] {
        add(fits, &|o| o.deep.percents = list(&[1.0, 2.0, n]));
    }
    for (n, fits) in [(0.0, true), (10.1, false)] {
        add(fits, &|o| o.deep.maybe = Optional::some(n));
        add(fits, &|o| {
            o.deep.nested = Optional::some(list(&[Optional::none(), Optional::some(n * 10.0)]))
        });
    }
    for (n, fits) in [(i16::MIN, false), (-8, false), (-7, true), (i16::MAX, true)] {
        add(fits, &|o| o.deep.grid[2] = list(&[[0, 0], [0, n]]));
    }
    for (n, fits) in [(9, true), (10, false)] {
        add(fits, &|o| o.deep.pair = Optional::some([0, n]));
        add(fits, &|o| o.deep.inners = list(&[Inner { x: 0 }, Inner { x: n as u16 }]));
        add(fits, &|o| o.deep.inner = Optional::some(Inner { x: n as u16 }));
        add(fits, &|o| o.deep.readings[1] = ReadingValue::Inner(Inner { x: n as u16 }).into());
        let inners = Optional::some(list(&[Inner { x: n as u16 }]));
        add(fits, &|o| o.deep.reading = ReadingValue::Inners(inners).into());
    }
    for (n, fits) in [(0.0, true), (100.0, true), (100.1, false)] {
        add(fits, &|o| o.deep.reading = ReadingValue::Percent(n).into());
        add(true, &|o| o.deep.reading = ReadingValue::Free(n as f32 * 1e9).into());
    }
    for (n, fits) in [(0, false), (1, true), (99, true), (100, false)] {
        add(fits, &|o| o.deep.readings[1] = ReadingValue::Counts(list(&[[1, 1], [1, n]])).into());
    }
    for (n, fits) in [(5, true), (6, false)] {
        add(fits, &|o| o.deep.reading = ReadingValue::Old(n).into());
    }
    // What lies behind the end of a list, or where there is no value, is none.
    add(true, &|o| o.deep.list = List::from_raw(1, [1, 0, 11]));
    add(true, &|o| o.deep.inner = Optional::from_raw(0, Inner { x: 10 }));
    add(true, &|o| o.deep.whole = list(&[0, 255]));
    // What cannot be is within no range.
    add(false, &|o| o.deep.list = List::from_raw(4, [1, 1, 1]));
    add(false, &|o| o.deep.whole = List::from_raw(3, [1, 1]));
    add(false, &|o| o.deep.inner = Optional::from_raw(2, Inner { x: 0 }));
    add(true, &|o| o.deep.free = List::from_raw(3, [0.0; 2]));
    // Of a tag from another version nothing is known.
    add(true, &|o| o.deep.reading = any_tag(9));
    out
}

fn list<T: shm_runtime::SharedLayout, const N: usize, const TAIL: usize>(
    items: &[T],
) -> List<T, N, TAIL> {
    let mut out = List::new();
    items.iter().for_each(|item| out.push(*item).unwrap());
    out
}

/// A union as another process may have written it.
fn any_tag(tag: u8) -> Reading {
    let mut value = Reading::default();
    let bytes = bytes_of_mut(&mut value);
    bytes.fill(0xff);
    bytes[0] = tag;
    value
}

#[test]
#[allow(deprecated)]
fn rust_has_constants_and_a_check() {
    assert_eq!(Ranged::U8_RANGE, 1..=10);
    assert_eq!(Ranged::LEVELS_RANGE, 4..=18);
    assert_eq!((Ranged::LARGE_RANGE, Ranged::LOWEST_RANGE), (1 << 63.., ..=i64::MIN));
    assert_eq!((Ranged::F32_RANGE, Ranged::F64_RANGE), (0.1..=0.3, 0.0..));
    assert_eq!((Ranged::SMALL_RANGE, Ranged::PARTS_RANGE), (1.0..=10.0, 0.0..=50.0));
    assert_eq!((Ranged::POSITIVE_RANGE, Ranged::GRID_RANGE), (1.., -7..=7));
    assert_eq!(keys::Inner::X_RANGE, ..=9);
    assert_eq!(
        (Deep::LIST_RANGE, Deep::PERCENTS_RANGE, Deep::MAYBE_RANGE),
        (1..=10, 0.0..=50.0, 0.0..=10.0)
    );
    assert_eq!((Reading::COUNTS_RANGE, Reading::PERCENT_RANGE), (1..=99, 0.0..=100.0));
    for (value, is_within) in values() {
        assert_eq!(value.within_ranges(), is_within, "{value:?}");
    }
    // Zero lies where it lies; only what has a default begins within.
    assert!(!Ranged::default().within_ranges() && Inner::default().within_ranges());
    assert_eq!((Ranged::default().u8, Ranged::default().levels), (1, 4));
}

const READ: &str = r#"
int main(void) {
  test_keys_Outer value;
  while (fread(&value, sizeof value, 1, stdin) == 1) {
    putchar(CHECK ? '1' : '0');
  }
  return 0;
}
SHM_STATIC_ASSERT(test_keys_Ranged_u8_MIN == 1 && test_keys_Ranged_u8_MAX == 10, "u8");
SHM_STATIC_ASSERT(test_keys_Ranged_whole_MIN == 0 && test_keys_Ranged_whole_MAX == 65535, "whole");
SHM_STATIC_ASSERT(test_keys_Ranged_levels_MAX == 18 && test_keys_Ranged_large_MIN == UINT64_C(1) << 63, "levels");
SHM_STATIC_ASSERT(test_keys_Deep_list_MAX == 10 && test_keys_Reading_counts_MIN == 1, "deep");
SHM_STATIC_ASSERT(test_keys_Ranged_lowest_MAX == INT64_MIN && test_keys_Ranged_grid_MIN == -7, "lowest");
static const float least = test_keys_Ranged_f32_MIN;
static const double most = test_keys_Ranged_parts_MAX;
"#;

const CPP: &str = r#"
static_assert(test::keys::Ranged_u8_MAX == 10 && sizeof(test::keys::Ranged_u8_MAX) == 1, "");
static_assert(test::keys::Deep_list_MAX == 10 && test::keys::Reading_counts_MIN == 1, "");
static_assert(test::keys::Ranged_f32_MIN == 0.1f && test::keys::Ranged_parts_MAX == 50.0, "");
"#;

const PYTHON_READ: &str = "\
import sys
from keys import Outer
data = open(sys.argv[1], 'rb').read()
for at in range(0, len(data), Outer.SIZE):
    print(int(Outer.from_buffer_copy(data, at).within_ranges()), end='')";

#[test]
fn every_language_says_the_same_of_a_value() {
    let folder = generated("ranges");
    let values = values();
    let bytes: Vec<u8> = values.iter().flat_map(|(v, _)| bytes_of(v).to_vec()).collect();
    let expected: String = values.iter().map(|(_, w)| if *w { '1' } else { '0' }).collect();
    let data = folder.join("values");
    std::fs::write(&data, bytes).unwrap();
    let said = |output: Output| String::from_utf8(output.stdout).unwrap();
    let unused =
        "int main(void);\nvoid unused(void);\nvoid unused(void) { (void)least; (void)most; }\n";
    let c = READ.replace("CHECK", "test_keys_Outer_within_ranges(&value)") + unused;
    std::fs::write(folder.join("read.c"), format!("#include \"keys.h\"\n{c}")).unwrap();
    std::fs::write(folder.join("read_c.cpp"), format!("#include \"keys.h\"\n{c}")).unwrap();
    let cpp = READ.replace("CHECK", "within_ranges(value)") + unused + CPP;
    std::fs::write(folder.join("read.cpp"), format!("#include \"keys.hpp\"\n{cpp}")).unwrap();
    for compiler in compilers() {
        for (program, dialect, file, level) in [
            (compiler.c, "c11", "read.c", "-O0"),
            (compiler.c, "c2x", "read.c", "-O3"),
            (compiler.cpp, "c++11", "read_c.cpp", "-O2"),
            (compiler.cpp, "c++17", "read.cpp", "-O2"),
        ] {
            let mut command = Command::new(program);
            command.current_dir(&folder).arg(format!("-std={dialect}"));
            command.args(C_WARNINGS.iter().filter(|w| **w != "-Werror"));
            run(command.args([level, "-o", "read", file]));
            let input = std::fs::File::open(&data).unwrap();
            let found = said(run(Command::new(folder.join("read")).stdin(input)));
            assert_eq!(found, expected, "{program} {dialect}");
        }
    }
    for python in pythons() {
        let mut command = Command::new(&python);
        tools::with_package(&mut command, &folder);
        let found = said(run(command.args(["-W", "error", "-c", PYTHON_READ]).arg(&data)));
        assert_eq!(found, expected, "{}", python.display());
    }
}

fn pythons() -> Vec<PathBuf> {
    let others = OTHER_PYTHONS.iter().filter_map(|version| other_python(version));
    others.chain([tools::python().to_owned()]).collect()
}

const PYTHON: &str = r#"
import math
from keys import Deep, Inner, Outer, Ranged, Reading

def refused(text, change):
    try:
        change()
    except ValueError as reason:
        assert isinstance(reason, OverflowError) and str(reason) == text, reason
    else:
        raise AssertionError(text)

r = Ranged(u8=10, i8=-5, f32=0.1, percent=100, small=10, grid=[[7] * 3, [-7] * 3], parts=[0, 50, 1, 2])
refused("Ranged.u8 takes a number from 1 to 10, not 11", lambda: setattr(r, "u8", 11))
refused("Ranged.u8 takes a number from 1 to 10, not 0", lambda: Ranged(u8=0))
refused("Ranged.i8 takes a number from -5 to -1, not 0", lambda: setattr(r, "i8", 0))
refused("Ranged.f32 takes a number from 0.1 to 0.3, not 0.31", lambda: setattr(r, "f32", 0.31))
refused("Ranged.f32 takes a number from 0.1 to 0.3, not nan", lambda: setattr(r, "f32", math.nan))
refused("Ranged.f64 takes a number of at least 0.0, not -1", lambda: setattr(r, "f64", -1))
refused("Ranged.small takes a number from 1.0 to 10.0, not 0.5", lambda: setattr(r, "small", 0.5))
refused("Ranged.grid takes a number from -7 to 7, not 8", lambda: setattr(r, "grid", [[0] * 3, [0, 0, 8]]))
refused("Ranged.parts takes a number from 0.0 to 50.0, not 51", lambda: Ranged(parts=[0, 0, 0, 51]))
refused("Inner.x takes a number from 0 to 9, not 10", lambda: Inner(x=10))
refused("Deep.list takes a number from 1 to 10, not 11", lambda: Deep(list=[1, 11]))
refused("Deep.percents takes a number from 0.0 to 50.0, not 51", lambda: Deep(percents=[51]))
refused("Deep.maybe takes a number from 0.0 to 10.0, not 11", lambda: Deep(maybe=11))
refused("Deep.grid takes a number from -7 to 32767, not -8", lambda: Deep(grid=[[], [[0, -8]], []]))
refused("Deep.nested takes a number from 0.0 to 100.0, not 101", lambda: Deep(nested=[None, 101]))
refused("Reading.percent takes a number from 0.0 to 100.0, not 101", lambda: Reading.percent(101))
refused("Reading.counts takes a number from 1 to 99, not 0", lambda: Reading.counts([[1, 0]]))
d = Deep(list=[1, 10], maybe=None, nested=[None, 100], reading=Reading.counts([[1, 99]]))
assert d.within_ranges() and d.reading.within_ranges() and Deep.list.range == (1, 10) and Deep.grid.range == (-7, None)
inner = Inner.from_buffer_copy(b"\xff\xff")
assert not Reading.inner(inner).within_ranges() and Reading.unknown(9, b"").within_ranges()
# What the field will hold counts: in 32 bits these are the ends themselves.
r.f32 = 0.3
r.f32 = 0.10000000149011612
r.f64 = math.inf
assert r.u8 == 10 and r.parts[1] == 50
# The ends, on the class.
assert Ranged.u8.range == (1, 10) and Ranged.large.range == (1 << 63, None) and Ranged.f32.range == (0.1, 0.3)
assert Ranged.grid.range == (-7, 7) and Ranged.free.range == (None, None) and Inner.x.range == (None, 9)
# Bytes from elsewhere are read as they are.
wild = Outer.from_buffer_copy(b"\xff" * Outer.SIZE)
assert wild.ranged.u8 == 255 and wild.inner.x == 65535 and not wild.within_ranges()
assert Outer.from_buffer_copy(bytes(Outer.SIZE)).inner.within_ranges()
"#;

#[test]
fn python_refuses_what_is_outside_on_assignment_and_construction() {
    let folder = generated("ranges-python");
    for python in pythons() {
        let mut command = Command::new(&python);
        tools::with_package(&mut command, &folder);
        run(command.args(["-W", "error", "-c", PYTHON]));
    }
}
