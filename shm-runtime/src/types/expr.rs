//! How a type is written: `u64`, `str[16]`, `f32[4][8]`, `acme.common.Level`.
//!
//! The same spelling stands in schemas, in contracts and in messages. A
//! schema may also write constants' names and aliases; those are resolved
//! before a [`TypeExpr`] exists.

use crate::error::{Error, ErrorKind};
use std::fmt;

/// A type that the language knows without a declaration.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[allow(missing_docs)] // the variants are their names
pub enum Primitive {
    U8,
    U16,
    U32,
    U64,
    I8,
    I16,
    I32,
    I64,
    F32,
    F64,
    Bool,
}

impl Primitive {
    /// Every primitive, in the order of the documentation.
    pub const ALL: [Self; 11] = [
        Self::U8,
        Self::U16,
        Self::U32,
        Self::U64,
        Self::I8,
        Self::I16,
        Self::I32,
        Self::I64,
        Self::F32,
        Self::F64,
        Self::Bool,
    ];

    /// The name in schemas and contracts.
    pub const fn name(self) -> &'static str {
        match self {
            Self::U8 => "u8",
            Self::U16 => "u16",
            Self::U32 => "u32",
            Self::U64 => "u64",
            Self::I8 => "i8",
            Self::I16 => "i16",
            Self::I32 => "i32",
            Self::I64 => "i64",
            Self::F32 => "f32",
            Self::F64 => "f64",
            Self::Bool => "bool",
        }
    }

    /// The primitive of that name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|p| p.name() == name)
    }

    /// Bytes in memory, which is also the natural alignment.
    pub const fn size(self) -> u64 {
        match self {
            Self::U8 | Self::I8 | Self::Bool => 1,
            Self::U16 | Self::I16 => 2,
            Self::U32 | Self::I32 | Self::F32 => 4,
            Self::U64 | Self::I64 | Self::F64 => 8,
        }
    }

    /// The least and the greatest number of an integer type; `None` for
    /// floats and bool.
    pub const fn integer_range(self) -> Option<(i128, i128)> {
        Some(match self {
            Self::U8 => (0, u8::MAX as i128),
            Self::U16 => (0, u16::MAX as i128),
            Self::U32 => (0, u32::MAX as i128),
            Self::U64 => (0, u64::MAX as i128),
            Self::I8 => (i8::MIN as i128, i8::MAX as i128),
            Self::I16 => (i16::MIN as i128, i16::MAX as i128),
            Self::I32 => (i32::MIN as i128, i32::MAX as i128),
            Self::I64 => (i64::MIN as i128, i64::MAX as i128),
            Self::F32 | Self::F64 | Self::Bool => return None,
        })
    }

    /// Whether it is an integer type with a sign.
    pub const fn is_signed(self) -> bool {
        matches!(self, Self::I8 | Self::I16 | Self::I32 | Self::I64)
    }
}

impl fmt::Display for Primitive {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// The name of a declared type: bare within its own schema, `schema.Name` for
/// a type of another one.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct TypeName {
    /// The schema it comes from; empty for the contract's own.
    pub schema: String,
    /// The name itself.
    pub name: String,
}

impl TypeName {
    /// A type of the contract's own schema.
    pub fn own(name: impl Into<String>) -> Self {
        Self { schema: String::new(), name: name.into() }
    }
}

impl fmt::Display for TypeName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.schema.is_empty() {
            write!(f, "{}.", self.schema)?;
        }
        f.write_str(&self.name)
    }
}

/// A type as a field or an object uses it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum TypeExpr {
    /// `u8` .. `f64`, `bool`.
    Primitive(Primitive),
    /// `str[N]`: UTF-8 text in N bytes, padded with NULs.
    Str(u64),
    /// `bytes[N]`.
    Bytes(u64),
    /// A byte of text, only as what a list is of: `str[<=N]`.
    Char,
    /// A byte, only as what a list is of: `bytes[<=N]`.
    Byte,
    /// A declared struct, enum, set of flags or union.
    Named(TypeName),
    /// `T[N]`, `T[N][M]`: rows first, as in C. Never empty, never of an array.
    Array(Box<TypeExpr>, Vec<u64>),
    /// `T[<=N]`: a count of 32 bits and room for N. `str[<=N]` and `bytes[<=N]`
    /// are lists of [`Char`](Self::Char) and [`Byte`](Self::Byte).
    List(Box<TypeExpr>, u64),
    /// `T?`: a byte that says whether there is one, and the value. Never of an
    /// optional.
    Optional(Box<TypeExpr>),
}

