//! Where the parts of objects lie, for `shm_runtime.h`: constants of the runtime
//! crate, which has them for all languages, as members of C enums.

use shm_runtime::queue::many_to_many;
use shm_runtime::{cell, counters, event, lanes, queue, raw, ring, state, stream, topic};
use std::fmt::Write as _;

/// A layout: what the header calls it, what its names begin with, and its
/// constants.
type Layout = (&'static str, &'static str, &'static [(&'static str, u64)]);

/// Each constant under its own name, as a number of 64 bits.
macro_rules! layouts {
    ($($key:literal $prefix:literal $module:path: $($name:ident)+;)*) => {
        &[$(($key, $prefix, {
            use $module as layout;
            &[$((stringify!($name), layout::$name as u64)),+]
        })),*]
    };
}

const LAYOUTS: &[Layout] = layouts![
    "object" "SHM_" shm_runtime: LINE;
    "queue" "SHM_QUEUE_" queue::layout: TAIL_HINT TIMES_FULL TAKEN SEEN REDELIVERED HIGH_WATER HEAD
        DATA_FLAG SPACE_FLAG PRODUCER_ROLE CONSUMER_ROLE SLOTS STAMP_SIZE;
    "lanes" "SHM_LANES_" lanes::layout: DATA_FLAG CONSUMER_ROLE LANES MAX;
    "owned" "SHM_OWNED_" many_to_many::layout: DATA_FLAG SPACE_FLAG SLOTS WORD_SIZE;
    "ring" "SHM_RING_" ring::layout: DATA_FLAG SPACE_FLAG PRODUCER_ROLE CONSUMER_ROLE RECORDS BYTES_MIN;
    "stream" "SHM_STREAM_" stream::layout: TAIL TIMES_FULL TAKEN SEEN REDELIVERED HIGH_WATER HEAD
        DATA_FLAG SPACE_FLAG WRITER_ROLE READER_ROLE BYTES;
    "topic" "SHM_TOPIC_" topic::layout: DATA_FLAG PUBLISHER_ROLE SLOTS STAMP_SIZE;
    "cell" "SHM_CELL_" cell::layout: VERSION FLAG WRITER_ROLE SLOTS SLOT_COUNT STAMP_SIZE;
    "state" "SHM_STATE_" state::layout: LOCK TIMES_DIED VERSION SEQUENCE WAITERS COPIES
        GENERATION_SHIFT ORPHANED COPY_COUNT;
    "event" "SHM_EVENT_" event::layout: FLAG SIZE;
    "counters" "SHM_COUNTERS_" counters::layout: STRIDE WORD_SIZE;
    "raw" "SHM_RAW_" raw::layout: ALIGN_MIN ALIGN_MAX;
];

/// What begins the line in whose place a layout comes: `SHM_LAYOUT(queue)`.
const MARK: &str = "\nSHM_LAYOUT(";

/// The text with each layout that it asks for; what is no layout stays.
pub(super) fn fill(text: &str) -> String {
    let mut parts = text.split(MARK);
    let mut out = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let found = part
            .split_once(")\n")
            .and_then(|(key, rest)| Some((LAYOUTS.iter().find(|(name, ..)| *name == key)?, rest)));
        match found {
            Some((layout, rest)) => {
                let _ = write!(out, "\n{}{rest}", enumeration(layout));
            }
            None => {
                let _ = write!(out, "{MARK}{part}");
            }
        }
    }
    out
}

/// A layout as an enum.
fn enumeration((_, prefix, constants): &Layout) -> String {
    let members: Vec<String> =
        constants.iter().map(|(name, value)| format!("  {prefix}{name} = {value:#05x}")).collect();
    format!("enum {{\n{}\n}};\n", members.join(",\n"))
}

#[cfg(test)]
#[allow(clippy::pedantic)]
mod tests {
    use super::*;

    #[test]
    fn a_layout_comes_where_it_is_asked_for() {
        assert_eq!(
            fill("a\nSHM_LAYOUT(event)\nb\n"),
            "a\nenum {\n  SHM_EVENT_FLAG = 0x008,\n  SHM_EVENT_SIZE = 0x080\n};\nb\n"
        );
        let other = "a\nSHM_LAYOUT(nothing)\nb\nSHM_LAYOUT(cell";
        assert_eq!(fill(other), other);
    }

    #[test]
    fn each_layout_is_asked_for_once() {
        for (key, ..) in LAYOUTS {
            let mark = format!("{MARK}{key})\n");
            let askers = crate::backend::c::runtime::parts().filter(|text| text.contains(&mark));
            assert_eq!(askers.count(), 1, "{key}");
        }
    }
}
