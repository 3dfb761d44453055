//! What is generated from the schemas in tests/schemas is silent in every compiler
//! and interpreter. What it looks like is in `golden.rs`.

use shmgen_test_support::tools;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use tools::{C_WARNINGS, compilers, root, run, scratch};

const SCHEMAS: [&str; 10] = [
    "everything",
    "types_only",
    "awkward",
    "backends",
    "keys",
    "objects",
    "pages",
    "shapes",
    "shapes_base",
    "shapes_units",
];

/// Those of them that import one another.
const SHAPES: [&str; 3] = ["shapes", "shapes_base", "shapes_units"];

fn schema(name: &str) -> PathBuf {
    root().join(format!("tests/schemas/{name}.toml"))
}

/// All of them in one folder, as a program would have them.
fn generate(folder: &str) -> PathBuf {
    let folder = scratch(folder);
    for name in SCHEMAS {
        generate_all(name, &folder);
    }
    folder
}

fn generate_all(name: &str, folder: &Path) {
    tools::generate(&schema(name), folder);
    let more = ["--lang", "json,markdown"];
    run(tools::shmgen().arg("gen").arg(schema(name)).args(more).arg("--out").arg(folder));
}

/// Whoever asks for them: the schema itself, or one that imports it.
#[test]
fn imported_files_are_the_same_whoever_generates_them() {
    let by_root = scratch("golden-imports-root");
    generate_all("shapes", &by_root);
    for name in SHAPES {
        let alone = scratch(&format!("golden-imports-{name}"));
        generate_all(name, &alone);
        let files: Vec<_> = std::fs::read_dir(&alone).unwrap().map(|e| e.unwrap()).collect();
        assert!(files.len() >= 8, "{name}: {files:?}");
        for file in files {
            let other = std::fs::read(by_root.join(file.file_name())).unwrap();
            assert!(
                std::fs::read(file.path()).unwrap() == other,
                "{:?} of {name}",
                file.file_name()
            );
        }
    }
}

#[test]
fn c_and_cpp_headers_are_silent_in_every_dialect() {
    let folder = generate("golden-c");
    let mut all_c = String::new();
    let mut all_cpp = String::new();
    for name in SCHEMAS {
        let _ = write!(all_c, "#include \"{name}.h\"\n#include \"{name}.h\"\n");
        let _ = write!(all_cpp, "#include \"{name}.hpp\"\n#include \"{name}.hpp\"\n");
    }
    for (file, includes) in [("all.c", &all_c), ("all_h.cpp", &all_c), ("all_hpp.cpp", &all_cpp)] {
        std::fs::write(folder.join(file), format!("{includes}int main(void) {{ return 0; }}\n"))
            .unwrap();
    }
    let silent = |compiler: &str, dialect: &str, file: &str, more: &[&str]| {
        let old_style: &[&str] = if dialect.contains("++") { &["-Wold-style-cast"] } else { &[] };
        run(Command::new(compiler)
            .current_dir(&folder)
            .arg(format!("-std={dialect}"))
            .args(C_WARNINGS)
            .args(old_style)
            .args(more)
            .args(["-c", "-o", "/dev/null", file]));
    };
    for c in compilers() {
        for dialect in ["c11", "c17", "c2x"] {
            silent(c.c, dialect, "all.c", &["-O2"]);
        }
        for dialect in ["c++11", "c++14", "c++17", "c++20", "c++2b"] {
            silent(c.cpp, dialect, "all_h.cpp", &["-O0"]);
        }
        for dialect in ["c++17", "c++20", "c++2b"] {
            silent(c.cpp, dialect, "all_hpp.cpp", &["-O2"]);
        }
        silent(c.cpp, "c++17", "all_hpp.cpp", &["-fno-exceptions", "-fno-rtti"]);
    }
}

/// A crate that forbids unsafe code and all warnings, clippy's too.
fn strict_crate(folder: &Path, edition: &str) -> PathBuf {
    let krate = folder.join(format!("edition-{edition}"));
    std::fs::create_dir_all(krate.join("src")).unwrap();
    let mut source = String::from(
        "#![forbid(unsafe_code)]\n#![deny(warnings, clippy::pedantic)]\n//! All schemas.\n",
    );
    for name in SCHEMAS {
        let path = folder.join(format!("{name}.rs"));
        let _ = writeln!(source, "#[path = {:?}]\npub mod {name};", path.display().to_string());
    }
    std::fs::write(krate.join("src/lib.rs"), source).unwrap();
    let runtime = root().join("shm-runtime").display().to_string();
    let manifest = format!(
        "[package]\nname = \"strict-{edition}\"\nversion = \"0.0.0\"\nedition = \"{edition}\"\n\
         [dependencies]\nshm-runtime = {{ path = {runtime:?} }}\n[workspace]\n"
    );
    std::fs::write(krate.join("Cargo.toml"), manifest).unwrap();
    krate
}

