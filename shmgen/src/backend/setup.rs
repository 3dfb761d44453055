//! What the languages share of where a segment is and how it is made. What a schema
//! does not say is not written: it is the default.

use super::text::quoted;
use crate::model::Setup;
use shm_runtime::Account;

/// The keys of accounts.
pub(super) fn accounts(setup: &Setup) -> impl Iterator<Item = (&'static str, &Account)> {
    let all = [("owner", setup.owner.as_ref()), ("group", setup.group.as_ref())];
    all.into_iter().filter_map(|(key, account)| Some((key, account?)))
}

/// As text, numbers too.
pub(super) fn text(account: &Account) -> String {
    match account {
        Account::Id(id) => id.to_string(),
        Account::Name(name) => quoted(name),
    }
}
