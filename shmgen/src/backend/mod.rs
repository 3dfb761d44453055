//! Backends: from the model to the text of files. A backend computes no layout
//! and checks no name; it only knows how its language writes things.

mod c;
mod cpp;
mod json;
mod markdown;
mod notes;
mod parts;
mod python;
mod rust;
mod setup;
mod text;

use crate::model::Schema;
use std::collections::BTreeMap;
use std::fmt;
use std::sync::OnceLock;

pub(crate) use c::taken as runtime;
pub use json::Model;
pub use rust::RustOptions;

/// A language that can be generated.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Language {
    /// The body of a Rust module.
    Rust,
    /// A header for C11 and C++11, and the runtime it includes.
    C,
    /// A layer for C++17 over the C header, which is written too.
    Cpp,
    /// A Python module, and the one that it shares with others.
    Python,
    /// The resolved model, for programs.
    Json,
    /// Documentation.
    Markdown,
}

impl Language {
    /// What is generated unless told otherwise.
    pub const DEFAULT: [Self; 4] = [Self::Rust, Self::C, Self::Cpp, Self::Python];
    /// Every language.
    pub const ALL: [Self; 6] =
        [Self::Rust, Self::C, Self::Cpp, Self::Python, Self::Json, Self::Markdown];

    /// Whether a header for C is generated for it.
    pub const fn is_c(self) -> bool {
        matches!(self, Self::C | Self::Cpp)
    }

    /// The name on the command line.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Rust => "rust",
            Self::C => "c",
            Self::Cpp => "cpp",
            Self::Python => "python",
            Self::Json => "json",
            Self::Markdown => "markdown",
        }
    }
}

impl fmt::Display for Language {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// What a backend needs besides the schema.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// For Rust.
    pub rust: RustOptions,
}

/// Names of files and their text.
pub type Files = BTreeMap<String, String>;

/// What the files of a schema are made from.
struct Work<'a> {
    schema: &'a Schema,
    options: &'a Options,
    /// Made by the header that asks for it first.
    identity: OnceLock<c::Identity>,
}

impl Work<'_> {
    fn identity(&self) -> &c::Identity {
        self.identity.get_or_init(|| c::identity(self.schema))
    }
}

/// How the text of a file is made.
type Writer = fn(&Work<'_>) -> String;

impl Language {
    /// The files of this language, by name; several languages may share one.
    fn files(self, module: &str) -> Vec<(String, Writer)> {
        let header: [(String, Writer); 2] = [
            (format!("{module}.h"), |work| c::header(work.schema, work.identity())),
            ("shm_runtime.h".to_owned(), |_| c::runtime::header()),
        ];
        match self {
            Self::Rust => {
                vec![(format!("{module}.rs"), |work| rust::module(work.schema, &work.options.rust))]
            }
            Self::C => header.into(),
            Self::Cpp => {
                let mut files: Vec<(String, Writer)> = header.into();
                files.push((format!("{module}.hpp"), |work| {
                    cpp::header(work.schema, work.identity())
                }));
                files.push(("shm_runtime.hpp".to_owned(), |_| cpp::runtime()));
                files
            }
            Self::Python => vec![
                (format!("{module}.py"), |work| python::module(work.schema)),
                ("shm_types.py".to_owned(), |_| python::shared()),
            ],
            Self::Json => vec![(format!("{module}.json"), |work| json::model(work.schema))],
            Self::Markdown => vec![(format!("{module}.md"), |work| markdown::page(work.schema))],
        }
    }
}

/// The names of the files that [`generate`] makes, each with the module it
/// belongs to; those of the runtime belong to none.
pub fn names(schema: &Schema, languages: &[Language]) -> BTreeMap<String, Option<String>> {
    let mut names = BTreeMap::new();
    for schema in schema.with_imports() {
        for (name, _) in languages.iter().flat_map(|l| l.files(&schema.module)) {
            let own = name.strip_prefix(schema.module.as_str()).is_some_and(|r| r.starts_with('.'));
            names.insert(name, own.then(|| schema.module.clone()));
        }
    }
    names
}

/// The files of a schema in some languages, and those of the schemas that it
/// imports, which are the same whoever asks for them.
pub fn generate(schema: &Schema, languages: &[Language], options: &Options) -> Files {
    let works: Vec<Work<'_>> = schema
        .with_imports()
        .into_iter()
        .map(|schema| Work { schema, options, identity: OnceLock::new() })
        .collect();
    let mut writers: BTreeMap<String, (&Work<'_>, Writer)> = BTreeMap::new();
    for work in &works {
        for (name, write) in languages.iter().flat_map(|l| l.files(&work.schema.module)) {
            writers.insert(name, (work, write));
        }
    }
    // Each file by itself, so that a large schema uses all processors.
    std::thread::scope(|scope| {
        let running: Vec<_> = writers
            .into_iter()
            .map(|(name, (work, write))| (name, scope.spawn(move || write(work))))
            .collect();
        running
            .into_iter()
            .map(|(name, thread)| match thread.join() {
                Ok(text) => (name, text),
                Err(panic) => std::panic::resume_unwind(panic),
            })
            .collect()
    })
}

#[cfg(test)]
#[allow(clippy::pedantic)]
mod tests {
    use super::Language;
    use crate::resolve::TAKEN_MODULES;

    /// A schema file of that name is refused.
    #[test]
    fn every_file_is_named_after_the_schema_or_one_that_no_schema_is_named_after() {
        for (name, _) in Language::ALL.iter().flat_map(|language| language.files("market")) {
            let stem = name.split('.').next().unwrap();
            assert!(stem == "market" || TAKEN_MODULES.contains(&stem), "{name}");
        }
    }
}
