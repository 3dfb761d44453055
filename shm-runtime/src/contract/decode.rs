//! Reads a contract out of bytes that nobody vouches for.
//!
//! Every length is checked before it is used, nesting is two levels deep and
//! nothing is reserved ahead by a number that was read; so the work is bounded
//! by the number of bytes given. What does not read back to the same bytes is
//! refused: the canonical form is the only one. Records of objects are in
//! [`objects`].

mod objects;

use super::descriptor::{
    BitDef, Contract, Field, TypeBody, TypeDef, ValueDef, VariantDef, Was, Wrapper,
};
use super::encode::{
    BIT, CONTRACT, ENUM, EXTENT, FIELD, FLAGS, STRUCT, UNION, VALUE, VARIANT, WAS,
};
use super::range::Range;
use super::type_expr::{Primitive, TypeExpr};
use std::collections::BTreeSet;
use std::fmt;

/// The bytes are not a contract.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DecodeError {
    what: &'static str,
    at: usize,
}

impl fmt::Display for DecodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the contract is damaged: {} at byte {}", self.what, self.at)
    }
}

impl std::error::Error for DecodeError {}

impl Contract {
    /// Reads the canonical byte form.
    pub fn decode(bytes: &[u8]) -> Result<Self, DecodeError> {
        let mut input = Reader { bytes, at: 0 };
        let (tag, mut body) = input.record()?;
        if tag != CONTRACT {
            return Err(input.fail("no contract record"));
        }
        input.end()?;
        let mut contract =
            Self { schema: body.text()?, segment: body.text()?, types: vec![], objects: vec![] };
        while !body.is_empty() {
            let (tag, mut record) = body.record()?;
            match tag {
                STRUCT | ENUM | FLAGS | UNION => contract.types.push(type_def(tag, &mut record)?),
                _ => contract.objects.push(objects::object(tag, &mut record)?),
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

    /// What a reader of values relies on: names resolve, sizes agree, fields
    /// lie in order within their struct, and nothing contains itself.
    fn check(&self) -> Result<(), &'static str> {
        for def in &self.types {
            if !def.align.is_power_of_two() || def.size == 0 || def.size % def.align != 0 {
                return Err("a type's size and alignment do not fit together");
            }
        }
        for def in &self.types {
            if let TypeBody::Struct(fields) = &def.body {
                let mut end = 0;
                for field in fields {
                    let (size, _) =
                        self.size_and_align(&field.ty).ok_or("a field's type is unknown")?;
                    if size != field.size || field.offset < end {
                        return Err("a field's size or offset is wrong");
                    }
                    end = field.offset.checked_add(size).ok_or("a field's end overflows")?;
                }
                if end > def.size {
                    return Err("a field lies outside its struct");
                }
                check_was(def, fields)?;
            }
            if let TypeBody::Union(tag, variants) = &def.body {
                let layout =
                    self.union_layout(*tag, variants).ok_or("a variant's type is unknown")?;
                if (layout.size, layout.align) != (def.size, def.align) {
                    return Err("a union's size or alignment is wrong");
                }
            }
        }
        for object in &self.objects {
            if object.kind.item().is_some_and(|ty| self.size_and_align(ty).is_none()) {
                return Err("an object's type is unknown");
            }
        }
        self.check_recursion()
    }

    /// How a union of these variants is laid out.
    pub(crate) fn union_layout(&self, tag: Primitive, variants: &[VariantDef]) -> Option<Wrapper> {
        let (mut largest, mut strictest) = (0, 1);
        for ty in variants.iter().filter_map(|v| v.ty.as_ref()) {
            let (size, align) = self.size_and_align(ty)?;
            largest = size.max(largest);
            strictest = align.max(strictest);
        }
        Wrapper::union(tag.size(), largest, strictest)
    }

    /// Types that contain each other have no end. Kahn's algorithm: take away,
    /// one by one, the types that wait for no other; what is left is a cycle.
    fn check_recursion(&self) -> Result<(), &'static str> {
        let mut waits_for = vec![0usize; self.types.len()];
        let mut needed_by = vec![Vec::new(); self.types.len()];
        for (i, def) in self.types.iter().enumerate() {
            for name in def.body.parts().filter_map(TypeExpr::named) {
                let part = self.type_index(name).ok_or("a field's type is unknown")?;
                needed_by[part].push(i);
                waits_for[i] += 1;
            }
        }
        let mut ready: Vec<usize> = (0..self.types.len()).filter(|i| waits_for[*i] == 0).collect();
        let mut done = 0;
        while let Some(part) = ready.pop() {
            done += 1;
            for &whole in &needed_by[part] {
                waits_for[whole] -= 1;
                if waits_for[whole] == 0 {
                    ready.push(whole);
                }
            }
        }
        if done == self.types.len() { Ok(()) } else { Err("a type contains itself") }
    }
}

/// What was lies in order, in bytes of the struct that no field has, and is no
/// more.
fn check_was(def: &TypeDef, fields: &[Field]) -> Result<(), &'static str> {
    if def.was.is_empty() {
        return Ok(());
    }
    let names: BTreeSet<&str> = fields.iter().map(|f| f.name.as_str()).collect();
    let mut fields = fields.iter().peekable();
    let mut before: Option<(u64, u64, &str)> = None;
    for was in &def.was {
        let end = was.offset.checked_add(was.size).ok_or("a former field's end overflows")?;
        if was.size == 0 || end > def.size || names.contains(was.name.as_str()) {
            return Err("a former field is none");
        }
        let in_order = before.map_or(true, |(offset, end_before, name)| {
            let same_bytes = (offset, end_before) == (was.offset, end);
            if same_bytes { name < was.name.as_str() } else { was.offset >= end_before }
        });
        if !in_order {
            return Err("the former fields are not in order");
        }
        before = Some((was.offset, end, &was.name));
        while fields.next_if(|f| f.offset + f.size <= was.offset).is_some() {}
        if fields.peek().is_some_and(|f| f.offset < end) {
            return Err("a former field lies where a field is");
        }
    }
    Ok(())
}

