//! shmgen: describe shared-memory structs and queues once, and get matching
//! Rust, C, C++ and Python.
//!
//! In a build script:
//!
//! ```no_run
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! shmgen::Builder::new().schema("market.toml").generate()?;
//! # Ok(()) }
//! ```
//!
//! and in the crate `shm_runtime::include_schema!(market);`. The command line
//! is the package `shmgen-cli`.
//!
//! Without files, and in any language:
//!
//! ```
//! use shmgen::backend::{self, Language, Options};
//! use shmgen::diagnostics::Source;
//!
//! let text = r#"
//!     shmgen = 1
//!     [schema]
//!     name = "acme.market"
//!     version = "1.0"
//!     [struct.Trade]
//!     field = [ { name = "price", type = "i64" }, { name = "quantity", type = "u64" } ]
//! "#;
//! let checked = shmgen::check(&Source::new("market.toml", text), Default::default());
//! let schema = checked.into_result().map_err(|diagnostics| diagnostics.to_string())?;
//! let files = backend::generate(&schema, &[Language::Rust], &Options::default());
//! assert!(files["market.rs"].contains("pub struct Trade {"));
//! # Ok::<(), String>(())
//! ```
//!
//! # The way a schema goes
//!
//! [`syntax`] reads the TOML with the place of every token. `resolve` looks up
//! every name and computes every size and offset; what is wrong becomes
//! [`diagnostics`], and what is right the [`model`], which is plain data.
//! [`backend`] writes the model in each language. The contract
//! that lies in segments is built from the model and belongs to shm-runtime.
//! [`bytemap`] and [`sizes`] tell people where the bytes of structs and segments
//! go.

#![forbid(unsafe_code)]

pub mod backend;
mod builder;
pub mod bytemap;
mod captured;
mod contract;
pub mod diagnostics;
mod kind;
mod lint;
mod load;
pub mod model;
mod notes;
pub mod output;
mod read;
mod resolve;
pub mod sizes;
pub mod syntax;
pub mod width;

pub use builder::{Builder, Error};

use diagnostics::{Code, Diagnostics, Source};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// A schema that was read and checked.
#[derive(Debug)]
pub struct Checked {
    /// The schema, which is of use only if nothing is wrong.
    pub schema: Option<model::Schema>,
    /// What is wrong.
    pub diagnostics: Diagnostics,
    /// The schema as it is written, if it could be read at all.
    pub written: Option<syntax::Schema>,
    /// The files that were read: the schema's own first, then its imports.
    pub files: Vec<PathBuf>,
    /// The file of each schema that could be read, by the name that its
    /// generated files have.
    pub modules: BTreeMap<String, PathBuf>,
}

impl Checked {
    /// What lints have to say of a schema in which nothing is wrong.
    pub fn warnings(&self) -> Diagnostics {
        match (&self.written, &self.schema) {
            (Some(written), Some(schema)) if self.diagnostics.is_empty() => {
                lint::lint(written, schema)
            }
            _ => Diagnostics::default(),
        }
    }

    /// What there is to know of a schema in which nothing is wrong: objects that this
    /// version can create and show, and no more; files that hide the system's.
    pub fn notes(&self) -> Diagnostics {
        match (&self.written, &self.schema) {
            (Some(written), Some(schema)) if self.diagnostics.is_empty() => {
                notes::notes(written, schema)
            }
            _ => Diagnostics::default(),
        }
    }

    /// The schema, if nothing is wrong.
    pub fn into_result(self) -> Result<model::Schema, Diagnostics> {
        match self.schema {
            Some(schema) if self.diagnostics.is_empty() => Ok(schema),
            _ => Err(self.diagnostics),
        }
    }
}

/// Reads and checks a schema file, and those that it imports.
pub fn check_file(path: &Path, limits: model::Limits) -> Checked {
    let mut diagnostics = Diagnostics::default();
    match std::fs::read(path) {
        Ok(bytes) => {
            if let Some(source) = read::source(path, bytes, &mut diagnostics) {
                return check(&source, limits);
            }
        }
        Err(error) => {
            let source = Source::new(path, "");
            let message = format!("cannot read {}: {error}", path.display());
            diagnostics.error(Code::E001, &source, 0..0, message);
        }
    }
    Checked {
        schema: None,
        diagnostics,
        written: None,
        files: vec![path.to_owned()],
        modules: BTreeMap::new(),
    }
}

/// Checks a schema that was read. Its imports are read from their files.
pub fn check(source: &Arc<Source>, limits: model::Limits) -> Checked {
    load::check(source, limits)
}
