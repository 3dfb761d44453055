//! Random schemas: their layout in gcc, clang, rustc and ctypes, against plain
//! structs of the same fields that this test writes without asking the model.
//!
//! `SHMGEN_LAYOUTS` says how many schemas; 1000 take some minutes.

#![allow(missing_docs, clippy::pedantic)]

#[path = "common/dice.rs"]
mod dice;
#[path = "common/tools.rs"]
mod tools;

use dice::Dice;
use shmgen::backend::{Language, Options, generate};
use shmgen::diagnostics::Source;
use shmgen::model::Limits;
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;
use std::process::Command;

/// Schemas in one compilation.
const GROUP: usize = 50;

fn schemas() -> usize {
    std::env::var("SHMGEN_LAYOUTS").ok().and_then(|n| n.parse().ok()).unwrap_or(150)
}

// --- a schema as this test sees it

struct Schema {
    index: usize,
    numbers: Vec<Number>,
    structs: Vec<Struct>,
}

/// An enum or a set of flags.
struct Number {
    is_flags: bool,
    repr: &'static str,
}

struct Struct {
    align: Option<u64>,
    extent: Option<u64>,
    members: Vec<Member>,
}

enum Member {
    Reserved(u64),
    Field { ty: Ty, dims: Vec<u64>, align: Option<u64> },
}

