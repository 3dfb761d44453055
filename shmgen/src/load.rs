//! Reads schema files, and those that they import: each once, whichever way
//! leads to it, and never in a circle.

use crate::diagnostics::{Code, Diagnostics, Source, Spanned};
use crate::model::{Limits, Schema};
use crate::{Checked, read, resolve, syntax};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// The longest chain of imports.
const MAX_DEPTH: usize = 64;

/// What was read so far.
pub(crate) struct Loader {
    limits: Limits,
    /// By the files' real paths; `None` for what is wrong.
    done: BTreeMap<PathBuf, Option<Arc<Schema>>>,
    /// The files that are being read, each imported by the one before it.
    open: Vec<PathBuf>,
    modules: BTreeMap<String, PathBuf>,
    diagnostics: Diagnostics,
}

/// Checks a schema and all that it imports.
pub(crate) fn check(source: &Arc<Source>, limits: Limits) -> Checked {
    let mut loader = Loader {
        limits,
        done: BTreeMap::new(),
        open: vec![real(source.path())],
        modules: BTreeMap::new(),
        diagnostics: Diagnostics::default(),
    };
    let (written, schema) = loader.schema(source);
    let mut files = vec![source.path().to_owned()];
    files.extend(loader.done.into_keys());
    let Loader { diagnostics, modules, .. } = loader;
    Checked { schema, diagnostics, written, files, modules }
}

/// The path without links and dots; as it is if there is no such file.
fn real(path: &Path) -> PathBuf {
    path.canonicalize().unwrap_or_else(|_| path.to_owned())
}

impl Loader {
    fn schema(&mut self, source: &Arc<Source>) -> (Option<syntax::Schema>, Option<Schema>) {
        let stem = source.path().file_stem().and_then(|s| s.to_str()).unwrap_or("schema");
        // It stands in comments, which a line end would close.
        let stem = stem.replace(syntax::is_invisible, "_");
        let Some(mut written) = syntax::parse(source, &mut self.diagnostics) else {
            return (None, None);
        };
        let mut imports = Vec::new();
        let mut all_right = true;
        let mut seen = BTreeMap::new();
        for import in &written.imports {
            match self.import(source, import, &mut seen) {
                Some(schema) => imports.push(schema),
                None => all_right = false,
            }
        }
        // Names of a schema that is wrong would be reported as unknown here.
        if !all_right {
            return (Some(written), None);
        }
        let unknown = resolve::compute(&mut written, &imports, &mut self.diagnostics);
        let mut found = Diagnostics::default();
        let schema = resolve::resolve(&written, &stem, imports, self.limits, &mut found);
        // Of a number that is not known, no more can be wrong.
        let with_c = self.limits.c;
        found.retain(|found| !unknown.contains(&found.span) && (with_c || !found.of_c));
        self.diagnostics.extend(found);
        self.modules.insert(schema.module.clone(), source.path().to_owned());
        self.named_apart(&schema, &written);
        self.distinct(&schema, &written);
        (Some(written), Some(schema))
    }

    fn error(
        &mut self,
        code: Code,
        source: &Arc<Source>,
        at: &Spanned<String>,
        message: String,
    ) -> &mut crate::diagnostics::Diagnostic {
        self.diagnostics.error(code, source, at.span.clone(), message)
    }

