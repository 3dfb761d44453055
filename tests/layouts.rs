//! Random schemas: their layout in gcc, clang, rustc and ctypes, against plain
//! structs of the same fields that this test writes without asking the model.
//!
//! `SHMGEN_LAYOUTS` says how many schemas; 1000 take some minutes.

#![allow(missing_docs, clippy::pedantic)]

#[path = "common/dice.rs"]
mod dice;
#[path = "layouts/schema.rs"]
mod schema;
#[path = "common/tools.rs"]
mod tools;
#[path = "layouts/written.rs"]
mod written;

use dice::Dice;
use schema::{Compound, Schema, Ty, random};
use shmgen::backend::{Language, Options, generate};
use shmgen::diagnostics::Source;
use shmgen::model::Limits;
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;
use std::process::Command;
use written::{oracle_c, oracle_rust, rust_can, toml};

/// Schemas in one compilation.
const GROUP: usize = 50;

fn schemas() -> usize {
    std::env::var("SHMGEN_LAYOUTS").ok().and_then(|n| n.parse().ok()).unwrap_or(150)
}

/// `schema type` to `size align offset:size offset:size ..`, one for each field of
/// a struct. In C there is `schema type within` too: of all that lies within the
/// fields, and within a union.
type Said = BTreeMap<String, String>;

fn parse(output: &[u8]) -> Said {
    let text = String::from_utf8_lossy(output);
    text.lines()
        .map(|line| {
            let (key, value) = line.split_once('=').unwrap();
            (key.trim().to_owned(), value.trim().to_owned())
        })
        .collect()
}

/// What lies within a member of this type: of each list its count and its items,
/// and so on, but of other structs and unions nothing, for which these answer.
fn within(ty: &Ty, path: &str, out: &mut Vec<String>) {
    match ty {
        Ty::Array(inner, dims) => {
            within(inner, &(path.to_owned() + &"[0]".repeat(dims.len())), out);
        }
        Ty::List(inner, _) => {
            out.extend([format!("{path}.count"), format!("{path}.items")]);
            within(inner, &format!("{path}.items[0]"), out);
        }
        Ty::Optional(inner) => {
            out.extend([format!("{path}.has"), format!("{path}.value")]);
            within(inner, &format!("{path}.value"), out);
        }
        _ => {}
    }
}

/// The members of a type, and all that lies within them.
fn paths(schema: &Schema, compound: usize) -> (Vec<String>, Vec<String>) {
    let (mut members, mut inner) = (Vec::new(), Vec::new());
    match &schema.compounds[compound] {
        Compound::Struct(s) => {
            for (f, ty) in s.fields() {
                members.push(format!("f{f}"));
                within(ty, &format!("f{f}"), &mut inner);
            }
        }
        Compound::Union(u) => {
            inner.extend(["tag".to_owned(), "as".to_owned()]);
            for (v, ty) in u.variants.iter().enumerate() {
                let Some(ty) = ty else { continue };
                inner.push(format!("as.v{v}"));
                within(ty, &format!("as.v{v}"), &mut inner);
            }
        }
    }
    (members, inner)
}

/// Statements that say offset and size of each.
fn say(out: &mut String, name: &str, paths: &[String]) {
    for path in paths {
        let _ = writeln!(
            out,
            "  printf(\" %zu:%zu\", offsetof({name}, {path}), sizeof((({name} *)0)->{path}));"
        );
    }
}

