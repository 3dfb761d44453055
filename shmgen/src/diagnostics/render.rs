//! How diagnostics are shown: as text with the line and a caret, as JSON, or as
//! commands that GitHub shows beside the line.

use super::{Diagnostic, Diagnostics, Report, Severity};
use annotate_snippets::{AnnotationKind, Level, Renderer, Snippet};
use std::fmt::Write as _;

/// A form in which diagnostics can be shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Format {
    /// For people: the line, a caret, and what to do.
    #[default]
    Text,
    /// For programs: one object with a list.
    Json,
    /// For GitHub Actions: one `::error`, `::warning` or `::notice` command each.
    Github,
}

/// Shows all diagnostics, in the order of the file. `colour` is for text.
pub fn render(diagnostics: &Diagnostics, format: Format, colour: bool) -> String {
    let sorted = diagnostics.sorted();
    match format {
        Format::Text => {
            let mut out: Vec<String> = sorted.iter().map(|d| text(d, colour)).collect();
            let count = |severity| sorted.iter().filter(|d| d.code.severity() == severity).count();
            for severity in [Severity::Error, Severity::Warning, Severity::Note] {
                match (count(severity), severity.name()) {
                    (0, _) => {}
                    (1, name) => out.push(format!("1 {name}\n")),
                    (n, name) => out.push(format!("{n} {name}s\n")),
                }
            }
            out.join("\n")
        }
        Format::Json => {
            // Only a map with keys that are no text could fail, and there is none.
            serde_json::to_string_pretty(&Report::of(&sorted)).unwrap_or_default() + "\n"
        }
        Format::Github => sorted.iter().map(|d| github(d)).collect(),
    }
}

fn text(diagnostic: &Diagnostic, colour: bool) -> String {
    let source = &diagnostic.source;
    let path = source.path().display().to_string();
    let primary = AnnotationKind::Primary.span(visible(diagnostic)).label(&diagnostic.label);
    let mut snippet = Snippet::source(source.text()).path(&path).annotation(primary);
    for (span, label) in &diagnostic.related {
        snippet = snippet.annotation(AnnotationKind::Context.span(span.clone()).label(label));
    }
    let level = match diagnostic.code.severity() {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
        Severity::Note => Level::NOTE,
    };
    let mut group =
        level.primary_title(&diagnostic.message).id(diagnostic.code.name()).element(snippet);
    if let Some(help) = &diagnostic.help {
        group = group.element(Level::HELP.message(help));
    }
    group = group.element(Level::NOTE.message(format!("shmgen explain {}", diagnostic.code)));
    let renderer = if colour { Renderer::styled() } else { Renderer::plain() };
    let mut out = renderer.render(&[group]);
    out.push('\n');
    out
}

/// The span, at least one byte long where there is one, so that a caret shows,
/// and on the boundaries of characters.
fn visible(diagnostic: &Diagnostic) -> std::ops::Range<usize> {
    let text = diagnostic.source.text();
    let boundary = |mut at: usize| {
        at = at.min(text.len());
        while !text.is_char_boundary(at) {
            at -= 1;
        }
        at
    };
    let start = boundary(diagnostic.span.start);
    let end = boundary(diagnostic.span.end).max(start);
    start..end
}

/// See "Workflow commands for GitHub Actions": properties are separated by
/// commas, so those and line ends are escaped.
fn github(diagnostic: &Diagnostic) -> String {
    let data = |s: &str| s.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A");
    let property = |s: &str| data(s).replace(':', "%3A").replace(',', "%2C");
    let (line, column) = diagnostic.source.line_column(diagnostic.span.start);
    let (end_line, end_column) = diagnostic.source.line_column(diagnostic.span.end);
    let mut message = diagnostic.message.clone();
    for more in [Some(&diagnostic.label), diagnostic.help.as_ref()].into_iter().flatten() {
        if !more.is_empty() {
            message.push('\n');
            message.push_str(more);
        }
    }
    let mut out = String::new();
    let file = property(&diagnostic.source.path().display().to_string());
    let _ = writeln!(
        out,
        "::{} file={file},line={line},endLine={end_line},col={column},endColumn={end_column},\
         title={}::{}",
        match diagnostic.code.severity() {
            Severity::Note => "notice",
            other => other.name(),
        },
        property(diagnostic.code.name()),
        data(&message)
    );
    out
}
