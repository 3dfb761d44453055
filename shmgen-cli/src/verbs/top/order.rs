//! The order in which `top` shows objects.

use super::sample::{Object, Sample, Segment};
use clap::ValueEnum;
use std::cmp::Ordering;

/// What comes first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum Order {
    /// As ls has them
    Address,
    /// Most messages that wait
    Depth,
    /// Fullest
    Fill,
    /// Most messages put in a second
    In,
    /// Most messages taken out a second
    Out,
}

/// An object and its segment; a segment that has none has one row all the same.
pub(super) type Row<'s> = (&'s Segment, Option<&'s Object>);

impl Order {
    /// As it is written on the command line.
    pub(super) fn name(self) -> String {
        self.to_possible_value().map_or_else(String::new, |v| v.get_name().to_owned())
    }

    /// The next one, round and round.
    pub(super) fn next(self) -> Self {
        let all = Self::value_variants();
        let at = all.iter().position(|o| *o == self).unwrap_or(0);
        all[(at + 1) % all.len()]
    }

    /// All rows of a sample, in this order.
    pub(super) fn rows(self, sample: &Sample, reverse: bool) -> Vec<Row<'_>> {
        let mut rows: Vec<Row<'_>> = Vec::new();
        for segment in &sample.segments {
            if segment.objects.is_empty() {
                rows.push((segment, None));
            }
            rows.extend(segment.objects.iter().map(|o| (segment, Some(o))));
        }
        if self != Self::Address {
            // Stable: equal ones stay as ls has them.
            rows.sort_by(|a, b| {
                self.weight(b).partial_cmp(&self.weight(a)).unwrap_or(Ordering::Equal)
            });
        }
        if reverse {
            rows.reverse();
        }
        rows
    }

    fn weight(self, row: &Row<'_>) -> f64 {
        let Some(object) = row.1 else { return -1.0 };
        #[allow(clippy::cast_precision_loss)] // only compared
        let depth = object.count("depth").map(|n| n as f64);
        let weight = match self {
            Self::Address => None,
            Self::Depth => depth,
            Self::Fill => object.fill(),
            Self::In => object.pushed,
            Self::Out => object.popped,
        };
        weight.unwrap_or(-1.0)
    }
}
