//! Segments in Python: the class whose instances are attachments.

use super::Context;
use super::spelling::class_doc;
use crate::backend::parts::{Reached, contract_literal, reached};
use crate::backend::setup;
use crate::backend::text::{lines, others, quoted};
use crate::model::{self, Schema, Setup};
use askama::Template;
use shm_runtime::contract::TypeName;

#[derive(Template)]
#[template(path = "python/segment.jinja", escape = "none")]
pub(super) struct Segment<'a> {
    doc: String,
    type_name: &'a str,
    /// Of the schema.
    version: String,
    contract: String,
    size: u64,
    /// What `SegmentSpec` is given beside contract and version.
    setup: Vec<(&'static str, String)>,
    has_objects: bool,
    /// Those that the module gives access to.
    objects: Vec<Reached<'a>>,
}

pub(super) fn segment<'a>(
    s: &'a model::Segment,
    schema: &Schema,
    context: &Context<'_>,
) -> Segment<'a> {
    let docs = |doc: &str| lines(doc, "        #: ");
    let item = |item: &TypeName| context.names.name(item);
    let (objects, unreached) = reached(s, |kind, o, item| kind.in_python(o, item), docs, item);
    Segment {
        doc: doc(s, &unreached),
        type_name: &s.type_name,
        version: schema.version_text(),
        contract: contract_literal(s),
        size: s.size,
        setup: told(&s.setup),
        has_objects: !objects.is_empty(),
        objects,
    }
}

fn doc(s: &model::Segment, unreached: &[&model::Object]) -> String {
    let named = format!("The segment {}.", s.name);
    let others = others(unreached, "");
    if others.is_empty() {
        return class_doc(&s.doc, &named);
    }
    let text = if s.doc.is_empty() { &named } else { &s.doc };
    class_doc(&format!("{text}\n{}", others.trim_end()), &named)
}

/// What `SegmentSpec` is given for where it is and how it is made.
fn told(setup: &Setup) -> Vec<(&'static str, String)> {
    let text = |text: &str| format!("\"{text}\"");
    let mut out = vec![
        ("address", text(&quoted(&setup.address.to_string()))),
        ("mode", format!("0o{:o}", setup.mode)),
        ("participants", setup.participants.to_string()),
    ];
    let accounts = setup::accounts(setup);
    out.extend(accounts.map(|(key, account)| (key, text(&setup::text(account)))));
    out.extend(setup.pages.map(|pages| ("pages", text(&pages.to_string()))));
    out
}
