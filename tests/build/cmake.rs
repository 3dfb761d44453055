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
