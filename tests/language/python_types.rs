//! Lists, optionals, unions and imports in Python: what is generated from
//! tests/schemas/constructs.toml, beside one another and in a package, in every
//! Python that is found and for its type checker. What the values do is in
//! python/tests.

use shmgen_test_support::tools;
use std::path::{Path, PathBuf};
use std::process::Command;
use tools::{OTHER_PYTHONS, other_python, python, python_with, root, run, scratch};

/// The schema, and those that it imports.
const MODULES: [&str; 3] = ["constructs", "constructs_parts", "constructs_root"];

fn generate(schema: &str, out: &Path) {
    let schema = root().join(format!("tests/schemas/{schema}.toml"));
    run(tools::shmgen().arg("gen").arg(schema).args(["--lang", "python", "--out"]).arg(out));
}

/// A folder with the modules beside one another.
fn beside(folder: &str) -> PathBuf {
    let out = scratch(folder);
    generate("constructs", &out);
    out
}

/// A folder with the modules in the package `acme.gen`.
fn packaged(folder: &str) -> PathBuf {
    let out = scratch(folder);
    let package = out.join("acme/gen");
    std::fs::create_dir_all(&package).unwrap();
    for init in ["acme/__init__.py", "acme/gen/__init__.py"] {
        std::fs::write(out.join(init), "").unwrap();
    }
    generate("constructs", &package);
    out
}

/// What an import that is not relative would find in place of the modules.
fn decoys(folder: &Path) {
    for module in ["constructs_parts", "constructs_root"] {
        let decoy = folder.join(format!("{module}.py"));
        std::fs::write(decoy, "raise ImportError('that is the wrong module')\n").unwrap();
    }
}

/// Every Python that is found, with its version.
fn pythons() -> Vec<(String, PathBuf)> {
    let mut found = vec![("the environment's".to_owned(), python().to_owned())];
    for version in OTHER_PYTHONS {
        found.extend(other_python(version).map(|path| (version.to_owned(), path)));
    }
    found
}

#[test]
fn the_modules_are_the_same_whoever_generates_them() {
    let out = beside("python-types-golden");
    for module in MODULES {
        let alone = scratch("python-types-alone");
        generate(module, &alone);
        let file = format!("{module}.py");
        let found = std::fs::read_to_string(out.join(&file)).unwrap();
        assert_eq!(found, std::fs::read_to_string(alone.join(&file)).unwrap(), "{module} alone");
    }
}

/// A program that uses all of it, with the modules imported as `from` says.
fn program(from: &str) -> String {
    let head = format!("{from}import constructs, constructs_parts, constructs_root\n");
    let body = r#"
import copy, pickle
from constructs_root import Mark, Stamp
Payload, Level = constructs.Payload, constructs.Level

def told(payload):
    if isinstance(payload, Payload.level):
        return payload.value.price
    return payload.tag

message = constructs.All(
    payload=Payload.levels([Level(price=1), Level(price=2, count=3)]),
    tall=constructs.Tall.unknown(5, b"kept"),
    lists=constructs.Lists(u8s=[1, 2], texts=["ab"], payloads=[Payload.none(), Payload.counts([7])], maybes=[None, 8]),
    optionals=constructs.Optionals(a_text="", a_level=Level(price=9), some=[None, 4]),
    deep=constructs.Deep(deep=[None, [], [[[1, 2, 3], [4, 5, 6]]], None, None]),
    foreign=constructs.Foreign(mark=Mark.at(Stamp(time=5)), points=[constructs_parts.Point(x=-1)], when=Stamp(time=6)),
)
address = "posix:/constructs"
with constructs.Constructs.create(address) as one, constructs.Constructs.attach(address) as two:
    one.alls.put(message)
    got = two.alls.get(timeout=5)
    assert got == message and bytes(got) == bytes(message)
    one.stamps.put(Stamp(time=7))
    assert two.stamps.get(timeout=5) == Stamp(time=7)
    one.unlink()
assert got.payload == Payload.levels([Level(price=1), Level(price=2, count=3)])
assert got.tall == constructs.Tall.unknown(5, b"kept") and got.lists.maybes == [None, 8]
assert type(got.foreign.when) is Stamp is constructs_root.Stamp
for again in (copy.deepcopy(got), pickle.loads(pickle.dumps(got))):
    assert again == message
names = {**vars(constructs_root), **vars(constructs_parts), **vars(constructs)}
assert eval(repr(got), names) == got
assert told(Payload.level(Level(price=9))) == 9 and told(Payload.none()) == 0
raw = bytearray(bytes(message))
raw[constructs.All.lists.offset] = 4
raw[constructs.All.optionals.offset] = 7
hostile = constructs.All.from_buffer_copy(raw)
for part, name in ((hostile.lists, "u8s"), (hostile.optionals, "a_u8")):
    assert f"{name}=<invalid" in repr(part)
    try:
        getattr(part, name)
    except ValueError as reason:
        assert f".{name} holds" in str(reason), reason
    else:
        raise AssertionError(f"{name} was read")
import sys
if sys.version_info >= (3, 10):
    exec("""
match got.payload:
    case Payload.levels([first, Level(price=2)]):
        assert first.price == 1
    case _:
        raise AssertionError(got.payload)
match got.tall:
    case constructs.Tall.unknown(5, value):
        assert value[:4] == b"kept"
    case _:
        raise AssertionError(got.tall)
""")
"#;
    let body = match from {
        "" => body.to_owned(),
        _ => body.replace("from constructs_root import", "from acme.gen.constructs_root import"),
    };
    head + &body
}

