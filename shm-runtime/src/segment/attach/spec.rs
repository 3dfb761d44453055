//! What a program knows of a segment before it meets one: its contract, and
//! how it is made.

use crate::contract::descriptor::Contract;
use crate::error::{Error, ErrorKind, Result};
use crate::object::kind::ObjectLayout;
use crate::object::role::PARTICIPANTS_MAX;
use crate::segment::attach::setup::Setup;
use crate::segment::format::header::{SCHEMA_NAME_MAX, SEGMENT_NAME_MAX, VERSION_MAX};
use crate::segment::format::pages::HugePages;
use crate::segment::format::plan::Plan;
use crate::segment::os::account::Account;
use crate::segment::os::address::Address;
use crate::segment::os::options::Options;
use crate::types::fingerprint::Fingerprint;

/// A segment as a schema declares it.
#[derive(Clone, Debug)]
pub struct Spec {
    pub(crate) contract: Contract,
    pub(crate) contract_bytes: Vec<u8>,
    pub(crate) fingerprint: Fingerprint,
    pub(crate) layouts: Vec<ObjectLayout>,
    pub(crate) version: String,
    pub(crate) address: Address,
    pub(crate) mode: u32,
    pub(crate) participants: u32,
    owner: Option<Account>,
    group: Option<Account>,
    pub(crate) pages: Option<HugePages>,
}

impl Spec {
    /// From a contract in its canonical byte form, as generated code carries
    /// it. `version` is the schema's.
    pub fn decode(contract: &[u8], version: &str, setup: Setup) -> Result<Self> {
        let contract = Contract::decode(contract)
            .map_err(|e| Error::new(ErrorKind::Invalid, e.to_string()))?;
        Self::new(contract, version, setup)
    }

    /// From a contract; see [`Self::decode`].
    pub fn new(contract: Contract, version: &str, setup: Setup) -> Result<Self> {
        let Setup { address, mode, participants, owner, group, pages } = setup;
        let address = address?;
        let invalid = |why: String| Err(Error::new(ErrorKind::Invalid, why));
        let contract_bytes = contract.encode();
        if contract.schema.len() > SCHEMA_NAME_MAX
            || contract.segment.len() > SEGMENT_NAME_MAX
            || version.len() > VERSION_MAX
        {
            return invalid(format!(
                "a schema's name has at most {SCHEMA_NAME_MAX} bytes, a segment's \
                 {SEGMENT_NAME_MAX}, a version {VERSION_MAX}"
            ));
        }
        if mode > 0o777 {
            return invalid(crate::segment::os::failure::no_mode(mode));
        }
        if participants == 0 || participants > PARTICIPANTS_MAX {
            return invalid(format!(
                "{participants} participants are not within 1 to {PARTICIPANTS_MAX}"
            ));
        }
        let mut layouts = Vec::with_capacity(contract.objects.len());
        for object in &contract.objects {
            let Some(layout) = ObjectLayout::of(&contract, &object.kind) else {
                return invalid(format!("object {}: its size makes no sense", object.name));
            };
            layouts.push(layout);
        }
        let plan = Plan::new(&contract, contract_bytes.len() as u64, participants);
        if plan.and_then(|plan| plan.in_pages(pages)).is_none() {
            return invalid("the segment is larger than any memory".to_owned());
        }
        let fingerprint = Fingerprint::of_bytes(&contract_bytes);
        let version = version.to_owned();
        Ok(Self {
            contract,
            contract_bytes,
            fingerprint,
            layouts,
            version,
            address,
            mode,
            participants,
            owner,
            group,
            pages,
        })
    }

    /// The contract.
    pub fn contract(&self) -> &Contract {
        &self.contract
    }

    /// Where the segment is unless the program says otherwise.
    pub fn address(&self) -> &Address {
        &self.address
    }

    /// What the program wants, and where it says nothing, what the schema says.
    pub(crate) fn complete(&self, options: &Options) -> Options {
        let mut options = options.clone();
        options.user = options.user.or_else(|| self.owner.clone());
        options.group = options.group.or_else(|| self.group.clone());
        options.schema_owner.clone_from(&self.owner);
        options.pages = self.pages;
        options
    }

    /// The index of an object, by its name.
    pub fn object_index(&self, name: &str) -> Option<usize> {
        self.contract.objects.iter().position(|o| o.name == name)
    }

    /// `acme.market 2.1`, for messages.
    pub(crate) fn title(&self) -> String {
        title(&self.contract.schema, &self.version)
    }
}

/// `acme.market 2.1`, for messages.
pub(crate) fn title(schema: &str, version: &str) -> String {
    use crate::text::Printable;
    match (schema, version) {
        ("", _) => "no schema".to_owned(),
        (schema, "") => Printable(schema).to_string(),
        (schema, version) => format!("{} {}", Printable(schema), Printable(version)),
    }
}

/// The spec of a segment type, decoded once in a process.
#[doc(hidden)]
#[derive(Debug)]
pub struct SpecCell(std::sync::OnceLock<Result<Spec>>);

impl SpecCell {
    /// Not decoded yet.
    #[allow(clippy::new_without_default)] // it is a static's initialiser
    pub const fn new() -> Self {
        Self(std::sync::OnceLock::new())
    }

    /// The spec; see [`Spec::decode`].
    pub fn get_or_decode(
        &'static self,
        contract: &[u8],
        version: &str,
        setup: impl FnOnce() -> Setup,
    ) -> Result<&'static Spec> {
        let decoded = self.0.get_or_init(|| Spec::decode(contract, version, setup()));
        decoded.as_ref().map_err(Clone::clone)
    }
}
