//! Whatever name a schema may have in some role compiles in all languages: names
//! that compilers, interpreters and our own templates have already, in every role
//! at once, through gcc, clang, rustc, Python and mypy.
//!
//! `SHMGEN_NAMES` says how many names are drawn from each source; `all` takes
//! every one, in every role, which takes an hour.

use crate::words::{self, Words};
use shmgen::backend::{Language, Options, generate};
use shmgen::diagnostics::{Code, Diagnostic, Source};
use shmgen::model::{Limits, Schema};
use shmgen_test_support::dice::Dice;
use shmgen_test_support::tools::{self, C_WARNINGS, compilers, run, scratch};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::Path;
use std::process::Command;

/// What a name is the name of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Role {
    Struct,
    Enum,
    Flags,
    Union,
    Constant,
    Alias,
    Segment,
    Field,
    Value,
    Bit,
    Variant,
    Object,
    First,
    Second,
}

/// Of which a name can have one in a schema.
const TOP: [Role; 7] = [
    Role::Struct,
    Role::Enum,
    Role::Flags,
    Role::Union,
    Role::Constant,
    Role::Alias,
    Role::Segment,
];

const ALL: [Role; 14] = [
    Role::Struct,
    Role::Enum,
    Role::Flags,
    Role::Union,
    Role::Constant,
    Role::Alias,
    Role::Segment,
    Role::Field,
    Role::Value,
    Role::Bit,
    Role::Variant,
    Role::Object,
    Role::First,
    Role::Second,
];

fn head(name: &str) -> String {
    format!("shmgen = 1\n[schema]\nname = \"{name}\"\nversion = \"1.0\"\n")
}

/// What segments have queues of.
const ITEM: &str = "[struct.Z7]\nfield = [ { name = \"z\", type = \"u8\" } ]\n";

/// A declaration whose parts have its name too, as far as they may.
fn declared(name: &str, role: Role, may: impl Fn(Role) -> bool) -> String {
    let own =
        |role, otherwise: &str| if may(role) { name.to_owned() } else { otherwise.to_owned() };
    match role {
        Role::Struct => format!(
            "[struct.{name}]\nfield = [ {{ name = \"{}\", type = \"u32\" }}, {{ name = \"z9\", type = \"u8[3]\", range = {{ max = 5 }} }} ]\n",
            own(Role::Field, "z8")
        ),
        Role::Enum => format!(
            "[enum.{name}]\nrepr = \"i32\"\nvalue = [ {{ name = \"Z8\", number = -1 }}, {{ name = \"{}\", number = 1 }} ]\n",
            own(Role::Value, "Z9")
        ),
        Role::Flags => format!(
            "[flags.{name}]\nrepr = \"u16\"\nbit = [ {{ name = \"Z8\", bit = 3 }}, {{ name = \"{}\", bit = 1 }} ]\n",
            own(Role::Bit, "Z9")
        ),
        Role::Union => format!(
            "[union.{name}]\ntag = \"u8\"\nvariant = [ {{ name = \"z8\", number = 3 }}, {{ name = \"{}\", number = 1, type = \"i16\", range = {{ min = 2 }} }} ]\n",
            own(Role::Variant, "z9")
        ),
        Role::Constant => format!("[const.{name}]\ntype = \"u16\"\nvalue = 2\n"),
        Role::Alias => format!("[alias.{name}]\ntype = \"u64\"\nunit = \"ns\"\n"),
        Role::Segment => format!(
            "[segment.{name}]\nobject = [ {{ name = \"{}\", kind = \"queue\", item = \"Z7\", capacity = 2 }} ]\n",
            own(Role::Object, "z8")
        ),
        _ => panic!("{role:?} is declared in something"),
    }
}

/// A schema in which a name has one role and no other.
fn alone(name: &str, role: Role) -> String {
    let schema = match role {
        Role::First => head(&format!("{name}.z9")),
        Role::Second => head(&format!("z9.{name}")),
        _ => head("names.alone"),
    };
    let body = match role {
        Role::Field => format!("[struct.Z]\nfield = [ {{ name = \"{name}\", type = \"u32\" }} ]\n"),
        Role::Value => {
            format!("[enum.Z]\nrepr = \"u8\"\nvalue = [ {{ name = \"{name}\", number = 1 }} ]\n")
        }
        Role::Bit => {
            format!("[flags.Z]\nrepr = \"u8\"\nbit = [ {{ name = \"{name}\", bit = 1 }} ]\n")
        }
        Role::Variant => {
            format!(
                "[union.Z]\ntag = \"u8\"\nvariant = [ {{ name = \"{name}\", number = 1, type = \"u8\" }} ]\n"
            )
        }
        Role::Object => format!(
            "[struct.Z]\nfield = [ {{ name = \"z\", type = \"u8\" }} ]\n[segment.z9]\nobject = [ {{ name = \"{name}\", kind = \"queue\", item = \"Z\", capacity = 2 }} ]\n"
        ),
        Role::First | Role::Second => parts(),
        Role::Segment => ITEM.to_owned() + &declared(name, role, |_| false),
        _ => declared(name, role, |_| false),
    };
    schema + &body
}

