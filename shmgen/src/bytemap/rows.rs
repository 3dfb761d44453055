//! A map in rows of this many bytes; rows deep inside one large part are left
//! out, so that a struct of a gigabyte is a page too.

use super::{Map, Part};
use std::collections::BTreeSet;

/// A row of a map.
pub(super) enum Row<'m> {
    /// The bytes from `start` on: each part with how many of its bytes lie here.
    Bytes { start: u64, parts: Vec<(usize, &'m Part, u64)> },
    /// Rows that belong to one part.
    LeftOut { rows: u64, part: &'m Part },
}

/// Rows inside one part from which on they are left out.
const MANY: u64 = 4;

/// The rows of a map.
pub(super) fn rows(map: &Map, width: u64) -> Vec<Row<'_>> {
    let mut shown = BTreeSet::new();
    for part in &map.parts {
        let last = (part.end() - 1) / width;
        shown.extend([part.offset / width, last]);
        // Those that are wholly its own.
        let (first, end) = (part.offset.div_ceil(width), part.end() / width);
        if first < end {
            shown.extend([first, end - 1]);
            if end - first <= MANY {
                shown.extend(first..end);
            }
        }
    }
    let mut out = Vec::with_capacity(shown.len());
    let mut next = 0;
    for row in shown {
        let start = row * width;
        let first = map.parts.partition_point(|p| p.end() <= start);
        if row > next
            && let Some(part) = map.parts.get(first)
        {
            out.push(Row::LeftOut { rows: row - next, part });
        }
        let within = map.parts.iter().enumerate().skip(first);
        let parts = within.take_while(|(_, p)| p.offset < start + width).map(|(i, part)| {
            let bytes = part.end().min(start + width) - part.offset.max(start);
            (i, part, bytes)
        });
        out.push(Row::Bytes { start, parts: parts.collect() });
        next = row + 1;
    }
    out
}
