//! The traits of `zerocopy`, for those who ask for them.

use crate::model::{Element, Schema, Struct};
use shm_runtime::contract::TypeName;
use std::collections::BTreeSet;

/// The structs in which a list or an optional lies, by their names in the
/// schema: its derive cannot tell that these have no padding.
pub(super) fn with_rooms(schema: &Schema) -> BTreeSet<TypeName> {
    let mut found = BTreeSet::new();
    for home in schema.with_imports() {
        let seen = |name: &TypeName| match name.schema.as_str() {
            "" if home.name != schema.name => {
                TypeName { schema: home.name.clone(), name: name.name.clone() }
            }
            own if own == schema.name => TypeName::own(&name.name),
            _ => name.clone(),
        };
        for s in home.structs() {
            if has_room(s, |name| found.contains(&seen(name))) {
                found.insert(seen(&TypeName::own(&s.name)));
            }
        }
    }
    found
}

fn has_room(s: &Struct, is_found: impl Fn(&TypeName) -> bool) -> bool {
    s.fields().any(|f| match &f.ty.element {
        Element::List(..) | Element::Optional(_) => true,
        Element::Struct(name) => is_found(name),
        _ => false,
    })
}

/// The attributes of a type, in lines.
pub(super) fn derive(is_bytes: bool) -> &'static str {
    if is_bytes {
        "#[derive(::shm_runtime::zerocopy::FromBytes, ::shm_runtime::zerocopy::IntoBytes, \
         ::shm_runtime::zerocopy::Immutable, ::shm_runtime::zerocopy::KnownLayout)]\n\
         #[zerocopy(crate = \"::shm_runtime::zerocopy\")]\n"
    } else {
        "#[derive(::shm_runtime::zerocopy::FromBytes, ::shm_runtime::zerocopy::Immutable, \
         ::shm_runtime::zerocopy::KnownLayout)]\n#[zerocopy(crate = \"::shm_runtime::zerocopy\")]\n"
    }
}
