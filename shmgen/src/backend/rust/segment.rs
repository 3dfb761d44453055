//! Segments in Rust: the type whose values are attachments.

use super::spelling::{doc_before, literal};
use super::{Context, Lints};
use crate::backend::parts::{Reached, contract_literal, reached};
use crate::backend::setup;
use crate::backend::text::{others, quoted};
use crate::model::{self, Schema, Setup};
use askama::Template;
use shm_runtime::Account;
use shm_runtime::contract::TypeName;
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
    objects: Vec<Reached<'a>>,
    /// Objects that have no functions.
    others: String,
}

pub(super) fn segment<'a>(
    s: &'a model::Segment,
    schema: &Schema,
    context: &Context<'_>,
) -> Segment<'a> {
    let doc = |doc: &str| doc_before(doc, "    ");
    let item = |item: &TypeName| context.names.path(item);
    let (objects, unreached) = reached(s, |kind, o, item| kind.in_rust(o, item), doc, item);
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
        objects,
        others: others(&unreached, "/// "),
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
