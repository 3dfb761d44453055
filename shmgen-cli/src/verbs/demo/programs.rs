//! Finding compilers and Python, and making the programs of the chain.

use super::run::Interrupts;
use crate::failure::Failure;
use shmgen::backend::{Language, Options, generate};
use shmgen::diagnostics::Source;
use shmgen::{model::Limits, output};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

const SCHEMA: &str = include_str!("../../../quickstart/market.toml");
const RELAY_C: &str = include_str!("../../../quickstart/c/relay.c");
const RELAY_CPP: &str = include_str!("../../../quickstart/cpp/relay.cpp");
const RELAY_PY: &str = include_str!("../../../quickstart/python/relay.py");

/// The Python package, whose sources are in the command.
const PACKAGE: [(&str, &str); 16] = [
    ("__init__.py", include_str!("../../../python_package/__init__.py")),
    ("_attachment.py", include_str!("../../../python_package/_attachment.py")),
    ("_cell.py", include_str!("../../../python_package/_cell.py")),
    ("_descriptors.py", include_str!("../../../python_package/_descriptors.py")),
    ("_errors.py", include_str!("../../../python_package/_errors.py")),
    ("_items.py", include_str!("../../../python_package/_items.py")),
    ("_native.py", include_str!("../../../python_package/_native.py")),
    ("_object.py", include_str!("../../../python_package/_object.py")),
    ("_queue.py", include_str!("../../../python_package/_queue.py")),
    ("_segment.py", include_str!("../../../python_package/_segment.py")),
    ("_shared_memory.py", include_str!("../../../python_package/_shared_memory.py")),
    ("_side.py", include_str!("../../../python_package/_side.py")),
    ("_state.py", include_str!("../../../python_package/_state.py")),
    ("_stream.py", include_str!("../../../python_package/_stream.py")),
    ("_travel.py", include_str!("../../../python_package/_travel.py")),
    ("_views.py", include_str!("../../../python_package/_views.py")),
];

/// The folder in which everything is made. It goes with this value, or with this
/// process, however that ends.
pub(super) struct Workshop {
    folder: PathBuf,
    janitor: Child,
}

impl Workshop {
    pub(super) fn new() -> Result<Self, Failure> {
        let folder = std::env::temp_dir().join(format!("shmgen-demo-{}", std::process::id()));
        let janitor = Command::new(std::env::current_exe()?)
            .args(["__demo-role", "janitor", "0", &super::address()])
            .arg("--folder")
            .arg(&folder)
            .stdin(Stdio::piped())
            .process_group(0)
            .spawn()?;
        let made = std::fs::create_dir(&folder)
            .map_err(|e| Failure::new(format!("cannot make {}: {e}", folder.display())));
        let workshop = Self { folder, janitor };
        made.map(|()| workshop)
    }

    pub(super) fn path(&self) -> &Path {
        &self.folder
    }

    fn write(&self, name: &str, text: &str) -> Result<PathBuf, Failure> {
        let path = self.folder.join(name);
        let fail = |e| Failure::new(format!("cannot write {}: {e}", path.display()));
        if let Some(folder) = path.parent() {
            std::fs::create_dir_all(folder).map_err(fail)?;
        }
        std::fs::write(&path, text).map_err(fail)?;
        Ok(path)
    }
}

impl Drop for Workshop {
    fn drop(&mut self) {
        // The end of its input tells the janitor to clean up.
        drop(self.janitor.stdin.take());
        let _ = self.janitor.wait();
    }
}

/// The program of a stage, to which the number of messages and the address are
/// added; `None` where the command itself stands in.
pub(super) type Stage = Option<Command>;

/// Makes the programs of the three stages in the middle; and what is missing
/// for which of them.
pub(super) fn prepare(
    workshop: &Workshop,
    interrupts: &Interrupts,
) -> Result<([Stage; 3], Vec<String>), Failure> {
    let source = Source::new("market.toml", SCHEMA);
    let schema = shmgen::check(&source, Limits::default())
        .into_result()
        .map_err(|d| Failure::schema(d.to_string()))?;
    let files = generate(&schema, &Language::DEFAULT, &Options::default());
    output::write(&files, &workshop.path().join("gen"))?;
    let mut missing = Vec::new();
    let mut keep = |make: fn(&Workshop) -> Result<Command, Problem>| {
        let stage = make(workshop);
        // An interrupt from a terminal also ends the compiler.
        interrupts.check()?;
        match stage {
            Ok(command) => Ok(Some(command)),
            Err(Problem::Missing(text)) => {
                missing.push(text);
                Ok(None)
            }
            Err(Problem::Failed(failure)) => Err(failure),
        }
    };
    let stages = [keep(c)?, keep(cpp)?, keep(python)?];
    Ok((stages, missing))
}

enum Problem {
    /// A tool is not installed.
    Missing(String),
    /// It is, and does not do its work.
    Failed(Failure),
}

impl From<Failure> for Problem {
    fn from(failure: Failure) -> Self {
        Self::Failed(failure)
    }
}

fn c(workshop: &Workshop) -> Result<Command, Problem> {
    let compiler = compiler("C", "CC", &["cc", "gcc", "clang"], "apt install gcc")?;
    let relay = workshop.write("c/relay.c", RELAY_C)?;
    compile(workshop, &compiler, &["-std=c11"], &relay, "c/relay")
}

