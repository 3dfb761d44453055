//! Segments: where each is, what lies in it and where.

use shm_runtime::contract::{Contract, ObjectKind, TypeName};
use shm_runtime::{Account, Address, Fingerprint, HugePages, ObjectLayout};

/// A segment.
#[derive(Clone, Debug)]
pub struct Segment {
    /// Its name in the schema.
    pub name: String,
    /// The name of its type in generated code.
    pub type_name: String,
    /// Where it is and how it is made, unless the program says otherwise.
    pub setup: Setup,
    /// Its objects, in order.
    pub objects: Vec<Object>,
    /// The contract that lies in it.
    pub contract: Contract,
    /// Its canonical bytes.
    pub contract_bytes: Vec<u8>,
    /// Their fingerprint.
    pub fingerprint: Fingerprint,
    /// Where the contract lies in the segment.
    pub contract_offset: u64,
    /// Bytes of the whole segment.
    pub size: u64,
    /// Documentation.
    pub doc: String,
}

/// An object of a segment.
#[derive(Clone, Debug)]
pub struct Object {
    /// Its name.
    pub name: String,
    /// What it is, and who may do what with it; as in the contract.
    pub kind: ObjectKind,
    /// The struct that it passes or holds.
    pub item: Option<Item>,
    /// Documentation of each of its counters.
    pub counter_docs: Vec<String>,
    /// Its geometry.
    pub layout: ObjectLayout,
    /// Where it lies in the segment.
    pub offset: u64,
    /// Documentation.
    pub doc: String,
}

/// The struct that an object passes or holds.
#[derive(Clone, Debug)]
pub struct Item {
    /// Its name, with its schema's if that is another one.
    pub name: TypeName,
    /// Its size in bytes.
    pub size: u64,
    /// Its alignment in bytes.
    pub align: u64,
}

/// Where a segment is and how it is made, unless the program says otherwise.
#[derive(Clone, Debug)]
pub struct Setup {
    /// Where it is.
    pub address: Address,
    /// Its permissions on create.
    pub mode: u32,
    /// How many participants it has records for.
    pub participants: u32,
    /// The user it is given to, if not the creator.
    pub owner: Option<Account>,
    /// The group it is given to, if not that of the creator.
    pub group: Option<Account>,
    /// The huge pages that it asks for, of which its size is a multiple.
    pub pages: Option<HugePages>,
}

impl Setup {
    /// The same for the runtime.
    pub fn to_runtime(&self) -> shm_runtime::Setup {
        let mut setup = shm_runtime::Setup::at(&self.address)
            .mode(self.mode)
            .participants(self.participants)
            .pages(self.pages);
        if let Some(owner) = &self.owner {
            setup = setup.owner(owner.clone());
        }
        if let Some(group) = &self.group {
            setup = setup.group(group.clone());
        }
        setup
    }
}
