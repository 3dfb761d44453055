//! What a build script calls.

use crate::backend::{self, Language, Options};
use crate::diagnostics::{Diagnostics, nearest};
use crate::model::Limits;
use crate::{check_file, output};
use std::collections::{BTreeMap, BTreeSet};
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

    /// The traits of the crate `zerocopy` on all Rust types: `FromBytes`,
    /// `Immutable`, `KnownLayout`, and `IntoBytes` where no list and no optional
    /// lies in a type. `shm-runtime` needs its feature `zerocopy`.
    pub fn zerocopy(mut self) -> Self {
        self.options.rust.zerocopy = true;
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
        let limits = Limits { c: languages.iter().any(|l| l.is_c()), ..self.limits };
        let mut files = backend::Files::new();
        let mut modules = BTreeMap::new();
        let mut types = BTreeSet::new();
        for path in &self.schemas {
            let checked = check_file(path, limits);
            if in_build_script {
                for file in &checked.files {
                    println!("cargo:rerun-if-changed={}", file.display());
                }
                for note in checked.notes().sorted() {
                    println!("cargo:warning={}", note.line());
                }
            }
            let origins = checked.modules.clone();
            let schema = checked.into_result().map_err(Error::Schema)?;
            let all = schema.with_imports();
            types.extend(all.iter().flat_map(|s| s.declared()).map(|t| t.name().to_owned()));
            let made = backend::generate(&schema, languages, &self.options);
            // A schema that several import is the same for each of them.
            if let Some(name) = made.iter().find_map(|(name, text)| {
                files.get(name).is_some_and(|other| other != text).then_some(name)
            }) {
                let module = name.split('.').next().unwrap_or(name);
                let of = |modules: &BTreeMap<String, PathBuf>| {
                    modules.get(module).unwrap_or(path).to_owned()
                };
                let (first, second) = (of(&modules), of(&origins));
                return Err(Error::Twins { file: name.clone(), first, second });
            }
            files.extend(made);
            modules.extend(origins);
        }
        if let Some(name) = self
            .options
            .rust
            .type_attributes
            .keys()
            .find(|name| *name != "." && !types.contains(*name))
        {
            let near = nearest(name, types.iter().map(String::as_str)).map(str::to_owned);
            return Err(Error::UnknownType { name: name.clone(), near });
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
    /// Two schemas whose files would have one name.
    Twins {
        /// The name of a file that both would be written to.
        file: String,
        /// One schema.
        first: PathBuf,
        /// The other one.
        second: PathBuf,
    },
    /// A type that [`Builder::type_attribute`] names is in none of the schemas.
    UnknownType {
        /// What was named.
        name: String,
        /// The nearest name that there is.
        near: Option<String>,
    },
    /// There is no `OUT_DIR`, and no other folder was given.
    NoFolder,
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Schema(diagnostics) => write!(f, "{diagnostics}nothing was written"),
            Self::Io(error) => write!(f, "{error}"),
            Self::Twins { file, first, second } => write!(
                f,
                "{} and {} would both be generated as {file}: rename one of them, or give each a \
                 Builder with an out_dir of its own; nothing was written",
                first.display(),
                second.display()
            ),
            Self::UnknownType { name, near } => {
                write!(
                    f,
                    "type_attribute names `{name}`, which is no struct, enum, set of flags \
                           or union of the schemas; nothing was written"
                )?;
                near.iter().try_for_each(|near| write!(f, "; did you mean `{near}`?"))
            }
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

#[cfg(test)]
#[allow(clippy::pedantic)]
mod tests {
    use super::*;

    fn schema(folder: &std::path::Path, name: &str) -> PathBuf {
        std::fs::create_dir_all(folder).unwrap();
        let path = folder.join("market.toml");
        let text = format!(
            "shmgen = 1\n[schema]\nname = \"acme.{name}\"\nversion = \"1.0\"\n\
             [struct.T]\nfield = [ {{ name = \"a\", type = \"u8\" }} ]\n"
        );
        std::fs::write(&path, text).unwrap();
        path
    }

    #[test]
    fn two_schemas_of_one_file_name_are_an_error_and_nothing_is_written() {
        let folder = std::env::temp_dir().join(format!("shmgen-twins-{}", std::process::id()));
        let (a, b) = (schema(&folder.join("a"), "a"), schema(&folder.join("b"), "b"));
        let out = folder.join("gen");
        let error = Builder::new().schema(&a).schema(&b).out_dir(&out).generate().unwrap_err();
        let text = error.to_string();
        assert!(matches!(error, Error::Twins { .. }), "{text}");
        for part in [a.to_str().unwrap(), b.to_str().unwrap(), "market.rs"] {
            assert!(text.contains(part), "{text}");
        }
        assert!(!out.exists());
        let named = Builder::new().schema(&a).type_attribute("t", "#[derive(Eq)]");
        let error = named.out_dir(&out).generate().unwrap_err().to_string();
        assert!(error.contains("`t`") && error.contains("did you mean `T`?"), "{error}");
        assert!(!out.exists());
        // The same schema twice is no twin.
        Builder::new().schema(&a).schema(&a).out_dir(&out).generate().unwrap();
        assert!(out.join("market.rs").exists());
        std::fs::remove_dir_all(&folder).unwrap();
    }
}
