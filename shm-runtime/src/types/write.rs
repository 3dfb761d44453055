//! Writes records, and types as records: a tag, a length, and what the record
//! says. The grammar is in [`encode`](crate::contract).

use super::descriptor::{Field, TypeBody, TypeDef};
use super::expr::TypeExpr;

pub(crate) const STRUCT: u8 = b'T';
pub(crate) const ENUM: u8 = b'E';
pub(crate) const FLAGS: u8 = b'F';
pub(crate) const FIELD: u8 = b'f';
pub(crate) const WAS: u8 = b'w';
pub(crate) const EXTENT: u8 = b'x';
pub(crate) const VALUE: u8 = b'v';
pub(crate) const BIT: u8 = b'b';
pub(crate) const UNION: u8 = b'U';
pub(crate) const VARIANT: u8 = b'u';

/// Writes a type as if it came from `schema`.
pub(crate) fn type_def(out: &mut Vec<u8>, def: &TypeDef, schema: &str) {
    let head = |out: &mut Vec<u8>| {
        text(out, schema);
        text(out, &def.name);
    };
    match &def.body {
        TypeBody::Struct(fields) => record(out, STRUCT, |out| {
            head(out);
            number(out, def.size);
            number(out, def.align);
            for f in fields {
                field(out, f);
            }
            for was in &def.was {
                record(out, WAS, |out| {
                    text(out, &was.name);
                    number(out, was.offset);
                    number(out, was.size);
                });
            }
            if def.extent {
                record(out, EXTENT, |_| {});
            }
        }),
        TypeBody::Enum(repr, values) => record(out, ENUM, |out| {
            head(out);
            text(out, repr.name());
            for value in values {
                record(out, VALUE, |out| {
                    text(out, &value.name);
                    // Two's complement in 64 bits, whatever the sign.
                    out.extend_from_slice(&value.number.to_le_bytes()[..8]);
                });
            }
        }),
        TypeBody::Flags(repr, bits) => record(out, FLAGS, |out| {
            head(out);
            text(out, repr.name());
            for bit in bits {
                record(out, BIT, |out| {
                    text(out, &bit.name);
                    number(out, u64::from(bit.bit));
                });
            }
        }),
        TypeBody::Union(tag, variants) => record(out, UNION, |out| {
            head(out);
            text(out, tag.name());
            number(out, def.size);
            number(out, def.align);
            for variant in variants {
                record(out, VARIANT, |out| {
                    text(out, &variant.name);
                    number(out, variant.number);
                    text(out, &variant.ty.as_ref().map_or(String::new(), TypeExpr::to_string));
                    text(out, &variant.range.map_or(String::new(), |range| range.to_string()));
                });
            }
        }),
    }
}

fn field(out: &mut Vec<u8>, field: &Field) {
    record(out, FIELD, |out| {
        text(out, &field.name);
        number(out, field.offset);
        number(out, field.size);
        text(out, &field.ty.to_string());
        text(out, &field.unit);
        text(out, &field.range.map_or(String::new(), |range| range.to_string()));
    });
}

pub(crate) fn record(out: &mut Vec<u8>, tag: u8, body: impl FnOnce(&mut Vec<u8>)) {
    out.push(tag);
    let at = out.len();
    out.extend_from_slice(&[0; 4]);
    body(out);
    let length = u32::try_from(out.len() - at - 4).unwrap_or(u32::MAX);
    out[at..at + 4].copy_from_slice(&length.to_le_bytes());
}

pub(crate) fn text(out: &mut Vec<u8>, text: &str) {
    let length = u16::try_from(text.len()).unwrap_or(u16::MAX);
    out.extend_from_slice(&length.to_le_bytes());
    out.extend_from_slice(&text.as_bytes()[..usize::from(length)]);
}

pub(crate) fn number(out: &mut Vec<u8>, number: u64) {
    out.extend_from_slice(&number.to_le_bytes());
}
