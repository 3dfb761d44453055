//! What lies in an object, as far as it can be shown.

/// What lies in an object, beside the numbers that it has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Contents {
    /// Nothing: its numbers are all there is.
    Numbers,
    /// The same, and each of them has a name that the schema gives it.
    Named,
    /// The messages that wait, oldest first.
    Messages(Vec<Message>),
    /// The latest values of cells, in their order, the first of those that were ever
    /// stored to, and how many more there are.
    Values(Vec<Latest>, u64),
    /// Bytes that no contract gives a meaning, the first of them, and how many more there are.
    Bytes(Vec<u8>, u64),
    /// Something that this version does not read.
    Unread,
}

/// A message that waits in an object, or went through it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    /// How many were pushed before it.
    pub position: u64,
    /// Its bytes.
    pub bytes: Vec<u8>,
}

/// The latest value of a cell.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Latest {
    /// Which cell of an array; 0 of a single one.
    pub cell: u32,
    /// How many were stored, which is its version.
    pub version: u64,
    /// Its bytes.
    pub bytes: Vec<u8>,
}

/// What a reader who follows messages saw at a look.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Followed {
    /// The messages, oldest first; of each, whether it was taken already.
    pub messages: Vec<(Message, bool)>,
    /// How many others there were that could not be had any more.
    pub missed: u64,
    /// Where to go on.
    pub next: u64,
}
