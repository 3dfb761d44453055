//! How C++ spells what C spells otherwise.

use crate::backend::text::lines;

/// Documentation for Doxygen. A line comment must not end in a backslash, which
/// would make the next line a part of it.
pub(super) fn doc(text: &str, indent: &str) -> String {
    lines(text, &format!("{indent}/// ")).replace("\\\n", "\\ .\n")
}
