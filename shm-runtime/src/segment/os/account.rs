//! Users and groups, by number or by name.

use crate::error::{ErrorKind, Result};
use crate::segment::os::failure::Attempt;
use crate::segment::os::process;
use crate::text::Printable;
use std::fmt;

/// A user or a group: a number, or a name that is looked up when it is needed.
///
/// Text that is a whole number stands for that number.
///
/// ```
/// use shm_runtime::Account;
/// assert_eq!(Account::from("1000"), Account::Id(1000));
/// assert_eq!(Account::from("feed"), Account::Name("feed".to_owned()));
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Account {
    /// By number.
    Id(u32),
    /// By name, as the machine's own databases have it (getpwnam(3),
    /// getgrnam(3)).
    Name(String),
}

/// Whether an account is a user or a group.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum AccountKind {
    User,
    Group,
}

impl AccountKind {
    fn name(self) -> &'static str {
        match self {
            Self::User => "user",
            Self::Group => "group",
        }
    }
}

impl From<u32> for Account {
    fn from(id: u32) -> Self {
        Self::Id(id)
    }
}

impl From<&str> for Account {
    fn from(text: &str) -> Self {
        let digits = text.bytes().all(|b| b.is_ascii_digit());
        match text.parse() {
            Ok(id) if digits => Self::Id(id),
            _ => Self::Name(text.to_owned()),
        }
    }
}

impl From<String> for Account {
    fn from(text: String) -> Self {
        Self::from(text.as_str())
    }
}

impl fmt::Display for Account {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Id(id) => write!(f, "{id}"),
            Self::Name(name) => write!(f, "{}", Printable(name)),
        }
    }
}

impl Account {
    /// The number of the user; `None` if the machine knows no such name, or
    /// cannot say.
    pub fn user_id(&self) -> Option<u32> {
        self.id(AccountKind::User)
    }

    /// The number of the group, likewise.
    pub fn group_id(&self) -> Option<u32> {
        self.id(AccountKind::Group)
    }

    pub(crate) fn id(&self, kind: AccountKind) -> Option<u32> {
        match self {
            // chown(2) takes the greatest number for "no change".
            Self::Id(id) => (*id != u32::MAX).then_some(*id),
            Self::Name(name) => match kind {
                AccountKind::User => process::user_id(name),
                AccountKind::Group => process::group_id(name),
            },
        }
    }

    /// Its number, which must be known.
    pub(crate) fn require(&self, kind: AccountKind, attempt: Attempt<'_>) -> Result<u32> {
        self.id(kind).ok_or_else(|| {
            let kind = kind.name();
            let why = match self {
                Self::Id(id) => format!("{id} is not the number of a {kind}"),
                Self::Name(_) => format!(
                    "there is no {kind} `{self}` on this machine (add it, or give the segment to \
                     another {kind})"
                ),
            };
            attempt.fail(ErrorKind::Invalid, why)
        })
    }
}

#[cfg(all(test, segments))]
#[allow(clippy::pedantic)]
mod tests {
    use super::*;
    use crate::segment::Address;

    #[test]
    fn names_are_looked_up_and_numbers_are_not() {
        let root = Account::from("root");
        assert_eq!((root.id(AccountKind::User), root.id(AccountKind::Group)), (Some(0), Some(0)));
        assert_eq!(Account::from(4_000_000_000).id(AccountKind::User), Some(4_000_000_000));
        for text in ["", "+5", "-1", "5x", "99999999999"] {
            assert_eq!(Account::from(text), Account::Name(text.to_owned()));
        }
        let address = Address::Posix("x".into());
        let attempt = Attempt::new("create", &address);
        let nobody = Account::from("no\x1b-such").require(AccountKind::Group, attempt).unwrap_err();
        assert_eq!(nobody.kind(), ErrorKind::Invalid);
        assert!(nobody.to_string().contains("there is no group `no\\u{1b}-such`"), "{nobody}");
        assert!(Account::Id(u32::MAX).require(AccountKind::User, attempt).is_err());
        assert!(Account::from("a\0b").require(AccountKind::User, attempt).is_err());
    }
}
