//! What C functions of segments and objects are called, behind their names. Those
//! that later versions will have are kept free as well, so that no name of a
//! schema is taken from it by a new version.

use crate::syntax::Body;

/// Of a segment, behind its type's name.
pub(super) const OF_SEGMENT: &[&str] = &[
    "",
    "_init",
    "_create",
    "_create_with",
    "_attach",
    "_attach_with",
    "_attach_read_only",
    "_attach_read_only_with",
    "_open_or_create",
    "_open_or_create_with",
    "_descriptor",
    "_stat",
    "_set",
    "_detach",
    "_remove",
    "_contract",
    "_objects",
    "_offsets",
    "_spec",
    // Later ones.
    "_address",
    "_counts",
    "_lock_memory",
    "_unlock_memory",
];

/// Of any object, behind the names of its segment and its own.
const OF_ANY: &[&str] = &["_counts", "_depth", "_stat"];

const OF_QUEUE: &[&str] = &[
    "_try_push",
    "_push",
    "_push_timeout",
    "_push_n",
    "_reserve",
    "_commit",
    "_abort",
    "_try_pop",
    "_pop",
    "_pop_timeout",
    "_pop_n",
    "_peek",
    "_release",
    "_redelivered",
    "_producer",
    "_consumer",
    "_claimed_producer",
    "_claimed_consumer",
];

const OF_STREAM: &[&str] = &[
    "_write",
    "_write_timeout",
    "_read",
    "_read_timeout",
    "_peek",
    "_release",
    "_writer",
    "_reader",
    "_claimed_writer",
    "_claimed_reader",
];

const OF_TOPIC: &[&str] = &[
    "_publish",
    "_publish_n",
    "_reserve",
    "_commit",
    "_next",
    "_next_timeout",
    "_subscribe",
    "_cursor",
    "_missed",
    "_publisher",
    "_subscriber",
    "_claimed_publisher",
];

const OF_CELL: &[&str] =
    &["_store", "_load", "_version", "_wait", "_wait_newer", "_writer", "_claimed_writer"];

const OF_STATE: &[&str] = &[
    "_lock",
    "_try_lock",
    "_lock_timeout",
    "_unlock",
    "_wait",
    "_wait_timeout",
    "_notify_one",
    "_notify_all",
    "_recover",
];

const OF_EVENT: &[&str] = &["_notify", "_wait", "_wait_timeout", "_version"];

/// Of the whole object; each counter has functions of its own.
const OF_COUNTERS: &[&str] = &["_add", "_get", "_name", "_snapshot"];

const OF_RAW: &[&str] = &["_data", "_size", "_read", "_write"];

/// Of a counter, behind the names of its segment, its object and its own.
pub(super) const OF_COUNTER: &[&str] = &["", "_add", "_get", "_set"];

/// Of an object of that kind.
pub(super) fn of_object(body: &Body) -> impl Iterator<Item = &'static str> {
    let own = match body {
        Body::Queue { .. } | Body::Ring { .. } => OF_QUEUE,
        Body::Stream { .. } => OF_STREAM,
        Body::Topic { .. } => OF_TOPIC,
        Body::Cell { .. } => OF_CELL,
        Body::State { .. } => OF_STATE,
        Body::Event => OF_EVENT,
        Body::Counters { .. } => OF_COUNTERS,
        Body::Raw { .. } => OF_RAW,
    };
    own.iter().chain(OF_ANY).copied()
}
