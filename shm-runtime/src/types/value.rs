//! Bytes as values, by the definition of their type: what `dump` shows.

use crate::text::Printable;
use crate::types::descriptor::{TypeBody, TypeDef, Types, VariantDef, Wrapper};
use crate::types::expr::{Primitive, TypeExpr, TypeName};
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

/// Why bytes were not read as a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unread {
    /// The type is not of this contract, or the bytes are not as many as it has.
    Foreign,
    /// The value takes more room than there was, or its parts lie more than 512
    /// deep in one another.
    TooMuch,
}

/// Lists, optionals, unions and structs in one another, as far as they are read: each
/// takes some of the stack.
const DEPTH_MAX: usize = 512;
/// What a value takes of the room at least.
const LEAST: usize = 8;
/// No type has more bits than these.
const BITS_MAX: usize = 64;

impl Types<'_> {
    /// Reads a value of a type. It takes from `room` what it takes of memory, at least
    /// eight bytes for each number in it; names are counted each time that they are
    /// told, since a contract can have long ones.
    pub(crate) fn read(
        self,
        ty: &TypeExpr,
        bytes: &[u8],
        room: &mut usize,
    ) -> Result<Value, Unread> {
        let mut values = Values { types: self, room, depth: 0, too_much: false };
        let value = values.read(ty, bytes);
        value.ok_or(if values.too_much { Unread::TooMuch } else { Unread::Foreign })
    }
}

/// Values that are read.
struct Values<'a> {
    types: Types<'a>,
    room: &'a mut usize,
    /// How many values lie around the one that is read.
    depth: usize,
    /// Whether room or depth did not suffice.
    too_much: bool,
}

