//! Writing files: only when all is well, and only those that change.

use crate::backend::Files;
use std::fs::DirEntry;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// Writes files into a folder, which is made if it is not there. A file whose
/// bytes would not change is not touched. The files that were written; all of
/// them or, as far as a file system can promise it, none.
pub fn write(files: &Files, folder: &Path) -> io::Result<Vec<PathBuf>> {
    std::fs::create_dir_all(folder).map_err(|e| explain(e, "make the folder", folder))?;
    clear(folder);
    // Aside first: a reader, or a crash, never meets half a file, and a full
    // disk is met before the first one is replaced.
    let mut aside = Aside(Vec::new());
    let mut texts = Vec::new();
    let turn = TURN.fetch_add(1, Ordering::Relaxed);
    for path in changed(files, folder) {
        let Some(name) = path.file_name().and_then(|n| n.to_str()) else { continue };
        let Some(text) = files.get(name) else { continue };
        let temporary = folder.join(format!("{ASIDE}{}-{turn}-{name}", std::process::id()));
        aside.0.push((temporary, path));
        texts.push(text.as_str());
    }
    let write = |temporary: &Path, text: &str| {
        std::fs::write(temporary, text).map_err(|e| explain(e, "write", temporary))
    };
    // All at once: the files of a large schema are large, too.
    std::thread::scope(|scope| {
        let pairs = aside.0.iter().zip(&texts);
        let running: Vec<_> = pairs
            .map(|((temporary, _), text)| scope.spawn(move || write(temporary, text)))
            .collect();
        running.into_iter().try_for_each(|thread| match thread.join() {
            Ok(result) => result,
            Err(panic) => std::panic::resume_unwind(panic),
        })
    })?;
    let mut written = Vec::new();
    for ((temporary, path), text) in aside.0.iter().zip(&texts) {
        let mut done = std::fs::rename(temporary, path);
        // Somebody in another namespace of processes took this one for dead.
        if done.as_ref().is_err_and(|e| e.kind() == io::ErrorKind::NotFound) {
            write(temporary, text)?;
            done = std::fs::rename(temporary, path);
        }
        done.map_err(|e| explain(e, "write", path))?;
        written.push(path.clone());
    }
    Ok(written)
}

/// How the name of a file begins that waits to be given its own; behind it comes
/// the number of the process.
const ASIDE: &str = ".shmgen-";
/// Tells apart what threads of one process write.
static TURN: AtomicU64 = AtomicU64::new(0);

/// Removes what a process left that was killed while it wrote here.
fn clear(folder: &Path) {
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let name = entry.file_name();
        let Some(rest) = name.to_str().and_then(|name| name.strip_prefix(ASIDE)) else { continue };
        let process = rest.split('-').next().and_then(|id| id.parse::<u32>().ok());
        if process.is_some_and(|id| !is_alive(id, &entry)) {
            let _ = std::fs::remove_file(entry.path());
        }
    }
}

/// Whether a process may still be at work on a file. Where the system does not
/// tell of processes, an hour is enough for any.
fn is_alive(id: u32, entry: &DirEntry) -> bool {
    let processes = Path::new("/proc");
    if processes.join("self").exists() {
        return processes.join(id.to_string()).exists();
    }
    let age = entry.metadata().and_then(|m| m.modified()).ok().and_then(|at| at.elapsed().ok());
    age.is_none_or(|age| age < Duration::from_secs(3600))
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

#[cfg(test)]
#[allow(clippy::pedantic)]
mod tests {
    use super::*;

    #[test]
    fn what_a_killed_process_left_goes_and_what_a_living_one_writes_stays() {
        let folder = std::env::temp_dir().join(format!("shmgen-output-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        let mut child = std::process::Command::new("true").spawn().unwrap();
        let dead = child.id();
        child.wait().unwrap();
        let (left, own) = (
            folder.join(format!("{ASIDE}{dead}-0-market.rs")),
            folder.join(format!("{ASIDE}{}-x-market.rs", std::process::id())),
        );
        let strange = folder.join(".shmgen-notes");
        for path in [&left, &own, &strange] {
            std::fs::write(path, "half").unwrap();
        }
        let files = Files::from([("market.rs".to_owned(), "whole".to_owned())]);
        assert_eq!(write(&files, &folder).unwrap(), [folder.join("market.rs")]);
        assert!(!left.exists() && own.exists() && strange.exists());
        // Also where nothing is to be written.
        std::fs::write(&left, "half").unwrap();
        assert!(write(&files, &folder).unwrap().is_empty());
        assert!(!left.exists());
        std::fs::remove_dir_all(&folder).unwrap();
    }
}
