//! Events as they are written: they have no keys of their own.

use super::{Body, Kind, Written, has_no_sides};

/// An event.
#[derive(Debug)]
pub struct Event;

pub(super) const KIND: Kind = Kind {
    name: "event",
    called: ("an event", "needs"),
    needs: &[],
    takes: &[],
    keys: &[],
    why_not: has_no_sides,
    read: |_, _| Some(Body::Event(Event)),
};

impl Written for Event {}
