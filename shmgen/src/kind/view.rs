//! An object as JSON.

use crate::model::Object;
use serde::{Serialize, Serializer};
use shm_runtime::Geometry;
use shm_runtime::contract::Side;

/// An object: the keys of a schema with what they come to, and the numbers of
/// its layout. What its kind does not have is missing.
#[derive(Debug, Default, Serialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema), schemars(rename = "Object"))]
pub(crate) struct View<'a> {
    /// Its name.
    pub(super) name: &'a str,
    /// The name of its kind, such as `queue`.
    pub(super) kind: &'static str,
    /// Cell and state: the type of what it holds.
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    pub(super) ty: Option<String>,
    /// Queue, topic and stream of items: the type of what it passes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) item: Option<String>,
    /// Bytes from the start of the segment.
    pub(super) offset: u64,
    /// Bytes.
    pub(super) size: u64,
    /// Queue and stream of items: items that always fit, in each lane if there are lanes. Topic: how
    /// many of the newest can be read.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) capacity: Option<u64>,
    /// Ring and stream of bytes: bytes that always fit, in each lane if there are lanes.
    /// Raw: its bytes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) bytes: Option<u64>,
    /// Queue and ring: how many producers it may have at once.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) producers: Option<SideView>,
    /// Queue: how many consumers it may have at once.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) consumers: Option<SideView>,
    /// Queue and ring: how many lanes the producers share.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) lanes: Option<u32>,
    /// Queue with owned slots: `total`, one order of all messages.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) order: Option<&'static str>,
    /// Queue with owned slots: whether messages that a dead consumer had taken are
    /// delivered again.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) redeliver: Option<bool>,
    /// Array of cells: how many lie side by side, each with slots and a version
    /// of its own.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) count: Option<u32>,
    /// Raw: it begins at a multiple of this.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) align: Option<u64>,
    /// Counters: each of them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) counters: Option<Vec<CounterView<'a>>>,
    /// Ring and stream of bytes: bytes that fit at most; in each lane, if there are lanes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) area: Option<u64>,
    /// Queue, stream of items, topic, cell, state, counters: how many slots there are.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) slots: Option<u64>,
    /// Bytes from one slot to the next.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) stride: Option<u64>,
    /// Documentation, in Markdown; empty for none.
    pub(super) doc: &'a str,
}

/// A counter.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema), schemars(rename = "Counter"))]
pub(super) struct CounterView<'a> {
    /// Its name.
    pub(super) name: &'a str,
    /// `u64` or `i64`.
    #[serde(rename = "type")]
    pub(super) ty: &'static str,
    /// Documentation, in Markdown; empty for none.
    pub(super) doc: &'a str,
}

/// How many may be on a side of an object at once: 1 or `"many"`.
#[derive(Debug)]
pub(super) struct SideView(pub(super) Side);

impl Serialize for SideView {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0 {
            Side::One => serializer.serialize_u32(1),
            Side::Many => serializer.serialize_str("many"),
        }
    }
}

#[cfg(feature = "json-schema")]
impl schemars::JsonSchema for SideView {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Side".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({ "enum": [1, "many"] })
    }
}

impl<'a> View<'a> {
    /// Of an object of any kind.
    pub(crate) fn of(o: &'a Object) -> Self {
        let mut out = Self {
            name: &o.name,
            kind: o.kind.name(),
            offset: o.offset,
            size: o.layout.size(),
            doc: &o.doc,
            ..Self::default()
        };
        super::of(o).view(o, &mut out);
        out
    }

    /// Where there are slots: how many, and how far from one to the next.
    pub(super) fn tell_slots(&mut self, geometry: &Geometry) {
        (self.slots, self.stride) = (Some(geometry.slots), Some(geometry.stride));
    }
}