    fn import<'w>(
        &mut self,
        source: &Arc<Source>,
        import: &'w Spanned<String>,
        seen: &mut BTreeMap<PathBuf, &'w Spanned<String>>,
    ) -> Option<Arc<Schema>> {
        let written = Path::new(&import.value);
        if written.is_absolute() || import.value.is_empty() {
            let message = format!("`{}` is not a relative path", import.value);
            self.error(Code::E070, source, import, message)
                .help("an import is a file beside this one: \"common.toml\", \"../base.toml\"");
            return None;
        }
        let path = source.path().parent().unwrap_or(Path::new("")).join(written);
        let key = real(&path);
        if let Some(other) = seen.insert(key.clone(), import) {
            let message = format!("`{}` is imported twice", import.value);
            self.error(Code::E021, source, import, message)
                .related(other.span.clone(), "first here");
            return None;
        }
        if let Some(begin) = self.open.iter().position(|open| *open == key) {
            let name = |path: &PathBuf| {
                path.file_name().map_or(String::new(), |n| n.to_string_lossy().into_owned())
            };
            let way: Vec<String> = self.open[begin..].iter().chain([&key]).map(name).collect();
            let message = format!("`{}` imports itself", import.value);
            self.error(Code::E071, source, import, message).label(way.join(" → "));
            return None;
        }
        if let Some(done) = self.done.get(&key) {
            return done.clone();
        }
        if self.open.len() > MAX_DEPTH {
            let message = format!("more than {MAX_DEPTH} schemas import one another in a row");
            self.error(Code::E071, source, import, message);
            return None;
        }
        let bytes = match read::file(&path) {
            Ok(bytes) => bytes,
            Err(why) => {
                let message = format!("cannot read {}: {why}", path.display());
                self.error(Code::E070, source, import, message)
                    .help("imports are relative to the file that names them");
                return None;
            }
        };
        self.open.push(key.clone());
        let before = self.diagnostics.len();
        let schema = read::source(&path, bytes, &mut self.diagnostics)
            .and_then(|source| self.schema(&source).1)
            .filter(|_| self.diagnostics.len() == before)
            .map(Arc::new);
        self.open.pop();
        self.done.insert(key, schema.clone());
        schema
    }

    /// No file of a schema has the name of one of the runtime's, not even where
    /// file systems do not tell letters of different case apart.
    fn named_apart(&mut self, schema: &Schema, written: &syntax::Schema) {
        if resolve::TAKEN_MODULES.iter().any(|taken| schema.module.eq_ignore_ascii_case(taken)) {
            let message = format!(
                "what is generated from {}.toml would be named as a file of the runtime",
                schema.stem
            );
            self.error(Code::E074, &written.source, &written.name, message)
                .help("rename the file; the schema may keep its name");
        }
    }

    /// All files that are generated together have names of their own.
    fn distinct(&mut self, schema: &Schema, written: &syntax::Schema) {
        let mut names: BTreeMap<&str, &Schema> = BTreeMap::new();
        let mut modules: BTreeMap<&str, &Schema> = BTreeMap::new();
        let mut told = Vec::new();
        // Two imports of one name are one in the list: look at each by itself.
        let mut open: Vec<&Schema> = vec![schema];
        let mut passed: Vec<&Schema> = Vec::new();
        while let Some(one) = open.pop() {
            if passed.iter().any(|p| std::ptr::eq(*p, one)) {
                continue;
            }
            passed.push(one);
            open.extend(one.imports.iter().map(|i| &**i));
            if let Some(other) = names.insert(&one.name, one) {
                let message = format!(
                    "{}.toml and {}.toml are both the schema `{}`",
                    other.stem, one.stem, one.name
                );
                told.push((Code::E072, one, message));
            } else if let Some(other) = modules.insert(&one.module, one) {
                let message = format!(
                    "the files of the schemas `{}` and `{}` would have one name: `{}`",
                    other.name, one.name, one.module
                );
                told.push((Code::E072, one, message));
            }
        }
        // Of two schemas of one name, that was reported.
        for (i, one) in passed.iter().enumerate() {
            for other in passed[..i].iter().filter(|o| o.name != one.name) {
                told.extend(resolve::meet(one, other).map(|message| (Code::E023, *one, message)));
            }
        }
        for (code, one, message) in told {
            // The import that is one of them, or that brings one along.
            let brings = |i: &Arc<Schema>| {
                std::ptr::eq(Arc::as_ptr(i), one)
                    || i.with_imports().iter().any(|s| std::ptr::eq(*s, one))
            };
            let at = schema.imports.iter().position(brings).and_then(|i| written.imports.get(i));
            let at = at.unwrap_or(&written.name);
            self.error(code, &written.source, at, message).help("rename one of them");
        }
    }
}
