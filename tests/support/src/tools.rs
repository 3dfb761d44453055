//! The compilers and interpreters of this machine. What the README names must
//! be there; the others widen the tests where they are.

use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::OnceLock;

/// A tool that widens the tests.
pub struct Tool {
    pub what: String,
    pub found: bool,
}

/// Every tool that widens the tests, and whether it is there.
pub fn wider() -> Vec<Tool> {
    let mut tools: Vec<Tool> = ["clang", "clang++", "clang-format", "cmake", "ninja", "make"]
        .into_iter()
        .map(|name| Tool { what: name.to_owned(), found: runs(name, &["--version"]) })
        .collect();
    for version in OTHER_PYTHONS {
        let what = format!("Python {version}");
        tools.push(Tool { found: other_python(version).is_some(), what });
    }
    let what = "a C++ compiler and library with std::format".to_owned();
    tools.push(Tool { found: with_format().is_some(), what });
    tools
}

/// The root of the repository.
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2).unwrap().to_owned()
}

/// A folder of this test's own under target/, empty.
pub fn scratch(name: &str) -> PathBuf {
    let dir = target().join("tmp-tests").join(name);
    let _ = std::fs::remove_dir_all(&dir);
    std::fs::create_dir_all(&dir).unwrap();
    dir
}

/// cargo's target folder, two above this test's program.
pub fn target() -> PathBuf {
    let exe = std::env::current_exe().unwrap();
    exe.ancestors()
        .find(|p| p.ends_with("debug") || p.ends_with("release"))
        .unwrap()
        .parent()
        .unwrap()
        .to_owned()
}

pub fn runs(program: &str, arguments: &[&str]) -> bool {
    Command::new(program)
        .args(arguments)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|s| s.success())
}

/// A C compiler and the C++ compiler beside it.
#[derive(Clone, Copy, Debug)]
pub struct Compilers {
    pub c: &'static str,
    pub cpp: &'static str,
    pub is_clang: bool,
}

/// gcc, which must be there, and clang, where it is.
pub fn compilers() -> Vec<Compilers> {
    assert!(
        runs("gcc", &["--version"]) && runs("g++", &["--version"]),
        "the tests need gcc and g++"
    );
    let mut found = vec![Compilers { c: "gcc", cpp: "g++", is_clang: false }];
    for (c, cpp) in [("clang", "clang++"), ("clang-19", "clang++-19")] {
        if runs(c, &["--version"]) && runs(cpp, &["--version"]) {
            found.push(Compilers { c, cpp, is_clang: true });
        }
    }
    found
}

/// A C++ compiler whose library has `std::format`, and what it is told.
pub fn with_format() -> Option<(&'static str, &'static [&'static str])> {
    const PROBE: &str =
        "#include <version>\n#if !defined(__cpp_lib_format)\n#error\n#endif\n#include <format>";
    // libc++ 16 has it all, and says so later.
    const EARLY: &[&str] =
        &["-std=c++20", "-stdlib=libc++", "-fexperimental-library", "-D__cpp_lib_format=202110L"];
    const NEW: &[&str] = &["-std=c++20"];
    static FOUND: OnceLock<Option<(&str, &[&str])>> = OnceLock::new();
    *FOUND.get_or_init(|| {
        let candidates = [
            ("g++", NEW),
            ("clang++", NEW),
            ("g++-14", NEW),
            ("g++-13", NEW),
            ("clang++-16", EARLY),
        ];
        candidates.into_iter().find(|(compiler, flags)| {
            let mut command = Command::new(compiler);
            command.args(*flags).args(["-x", "c++", "-fsyntax-only", "-"]);
            let piped = command.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null());
            piped.spawn().is_ok_and(|mut child| {
                use std::io::Write as _;
                let written = child.stdin.take().map(|mut to| to.write_all(PROBE.as_bytes()));
                matches!(written, Some(Ok(()))) && child.wait().is_ok_and(|s| s.success())
            })
        })
    })
}

/// The warnings under which generated C and C++ must be silent.
pub const C_WARNINGS: &[&str] = &[
    "-Wall",
    "-Wextra",
    "-Wpedantic",
    "-Wconversion",
    "-Wsign-conversion",
    "-Wshadow",
    "-Wcast-align",
    "-Wcast-qual",
    "-Wundef",
    "-Werror",
];

/// Runs a command to its end; panics with all it said if it fails.
pub fn run(command: &mut Command) -> Output {
    let output = command.output().unwrap_or_else(|e| panic!("cannot run {command:?}: {e}"));
    assert!(
        output.status.success(),
        "{command:?}: {}\n{}{}",
        output.status,
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
    output
}

/// Builds the command and the native library once, and gives their paths.
pub fn built() -> &'static Built {
    static BUILT: OnceLock<Built> = OnceLock::new();
    BUILT.get_or_init(|| {
        let mut cargo = Command::new(env!("CARGO"));
        // With a test among them, so that cargo chooses the features of dependencies as
        // it did for `cargo test --workspace`, and finds them compiled.
        let targets = ["--lib", "--bin", "shmgen", "--test", "zz_tools"];
        cargo.current_dir(root()).args(["build", "--quiet", "--workspace"]).args(targets);
        if !cfg!(debug_assertions) {
            cargo.arg("--release");
        }
        run(&mut cargo);
        let folder = target().join(if cfg!(debug_assertions) { "debug" } else { "release" });
        Built { shmgen: folder.join("shmgen"), library: folder.join("libshm_capi.so") }
    })
}

