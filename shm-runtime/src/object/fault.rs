//! Why what passes messages cannot go on.

/// Why an operation cannot be done now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    /// Full for who puts in, empty for who takes out.
    Wait,
    /// The other side's cursors or stamps are impossible.
    Corrupt,
}
