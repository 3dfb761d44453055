//! The segments of a model as JSON, and their objects.

use super::scalars::Each;
use crate::model::{Object, Segment};
use serde::{Serialize, Serializer};
use shm_runtime::contract::{Flow, ObjectKind, Side};
use shm_runtime::{Account, ObjectLayout};

/// A segment.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema), schemars(rename = "Segment"))]
pub(super) struct SegmentView<'a> {
    /// Its name in the schema.
    name: &'a str,
    /// Its name in generated code.
    type_name: &'a str,
    /// Where it is unless a program says otherwise.
    address: String,
    /// Its permissions, as four octal digits.
    mode: String,
    /// The user it is given to, if not to who creates it; else null.
    owner: Option<AccountView<'a>>,
    /// The group it is given to, if not to that of who creates it; else null.
    group: Option<AccountView<'a>>,
    /// How many can take part in it at once.
    participants: u32,
    /// The huge pages that it asks for, `2M` or `1G`, of which its size is a
    /// multiple; null for ordinary ones.
    pages: Option<&'static str>,
    /// Bytes.
    size: u64,
    /// Its objects, in the order in which they lie.
    objects: Each<'a, Object, ObjectView<'a>>,
    /// The contract that lies in it.
    contract: ContractView,
    /// Documentation, in Markdown; empty for none.
    doc: &'a str,
}

impl<'a> From<&'a Segment> for SegmentView<'a> {
    fn from(s: &'a Segment) -> Self {
        Self {
            name: &s.name,
            type_name: &s.type_name,
            address: s.setup.address.to_string(),
            mode: format!("{:04o}", s.setup.mode),
            owner: s.setup.owner.as_ref().map(AccountView::from),
            group: s.setup.group.as_ref().map(AccountView::from),
            participants: s.setup.participants,
            pages: s.setup.pages.map(shm_runtime::HugePages::name),
            size: s.size,
            objects: Each::new(&s.objects, |o| Some(ObjectView::from(o))),
            contract: ContractView {
                offset: s.contract_offset,
                size: s.contract_bytes.len(),
                fingerprint: s.fingerprint.to_string(),
            },
            doc: &s.doc,
        }
    }
}

/// A user or a group.
#[derive(Debug, Serialize)]
#[serde(untagged)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema), schemars(rename = "Account"))]
enum AccountView<'a> {
    /// By number.
    Id(u32),
    /// By name.
    Name(&'a str),
}

impl<'a> From<&'a Account> for AccountView<'a> {
    fn from(account: &'a Account) -> Self {
        match account {
            Account::Id(id) => Self::Id(*id),
            Account::Name(name) => Self::Name(name),
        }
    }
}

/// The contract that lies in a segment.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema), schemars(rename = "Contract"))]
struct ContractView {
    /// Bytes from the start of the segment.
    offset: u64,
    /// Bytes.
    size: usize,
    /// Its fingerprint: 32 hexadecimal digits.
    fingerprint: String,
}