/// How many lists and optionals may stand in one another.
pub const MAX_NESTING: usize = 16;

impl TypeExpr {
    /// Reads the canonical spelling, as a contract holds it.
    pub fn parse(text: &str) -> Result<Self, TypeExprError> {
        Self::read(text).ok_or_else(|| TypeExprError(text.to_owned()))
    }

    fn read(text: &str) -> Option<Self> {
        let end = text.find(['[', '?']).unwrap_or(text.len());
        let (head, mut rest) = text.split_at(end);
        let mut ty = match head {
            "str" if rest.starts_with("[<=") => Self::Char,
            "bytes" if rest.starts_with("[<=") => Self::Byte,
            "str" => Self::Str(length(&mut rest)?),
            "bytes" => Self::Bytes(length(&mut rest)?),
            _ => match Primitive::from_name(head) {
                Some(p) => Self::Primitive(p),
                None => Self::Named(parse_name(head)?),
            },
        };
        // Suffixes apply from left to right; dimensions that follow one
        // another are rows first.
        let mut dims = Vec::new();
        let mut nesting = 0;
        while !rest.is_empty() {
            if rest.starts_with('[') && !rest.starts_with("[<=") {
                dims.push(length(&mut rest)?);
                continue;
            }
            ty = ty.array_of_dims(std::mem::take(&mut dims));
            nesting += 1;
            if nesting > MAX_NESTING {
                return None;
            }
            if let Some(tail) = rest.strip_prefix('?') {
                rest = tail;
                ty = ty.optional()?;
            } else {
                rest = rest.strip_prefix("[<=")?;
                ty = Self::List(Box::new(ty), number(&mut rest)?);
            }
        }
        Some(ty.array_of_dims(dims))
    }

    /// An optional of this; `None` for what is one already.
    pub fn optional(self) -> Option<Self> {
        match self {
            Self::Optional(_) => None,
            other => Some(Self::Optional(Box::new(other))),
        }
    }

    /// What this is made of, without arrays, lists and optionals around it.
    pub fn innermost(&self) -> &Self {
        match self {
            Self::Array(inner, _) | Self::List(inner, _) | Self::Optional(inner) => {
                inner.innermost()
            }
            other => other,
        }
    }

    /// The number that it is, or that is in its arrays, lists and optionals.
    pub fn primitive(&self) -> Option<Primitive> {
        match self.innermost() {
            Self::Primitive(primitive) => Some(*primitive),
            _ => None,
        }
    }

    /// The declared type it refers to, if any.
    pub fn named(&self) -> Option<&TypeName> {
        match self.innermost() {
            Self::Named(name) => Some(name),
            _ => None,
        }
    }

    /// An array of `len` of these: one more dimension on the outside.
    #[must_use]
    pub fn array_of(self, len: u64) -> Self {
        self.array_of_dims(vec![len])
    }

    /// An array of these with this many dimensions more, the outermost first;
    /// itself if there are none.
    #[must_use]
    pub fn array_of_dims(self, mut dims: Vec<u64>) -> Self {
        match self {
            other if dims.is_empty() => other,
            Self::Array(element, mut inner) => {
                dims.append(&mut inner);
                Self::Array(element, dims)
            }
            other => Self::Array(Box::new(other), dims),
        }
    }

    /// The same with another schema for each name in it.
    pub(crate) fn map_names(&self, map: &impl Fn(&TypeName) -> TypeName) -> Self {
        let inner = |inner: &Self| Box::new(inner.map_names(map));
        match self {
            Self::Named(name) => Self::Named(map(name)),
            Self::Array(element, dims) => Self::Array(inner(element), dims.clone()),
            Self::List(element, n) => Self::List(inner(element), *n),
            Self::Optional(value) => Self::Optional(inner(value)),
            other => other.clone(),
        }
    }
}

/// Takes `[N]` from the front.
fn length(rest: &mut &str) -> Option<u64> {
    *rest = rest.strip_prefix('[')?;
    number(rest)
}

