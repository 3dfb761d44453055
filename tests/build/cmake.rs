//! The CMake package: headers made at build time, made again when a schema
//! changes, and by both generators that people use.

use shmgen_test_support::tools;
use std::path::Path;
use std::process::Command;

const PROJECT: &str = "
cmake_minimum_required(VERSION 3.20)
project(shop CXX)
set(CMAKE_CXX_STANDARD 17)
find_package(shmgen REQUIRED)
shmgen_generate(TARGET shop SCHEMAS shop.toml stock.toml)
add_executable(sizes sizes.cpp)
target_link_libraries(sizes PRIVATE shop)
target_compile_options(sizes PRIVATE -Wall -Wextra -Wpedantic -Werror)
";

const PROGRAM: &str = "
#include \"shop.hpp\"
#include \"stock.hpp\"
#include <iostream>
int main() { std::cout << sizeof(test::shop::Item) << ' ' << sizeof(test::stock::Item) << '\\n'; }
";

fn schema(folder: &Path, name: &str, ty: &str) {
    let text = format!(
        "shmgen = 1\n[schema]\nname = \"test.{name}\"\nversion = \"1.0\"\n\
         [struct.Item]\nfield = [ {{ name = \"n\", type = \"{ty}\" }} ]\n"
    );
    std::fs::write(folder.join(format!("{name}.toml")), text).unwrap();
}

fn build(folder: &Path) -> String {
    let output = tools::run(Command::new("cmake").current_dir(folder).args(["--build", "build"]));
    String::from_utf8_lossy(&output.stdout).into_owned()
}

fn sizes(folder: &Path) -> String {
    let output = tools::run(&mut Command::new(folder.join("build/sizes")));
    String::from_utf8_lossy(&output.stdout).trim().to_owned()
}

/// A schema whose item is another one's, which nobody names to CMake.
fn importing(folder: &Path, name: &str, from: &str) {
    let text = format!(
        "shmgen = 1\n[schema]\nname = \"test.{name}\"\nversion = \"1.0\"\nimports = [\"{from}.toml\"]\n\
         [struct.Item]\nfield = [ {{ name = \"n\", type = \"{from}.Item[<=3]\" }} ]\n"
    );
    std::fs::write(folder.join(format!("{name}.toml")), text).unwrap();
}

fn configure(folder: &Path, generator: &str) {
    std::fs::write(folder.join("CMakeLists.txt"), PROJECT).unwrap();
    std::fs::write(folder.join("sizes.cpp"), PROGRAM).unwrap();
    tools::run(
        Command::new("cmake")
            .current_dir(folder)
            .args(["-S", ".", "-B", "build", "-G", generator])
            .arg(format!("-Dshmgen_DIR={}", tools::root().join("cmake").display()))
            .arg(format!("-DSHMGEN_EXECUTABLE={}", tools::built().shmgen.display())),
    );
}

#[test]
fn headers_of_imports_are_made_too_and_again_when_these_change() {
    for generator in ["Ninja", "Unix Makefiles"] {
        let program = if generator == "Ninja" { "ninja" } else { "make" };
        if !tools::runs("cmake", &["--version"]) || !tools::runs(program, &["--version"]) {
            continue; // told by zz_tools
        }
        let folder = tools::scratch(&format!("cmake-imports-{program}"));
        schema(&folder, "base", "u16");
        importing(&folder, "shop", "base");
        importing(&folder, "stock", "base");
        configure(&folder, generator);
        build(&folder);
        assert_eq!(sizes(&folder), "12 12", "{generator}");
        assert!(!build(&folder).contains("Generating headers"), "{generator}");
        schema(&folder, "base", "u64");
        let changed = build(&folder);
        assert!(changed.contains("from shop.toml"), "{generator}: {changed}");
        assert_eq!(sizes(&folder), "32 32", "{generator}");
        assert!(!build(&folder).contains("Generating headers"), "{generator}");
    }
}

