//! Segments with nothing in them but one object, for types without a schema: those that
//! derive [`SharedLayout`](crate::SharedLayout).

use crate::contract::Contract;
use crate::error::Result;
use crate::object::kind::{ObjectDef, ObjectKind};
use crate::segment::{Address, Attachment, Options, Setup, Spec, contract_at};
use crate::types::descriptor::TypeSet;

/// What is asked of a segment at `address` with this object in it, of these types;
/// `verb` says what for. Object and segment are called by the kind.
pub(super) fn spec(
    verb: &str,
    address: &Address,
    kind: ObjectKind,
    types: TypeSet,
) -> Result<Spec> {
    let name = kind.name();
    let contract = Contract {
        schema: String::new(),
        segment: name.to_owned(),
        types: types.into_types(),
        objects: vec![ObjectDef { name: name.to_owned(), kind }],
    };
    Spec::new(contract, "", Setup::at(address))
        .map_err(|e| e.map_message(|why| format!("cannot {verb} {address}: {why}")))
}

/// Creates such a segment.
pub(super) fn create(address: &Address, spec: &Spec) -> Result<Attachment> {
    Attachment::create_at(spec, address, &Options::default())
}

/// Attaches to such a segment.
pub(super) fn attach(address: &Address, spec: &Spec, read_only: bool) -> Result<Attachment> {
    Attachment::attach_at(spec, address, &Options::default(), read_only)
}

/// The object of such a segment that is there, whose capacity is the segment's to say.
pub(super) fn theirs(address: &Address) -> Result<Option<ObjectKind>> {
    let theirs = contract_at(address, &Options::default())?;
    Ok(theirs.objects.into_iter().next().map(|object| object.kind))
}
