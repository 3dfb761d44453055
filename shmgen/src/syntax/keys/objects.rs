//! The keys of objects, and which of them go with which kind.

use super::{
    ALIGN, Choice, DOC, Flag, Integer, LINTS, List, Name, Rule, Side, TableKind, Type, key,
    required, table,
};
use shm_runtime::lanes::layout as lanes;

const COUNT: super::Shape = Integer(1, i64::MAX as i128);

pub(crate) const OBJECT: TableKind = TableKind {
    what: "an object",
    keys: &[
        required("name", Name, "Its name."),
        required(
            "kind",
            Choice(&[
                "queue", "ring", "stream", "topic", "cell", "state", "event", "counters", "raw",
            ]),
            "How it is used.",
        ),
        key("item", Type, "The struct that a queue or a topic passes."),
        key(
            "type",
            Type,
            "The struct that a cell or a state holds; of counters: u64 (the default) or i64.",
        ),
        key(
            "capacity",
            COUNT,
            "How many items a queue always has room for; how many of the newest a topic keeps.",
        ),
        key("bytes", COUNT, "The bytes of a ring, a stream or a raw object."),
        key("producers", Side, "How many may push at once: 1 (the default) or \"many\"."),
        key("consumers", Side, "How many may pop at once: 1 (the default) or \"many\"."),
        key(
            "order",
            Choice(&["total"]),
            "Many producers to one consumer: one order for all, instead of one for each producer.",
        ),
        key(
            "lanes",
            Integer(1, lanes::MAX as i128),
            "Many producers to one consumer: how many there can be at once; 8 by default.",
        ),
        key(
            "redeliver",
            Flag,
            "Whether what a dead consumer had begun to read comes again (the default) or is \
             dropped.",
        ),
        key("counter", List(&COUNTER), "The counters, in the order in which they lie."),
        key("align", ALIGN, "The alignment of raw bytes, a power of two; 128 at least."),
        DOC,
        LINTS,
    ],
    rules: &[
        rule("queue", &["item", "capacity"], &["type", "bytes", "counter", "align"]),
        rule(
            "ring",
            &["bytes"],
            &["item", "type", "capacity", "order", "redeliver", "counter", "align"],
        ),
        rule(
            "stream",
            &["bytes"],
            &["item", "type", "capacity", "order", "lanes", "redeliver", "counter", "align"],
        ),
        rule(
            "topic",
            &["item", "capacity"],
            &[
                "type",
                "bytes",
                "producers",
                "consumers",
                "order",
                "lanes",
                "redeliver",
                "counter",
                "align",
            ],
        ),
        rule("cell", &["type"], ALL_BUT_TYPE),
        rule("state", &["type"], ALL_BUT_TYPE),
        rule(
            "event",
            &[],
            &[
                "item",
                "type",
                "capacity",
                "bytes",
                "producers",
                "consumers",
                "order",
                "lanes",
                "redeliver",
                "counter",
                "align",
            ],
        ),
        rule(
            "counters",
            &["counter"],
            &[
                "item",
                "capacity",
                "bytes",
                "producers",
                "consumers",
                "order",
                "lanes",
                "redeliver",
                "align",
            ],
        ),
        rule(
            "raw",
            &["bytes"],
            &[
                "item",
                "type",
                "capacity",
                "producers",
                "consumers",
                "order",
                "lanes",
                "redeliver",
                "counter",
            ],
        ),
    ],
    instead: None,
};

const ALL_BUT_TYPE: &[&str] = &[
    "item",
    "capacity",
    "bytes",
    "producers",
    "consumers",
    "order",
    "lanes",
    "redeliver",
    "counter",
    "align",
];

const fn rule(
    choice: &'static str,
    needs: &'static [&'static str],
    excludes: &'static [&'static str],
) -> Rule {
    Rule { of: "kind", choice, by_default: false, needs, excludes }
}

pub(crate) const COUNTER: TableKind = table(
    "a counter",
    &[
        required("name", Name, "Its name."),
        key("type", Type, "u64 or i64, if other than that of the object."),
        DOC,
        LINTS,
    ],
);
