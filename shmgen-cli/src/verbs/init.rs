//! `shmgen init`: a working project in a minute. It is the quickstart, with the
//! paths of this tool in it.

use super::demo::library;
use crate::failure::{Done, Failure};
use crate::show;
use schemars::JsonSchema;
use serde::Serialize;
use shm_runtime::json::Version;
use std::path::{Path, PathBuf};

/// Make a project: a schema, and programs in Rust, C, C++ and Python that talk
///
/// It builds and runs as it stands: DIR/run.sh
#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// The folder to make; it must be empty if it is there
    dir: PathBuf,
    /// Print what was made as JSON
    #[arg(long)]
    json: bool,
}

/// What `init --json` prints: what was made.
#[derive(Serialize, JsonSchema)]
pub(crate) struct Made {
    /// The version of this form.
    version: Version<1>,
    /// The folder.
    folder: String,
    /// The script that builds and runs it.
    run: String,
    /// The files, in the folder.
    files: Vec<&'static str>,
}

/// The files of the project, and whether they are programs.
const FILES: [(&str, &str); 10] = [
    ("market.toml", include_str!("../../quickstart/market.toml")),
    ("rust/Cargo.toml", include_str!("../../quickstart/rust_manifest.toml")),
    ("rust/build.rs", include_str!("../../quickstart/rust_build.rs")),
    ("rust/src/main.rs", include_str!("../../quickstart/rust_src/main.rs")),
    ("rust/src/chain.rs", include_str!("../../quickstart/rust_src/chain.rs")),
    ("c/relay.c", include_str!("../../quickstart/c/relay.c")),
    ("cpp/relay.cpp", include_str!("../../quickstart/cpp/relay.cpp")),
    ("python/relay.py", include_str!("../../quickstart/python/relay.py")),
    ("README.md", include_str!("../../quickstart/README.md")),
    (".gitignore", include_str!("../../quickstart/gitignore")),
];

const RUN: &str = include_str!("../../quickstart/run.sh");

pub(crate) fn run(arguments: &Arguments) -> Done {
    let dir = &arguments.dir;
    let fail = |path: &Path, e| Failure::new(format!("cannot make {}: {e}", path.display()));
    if std::fs::read_dir(dir).is_ok_and(|mut entries| entries.next().is_some()) {
        return Err(Failure::in_use(format!(
            "{} is there and not empty; choose another folder",
            dir.display()
        )));
    }
    let checkout = checkout();
    for (name, text) in FILES {
        let path = dir.join(name);
        if let Some(folder) = path.parent() {
            std::fs::create_dir_all(folder).map_err(|e| fail(folder, e))?;
        }
        let text = match name {
            "rust/Cargo.toml" => manifest(text, checkout.as_deref()),
            _ => text.to_owned(),
        };
        std::fs::write(&path, text).map_err(|e| fail(&path, e))?;
    }
    let script = dir.join("run.sh");
    std::fs::write(&script, run_script(checkout.as_deref())?).map_err(|e| fail(&script, e))?;
    make_executable(&script).map_err(|e| fail(&script, e))?;
    if arguments.json {
        let files = FILES.iter().map(|(name, _)| *name).chain(["run.sh"]).collect();
        let (folder, run) = (dir.display().to_string(), script.display().to_string());
        return Ok(show::print_json(&Made { version: Version, folder, run, files })?);
    }
    show::print(&format!("{}\n", script.display()))?;
    eprintln!("made {}; run it with {}", dir.display(), script.display());
    Ok(())
}

fn make_executable(path: &Path) -> std::io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o755))
}

/// The checkout that this command was built in, if it is still there. An
/// installed one was built in a folder that is gone, or in cargo's own.
fn checkout() -> Option<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent()?;
    root.join("shm-runtime/Cargo.toml").exists().then(|| root.to_owned())
}

/// The quickstart depends on its neighbours; a project elsewhere on their
/// whole paths, or on their versions.
fn manifest(text: &str, checkout: Option<&Path>) -> String {
    let name = |krate: &str| match checkout {
        Some(root) => format!("{{ path = {:?} }}", root.join(krate).display().to_string()),
        None => format!("\"{}\"", env!("CARGO_PKG_VERSION")),
    };
    text.replace("{ path = \"../../../shm-runtime\" }", &name("shm-runtime"))
        .replace("{ path = \"../../../shmgen\" }", &name("shmgen"))
}

/// The part of the script between its marks says where things are.
fn run_script(checkout: Option<&Path>) -> Result<String, Failure> {
    let own = std::env::current_exe()?.display().to_string();
    let mut places = match checkout {
        Some(_) => format!("shmgen={}\n", quoted(&own)),
        None => "shmgen=${SHMGEN:-shmgen}\n".to_owned(),
    };
    if let Some(library) = library() {
        let library = quoted(&library.display().to_string());
        places.push_str(&format!("export SHM_RUNTIME_LIBRARY={library}\n"));
    }
    match checkout {
        Some(root) => {
            let package = quoted(&root.join("python/src").display().to_string());
            places.push_str(&format!("export PYTHONPATH=gen:{package}\n"));
        }
        None => places.push_str("export PYTHONPATH=gen # and: pip install shm_runtime\n"),
    }
    let (head, rest) = RUN.split_once("root=$").unwrap_or((RUN, ""));
    let tail = rest.split_once("\n# ---\n").map_or("", |(_, tail)| tail);
    Ok(format!("{head}{places}# ---\n{tail}"))
}

/// A word for the shell.
fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', "'\\''"))
}
