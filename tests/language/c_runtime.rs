//! `shm_runtime.h` by itself: its own tests (tests/c) with every compiler and in
//! both languages, its silence in every dialect, and the sanitizers.

use shmgen_test_support::{fences, tools};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;
use tools::{C_WARNINGS, compilers, root, run, scratch};

/// A folder with the header in it.
fn header() -> &'static Path {
    static FOLDER: OnceLock<PathBuf> = OnceLock::new();
    FOLDER.get_or_init(|| {
        let folder = scratch("c-runtime-header");
        tools::generate(&root().join("tests/schemas/everything.toml"), &folder);
        folder
    })
}

/// A compiler with what every compilation here needs.
fn compiler(program: &str, dialect: &str, more: &[&str]) -> Command {
    let mut command = Command::new(program);
    command
        .arg(format!("-std={dialect}"))
        .args(C_WARNINGS)
        .args(more)
        .args(if dialect.contains("++") { &["-Wold-style-cast"][..] } else { &[] })
        .arg("-I")
        .arg(header())
        .arg("-I")
        .arg(root().join("tests/c"));
    command
}

fn source(name: &str) -> PathBuf {
    root().join("tests/c").join(name)
}

/// Compiles one of tests/c into a program.
fn build(folder: &Path, program: &str, dialect: &str, more: &[&str], name: &str) -> PathBuf {
    let out = folder.join(format!("{program}-{dialect}-{name}"));
    run(compiler(program, dialect, more).arg(source(name)).args(["-pthread", "-o"]).arg(&out));
    out
}

/// Names are looked up by the shared libraries of the machine, as the linker warns.
#[test]
fn a_statically_linked_program_looks_names_up_only_if_its_schema_has_one() {
    for (schema, owner, looks_up) in [
        ("nobody", "owner = \"nobody\"", [true, false]),
        ("group", "group = \"daemon\"", [false, true]),
        ("number", "owner = 1234\ngroup = \"77\"", [false; 2]),
        ("none", "", [false; 2]),
    ] {
        let folder = scratch(&format!("c-runtime-static-{schema}"));
        let path = folder.join("talk.toml");
        let text = format!(
            "shmgen = 1\n[schema]\nname = \"acme.talk\"\nversion = \"1.0\"\n\
             [struct.T]\nfield = [ {{ name = \"a\", type = \"u8\" }} ]\n[segment.feed]\n{owner}\n\
             object = [ {{ name = \"q\", kind = \"queue\", item = \"T\", capacity = 4 }} ]\n"
        );
        std::fs::write(&path, text).unwrap();
        tools::generate(&path, &folder);
        let program = "#include \"talk.h\"\n#include <stdio.h>\nint main(int argc, char **argv) {\n\
            acme_talk_Feed feed;\nshm_options options = SHM_ZERO;\noptions.owner = argc > 2 ? argv[2] : NULL;\n\
            options.mode = 0600;\n\
            if (acme_talk_Feed_create_with(&feed, argv[1], &options) != SHM_OK) { puts(shm_last_error()); return 1; }\n\
            (void)acme_talk_Feed_remove(argv[1]);\nacme_talk_Feed_detach(&feed);\nreturn 0;\n}\n";
        std::fs::write(folder.join("program.c"), program).unwrap();
        for level in ["-O0", "-O2"] {
            let out = folder.join(format!("program{level}"));
            let linked = Command::new("gcc")
                .args(["-std=c11", "-static", level, "-I"])
                .arg(&folder)
                .arg(folder.join("program.c"))
                .arg("-o")
                .arg(&out)
                .output()
                .unwrap();
            let told = String::from_utf8_lossy(&linked.stderr).into_owned();
            assert!(linked.status.success(), "{told}");
            let symbols = Command::new("nm").arg(&out).output().unwrap();
            let symbols = String::from_utf8_lossy(&symbols.stdout).into_owned();
            // Defined somewhere, weakly or not.
            let has = |name: &str| {
                let is = |line: &str| !line.starts_with(' ') && line.ends_with(&format!(" {name}"));
                symbols.lines().any(is)
            };
            for (name, wanted) in ["getpwnam", "getgrnam"].into_iter().zip(looks_up) {
                assert_eq!(told.contains(name), wanted, "{schema} {level}: {told}");
                assert_eq!(has(&format!("{name}_r")), wanted, "{schema} {level}: {name}_r");
            }
            if schema == "none" {
                let address = format!("posix:/static.{}.{schema}{level}", std::process::id());
                assert!(Command::new(&out).arg(&address).status().unwrap().success());
                let refused = Command::new(&out).arg(&address).arg("nobody").output().unwrap();
                let why = String::from_utf8_lossy(&refused.stdout).into_owned();
                assert!(why.contains("linked statically") && why.contains("its number"), "{why}");
            }
        }
    }
}

