//! The contract as data. No bytes, no rules: see [`encode`](super::encode)
//! and [`explain`](fn@super::explain).

use crate::object::kind::{ObjectDef, ObjectKind, ObjectLayout};
use crate::types::descriptor::{TypeDef, Types};
use crate::types::expr::{TypeExpr, TypeName};
use crate::types::value::{Unread, Value};

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

    /// Reads a value of a type; `None` if the type is not of this contract, or the
    /// bytes are not as many as it has, or its parts lie more than 512 deep in one
    /// another.
    ///
    /// The value tells the names of fields and of enum values each time that they occur.
    /// Where somebody else may have written the contract, ask for it
    /// [within bounds](Self::read_within).
    pub fn read(&self, ty: &TypeExpr, bytes: &[u8]) -> Option<Value> {
        let mut room = usize::MAX;
        self.read_within(ty, bytes, &mut room).ok()
    }

    /// As [`read`](Self::read), with `room` bytes of memory for the value at most; what
    /// it takes is taken off `room`, with at least eight bytes for each number.
    ///
    /// # Errors
    ///
    /// [`Unread::Foreign`] if the type is not of this contract, or the bytes are not as
    /// many as it has; [`Unread::TooMuch`] if the room does not suffice, or the parts of
    /// the value lie more than 512 deep in one another.
    ///
    /// ```
    /// use shm_runtime::contract::{Contract, TypeExpr, Unread};
    ///
    /// let contract =
    ///     Contract { schema: String::new(), segment: String::new(), types: vec![], objects: vec![] };
    /// let (ty, mut room) = (TypeExpr::parse("u8[3]")?, 40);
    /// assert!(contract.read_within(&ty, &[1, 2, 3], &mut room).is_ok());
    /// assert_eq!(room, 0);
    /// assert_eq!(contract.read_within(&ty, &[1, 2, 3], &mut room), Err(Unread::TooMuch));
    /// # Ok::<(), shm_runtime::contract::TypeExprError>(())
    /// ```
    pub fn read_within(
        &self,
        ty: &TypeExpr,
        bytes: &[u8],
        room: &mut usize,
    ) -> Result<Value, Unread> {
        self.definitions().read(ty, bytes, room)
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