pub struct Built {
    pub shmgen: PathBuf,
    pub library: PathBuf,
}

/// cargo in the folder of a crate that a test has made. All such crates share a
/// target folder, `crates()`, and the workspace's versions: what they depend on is
/// compiled once.
pub fn cargo(folder: &Path) -> Command {
    std::fs::copy(root().join("Cargo.lock"), folder.join("Cargo.lock")).unwrap();
    let mut cargo = Command::new(env!("CARGO"));
    cargo.current_dir(folder).env("CARGO_TARGET_DIR", crates());
    cargo.env("CARGO_PROFILE_DEV_DEBUG", "0").env("CARGO_INCREMENTAL", "0");
    cargo
}

/// The target folder of the crates that tests make.
pub fn crates() -> PathBuf {
    target().join("tmp-crates")
}

/// Copies a program, to be run by anybody. Another process writes the file: in
/// this one, a test beside this one may start a process meanwhile, which would
/// hold the file open for writing, so that nobody could run it.
pub fn copy_program(from: &Path, to: &Path) {
    run(Command::new("install").args(["-m", "755"]).arg(from).arg(to));
}

/// The command, with nothing of the caller's environment that changes it.
pub fn shmgen() -> Command {
    let mut command = Command::new(&built().shmgen);
    command.env_remove("SHM_RUNTIME_PREFIX").env("NO_COLOR", "1");
    command
}

/// Generates a schema's files in all languages into a folder.
pub fn generate(schema: &Path, out: &Path) {
    run(shmgen().arg("gen").arg(schema).arg("--out").arg(out));
}

/// Python with mypy, pyright, NumPy, pytest, what checks JSON Schemas, and others' shared
/// memory, in an environment under target/.
pub fn python() -> &'static Path {
    static PYTHON: OnceLock<PathBuf> = OnceLock::new();
    PYTHON.get_or_init(|| {
        let folder = target().join("python-env");
        let python = folder.join("bin/python");
        let marker = folder.join("complete-4");
        // Tests run at once: one makes it, the others wait.
        let lock = std::fs::File::create(target().join("python-env.lock")).unwrap();
        let _lock = nix::fcntl::Flock::lock(lock, nix::fcntl::FlockArg::LockExclusive).unwrap();
        if !marker.exists() {
            assert!(runs("python3", &["--version"]), "the tests need python3");
            let _ = std::fs::remove_dir_all(&folder);
            run(Command::new("python3").args(["-m", "venv"]).arg(&folder));
            run(Command::new(&python).args([
                "-m",
                "pip",
                "install",
                "--quiet",
                "--disable-pip-version-check",
                "mypy",
                "pyright[nodejs]",
                "numpy",
                "pytest",
                "jsonschema",
                "tomli",
                "sysv_ipc",
                "posix_ipc",
            ]));
            std::fs::write(marker, "").unwrap();
        }
        python
    })
}

/// The environment's Python, which finds the package, the library and what was
/// generated into a folder.
pub fn python_with(generated: &Path) -> Command {
    let mut command = Command::new(python());
    with_package(&mut command, generated);
    command
}

pub fn with_package(command: &mut Command, generated: &Path) {
    let package = root().join("python/src");
    command
        .env("PYTHONPATH", format!("{}:{}", generated.display(), package.display()))
        .env("MYPYPATH", package)
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .env("SHM_RUNTIME_LIBRARY", &built().library);
}

/// Pythons beside the one of the environment.
pub const OTHER_PYTHONS: [&str; 4] = ["3.9", "3.10", "3.12", "3.13"];

/// A Python of that version, if the machine has one.
pub fn other_python(version: &str) -> Option<PathBuf> {
    let name = format!("python{version}");
    if runs(&name, &["--version"]) {
        return Some(PathBuf::from(name));
    }
    let pyenv = std::env::var_os("PYENV_ROOT")
        .map(PathBuf::from)
        .or_else(|| std::env::var_os("HOME").map(|h| PathBuf::from(h).join(".pyenv")))?;
    let versions = std::fs::read_dir(pyenv.join("versions")).ok()?;
    let mut found: Vec<PathBuf> = versions
        .flatten()
        .filter(|e| e.file_name().to_string_lossy().starts_with(&format!("{version}.")))
        .map(|e| e.path().join("bin/python"))
        .filter(|p| p.exists())
        .collect();
    found.sort();
    found.pop()
}
