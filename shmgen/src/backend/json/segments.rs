//! The segments of a model as JSON, and their objects.

use super::scalars::Each;
use crate::kind::view::View;
use crate::model::{Object, Segment};
use serde::Serialize;
use shm_runtime::Account;

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
    /// The user it is given to, if not the creator; else null.
    owner: Option<AccountView<'a>>,
    /// The group it is given to, if not that of the creator; else null.
    group: Option<AccountView<'a>>,
    /// How many can take part in it at once.
    participants: u32,
    /// The huge pages that it asks for, `2M` or `1G`, of which its size is a
    /// multiple; null for ordinary ones.
    pages: Option<&'static str>,
    /// Bytes.
    size: u64,
    /// Its objects, in the order in which they lie.
    objects: Each<'a, Object, View<'a>>,
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
            objects: Each::new(&s.objects, |o| Some(View::of(o))),
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
