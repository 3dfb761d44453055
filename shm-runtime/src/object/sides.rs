//! The sides of an object that passes messages.

/// How many may be on a side of an object at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// One.
    One,
    /// Any number.
    Many,
}

impl Side {
    /// `one` or `many`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::One => "one",
            Self::Many => "many",
        }
    }
}
