//! What headers of C and C++ bear: to be included within `extern "C"`, and to be in
//! one program with those of another version of their schema, though not in one
//! source file.

use shmgen_test_support::tools::{compilers, generate, root, run, scratch};
use std::path::{Path, PathBuf};
use std::process::Command;

const WARNINGS: [&str; 4] = ["-Wall", "-Wextra", "-Wpedantic", "-Werror"];

#[test]
fn each_header_works_within_extern_c() {
    let folder = scratch("extern-c");
    generate(&root().join("tests/schemas/shapes.toml"), &folder);
    for (header, oldest) in [
        ("shm_runtime.h", "-std=c++11"),
        ("shapes.h", "-std=c++11"),
        ("shm_runtime.hpp", "-std=c++17"),
        ("shapes.hpp", "-std=c++17"),
    ] {
        let text = std::fs::read_to_string(folder.join(header)).unwrap();
        let lines = || text.lines().filter(|line| line.contains("extern \"C++\""));
        let begins = lines().filter(|line| line.starts_with("extern \"C++\" {")).count();
        let ends = lines().filter(|line| line.starts_with('}')).count();
        assert_eq!((begins, ends, lines().count()), (1, 1, 2), "{header}");
        let unit = format!("{header}.cpp");
        let text =
            format!("extern \"C\" {{\n#include \"{header}\"\n}}\nint main() {{ return 0; }}\n");
        std::fs::write(folder.join(&unit), text).unwrap();
        for compilers in compilers() {
            for std in [oldest, "-std=c++20"] {
                let mut command = Command::new(compilers.cpp);
                command.current_dir(&folder).args([std, "-fsyntax-only", &unit]).args(WARNINGS);
                run(&mut command);
            }
        }
    }
}

/// A version of the schema, and the headers of it.
fn version(folder: &Path, number: u32, fields: &[&str]) -> PathBuf {
    let fields = fields.iter().map(|name| format!("{{ name = \"{name}\", type = \"u32\" }}, "));
    let text = format!(
        "shmgen = 1\n[schema]\nname = \"acme.feed\"\nversion = \"{number}.0\"\n\
         [struct.Trade]\nfield = [ {} ]\n\
         [segment.feed]\nobject = [ {{ name = \"trades\", kind = \"queue\", item = \"Trade\", capacity = 8 }} ]\n",
        fields.collect::<String>()
    );
    let out = folder.join(format!("v{number}"));
    std::fs::create_dir(&out).unwrap();
    std::fs::write(out.join("feed.toml"), text).unwrap();
    generate(&out.join("feed.toml"), &out);
    out
}

fn versions(name: &str) -> (PathBuf, [PathBuf; 2]) {
    let folder = scratch(name);
    let first = version(&folder, 1, &["price", "size"]);
    let second = version(&folder, 2, &["time", "price", "size", "venue"]);
    (folder, [first, second])
}

#[test]
fn two_versions_of_a_schema_are_in_one_program_and_keep_apart() {
    let (folder, versions) = versions("two-versions");
    let first = "#include \"feed.hpp\"\n#include <iostream>\nvoid first() {\n\
                 acme::feed::Trade a{}, b{};\na.price = b.price = 7;\nb.size = 3;\n\
                 std::cout << to_string(a) << ' ' << (a == b) << '\\n';\n}\n";
    let second = "#include \"feed.hpp\"\n#include <iostream>\nvoid first();\nint main() {\n\
                  acme::feed::Trade a{}, b{};\na.time = b.time = 1;\na.venue = 9;\nb.venue = 8;\n\
                  std::cout << to_string(a) << ' ' << (a == b) << '\\n';\nb.venue = 9;\n\
                  std::cout << (a == b) << '\\n';\nfirst();\n}\n";
    let expected = "Trade { time: 1, price: 0, size: 0, venue: 9 } 0\n1\n\
                    Trade { price: 7, size: 0 } 0\n";
    std::fs::write(folder.join("first.cpp"), first).unwrap();
    std::fs::write(folder.join("second.cpp"), second).unwrap();
    for compilers in compilers() {
        for (name, include) in ["first", "second"].iter().zip(&versions) {
            let mut command = Command::new(compilers.cpp);
            command.current_dir(&folder).args(["-std=c++17", "-O0", "-c"]).args(WARNINGS);
            run(command.arg(format!("{name}.cpp")).arg("-I").arg(include));
        }
        // Whichever comes first, whose functions a linker would take for both.
        for objects in [["first.o", "second.o"], ["second.o", "first.o"]] {
            let mut link = Command::new(compilers.cpp);
            run(link.current_dir(&folder).args(objects).args(["-pthread", "-o", "both"]));
            let output = run(&mut Command::new(folder.join("both")));
            assert_eq!(String::from_utf8_lossy(&output.stdout), expected, "{objects:?}");
        }
    }
}

#[test]
fn one_source_file_takes_one_version_of_a_schema() {
    let (folder, _) = versions("one-version");
    let compile = |compiler: &str, dialect: &str, includes: &[&str]| {
        let file = if dialect.contains("++") { "both.cpp" } else { "both.c" };
        let lines = includes.iter().map(|include| format!("#include \"{include}\"\n"));
        let text = lines.collect::<String>() + "int main(void) { return 0; }\n";
        std::fs::write(folder.join(file), text).unwrap();
        let mut command = Command::new(compiler);
        command.current_dir(&folder).args([dialect, "-fsyntax-only", file]).output().unwrap()
    };
    for compilers in compilers() {
        for (compiler, dialect, end) in
            [(compilers.c, "-std=c11", "h"), (compilers.cpp, "-std=c++17", "hpp")]
        {
            let [first, second] = ["v1", "v2"].map(|version| format!("{version}/feed.{end}"));
            for (one, other) in [(&first, &second), (&second, &first)] {
                let output = compile(compiler, dialect, &[one, other]);
                let said = String::from_utf8_lossy(&output.stderr);
                let reason = "another version of the schema acme.feed is included before";
                assert!(!output.status.success() && said.contains(reason), "{compiler}: {said}");
                assert!(
                    compile(compiler, dialect, &[one, one]).status.success(),
                    "{compiler} {one}"
                );
            }
        }
    }
}
