//! Random schemas: their layout in gcc, clang, rustc, ctypes and NumPy, against
//! plain types of the same fields that this test writes without asking the
//! model.
//!
//! `SHMGEN_LAYOUTS` says how many schemas; 1000 take some minutes.

use super::oracle;
use dice::Dice;
use schema::{Compound, Element, Schema, Type, random, toml};
use shmgen::backend::{Language, Options, generate};
use shmgen::model::Limits;
use shmgen_test_support::{dice, random as schema, tools};
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use std::time::Instant;

/// Schemas in one compilation.
const GROUP: usize = 50;

fn schemas() -> usize {
    std::env::var("SHMGEN_LAYOUTS").ok().and_then(|n| n.parse().ok()).unwrap_or(150)
}

/// Where the time goes.
struct Clock {
    begin: Instant,
    laps: Vec<String>,
}

impl Clock {
    fn new() -> Self {
        Self { begin: Instant::now(), laps: vec![] }
    }

    fn lap(&mut self, what: &str) {
        self.laps.push(format!("{what} {:.0} s", self.begin.elapsed().as_secs_f64()));
        self.begin = Instant::now();
    }
}

// --- what each language says

/// `schema type` to `size align offset:size offset:size ..`, and
/// `schema type inside` to where the parts of lists, optionals and unions lie.
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

/// The names of a struct's fields. A union's variants have no place by name in
/// every language; they are looked at from inside.
fn fields(compound: &Compound) -> Vec<String> {
    let fields = compound.fields().filter(|_| compound.tag.is_none());
    fields.map(|(f, _)| format!("f{f}")).collect()
}

/// The ways to what lies in the lists, optionals and unions of a type, each as
/// names and as C writes it.
fn insides(schema: &Schema, compound: &Compound) -> Vec<(Vec<String>, String)> {
    let mut out = Vec::new();
    let (way, path) = match compound.tag {
        Some(_) => (vec!["held".to_owned()], "as".to_owned()),
        None => (vec![], String::new()),
    };
    if compound.tag.is_some() {
        out.push((way.clone(), path.clone()));
    }
    for (f, ty) in compound.fields() {
        let mut way = way.clone();
        way.push(format!("f{f}"));
        let dot = if path.is_empty() { "" } else { "." };
        inside(schema, ty, &mut way, format!("{path}{dot}f{f}"), &mut out);
    }
    out
}

fn inside(
    schema: &Schema,
    ty: &Type,
    way: &mut Vec<String>,
    mut path: String,
    out: &mut Vec<(Vec<String>, String)>,
) {
    ty.dims.iter().for_each(|_| path.push_str("[0]"));
    let (name, inner) = match &ty.element {
        Element::List(inner, _) => ("items", inner),
        Element::Optional(inner) => ("value", inner),
        Element::BoundedStr(_) | Element::BoundedBytes(_) => {
            way.push("items".to_owned());
            out.push((way.clone(), format!("{path}.items")));
            return;
        }
        Element::Alias(a) => return inside(schema, &schema.aliases[*a], way, path, out),
        _ => return,
    };
    way.push(name.to_owned());
    path = format!("{path}.{name}");
    out.push((way.clone(), path.clone()));
    if name == "items" {
        path.push_str("[0]");
    }
    inside(schema, inner, way, path, out);
}

