//! What can be told of an object of any kind without taking part in it: one
//! `match` for each question, which each kind's room answers.

use super::kind::ObjectKind;
use super::look::{Head, HowMany, Look};
use super::place::{ObjectLayout, Place};
use super::queue::observe::{Observed, QueueStat};
use super::{cell, counters, event, raw, state};
use crate::error::Result;

/// What a look at an object finds. What its kind does not have is empty.
#[derive(Clone, Debug, Default)]
pub(crate) struct Facts {
    /// How often a value was stored.
    pub(crate) version: Option<u64>,
    /// How often it was signalled.
    pub(crate) count: Option<u64>,
    /// The values of counters.
    pub(crate) values: Vec<i128>,
    /// The numbers of a queue.
    pub(crate) queue: Option<QueueStat>,
}

/// What can be told of an object. `is_alive` says so of a participant.
pub(crate) fn observe(
    look: &impl Look,
    kind: &ObjectKind,
    place: &Place,
    how_many: HowMany,
    is_alive: impl Fn(u32) -> bool,
) -> Facts {
    let at = place.offset;
    let none = Facts::default();
    let look = &Head::of(look, at, place.layout.size());
    match (kind, &place.layout) {
        (ObjectKind::Queue(def), ObjectLayout::Queue(queue)) => {
            let stat = Observed { look, at, queue }.stat(def, how_many, is_alive);
            Facts { queue: Some(stat), ..none }
        }
        (ObjectKind::Cell(_), layout) => {
            Facts { version: Some(cell::observe::version(look, at, layout)), ..none }
        }
        (ObjectKind::State(_), _) => {
            Facts { version: Some(state::observe::version(look, at)), ..none }
        }
        (ObjectKind::Event, _) => Facts { count: Some(event::observe::count(look, at)), ..none },
        (ObjectKind::Counters(all), _) => {
            Facts { values: counters::observe::values(look, at, all), ..none }
        }
        _ => none,
    }
}

/// What waits in an object that passes messages in one order; `None` for others.
pub(crate) fn messages<'a, L: Look>(look: &'a L, place: &'a Place) -> Option<Observed<'a, L>> {
    match &place.layout {
        ObjectLayout::Queue(queue) => Some(Observed { look, at: place.offset, queue }),
        _ => None,
    }
}

/// The first bytes of an object that is raw, at most `limit`; `None` for others.
pub(crate) fn bytes(look: &impl Look, place: &Place, limit: usize) -> Option<Result<Vec<u8>>> {
    match &place.layout {
        ObjectLayout::Raw(raw) => Some(raw::observe::bytes(look, place.offset, raw, limit)),
        _ => None,
    }
}
