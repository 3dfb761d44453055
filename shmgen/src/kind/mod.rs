//! What is said of an object in files and by `shmgen size`: a room for each kind,
//! and their registry.

mod access;
mod cell;
mod counters;
mod event;
mod lanes;
mod queue;
mod raw;
mod ring;
mod state;
mod stream;
mod topic;
pub(crate) mod view;

pub(crate) use access::Access;
pub use lanes::Lanes;

use crate::model::Object;
use shm_runtime::contract::{CounterDef, ObjectKind, Side};
use view::View;

/// The room of an object's kind.
pub(crate) fn of(object: &Object) -> &dyn Kind {
    match &object.kind {
        ObjectKind::Queue(queue) => queue,
        ObjectKind::Ring(ring) => ring,
        ObjectKind::Stream(stream) => stream,
        ObjectKind::Topic(topic) => topic,
        ObjectKind::Cell(cell) => cell,
        ObjectKind::State(_) => &state::State,
        ObjectKind::Event(_) => &event::Event,
        ObjectKind::Counters(counters) => counters,
        ObjectKind::Raw(raw) => raw,
    }
}

/// What is asked of a kind, each time of an object of it. What most kinds have
/// nothing of is none, zero or empty unless a room says otherwise.
pub(crate) trait Kind {
    /// From how many to how many, if that can be one or many.
    fn sides(&self) -> Option<(Side, Side)> {
        None
    }

    /// How much there is room for, as a table has it: `16`, `4096 bytes`.
    fn room(&self) -> String {
        String::new()
    }

    /// Its counters.
    fn counters(&self) -> &[CounterDef] {
        &[]
    }

    /// What JSON has of it, and not of every kind.
    fn view<'a>(&'a self, object: &'a Object, view: &mut View<'a>);

    /// What gives access to it in Rust; `item` is its struct, as it is written
    /// there. `None` if nothing does.
    fn in_rust(&self, _: &Object, _item: &str) -> Option<Access> {
        None
    }

    /// The same in C++.
    fn in_cpp(&self, _: &Object, _item: &str) -> Option<Access> {
        None
    }

    /// The same in Python.
    fn in_python(&self, _: &Object, _item: &str) -> Option<Access> {
        None
    }
}

/// ` in each of 8 lanes`
fn in_lanes(lanes: Option<u32>) -> String {
    lanes.map_or(String::new(), |n| format!(" in each of {n} lanes"))
}

/// `1 byte`, `16 bytes`
fn bytes(n: u64) -> String {
    if n == 1 { "1 byte".to_owned() } else { format!("{n} bytes") }
}

/// What an object passes or holds, for JSON.
fn item(object: &Object) -> Option<String> {
    object.item.as_ref().map(|item| item.name.to_string())
}
