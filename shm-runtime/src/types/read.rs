//! Reads records, and types out of records, from bytes that nobody vouches for.
//!
//! Every length is checked before it is used, and nothing is reserved ahead by a
//! number that was read; so the work is bounded by the number of bytes given.

use super::descriptor::{BitDef, Field, TypeBody, TypeDef, ValueDef, VariantDef, Was};
use super::expr::{Primitive, TypeExpr};
use super::range::Range;
use super::write::{BIT, ENUM, EXTENT, FIELD, FLAGS, STRUCT, UNION, VALUE, VARIANT, WAS};
use crate::error::{Error, ErrorKind};
use std::fmt;

/// The bytes are not a contract, or one of a later version.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DecodeError {
    what: &'static str,
    at: usize,
    /// What is there and this version does not know.
    unknown: Option<String>,
}

impl DecodeError {
    /// What a later version may have written, if it is that which cannot be read:
    /// whether it is one is seen by a contract's fingerprint, which damage does not
    /// keep.
    pub(crate) fn unknown(&self) -> Option<&str> {
        self.unknown.as_deref()
    }
}

impl fmt::Display for DecodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the contract is damaged: {} at byte {}", self.what, self.at)
    }
}

impl std::error::Error for DecodeError {}

impl From<DecodeError> for Error {
    fn from(error: DecodeError) -> Self {
        Self::new(ErrorKind::Corrupt, error.to_string())
    }
}

/// Whether records of this tag are types.
pub(crate) fn is_type(tag: u8) -> bool {
    matches!(tag, STRUCT | ENUM | FLAGS | UNION)
}

/// The type of a record that [is one](is_type).
pub(crate) fn type_def(tag: u8, record: &mut Reader<'_>) -> Result<TypeDef, DecodeError> {
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
                other => return Err(record.unknown_record(other)),
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
            text => Some(TypeExpr::parse(text).map_err(|_| variant.unknown_type(text))?),
        };
        let range = variant.range(ty.as_ref())?;
        variants.push(VariantDef { name, number, ty, range });
        variant.end()?;
    }
    Ok(variants)
}

/// Reads records out of bytes that nobody vouches for.
pub(crate) struct Reader<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Reader<'a> {
    pub(crate) fn new(bytes: &'a [u8]) -> Self {
        Self { bytes, at: 0 }
    }

    pub(crate) fn fail(&self, what: &'static str) -> DecodeError {
        DecodeError { what, at: self.at, unknown: None }
    }

    /// That a type is written as this version writes none.
    fn unknown_type(&self, text: &str) -> DecodeError {
        let type_like = |c: char| c.is_ascii_graphic();
        let unknown =
            (!text.is_empty() && text.chars().all(type_like)).then(|| format!("the type `{text}`"));
        DecodeError { what: "not a type", at: self.at, unknown }
    }

    /// That a record is of a kind of which this version knows none.
    pub(crate) fn unknown_record(&self, tag: u8) -> DecodeError {
        let unknown = tag
            .is_ascii_alphabetic()
            .then(|| format!("a record of the kind `{}`", char::from(tag)));
        DecodeError { what: "unexpected record", at: self.at, unknown }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.bytes.is_empty()
    }

    pub(crate) fn end(&self) -> Result<(), DecodeError> {
        if self.is_empty() { Ok(()) } else { Err(self.fail("bytes left over")) }
    }

    pub(crate) fn take(&mut self, n: usize) -> Result<&'a [u8], DecodeError> {
        if n > self.bytes.len() {
            return Err(self.fail("cut short"));
        }
        let (head, tail) = self.bytes.split_at(n);
        self.bytes = tail;
        self.at += n;
        Ok(head)
    }

    pub(crate) fn array<const N: usize>(&mut self) -> Result<[u8; N], DecodeError> {
        let mut out = [0; N];
        out.copy_from_slice(self.take(N)?);
        Ok(out)
    }

    pub(crate) fn number(&mut self) -> Result<u64, DecodeError> {
        Ok(u64::from_le_bytes(self.array()?))
    }

    /// A number within these bounds; `what` it is, for the message.
    pub(crate) fn within(
        &mut self,
        low: u64,
        high: u64,
        what: &'static str,
    ) -> Result<u64, DecodeError> {
        let number = self.number()?;
        if number < low || number > high { Err(self.fail(what)) } else { Ok(number) }
    }

    pub(crate) fn text(&mut self) -> Result<String, DecodeError> {
        let length = u16::from_le_bytes(self.array()?);
        let bytes = self.take(usize::from(length))?;
        let text = std::str::from_utf8(bytes).map_err(|_| self.fail("text that is not UTF-8"))?;
        Ok(text.to_owned())
    }

    pub(crate) fn type_expr(&mut self) -> Result<TypeExpr, DecodeError> {
        let text = self.text()?;
        TypeExpr::parse(&text).map_err(|_| self.unknown_type(&text))
    }

    /// The range of a field or a variant of a type.
    pub(crate) fn range(&mut self, ty: Option<&TypeExpr>) -> Result<Option<Range>, DecodeError> {
        let text = self.text()?;
        if text.is_empty() {
            return Ok(None);
        }
        let range =
            ty.and_then(TypeExpr::primitive).and_then(|primitive| Range::parse(&text, primitive));
        range.map(Some).ok_or_else(|| self.fail("not a range"))
    }

    pub(crate) fn record(&mut self) -> Result<(u8, Reader<'a>), DecodeError> {
        let [tag] = self.array()?;
        let length = u32::from_le_bytes(self.array()?);
        let at = self.at;
        let bytes = self.take(usize::try_from(length).map_err(|_| self.fail("too long"))?)?;
        Ok((tag, Reader { bytes, at }))
    }

    pub(crate) fn expect(&mut self, tag: u8) -> Result<Reader<'a>, DecodeError> {
        let (found, record) = self.record()?;
        if found == tag { Ok(record) } else { Err(self.fail("unexpected record")) }
    }
}