impl Values<'_> {
    /// Takes so much of the room.
    fn takes(&mut self, bytes: usize) -> Option<()> {
        let left = self.room.checked_sub(bytes);
        self.too_much |= left.is_none();
        *self.room = left.unwrap_or(0);
        left.map(|_| ())
    }

    fn text(&mut self, text: &str) -> Option<String> {
        self.takes(text.len())?;
        Some(text.to_owned())
    }

    /// The elements of an array or a list, each of `size` bytes.
    fn all(
        &mut self,
        bytes: &[u8],
        size: usize,
        read: impl Fn(&mut Self, &[u8]) -> Option<Value>,
    ) -> Option<Value> {
        self.takes(LEAST)?;
        self.depth += 1;
        if self.depth > DEPTH_MAX {
            self.too_much = true;
            return None;
        }
        let parts = bytes.chunks_exact(size.max(1));
        let values = parts.map(|part| read(self, part)).collect::<Option<_>>()?;
        self.depth -= 1;
        Some(Value::List(values))
    }

    /// What lies in another value.
    fn inner(&mut self, ty: &TypeExpr, bytes: &[u8]) -> Option<Value> {
        self.depth += 1;
        if self.depth > DEPTH_MAX {
            self.too_much = true;
            return None;
        }
        let value = self.read(ty, bytes)?;
        self.depth -= 1;
        Some(value)
    }

    fn read(&mut self, ty: &TypeExpr, bytes: &[u8]) -> Option<Value> {
        let (size, _) = self.types.size_and_align(ty)?;
        if bytes.len() as u64 != size {
            return None;
        }
        self.takes(LEAST)?;
        Some(match ty {
            TypeExpr::Primitive(p) => primitive(*p, bytes),
            TypeExpr::Str(_) => {
                let end = bytes.iter().position(|b| *b == 0).unwrap_or(bytes.len());
                self.utf8(&bytes[..end])?
            }
            TypeExpr::Bytes(_) | TypeExpr::Byte | TypeExpr::Char => {
                self.takes(bytes.len())?;
                Value::Bytes(bytes.to_vec())
            }
            TypeExpr::Array(element, dims) => self.array(element, dims, bytes)?,
            TypeExpr::List(element, n) => self.list(element, *n, bytes)?,
            TypeExpr::Optional(inner) => {
                let (size, align) = self.types.size_and_align(inner)?;
                let start = usize::try_from(Wrapper::optional(size, align)?.offset).ok()?;
                let end = start.checked_add(usize::try_from(size).ok()?)?;
                Value::Optional(match bytes.first()? {
                    0 => Ok(None),
                    1 => Ok(Some(Box::new(self.inner(inner, bytes.get(start..end)?)?))),
                    other => Err(*other),
                })
            }
            TypeExpr::Named(name) => self.named(name, bytes)?,
        })
    }

    fn utf8(&mut self, bytes: &[u8]) -> Option<Value> {
        self.takes(bytes.len())?;
        let text = String::from_utf8(bytes.to_vec());
        Some(Value::Text(text.map_err(std::string::FromUtf8Error::into_bytes)))
    }

    fn array(&mut self, element: &TypeExpr, dims: &[u64], bytes: &[u8]) -> Option<Value> {
        let Some((first, rest)) = dims.split_first() else {
            return self.read(element, bytes);
        };
        let each = bytes.len() / usize::try_from(*first).ok()?.max(1);
        self.all(bytes, each, |this, part| this.array(element, rest, part))
    }

    fn list(&mut self, element: &TypeExpr, n: u64, bytes: &[u8]) -> Option<Value> {
        let (item, align) = self.types.size_and_align(element)?;
        let start = usize::try_from(Wrapper::list(item, align, n)?.offset).ok()?;
        let count = u32::from_le_bytes(bytes.get(..4)?.try_into().ok()?);
        if u64::from(count) > n {
            return Some(Value::Overfull(count, n));
        }
        let (each, count) = (usize::try_from(item).ok()?, usize::try_from(count).ok()?);
        let items = bytes.get(start..)?.get(..each.checked_mul(count)?)?;
        match element {
            TypeExpr::Byte => {
                self.takes(items.len())?;
                Some(Value::Bytes(items.to_vec()))
            }
            TypeExpr::Char => self.utf8(items),
            _ => self.all(items, each, |this, part| this.read(element, part)),
        }
    }

    fn named(&mut self, name: &TypeName, bytes: &[u8]) -> Option<Value> {
        // To look for it takes as long as its name is, and what it holds lies apart.
        self.takes(name.schema.len() + name.name.len() + LEAST * 8)?;
        let def = self.types.type_def(name)?;
        Some(match &def.body {
            TypeBody::Enum(repr, values) => {
                let number = integer(*repr, bytes);
                let at = values.partition_point(|v| v.number < number);
                let known = values.get(at).filter(|v| v.number == number);
                let known = match known {
                    Some(value) => Some(self.text(&value.name)?),
                    None => None,
                };
                Value::Enum(number, known)
            }
            TypeBody::Flags(repr, bits) => {
                let set = u64::try_from(integer(*repr, bytes)).ok()?;
                let bits = bits.iter().take(BITS_MAX).filter(|b| set >> b.bit & 1 == 1);
                Value::Flags(set, bits.map(|b| self.text(&b.name)).collect::<Option<_>>()?)
            }
            TypeBody::Struct(fields) => {
                let mut out = Vec::new();
                for field in fields {
                    let start = usize::try_from(field.offset).ok()?;
                    let end = start.checked_add(usize::try_from(field.size).ok()?)?;
                    let value = self.inner(&field.ty, bytes.get(start..end)?)?;
                    out.push((self.text(&field.name)?, value));
                }
                Value::Struct(self.text(&def.name)?, out)
            }
            TypeBody::Union(tag, variants) => self.union(def, *tag, variants, bytes)?,
        })
    }

    fn union(
        &mut self,
        def: &TypeDef,
        tag: Primitive,
        variants: &[VariantDef],
        bytes: &[u8],
    ) -> Option<Value> {
        // Behind the tag, at a multiple of the variants' alignment: in each case as many
        // bytes as the greater one of the two, which is the union's alignment.
        let start = usize::try_from(def.align).ok()?;
        let head = bytes.get(..usize::try_from(tag.size()).ok()?)?;
        let number = u64::try_from(integer(tag, head)).ok()?;
        let payload = bytes.get(start..)?;
        let name = self.text(&def.name)?;
        let at = variants.partition_point(|v| v.number < number);
        let Some(variant) = variants.get(at).filter(|v| v.number == number) else {
            self.takes(payload.len())?;
            return Some(Value::UnknownVariant(name, number, payload.to_vec()));
        };
        let held = match &variant.ty {
            Some(ty) => {
                let (size, _) = self.types.size_and_align(ty)?;
                let held = payload.get(..usize::try_from(size).ok()?)?;
                Some(Box::new(self.inner(ty, held)?))
            }
            None => None,
        };
        Some(Value::Union(name, self.text(&variant.name)?, held))
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
    use crate::types::descriptor::{BitDef, Field, ValueDef};

    fn read(ty: &str, bytes: &[u8]) -> String {
        let mut room = usize::MAX;
        let read = Types(&[]).read(&TypeExpr::parse(ty).unwrap(), bytes, &mut room);
        read.map_or("none".into(), |v| v.to_string())
    }

    fn of(name: &str, size: u64, body: TypeBody) -> TypeDef {
        let (schema, name) = (String::new(), name.to_owned());
        TypeDef { schema, name, size, align: size, body, extent: false, was: vec![] }
    }

    /// One byte for each element, and a long name for each.
    #[test]
    fn names_that_are_told_again_and_again_take_room() {
        let field = Field {
            name: "n".repeat(60_000),
            offset: 0,
            size: 1,
            ty: TypeExpr::Primitive(Primitive::U8),
            unit: String::new(),
            range: None,
        };
        let types = [of("S", 1, TypeBody::Struct(vec![field]))];
        let many = TypeExpr::parse("S[1048576]").unwrap();
        let mut room = 1 << 20;
        assert_eq!(Types(&types).read(&many, &[0; 1 << 20], &mut room), Err(Unread::TooMuch));
        assert!(room < 60_000, "{room}");
        let one = TypeExpr::parse("S").unwrap();
        assert!(Types(&types).read(&one, &[0], &mut 100_000).is_ok());
    }

    #[test]
    fn dimensions_without_end_are_not_followed() {
        let deep = |n| TypeExpr::parse(&format!("u8{}", "[1]".repeat(n))).unwrap();
        let read = |n| Types(&[]).read(&deep(n), &[7], &mut (1 << 20));
        assert_eq!(read(20_000), Err(Unread::TooMuch));
        assert!(read(DEPTH_MAX).is_ok());
        assert_eq!(read(DEPTH_MAX + 1), Err(Unread::TooMuch));
    }

    /// A number is looked for among those that are sorted, and each bit once.
    #[test]
    fn a_number_among_a_million_is_found_at_once() {
        let value = |n: i128| ValueDef { name: format!("v{n}"), number: n };
        let bit = |_| BitDef { name: "b".into(), bit: 0 };
        let variant = |number| VariantDef { name: "w".into(), number, ty: None, range: None };
        let types = [
            of("E", 4, TypeBody::Enum(Primitive::U32, (0..1_000_000).map(value).collect())),
            of("F", 4, TypeBody::Flags(Primitive::U32, (0..1_000_000).map(bit).collect())),
            of("U", 4, TypeBody::Union(Primitive::U32, (0..1_000_000).map(variant).collect())),
        ];
        let bytes: Vec<u8> = [999_999u32; 20_000].into_iter().flat_map(u32::to_le_bytes).collect();
        for (name, says) in [("E", "v999999"), ("F", "b | b"), ("U", "U.w")] {
            let many = TypeExpr::parse(&format!("{name}[20000]")).unwrap();
            let mut room = usize::MAX;
            let read = Types(&types).read(&many, &bytes, &mut room).unwrap();
            let Value::List(values) = read else { panic!("a list") };
            let shown = values[19_999].to_string();
            assert!(shown.starts_with(says) && shown.len() < 300, "{shown}");
        }
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