#[test]
fn rust_modules_are_silent_under_clippy_pedantic_in_a_crate_that_forbids_unsafe() {
    let folder = generate("golden-rust");
    let verb =
        if tools::runs(env!("CARGO"), &["clippy", "--version"]) { "clippy" } else { "check" };
    for edition in ["2021", "2024"] {
        run(tools::cargo(&strict_crate(&folder, edition)).args([verb, "--quiet"]));
    }
}

#[test]
fn python_modules_are_silent_and_typed() {
    let folder = generate("golden-python");
    let import = format!("import {}", SCHEMAS.join(", "));
    run(tools::python_with(&folder).args(["-W", "error", "-c", &import]));
    for version in tools::OTHER_PYTHONS {
        let Some(python) = tools::other_python(version) else { continue };
        let mut command = Command::new(python);
        tools::with_package(&mut command, &folder);
        run(command.args(["-W", "error", "-c", &import]));
    }
    let modules = SCHEMAS.map(|name| folder.join(format!("{name}.py")));
    run(tools::python_with(&folder)
        .args(["-m", "mypy", "--strict", "--no-error-summary", "--cache-dir"])
        .arg(tools::target().join("mypy-cache"))
        .args(modules));
}

/// The model as JSON against what ctypes lays out and what Python's names are.
#[test]
fn the_model_as_json_says_what_the_python_modules_are() {
    let folder = generate("golden-json");
    let script = "\
import importlib, json, sys
structs = 0
for name in sys.argv[2:]:
    module = importlib.import_module(name)
    model = json.load(open(f'{sys.argv[1]}/{name}.json'))
    assert model['version'] == 1 and model['schema']['name'] == module.SCHEMA
    for c in model['constants']:
        assert getattr(module, c['name']) == c['value'], c
    for kind, values, number in [('enums', 'values', lambda v: v['number']),
                                 ('flags', 'bits', lambda v: 1 << v['bit'])]:
        for e in model[kind]:
            for v in e[values]:
                assert int(getattr(getattr(module, e['name']), v['name'])) == number(v), (e, v)
    for s in model['structs']:
        cls = getattr(module, s['name'])
        assert cls.SIZE == s['size'], s
        end = 0
        for m in s['members']:
            assert m['offset'] == end, (s['name'], m)
            end += m['size']
            if m['kind'] == 'field':
                field = getattr(cls, m['name'])
                assert (field.offset, field.size) == (m['offset'], m['size']), m
        assert end == s['size']
    for s in model['segments']:
        cls = getattr(module, s['type_name'])
        assert len(cls.CONTRACT) == s['contract']['size'], s
    for u in model['unions']:
        assert getattr(module, u['name']).SIZE == u['size'], u
    structs += len(model['structs'])
assert structs > 10
";
    let mut command = tools::python_with(&folder);
    run(command.args(["-W", "error", "-c", script]).arg(&folder).args(SCHEMAS));
}

/// A header brings along what it imports; a program may include that too.
#[test]
fn headers_of_schemas_that_import_each_other_go_into_one_program_in_any_order() {
    let folder = generate("golden-orders");
    for (n, order) in [[0, 1, 2], [2, 1, 0], [1, 0, 2]].into_iter().enumerate() {
        for (suffix, dialect) in [("h", "c11"), ("h", "c++11"), ("hpp", "c++17")] {
            let cpp = dialect.contains("++");
            let includes: String =
                order.iter().map(|i| format!("#include \"{}.{suffix}\"\n", SHAPES[*i])).collect();
            let source = format!("order-{n}-{suffix}.{}", if cpp { "cpp" } else { "c" });
            let text = format!(
                "{includes}test_shapes_base_Stamp stamp;\n\
                 int main(void) {{ return sizeof(test_shapes_Message) > sizeof stamp ? 0 : 1; }}\n"
            );
            std::fs::write(folder.join(&source), text).unwrap();
            let program = folder.join(format!("{source}.out"));
            run(Command::new(if cpp { "g++" } else { "gcc" })
                .current_dir(&folder)
                .arg(format!("-std={dialect}"))
                .args(C_WARNINGS)
                .arg(&source)
                .arg("-o")
                .arg(&program));
            run(&mut Command::new(program));
        }
    }
}

#[test]
fn every_row_of_a_table_in_markdown_has_the_cells_of_its_head() {
    let folder = generate("golden-markdown");
    for name in SCHEMAS {
        let page = std::fs::read_to_string(folder.join(format!("{name}.md"))).unwrap();
        let first = format!("<!-- @generated by shmgen from {name}.toml, do not edit -->\n");
        assert!(page.starts_with(&first), "{page}");
        let cells = |line: &str| line.replace("\\|", "").matches('|').count();
        let mut head = 0;
        for line in page.lines() {
            if !line.starts_with('|') {
                head = 0;
                continue;
            }
            head = if head == 0 { cells(line) } else { head };
            assert_eq!(cells(line), head, "{name}: {line}");
        }
    }
}