fn type_def(tag: u8, record: &mut Reader<'_>) -> Result<TypeDef, DecodeError> {
    let (schema, name) = (record.text()?, record.text()?);
    if tag == STRUCT {
        let (size, align) = (record.number()?, record.number()?);
        let mut fields = Vec::new();
        let (mut was, mut extent) = (Vec::new(), false);
        while !record.is_empty() {
            // That each stands in its place is seen when all is written again.
            let (tag, mut part) = record.record()?;
            match tag {
                FIELD => fields.push(field(&mut part)?),
                WAS => was.push(Was {
                    name: part.text()?,
                    offset: part.number()?,
                    size: part.number()?,
                }),
                EXTENT => extent = true,
                _ => return Err(record.fail("unexpected record")),
            }
            part.end()?;
        }
        let body = TypeBody::Struct(fields);
        return Ok(TypeDef { schema, name, size, align, body, extent, was });
    }
    let repr = record.text()?;
    let repr = Primitive::from_name(&repr)
        .filter(|p| p.integer_range().is_some())
        .ok_or_else(|| record.fail("not an integer type"))?;
    if tag == UNION {
        let (size, align) = (record.number()?, record.number()?);
        let variants = variants(repr, record)?;
        return Ok(TypeDef {
            schema,
            name,
            size,
            align,
            body: TypeBody::Union(repr, variants),
            extent: false,
            was: vec![],
        });
    }
    let body = if tag == ENUM {
        let mut values = Vec::new();
        while !record.is_empty() {
            let mut value = record.expect(VALUE)?;
            let name = value.text()?;
            let raw = value.number()?;
            #[allow(clippy::cast_possible_wrap)] // two's complement, as written
            let number = if repr.is_signed() { i128::from(raw as i64) } else { i128::from(raw) };
            values.push(ValueDef { name, number });
            value.end()?;
        }
        TypeBody::Enum(repr, values)
    } else {
        let mut bits = Vec::new();
        while !record.is_empty() {
            let mut bit = record.expect(BIT)?;
            let name = bit.text()?;
            let position = bit.number()?;
            let position = u8::try_from(position)
                .ok()
                .filter(|b| u64::from(*b) < repr.size() * 8)
                .ok_or_else(|| bit.fail("a bit outside its type"))?;
            bits.push(BitDef { name, bit: position });
            bit.end()?;
        }
        TypeBody::Flags(repr, bits)
    };
    let (size, align) = (repr.size(), repr.size());
    Ok(TypeDef { schema, name, size, align, body, extent: false, was: vec![] })
}

