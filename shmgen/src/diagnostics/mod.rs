//! What is wrong with a schema, where, and what to do about it.
//!
//! A [`Diagnostic`] has a stable [`Code`], a span in a [`Source`], and notes.
//! A [`Diagnostics`] collects as many as can be found in one run; nothing is
//! generated while it holds an error. How they are shown is in [`render`].

mod codes;
mod examples;
mod json;
mod render;

pub use codes::{Code, Severity};
pub use examples::Example;
pub use json::Report;
pub use render::{Format, render};

use std::fmt;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// A schema file and its text.
#[derive(Debug)]
pub struct Source {
    path: PathBuf,
    text: String,
}

impl Source {
    /// A file of that name with that text.
    pub fn new(path: impl Into<PathBuf>, text: impl Into<String>) -> Arc<Self> {
        Arc::new(Self { path: path.into(), text: text.into() })
    }

    /// The name under which the file was opened.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The whole text.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Line and column of a byte offset, both from 1; columns count
    /// characters.
    pub fn line_column(&self, offset: usize) -> (usize, usize) {
        let mut offset = offset.min(self.text.len());
        while !self.text.is_char_boundary(offset) {
            offset -= 1;
        }
        let before = &self.text[..offset];
        let line = before.bytes().filter(|b| *b == b'\n').count() + 1;
        let start = before.rfind('\n').map_or(0, |i| i + 1);
        (line, before[start..].chars().count() + 1)
    }
}

/// Bytes of a source.
pub type Span = Range<usize>;

/// A value and where it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Spanned<T> {
    /// The value.
    pub value: T,
    /// Where it stands.
    pub span: Span,
}

impl<T> Spanned<T> {
    /// A value at a place.
    pub fn new(value: T, span: Span) -> Self {
        Self { value, span }
    }
}

/// One thing that is wrong.
#[derive(Clone, Debug)]
pub struct Diagnostic {
    /// Its kind; stable from version to version.
    pub code: Code,
    /// What is wrong, in one sentence without a full stop.
    pub message: String,
    /// The file.
    pub source: Arc<Source>,
    /// The exact token.
    pub span: Span,
    /// What to say under the token.
    pub label: String,
    /// Other places that matter, with what to say there.
    pub related: Vec<(Span, String)>,
    /// What to do.
    pub help: Option<String>,
    /// Whether it is wrong only where C or C++ is generated.
    pub of_c: bool,
}

/// All that is wrong, in the order of the file.
#[derive(Clone, Debug, Default)]
pub struct Diagnostics {
    list: Vec<Diagnostic>,
}

impl Diagnostics {
    /// Adds one, an error or, by its code, a warning or a note; say more with the
    /// builder that is returned.
    pub fn error(
        &mut self,
        code: Code,
        source: &Arc<Source>,
        span: Span,
        message: impl Into<String>,
    ) -> &mut Diagnostic {
        self.list.push(Diagnostic {
            code,
            message: message.into(),
            source: Arc::clone(source),
            span,
            label: String::new(),
            related: Vec::new(),
            help: None,
            of_c: false,
        });
        let last = self.list.len() - 1;
        &mut self.list[last]
    }

    /// Adds all of another collection.
    pub fn extend(&mut self, other: Self) {
        self.list.extend(other.list);
    }

    /// Keeps those only that are wanted.
    pub(crate) fn retain(&mut self, wanted: impl FnMut(&Diagnostic) -> bool) {
        self.list.retain(wanted);
    }

    /// Whether nothing is wrong.
    pub fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.list.len()
    }

    /// All of them, by file and place.
    pub fn sorted(&self) -> Vec<&Diagnostic> {
        let mut all: Vec<&Diagnostic> = self.list.iter().collect();
        all.sort_by(|a, b| {
            (a.source.path(), a.span.start, a.code).cmp(&(b.source.path(), b.span.start, b.code))
        });
        all
    }
}

impl Diagnostic {
    /// All that is said of it but other places, in one line.
    pub fn line(&self) -> String {
        let (line, column) = self.source.line_column(self.span.start);
        let path = self.source.path().display();
        let mut out = format!("{path}:{line}:{column}: {} [{}]", self.message, self.code.name());
        for more in [Some(&self.label), self.help.as_ref()].into_iter().flatten() {
            if !more.is_empty() {
                out.push_str(": ");
                out.push_str(more);
            }
        }
        out.replace(['\n', '\r'], " ")
    }

    /// What to say under the token.
    pub fn label(&mut self, label: impl Into<String>) -> &mut Self {
        self.label = label.into();
        self
    }

    /// Another place that matters.
    pub fn related(&mut self, span: Span, label: impl Into<String>) -> &mut Self {
        self.related.push((span, label.into()));
        self
    }

    /// Wrong only where C or C++ is generated.
    pub(crate) fn of_c(&mut self) -> &mut Self {
        self.of_c = true;
        self
    }

    /// What to do.
    pub fn help(&mut self, help: impl Into<String>) -> &mut Self {
        self.help = Some(help.into());
        self
    }
}

impl fmt::Display for Diagnostics {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&render(self, Format::Text, false))
    }
}

impl std::error::Error for Diagnostics {}

/// The known name that is nearest to a misspelt one, if any is near.
pub fn nearest<'a>(name: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    known
        .into_iter()
        .map(|k| (strsim::damerau_levenshtein(&name.to_lowercase(), &k.to_lowercase()), k))
        .filter(|(distance, k)| *distance <= (name.len().max(k.len()) / 3).max(1))
        .min()
        .map(|(_, k)| k)
}

#[cfg(test)]
#[allow(clippy::pedantic)]
mod tests {
    use super::*;

    #[test]
    fn lines_and_columns_count_from_one_and_in_characters() {
        let source = Source::new("x", "äb\ncd");
        assert_eq!(source.line_column(0), (1, 1));
        assert_eq!(source.line_column(2), (1, 2));
        assert_eq!(source.line_column(1), (1, 1)); // inside the ä
        assert_eq!(source.line_column(4), (2, 1));
        assert_eq!(source.line_column(99), (2, 3));
    }

    #[test]
    fn a_misspelt_name_gets_its_neighbour_and_a_strange_one_none() {
        let known = ["price", "quantity", "side"];
        assert_eq!(nearest("pirce", known), Some("price"));
        assert_eq!(nearest("Quantity", known), Some("quantity"));
        assert_eq!(nearest("volume", known), None);
    }
}
