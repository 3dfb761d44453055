//! How wide text is on a terminal, in cells: an ideograph takes two, a combining
//! mark none.

use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

/// The cells that a text takes.
///
/// ```
/// assert_eq!(shmgen::width::cells("naïve"), 5);
/// assert_eq!(shmgen::width::cells("価格"), 4);
/// ```
pub fn cells(text: &str) -> usize {
    text.width()
}

/// A text, and spaces behind it up to this many cells.
pub fn padded(text: &str, width: usize) -> String {
    let spaces = width.saturating_sub(cells(text));
    format!("{text}{:spaces$}", "")
}

/// As much of a text as fits into this many cells. Where it is cut, `…` says so,
/// which stands even where there is no room at all.
pub fn cut(text: &str, width: usize) -> String {
    if cells(text) <= width {
        return text.to_owned();
    }
    let mut out = String::new();
    let mut room = width.saturating_sub(1);
    for c in text.chars() {
        let Some(left) = room.checked_sub(c.width().unwrap_or(0)) else { break };
        out.push(c);
        room = left;
    }
    out.push('…');
    out
}

#[cfg(test)]
#[allow(clippy::pedantic)]
mod tests {
    use super::{cells, cut, padded};

    #[test]
    fn what_is_cut_says_so() {
        assert_eq!(cut("posix:/é", 8), "posix:/é");
        assert_eq!(cut("posix:/éa", 8), "posix:/…");
        assert_eq!(cut("ab", 0), "…");
    }

    #[test]
    fn wide_characters_take_two_cells_and_marks_none() {
        assert_eq!(cut("価格です", 8), "価格です");
        assert_eq!(cut("価格です", 6), "価格…");
        assert_eq!(cut("e\u{301}e\u{301}", 2), "e\u{301}e\u{301}");
        for text in ["", "価", "価格", "e\u{301}", "abcd"] {
            assert_eq!(cells(&padded(text, 4)), 4, "{text}");
        }
    }
}