fn field(part: &mut Reader<'_>) -> Result<Field, DecodeError> {
    let (name, offset, size) = (part.text()?, part.number()?, part.number()?);
    let (ty, unit) = (part.type_expr()?, part.text()?);
    let range = part.range(Some(&ty))?;
    Ok(Field { name, offset, size, ty, unit, range })
}

fn variants(tag: Primitive, record: &mut Reader<'_>) -> Result<Vec<VariantDef>, DecodeError> {
    let mut variants: Vec<VariantDef> = Vec::new();
    while !record.is_empty() {
        let mut variant = record.expect(VARIANT)?;
        let (name, number) = (variant.text()?, variant.number()?);
        let fits =
            tag.integer_range().is_some_and(|(low, high)| low == 0 && i128::from(number) <= high);
        if !fits || variants.last().is_some_and(|last| last.number >= number) {
            return Err(variant.fail("a variant's number is wrong"));
        }
        let ty = variant.text()?;
        let ty = match ty.as_str() {
            "" => None,
            text => Some(TypeExpr::parse(text).map_err(|_| variant.fail("not a type"))?),
        };
        let range = variant.range(ty.as_ref())?;
        variants.push(VariantDef { name, number, ty, range });
        variant.end()?;
    }
    Ok(variants)
}

struct Reader<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Reader<'a> {
    fn fail(&self, what: &'static str) -> DecodeError {
        DecodeError { what, at: self.at }
    }

    fn is_empty(&self) -> bool {
        self.bytes.is_empty()
    }

    fn end(&self) -> Result<(), DecodeError> {
        if self.is_empty() { Ok(()) } else { Err(self.fail("bytes left over")) }
    }

    fn take(&mut self, n: usize) -> Result<&'a [u8], DecodeError> {
        if n > self.bytes.len() {
            return Err(self.fail("cut short"));
        }
        let (head, tail) = self.bytes.split_at(n);
        self.bytes = tail;
        self.at += n;
        Ok(head)
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N], DecodeError> {
        let mut out = [0; N];
        out.copy_from_slice(self.take(N)?);
        Ok(out)
    }

    fn number(&mut self) -> Result<u64, DecodeError> {
        Ok(u64::from_le_bytes(self.array()?))
    }

    /// A number within these bounds; `what` it is, for the message.
    fn within(&mut self, low: u64, high: u64, what: &'static str) -> Result<u64, DecodeError> {
        let number = self.number()?;
        if number < low || number > high { Err(self.fail(what)) } else { Ok(number) }
    }

    fn text(&mut self) -> Result<String, DecodeError> {
        let length = u16::from_le_bytes(self.array()?);
        let bytes = self.take(usize::from(length))?;
        let text = std::str::from_utf8(bytes).map_err(|_| self.fail("text that is not UTF-8"))?;
        Ok(text.to_owned())
    }

    fn type_expr(&mut self) -> Result<TypeExpr, DecodeError> {
        let text = self.text()?;
        TypeExpr::parse(&text).map_err(|_| self.fail("not a type"))
    }

    /// The range of a field or a variant of a type.
    fn range(&mut self, ty: Option<&TypeExpr>) -> Result<Option<Range>, DecodeError> {
        let text = self.text()?;
        if text.is_empty() {
            return Ok(None);
        }
        let range =
            ty.and_then(TypeExpr::primitive).and_then(|primitive| Range::parse(&text, primitive));
        range.map(Some).ok_or_else(|| self.fail("not a range"))
    }

    fn record(&mut self) -> Result<(u8, Reader<'a>), DecodeError> {
        let [tag] = self.array()?;
        let length = u32::from_le_bytes(self.array()?);
        let at = self.at;
        let bytes = self.take(usize::try_from(length).map_err(|_| self.fail("too long"))?)?;
        Ok((tag, Reader { bytes, at }))
    }

    fn expect(&mut self, tag: u8) -> Result<Reader<'a>, DecodeError> {
        let (found, record) = self.record()?;
        if found == tag { Ok(record) } else { Err(self.fail("unexpected record")) }
    }
}
