//! Text that came from outside, made fit for a terminal.

use std::fmt::{self, Write as _};

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
        for c in self.0.chars() {
            if Self::escapes(c) {
                write!(f, "{}", c.escape_unicode())?;
            } else {
                f.write_char(c)?;
            }
        }
        Ok(())
    }
}
