//! The keys of objects: those of every kind, those that several kinds have, and
//! those that the kinds bring.

use super::shape::Shape::{Choice, Integer, Name, Side, Type};
use super::shape::{DOC, Key, LINTS, Rule, Shape, TableKind, key, required};
use crate::syntax::kinds::KINDS;

/// Of a number of items or bytes.
const COUNT: Shape = Integer(1, i64::MAX as i128);

pub(crate) const OBJECT: TableKind =
    TableKind { what: "an object", keys: &KEYS, rules: &RULES, instead: None };

/// Which of the keys go with which kind.
const RULES: [Rule; KINDS.len()] = {
    let mut out = [KINDS[0].rule(); KINDS.len()];
    let mut n = 0;
    while n < out.len() {
        out[n] = KINDS[n].rule();
        n += 1;
    }
    out
};

const NAMES: [&str; KINDS.len()] = {
    let mut out = [""; KINDS.len()];
    let mut n = 0;
    while n < out.len() {
        out[n] = KINDS[n].name;
        n += 1;
    }
    out
};

const BEFORE: &[Key] = &[
    required("name", Name, "Its name."),
    required("kind", Choice(&NAMES), "How it is used."),
    // Of several kinds.
    key("item", Type, "The struct that a queue, a topic or a stream of items passes."),
    key(
        "type",
        Type,
        "The struct that a cell or a state holds; of counters: u64 (the default) or i64.",
    ),
    key(
        "capacity",
        COUNT,
        "How many items a queue or a stream always has room for; how many of the newest a topic keeps.",
    ),
    key("bytes", COUNT, "The bytes of a ring, a stream of bytes or a raw object."),
    key("producers", Side, "How many may push at once: 1 (the default) or \"many\"."),
    key("consumers", Side, "How many may pop at once: 1 (the default) or \"many\"."),
];

const BEHIND: &[Key] = &[DOC, LINTS];

const KEYS: [Key; count()] = {
    let mut out = [DOC; count()];
    let mut n = copy(BEFORE, &mut out, 0);
    let mut kind = 0;
    while kind < KINDS.len() {
        n = copy(KINDS[kind].keys, &mut out, n);
        kind += 1;
    }
    copy(BEHIND, &mut out, n);
    out
};

const fn count() -> usize {
    let (mut count, mut kind) = (BEFORE.len() + BEHIND.len(), 0);
    while kind < KINDS.len() {
        count += KINDS[kind].keys.len();
        kind += 1;
    }
    count
}

/// Copies keys to the place `to`; what is behind them there.
const fn copy(keys: &[Key], out: &mut [Key], to: usize) -> usize {
    let mut n = 0;
    while n < keys.len() {
        out[to + n] = keys[n];
        n += 1;
    }
    to + n
}
