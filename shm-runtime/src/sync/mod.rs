//! Sleeping and waking across processes, and noticing a fork.

pub(crate) mod clock;
pub(crate) mod fork;
pub(crate) mod futex;
pub(crate) mod wait;
