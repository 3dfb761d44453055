//! Bytes as values, by the definition of their type: what `dump` shows.

use crate::text::Printable;
use crate::types::descriptor::{TypeBody, Types, VariantDef, Wrapper};
use crate::types::expr::{Primitive, TypeExpr};
use std::fmt;

/// A value that was read from shared memory, whatever bytes were there.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// An integer.
    Integer(i128),
    /// A 32-bit float.
    F32(f32),
    /// A 64-bit float.
    F64(f64),
    /// A bool, or the byte if it is neither 0 nor 1.
    Bool(Result<bool, u8>),
    /// Text, or the bytes if they are not UTF-8.
    Text(Result<String, Vec<u8>>),
    /// Bytes.
    Bytes(Vec<u8>),
    /// A number of an enum, with its name if it has one.
    Enum(i128, Option<String>),
    /// Flags: all bits, and the names of those that have one.
    Flags(u64, Vec<String>),
    /// The fields of a struct, in order.
    Struct(String, Vec<(String, Value)>),
    /// The elements of an array, or those of a list that are there.
    List(Vec<Value>),
    /// A list that says it has more elements than it has room for: how many it
    /// says, and how many it has room for.
    Overfull(u32, u64),
    /// An optional, or the byte that says neither yes nor no.
    Optional(Result<Option<Box<Value>>, u8>),
    /// A union: its name, and the variant that is there with what it holds.
    Union(String, String, Option<Box<Value>>),
    /// A union with a tag that no variant has: its name, the tag and the bytes
    /// behind it.
    UnknownVariant(String, u64, Vec<u8>),
}

impl Types<'_> {
    /// Reads a value of a type; `None` if the type is not among these, or the
    /// bytes are not as many as it has.
    pub(crate) fn read(self, ty: &TypeExpr, bytes: &[u8]) -> Option<Value> {
        let (size, _) = self.size_and_align(ty)?;
        if bytes.len() as u64 != size {
            return None;
        }
        Some(match ty {
            TypeExpr::Primitive(p) => primitive(*p, bytes),
            TypeExpr::Str(_) => {
                let end = bytes.iter().position(|b| *b == 0).unwrap_or(bytes.len());
                let text = String::from_utf8(bytes[..end].to_vec());
                Value::Text(text.map_err(std::string::FromUtf8Error::into_bytes))
            }
            TypeExpr::Bytes(_) | TypeExpr::Byte | TypeExpr::Char => Value::Bytes(bytes.to_vec()),
            TypeExpr::Array(element, dims) => {
                let (first, rest) = dims.split_first()?;
                let inner = if rest.is_empty() {
                    (**element).clone()
                } else {
                    TypeExpr::Array(element.clone(), rest.to_vec())
                };
                let each = bytes.len() / usize::try_from(*first).ok()?.max(1);
                let parts = bytes.chunks_exact(each.max(1));
                Value::List(parts.map(|b| self.read(&inner, b)).collect::<Option<_>>()?)
            }
            TypeExpr::List(element, n) => {
                let (item, align) = self.size_and_align(element)?;
                let start = usize::try_from(Wrapper::list(item, align, *n)?.offset).ok()?;
                let count = u32::from_le_bytes(bytes.get(..4)?.try_into().ok()?);
                if u64::from(count) > *n {
                    return Some(Value::Overfull(count, *n));
                }
                let (each, count) = (usize::try_from(item).ok()?, usize::try_from(count).ok()?);
                match **element {
                    TypeExpr::Byte => {
                        return Some(Value::Bytes(bytes.get(start..)?.get(..count)?.to_vec()));
                    }
                    TypeExpr::Char => {
                        let text = String::from_utf8(bytes.get(start..)?.get(..count)?.to_vec());
                        return Some(Value::Text(
                            text.map_err(std::string::FromUtf8Error::into_bytes),
                        ));
                    }
                    _ => {}
                }
                let items = bytes.get(start..)?.chunks_exact(each.max(1)).take(count);
                Value::List(items.map(|b| self.read(element, b)).collect::<Option<_>>()?)
            }
            TypeExpr::Optional(inner) => {
                let (size, align) = self.size_and_align(inner)?;
                let start = usize::try_from(Wrapper::optional(size, align)?.offset).ok()?;
                let end = start.checked_add(usize::try_from(size).ok()?)?;
                Value::Optional(match bytes.first()? {
                    0 => Ok(None),
                    1 => Ok(Some(Box::new(self.read(inner, bytes.get(start..end)?)?))),
                    other => Err(*other),
                })
            }
            TypeExpr::Named(name) => {
                let def = self.type_def(name)?;
                match &def.body {
                    TypeBody::Enum(repr, values) => {
                        let number = integer(*repr, bytes);
                        let known = values.iter().find(|v| v.number == number);
                        Value::Enum(number, known.map(|v| v.name.clone()))
                    }
                    TypeBody::Flags(repr, bits) => {
                        let set = u64::try_from(integer(*repr, bytes)).ok()?;
                        let names = bits.iter().filter(|b| set >> b.bit & 1 == 1);
                        Value::Flags(set, names.map(|b| b.name.clone()).collect())
                    }
                    TypeBody::Struct(fields) => {
                        let mut out = Vec::with_capacity(fields.len());
                        for field in fields {
                            let start = usize::try_from(field.offset).ok()?;
                            let end = start.checked_add(usize::try_from(field.size).ok()?)?;
                            let value = self.read(&field.ty, bytes.get(start..end)?)?;
                            out.push((field.name.clone(), value));
                        }
                        Value::Struct(def.name.clone(), out)
                    }
                    TypeBody::Union(tag, variants) => {
                        self.read_union(&def.name, *tag, variants, bytes)?
                    }
                }
            }
        })
    }
}

