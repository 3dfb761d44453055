//! The numbers that an object has, whatever its kind: what is looked at again
//! and again, to see it change.

/// The numbers of an object. What its kind does not have is `None`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// How many messages always fit.
    pub capacity: Option<u64>,
    /// How many messages wait.
    pub depth: Option<u64>,
    /// Messages, or changes, that were ever put in.
    pub pushed: Option<u64>,
    /// Messages that were ever taken out.
    pub popped: Option<u64>,
    /// The greatest depth that was noticed: sampled, not exact.
    pub high_water: Option<u64>,
    /// How often there was no room.
    pub times_full: Option<u64>,
    /// Messages that were committed and given up.
    pub dropped: Option<u64>,
    /// Messages that came a second time after a consumer died.
    pub redelivered: Option<u64>,
    /// How many who are alive sleep on it.
    pub waiters: Option<u64>,
}
