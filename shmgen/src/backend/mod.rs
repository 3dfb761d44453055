//! Backends: from the model to the text of files. A backend computes no layout
//! and checks no name; it only knows how its language writes things.

mod c;
mod c_runtime;
mod cpp;
mod json;
mod markdown;
mod python;
mod rust;
mod text;

use crate::model::Schema;
use std::collections::BTreeMap;
use std::fmt;

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
    /// A Python module.
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

/// The files of a schema in some languages.
pub fn generate(schema: &Schema, languages: &[Language], options: &Options) -> Files {
    let mut files = Files::new();
    let module = &schema.module;
    for language in languages {
        match language {
            Language::Rust => {
                files.insert(format!("{module}.rs"), rust::module(schema, &options.rust));
            }
            Language::C | Language::Cpp => {
                files.insert(format!("{module}.h"), c::header(schema));
                files.insert("shm_runtime.h".to_owned(), c_runtime::header());
                if *language == Language::Cpp {
                    files.insert(format!("{module}.hpp"), cpp::header(schema));
                    files.insert("shm_runtime.hpp".to_owned(), cpp::runtime());
                }
            }
            Language::Python => {
                files.insert(format!("{module}.py"), python::module(schema));
            }
            Language::Json => {
                files.insert(format!("{module}.json"), json::model(schema));
            }
            Language::Markdown => {
                files.insert(format!("{module}.md"), markdown::page(schema));
            }
        }
    }
    files
}