#[derive(Clone, Copy)]
enum Ty {
    Primitive(&'static str),
    Str(u64),
    Bytes(u64),
    Number(usize),
    Struct(usize),
}

const PRIMITIVES: [(&str, &str, &str, u64); 11] = [
    ("u8", "uint8_t", "u8", 1),
    ("u16", "uint16_t", "u16", 2),
    ("u32", "uint32_t", "u32", 4),
    ("u64", "uint64_t", "u64", 8),
    ("i8", "int8_t", "i8", 1),
    ("i16", "int16_t", "i16", 2),
    ("i32", "int32_t", "i32", 4),
    ("i64", "int64_t", "i64", 8),
    ("f32", "float", "f32", 4),
    ("f64", "double", "f64", 8),
    ("bool", "uint8_t", "u8", 1),
];

fn random(index: usize, dice: &mut Dice) -> Schema {
    let reprs = ["u8", "u16", "u32", "u64", "i8", "i16", "i32", "i64"];
    let numbers: Vec<Number> = (0..dice.roll(3))
        .map(|_| {
            let is_flags = dice.roll(2) == 0;
            Number { is_flags, repr: reprs[dice.roll(if is_flags { 4 } else { 8 }) as usize] }
        })
        .collect();
    let mut structs: Vec<Struct> = Vec::new();
    for _ in 0..1 + dice.roll(4) {
        let mut members: Vec<Member> = Vec::new();
        for _ in 0..1 + dice.roll(8) {
            if dice.roll(8) == 0 {
                members.push(Member::Reserved(1 + dice.roll(20)));
                continue;
            }
            members.push(field(dice, &numbers, &structs));
        }
        if !members.iter().any(|m| matches!(m, Member::Field { .. })) {
            members.push(field(dice, &numbers, &structs));
        }
        // Only more than the fields need anyway.
        let align = (dice.roll(5) == 0).then(|| [16, 32, 64, 128][dice.roll(4) as usize]);
        let needed = members.iter().map(|m| member_align(m, &numbers, &structs)).max().unwrap();
        let align = align.filter(|a| *a >= needed);
        let extent = (dice.roll(5) == 0).then(|| {
            let most: u64 = members.iter().map(|m| most(m, &structs)).sum();
            (most + dice.roll(200)).next_multiple_of(needed.max(align.unwrap_or(1)))
        });
        structs.push(Struct { align, extent, members });
    }
    Schema { index, numbers, structs }
}

fn field(dice: &mut Dice, numbers: &[Number], structs: &[Struct]) -> Member {
    let ty = match dice.roll(10) {
        0 => Ty::Str(1 + dice.roll(40)),
        1 => Ty::Bytes(1 + dice.roll(40)),
        2 if !numbers.is_empty() => Ty::Number(dice.roll(numbers.len() as u64) as usize),
        3 | 4 if !structs.is_empty() => Ty::Struct(dice.roll(structs.len() as u64) as usize),
        _ => Ty::Primitive(PRIMITIVES[dice.roll(11) as usize].0),
    };
    let dims = (0..[0, 0, 0, 1, 2, 3][dice.roll(6) as usize]).map(|_| 1 + dice.roll(5)).collect();
    let natural = ty_align(ty, numbers, structs);
    let align = (dice.roll(12) == 0).then(|| [2, 4, 8, 16, 32, 64][dice.roll(6) as usize]);
    Member::Field { ty, dims, align: align.filter(|a| *a >= natural) }
}

/// What an alignment must be at least: how C aligns the type.
fn ty_align(ty: Ty, numbers: &[Number], structs: &[Struct]) -> u64 {
    let primitive = |name| PRIMITIVES.iter().find(|p| p.0 == name).unwrap().3;
    match ty {
        Ty::Primitive(name) => primitive(name),
        Ty::Str(_) | Ty::Bytes(_) => 1,
        Ty::Number(n) => primitive(numbers[n].repr),
        Ty::Struct(s) => {
            let inner = structs[s].members.iter().map(|m| member_align(m, numbers, structs)).max();
            inner.unwrap().max(structs[s].align.unwrap_or(1))
        }
    }
}

fn member_align(member: &Member, numbers: &[Number], structs: &[Struct]) -> u64 {
    match member {
        Member::Reserved(_) => 1,
        Member::Field { ty, align, .. } => ty_align(*ty, numbers, structs).max(align.unwrap_or(1)),
    }
}

/// More bytes than a member takes, with what lies before it for its alignment,
/// however the compiler lays it out.
fn most(member: &Member, structs: &[Struct]) -> u64 {
    match member {
        Member::Reserved(n) => *n,
        Member::Field { ty, dims, align } => {
            let element = match ty {
                Ty::Primitive(_) | Ty::Number(_) => 8,
                Ty::Str(n) | Ty::Bytes(n) => *n,
                Ty::Struct(s) => structs[*s].extent.unwrap_or_else(|| {
                    let inner: u64 = structs[*s].members.iter().map(|m| most(m, structs)).sum();
                    inner + 256
                }),
            };
            element * dims.iter().product::<u64>() + align.unwrap_or(1).max(128)
        }
    }
}

// --- written out as TOML, as C and as Rust

fn toml(schema: &Schema) -> String {
    let mut out =
        format!("shmgen = 1\n[schema]\nname = \"r.s{}\"\nversion = \"1.0\"\n", schema.index);
    for (n, number) in schema.numbers.iter().enumerate() {
        let repr = number.repr;
        if number.is_flags {
            let _ = write!(
                out,
                "[flags.N{n}]\nrepr = \"{repr}\"\nbit = [ {{ name = \"A\", bit = 0 }} ]\n"
            );
        } else {
            let _ = write!(
                out,
                "[enum.N{n}]\nrepr = \"{repr}\"\nvalue = [ {{ name = \"A\", number = 1 }} ]\n"
            );
        }
    }
    for (s, structure) in schema.structs.iter().enumerate() {
        let _ = writeln!(out, "[struct.S{s}]");
        if let Some(align) = structure.align {
            let _ = writeln!(out, "align = {align}");
        }
        if let Some(extent) = structure.extent {
            let _ = writeln!(out, "extent = {extent}");
        }
        out.push_str("field = [\n");
        for (f, member) in structure.members.iter().enumerate() {
            match member {
                Member::Reserved(n) => {
                    let _ = writeln!(out, "  {{ reserved = {n} }},");
                }
                Member::Field { ty, dims, align } => {
                    let mut text = match ty {
                        Ty::Primitive(name) => (*name).to_owned(),
                        Ty::Str(n) => format!("str[{n}]"),
                        Ty::Bytes(n) => format!("bytes[{n}]"),
                        Ty::Number(n) => format!("N{n}"),
                        Ty::Struct(s) => format!("S{s}"),
                    };
                    dims.iter().for_each(|d| text.push_str(&format!("[{d}]")));
                    let align = align.map_or(String::new(), |a| format!(", align = {a}"));
                    let _ = writeln!(out, "  {{ name = \"f{f}\", type = \"{text}\"{align} }},");
                }
            }
        }
        out.push_str("]\n");
    }
    out
}

fn c_type(ty: Ty, schema: &Schema) -> (String, String) {
    let primitive = |name| PRIMITIVES.iter().find(|p| p.0 == name).unwrap().1.to_owned();
    match ty {
        Ty::Primitive(name) => (primitive(name), String::new()),
        Ty::Str(n) => ("char".into(), format!("[{n}]")),
        Ty::Bytes(n) => ("uint8_t".into(), format!("[{n}]")),
        Ty::Number(n) => (primitive(schema.numbers[n].repr), String::new()),
        Ty::Struct(s) => (format!("struct o{}_S{s}", schema.index), String::new()),
    }
}

/// Plain structs of the same fields, without a member for any gap.
fn oracle_c(schema: &Schema) -> String {
    let mut out = String::new();
    for (s, structure) in schema.structs.iter().enumerate() {
        let align =
            structure.align.map_or(String::new(), |a| format!("__attribute__((aligned({a}))) "));
        let _ = writeln!(out, "struct {align}o{}_S{s} {{", schema.index);
        if structure.extent.is_some() {
            out.push_str("union { struct {\n");
        }
        for (f, member) in structure.members.iter().enumerate() {
            match member {
                Member::Reserved(n) => {
                    let _ = writeln!(out, "  unsigned char free{f}[{n}];");
                }
                Member::Field { ty, dims, align } => {
                    let (element, own) = c_type(*ty, schema);
                    let align = align.map_or(String::new(), |a| format!("_Alignas({a}) "));
                    let dims: String = dims.iter().map(|d| format!("[{d}]")).collect();
                    let _ = writeln!(out, "  {align}{element} f{f}{dims}{own};");
                }
            }
        }
        if let Some(extent) = structure.extent {
            let _ = writeln!(out, "}}; unsigned char extent[{extent}]; }};");
        }
        out.push_str("};\n");
    }
    out
}

/// Whether Rust can write the struct plainly: it has no alignment of fields and
/// no extent.
fn rust_can(schema: &Schema, s: usize) -> bool {
    let structure = &schema.structs[s];
    structure.extent.is_none()
        && structure.members.iter().all(|m| match m {
            Member::Reserved(_) => true,
            Member::Field { align: Some(_), .. } => false,
            Member::Field { ty: Ty::Struct(inner), .. } => rust_can(schema, *inner),
            Member::Field { .. } => true,
        })
}

fn oracle_rust(schema: &Schema) -> String {
    let mut out = String::new();
    let primitive = |name| PRIMITIVES.iter().find(|p| p.0 == name).unwrap().2.to_owned();
    for (s, structure) in schema.structs.iter().enumerate() {
        if !rust_can(schema, s) {
            continue;
        }
        let align = structure.align.map_or(String::new(), |a| format!(", align({a})"));
        let _ = writeln!(out, "#[repr(C{align})] pub struct O{s} {{");
        for (f, member) in structure.members.iter().enumerate() {
            match member {
                Member::Reserved(n) => {
                    let _ = writeln!(out, "  pub free{f}: [u8; {n}],");
                }
                Member::Field { ty, dims, .. } => {
                    let element = match *ty {
                        Ty::Primitive(name) => primitive(name),
                        Ty::Str(n) | Ty::Bytes(n) => format!("[u8; {n}]"),
                        Ty::Number(n) => primitive(schema.numbers[n].repr),
                        Ty::Struct(s) => format!("O{s}"),
                    };
                    let ty = dims.iter().rev().fold(element, |t, d| format!("[{t}; {d}]"));
                    let _ = writeln!(out, "  pub f{f}: {ty},");
                }
            }
        }
        out.push_str("}\n");
    }
    out
}

// --- what each language says

/// `schema struct` to `size align offset:size offset:size ..`
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

fn fields(structure: &Struct) -> impl Iterator<Item = usize> + '_ {
    let members = structure.members.iter().enumerate();
    members.filter(|(_, m)| matches!(m, Member::Field { .. })).map(|(f, _)| f)
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
    out.push_str("int main(void) {\n");
    for schema in group {
        let i = schema.index;
        for (s, structure) in schema.structs.iter().enumerate() {
            let mut names = vec![("ours", format!("r_s{i}_S{s}"))];
            if !cpp {
                names.push(("oracle", format!("struct o{i}_S{s}")));
            }
            for (who, name) in names {
                let _ = writeln!(
                    out,
                    "  printf(\"{who} {i} S{s} = %zu %zu\", sizeof({name}), {align}({name}));"
                );
                for f in fields(structure) {
                    let _ = writeln!(
                        out,
                        "  printf(\" %zu:%zu\", offsetof({name}, f{f}), sizeof((({name} *)0)->f{f}));"
                    );
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
        for (s, structure) in schema.structs.iter().enumerate() {
            let mut names = vec![("ours", format!("s{i}::S{s}"))];
            if rust_can(schema, s) {
                names.push(("oracle", format!("o{i}::O{s}")));
            }
            for (who, name) in names {
                let _ = writeln!(
                    main,
                    "print!(\"{who} {i} S{s} = {{}} {{}}\", size_of::<{name}>(), align_of::<{name}>());"
                );
                for f in fields(structure) {
                    let _ = writeln!(
                        main,
                        "{{ fn size<A, B>(_: fn(&A) -> &B) -> usize {{ size_of::<B>() }} \
                         print!(\" {{}}:{{}}\", std::mem::offset_of!({name}, f{f}), size(|s: &{name}| &s.f{f})); }}"
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

fn say_python(groups: &[Vec<Schema>], folder: &Path) -> Said {
    let mut script = String::from("import importlib, ctypes\n");
    for schema in groups.iter().flatten() {
        let i = schema.index;
        let _ = writeln!(script, "m = importlib.import_module('s{i}')");
        for (s, structure) in schema.structs.iter().enumerate() {
            let names: Vec<String> = fields(structure).map(|f| format!("'f{f}'")).collect();
            let _ = writeln!(
                script,
                "c = m.S{s}; print('ours {i} S{s} =', ctypes.sizeof(c), '?', *(f'{{getattr(c, n).offset}}:\
                 {{getattr(c, n).size}}' for n in [{}]))\n\
                 import numpy; d = numpy.dtype(c.DTYPE); assert d.itemsize == c.SIZE\n\
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
        for (name, text) in generate(&checked, &Language::DEFAULT, &Options::default()) {
            std::fs::write(folder.join(name), text).unwrap();
        }
    }
    let structs: usize = all.iter().map(|s| s.structs.len()).sum();
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
    assert_eq!(oracle.len(), structs);
    println!("{} schemas, {structs} structs, {compared} comparisons", schemas());
}
