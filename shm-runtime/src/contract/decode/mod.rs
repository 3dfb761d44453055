//! Reads a contract out of bytes that nobody vouches for.
//!
//! Nesting is two levels deep. What does not read back to the same bytes is
//! refused: the canonical form is the only one. Records of types are read in
//! [`types`](crate::types::read), those of objects in [`objects`].

mod objects;

use super::descriptor::Contract;
use super::encode::CONTRACT;
use crate::object::kind::ObjectKind;
use crate::types::descriptor::TypeDef;
use crate::types::expr::TypeName;
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
        // What is unknown says so with its length, so that the rest is read, too: it
        // tells a newer contract from a damaged one.
        let mut newer = None;
        while !body.is_empty() {
            let (tag, mut record) = body.record()?;
            let read = if is_type(tag) {
                type_def(tag, &mut record).map(|def| contract.types.push(def))
            } else if ObjectKind::is_tag(tag) {
                objects::object(tag, &mut record).map(|def| contract.objects.push(def))
            } else {
                Err(record.unknown_record(tag))
            };
            match read {
                Ok(()) => record.end()?,
                Err(error) if error.unknown().is_some() => newer = newer.or(Some(error)),
                Err(error) => return Err(error),
            }
        }
        if let Some(error) = newer {
            return Err(error);
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
        let names = types.by_name();
        types.check_definitions(&names)?;
        let find = |name: &TypeName| names.find(name).map(|at| &self.types[at]);
        for object in &self.objects {
            if object.kind.item().is_some_and(|ty| ty.size_and_align(&find).is_none()) {
                return Err("an object's type is unknown");
            }
        }
        types.check_recursion(&names)
    }
}

#[cfg(test)]
#[allow(clippy::pedantic)]
mod tests {
    use super::*;
    use crate::contract::{EventDef, Field, ObjectDef, TypeBody, TypeExpr};

    fn contract() -> Contract {
        let field = Field {
            name: "price".into(),
            offset: 0,
            size: 8,
            ty: TypeExpr::parse("u64").unwrap(),
            unit: String::new(),
            range: None,
        };
        let ty = TypeDef {
            schema: String::new(),
            name: "Trade".into(),
            size: 8,
            align: 8,
            body: TypeBody::Struct(vec![field]),
            extent: false,
            was: vec![],
        };
        let object =
            |name: &str| ObjectDef { name: name.into(), kind: ObjectKind::Event(EventDef) };
        Contract {
            schema: "a".into(),
            segment: "s".into(),
            types: vec![ty],
            objects: vec![object("first"), object("second")],
        }
    }

    /// The bytes with another tag for the record that begins like this.
    fn with_tag(record: &[u8], tag: u8) -> Vec<u8> {
        let mut bytes = contract().encode();
        let at = bytes.windows(record.len()).position(|w| w == record).unwrap();
        bytes[at] = tag;
        bytes
    }

    #[test]
    fn what_only_a_newer_version_writes_is_told_apart_from_damage() {
        // A type, a part of one, and the first of two objects.
        for record in [&b"T"[..], b"f", b"N"] {
            let error = Contract::decode(&with_tag(record, b'z')).unwrap_err();
            assert_eq!(error.unknown(), Some("a record of the kind `z`"), "{error}");
        }
    }

    /// A newer version keeps the form: behind what is unknown the rest still has it.
    #[test]
    fn what_is_unknown_and_damaged_is_damaged() {
        let mut bytes = with_tag(b"T", b'z');
        let last = bytes.len() - 1;
        bytes[last] = 0xff; // no UTF-8
        let error = Contract::decode(&bytes).unwrap_err();
        assert_eq!(error.unknown(), None, "{error}");
        bytes.truncate(last);
        assert_eq!(Contract::decode(&bytes).unwrap_err().unknown(), None);
        assert_eq!(Contract::decode(b"z\0\0\0\0").unwrap_err().unknown(), None);
    }
}
