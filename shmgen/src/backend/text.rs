//! Small pieces of text that more than one language needs.

use crate::model::{Object, Value};
use askama::Template;
use shm_runtime::contract::{Bound, Primitive};
use std::fmt::{self, Write as _};

/// The version of this tool, which is that of the runtime it writes for.
pub(super) const VERSION: &str = env!("CARGO_PKG_VERSION");

/// Major, minor and patch of [`VERSION`].
pub(super) fn version_parts() -> [&'static str; 3] {
    [
        env!("CARGO_PKG_VERSION_MAJOR"),
        env!("CARGO_PKG_VERSION_MINOR"),
        env!("CARGO_PKG_VERSION_PATCH"),
    ]
}

/// The text of a template as a file: tidy.
pub(super) fn render(template: &impl Template) -> String {
    let mut page = Page::default();
    page.add(template);
    page.finish()
}

/// A file that is made of templates, one behind the other with empty lines
/// between them. It has one line end behind its last line and no more than two
/// empty lines anywhere.
#[derive(Default)]
pub(super) struct Page {
    tidy: Tidy,
    is_begun: bool,
}

impl Page {
    /// On the next line.
    pub(super) fn add_line(&mut self, template: &impl Template) {
        self.add_behind("\n", template);
    }

    /// Behind an empty line.
    pub(super) fn add(&mut self, template: &impl Template) {
        self.add_behind("\n\n", template);
    }

    /// Behind two empty lines.
    pub(super) fn add_apart(&mut self, template: &impl Template) {
        self.add_behind("\n\n\n", template);
    }

    #[expect(clippy::expect_used, reason = "no part of our templates can fail to be written")]
    fn add_behind(&mut self, gap: &str, template: &impl Template) {
        if std::mem::replace(&mut self.is_begun, true) {
            self.tidy.write_str(gap).expect("text is written to a String");
        }
        template.render_into(&mut self.tidy).expect("text is written to a String");
    }

    pub(super) fn finish(self) -> String {
        self.tidy.finish()
    }
}

/// Text that is tidied up while it is written, since large schemas give texts
/// that one does not want to have twice.
struct Tidy {
    /// Whole lines, tidy.
    out: String,
    /// How many lines at their end are empty.
    empty: usize,
    /// What came since.
    raw: String,
    /// How many bytes of it were looked at: there is no line end among them.
    looked: usize,
}

impl Default for Tidy {
    fn default() -> Self {
        // Room that is not touched costs nothing, and growing by small steps does.
        let out = String::with_capacity(16 * Self::CHUNK);
        let raw = String::with_capacity(2 * Self::CHUNK);
        Self { out, empty: 0, raw, looked: 0 }
    }
}

impl Tidy {
    /// Bytes that are looked at together: templates write a few at a time.
    const CHUNK: usize = 1 << 16;

    /// Takes the lines over that are whole.
    fn tidy(&mut self) {
        let bytes = self.raw.as_bytes();
        // Most lines are tidy; so many of them as follow one another are taken
        // over together.
        let (mut taken, mut begin) = (0, 0);
        for end in memchr::memchr_iter(b'\n', &bytes[self.looked..]) {
            let end = self.looked + end;
            if end > begin && bytes[end - 1].is_ascii_graphic() {
                self.empty = 0;
            } else {
                self.out.push_str(&self.raw[taken..begin]);
                let line = self.raw[begin..end].trim_end();
                self.empty = if line.is_empty() { self.empty + 1 } else { 0 };
                if self.empty <= 2 {
                    self.out.push_str(line);
                    self.out.push('\n');
                }
                taken = end + 1;
            }
            begin = end + 1;
        }
        self.out.push_str(&self.raw[taken..begin]);
        self.raw.drain(..begin);
        self.looked = self.raw.len();
    }

    fn finish(mut self) -> String {
        self.raw.push('\n');
        self.tidy();
        self.out.truncate(self.out.trim_end().len());
        self.out.push('\n');
        self.out
    }
}

impl fmt::Write for Tidy {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.raw.push_str(text);
        if self.raw.len() >= self.looked + Self::CHUNK {
            self.tidy();
        }
        Ok(())
    }
}

/// Each line of documentation behind a prefix, with a line end; nothing if
/// there is none.
pub(super) fn lines(doc: &str, prefix: &str) -> String {
    let mut out = String::with_capacity(doc.len() + prefix.len() + 1);
    for line in doc.lines() {
        out.push_str(prefix);
        out.push_str(line);
        out.truncate(out.trim_end_matches([' ', '\t']).len());
        out.push('\n');
    }
    out
}

/// Text between double quotes, in the escapes that Rust, C and Python share.
pub(super) fn quoted(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            '\r' => out.push_str("\\r"),
            c if c.is_control() => out.push(' '),
            c => out.push(c),
        }
    }
    out
}

/// That generated code has nothing for these objects: a paragraph, each
/// line behind a prefix, with an empty line before it; nothing if there are none.
pub(super) fn others(objects: &[&Object], prefix: &str) -> String {
    let list: String =
        objects.iter().map(|o| format!("- `{}` ({})\n", o.name, o.kind.name())).collect();
    if list.is_empty() {
        return list;
    }
    lines(&format!("\nCreated and shown by stat, and without functions yet:\n\n{list}"), prefix)
}

/// A number, `true` or `false`, as schemas and people write it.
pub(super) fn value_text(ty: Primitive, value: Value) -> String {
    match value {
        Value::Integer(n) => n.to_string(),
        Value::Float(f) => float_text(ty, f),
        Value::Bool(b) => b.to_string(),
    }
}

/// An end of a range, as schemas and people write it.
pub(super) fn bound_text(ty: Primitive, bound: Bound) -> String {
    value_text(ty, bound_value(bound))
}

/// An end of a range as a value.
pub(super) fn bound_value(bound: Bound) -> Value {
    match bound {
        Bound::Integer(n) => Value::Integer(n),
        Bound::Float(f) => Value::Float(f),
    }
}

/// The fewest digits that make this number of this type, in a form that Rust, C
/// and Python share.
pub(super) fn float_text(ty: Primitive, f: f64) -> String {
    #[allow(clippy::cast_possible_truncation)] // it is one that an f32 holds
    if ty == Primitive::F32 { format!("{:?}", f as f32) } else { format!("{f:?}") }
}

#[cfg(test)]
#[allow(clippy::pedantic)]
mod tests {
    use super::*;

    /// The text in pieces of that many characters.
    fn tidy(text: &str, piece: usize) -> String {
        let mut tidy = Tidy::default();
        let all: Vec<char> = text.chars().collect();
        for piece in all.chunks(piece) {
            tidy.write_str(&piece.iter().collect::<String>()).unwrap();
        }
        tidy.finish()
    }

    #[test]
    fn text_is_tidy_whatever_pieces_it_comes_in() {
        let text = "a \n\n\n \n\nb\té\t\r\nc\n\n\n\n";
        for piece in [1, 2, 3, 7, 100] {
            assert_eq!(tidy(text, piece), "a\n\n\nb\té\nc\n");
        }
        assert_eq!(tidy("", 1), "\n");
        // Lines and texts that are longer than what is looked at together.
        let long = format!("{}\n", "é ".repeat(200_000));
        let many = "x  \n".repeat(100_000) + &long;
        let expected = "x\n".repeat(100_000) + long.trim_end() + "\n";
        for piece in [1000, Tidy::CHUNK, many.len()] {
            assert!(tidy(&many, piece) == expected);
        }
    }
}