#[test]
fn headers_are_made_when_they_are_needed_and_only_then() {
    for generator in ["Ninja", "Unix Makefiles"] {
        let program = if generator == "Ninja" { "ninja" } else { "make" };
        if !tools::runs("cmake", &["--version"]) || !tools::runs(program, &["--version"]) {
            continue; // told by zz_tools
        }
        let folder = tools::scratch(&format!("cmake-{program}"));
        schema(&folder, "shop", "u16");
        schema(&folder, "stock", "u32");
        configure(&folder, generator);
        build(&folder);
        assert_eq!(sizes(&folder), "2 4", "{generator}");
        let again = build(&folder);
        assert!(!again.contains("Generating headers"), "{generator}: {again}");

        schema(&folder, "shop", "u64");
        let changed = build(&folder);
        assert!(changed.contains("from shop.toml"), "{generator}: {changed}");
        assert!(!changed.contains("from stock.toml"), "{generator}: {changed}");
        assert_eq!(sizes(&folder), "8 4", "{generator}");
        assert!(!build(&folder).contains("Generating headers"), "{generator}");

        schema(&folder, "shop", "u99");
        let refused =
            Command::new("cmake").current_dir(&folder).args(["--build", "build"]).output().unwrap();
        assert!(!refused.status.success());
        let said = String::from_utf8_lossy(&refused.stdout).into_owned()
            + &String::from_utf8_lossy(&refused.stderr);
        assert!(said.contains("shop.toml:6:") && said.contains("u99"), "{said}");
    }
}

/// A project with this text for CMake and this program, whose build folder is
/// configured; what was said, and whether it went well.
fn project(folder: &Path, generator: &str, calls: &str, program: &str) -> (bool, String) {
    let text = format!(
        "cmake_minimum_required(VERSION 3.20)\nproject(x C CXX)\nset(CMAKE_CXX_STANDARD 17)\n\
         find_package(shmgen REQUIRED)\n{calls}\nadd_executable(sizes sizes.cpp)\n\
         target_link_libraries(sizes PRIVATE shop)\n"
    );
    std::fs::write(folder.join("CMakeLists.txt"), text).unwrap();
    std::fs::write(folder.join("sizes.cpp"), program).unwrap();
    let output = Command::new("cmake")
        .current_dir(folder)
        .args(["-S", ".", "-B", "build", "-G", generator])
        .arg(format!("-Dshmgen_DIR={}", tools::root().join("cmake").display()))
        .arg(format!("-DSHMGEN_EXECUTABLE={}", tools::built().shmgen.display()))
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stdout).into_owned()
        + &String::from_utf8_lossy(&output.stderr);
    (output.status.success(), said)
}

/// The generators that are there, each with a folder of its own.
fn generators(name: &str) -> Vec<(&'static str, std::path::PathBuf)> {
    [("Ninja", "ninja"), ("Unix Makefiles", "make")]
        .into_iter()
        .filter(|(_, program)| {
            tools::runs("cmake", &["--version"]) && tools::runs(program, &["--version"])
        })
        .map(|(generator, program)| (generator, tools::scratch(&format!("{name}-{program}"))))
        .collect()
}

#[test]
fn a_program_is_new_after_the_first_build_behind_a_change_of_an_import() {
    for (generator, folder) in generators("cmake-stale") {
        schema(&folder, "base", "u16");
        importing(&folder, "shop", "base");
        let program = "#include \"shop.hpp\"\n#include <iostream>\n\
                       int main() { std::cout << sizeof(test::base::Item) << '\\n'; }\n";
        let call = "shmgen_generate(TARGET shop SCHEMAS shop.toml)";
        let (done, said) = project(&folder, generator, call, program);
        assert!(done, "{generator}: {said}");
        build(&folder);
        assert_eq!(sizes(&folder), "2", "{generator}");
        // Only the header of the import changes.
        for (ty, size) in [("u32", "4"), ("u64", "8")] {
            std::thread::sleep(std::time::Duration::from_millis(1100)); // make counts in seconds
            schema(&folder, "base", ty);
            build(&folder);
            assert_eq!(sizes(&folder), size, "{generator}");
        }
        // Another import: other files, and the old one may go.
        std::thread::sleep(std::time::Duration::from_millis(1100));
        std::fs::rename(folder.join("base.toml"), folder.join("root.toml")).unwrap();
        schema(&folder, "root", "u16");
        importing(&folder, "shop", "root");
        std::fs::write(folder.join("sizes.cpp"), program.replace("base", "root")).unwrap();
        build(&folder);
        assert_eq!(sizes(&folder), "2", "{generator}");
        assert!(!build(&folder).contains("Generating headers"), "{generator}");
    }
}

