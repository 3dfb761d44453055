//! Values of every construct, at random: read in one language by its own
//! accessors, built anew by its own setters, and the same bytes again in every
//! other.
//!
//! The values are made from the contract, and are canonical: what no value
//! covers is zero. So a language that reads a field wrongly, or writes it
//! wrongly, does not give the bytes back.
//!
//! `SHMGEN_VALUES` says how many values, 500 otherwise, and `SHMGEN_VALUE_SCHEMAS`
//! of how many random schemas; 3 otherwise.

use super::write;
use dice::Dice;
use shm_runtime::contract::{Contract, Primitive, TypeBody, TypeExpr, Wrapper};
use shmgen::model::{Limits, Schema};
use shmgen_test_support::{dice, random as schema, tools};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Arc;

fn how_many() -> usize {
    std::env::var("SHMGEN_VALUES").ok().and_then(|n| n.parse().ok()).unwrap_or(500)
}

// --- random values

fn usize_of(n: u64) -> usize {
    usize::try_from(n).unwrap()
}

/// Text of at most this many bytes, of the first `kinds` of these letters.
fn random_text(dice: &mut Dice, room: u64, kinds: u64) -> String {
    const LETTERS: [char; 11] = ['a', 'Z', '0', ' ', '"', '\\', 'é', '€', '😀', '\n', '\0'];
    let mut text = String::new();
    for _ in 0..dice.roll(room + 1) {
        let c = LETTERS[dice.roll(kinds) as usize];
        if text.len() + c.len_utf8() <= usize_of(room) {
            text.push(c);
        }
    }
    text
}

fn random(contract: &Contract, ty: &TypeExpr, dice: &mut Dice, out: &mut [u8]) {
    match ty {
        TypeExpr::Primitive(Primitive::Bool) => out[0] = dice.roll(2) as u8,
        TypeExpr::Primitive(Primitive::F32) => {
            let value = dice.roll(2_000_000) as f32 / 64.0 - 10_000.0;
            out.copy_from_slice(&value.to_le_bytes());
        }
        TypeExpr::Primitive(Primitive::F64) => {
            let value = dice.roll(2_000_000) as f64 / 3.0 - 10_000.0;
            out.copy_from_slice(&value.to_le_bytes());
        }
        TypeExpr::Primitive(_) | TypeExpr::Bytes(_) | TypeExpr::Byte | TypeExpr::Char => {
            any(dice, out);
        }
        TypeExpr::Str(n) => {
            let text = random_text(dice, *n, 10);
            out[..text.len()].copy_from_slice(text.as_bytes());
        }
        TypeExpr::List(element, n) if **element == TypeExpr::Char => {
            let text = random_text(dice, *n, 11);
            out[..4].copy_from_slice(&u32::try_from(text.len()).unwrap().to_le_bytes());
            out[4..4 + text.len()].copy_from_slice(text.as_bytes());
        }
        TypeExpr::Array(element, dims) => {
            let count = usize_of(dims.iter().product());
            let each = out.len() / count;
            out.chunks_mut(each).for_each(|part| random(contract, element, dice, part));
        }
        TypeExpr::List(element, n) => {
            let (size, align) = contract.size_and_align(element).unwrap();
            let start = usize_of(Wrapper::list(size, align, *n).unwrap().offset);
            let count = dice.roll(n + 1);
            out[..4].copy_from_slice(&u32::try_from(count).unwrap().to_le_bytes());
            let items = out[start..].chunks_mut(usize_of(size)).take(usize_of(count));
            items.for_each(|item| random(contract, element, dice, item));
        }
        TypeExpr::Optional(inner) => {
            let (size, align) = contract.size_and_align(inner).unwrap();
            let start = usize_of(Wrapper::optional(size, align).unwrap().offset);
            out[0] = dice.roll(2) as u8;
            if out[0] == 1 {
                random(contract, inner, dice, &mut out[start..start + usize_of(size)]);
            }
        }
        TypeExpr::Named(name) => match &contract.type_def(name).unwrap().body {
            TypeBody::Enum(_, values) if dice.roll(2) == 0 => {
                let value = values[dice.roll(values.len() as u64) as usize].number;
                let n = out.len();
                out.copy_from_slice(&value.to_le_bytes()[..n]);
            }
            TypeBody::Enum(..) | TypeBody::Flags(..) => any(dice, out),
            TypeBody::Struct(fields) => {
                for field in fields {
                    let (start, end) = (field.offset, field.offset + field.size);
                    let part = &mut out[usize_of(start)..usize_of(end)];
                    random(contract, &field.ty, dice, part);
                }
            }
            TypeBody::Union(tag, variants) => {
                let head = usize_of(tag.size());
                let aligns =
                    variants.iter().filter_map(|v| contract.size_and_align(v.ty.as_ref()?));
                let start = aligns.map(|(_, align)| align).max().unwrap_or(1).max(tag.size());
                let start = usize_of(start);
                if dice.roll(10) == 0 {
                    // A tag from another version, and what it may hold.
                    any(dice, &mut out[..head]);
                    let tag = |out: &[u8]| {
                        let mut wide = [0; 8];
                        wide[..head].copy_from_slice(&out[..head]);
                        u64::from_le_bytes(wide)
                    };
                    if variants.iter().all(|v| v.number != tag(out)) {
                        let payload = variants
                            .iter()
                            .filter_map(|v| contract.size_and_align(v.ty.as_ref()?))
                            .map(|(size, _)| usize_of(size))
                            .max();
                        any(dice, &mut out[start..start + payload.unwrap()]);
                        return;
                    }
                    out[..head].fill(0);
                }
                let variant = &variants[dice.roll(variants.len() as u64) as usize];
                out[..head].copy_from_slice(&variant.number.to_le_bytes()[..head]);
                if let Some(ty) = &variant.ty {
                    let (size, _) = contract.size_and_align(ty).unwrap();
                    random(contract, ty, dice, &mut out[start..start + usize_of(size)]);
                }
            }
        },
    }
}

