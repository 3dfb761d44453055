//! How a segment is created, and who is trusted when attaching to one.

use crate::error::{ErrorKind, Result};
use crate::segment::format::pages::HugePages;
use crate::segment::os::account::{Account, AccountKind};
use crate::segment::os::failure::{Attempt, no_mode};
use crate::segment::os::{nobody, process};
use crate::text::in_words;
use std::time::Duration;

/// How a segment is created, and who is trusted when attaching to one.
#[derive(Clone, Debug)]
#[allow(clippy::struct_excessive_bools)] // one for each switch
pub struct Options {
    pub(crate) mode: u32,
    pub(crate) user: Option<Account>,
    pub(crate) group: Option<Account>,
    trusted: Vec<u32>,
    any_owner: bool,
    /// Whom the schema gives the segment to, and so trusts.
    pub(crate) schema_owner: Option<Account>,
    /// The pages that the schema asks for.
    pub(crate) pages: Option<HugePages>,
    pub(crate) prefault: bool,
    pub(crate) core_dump: bool,
    pub(crate) wait: Duration,
    pub(crate) remove_on_drop: bool,
}

/// How a segment is made, with all names looked up.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Making {
    pub(crate) mode: u32,
    pub(crate) uid: Option<u32>,
    pub(crate) gid: Option<u32>,
    pub(crate) pages: Option<HugePages>,
    pub(crate) prefault: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            mode: 0o600,
            user: None,
            group: None,
            trusted: Vec::new(),
            any_owner: false,
            schema_owner: None,
            pages: None,
            prefault: false,
            core_dump: false,
            wait: Duration::ZERO,
            remove_on_drop: false,
        }
    }
}

impl Options {
    /// Permissions on create: exactly these, whatever the umask. 0600 if
    /// nothing is said.
    #[must_use]
    pub fn mode(mut self, mode: u32) -> Self {
        self.mode = mode;
        self
    }

    /// Another owner on create, another group or both, by number; `None` leaves
    /// what the schema says, or else what the kernel gives. Needs the privilege
    /// to give files away.
    #[must_use]
    pub fn owner(mut self, uid: impl Into<Option<u32>>, gid: impl Into<Option<u32>>) -> Self {
        self.user = uid.into().map(Account::Id);
        self.group = gid.into().map(Account::Id);
        self
    }

    /// Another owner on create: a name or a number. Needs the privilege to give
    /// files away.
    #[must_use]
    pub fn user(mut self, user: impl Into<Account>) -> Self {
        self.user = Some(user.into());
        self
    }

    /// Another group on create: a name or a number. Needs the privilege to give
    /// files away, or to be in it.
    #[must_use]
    pub fn group(mut self, group: impl Into<Account>) -> Self {
        self.group = Some(group.into());
        self
    }

    /// Attach also to what belongs to this user.
    #[must_use]
    pub fn trust_uid(mut self, uid: u32) -> Self {
        self.trusted.push(uid);
        self
    }

    /// Attach whoever it belongs to. Its owner can write anything into it,
    /// and can make a POSIX segment shrink under the reader.
    #[must_use]
    pub fn trust_any_owner(mut self) -> Self {
        self.any_owner = true;
        self
    }

    /// Whether create and attach map every page at once, so that no access
    /// waits for a page fault later. Takes time by the size.
    #[must_use]
    pub fn prefault(mut self, prefault: bool) -> Self {
        self.prefault = prefault;
        self
    }

    /// Attach waits up to so long for a segment that is not there yet; without
    /// it, not at all. Create and open-or-create do not wait.
    #[must_use]
    pub fn wait(mut self, time: Duration) -> Self {
        self.wait = time;
        self
    }

    /// Whether a core file of this process has the bytes of the segment. If nothing
    /// is said it has not: messages would be written to disk at each crash, and as
    /// much as the segment is large.
    #[must_use]
    pub fn core_dump(mut self, core_dump: bool) -> Self {
        self.core_dump = core_dump;
        self
    }

    /// Whoever creates the segment removes it when the attachment ends. Not for bare
    /// segments.
    #[must_use]
    pub(crate) fn remove_on_drop(mut self) -> Self {
        self.remove_on_drop = true;
        self
    }

    /// What create goes by: checked, and with all names looked up.
    pub(crate) fn making(&self, attempt: Attempt<'_>) -> Result<Making> {
        // Only permissions for owner, group and others make sense.
        if self.mode > 0o777 {
            return Err(attempt.fail(ErrorKind::Invalid, no_mode(self.mode)));
        }
        let id = |account: &Option<Account>, kind| {
            account.as_ref().map(|a| a.require(kind, attempt)).transpose()
        };
        Ok(Making {
            mode: self.mode,
            uid: id(&self.user, AccountKind::User)?,
            gid: id(&self.group, AccountKind::Group)?,
            pages: self.pages,
            prefault: self.prefault,
        })
    }

    /// A segment is trusted if it belongs to root, to the caller, to the user
    /// whom the schema gives it to, or to a uid that the caller named: its owner
    /// can write whatever it likes into it. A number that stands for everybody who
    /// has none is nobody's, unless the caller proves to be the owner.
    pub(crate) fn check_owner(
        &self,
        owner: u32,
        is_proven: impl FnOnce() -> bool,
        attempt: Attempt<'_>,
    ) -> Result<()> {
        let me = process::effective_uid();
        if self.any_owner || owner == 0 {
            return Ok(());
        }
        // A name is looked up only where it decides; one that this machine does
        // not know is nobody.
        let schema = self.schema_owner.as_ref();
        let is_schemas =
            || schema.is_some_and(|account| account.id(AccountKind::User) == Some(owner));
        let is_trusted = owner == me || self.trusted.contains(&owner) || is_schemas();
        let is_anybody = nobody::is_anybody(owner);
        if is_trusted && (!is_anybody || is_proven()) {
            return Ok(());
        }
        if is_anybody {
            let way = in_words("trust_any_owner()", "--any-owner", "any_owner=True");
            let why = format!(
                "its owner is shown as uid {owner}, the overflow uid of this user namespace, which \
                 stands for all uids that are not mapped, so the real owner is unknown; \
                 {way} attaches to it all the same"
            );
            return Err(attempt.fail(ErrorKind::Permission, why));
        }
        let named = schema.map_or(String::new(), |account| format!(", nor the schema's {account}"));
        let way = in_words(
            &format!("name it with trust_uid({owner}), or all with trust_any_owner()"),
            "say --any-owner",
            &format!("say trust_uid={owner}, or any_owner=True"),
        )
        .to_owned();
        let why = format!(
            "it belongs to uid {owner}, which is neither root nor you (uid {me}){named}; to trust \
             that user, {way}"
        );
        Err(attempt.fail(ErrorKind::Permission, why))
    }
}

impl Making {
    /// Whether it is to be given to somebody.
    pub(crate) fn gives(&self) -> bool {
        self.uid.is_some() || self.gid.is_some()
    }
}
