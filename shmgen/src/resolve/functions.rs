//! What C functions of segments and objects are called, behind their names. Those
//! that later versions will have are kept free as well, so that no name of a
//! schema is taken from it by a new version.

use super::segments::kinds;
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

/// Of a counter, behind the names of its segment, its object and its own.
pub(super) const OF_COUNTER: &[&str] = &["", "_add", "_get", "_set"];

/// Of an object, behind the names of its segment and its own.
pub(super) fn of_object(body: &Body) -> impl Iterator<Item = &'static str> {
    kinds::of(body).functions().iter().chain(OF_ANY).copied()
}