/// One of everything, for schemas whose own name is what is tried.
fn parts() -> String {
    let names = ["Zs", "Ze", "Zf", "Zu", "Zc", "Za", "zg"];
    let all = names.iter().zip(TOP).map(|(name, role)| declared(name, role, |_| false));
    all.fold(ITEM.to_owned(), |out, one| out + &one)
}

fn check(name: &str, text: &str) -> Result<Schema, Vec<Diagnostic>> {
    let source = Source::new(format!("{name}.toml"), text.to_owned());
    let checked = shmgen::check(&source, Limits::default()).into_result();
    checked.map_err(|d| d.sorted().into_iter().cloned().collect())
}

/// The roles that each name may have. What is refused names another name.
fn roles(names: &BTreeSet<String>) -> (BTreeMap<&str, BTreeSet<Role>>, usize) {
    let mut out = BTreeMap::new();
    let mut refused = 0;
    for name in names {
        let mut may = BTreeSet::new();
        for role in ALL {
            match check("alone", &alone(name, role)) {
                Ok(_) => {
                    may.insert(role);
                }
                Err(why) => {
                    let all = [Code::E020, Code::E022, Code::E023];
                    assert!(why.iter().any(|d| all.contains(&d.code)), "{name} {role:?}: {why:?}");
                    let offers = |d: &&Diagnostic| d.help.as_ref().is_some_and(|h| h.contains('`'));
                    assert!(
                        why.iter().any(|d| offers(&d)),
                        "{name} {role:?} offers no name: {why:?}"
                    );
                    refused += 1;
                }
            }
        }
        out.insert(name.as_str(), may);
    }
    (out, refused)
}

/// Names in all the roles that they may have, in one schema. `turn` says which
/// name is declared as what.
fn together(names: &[&str], may: &BTreeMap<&str, BTreeSet<Role>>, turn: usize) -> String {
    let mut out = head(&format!("names.turn{turn}"));
    let mut types = Vec::new();
    let mut structs = Vec::new();
    for (i, name) in names.iter().enumerate() {
        let role = TOP[(i + turn) % TOP.len()];
        if !may[name].contains(&role) {
            continue;
        }
        out += &declared(name, role, |role| may[name].contains(&role));
        match role {
            Role::Constant => types.push((name, format!("u8[{name}]"))),
            Role::Segment => {}
            _ => types.push((name, (*name).to_owned())),
        }
        if role == Role::Struct {
            structs.push(*name);
        }
    }
    out += ITEM;
    let with = |role| names.iter().filter(move |name| may[*name].contains(&role));
    // Fields and variants of the types of their own names, or of any.
    let ty =
        |name: &&str| types.iter().find(|(n, _)| *n == name).map_or("u16", |(_, ty)| ty.as_str());
    out += "[struct.Z1]\nfield = [\n";
    for name in with(Role::Field) {
        let _ = writeln!(out, "  {{ name = \"{name}\", type = \"{}\" }},", ty(name));
    }
    for (i, (_, ty)) in types.iter().enumerate() {
        let _ = writeln!(out, "  {{ name = \"z{i}\", type = \"{ty}[<=2]\" }},");
    }
    out += "  { name = \"z\", type = \"u8\" },\n]\n[union.Z2]\ntag = \"u16\"\nvariant = [\n";
    for (i, name) in with(Role::Variant).enumerate() {
        let _ = writeln!(
            out,
            "  {{ name = \"{name}\", number = {}, type = \"{}\" }},",
            i + 1,
            ty(name)
        );
    }
    out +=
        "  { name = \"z\", number = 0, type = \"u8\" },\n]\n[enum.Z3]\nrepr = \"u16\"\nvalue = [\n";
    for (i, name) in with(Role::Value).enumerate() {
        let _ = writeln!(out, "  {{ name = \"{name}\", number = {i} }},");
    }
    out += "  { name = \"Z\", number = 65535 },\n]\n";
    for (i, names) in with(Role::Bit).collect::<Vec<_>>().chunks(64).enumerate() {
        let _ = writeln!(out, "[flags.Z4{i}]\nrepr = \"u64\"\nbit = [");
        for (bit, name) in names.iter().enumerate() {
            let _ = writeln!(out, "  {{ name = \"{name}\", bit = {bit} }},");
        }
        out += "]\n";
    }
    out += "[segment.z5]\nobject = [\n";
    for name in with(Role::Object) {
        let item = if structs.contains(name) { name } else { "Z7" };
        let _ = writeln!(
            out,
            "  {{ name = \"{name}\", kind = \"queue\", item = \"{item}\", capacity = 2 }},"
        );
    }
    out + "  { name = \"z\", kind = \"queue\", item = \"Z1\", capacity = 2 },\n]\n"
}