impl Types<'_> {
    fn read_union(
        self,
        name: &str,
        tag: Primitive,
        variants: &[VariantDef],
        bytes: &[u8],
    ) -> Option<Value> {
        let start = usize::try_from(self.union_layout(tag, variants)?.offset).ok()?;
        let head = bytes.get(..usize::try_from(tag.size()).ok()?)?;
        let number = u64::try_from(integer(tag, head)).ok()?;
        let payload = bytes.get(start..)?;
        let Some(variant) = variants.iter().find(|v| v.number == number) else {
            return Some(Value::UnknownVariant(name.to_owned(), number, payload.to_vec()));
        };
        let held = match &variant.ty {
            Some(ty) => {
                let (size, _) = self.size_and_align(ty)?;
                let held = payload.get(..usize::try_from(size).ok()?)?;
                Some(Box::new(self.read(ty, held)?))
            }
            None => None,
        };
        Some(Value::Union(name.to_owned(), variant.name.clone(), held))
    }
}

fn integer(ty: Primitive, bytes: &[u8]) -> i128 {
    let mut wide = [0; 16];
    wide[..bytes.len()].copy_from_slice(bytes);
    let unsigned = i128::from_le_bytes(wide);
    let sign = 1i128 << (bytes.len() * 8 - 1);
    if ty.is_signed() && unsigned & sign != 0 { unsigned - 2 * sign } else { unsigned }
}

fn primitive(ty: Primitive, bytes: &[u8]) -> Value {
    let mut eight = [0; 8];
    eight[..bytes.len()].copy_from_slice(bytes);
    match ty {
        Primitive::F32 => Value::F32(f32::from_le_bytes([eight[0], eight[1], eight[2], eight[3]])),
        Primitive::F64 => Value::F64(f64::from_le_bytes(eight)),
        Primitive::Bool => Value::Bool(match bytes[0] {
            0 => Ok(false),
            1 => Ok(true),
            other => Err(other),
        }),
        _ => Value::Integer(integer(ty, bytes)),
    }
}

