//! `shmgen gen`: from a schema to source files.

use crate::failure::{Done, Failure};
use crate::show;
use clap::ValueEnum;
use schemars::JsonSchema;
use serde::Serialize;
use shm_runtime::json::Version;
use shmgen::backend::{self, Language, Options};
use shmgen::model::Limits;
use shmgen::output;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// Generate Rust, C, C++ and Python from a schema
///
/// Files that would not change are not touched; nothing is written if anything
/// is wrong with the schema.
#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// The schema, a TOML file
    schema: PathBuf,
    /// The folder to write to; made if it is not there
    #[arg(long, value_name = "DIR", default_value = ".")]
    out: PathBuf,
    /// The languages, separated by commas [default: rust,c,cpp,python]
    #[arg(long, value_name = "LANG", value_delimiter = ',')]
    lang: Vec<Lang>,
    /// Write nothing; exit with 1 if a file would change
    #[arg(long)]
    check: bool,
    /// Also write a rule for make and ninja that says what the files depend on
    #[arg(long, value_name = "FILE", conflicts_with = "check")]
    depfile: Option<PathBuf>,
    /// Also touch this file when all is done; a depfile's rule is for it then
    #[arg(long, value_name = "FILE", conflicts_with = "check")]
    stamp: Option<PathBuf>,
    /// Print the names of the files, and which were written, as JSON
    #[arg(long, conflicts_with = "check")]
    json: bool,
    /// Print the names of the files and what each is made from, as JSON; write
    /// nothing
    #[arg(long, conflicts_with_all = ["check", "depfile", "stamp"])]
    list: bool,
}

/// What `gen --list` prints: what would be generated, and from what.
#[derive(Serialize, JsonSchema)]
pub(crate) struct Listed {
    /// The version of this form.
    version: Version<1>,
    /// All files, with the folder.
    files: Vec<String>,
    /// The schema and those that it imports: a change of one of them may change
    /// the files.
    sources: Vec<String>,
    /// Where each file comes from, in the order of `files`.
    origins: Vec<Origin>,
}

/// Where a file comes from.
#[derive(Serialize, JsonSchema)]
struct Origin {
    /// The file, as in `files`.
    file: String,
    /// Its schema, as an absolute path without links; null for a file of the
    /// runtime, which is the same for all schemas.
    source: Option<String>,
}

/// What `gen --json` prints: the names of the files.
#[derive(Serialize, JsonSchema)]
pub(crate) struct Generated {
    /// The version of this form.
    version: Version<1>,
    /// All files, with the folder.
    files: Vec<String>,
    /// Those that were written because they would have changed.
    written: Vec<String>,
}

/// A language on the command line.
#[derive(Clone, Copy, ValueEnum)]
pub(super) enum Lang {
    Rust,
    C,
    Cpp,
    Python,
    /// The resolved model
    Json,
    /// Documentation
    Markdown,
}

impl From<Lang> for Language {
    fn from(lang: Lang) -> Self {
        match lang {
            Lang::Rust => Self::Rust,
            Lang::C => Self::C,
            Lang::Cpp => Self::Cpp,
            Lang::Python => Self::Python,
            Lang::Json => Self::Json,
            Lang::Markdown => Self::Markdown,
        }
    }
}

/// Those that are asked for, or the four.
fn languages(asked: &[Lang]) -> Vec<Language> {
    match asked {
        [] => Language::DEFAULT.to_vec(),
        some => some.iter().map(|l| (*l).into()).collect(),
    }
}

/// What a schema may have in it for these languages.
fn limits(languages: &[Language]) -> Limits {
    Limits { c: languages.iter().any(|l| l.is_c()), ..Limits::default() }
}

/// The same for what is asked for.
pub(super) fn limits_of(asked: &[Lang]) -> Limits {
    limits(&languages(asked))
}

pub(crate) fn run(arguments: &Arguments) -> Done {
    let languages = languages(&arguments.lang);
    let mut checked = shmgen::check_file(&arguments.schema, limits(&languages));
    let (notes, sources) = (checked.notes(), std::mem::take(&mut checked.files));
    let modules = std::mem::take(&mut checked.modules);
    let written_schema = checked.written.take();
    let schema = checked.into_result().map_err(|d| {
        let rest = if arguments.check || arguments.list { "" } else { "nothing was written\n" };
        Failure::schema(super::told(&d) + rest)
    })?;
    if !arguments.list {
        eprint!("{}", super::told(&notes));
    }
    if arguments.list {
        return list(arguments, &backend::names(&schema, &languages), &sources, &modules);
    }
    let files = backend::generate(&schema, &languages, &Options::default());
    if arguments.check {
        let stale = output::changed(&files, &arguments.out);
        if stale.is_empty() {
            return Ok(());
        }
        let list: String = stale.iter().map(|p| format!("\n  {}", p.display())).collect();
        return Err(Failure::new(format!("these files are not up to date:{list}")));
    }
    let written = output::write(&files, &arguments.out)?;
    // The process is about to end; of a large schema, giving back each piece
    // takes as long as reading it.
    std::mem::forget((schema, written_schema));
    if arguments.json {
        let name = |path: &PathBuf| path.display().to_string();
        let all = files.keys().map(|file| name(&arguments.out.join(file))).collect();
        let written = written.iter().map(name).collect();
        show::print_json(&Generated { version: Version, files: all, written })?;
    } else {
        for path in written {
            eprintln!("wrote {}", path.display());
        }
    }
    let write = |path: &Path, text: &str| {
        std::fs::write(path, text)
            .map_err(|e| Failure::new(format!("cannot write {}: {e}", path.display())))
    };
    if let Some(depfile) = &arguments.depfile {
        let targets = match &arguments.stamp {
            Some(stamp) => vec![stamp.clone()],
            None => files.keys().map(|name| arguments.out.join(name)).collect(),
        };
        let rule = output::depfile(&targets, &sources);
        write(depfile, &rule)?;
    }
    // Last: whoever sees it new also sees all the rest.
    arguments.stamp.as_ref().map_or(Ok(()), |stamp| write(stamp, ""))
}

/// Prints what would be generated.
fn list(
    arguments: &Arguments,
    names: &BTreeMap<String, Option<String>>,
    sources: &[PathBuf],
    modules: &BTreeMap<String, PathBuf>,
) -> Done {
    let real =
        |path: &PathBuf| path.canonicalize().unwrap_or_else(|_| path.clone()).display().to_string();
    let origins: Vec<Origin> = names
        .iter()
        .map(|(name, module)| Origin {
            file: arguments.out.join(name).display().to_string(),
            source: module.as_ref().and_then(|module| modules.get(module)).map(real),
        })
        .collect();
    let files = origins.iter().map(|origin| origin.file.clone()).collect();
    let sources = sources.iter().map(real).collect();
    show::print_json(&Listed { version: Version, files, sources, origins })?;
    Ok(())
}