/// Takes `N]` from the front: in decimal, at least 1, without zeros before it.
fn number(rest: &mut &str) -> Option<u64> {
    let (number, after) = rest.split_once(']')?;
    let canonical = !number.is_empty()
        && number.bytes().all(|b| b.is_ascii_digit())
        && !number.starts_with('0');
    *rest = after;
    if canonical { number.parse().ok() } else { None }
}

fn parse_name(text: &str) -> Option<TypeName> {
    let identifier = |part: &str| {
        let mut bytes = part.bytes();
        bytes.next().is_some_and(|b| b.is_ascii_alphabetic() || b == b'_')
            && bytes.all(|b| b.is_ascii_alphanumeric() || b == b'_')
    };
    if !text.split('.').all(identifier) {
        return None;
    }
    let (schema, name) = text.rsplit_once('.').unwrap_or(("", text));
    Some(TypeName { schema: schema.to_owned(), name: name.to_owned() })
}

impl fmt::Display for TypeExpr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Primitive(p) => write!(f, "{p}"),
            Self::Str(n) => write!(f, "str[{n}]"),
            Self::Bytes(n) => write!(f, "bytes[{n}]"),
            Self::Char => f.write_str("str"),
            Self::Byte => f.write_str("bytes"),
            Self::Named(name) => write!(f, "{name}"),
            Self::Array(element, dims) => {
                write!(f, "{element}")?;
                dims.iter().try_for_each(|n| write!(f, "[{n}]"))
            }
            Self::List(element, n) => write!(f, "{element}[<={n}]"),
            Self::Optional(value) => write!(f, "{value}?"),
        }
    }
}

/// The text is not a type in the canonical spelling.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TypeExprError(pub(crate) String);

impl fmt::Display for TypeExprError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}` is not a type", self.0.escape_debug())
    }
}

impl std::error::Error for TypeExprError {}

impl From<TypeExprError> for Error {
    fn from(error: TypeExprError) -> Self {
        Self::new(ErrorKind::Invalid, error.to_string())
    }
}

#[cfg(test)]
#[allow(clippy::pedantic)]
mod tests {
    use super::*;

    #[test]
    fn every_spelling_survives_a_round_trip() {
        for text in [
            "u8",
            "f64[4][8]",
            "str[16]",
            "bytes[3][2]",
            "Level",
            "Level[10]",
            "acme.common.Level[2]",
            "Level[<=10]",
            "u64?",
            "str[16][<=4]",
            "f32[2][3][<=4]?[5]",
            "str[<=16]",
            "bytes[<=16]",
            "bytes[<=3][<=2]?[5]",
        ] {
            assert_eq!(TypeExpr::parse(text).unwrap().to_string(), text);
        }
    }

    #[test]
    fn what_is_not_canonical_is_refused() {
        for text in [
            "",
            "u8[",
            "u8[]",
            "u8[+1]",
            "u8[01]",
            "u8[0]",
            "str",
            "u8 [1]",
            "u8[1]x",
            "a..b",
            "9a",
            "u8[<=0]",
            "u8[<=]",
            "u8[<4]",
            "u8??",
            "str?",
            "bytes",
            "bytes?[<=4]",
            "str[<=0]",
            "?",
            "u8[<=1",
            "u8]",
        ] {
            assert!(TypeExpr::parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn suffixes_apply_from_left_to_right() {
        let ty = TypeExpr::parse("f32[2][3][<=4]?[5]").unwrap();
        let TypeExpr::Array(optional, dims) = &ty else { panic!("an array") };
        assert_eq!(dims, &[5]);
        let TypeExpr::Optional(list) = &**optional else { panic!("an optional") };
        let TypeExpr::List(rows, 4) = &**list else { panic!("a list of 4") };
        assert_eq!(rows.to_string(), "f32[2][3]");
    }

    #[test]
    fn nesting_has_an_end() {
        let deep = format!("u8{}", "[<=1]?".repeat(MAX_NESTING));
        assert!(TypeExpr::parse(&deep).is_err());
        assert!(TypeExpr::parse(&deep[..2 + 6 * (MAX_NESTING / 2)]).is_ok());
    }

    #[test]
    fn wrapping_an_array_adds_the_outer_dimension() {
        let rows = TypeExpr::parse("f32[8]").unwrap().array_of(4);
        assert_eq!(rows.to_string(), "f32[4][8]");
    }
}
