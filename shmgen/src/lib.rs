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
//! # The way a schema goes
//!
//! [`syntax`] reads the TOML with the place of every token. [`model`] looks up
//! every name and computes every size and offset; what is wrong becomes
//! [`diagnostics`]. [`backend`] writes the model in each language. The contract
//! that lies in segments is built from the model and belongs to shm-runtime.
//! [`bytemap`] and [`sizes`] tell people where the bytes of structs and segments
//! go.

#![forbid(unsafe_code)]

pub mod backend;
mod builder;
pub mod bytemap;
mod contract;
pub mod diagnostics;
mod lint;
pub mod model;
mod notes;
pub mod output;
pub mod sizes;
pub mod syntax;

pub use builder::{Builder, Error};

use diagnostics::{Code, Diagnostics, Source};
use std::path::Path;
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

    /// What of a schema in which nothing is wrong this version does not do yet:
    /// objects that it can create and show, and no more.
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

/// Reads and checks a schema file.
pub fn check_file(path: &Path, limits: model::Limits) -> Checked {
    let mut diagnostics = Diagnostics::default();
    match std::fs::read(path) {
        Ok(bytes) => match String::from_utf8(bytes) {
            Ok(text) => return check(&Source::new(path, text), limits),
            Err(error) => {
                let at = error.utf8_error().valid_up_to();
                let text = String::from_utf8_lossy(error.as_bytes()).into_owned();
                let source = Source::new(path, text);
                diagnostics
                    .error(Code::E002, &source, at..at + 1, "the file is not UTF-8")
                    .label("the first byte that is not");
            }
        },
        Err(error) => {
            let source = Source::new(path, "");
            let message = format!("cannot read {}: {error}", path.display());
            diagnostics.error(Code::E001, &source, 0..0, message);
        }
    }
    Checked { schema: None, diagnostics, written: None }
}

/// Checks a schema that was read.
pub fn check(source: &Arc<Source>, limits: model::Limits) -> Checked {
    let mut diagnostics = Diagnostics::default();
    let stem = source.path().file_stem().and_then(|s| s.to_str()).unwrap_or("schema").to_owned();
    let written = syntax::parse(source, &mut diagnostics);
    let schema = written.as_ref().map(|s| model::resolve(s, &stem, limits, &mut diagnostics));
    Checked { schema, diagnostics, written }
}
