//! Writing files: only when all is well, and only those that change.

use crate::backend::Files;
use std::io;
use std::path::{Path, PathBuf};

/// Writes files into a folder, which is made if it is not there. A file whose
/// bytes would not change is not touched. The files that were written.
pub fn write(files: &Files, folder: &Path) -> io::Result<Vec<PathBuf>> {
    std::fs::create_dir_all(folder).map_err(|e| explain(e, "make the folder", folder))?;
    let mut written = Vec::new();
    for path in changed(files, folder) {
        let Some(text) = path.file_name().and_then(|n| n.to_str()).and_then(|n| files.get(n))
        else {
            continue;
        };
        // Aside first: a reader, or a crash, never meets half a file.
        let aside = path.with_extension(format!("tmp{}", std::process::id()));
        std::fs::write(&aside, text).map_err(|e| explain(e, "write", &aside))?;
        std::fs::rename(&aside, &path).map_err(|e| {
            let _ = std::fs::remove_file(&aside);
            explain(e, "write", &path)
        })?;
        written.push(path);
    }
    Ok(written)
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

/// A rule for make and ninja: the files depend on the schemas.
pub fn depfile(files: &Files, folder: &Path, sources: &[PathBuf]) -> String {
    let escape = |path: &Path| {
        let text = path.display().to_string();
        text.replace('\\', "\\\\").replace(' ', "\\ ").replace('#', "\\#").replace('$', "$$")
    };
    let targets: Vec<_> = files.keys().map(|name| escape(&folder.join(name))).collect();
    let sources: Vec<_> = sources.iter().map(|s| escape(s)).collect();
    format!("{}: {}\n", targets.join(" "), sources.join(" "))
}

fn explain(error: io::Error, what: &str, path: &Path) -> io::Error {
    io::Error::new(error.kind(), format!("cannot {what} {}: {error}", path.display()))
}
