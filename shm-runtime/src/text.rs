//! Text for people: what came from outside, made fit for a terminal, and sizes.

use std::fmt;
use std::sync::atomic::{AtomicU8, Ordering};

/// In whose words a text says what to do about a failure: a program calls
/// functions, an operator gives options.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Words {
    /// Functions of this crate.
    Rust = 0,
    /// Options of the command.
    Command = 1,
    /// Arguments in Python.
    Python = 2,
}

/// Those of this program. One word, which nothing else depends on.
static WORDS: AtomicU8 = AtomicU8::new(Words::Rust as u8);

impl Words {
    /// Lets all texts of this program use these words.
    pub fn speak(self) {
        WORDS.store(self as u8, Ordering::Relaxed);
    }
}

/// The one of three ways to say it that the program's words are.
pub(crate) fn in_words<'a>(rust: &'a str, command: &'a str, python: &'a str) -> &'a str {
    match WORDS.load(Ordering::Relaxed) {
        1 => command,
        2 => python,
        _ => rust,
    }
}

/// Writes text with its control characters, and those that turn the direction
/// of writing, escaped; everything else stays as it is.
///
/// ```
/// use shm_runtime::Printable;
/// assert_eq!(Printable("a\x1b[2Jb é").to_string(), "a\\u{1b}[2Jb é");
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Printable<'a>(pub &'a str);

impl Printable<'_> {
    /// Whether a character is escaped.
    pub fn escapes(c: char) -> bool {
        let turns = matches!(c, '\u{200e}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
        c.is_control() || turns
    }
}

impl fmt::Display for Printable<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Most text is written at once.
        let mut rest = self.0;
        while let Some(at) = rest.find(Self::escapes) {
            let (before, tail) = rest.split_at(at);
            f.write_str(before)?;
            let mut chars = tail.chars();
            if let Some(c) = chars.next() {
                write!(f, "{}", c.escape_unicode())?;
            }
            rest = chars.as_str();
        }
        f.write_str(rest)
    }
}

/// A number of bytes as people say it: `4.2 MB`, `512 bytes`.
pub(crate) fn bytes(n: u64) -> String {
    #[allow(clippy::cast_precision_loss)] // one decimal is shown
    let f = n as f64;
    match n {
        0..=9_999 => format!("{n} bytes"),
        10_000..=9_999_999 => format!("{:.1} kB", f / 1e3),
        10_000_000..=9_999_999_999 => format!("{:.1} MB", f / 1e6),
        _ => format!("{:.1} GB", f / 1e9),
    }
}
