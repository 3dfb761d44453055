//! Segments in Rust: the type whose values are attachments.

use super::spelling::{doc_before, literal};
use super::{Context, Lints};
use crate::backend::parts::{Queue, contract_literal, queues};
use crate::backend::setup;
use crate::backend::text::{others, quoted};
use crate::model::{self, Schema, Setup};
use askama::Template;
use shm_runtime::Account;
use std::fmt::Write as _;

#[derive(Template)]
#[template(path = "rust/segment.jinja", escape = "none")]
pub(super) struct Segment<'a> {
    lints: Lints,
    doc: String,
    name: &'a str,
    type_name: &'a str,
    /// Of the schema.
    version: String,
    address: String,
    /// What is called on the `Setup` at that address.
    setup: String,
    contract: String,
    size: String,
    queues: Vec<Queue<'a>>,
    /// Objects that have no functions.
    others: String,
}

pub(super) fn segment<'a>(
    s: &'a model::Segment,
    schema: &Schema,
    context: &Context<'_>,
) -> Segment<'a> {
    Segment {
        lints: context.lints,
        doc: doc_before(&s.doc, ""),
        name: &s.name,
        type_name: &s.type_name,
        version: schema.version_text(),
        address: quoted(&s.setup.address.to_string()),
        setup: setup_calls(&s.setup),
        contract: contract_literal(s),
        size: literal(i128::from(s.size)),
        queues: queues(s, |doc| doc_before(doc, "    "), |item| context.names.path(item)),
        others: others(s, "/// "),
    }
}

/// What is called on a `shm_runtime::Setup` at the address.
fn setup_calls(setup: &Setup) -> String {
    let mut out = format!(".mode(0o{:o}).participants({})", setup.mode, setup.participants);
    for (method, account) in setup::accounts(setup) {
        let _ = match account {
            Account::Id(id) => write!(out, ".{method}({id})"),
            Account::Name(_) => write!(out, ".{method}(\"{}\")", setup::text(account)),
        };
    }
    if let Some(pages) = setup.pages {
        let _ = write!(out, ".pages(::shm_runtime::HugePages::{pages:?})");
    }
    out
}
