//! Single values of the model's JSON, and lists that are made as they are
//! written.

use crate::backend::text::{bound_value, float_text};
use crate::model::Value;
use serde::{Serialize, Serializer};
use shm_runtime::contract::{Primitive, Range};
use std::fmt;

/// The views of some of these, each made when it is written.
pub(super) struct Each<'a, S, V> {
    all: &'a [S],
    view: fn(&'a S) -> Option<V>,
}

impl<'a, S, V> Each<'a, S, V> {
    pub(super) fn new(all: &'a [S], view: fn(&'a S) -> Option<V>) -> Self {
        Self { all, view }
    }
}

impl<S, V: Serialize> Serialize for Each<'_, S, V> {
    fn serialize<T: Serializer>(&self, serializer: T) -> Result<T::Ok, T::Error> {
        serializer.collect_seq(self.all.iter().filter_map(self.view))
    }
}

impl<S, V> fmt::Debug for Each<'_, S, V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "some of {}", self.all.len())
    }
}

#[cfg(feature = "json-schema")]
impl<S, V: schemars::JsonSchema> schemars::JsonSchema for Each<'_, S, V> {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> std::borrow::Cow<'static, str> {
        Vec::<V>::schema_name()
    }

    fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
        Vec::<V>::json_schema(generator)
    }
}

/// A number or a boolean.
#[derive(Debug, Serialize)]
#[serde(untagged)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema), schemars(inline))]
pub(super) enum Number {
    Integer(i128),
    Float(f64),
    Bool(bool),
}

impl Number {
    pub(super) fn of(ty: Primitive, value: Value) -> Self {
        match value {
            Value::Integer(n) => Self::Integer(n),
            // Of an f32 no digits that it does not hold.
            Value::Float(f) => Self::Float(float_text(ty, f).parse().unwrap_or(f)),
            Value::Bool(b) => Self::Bool(b),
        }
    }
}

/// The valid numbers of a field.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema), schemars(rename = "Range"))]
pub(super) struct RangeView {
    /// The least; null where there is no end.
    min: Option<Number>,
    /// The greatest; null where there is no end.
    max: Option<Number>,
}

impl From<Range> for RangeView {
    fn from(range: Range) -> Self {
        let end = |bound| Number::of(range.ty(), bound_value(bound));
        Self { min: range.min().map(end), max: range.max().map(end) }
    }
}

/// `2.1`
pub(super) fn version((major, minor): (u32, u32)) -> String {
    format!("{major}.{minor}")
}
