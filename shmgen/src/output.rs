//! Writing files: only when all is well, and only those that change.

use crate::backend::Files;
use std::io;
use std::path::{Path, PathBuf};

/// Writes files into a folder, which is made if it is not there. A file whose
/// bytes would not change is not touched. The files that were written; all of
/// them or, as far as a file system can promise it, none.
pub fn write(files: &Files, folder: &Path) -> io::Result<Vec<PathBuf>> {
    std::fs::create_dir_all(folder).map_err(|e| explain(e, "make the folder", folder))?;
    // Aside first: a reader, or a crash, never meets half a file, and a full
    // disk is met before the first one is replaced.
    let mut aside = Aside(Vec::new());
    let mut texts = Vec::new();
    for path in changed(files, folder) {
        let Some(name) = path.file_name().and_then(|n| n.to_str()) else { continue };
        let Some(text) = files.get(name) else { continue };
        let temporary = folder.join(format!(".{name}.tmp{}", std::process::id()));
        aside.0.push((temporary, path));
        texts.push(text);
    }
    // All at once: the files of a large schema are large, too.
    std::thread::scope(|scope| {
        let write = |((temporary, _), text): (&(PathBuf, PathBuf), &String)| {
            std::fs::write(temporary, text).map_err(|e| explain(e, "write", temporary))
        };
        let pairs = aside.0.iter().zip(texts);
        let running: Vec<_> = pairs.map(|pair| scope.spawn(move || write(pair))).collect();
        running.into_iter().try_for_each(|thread| match thread.join() {
            Ok(result) => result,
            Err(panic) => std::panic::resume_unwind(panic),
        })
    })?;
    let mut written = Vec::new();
    for (temporary, path) in &aside.0 {
        std::fs::rename(temporary, path).map_err(|e| explain(e, "write", path))?;
        written.push(path.clone());
    }
    Ok(written)
}

/// Files that wait to be given their names; those that are left are removed.
struct Aside(Vec<(PathBuf, PathBuf)>);

impl Drop for Aside {
    fn drop(&mut self) {
        for (temporary, _) in &self.0 {
            let _ = std::fs::remove_file(temporary);
        }
    }
}

/// The files that differ from what they should be, or are not there.
pub fn changed(files: &Files, folder: &Path) -> Vec<PathBuf> {
    files
        .iter()
        .map(|(name, text)| (folder.join(name), text))
        .filter(|(path, text)| std::fs::read(path).map_or(true, |old| old != text.as_bytes()))
        .map(|(path, _)| path)
        .collect()
}

/// A rule for make and ninja: the targets depend on the schemas. Each schema has
/// a rule without anything in it, so that make goes on, and asks for the targets
/// to be made anew, where one is not there any more.
pub fn depfile(targets: &[PathBuf], sources: &[PathBuf]) -> String {
    let escape = |path: &Path| {
        let mut text = String::new();
        for c in path.display().to_string().chars() {
            match c {
                '\\' | ' ' | '#' | ':' => text.extend(['\\', c]),
                '$' => text.push_str("$$"),
                _ => text.push(c),
            }
        }
        text
    };
    let join = |paths: &[PathBuf]| -> String {
        paths.iter().map(|path| escape(path)).collect::<Vec<_>>().join(" ")
    };
    let mut out = format!("{}: {}\n", join(targets), join(sources));
    // A percent sign would make it a rule for patterns.
    for source in sources.iter().map(|s| escape(s)).filter(|s| !s.contains('%')) {
        out.push_str(&format!("\n{source}:\n"));
    }
    out
}

fn explain(error: io::Error, what: &str, path: &Path) -> io::Error {
    io::Error::new(error.kind(), format!("cannot {what} {}: {error}", path.display()))
}