/// An object: the keys of a schema with what they come to, and the numbers of
/// its layout. What its kind does not have is missing.
#[derive(Debug, Default, Serialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema), schemars(rename = "Object"))]
struct ObjectView<'a> {
    /// Its name.
    name: &'a str,
    /// The name of its kind, such as `queue`.
    kind: &'static str,
    /// Cell and state: the type of what it holds.
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    ty: Option<String>,
    /// Queue and topic: the type of what it passes.
    #[serde(skip_serializing_if = "Option::is_none")]
    item: Option<String>,
    /// Bytes from the start of the segment.
    offset: u64,
    /// Bytes.
    size: u64,
    /// Queue: items that always fit, in each lane if there are lanes. Topic: how
    /// many of the newest can be read.
    #[serde(skip_serializing_if = "Option::is_none")]
    capacity: Option<u64>,
    /// Ring and stream: bytes that always fit, in each lane if there are lanes.
    /// Raw: its bytes.
    #[serde(skip_serializing_if = "Option::is_none")]
    bytes: Option<u64>,
    /// Queue and ring: how many producers it may have at once.
    #[serde(skip_serializing_if = "Option::is_none")]
    producers: Option<SideView>,
    /// Queue: how many consumers it may have at once.
    #[serde(skip_serializing_if = "Option::is_none")]
    consumers: Option<SideView>,
    /// Queue and ring: how many lanes the producers share.
    #[serde(skip_serializing_if = "Option::is_none")]
    lanes: Option<u32>,
    /// Queue with owned slots: `total`, one order of all messages.
    #[serde(skip_serializing_if = "Option::is_none")]
    order: Option<&'static str>,
    /// Queue with owned slots: whether messages that a dead consumer had taken are
    /// delivered again.
    #[serde(skip_serializing_if = "Option::is_none")]
    redeliver: Option<bool>,
    /// Raw: it begins at a multiple of this.
    #[serde(skip_serializing_if = "Option::is_none")]
    align: Option<u64>,
    /// Counters: each of them.
    #[serde(skip_serializing_if = "Option::is_none")]
    counters: Option<Vec<CounterView<'a>>>,
    /// Ring and stream: bytes that fit at most; in each lane, if there are lanes.
    #[serde(skip_serializing_if = "Option::is_none")]
    area: Option<u64>,
    /// Queue, topic, cell, state, counters: how many slots there are.
    #[serde(skip_serializing_if = "Option::is_none")]
    slots: Option<u64>,
    /// Bytes from one slot to the next.
    #[serde(skip_serializing_if = "Option::is_none")]
    stride: Option<u64>,
    /// Documentation, in Markdown; empty for none.
    doc: &'a str,
}

/// A counter.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema), schemars(rename = "Counter"))]
struct CounterView<'a> {
    /// Its name.
    name: &'a str,
    /// `u64` or `i64`.
    #[serde(rename = "type")]
    ty: &'static str,
    /// Documentation, in Markdown; empty for none.
    doc: &'a str,
}

/// How many may be on a side of an object at once: 1 or `"many"`.
#[derive(Debug)]
struct SideView(Side);

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

impl<'a> From<&'a Object> for ObjectView<'a> {
    fn from(o: &'a Object) -> Self {
        let geometry = o.layout.geometry();
        let item = o.item.as_ref().map(|item| item.name.to_string());
        let holds = matches!(o.kind, ObjectKind::Cell(_) | ObjectKind::State(_));
        let (ty, item) = if holds { (item, None) } else { (None, item) };
        let mut out = Self {
            name: &o.name,
            kind: o.kind.name(),
            ty,
            item,
            offset: o.offset,
            size: geometry.size,
            doc: &o.doc,
            ..Self::default()
        };
        match &o.kind {
            ObjectKind::Queue(queue) => {
                out.capacity = Some(queue.capacity);
                out.producers = Some(SideView(queue.flow.producers()));
                out.consumers = Some(SideView(queue.flow.consumers()));
                match queue.flow {
                    Flow::Lanes(lanes) => out.lanes = Some(lanes),
                    Flow::Owned { redeliver, .. } => {
                        out.order = Some("total");
                        out.redeliver = Some(redeliver);
                    }
                    Flow::OneToOne => {}
                }
            }
            ObjectKind::Ring(ring) => {
                out.bytes = Some(ring.bytes);
                let many = ring.lanes.is_some();
                out.producers = Some(SideView(if many { Side::Many } else { Side::One }));
                out.lanes = ring.lanes;
            }
            ObjectKind::Stream(stream) => out.bytes = Some(stream.bytes),
            ObjectKind::Topic(topic) => out.capacity = Some(topic.capacity),
            ObjectKind::Raw(raw) => {
                (out.bytes, out.align) = (Some(raw.bytes), Some(raw.align));
            }
            ObjectKind::Counters(counters) => {
                let each = counters.iter().zip(&o.counter_docs);
                let view = each.map(|(c, doc)| CounterView { name: &c.name, ty: c.ty.name(), doc });
                out.counters = Some(view.collect());
            }
            ObjectKind::Cell(_) | ObjectKind::State(_) | ObjectKind::Event => {}
        }
        match o.layout {
            ObjectLayout::Ring(_) | ObjectLayout::RingLanes(..) | ObjectLayout::Stream(_) => {
                out.area = Some(geometry.slots);
            }
            ObjectLayout::Event | ObjectLayout::Raw(_) => {}
            _ => (out.slots, out.stride) = (Some(geometry.slots), Some(geometry.stride)),
        }
        out
    }
}
