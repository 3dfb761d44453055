//! Where the parts of a segment lie: header, directory, participants, objects,
//! contract, in this order.

use crate::contract::descriptor::Contract;
use crate::object::kind::ObjectLayout;
use crate::object::place::Place;
use crate::object::round_up;
use crate::segment::format::header::{ENTRY_SIZE, Entry, HEADER_SIZE};
use crate::segment::format::pages::HugePages;

/// Everything else begins at a cache line.
const PART_ALIGN: u64 = 64;
/// Segments are whole pages.
const PAGE: u64 = 4096;

/// The layout of a segment, which follows from its contract and the number of
/// participants alone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plan {
    pub(crate) directory_offset: u64,
    pub(crate) participants_offset: u64,
    pub(crate) participants_count: u32,
    pub(crate) objects: Vec<Place>,
    pub(crate) contract_offset: u64,
    pub(crate) total_size: u64,
}

impl Plan {
    /// Lays a segment out; `None` if a size overflows or an object of the
    /// contract makes no sense.
    pub fn new(contract: &Contract, contract_size: u64, participants: u32) -> Option<Self> {
        let directory_offset = HEADER_SIZE as u64;
        let directory = (contract.objects.len() as u64).checked_mul(ENTRY_SIZE as u64)?;
        let participants_offset = directory_offset.checked_add(directory)?;
        let mut end = participants_offset.checked_add(u64::from(participants) * PART_ALIGN)?;
        let mut objects = Vec::with_capacity(contract.objects.len());
        for object in &contract.objects {
            let layout = ObjectLayout::of(contract, &object.kind)?;
            let offset = round_up(end, layout.align())?;
            end = offset.checked_add(layout.size())?;
            objects.push(Place { offset, layout });
        }
        let contract_offset = round_up(end, PART_ALIGN)?;
        let total_size = round_up(contract_offset.checked_add(contract_size)?, PAGE)?;
        // What no file can be is no segment.
        i64::try_from(total_size).ok()?;
        Some(Self {
            directory_offset,
            participants_offset,
            participants_count: participants,
            objects,
            contract_offset,
            total_size,
        })
    }

    /// The same in huge pages, of which it has a whole number; `None` if the size
    /// overflows.
    #[must_use]
    pub fn in_pages(mut self, pages: Option<HugePages>) -> Option<Self> {
        if let Some(pages) = pages {
            self.total_size = round_up(self.total_size, pages.bytes())?;
            i64::try_from(self.total_size).ok()?;
        }
        Some(self)
    }

    /// Bytes of the whole segment.
    pub fn total_size(&self) -> u64 {
        self.total_size
    }

    /// Where the objects lie and how long they are, in bytes.
    pub fn objects(&self) -> impl Iterator<Item = Entry> + '_ {
        self.objects.iter().map(|place| Entry {
            kind: place.layout.kind_number(),
            offset: place.offset,
            size: place.layout.size(),
        })
    }

    /// Where the contract begins.
    pub fn contract_offset(&self) -> u64 {
        self.contract_offset
    }

    /// Where the participant records begin.
    pub fn participants_offset(&self) -> u64 {
        self.participants_offset
    }

    /// Where the directory of objects begins.
    pub fn directory_offset(&self) -> u64 {
        self.directory_offset
    }
}
