//! Where the word of a role lies, and what its holder sleeps on.

/// A role that one participant at a time may have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct RoleWord {
    /// What it is called, such as `producer`.
    pub(crate) name: &'static str,
    /// Where its word lies, from where the object begins.
    pub(crate) word: u64,
    /// What its holder sleeps on, likewise, if it ever waits.
    pub(crate) flag: Option<u64>,
}

impl RoleWord {
    /// A role whose holder never waits.
    pub(crate) const fn new(name: &'static str, word: u64) -> Self {
        Self { name, word, flag: None }
    }

    /// A role whose holder sleeps on this word.
    pub(crate) const fn waiting(name: &'static str, word: u64, flag: u64) -> Self {
        Self { name, word, flag: Some(flag) }
    }
}