/// Schemas in which every name has each of its roles, under the names of their
/// modules. Names that come to the same in some language are in several.
fn schemas(names: &BTreeSet<String>, turns: usize) -> BTreeMap<String, Schema> {
    let (may, refused) = roles(names);
    println!("{} names in {} roles: {refused} are refused", names.len(), ALL.len());
    let mut out = BTreeMap::new();
    for (i, name) in names.iter().enumerate() {
        // Both of them only where every name has every role.
        for (way, (role, of)) in [(Role::First, "a"), (Role::Second, "b")].iter().enumerate() {
            let wanted = turns > 1 || i % 2 == way;
            if wanted && may[name.as_str()].contains(role) {
                let module = format!("{of}{i}");
                out.insert(module.clone(), check(&module, &alone(name, *role)).unwrap());
            }
        }
    }
    let all: Vec<&str> = names.iter().map(String::as_str).collect();
    for (group, names) in all.chunks(100).enumerate() {
        for turn in 0..turns {
            let mut left = names.to_vec();
            for part in 0.. {
                let (schema, apart) = fit(&left, &may, group + turn);
                let module = format!("g{group}_{turn}_{part}");
                // The name of the schema is what tells the modules apart in C.
                let text = schema.replacen("names.turn", &format!("names.{module}.turn"), 1);
                out.insert(module.clone(), check(&module, &text).unwrap());
                if apart.is_empty() {
                    break;
                }
                assert!(apart.len() < left.len(), "{apart:?}");
                left = apart;
            }
        }
    }
    out
}

/// A schema of as many of the names as go together, and the others.
fn fit<'n>(
    names: &[&'n str],
    may: &BTreeMap<&str, BTreeSet<Role>>,
    turn: usize,
) -> (String, Vec<&'n str>) {
    let (mut fit, mut apart) = (names.to_vec(), Vec::new());
    loop {
        let text = together(&fit, may, turn);
        let Err(why) = check("together", &text) else { return (text, apart) };
        let told: BTreeSet<&str> = why
            .iter()
            .map(|d| {
                let clash = [Code::E021, Code::E022, Code::E023, Code::E035];
                assert!(clash.contains(&d.code), "{}\n{text}", d.line());
                d.source.text()[d.span.clone()].trim_matches('"')
            })
            .collect();
        let before = fit.len();
        fit.retain(|name| {
            !told.contains(name) || {
                apart.push(*name);
                false
            }
        });
        assert!(fit.len() < before, "{}\n{text}", why[0].line());
    }
}

/// Through all compilers, with all warnings.
fn compile(schemas: &BTreeMap<String, Schema>, folder: &Path, widely: bool) {
    let (mut c, mut cpp, mut rust) = (String::new(), String::new(), String::new());
    rust += "#![forbid(unsafe_code)]\n#![deny(warnings)]\n//! All of them.\n";
    for (module, schema) in schemas {
        for (name, text) in generate(schema, &Language::DEFAULT, &Options::default()) {
            std::fs::write(folder.join(name), text).unwrap();
        }
        let _ = writeln!(c, "#include \"{module}.h\"");
        let _ = writeln!(cpp, "#include \"{module}.hpp\"");
        let path = folder.join(format!("{module}.rs"));
        let _ = writeln!(rust, "#[path = {:?}]\npub mod {module};", path.display().to_string());
    }
    std::fs::write(folder.join("all.c"), c + "int main(void) { return 0; }\n").unwrap();
    std::fs::write(folder.join("all.cpp"), cpp + "int main() { return 0; }\n").unwrap();
    std::thread::scope(|scope| {
        scope.spawn(|| in_c(folder, widely));
        in_rust(rust, folder);
        in_python(schemas, folder);
    });
}

