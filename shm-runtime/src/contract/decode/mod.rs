//! Reads a contract out of bytes that nobody vouches for.
//!
//! Nesting is two levels deep. What does not read back to the same bytes is
//! refused: the canonical form is the only one. Records of types are read in
//! [`types`](crate::types::read), those of objects in [`objects`].

mod objects;

use super::descriptor::Contract;
use super::encode::CONTRACT;
use crate::types::descriptor::TypeDef;
use crate::types::read::{DecodeError, Reader, is_type, type_def};

impl Contract {
    /// Reads the canonical byte form.
    pub fn decode(bytes: &[u8]) -> Result<Self, DecodeError> {
        let mut input = Reader::new(bytes);
        let (tag, mut body) = input.record()?;
        if tag != CONTRACT {
            return Err(input.fail("no contract record"));
        }
        input.end()?;
        let mut contract =
            Self { schema: body.text()?, segment: body.text()?, types: vec![], objects: vec![] };
        while !body.is_empty() {
            let (tag, mut record) = body.record()?;
            if is_type(tag) {
                contract.types.push(type_def(tag, &mut record)?);
            } else {
                contract.objects.push(objects::object(tag, &mut record)?);
            }
            record.end()?;
        }
        // Order, and types before objects: all that the reader above let pass.
        if contract.encode() != bytes {
            return Err(input.fail("the records are not in canonical order"));
        }
        let sorted = |a: &TypeDef, b: &TypeDef| (&a.schema, &a.name) < (&b.schema, &b.name);
        if !contract.types.windows(2).all(|w| sorted(&w[0], &w[1])) {
            return Err(input.fail("the types are not sorted"));
        }
        contract.check().map_err(|what| input.fail(what))?;
        Ok(contract)
    }

    fn check(&self) -> Result<(), &'static str> {
        let types = self.definitions();
        types.check_definitions()?;
        for object in &self.objects {
            if object.kind.item().is_some_and(|ty| types.size_and_align(ty).is_none()) {
                return Err("an object's type is unknown");
            }
        }
        types.check_recursion()
    }
}
