//! The fingerprint: 128 bits that stand for a contract.

use super::write;
use crate::types::descriptor::{TypeDef, find_type};
use crate::types::expr::{TypeExpr, TypeName};
use std::fmt;
use xxhash_rust::xxh3::xxh3_128;

/// XXH3 (128 bits) of canonical contract bytes.
///
/// It tells different contracts apart by accident-proof odds; it does not
/// stand up to somebody who forges one, and need not: geometry is checked
/// apart from it, so a forger can cost wrong values, never memory safety.
///
/// Algorithm: <https://github.com/Cyan4973/xxHash>, seed 0, little-endian.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Fingerprint(pub [u8; 16]);

impl Fingerprint {
    /// The fingerprint of bytes that [`Contract::encode`](crate::contract::Contract::encode) made.
    pub fn of_bytes(canonical: &[u8]) -> Self {
        Self(xxh3_128(canonical).to_le_bytes())
    }
}

/// The fingerprint of one type with all that it contains.
///
/// It does not depend on which schema the type stands in, so a struct with
/// `#[derive(SharedLayout)]` and the same struct in a schema have the same
/// one. `types` are definitions sorted by schema and name, as in a
/// [`Contract`](crate::contract::Contract); those that `root` does not reach are left out. `None` if a
/// name is missing.
pub fn type_fingerprint(types: &[TypeDef], root: &TypeExpr) -> Option<Fingerprint> {
    let mut reached = vec![false; types.len()];
    let mut open: Vec<&TypeName> = root.named().into_iter().collect();
    while let Some(name) = open.pop() {
        let index = find_type(types, name)?;
        if std::mem::replace(&mut reached[index], true) {
            continue;
        }
        open.extend(types[index].body.parts().filter_map(TypeExpr::named));
    }
    let mut parts: Vec<&TypeDef> =
        types.iter().zip(&reached).filter(|(_, r)| **r).map(|(t, _)| t).collect();
    parts.sort_by(|a, b| (&a.name, &a.schema).cmp(&(&b.name, &b.schema)));
    let mut bytes = Vec::new();
    let own = |name: &TypeName| TypeName::own(name.name.clone());
    write::text(&mut bytes, &root.map_names(&own).to_string());
    for def in parts {
        let mut def = def.clone();
        def.body.map_names(&own);
        write::type_def(&mut bytes, &def, "");
    }
    Some(Fingerprint::of_bytes(&bytes))
}

impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|b| write!(f, "{b:02x}"))
    }
}

impl fmt::Debug for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Fingerprint({self})")
    }
}
