//! The contract as data. No bytes, no rules: see [`encode`](super::encode)
//! and [`explain`](fn@super::explain).

use crate::object::kind::{ObjectDef, ObjectKind, ObjectLayout};
use crate::types::descriptor::{TypeDef, Types};
use crate::types::expr::{TypeExpr, TypeName};
use crate::types::value::Value;

/// Everything that gives the bytes of one segment a meaning.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Contract {
    /// The schema's dotted name; empty for a segment made without a schema.
    pub schema: String,
    /// The segment's name within the schema.
    pub segment: String,
    /// The types that the objects use, sorted by schema and name.
    pub types: Vec<TypeDef>,
    /// The objects, in the order in which they lie in the segment.
    pub objects: Vec<ObjectDef>,
}

impl Contract {
    /// The definition of a type of this contract.
    pub fn type_def(&self, name: &TypeName) -> Option<&TypeDef> {
        self.definitions().type_def(name)
    }

    /// Size and alignment in bytes of a type as it is written; `None` where
    /// a name is unknown or the size overflows.
    pub fn size_and_align(&self, expr: &TypeExpr) -> Option<(u64, u64)> {
        self.definitions().size_and_align(expr)
    }

    /// Reads a value of a type; `None` if the type is not of this contract,
    /// or the bytes are not as many as it has.
    pub fn read(&self, ty: &TypeExpr, bytes: &[u8]) -> Option<Value> {
        self.definitions().read(ty, bytes)
    }

    pub(crate) fn definitions(&self) -> Types<'_> {
        Types(&self.types)
    }
}

impl ObjectLayout {
    /// What a contract says of an object; `None` if it makes no sense.
    pub fn of(contract: &Contract, kind: &ObjectKind) -> Option<Self> {
        Self::of_kind(contract.definitions(), kind)
    }
}