const C: [&str; 3] = ["c11", "c17", "c2x"];
const CPP: [&str; 5] = ["c++11", "c++14", "c++17", "c++20", "c++2b"];

#[test]
fn the_header_is_silent_in_every_dialect_whatever_was_included_before() {
    let surroundings: [&[&str]; 4] = [
        &["-O0"],
        &["-O2", "-DSHM_TEST_INCLUDES"],
        &["-O2", "-DSHM_TEST_GNU_SOURCE", "-DSHM_TEST_INCLUDES_AFTER"],
        &["-O1", "-DSHM_CHECK_THREADS=1", "-fPIC", "-fvisibility=hidden"],
    ];
    for c in compilers() {
        let dialects = C.map(|d| (c.c, d, "dialects.c"));
        let dialects = dialects.into_iter().chain(CPP.map(|d| (c.cpp, d, "dialects.cpp")));
        for (n, (program, dialect, name)) in dialects.enumerate() {
            // Each dialect in two of the surroundings; all of them come up.
            for more in [surroundings[n % 4], surroundings[(n + 1) % 4]] {
                run(compiler(program, dialect, more)
                    .args(["-c", "-o", "/dev/null"])
                    .arg(source(name)));
            }
        }
        run(compiler(c.cpp, "c++17", &["-fno-exceptions", "-fno-rtti", "-O2"])
            .args(["-c", "-o", "/dev/null"])
            .arg(source("dialects.cpp")));
    }
}

#[test]
fn a_round_through_all_functions_works_without_optimisation_and_with_it() {
    let folder = scratch("c-dialects");
    for (dialect, level) in [("c11", "-O0"), ("c++11", "-O3")] {
        let (program, name) =
            if dialect == "c11" { ("gcc", "dialects.c") } else { ("g++", "dialects.cpp") };
        run(&mut Command::new(build(&folder, program, dialect, &[level], name)));
    }
}

#[test]
fn its_own_tests_pass_as_c() {
    let folder = scratch("c-tests");
    for c in compilers() {
        run(&mut Command::new(build(&folder, c.c, "c11", &["-O2"], "runtime_test.c")));
    }
}

#[test]
fn wake_ups_come_at_once_while_slices_are_long() {
    let folder = scratch("c-wakes");
    for c in compilers() {
        let more = [&["-O2"][..], &fences::LONG_SLICES].concat();
        run(Command::new(build(&folder, c.c, "c11", &more, "runtime_test.c")).args([
            "consumers_are_woken_by_every_push",
            "producers_are_woken_by_every_pop",
            "who_comes_after_a_consumer_wakes_and_who_leaves_too",
            "a_sweep_wakes_who_sleeps",
            "readers_are_woken_by_every_store",
            "readers_of_a_dead_writer_are_woken",
            "readers_are_woken_by_every_write",
            "writers_are_woken_by_every_read",
            "a_writer_that_dies_leaves_all_of_a_write_or_nothing",
            "whoever_sleeps_for_a_lock_is_woken_by_its_end",
            "each_notification_wakes_one_and_all_wake_all",
            "a_sweep_leaves_the_news_and_wakes",
            "a_notification_to_one_who_dies_reaches_the_others",
            "a_change_that_was_told_to_nobody_is_told_by_the_sweep",
            "wake_ups_come_at_once_without_barriers",
            "older_ones_sleep_and_wake_beside_those_of_this_version",
            "no_wake_up_is_lost_in_the_race_with_falling_asleep",
            "two_processes_wake_each_other",
            "waits_end_in_time",
        ]));
    }
}

/// A fence that is missing loses a wake-up once in a million, so it is looked for in
/// what is compiled.
#[test]
fn both_sides_of_a_sleep_fence() {
    for c in compilers() {
        let mut command = compiler(c.c, "c11", &["-O2"]);
        command.arg(source("fences.c")).args(["-S", "-o", "-"]);
        let text = String::from_utf8(run(&mut command).stdout).unwrap();
        assert_eq!(fences::missing(&text), [""; 0], "{}", c.c);
    }
}

#[test]
fn its_own_tests_pass_as_cpp() {
    let folder = scratch("cpp-tests");
    for (c, dialect) in compilers().into_iter().zip(["c++11", "c++17", "c++2b"]) {
        run(&mut Command::new(build(&folder, c.cpp, dialect, &["-O2"], "runtime_test.cpp")));
    }
}

#[test]
fn its_own_tests_pass_under_the_address_and_the_undefined_behaviour_sanitizer() {
    let folder = scratch("c-sanitizers");
    let more = [
        "-O1",
        "-g",
        "-fsanitize=address,undefined",
        "-fno-sanitize-recover=all",
        "-fno-omit-frame-pointer",
    ];
    run(&mut Command::new(build(&folder, "gcc", "c11", &more, "runtime_test.c")));
}