fn any(dice: &mut Dice, out: &mut [u8]) {
    out.fill_with(|| dice.roll(256) as u8);
}

// --- a program in each language that reads values and writes them anew

struct Subject {
    schema: Schema,
    /// The struct whose values pass.
    root: String,
    folder: PathBuf,
}

fn c_program(subject: &Subject, compiler: &str) -> PathBuf {
    std::fs::write(subject.folder.join("copy.c"), write::c(&subject.schema, &subject.root))
        .unwrap();
    let program = subject.folder.join(format!("copy-c-{compiler}"));
    tools::run(
        Command::new(compiler)
            .args([
                "-std=c11",
                "-O1",
                "-Wall",
                "-Wextra",
                "-Werror",
                "-Wno-unused-function",
                "-Wno-deprecated-declarations",
                "-fsanitize=address,undefined",
            ])
            .args(["-fno-sanitize-recover=all", "-I"])
            .arg(&subject.folder)
            .args(["-o"])
            .arg(&program)
            .arg(subject.folder.join("copy.c")),
    );
    program
}

fn cpp_program(subject: &Subject, compiler: &str) -> PathBuf {
    let text = write::cpp(&subject.schema, &subject.root);
    std::fs::write(subject.folder.join("copy.cpp"), text).unwrap();
    let program = subject.folder.join(format!("copy-cpp-{compiler}"));
    tools::run(
        Command::new(compiler)
            .args([
                "-std=c++17",
                "-O1",
                "-Wall",
                "-Wextra",
                "-Werror",
                "-Wno-unused-function",
                "-Wno-deprecated-declarations",
                "-fsanitize=address,undefined",
            ])
            .args(["-fno-sanitize-recover=all", "-I"])
            .arg(&subject.folder)
            .args(["-o"])
            .arg(&program)
            .arg(subject.folder.join("copy.cpp")),
    );
    program
}

fn rust_program(subject: &Subject, name: &str) -> PathBuf {
    let krate = subject.folder.join("krate");
    std::fs::create_dir_all(krate.join("src")).unwrap();
    for schema in subject.schema.with_imports() {
        let file = format!("{}.rs", schema.module);
        std::fs::copy(subject.folder.join(&file), krate.join("src").join(&file)).unwrap();
    }
    std::fs::write(krate.join("src/main.rs"), write::rust(&subject.schema, &subject.root)).unwrap();
    let manifest = format!(
        "[package]\nname = \"values-{name}\"\nversion = \"0.0.0\"\nedition = \"2021\"\n\
         [dependencies]\nshm-runtime = {{ path = {:?}, default-features = false }}\n[workspace]\n",
        tools::root().join("shm-runtime").display().to_string()
    );
    std::fs::write(krate.join("Cargo.toml"), manifest).unwrap();
    tools::run(tools::cargo(&krate).args(["build", "--quiet"]));
    tools::crates().join("debug").join(format!("values-{name}"))
}