/// A program that says sizes, alignments and offsets: in C of the plain types
/// and of ours, in C++ of ours.
fn program(group: &[Arc<Schema>], cpp: bool) -> String {
    let mut out = String::from("#include <stddef.h>\n#include <stdio.h>\n");
    for schema in group {
        let _ = writeln!(out, "#include \"s{}.h\"", schema.index);
        if !cpp {
            out.push_str(&oracle::in_c(schema));
        }
    }
    let align = if cpp { "alignof" } else { "_Alignof" };
    out.push_str("int main(void) {\n");
    for schema in group {
        let i = schema.index;
        for (s, compound) in schema.compounds.iter().enumerate() {
            let mut names = vec![("ours", format!("r_s{i}_S{s}"))];
            if !cpp {
                names.push(("oracle", format!("struct o{i}_S{s}")));
            }
            for (who, name) in names {
                let _ = writeln!(
                    out,
                    "  printf(\"{who} {i} S{s} = %zu %zu\", sizeof({name}), {align}({name}));"
                );
                for f in fields(compound) {
                    let _ = writeln!(
                        out,
                        "  printf(\" %zu:%zu\", offsetof({name}, {f}), sizeof((({name} *)0)->{f}));"
                    );
                }
                let _ = writeln!(out, "  printf(\"\\n{who} {i} S{s} inside =\");");
                for (_, path) in insides(schema, compound) {
                    let _ = writeln!(out, "  printf(\" %zu\", offsetof({name}, {path}));");
                }
                out.push_str("  printf(\"\\n\");\n");
            }
        }
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

/// Whether rustc says the same of our types and of plain ones; how many were
/// compared. It is asked by assertions, which it looks at without making a
/// program of all that.
fn ask_rust(group: &[Arc<Schema>], oracle: &Said, folder: &Path) -> usize {
    let mut compared = 0;
    let mut lib = String::from(
        "#![allow(warnings)]\n\
         const fn size<A, B>(_: fn(&A) -> &B) -> usize { size_of::<B>() }\n",
    );
    for schema in group {
        let i = schema.index;
        let path = folder.join(format!("s{i}.rs"));
        let _ = writeln!(lib, "mod s{i} {{ include!({:?}); }}", path.display().to_string());
        let _ = writeln!(lib, "mod o{i} {{ {} }}", oracle::in_rust(schema));
    }
    for schema in group {
        let i = schema.index;
        for (s, compound) in schema.compounds.iter().enumerate() {
            let mut names = vec![("ours", format!("s{i}::S{s}"))];
            if oracle::rust_can(schema, compound) {
                names.push(("plain", format!("o{i}::O{s}")));
            }
            let said = &oracle[&format!("{i} S{s}")];
            let mut said = said.split(' ');
            let (bytes, align) = (said.next().unwrap(), said.next().unwrap());
            let places: Vec<&str> = said.collect();
            for (who, name) in names {
                let is = |what: &str, number: &str, about: &str| {
                    format!(
                        "const _: () = assert!({what} == {number}, \"{who} {i} S{s}: {about}\");\n"
                    )
                };
                lib += &is(&format!("size_of::<{name}>()"), bytes, "size");
                lib += &is(&format!("align_of::<{name}>()"), align, "alignment");
                for (f, place) in fields(compound).iter().zip(&places) {
                    let (offset, size) = place.split_once(':').unwrap();
                    lib += &is(&format!("std::mem::offset_of!({name}, {f})"), offset, f);
                    lib += &is(&format!("size(|s: &{name}| &s.{f})"), size, f);
                }
                compared += 1;
            }
        }
    }
    let krate = folder.join("krate");
    std::fs::create_dir_all(krate.join("src")).unwrap();
    std::fs::write(krate.join("src/lib.rs"), lib).unwrap();
    let runtime = tools::root().join("shm-runtime");
    let manifest = format!(
        "[package]\nname = \"layouts\"\nversion = \"0.0.0\"\nedition = \"2021\"\n\
         [dependencies]\nshm-runtime = {{ path = {:?}, default-features = false }}\n[workspace]\n",
        runtime.display().to_string()
    );
    std::fs::write(krate.join("Cargo.toml"), manifest).unwrap();
    tools::run(tools::cargo(&krate).args(["check", "--quiet"]));
    compared
}

/// What ctypes and NumPy say; of what lies inside they must say the same.
const PYTHON: &str = "\
import ctypes, importlib, numpy

def inside(kind, raw, way):
    dtype, one, other = numpy.dtype(kind.DTYPE), 0, 0
    for name in way:
        while hasattr(raw, '_type_'):
            raw = raw._type_
        other += getattr(raw, name).offset
        raw = dict(raw._fields_)[name]
        if name != 'held': # NumPy has the variants in the union itself
            while dtype.subdtype:
                dtype = dtype.base
            dtype, offset, *_ = dtype.fields[name]
            one += offset
            assert one == other, (kind, way, one, other)
    return other

def say(key, kind, fields, insides):
    raw = getattr(kind, '_raw', kind)
    dtype = numpy.dtype(kind.DTYPE)
    assert dtype.itemsize == kind.SIZE
    for name in fields:
        field, (part, offset, *_) = getattr(kind, name), dtype.fields[name]
        assert (offset, part.itemsize) == (field.offset, field.size), (kind, name)
    places = [f'{getattr(kind, name).offset}:{getattr(kind, name).size}' for name in fields]
    print('ours', key, '=', ctypes.sizeof(raw), '?', *places)
    print('ours', key, 'inside =', *(inside(kind, raw, way) for way in insides))

";

fn say_python(groups: &[Vec<Arc<Schema>>], folder: &Path) -> Said {
    let mut script = String::from(PYTHON);
    for schema in groups.iter().flatten() {
        let i = schema.index;
        let _ = writeln!(script, "m = importlib.import_module('s{i}')");
        for (s, compound) in schema.compounds.iter().enumerate() {
            let ways: Vec<_> = insides(schema, compound).into_iter().map(|(way, _)| way).collect();
            let fields = fields(compound);
            let _ = writeln!(script, "say('{i} S{s}', m.S{s}, {fields:?}, {ways:?})");
        }
    }
    let path = folder.join("layout.py");
    std::fs::write(&path, script).unwrap();
    parse(&tools::run(tools::python_with(folder).args(["-W", "error"]).arg(path)).stdout)
}

#[test]
fn every_language_lays_random_types_out_as_plain_types_of_the_same_fields() {
    let folder = tools::scratch("layouts");
    let mut dice = Dice(2026);
    let mut all: Vec<Arc<Schema>> = Vec::new();
    for index in 0..schemas() {
        // What it imports is compiled with it.
        let before = all.last().filter(|_| !index.is_multiple_of(GROUP));
        all.push(Arc::new(random(index, &mut dice, before)));
    }
    for schema in &all {
        let path = folder.join(format!("s{}.toml", schema.index));
        let text = toml(schema);
        std::fs::write(&path, &text).unwrap();
        let checked = shmgen::check_file(&path, Limits::default()).into_result();
        let checked = checked.unwrap_or_else(|d| panic!("{d}\n{text}"));
        for (name, text) in generate(&checked, &Language::DEFAULT, &Options::default()) {
            std::fs::write(folder.join(name), text).unwrap();
        }
    }
    let types: usize = all.iter().map(|s| s.compounds.len()).sum();
    let unions = all.iter().flat_map(|s| &s.compounds).filter(|c| c.tag.is_some()).count();
    let inside: usize =
        all.iter().flat_map(|s| s.compounds.iter().map(|c| insides(s, c).len())).sum();
    let mut groups: Vec<Vec<Arc<Schema>>> = Vec::new();
    for schema in all {
        match groups.last_mut() {
            Some(last) if last.len() < GROUP => last.push(schema),
            _ => groups.push(vec![schema]),
        }
    }
    let mut clock = Clock::new();
    // The oracle is what gcc says of the plain types.
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
    clock.lap("C and C++");
    // A group at a time: rustc takes more than twice as long for twice as much.
    for group in &groups {
        compared += ask_rust(group, &oracle, &folder);
    }
    clock.lap("Rust");
    for (key, value) in say_python(&groups, &folder) {
        let key = key.strip_prefix("ours ").unwrap();
        let expected: Vec<&str> = oracle[key].split(' ').collect();
        let said: Vec<&str> = value.split(' ').collect();
        if key.ends_with("inside") {
            assert_eq!(expected, said, "the places in {key} in ctypes and NumPy");
        } else {
            // ctypes has no say in alignment.
            assert_eq!(expected[0], said[0], "the size of {key} in ctypes");
            assert_eq!(expected[2..], said[2..], "the offsets of {key} in ctypes");
        }
        compared += 1;
    }
    clock.lap("Python");
    assert_eq!(oracle.len(), 2 * types);
    println!(
        "{} schemas, {types} types ({unions} of them unions), {inside} lists, optionals and \
         unions in them, {compared} comparisons; {}",
        schemas(),
        clock.laps.join(", ")
    );
}