fn run_in_every_python(folder: &Path, script: &str) {
    for (what, program) in pythons() {
        println!("Python {what}");
        let mut command = Command::new(program);
        tools::with_package(&mut command, folder);
        // The tests run at once: the folder is each one's own.
        let test = folder.file_name().unwrap().to_string_lossy();
        command.env("SHM_RUNTIME_PREFIX", format!("{test}.{}.", std::process::id()));
        run(command.args(["-W", "error", "-c", script]));
    }
}

#[test]
fn modules_beside_one_another_work_in_every_python() {
    run_in_every_python(&beside("python-types-beside"), &program(""));
}

#[test]
fn modules_in_a_package_import_those_of_the_same_package() {
    let out = packaged("python-types-package");
    decoys(&out);
    run_in_every_python(&out, &program("from acme.gen "));
}

#[test]
fn a_schema_may_have_nothing_but_queues_of_imported_items() {
    let out = scratch("python-types-items");
    std::fs::copy(root().join("tests/schemas/constructs_root.toml"), out.join("base.toml"))
        .unwrap();
    let text = "shmgen = 1\n[schema]\nname = \"test.items\"\nversion = \"1.0\"\n\
        imports = [\"base.toml\"]\n[segment.items]\nobject = [ { name = \"stamps\", \
        kind = \"queue\", item = \"Stamp\", capacity = 4 } ]\n";
    std::fs::write(out.join("items.toml"), text).unwrap();
    let mut command = tools::shmgen();
    command.arg("gen").arg(out.join("items.toml"));
    run(command.args(["--lang", "python", "--out"]).arg(&out));
    let script = "import base, items\n\
        with items.Items.create() as segment:\n\
        \x20   segment.stamps.put(base.Stamp(time=5))\n\
        \x20   assert segment.stamps.get(timeout=5) == base.Stamp(time=5)\n\
        \x20   segment.unlink()\n";
    run_in_every_python(&out, script);
    run(mypy(&out).args(["base.py", "items.py"]));
}

/// What is right, with the types that a reader is promised.
const RIGHT: &str = r#"
from typing import List, Optional, Sequence

def level(payload: constructs.Payload) -> int:
    match payload:
        case constructs.Payload.level(level):
            price: int = level.price
            return price
        case constructs.Payload.counts([first, *rest]):
            numbers: List[int] = [first, *rest]
            return sum(numbers)
        case constructs.Payload.maybe(None):
            return 0
        case constructs.Payload.mark(constructs_root.Mark.at(stamp)):
            time: int = stamp.time
            return time
        case constructs.Payload.unknown(tag, value):
            return tag + len(value)
        case _:
            return payload.tag

lists = constructs.Lists(u8s=[1], texts=("a", "b"), levels=[constructs.Level()], maybes=[None, 2], arrays=[[[1]]])
u8s: Sequence[int] = lists.u8s
lists.u8s.append(5)
lists.u8s[0] = 3
lists.u8s[1:] = range(2)
half: List[int] = lists.u8s[:1]
lists.sides.append(constructs.Side.BUY)
lists.sides[0] = 2
first_side: constructs.Side = lists.sides[0]
lists.grids[0][1][2] = 7
levels: Sequence[constructs.Level] = lists.levels
payloads: Sequence[constructs.Payload] = lists.payloads
grids: Sequence[Sequence[Sequence[int]]] = lists.grids
maybes: Sequence[Optional[int]] = lists.maybes
lists.u8s = range(3)
lists.sides = [constructs.Side.BUY, 2]
optionals = constructs.Optionals(a_u8=None, a_text="x", a_payload=constructs.Payload.none(), some=[None, 1])
number: Optional[int] = optionals.a_u8
text: Optional[str] = optionals.a_text
maybe: Optional[constructs.Payload] = optionals.a_payload
if optionals.a_level is not None:
    optionals.a_level.price = 5
deep: Sequence[Optional[Sequence[Sequence[Sequence[float]]]]] = constructs.Deep().deep
given: Sequence[Optional[Sequence[Sequence[Sequence[float]]]]] = deep
constructs.Deep(deep=given)
foreign = constructs.Foreign(stamp=constructs_root.Stamp(time=1), when=None, points=[constructs_parts.Point(x=1)])
stamp: constructs_root.Stamp = foreign.stamp
when: Optional[constructs_root.Stamp] = foreign.when
clock: constructs_root.Clock = foreign.clock
mark: constructs_root.Mark = foreign.mark
part: Optional[constructs_parts.Small] = foreign.small_part
whole = constructs.All(payload=constructs.Payload.flag(True), foreign=foreign)
held: bool = constructs.Payload.flag(True).value
bit: constructs.Bit = constructs.Bit.Bit(3)
offset: int = constructs.All.payload.offset + constructs.Payload.SIZE
side: constructs.Side = constructs.Hiding().other
more: Optional[constructs.Small] = constructs.Hiding(Side=1, Small=constructs.Small()).more
with constructs.Constructs.attach() as segment:
    segment.stamps.put(constructs_root.Stamp())
    taken: constructs_root.Stamp = segment.stamps.get()