/// A program that says sizes, alignments and offsets: in C of the plain structs
/// and of ours, in C++ of ours.
fn program(group: &[Schema], cpp: bool) -> String {
    let mut out = String::from("#include <stddef.h>\n#include <stdio.h>\n");
    for schema in group {
        let _ = writeln!(out, "#include \"s{}.h\"", schema.index);
        if !cpp {
            out.push_str(&oracle_c(schema));
        }
    }
    let align = if cpp { "alignof" } else { "_Alignof" };
    // A function for each schema: compilers take long over large ones.
    for schema in group {
        let i = schema.index;
        let _ = writeln!(out, "static void say{i}(void) {{");
        for c in 0..schema.compounds.len() {
            let compound = schema.name(c);
            let (members, inner) = paths(schema, c);
            let mut names = vec![("ours", format!("r_s{i}_{compound}"))];
            if !cpp {
                names.push(("oracle", format!("struct o{i}_{compound}")));
            }
            for (who, name) in names {
                let _ = writeln!(
                    out,
                    "  printf(\"{who} {i} {compound} = %zu %zu\", sizeof({name}), {align}({name}));"
                );
                say(&mut out, &name, &members);
                let _ = writeln!(out, "  printf(\"\\n{who} {i} {compound} within =\");");
                say(&mut out, &name, &inner);
                out.push_str("  printf(\"\\n\");\n");
            }
        }
        out.push_str("}\n");
    }
    out.push_str("int main(void) {\n");
    for schema in group {
        let _ = writeln!(out, "  say{}();", schema.index);
    }
    out.push_str("  return 0;\n}\n");
    out
}

fn say_c(compiler: &str, dialect: &str, source: &str, folder: &Path) -> Said {
    let name = if dialect.contains("++") { "layout.cpp" } else { "layout.c" };
    std::fs::write(folder.join(name), source).unwrap();
    let program = folder.join("layout");
    tools::run(
        Command::new(compiler)
            .args([dialect, "-O0", "-w", "-I"])
            .arg(folder)
            .arg(folder.join(name))
            .arg("-o")
            .arg(&program),
    );
    parse(&tools::run(&mut Command::new(program)).stdout)
}

fn say_rust(groups: &[Vec<Schema>], folder: &Path) -> Said {
    let mut main = String::from("#![allow(warnings)]\n");
    for schema in groups.iter().flatten() {
        let i = schema.index;
        let path = folder.join(format!("s{i}.rs"));
        let _ = writeln!(main, "mod s{i} {{ include!({:?}); }}", path.display().to_string());
        let _ = writeln!(main, "mod o{i} {{ {} }}", oracle_rust(schema));
    }
    main.push_str("fn main() {\n");
    for schema in groups.iter().flatten() {
        let i = schema.index;
        for c in 0..schema.compounds.len() {
            let compound = schema.name(c);
            let mut names = vec![("ours", format!("s{i}::{compound}"))];
            if rust_can(schema, c) {
                names.push(("oracle", format!("o{i}::O{c}")));
            }
            for (who, name) in names {
                let _ = writeln!(
                    main,
                    "print!(\"{who} {i} {compound} = {{}} {{}}\", size_of::<{name}>(), align_of::<{name}>());"
                );
                for f in paths(schema, c).0 {
                    let _ = writeln!(
                        main,
                        "{{ fn size<A, B>(_: fn(&A) -> &B) -> usize {{ size_of::<B>() }} \
                         print!(\" {{}}:{{}}\", std::mem::offset_of!({name}, {f}), size(|s: &{name}| &s.{f})); }}"
                    );
                }
                main.push_str("println!();\n");
            }
        }
    }
    main.push_str("}\n");
    let krate = folder.join("krate");
    std::fs::create_dir_all(krate.join("src")).unwrap();
    std::fs::write(krate.join("src/main.rs"), main).unwrap();
    let runtime = tools::root().join("shm-runtime");
    let manifest = format!(
        "[package]\nname = \"layouts\"\nversion = \"0.0.0\"\nedition = \"2021\"\n\
         [dependencies]\nshm-runtime = {{ path = {:?}, default-features = false }}\n[workspace]\n",
        runtime.display().to_string()
    );
    std::fs::write(krate.join("Cargo.toml"), manifest).unwrap();
    let output = tools::run(
        Command::new(env!("CARGO"))
            .current_dir(&krate)
            .args(["run", "--quiet"])
            .env("CARGO_TARGET_DIR", tools::target().join("tmp-layouts")),
    );
    parse(&output.stdout)
}

/// Whether Python writes it yet.
fn python_can(schema: &Schema) -> bool {
    !schema.has_shapes()
}

