//! Where the bytes of a segment go: header, directory, participants, objects,
//! contract, and what alignment takes between them.
//!
//! The places are the runtime's; here they are only told apart, so that their
//! sum is what the segment takes.

use crate::model::Segment;
use shm_runtime::Plan;
use shm_runtime::header::{ENTRY_SIZE, HEADER_SIZE};
use shm_runtime::queue::layout::{QueueLayout, SLOTS, STAMP_SIZE};

/// Bytes of a page, of which segments are made.
pub const PAGE: u64 = 4096;
/// Bytes of a participant's record.
pub const PARTICIPANT: u64 = 64;

/// Some bytes of a segment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part {
    /// What they are for.
    pub kind: Kind,
    /// Bytes from the start of the segment.
    pub offset: u64,
    /// How many.
    pub size: u64,
}

/// What some bytes of a segment are for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Kind {
    /// The header.
    Header,
    /// The directory, with so many entries.
    Directory(u64),
    /// The records of so many participants.
    Participants(u64),
    /// An object.
    Object(Object),
    /// The contract.
    Contract,
    /// Bytes that are lost to alignment.
    Padding,
}

/// An object, and what its bytes are for. They sum up to its size:
/// `control + slots * stride`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Object {
    /// Its name.
    pub name: String,
    /// The struct that is its item.
    pub item: String,
    /// Bytes before the first slot.
    pub control: u64,
    /// Items that always fit.
    pub capacity: u64,
    /// Slots, which may be more than the capacity.
    pub slots: u64,
    /// Bytes from one slot to the next: stamp, item, padding.
    pub stride: u64,
    /// Bytes of a slot before its item.
    pub stamp: u64,
    /// Bytes of an item.
    pub item_size: u64,
}

impl Object {
    fn of(object: &crate::model::Object) -> Self {
        let QueueLayout { item, capacity, slots, stride, .. } = object.layout;
        Self {
            name: object.name.clone(),
            item: object.item.clone(),
            control: SLOTS,
            capacity,
            slots,
            stride,
            stamp: STAMP_SIZE,
            item_size: item,
        }
    }

    /// Bytes behind the item in each slot.
    pub fn slot_padding(&self) -> u64 {
        self.stride - self.stamp - self.item_size
    }
}

/// The parts of a segment in order, without a byte between them.
pub fn parts(segment: &Segment) -> Vec<Part> {
    let contract = segment.contract_bytes.len() as u64;
    let Some(plan) = Plan::new(&segment.contract, contract, segment.setup.participants) else {
        return Vec::new(); // the model has made this very plan
    };
    let entries = segment.objects.len() as u64;
    let participants = u64::from(segment.setup.participants);
    let mut out = Parts::default();
    out.add(Kind::Header, 0, HEADER_SIZE as u64);
    out.add(Kind::Directory(entries), plan.directory_offset(), entries * ENTRY_SIZE as u64);
    let records = participants * PARTICIPANT;
    out.add(Kind::Participants(participants), plan.participants_offset(), records);
    for (object, place) in segment.objects.iter().zip(plan.objects()) {
        out.add(Kind::Object(Object::of(object)), place.offset, place.size);
    }
    out.add(Kind::Contract, plan.contract_offset(), contract);
    out.pad(plan.total_size());
    out.0
}

#[derive(Default)]
struct Parts(Vec<Part>);

impl Parts {
    fn add(&mut self, kind: Kind, offset: u64, size: u64) {
        self.pad(offset);
        self.0.push(Part { kind, offset, size });
    }

    /// Fills up to where the next part begins.
    fn pad(&mut self, to: u64) {
        let end = self.0.last().map_or(0, |p| p.offset + p.size);
        if to > end {
            self.0.push(Part { kind: Kind::Padding, offset: end, size: to - end });
        }
    }
}