"#;

/// What is wrong, and what it is called.
const WRONG: [(&str, &str); 29] = [
    ("constructs.Lists(u8s=['a'])", "list-item"),
    ("constructs.Lists(u8s=None)", "arg-type"),
    ("constructs.Lists().u8s = 5", "assignment"),
    ("text: str = constructs.Lists().u8s", "assignment"),
    ("constructs.Lists().levels[0].price.real.wrong", "attr-defined"),
    ("constructs.Lists().u8s[0] = 'a'", "call-overload"),
    ("constructs.Lists().u8s.append('a')", "arg-type"),
    ("constructs.Deep().deep.append(None)", "attr-defined"),
    ("constructs.Lists().grids[0][0][0] = 'a'", "call-overload"),
    ("constructs.Lists().u8s.apend(1)", "attr-defined"),
    ("constructs.Optionals(a_u8='a')", "arg-type"),
    ("number: int = constructs.Optionals().a_u8", "assignment"),
    ("constructs.Optionals().a_list = [None]", "list-item"),
    ("constructs.All(payload=constructs.Level())", "arg-type"),
    ("constructs.All(payload=None)", "arg-type"),
    ("constructs.All().payload = constructs.Tall.most(1)", "assignment"),
    ("constructs.Payload.level(5)", "arg-type"),
    ("constructs.Payload.level()", "call-arg"),
    ("constructs.Payload.none(1)", "call-arg"),
    ("constructs.Payload.nothing()", "attr-defined"),
    ("constructs.Payload.unknown('a', b'')", "arg-type"),
    ("word: str = constructs.Payload.flag(True).value", "assignment"),
    ("constructs.Payload.flag(True).value = False", "misc"),
    ("constructs.All().payload.value", "attr-defined"),
    ("constructs.Foreign(stamp=constructs_parts.Point())", "arg-type"),
    ("constructs.Foreign(small=constructs_parts.Small())", "arg-type"),
    ("small: constructs.Small = constructs.Foreign().small_part", "assignment"),
    ("constructs.Foreign(points=[constructs_root.Stamp()])", "list-item"),
    ("constructs.Constructs.attach().stamps.put(constructs.Level())", "arg-type"),
];

/// mypy in strict mode, in a folder with modules.
fn mypy(folder: &Path) -> Command {
    let mut mypy = python_with(folder);
    let search = [folder, &root().join("python/src")].map(|p| p.display().to_string());
    mypy.env("MYPYPATH", search.join(":")).current_dir(folder);
    mypy.args(["-m", "mypy", "--strict", "--no-error-summary", "--cache-dir"]);
    mypy.arg(folder.join("cache"));
    mypy
}

/// The ways to lie beside one another, and how a program imports the modules.
fn all_ways(test: &str) -> [(PathBuf, &'static str); 3] {
    let among_others = packaged(&format!("python-types-{test}-others"));
    decoys(&among_others);
    [
        (beside(&format!("python-types-{test}")), ""),
        (packaged(&format!("python-types-{test}-package")), "from acme.gen "),
        (among_others, "from acme.gen "),
    ]
}

#[test]
fn what_is_right_passes_mypy_in_strict_mode_in_a_package_and_in_none() {
    for (folder, from) in all_ways("right") {
        let program =
            format!("{from}import constructs, constructs_parts, constructs_root\n{RIGHT}");
        std::fs::write(folder.join("program.py"), program).unwrap();
        run(mypy(&folder).arg("program.py"));
        // The modules themselves, and for the oldest Python too.
        for version in ["3.10", "3.13"] {
            let mut mypy = mypy(&folder);
            mypy.args(["--python-version", version]);
            run(if from.is_empty() {
                mypy.args(MODULES.map(|module| format!("{module}.py")))
            } else {
                mypy.args(["-p", "acme"])
            });
        }
    }
}

#[test]
fn what_is_wrong_is_seen_by_mypy_in_a_package_and_in_none() {
    for (folder, from) in all_ways("wrong") {
        let lines: String = WRONG.iter().map(|(line, _)| format!("\n{line}")).collect();
        let program =
            format!("{from}import constructs, constructs_parts, constructs_root{lines}\n");
        std::fs::write(folder.join("program.py"), program).unwrap();
        let output = mypy(&folder).arg("program.py").output().unwrap();
        let said = String::from_utf8_lossy(&output.stdout);
        for (i, (line, code)) in WRONG.iter().enumerate() {
            let place = format!("program.py:{}: error:", i + 2);
            let told =
                said.lines().any(|l| l.contains(&place) && l.ends_with(&format!("[{code}]")));
            assert!(told, "{line} is not refused as {code}:\n{said}");
        }
    }
}