/// Written like the value of a Python or Rust program, with what came from
/// outside made printable.
impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Integer(n) => write!(f, "{n}"),
            Self::F32(x) => write!(f, "{x:?}"),
            Self::F64(x) => write!(f, "{x:?}"),
            Self::Bool(Ok(b)) => write!(f, "{b}"),
            Self::Bool(Err(byte)) => write!(f, "bool({byte})"),
            Self::Text(Ok(text)) => {
                // Or text that looks like an escape could not be distinguished from one.
                let text = text.replace('\\', "\\\\").replace('"', "\\\"");
                write!(f, "\"{}\"", Printable(&text))
            }
            Self::Text(Err(bytes)) => write!(f, "not UTF-8: {}", Hex(bytes)),
            Self::Bytes(bytes) => write!(f, "{}", Hex(bytes)),
            Self::Enum(_, Some(name)) => write!(f, "{}", Printable(name)),
            Self::Enum(number, None) => write!(f, "{number}"),
            Self::Flags(bits, names) if names.is_empty() => write!(f, "{bits:#x}"),
            Self::Flags(_, names) => write!(f, "{}", Printable(&names.join(" | "))),
            Self::Struct(name, fields) => {
                write!(f, "{} {{ ", Printable(name))?;
                for (i, (name, value)) in fields.iter().enumerate() {
                    let comma = if i == 0 { "" } else { ", " };
                    write!(f, "{comma}{}: {value}", Printable(name))?;
                }
                f.write_str(" }")
            }
            Self::List(items) => {
                f.write_str("[")?;
                for (i, item) in items.iter().enumerate() {
                    let comma = if i == 0 { "" } else { ", " };
                    write!(f, "{comma}{item}")?;
                }
                f.write_str("]")
            }
            Self::Overfull(count, room) => write!(f, "a list of {count} in a room for {room}"),
            Self::Optional(Ok(None)) => f.write_str("none"),
            Self::Optional(Ok(Some(value))) => write!(f, "{value}"),
            Self::Optional(Err(byte)) => write!(f, "optional({byte})"),
            Self::Union(name, variant, held) => {
                write!(f, "{}.{}", Printable(name), Printable(variant))?;
                held.as_ref().map_or(Ok(()), |held| write!(f, "({held})"))
            }
            Self::UnknownVariant(name, tag, bytes) => {
                write!(f, "{}.unknown({tag}, {})", Printable(name), Hex(bytes))
            }
        }
    }
}

/// Bytes in hexadecimal.
pub(crate) struct Hex<'a>(pub(crate) &'a [u8]);

impl fmt::Display for Hex<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|b| write!(f, "{b:02x}"))
    }
}

#[cfg(test)]
#[allow(clippy::pedantic)]
mod tests {
    use super::*;

    fn read(ty: &str, bytes: &[u8]) -> String {
        Types(&[])
            .read(&TypeExpr::parse(ty).unwrap(), bytes)
            .map_or("none".into(), |v| v.to_string())
    }

    #[test]
    fn every_kind_of_byte_shows_as_something() {
        assert_eq!(read("i16", &[0xff, 0xff]), "-1");
        assert_eq!(read("u64", &[0xff; 8]), u64::MAX.to_string());
        assert_eq!(read("i64", &[0, 0, 0, 0, 0, 0, 0, 0x80]), i64::MIN.to_string());
        assert_eq!(read("bool", &[2]), "bool(2)");
        assert_eq!(read("str[4]", b"A\"\x1b\0"), "\"A\\\"\\u{1b}\"");
        assert_eq!(read("str[7]", b"\\u{1b}\0"), r#""\\u{1b}""#);
        assert_eq!(read("str[2]", &[0xff, 0]), "not UTF-8: ff");
        assert_eq!(read("u8[2][2]", &[1, 2, 3, 4]), "[[1, 2], [3, 4]]");
        assert_eq!(read("f32", &1.5f32.to_le_bytes()), "1.5");
        assert_eq!(read("u16[<=3]", &[2, 0, 0, 0, 1, 0, 2, 0, 9, 9, 0, 0]), "[1, 2]");
        assert_eq!(
            read("u16[<=3]", &[4, 0, 0, 0, 1, 0, 2, 0, 9, 9, 0, 0]),
            "a list of 4 in a room for 3"
        );
        assert_eq!(read("str[<=3]", &[2, 0, 0, 0, b'a', 0, b'c', 0]), "\"a\\u{0}\"");
        assert_eq!(read("str[<=3]", &[1, 0, 0, 0, 0xff, 0, 0, 0]), "not UTF-8: ff");
        assert_eq!(read("bytes[<=3]", &[2, 0, 0, 0, 1, 0, 3, 0]), "0100");
        assert_eq!(read("bytes[<=3]", &[4, 0, 0, 0, 1, 0, 3, 0]), "a list of 4 in a room for 3");
        assert_eq!(read("u16?", &[0, 0, 7, 0]), "none");
        assert_eq!(read("u16?", &[1, 0, 7, 0]), "7");
        assert_eq!(read("u16?", &[2, 0, 7, 0]), "optional(2)");
        assert_eq!(read("u16", &[1]), "none");
        assert_eq!(read("Nobody", &[1]), "none");
    }
}
