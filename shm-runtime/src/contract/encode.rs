//! The canonical byte form of a contract, as it stands in every segment.
//! `docs/segment-format.md` specifies it; [`decode`](crate::contract::decode) reads it.
//!
//! ```text
//! record   := tag u8 | length u32 | payload of that many bytes
//! text     := length u16 | UTF-8
//! contract := 'S' { text schema | text segment | type record* | object record* }
//! type     := 'T' { text schema | text name | u64 size | u64 align | 'f' record* | 'w' record* | 'x' record? }   struct
//!           | 'E' { text schema | text name | text repr | 'v' record* }                 enum
//!           | 'F' { text schema | text name | text repr | 'b' record* }                 flags
//!           | 'U' { text schema | text name | text tag type | u64 size | u64 align
//!                   | 'u' record* }                                                     union
//! field    := 'f' { text name | u64 offset | u64 size | text type | text unit | text range }
//! value    := 'v' { text name | u64 number, two's complement }
//! bit      := 'b' { text name | u64 bit }
//! variant  := 'u' { text name | u64 number | text type, empty for none | text range }
//! was      := 'w' { text name | u64 offset | u64 size }
//! extent   := 'x' { }
//! object   := 'Q' { text name | text item | u64 capacity }             queue, one to one
//!           | 'L' { text name | text item | u64 capacity | u64 lanes } queue, many to one
//!           | 'M' { text name | text item | u64 capacity
//!                   | u64 producers | u64 consumers | u64 redeliver }  queue, other
//!           | 'R' { text name | u64 bytes | u64 lanes }                ring; 0: one producer
//!           | 'B' { text name | u64 bytes }                            stream
//!           | 'P' { text name | text item | u64 capacity }             topic
//!           | 'C' { text name | text type }                            cell
//!           | 'V' { text name | text type | u64 count }                array of cells
//!           | 'A' { text name | text type }                            state
//!           | 'N' { text name }                                        event
//!           | 'K' { text name | 'k' record* }                          counters
//!           | 'W' { text name | u64 bytes | u64 align }                raw
//! counter  := 'k' { text name | text type }
//! ```
//!
//! `producers` and `consumers` are 1, or 0 for many; `redeliver` is 0 or 1.
//!
//! Numbers are little-endian, nothing is aligned. Types come sorted by schema
//! and name, fields by offset, former ones by offset and name, values and bits by number, objects in the order
//! in which they lie; so equal meanings have equal bytes.

use crate::contract::descriptor::Contract;
use crate::object::kind::{ObjectDef, ObjectKind};
use crate::object::queue::def::{Flow, Side};
use crate::types::fingerprint::Fingerprint;
use crate::types::write::{number, record, text, type_def};

pub(super) const CONTRACT: u8 = b'S';
pub(super) const QUEUE: u8 = b'Q';
pub(super) const QUEUE_LANES: u8 = b'L';
pub(super) const QUEUE_OWNED: u8 = b'M';
pub(super) const RING: u8 = b'R';
pub(super) const STREAM: u8 = b'B';
pub(super) const TOPIC: u8 = b'P';
pub(super) const CELL: u8 = b'C';
pub(super) const CELLS: u8 = b'V';
pub(super) const STATE: u8 = b'A';
pub(super) const EVENT: u8 = b'N';
pub(super) const COUNTERS: u8 = b'K';
pub(super) const COUNTER: u8 = b'k';
pub(super) const RAW: u8 = b'W';

impl Contract {
    /// The canonical byte form.
    ///
    /// A name longer than 65,535 bytes or a record longer than 4 GiB cannot
    /// be written; the generator refuses schemas long before that.
    pub fn encode(&self) -> Vec<u8> {
        let mut out = Vec::with_capacity(256);
        record(&mut out, CONTRACT, |out| {
            text(out, &self.schema);
            text(out, &self.segment);
            for def in &self.types {
                type_def(out, def, &def.schema);
            }
            for object in &self.objects {
                object_def(out, object);
            }
        });
        out
    }

    /// The fingerprint of the whole contract.
    pub fn fingerprint(&self) -> Fingerprint {
        Fingerprint::of_bytes(&self.encode())
    }
}

fn object_def(out: &mut Vec<u8>, object: &ObjectDef) {
    record(out, object_tag(&object.kind), |out| {
        text(out, &object.name);
        if let Some(item) = object.kind.item() {
            text(out, &item.to_string());
        }
        match &object.kind {
            ObjectKind::Queue(queue) => {
                number(out, queue.capacity);
                match queue.flow {
                    Flow::OneToOne => {}
                    Flow::Lanes(lanes) => number(out, u64::from(lanes)),
                    Flow::Owned { producers, consumers, redeliver } => {
                        number(out, side(producers));
                        number(out, side(consumers));
                        number(out, u64::from(redeliver));
                    }
                }
            }
            ObjectKind::Ring(ring) => {
                number(out, ring.bytes);
                number(out, u64::from(ring.lanes.unwrap_or(0)));
            }
            ObjectKind::Stream(stream) => number(out, stream.bytes),
            ObjectKind::Topic(topic) => number(out, topic.capacity),
            ObjectKind::Cell(cell) => {
                if let Some(count) = cell.count {
                    number(out, u64::from(count));
                }
            }
            ObjectKind::State(_) | ObjectKind::Event => {}
            ObjectKind::Counters(counters) => {
                for counter in counters {
                    record(out, COUNTER, |out| {
                        text(out, &counter.name);
                        text(out, counter.ty.name());
                    });
                }
            }
            ObjectKind::Raw(raw) => {
                number(out, raw.bytes);
                number(out, raw.align);
            }
        }
    });
}

fn object_tag(kind: &ObjectKind) -> u8 {
    match kind {
        ObjectKind::Queue(queue) => match queue.flow {
            Flow::OneToOne => QUEUE,
            Flow::Lanes(_) => QUEUE_LANES,
            Flow::Owned { .. } => QUEUE_OWNED,
        },
        ObjectKind::Ring(_) => RING,
        ObjectKind::Stream(_) => STREAM,
        ObjectKind::Topic(_) => TOPIC,
        ObjectKind::Cell(cell) => match cell.count {
            None => CELL,
            Some(_) => CELLS,
        },
        ObjectKind::State(_) => STATE,
        ObjectKind::Event => EVENT,
        ObjectKind::Counters(_) => COUNTERS,
        ObjectKind::Raw(_) => RAW,
    }
}

/// How many may be on a side; 0 for many.
fn side(side: Side) -> u64 {
    match side {
        Side::One => 1,
        Side::Many => 0,
    }
}
