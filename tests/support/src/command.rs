//! Running the real command: what it prints, and with which exit code.

use crate::texts::said_once;
use crate::tools::{scratch, shmgen};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Output, Stdio};

/// Runs the command with nothing on its standard input.
pub fn run(arguments: &[&str]) -> Output {
    shmgen().args(arguments).stdin(Stdio::null()).output().unwrap()
}

/// The exit code; a command that a signal ended has none.
pub fn code(output: &Output) -> i32 {
    output.status.code().unwrap_or_else(|| panic!("{output:?}"))
}

/// What went to standard output.
pub fn out(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

/// What went to standard error.
pub fn err(output: &Output) -> String {
    let text = String::from_utf8(output.stderr.clone()).unwrap();
    text.lines().filter(|line| line.starts_with("shmgen: ")).for_each(said_once);
    text
}

/// A folder with a schema in it; the schema's path.
pub fn schema(folder: &str, text: &str) -> PathBuf {
    let path = scratch(folder).join("talk.toml");
    std::fs::write(&path, text).unwrap();
    path
}

/// A path as an argument.
pub fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

/// Every file of a folder with its bytes.
pub fn files(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let entries = std::fs::read_dir(folder).unwrap().map(|e| e.unwrap().path());
    entries
        .map(|p| (p.file_name().unwrap().to_string_lossy().into(), std::fs::read(p).unwrap()))
        .collect()
}
