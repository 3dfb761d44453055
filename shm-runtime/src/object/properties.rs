//! What a contract says of an object, by the keys of a schema.

use super::counters::def::CounterDef;
use super::sides::Side;
use crate::types::expr::TypeExpr;

/// What a key says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Property {
    /// A number.
    Number(u64),
    /// A type, or a word.
    Text(String),
    /// How many may be on a side.
    Side(Side),
    /// Yes or no.
    Flag(bool),
    /// Counters, each with its type.
    Counters(Vec<CounterDef>),
}

/// Keys with what they say, in a fixed order.
pub(crate) type Properties = Vec<(&'static str, Property)>;

/// Those keys that say something.
pub(crate) fn known<const N: usize>(all: [(&'static str, Option<Property>); N]) -> Properties {
    all.into_iter().filter_map(|(key, property)| Some((key, property?))).collect()
}

impl From<u64> for Property {
    fn from(number: u64) -> Self {
        Self::Number(number)
    }
}

impl From<&TypeExpr> for Property {
    fn from(ty: &TypeExpr) -> Self {
        Self::Text(ty.to_string())
    }
}

impl From<Side> for Property {
    fn from(side: Side) -> Self {
        Self::Side(side)
    }
}

impl From<bool> for Property {
    fn from(flag: bool) -> Self {
        Self::Flag(flag)
    }
}

/// `4096 bytes`, for summaries.
pub(crate) fn bytes(n: u64) -> String {
    if n == 1 { "1 byte".to_owned() } else { format!("{n} bytes") }
}

/// ` in each of 8 lanes`, likewise.
pub(crate) fn in_lanes(lanes: u32) -> String {
    format!(" in each of {lanes} lanes")
}
