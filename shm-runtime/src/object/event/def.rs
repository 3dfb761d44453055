//! What a contract says of an event.

/// An event: nothing but its name.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct EventDef;
