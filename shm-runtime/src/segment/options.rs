//! How a segment is created, and who is trusted when attaching to one.

use super::failure::{Attempt, no_mode};
use super::process;
use crate::error::{ErrorKind, Result};

/// How a segment is created, and who is trusted when attaching to one.
#[derive(Clone, Debug)]
pub struct Options {
    pub(crate) mode: u32,
    pub(crate) uid: Option<u32>,
    pub(crate) gid: Option<u32>,
    pub(crate) trusted: Vec<u32>,
    pub(crate) any_owner: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self { mode: 0o600, uid: None, gid: None, trusted: Vec::new(), any_owner: false }
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

    /// Another owner on create, another group or both; `None` leaves what the
    /// kernel gives. Needs the privilege to give files away.
    #[must_use]
    pub fn owner(mut self, uid: impl Into<Option<u32>>, gid: impl Into<Option<u32>>) -> Self {
        self.uid = uid.into();
        self.gid = gid.into();
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

    /// Only permissions for owner, group and others make sense.
    pub(super) fn check_mode(&self, attempt: Attempt<'_>) -> Result<()> {
        if self.mode > 0o777 {
            return Err(attempt.fail(ErrorKind::Invalid, no_mode(self.mode)));
        }
        Ok(())
    }

    /// A segment is trusted if it belongs to root, to the caller or to a uid
    /// that the caller named: its owner can write whatever it likes into it.
    pub(super) fn check_owner(&self, owner: u32, attempt: Attempt<'_>) -> Result<()> {
        let me = process::effective_uid();
        if self.any_owner || owner == 0 || owner == me || self.trusted.contains(&owner) {
            return Ok(());
        }
        let why = format!(
            "it belongs to uid {owner}, which is neither root nor you (uid {me}); to trust that \
             user, name it with trust_uid({owner}) or --any-owner"
        );
        Err(attempt.fail(ErrorKind::Permission, why))
    }
}
