//! The mutants as they are listed, and the texts that they make.

use shmgen_test_support::tools::root;
use std::fmt;
use toml::de::DeTable;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Language {
    C,
    Rust,
    Python,
}

/// One line that is changed, and the test that must notice.
#[derive(Clone, Debug)]
pub(crate) struct Mutant {
    pub(crate) language: Language,
    /// What goes wrong, as a name.
    pub(crate) name: String,
    /// The file, below the root.
    pub(crate) file: String,
    /// The line without the blanks around it. No other one of the file is the same.
    pub(crate) old: String,
    /// What stands there instead; nothing, where a line is left out.
    pub(crate) new: String,
    /// What is compiled or run: see `c.rs`, `rust.rs` and `python.rs`.
    pub(crate) program: String,
    /// The test of that program.
    pub(crate) test: String,
    /// Whether it always runs.
    pub(crate) ci: bool,
}

impl fmt::Display for Mutant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let language = match self.language {
            Language::C => "C",
            Language::Rust => "Rust",
            Language::Python => "Python",
        };
        let ci = if self.ci { ", always" } else { "" };
        write!(f, "{} ({language}{ci}) by {} {}", self.name, self.program, self.test)
    }
}

/// All that are listed.
pub(crate) fn read() -> Vec<Mutant> {
    let lists =
        [(Language::C, "c.toml"), (Language::Rust, "rust.toml"), (Language::Python, "python.toml")];
    let mut mutants = Vec::new();
    for (language, name) in lists {
        let text = std::fs::read_to_string(root().join("tests/mutants").join(name)).unwrap();
        let table = DeTable::parse(&text).unwrap_or_else(|e| panic!("{name}: {e}"));
        for (what, fields) in table.get_ref() {
            let what = what.get_ref().to_string();
            let fields = fields.get_ref().as_table().unwrap();
            let text = |key: &str| {
                let value = fields.get(key).and_then(|value| value.get_ref().as_str());
                value.unwrap_or_else(|| panic!("{name}: {what} has no {key}")).to_owned()
            };
            mutants.push(Mutant {
                language,
                file: text("file"),
                old: text("old"),
                new: text("new"),
                program: text("program"),
                test: text("test"),
                ci: fields.contains_key("ci"),
                name: what.clone(),
            });
        }
    }
    mutants
}

impl Mutant {
    /// The text of its file, and the text with the line changed.
    pub(crate) fn apply(&self) -> Result<(String, String), String> {
        let path = root().join(&self.file);
        let text = std::fs::read_to_string(path).map_err(|e| format!("{}: {e}", self.file))?;
        let is_it = |line: &&str| line.trim() == self.old;
        match text.lines().filter(is_it).count() {
            1 => {}
            n => return Err(format!("{} has {n} lines `{}`, not one", self.file, self.old)),
        }
        let line = |line: &str| if is_it(&line) { self.new.clone() } else { line.to_owned() };
        let changed: Vec<String> = text.lines().map(line).collect();
        Ok((text.clone(), changed.join("\n") + "\n"))
    }
}
