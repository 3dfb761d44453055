//! Diagnostics as JSON, for programs.

use super::{Diagnostic, Severity, Source, Span};
use serde::Serialize;

/// The version of this form: it grows when a key changes its meaning.
const VERSION: u32 = 1;

/// What `check --json` prints: all that was found, in the order of the file.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
pub struct Report<'a> {
    /// The version of this form. Keys may be added to it; it grows when one
    /// changes its meaning.
    #[cfg_attr(feature = "json-schema", schemars(extend("const" = VERSION)))]
    version: u32,
    /// What was found, in the order of the file.
    diagnostics: Vec<DiagnosticView<'a>>,
}

/// One thing that was found.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema), schemars(rename = "Diagnostic"))]
struct DiagnosticView<'a> {
    /// Its code, such as `E030`; stable from version to version.
    code: &'static str,
    /// How bad it is.
    severity: Severity,
    /// What was found, in one sentence.
    message: &'a str,
    /// The file, as it was named.
    file: String,
    /// Where it begins.
    start: Place,
    /// Where it ends: the byte behind the last.
    end: Place,
    /// What to say under it; may be empty.
    label: &'a str,
    /// What to do; null if that is plain.
    help: Option<&'a str>,
    /// Other places of the file that matter.
    related: Vec<Related<'a>>,
}

/// A place in a file.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
struct Place {
    /// Bytes from the start.
    offset: usize,
    /// From 1.
    line: usize,
    /// From 1, in characters.
    column: usize,
}

/// Another place that matters.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
struct Related<'a> {
    /// Where it begins.
    start: Place,
    /// Where it ends: the byte behind the last.
    end: Place,
    /// Why it matters.
    message: &'a str,
}

impl<'a> Report<'a> {
    pub(super) fn of(diagnostics: &[&'a Diagnostic]) -> Self {
        let diagnostics = diagnostics.iter().map(|d| DiagnosticView::from(*d)).collect();
        Self { version: VERSION, diagnostics }
    }
}

impl<'a> From<&'a Diagnostic> for DiagnosticView<'a> {
    fn from(d: &'a Diagnostic) -> Self {
        let (start, end) = Place::ends(&d.source, &d.span);
        let related = d.related.iter().map(|(span, message)| {
            let (start, end) = Place::ends(&d.source, span);
            Related { start, end, message }
        });
        Self {
            code: d.code.name(),
            severity: d.code.severity(),
            message: &d.message,
            file: d.source.path().display().to_string(),
            start,
            end,
            label: &d.label,
            help: d.help.as_deref(),
            related: related.collect(),
        }
    }
}

impl Place {
    fn ends(source: &Source, span: &Span) -> (Self, Self) {
        let at = |offset| {
            let (line, column) = source.line_column(offset);
            Self { offset, line, column }
        };
        (at(span.start), at(span.end))
    }
}
