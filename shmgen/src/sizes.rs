//! Where the bytes of a segment go: header, directory, participants, objects,
//! contract, and what alignment takes between them.
//!
//! The places are the runtime's; here they are only told apart, so that their
//! sum is what the segment takes.

pub use crate::kind::Lanes;
use crate::model::Segment;
use shm_runtime::Plan;
use shm_runtime::header::{ENTRY_SIZE, HEADER_SIZE};

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
    /// The directory, with this many entries.
    Directory(u64),
    /// The records of this many participants.
    Participants(u64),
    /// An object.
    Object(Object),
    /// The contract.
    Contract,
    /// Bytes that are lost to alignment.
    Padding,
}

/// An object, and what its bytes are for. They sum up to its size, which is
/// `control + slots * stride`, or with lanes
/// `lanes.control + lanes.count * lanes.stride`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Object {
    /// Its name.
    pub name: String,
    /// The name of its kind.
    pub kind: &'static str,
    /// What a slot of it is called, one and many.
    pub slot: [&'static str; 2],
    /// The struct that it passes or holds.
    pub item: Option<String>,
    /// If it has lanes: what they take. The numbers below are those of one lane
    /// then.
    pub lanes: Option<Lanes>,
    /// Bytes before the first slot.
    pub control: u64,
    /// Items that always fit; where bytes are passed, each of them.
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
        let geometry = object.layout.geometry();
        Self {
            name: object.name.clone(),
            kind: object.kind.name(),
            slot: object.kind.slot(),
            item: object.item.as_ref().map(|item| item.name.to_string()),
            lanes: object.layout.parts().map(Lanes::from),
            control: geometry.control,
            capacity: geometry.capacity,
            slots: geometry.slots,
            stride: geometry.stride,
            stamp: object.layout.stamp(),
            item_size: geometry.item,
        }
    }

    /// Bytes behind the item in each slot.
    pub fn slot_padding(&self) -> u64 {
        self.stride - self.stamp - self.item_size
    }

    /// Bytes behind each lane.
    pub fn lane_padding(&self) -> u64 {
        let used = self.control + self.slots * self.stride;
        self.lanes.map_or(0, |lanes| lanes.stride - used)
    }
}

/// The parts of a segment in order, without a byte between them.
pub fn parts(segment: &Segment) -> Vec<Part> {
    let contract = segment.contract_bytes.len() as u64;
    let plan = Plan::new(&segment.contract, contract, segment.setup.participants);
    let Some(plan) = plan.and_then(|plan| plan.in_pages(segment.setup.pages)) else {
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