/// What a program makes of the bytes.
fn through(command: &mut Command, folder: &Path, bytes: &[u8]) -> Vec<u8> {
    let (from, to) = (folder.join("in"), folder.join("out"));
    std::fs::write(&from, bytes).unwrap();
    tools::run(command.arg(&from).arg(&to).stdin(Stdio::null()));
    std::fs::read(&to).unwrap()
}

fn compare(subject: &Subject, contract: &Contract, language: &str, before: &[u8], after: &[u8]) {
    let ty = TypeExpr::parse(&subject.root).unwrap();
    let (size, _) = contract.size_and_align(&ty).unwrap();
    assert_eq!(before.len(), after.len(), "{language}");
    for (i, (a, b)) in before.chunks(usize_of(size)).zip(after.chunks(usize_of(size))).enumerate() {
        let shown = |bytes| contract.read(&ty, bytes).unwrap().to_string();
        assert!(a == b, "{language}, value {i}:\n{}\n{}", shown(a), shown(b));
    }
}

fn values_survive(name: &str, root: &str) {
    let path = tools::root().join(format!("tests/schemas/{name}.toml"));
    values_of_schema_survive(&path, name, root, how_many());
}

fn values_of_schema_survive(path: &Path, name: &str, root: &str, how_many: usize) {
    let schema = shmgen::check_file(path, Limits::default()).into_result().unwrap();
    let folder = tools::scratch(&format!("values-{name}"));
    tools::generate(path, &folder);
    let subject = Subject { schema, root: root.to_owned(), folder };
    let holds = |c: &&shmgen::model::Segment| {
        c.contract.types.iter().any(|t| t.name == root && t.schema.is_empty())
    };
    let contract = &subject.schema.segments.iter().find(holds).unwrap().contract;
    let ty = TypeExpr::parse(root).unwrap();
    let (size, _) = contract.size_and_align(&ty).unwrap();
    let mut dice = Dice(7);
    let mut bytes = vec![0; usize_of(size) * how_many];
    for value in bytes.chunks_mut(usize_of(size)) {
        random(contract, &ty, &mut dice, value);
    }
    let rust = through(&mut Command::new(rust_program(&subject, name)), &subject.folder, &bytes);
    compare(&subject, contract, "Rust", &bytes, &rust);
    for compiler in tools::compilers() {
        let c =
            through(&mut Command::new(c_program(&subject, compiler.c)), &subject.folder, &bytes);
        compare(&subject, contract, compiler.c, &bytes, &c);
        let program = cpp_program(&subject, compiler.cpp);
        let cpp = through(&mut Command::new(program), &subject.folder, &bytes);
        compare(&subject, contract, compiler.cpp, &bytes, &cpp);
    }
    let script = subject.folder.join("copy_values.py");
    std::fs::write(&script, write::python(&subject.schema, root)).unwrap();
    let mut python = tools::python_with(&subject.folder);
    let python = through(python.args(["-W", "error"]).arg(&script), &subject.folder, &bytes);
    compare(&subject, contract, "Python", &bytes, &python);
}

#[test]
fn lists_optionals_unions_and_imports_read_back_equal_in_every_language() {
    values_survive("shapes", "Message");
}

#[test]
fn every_kind_of_field_reads_back_equal_in_every_language() {
    values_survive("everything", "Book");
}

#[test]
fn values_of_random_schemas_read_back_equal_in_every_language() {
    let count = std::env::var("SHMGEN_VALUE_SCHEMAS").ok().and_then(|n| n.parse().ok());
    let mut dice = Dice(20_261_121);
    let folder = tools::scratch("values-schemas");
    let mut before: Option<Arc<schema::Schema>> = None;
    for index in 0..count.unwrap_or(3) {
        let random = Arc::new(schema::random(index, &mut dice, before.as_ref()));
        before = Some(Arc::clone(&random));
        let mut text = schema::toml(&random);
        // A struct of everything in it, and a segment that holds it.
        text.push_str("[struct.Whole]\nfield = [\n");
        for c in 0..random.compounds.len() {
            text += &format!("  {{ name = \"f{c}\", type = \"S{c}\" }},\n");
        }
        text.push_str(
            "]\n[segment.feed]\nobject = [ { name = \"q\", kind = \"queue\", item = \"Whole\", \
             capacity = 1 } ]\n",
        );
        let name = format!("s{index}");
        let path = folder.join(format!("{name}.toml"));
        std::fs::write(&path, text).unwrap();
        values_of_schema_survive(&path, &name, "Whole", 50);
    }
}
