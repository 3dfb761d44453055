//! What a build script calls.

use crate::backend::{self, Language, Options};
use crate::diagnostics::Diagnostics;
use crate::model::Limits;
use crate::{check_file, output};
use std::fmt;
use std::path::PathBuf;

/// Generates Rust (or more) from schemas, in a build script.
///
/// ```no_run
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// shmgen::Builder::new()
///     .schema("market.toml")
///     .type_attribute("Trade", "#[derive(Eq, Hash)]")
///     .generate()?;
/// # Ok(()) }
/// ```
#[derive(Clone, Debug, Default)]
#[must_use = "nothing happens before generate"]
pub struct Builder {
    schemas: Vec<PathBuf>,
    out_dir: Option<PathBuf>,
    languages: Option<Vec<Language>>,
    options: Options,
    limits: Limits,
}

impl Builder {
    /// Without schemas yet; Rust is generated, into `OUT_DIR`.
    pub fn new() -> Self {
        Self::default()
    }

    /// A schema file, relative to the folder of the package.
    pub fn schema(mut self, path: impl Into<PathBuf>) -> Self {
        self.schemas.push(path.into());
        self
    }

    /// Another folder than `OUT_DIR`; it is made if it is not there.
    pub fn out_dir(mut self, path: impl Into<PathBuf>) -> Self {
        self.out_dir = Some(path.into());
        self
    }

    /// Other languages than Rust.
    pub fn languages(mut self, languages: &[Language]) -> Self {
        self.languages = Some(languages.to_vec());
        self
    }

    /// An attribute on the Rust type of that name, such as
    /// `#[derive(Eq, Hash)]`; `.` for all types.
    pub fn type_attribute(mut self, name: impl Into<String>, attribute: impl Into<String>) -> Self {
        let attributes = &mut self.options.rust.type_attributes;
        attributes.entry(name.into()).or_default().push(attribute.into());
        self
    }

    /// The largest segment that a schema may ask for, in bytes; 64 GiB unless
    /// told otherwise.
    pub fn segment_limit(mut self, bytes: u64) -> Self {
        self.limits.segment = bytes;
        self
    }

    /// Reads, checks and writes. Nothing is written if anything is wrong with
    /// any schema. In a build script it also tells cargo which files to watch,
    /// and what of a schema this version does not do yet, which cargo shows as
    /// warnings.
    pub fn generate(&self) -> Result<(), Error> {
        let folder = match (&self.out_dir, std::env::var_os("OUT_DIR")) {
            (Some(folder), _) => folder.clone(),
            (None, Some(folder)) => PathBuf::from(folder),
            (None, None) => return Err(Error::NoFolder),
        };
        let in_build_script = std::env::var_os("CARGO_MANIFEST_DIR").is_some()
            && std::env::var_os("OUT_DIR").is_some();
        let languages = self.languages.as_deref().unwrap_or(&[Language::Rust]);
        let mut files = backend::Files::new();
        for path in &self.schemas {
            let checked = check_file(path, self.limits);
            if in_build_script {
                for file in &checked.files {
                    println!("cargo:rerun-if-changed={}", file.display());
                }
                for note in checked.notes().sorted() {
                    println!("cargo:warning={}", note.line());
                }
            }
            let schema = checked.into_result().map_err(Error::Schema)?;
            files.extend(backend::generate(&schema, languages, &self.options));
        }
        output::write(&files, &folder).map_err(Error::Io)?;
        Ok(())
    }
}

/// Why nothing was generated.
pub enum Error {
    /// A schema is wrong.
    Schema(Diagnostics),
    /// A file could not be written.
    Io(std::io::Error),
    /// There is no `OUT_DIR`, and no other folder was given.
    NoFolder,
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Schema(diagnostics) => write!(f, "{diagnostics}"),
            Self::Io(error) => write!(f, "{error}"),
            Self::NoFolder => {
                f.write_str("there is no OUT_DIR outside of a build script; say out_dir(..)")
            }
        }
    }
}

/// The same as [`fmt::Display`]: what a build script's `main` returns is shown
/// so, and a caret is of no use in one escaped line.
impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "\n{self}")
    }
}

impl std::error::Error for Error {}