#[test]
fn threads_do_not_race() {
    let folder = scratch("c-threads");
    // SHMGEN_SOAK, a factor, makes it longer.
    let soak = std::env::var("SHMGEN_SOAK").ok().and_then(|f| f.parse().ok()).unwrap_or(1u32);
    let messages = format!("-DMESSAGES={}u", 50_000 * soak);
    let checked = ["-O1", "-g", "-fsanitize=thread", &messages, "-DSHM_CHECK_THREADS=1"];
    for (name, more) in [("plain", &checked[..4]), ("checked", &checked[..])] {
        let folder = folder.join(name);
        std::fs::create_dir_all(&folder).unwrap();
        // Some kernels lay memory out in a way that the sanitizer cannot take.
        run(Command::new("setarch").arg("-R").arg(build(
            &folder,
            "gcc",
            "c11",
            more,
            "threads_test.c",
        )));
    }
}

#[test]
fn a_c_and_a_cpp_unit_of_one_program_share_the_last_error_and_the_watch_for_forks() {
    let folder = scratch("c-units");
    for c in compilers() {
        let object = folder.join("c.o");
        run(compiler(c.c, "c11", &["-O2", "-fPIC", "-c"])
            .arg(source("units_c.c"))
            .arg("-o")
            .arg(&object));
        let library = folder.join("libunit.so");
        run(Command::new(c.c).arg("-shared").arg(&object).arg("-o").arg(&library));
        for other in [&object, &library] {
            let program = folder.join("units");
            run(compiler(c.cpp, "c++11", &["-O2"])
                .arg(source("units_cpp.cpp"))
                .arg(other)
                .arg("-o")
                .arg(&program));
            run(&mut Command::new(program));
        }
    }
}

/// The functions of an object file: the section and the instructions of each.
fn functions(object: &Path) -> Vec<(String, String, String)> {
    let out = run(Command::new("objdump").args(["-d", "--no-show-raw-insn"]).arg(object));
    let mut section = "";
    let mut functions: Vec<(String, String, String)> = Vec::new();
    let text = String::from_utf8(out.stdout).unwrap();
    for line in text.lines() {
        if let Some(rest) = line.strip_prefix("Disassembly of section ") {
            section = rest.trim_end_matches(':');
        } else if let Some(name) = line.split_once(" <").and_then(|(_, n)| n.strip_suffix(">:")) {
            functions.push((name.to_owned(), section.to_owned(), String::new()));
        } else if let Some((_, _, code)) = functions.last_mut() {
            code.push_str(line);
            code.push('\n');
        }
    }
    functions
}

#[test]
fn a_program_that_attaches_is_compiled_for_speed() {
    let folder = scratch("c-for-speed");
    for c in compilers() {
        for (program, dialect) in [(c.c, "c11"), (c.cpp, "c++17")] {
            let object = folder.join(format!("{program}.o"));
            run(compiler(program, dialect, &["-O2", "-c"])
                .args(if program == c.cpp { &["-x", "c++"][..] } else { &[] })
                .arg(source("attach_and_loop.c"))
                .arg("-o")
                .arg(&object));
            let functions = functions(&object);
            for own in ["main", "take_all"] {
                let parts: Vec<_> = functions
                    .iter()
                    // C++ has it as _Z8take_all.., and a part that is split off as take_all.cold.
                    .filter(|(name, ..)| name.split('.').next().unwrap().contains(own))
                    .collect();
                assert!(!parts.is_empty(), "{program}: {own} is not in {}", object.display());
                for (name, section, code) in parts {
                    assert!(!section.contains("unlikely"), "{program}: {name} is in {section}");
                    assert!(!code.contains("rep movs"), "{program}: {name} is for size:\n{code}");
                }
            }
        }
    }
}

#[test]
fn what_a_program_does_not_use_costs_nothing_without_optimisation() {
    let folder = scratch("c-unused");
    for c in compilers() {
        for (program, dialect) in [(c.c, "c11"), (c.cpp, "c++17")] {
            let [source, object] = ["c", "o"].map(|e| folder.join(format!("{program}.{e}")));
            std::fs::write(&source, "#include \"everything.h\"\nint nothing;\n").unwrap();
            run(compiler(program, dialect, &["-O0", "-c"])
                .args(if program == c.cpp { &["-x", "c++"][..] } else { &[] })
                .arg(&source)
                .arg("-o")
                .arg(&object));
            let functions = functions(&object);
            let names: Vec<_> = functions.iter().map(|(name, ..)| name).collect();
            assert!(names.is_empty(), "{program}: {} functions, of which {names:?}", names.len());
        }
    }
}
