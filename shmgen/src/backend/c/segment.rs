//! Segments in C: the handle, and what the runtime is given for the segment.

use super::Context;
use super::kinds::{self, Functions, Held};
use super::spelling::comment;
use crate::backend::setup;
use crate::backend::text::{others, quoted};
use crate::model::{self, Schema, Setup};
use askama::Template;
use shm_runtime::{Account, Geometry};
use std::fmt::Write as _;

#[derive(Template)]
#[template(path = "c/segment.jinja", escape = "none")]
pub(super) struct Segment<'a> {
    doc: String,
    name: &'a str,
    cname: String,
    schema: &'a str,
    /// Of the schema.
    version: String,
    address: String,
    /// From the address on, as members of the spec.
    setup: String,
    contract: String,
    contract_size: usize,
    contract_offset: u64,
    fingerprint: String,
    size: u64,
    objects: Vec<Object<'a>>,
    /// What the handle has of them, each with the name of the object.
    held: Vec<(&'a str, &'static Held)>,
    /// Objects that have no functions.
    others: String,
    /// Whether the owner, or the group, is given by a name.
    names_user: bool,
    names_group: bool,
}

/// An object as `shm_object_spec` has it.
struct Object<'a> {
    name: &'a str,
    /// Of its number in `shm_runtime.h`.
    kind: String,
    geometry: Geometry,
    offset: u64,
}

pub(super) fn segment<'a>(
    s: &'a model::Segment,
    schema: &'a Schema,
    context: &Context,
) -> Segment<'a> {
    let object = |o: &'a model::Object| Object {
        name: &o.name,
        kind: o.layout.form_name().to_uppercase(),
        geometry: o.layout.geometry(),
        offset: o.offset,
    };
    let held = |o: &'a model::Object| {
        let held = kinds::of(o).map(Functions::held).unwrap_or_default();
        held.iter().map(|held| (o.name.as_str(), held))
    };
    let without_functions: Vec<_> = s.objects.iter().filter(|o| kinds::of(o).is_none()).collect();
    Segment {
        doc: comment(&s.doc, ""),
        name: &s.name,
        cname: format!("{}{}", context.prefix, s.type_name),
        schema: &schema.name,
        version: schema.version_text(),
        address: quoted(&s.setup.address.to_string()),
        setup: setup_members(&s.setup),
        contract: s.contract_bytes.chunks(24).fold(String::new(), |mut lines, line| {
            let _ = writeln!(lines, "    {},", bytes(line));
            lines
        }),
        contract_size: s.contract_bytes.len(),
        contract_offset: s.contract_offset,
        fingerprint: bytes(&s.fingerprint.0),
        size: s.size,
        objects: s.objects.iter().map(object).collect(),
        held: s.objects.iter().flat_map(held).collect(),
        others: others(&without_functions, " * "),
        names_user: matches!(s.setup.owner, Some(Account::Name(_))),
        names_group: matches!(s.setup.group, Some(Account::Name(_))),
    }
}

/// `0x01, 0x02`
fn bytes(bytes: &[u8]) -> String {
    bytes.iter().map(|b| format!("{b:#04x}")).collect::<Vec<_>>().join(", ")
}

/// The members of a `shm_segment_spec` from the address to the pages.
fn setup_members(setup: &Setup) -> String {
    let account = |account: Option<&Account>| {
        account.map_or("NULL".to_owned(), |account| format!("\"{}\"", setup::text(account)))
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