fn cpp(workshop: &Workshop) -> Result<Command, Problem> {
    let compiler = compiler("C++", "CXX", &["c++", "g++", "clang++"], "apt install g++")?;
    let relay = workshop.write("cpp/relay.cpp", RELAY_CPP)?;
    compile(workshop, &compiler, &["-std=c++17"], &relay, "cpp/relay")
}

/// `$CC` and its like, which may be several words, else the first that runs.
fn compiler(
    language: &str,
    variable: &str,
    candidates: &[&str],
    install: &str,
) -> Result<Vec<String>, Problem> {
    let missing = |why: String| {
        Problem::Missing(format!("{language}: no compiler ({why}). A Rust process stands in."))
    };
    if let Some(chosen) = std::env::var(variable).ok().filter(|c| !c.trim().is_empty()) {
        let words: Vec<String> = chosen.split_whitespace().map(str::to_owned).collect();
        if runs(&words) {
            return Ok(words);
        }
        return Err(missing(format!(
            "${variable} is `{chosen}`, which does not run; set it to one that does, or unset it"
        )));
    }
    let found = candidates.iter().map(|c| vec![(*c).to_owned()]).find(|words| runs(words));
    found.ok_or_else(|| {
        missing(format!(
            "looked for ${variable}, {}; install one, for example with `{install}`",
            candidates.join(", ")
        ))
    })
}

/// Whether a program, with its first arguments, tells its version.
fn runs(words: &[String]) -> bool {
    words.split_first().is_some_and(|(program, arguments)| {
        Command::new(program)
            .args(arguments)
            .arg("--version")
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status()
            .is_ok_and(|s| s.success())
    })
}

fn compile(
    workshop: &Workshop,
    compiler: &[String],
    dialect: &[&str],
    source: &Path,
    program: &str,
) -> Result<Command, Problem> {
    let program = workshop.path().join(program);
    let name = compiler.join(" ");
    let output = Command::new(&compiler[0])
        .args(&compiler[1..])
        .arg("-O2")
        .args(dialect)
        .arg("-I")
        .arg(workshop.path().join("gen"))
        .arg(source)
        .arg("-o")
        .arg(&program)
        .output();
    let output = output.map_err(|e| Failure::new(format!("cannot run {name}: {e}")))?;
    if !output.status.success() {
        let text = String::from_utf8_lossy(&output.stderr);
        let failure = Failure::new(format!("{name} cannot compile the program:\n{text}"));
        return Err(failure.into());
    }
    Ok(Command::new(program))
}

fn python(workshop: &Workshop) -> Result<Command, Problem> {
    let python = find("PYTHON", &["python3", "python"]).filter(|python| is_new_enough(python));
    let python = python.ok_or_else(|| {
        Problem::Missing(
            "Python: none of version 3.9 or later (looked for $PYTHON, python3 and python); install \
             one, for example with `apt install python3`. A Rust process stands in."
                .to_owned(),
        )
    })?;
    let library = library().ok_or_else(|| {
        Problem::Missing(
            "Python: no libshm_capi.so beside this command; build it with `cargo build --release`, \
             or set SHM_RUNTIME_LIBRARY. A Rust process stands in."
                .to_owned(),
        )
    })?;
    let relay = workshop.write("python/relay.py", RELAY_PY)?;
    for (name, text) in PACKAGE {
        workshop.write(&format!("python/shm_runtime/{name}"), text)?;
    }
    let mut command = Command::new(python);
    command
        .arg(relay)
        .env("PYTHONPATH", workshop.path().join("gen"))
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .env("SHM_RUNTIME_LIBRARY", library);
    Ok(command)
}

fn is_new_enough(python: &str) -> bool {
    let check = "import sys; sys.exit(sys.version_info < (3, 9))";
    let status = Command::new(python).args(["-c", check]).stderr(Stdio::null()).status();
    status.is_ok_and(|s| s.success())
}

/// The native library of the Python package: the one that was chosen, or the
/// one beside this command.
pub(crate) fn library() -> Option<PathBuf> {
    if let Some(chosen) = std::env::var_os("SHM_RUNTIME_LIBRARY") {
        return Some(PathBuf::from(chosen));
    }
    let beside = std::env::current_exe().ok()?.with_file_name("libshm_capi.so");
    beside.exists().then_some(beside)
}

/// A program: the one that a variable names, else the first that runs.
fn find(variable: &str, candidates: &[&str]) -> Option<String> {
    let chosen = std::env::var(variable).ok().filter(|c| !c.is_empty());
    let runs = |program: &&str| runs(&[(*program).to_owned()]);
    match chosen {
        Some(chosen) => Some(chosen.as_str()).filter(runs).map(str::to_owned),
        None => candidates.iter().copied().find(|c| runs(c)).map(str::to_owned),
    }
}

#[cfg(test)]
#[allow(clippy::pedantic)]
mod tests {
    use std::collections::BTreeSet;
    use std::path::Path;

    /// A module that is added to the package must be added to the list.
    #[test]
    fn the_list_has_every_module_of_the_package() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("python_package");
        let files = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name());
        let names = files.map(|name| name.into_string().unwrap());
        let found: BTreeSet<String> = names.filter(|name| name.ends_with(".py")).collect();
        let listed = super::PACKAGE.iter().map(|(name, _)| (*name).to_owned());
        assert_eq!(BTreeSet::from_iter(listed), found);
    }
}
