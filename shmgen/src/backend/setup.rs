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

/// The members of a `shm_segment_spec` from the address to the pages.
pub(super) fn c(setup: &Setup) -> String {
    let account = |account: Option<&Account>| {
        account.map_or("NULL".to_owned(), |account| format!("\"{}\"", text(account)))
    };
    format!(
        "\"{}\",\n    0{:o},\n    {},\n    {},\n    {},\n    {}",
        quoted(&setup.address.to_string()),
        setup.mode,
        setup.participants,
        account(setup.owner.as_ref()),
        account(setup.group.as_ref()),
        setup.pages.map_or(0, shm_runtime::HugePages::bytes)
    )
}
