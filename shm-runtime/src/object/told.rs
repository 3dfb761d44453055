//! How two objects of a kind differ, in words: what a refused attach tells.

use std::fmt::Display;

/// The differences of one object, each as the end of a sentence that begins with
/// the object: `has capacity 4 here, 8 in the segment`.
#[derive(Debug, Default)]
pub(crate) struct Told(pub(crate) Vec<String>);

impl Told {
    pub(crate) fn add(&mut self, text: impl Into<String>) {
        self.0.push(text.into());
    }

    /// `has capacity 4 here, 8 in the segment`, if they differ.
    pub(crate) fn differ<T: PartialEq + Display>(&mut self, what: &str, mine: T, theirs: T) {
        if mine != theirs {
            self.add(format!("{what} {mine} here, {theirs} in the segment"));
        }
    }
}