fn say_python(groups: &[Vec<Schema>], folder: &Path) -> Said {
    let mut script = String::from("import importlib, ctypes, numpy\n");
    for schema in groups.iter().flatten().filter(|s| python_can(s)) {
        let i = schema.index;
        let _ = writeln!(script, "m = importlib.import_module('s{i}')");
        for c in 0..schema.compounds.len() {
            let compound = schema.name(c);
            let names: Vec<String> =
                paths(schema, c).0.into_iter().map(|f| format!("'{f}'")).collect();
            let _ = writeln!(
                script,
                "c = m.{compound}; print('ours {i} {compound} =', ctypes.sizeof(c), '?', \
                 *(f'{{getattr(c, n).offset}}:{{getattr(c, n).size}}' for n in [{}]))\n\
                 d = numpy.dtype(c.DTYPE); assert d.itemsize == c.SIZE\n\
                 assert all(d.fields[n][1] == getattr(c, n).offset and d.fields[n][0].itemsize == \
                 getattr(c, n).size for n in [{}])",
                names.join(", "),
                names.join(", ")
            );
        }
    }
    let path = folder.join("layout.py");
    std::fs::write(&path, script).unwrap();
    parse(&tools::run(tools::python_with(folder).args(["-W", "error"]).arg(path)).stdout)
}

#[test]
fn every_language_lays_random_structs_out_as_a_plain_struct_of_the_same_fields() {
    let folder = tools::scratch("layouts");
    let mut dice = Dice(2026);
    let all: Vec<Schema> = (0..schemas()).map(|i| random(i, &mut dice)).collect();
    for schema in &all {
        let source = Source::new(format!("s{}.toml", schema.index), toml(schema));
        let checked = shmgen::check(&source, Limits::default()).into_result();
        let checked = checked.unwrap_or_else(|d| panic!("{d}\n{}", source.text()));
        let languages = Language::DEFAULT.into_iter();
        let languages: Vec<Language> =
            languages.filter(|l| *l != Language::Python || python_can(schema)).collect();
        for (name, text) in generate(&checked, &languages, &Options::default()) {
            std::fs::write(folder.join(name), text).unwrap();
        }
    }
    let compounds: usize = all.iter().map(|s| s.compounds.len()).sum();
    let mut groups: Vec<Vec<Schema>> = Vec::new();
    for schema in all {
        match groups.last_mut() {
            Some(last) if last.len() < GROUP => last.push(schema),
            _ => groups.push(vec![schema]),
        }
    }
    // The oracle is what gcc says of the plain structs.
    let mut oracle = Said::new();
    let mut compared = 0;
    for group in &groups {
        for compilers in tools::compilers() {
            let mut said = say_c(compilers.c, "-std=c11", &program(group, false), &folder);
            if compilers.c == "gcc" {
                let plain = said.iter().filter_map(|(k, v)| Some((k.strip_prefix("oracle ")?, v)));
                oracle.extend(plain.map(|(k, v)| (k.to_owned(), v.clone())));
            }
            let in_cpp = say_c(compilers.cpp, "-std=c++17", &program(group, true), &folder);
            said.extend(in_cpp.into_iter().map(|(k, v)| (k.replace("ours", "ours,in-C++"), v)));
            for (key, value) in said {
                let (who, key) = key.split_once(' ').unwrap();
                assert_eq!(oracle[key], value, "{who} of {key} in {}", compilers.c);
                compared += 1;
            }
        }
    }
    // A group at a time: rustc takes more than twice as long for twice as much.
    for (key, value) in
        groups.iter().flat_map(|group| say_rust(std::slice::from_ref(group), &folder))
    {
        let (who, key) = key.split_once(' ').unwrap();
        assert_eq!(oracle[key], value, "{who} of {key} in rustc");
        compared += 1;
    }
    for (key, value) in say_python(&groups, &folder) {
        let key = key.strip_prefix("ours ").unwrap();
        // ctypes has no say in alignment.
        let expected: Vec<&str> = oracle[key].split(' ').collect();
        let said: Vec<&str> = value.split(' ').collect();
        assert_eq!(expected[0], said[0], "the size of {key} in ctypes");
        assert_eq!(expected[2..], said[2..], "the offsets of {key} in ctypes");
        compared += 1;
    }
    assert_eq!(oracle.len(), 2 * compounds);
    println!("{} schemas, {compounds} structs and unions, {compared} comparisons", schemas());
}