fn in_c(folder: &Path, widely: bool) {
    let silent = |compiler: &str, dialect: &str, file: &str| {
        let dialect = format!("-std={dialect}");
        run(Command::new(compiler)
            .current_dir(folder)
            .args([&dialect, "-fsyntax-only", file])
            .args(C_WARNINGS));
    };
    for c in compilers().iter().take(if widely { usize::MAX } else { 1 }) {
        let (of_c, of_cpp): (&[&str], &[&str]) = match widely {
            true => (&["c11", "gnu11", "gnu2x"], &["c++17", "gnu++17", "gnu++20", "gnu++2b"]),
            false => (&["gnu11"], &["gnu++17"]),
        };
        of_c.iter().for_each(|dialect| silent(c.c, dialect, "all.c"));
        of_cpp.iter().for_each(|dialect| silent(c.cpp, dialect, "all.cpp"));
    }
}

fn in_rust(source: String, folder: &Path) {
    let krate = folder.join("krate");
    std::fs::create_dir_all(krate.join("src")).unwrap();
    std::fs::write(krate.join("src/lib.rs"), source).unwrap();
    let runtime = tools::root().join("shm-runtime").display().to_string();
    let manifest = format!(
        "[package]\nname = \"names\"\nversion = \"0.0.0\"\nedition = \"2021\"\n\
         [dependencies]\nshm-runtime = {{ path = {runtime:?}, default-features = false }}\n[workspace]\n"
    );
    std::fs::write(krate.join("Cargo.toml"), manifest).unwrap();
    run(tools::cargo(&krate).args(["check", "--quiet"]));
}

fn in_python(schemas: &BTreeMap<String, Schema>, folder: &Path) {
    let modules: Vec<&str> = schemas.keys().map(String::as_str).collect();
    let import = format!("import {}", modules.join(", "));
    run(tools::python_with(folder).args(["-W", "error", "-c", &import]));
    run(tools::python_with(folder)
        .current_dir(folder)
        .args(["-m", "mypy", "--strict", "--no-error-summary", "--cache-dir"])
        .arg(tools::target().join("mypy-cache"))
        .args(modules.iter().map(|module| format!("{module}.py"))));
}

#[test]
fn whatever_name_is_accepted_compiles_in_every_role_and_language() {
    let wanted = std::env::var("SHMGEN_NAMES").unwrap_or_else(|_| "6".to_owned());
    let all = Words::found();
    let mut dice = Dice(12);
    let names = match wanted.as_str() {
        "all" => all.every(),
        number => all.draw(number.parse().expect("SHMGEN_NAMES is a number, or `all`"), &mut dice),
    };
    println!("{all}");
    let is_wide = wanted == "all";
    // A hundred and more at a time: a compiler's memory has an end.
    let names: Vec<String> = names.into_iter().collect();
    for (i, names) in names.chunks(400).enumerate() {
        let folder = scratch(&format!("names-{i}"));
        let names = names.iter().cloned().collect();
        compile(&schemas(&names, if is_wide { TOP.len() } else { 1 }), &folder, is_wide);
    }
}

#[test]
fn what_only_c_refuses_compiles_in_the_other_languages() {
    let text = head("names.only")
        + "[struct.item]\nfield = [ { name = \"st_mtime\", type = \"u64\" }, { name = \"EPERM\", type = \"u8[3]\" } ]\n\
           [union.Reply]\ntag = \"u8\"\nvariant = [ { name = \"sched_priority\", number = 1, type = \"item\" } ]\n\
           [segment.feed]\nobject = [ { name = \"Feed\", kind = \"queue\", item = \"item\", capacity = 2 },\n\
             { name = \"alloca\", kind = \"queue\", item = \"item\", capacity = 2 } ]\n";
    assert!(check("only", &text).is_err_and(|why| why.len() == 5 && why.iter().all(|d| d.of_c)));
    let source = Source::new("only.toml", text);
    let limits = Limits { c: false, ..Limits::default() };
    let schema = shmgen::check(&source, limits).into_result().unwrap();
    let folder = scratch("names-only");
    let languages = [Language::Rust, Language::Python];
    for (name, text) in generate(&schema, &languages, &Options::default()) {
        std::fs::write(folder.join(name), text).unwrap();
    }
    let path = folder.join("only.rs").display().to_string();
    in_rust(format!("#![deny(warnings)]\n//! One.\n#[path = {path:?}]\npub mod only;\n"), &folder);
    in_python(&BTreeMap::from([("only".to_owned(), schema)]), &folder);
}

#[test]
fn the_lists_of_macros_have_those_of_the_compilers_that_are_here() {
    let missing = words::missing_macros();
    assert!(missing.is_empty(), "SHMGEN_BLESS=1 adds them: {missing:?}");
}