#[test]
fn a_schema_of_any_file_name_is_made_once() {
    for (generator, folder) in generators("cmake-names") {
        let names = ["import", "market.v1", "market.v2", "7up", "größe", "with space"];
        let mut program = "#include <cstdio>\n".to_owned();
        for (i, name) in names.iter().enumerate() {
            let text = format!(
                "shmgen = 1\n[schema]\nname = \"test.s{i}\"\nversion = \"1.0\"\n\
                 [struct.Item]\nfield = [ {{ name = \"n\", type = \"u8[{}]\" }} ]\n",
                i + 1
            );
            let path = folder.join(format!("{name}.toml"));
            std::fs::write(&path, text).unwrap();
            let list = tools::run(tools::shmgen().arg("gen").arg(&path).arg("--list"));
            let list: serde_json::Value = serde_json::from_slice(&list.stdout).unwrap();
            let header = list["files"].as_array().unwrap().iter().map(|f| f.as_str().unwrap());
            let header = header.map(|f| f.trim_start_matches("./"));
            let header = header.filter(|f| !f.contains("shm_")).find(|f| f.ends_with(".hpp"));
            program += &format!("#include \"{}\"\n", header.unwrap());
        }
        program += "int main() { std::puts(\"";
        program += "made\"); }\n";
        let list: Vec<String> = names.iter().map(|name| format!("\"{name}.toml\"")).collect();
        let call = format!("shmgen_generate(TARGET shop SCHEMAS {})", list.join(" "));
        let (done, said) = project(&folder, generator, &call, &program);
        assert!(done, "{generator}: {said}");
        build(&folder);
        assert_eq!(sizes(&folder), "made");
        for _ in 0..2 {
            let again = build(&folder);
            assert!(!again.contains("Generating headers"), "{generator}: {again}");
        }
    }
}

#[test]
fn two_schemas_with_files_of_one_name_are_refused_and_targets_may_share_a_folder() {
    for (generator, folder) in generators("cmake-twins") {
        for part in ["a", "b"] {
            std::fs::create_dir(folder.join(part)).unwrap();
            schema(&folder.join(part), "shop", if part == "a" { "u16" } else { "u32" });
        }
        schema(&folder, "stock", "u8");
        let program = "#include \"shop.hpp\"\n#include \"stock.hpp\"\n#include <iostream>\n\
                       int main() { std::cout << sizeof(test::shop::Item) << '\\n'; }\n";
        for calls in [
            "shmgen_generate(TARGET shop SCHEMAS a/shop.toml b/shop.toml)",
            "shmgen_generate(TARGET shop SCHEMAS a/shop.toml OUT_DIR gen)\n\
             shmgen_generate(TARGET other SCHEMAS b/shop.toml OUT_DIR gen)",
        ] {
            let (done, said) = project(&folder, generator, calls, program);
            assert!(!done, "{generator}: {said}");
            for part in ["/a/shop.toml", "/b/shop.toml", "shop.h"] {
                assert!(said.contains(part), "{generator}: {said}");
            }
        }
        let calls = "shmgen_generate(TARGET shop SCHEMAS a/shop.toml a/shop.toml OUT_DIR gen)\n\
                     shmgen_generate(TARGET stock SCHEMAS stock.toml a/shop.toml OUT_DIR gen)\n\
                     shmgen_generate(TARGET apart SCHEMAS b/shop.toml)";
        let calls = format!("{calls}\nlink_libraries(stock)");
        std::fs::remove_dir_all(folder.join("build")).unwrap();
        let (done, said) = project(&folder, generator, &calls, program);
        assert!(done, "{generator}: {said}");
        build(&folder);
        assert_eq!(sizes(&folder), "2", "{generator}");
        assert!(!build(&folder).contains("Generating headers"), "{generator}");
    }
}
