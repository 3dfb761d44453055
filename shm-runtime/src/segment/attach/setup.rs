//! Where a segment is and how it is made, unless the program says otherwise.

use crate::error::Result;
use crate::segment::format::pages::HugePages;
use crate::segment::os::account::Account;
use crate::segment::os::address::{Address, IntoAddress};

/// Where a segment is and how it is made, unless the program says otherwise:
/// what its schema says of it beside the contract.
///
/// ```
/// use shm_runtime::Setup;
/// let setup = Setup::at("posix:/acme.feed").mode(0o640).group("feed");
/// ```
#[derive(Clone, Debug)]
#[must_use = "it is a description; a spec is made of it"]
pub struct Setup {
    pub(crate) address: Result<Address>,
    pub(crate) mode: u32,
    pub(crate) participants: u32,
    pub(crate) owner: Option<Account>,
    pub(crate) group: Option<Account>,
    pub(crate) pages: Option<HugePages>,
}

impl Setup {
    /// Participants if nothing else is said.
    pub const PARTICIPANTS: u32 = 64;

    /// A segment at an address, of mode 0600, that belongs to whoever creates
    /// it. Text that is no address is an error of the spec that is made of it.
    pub fn at(address: impl IntoAddress) -> Self {
        Self {
            address: address.into_address(),
            mode: 0o600,
            participants: Self::PARTICIPANTS,
            owner: None,
            group: None,
            pages: None,
        }
    }

    /// Its permissions, such as `0o640`.
    pub fn mode(mut self, mode: u32) -> Self {
        self.mode = mode;
        self
    }

    /// How many programs can attach.
    pub fn participants(mut self, participants: u32) -> Self {
        self.participants = participants;
        self
    }

    /// The user it is given to on create, and who is trusted on attach.
    pub fn owner(mut self, owner: impl Into<Account>) -> Self {
        self.owner = Some(owner.into());
        self
    }

    /// The group it is given to on create.
    pub fn group(mut self, group: impl Into<Account>) -> Self {
        self.group = Some(group.into());
        self
    }

    /// The huge pages that it asks for on create; its size is a multiple of them.
    pub fn pages(mut self, pages: impl Into<Option<HugePages>>) -> Self {
        self.pages = pages.into();
        self
    }
}
