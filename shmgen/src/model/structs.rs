//! Structs, laid out: fields and gaps, without a byte between them.

use super::{Element, Meta, Type, Value};
use shm_runtime::contract::Range;

/// A struct, laid out.
#[derive(Clone, Debug)]
pub struct Struct {
    /// Its name.
    pub name: String,
    /// Bytes in memory, a multiple of the alignment.
    pub size: u64,
    /// Alignment in bytes.
    pub align: u64,
    /// Whether its size is an extent, whose end is kept free for later versions.
    pub extent: bool,
    /// Fields and gaps, without a byte between them.
    pub members: Vec<Member>,
    /// Whether a field has a range, or is of a type that has one in it.
    pub has_ranges: bool,
    /// Whether a new value has something else than zero in it: a field with a
    /// default, or one of a struct that has one.
    pub has_defaults: bool,
    /// What is said about it.
    pub meta: Meta,
}

impl Struct {
    /// Whether it is aligned to more than a compiler would see to by itself.
    /// (Of a struct inside, the compiler knows.)
    pub fn over_aligned(&self) -> bool {
        let natural = |f: &Field| match &f.ty.element {
            Element::Primitive(p) | Element::Enum(_, p) | Element::Flags(_, p) => p.size(),
            _ => 1,
        };
        self.align > self.fields().map(natural).max().unwrap_or(1)
    }

    /// The reserved bytes in which fields lay in earlier versions, in order.
    pub fn was(&self) -> impl Iterator<Item = &Was> {
        let gaps = self.members.iter().filter_map(|m| match m {
            Member::Gap(gap) => Some(gap),
            Member::Field(_) => None,
        });
        gaps.flat_map(|gap| &gap.was)
    }

    /// How many bytes its extent keeps free.
    pub fn kept(&self) -> u64 {
        match self.members.last() {
            Some(Member::Gap(gap)) => gap.kept,
            _ => 0,
        }
    }

    /// The fields without the gaps.
    pub fn fields(&self) -> impl Iterator<Item = &Field> {
        self.members.iter().filter_map(|m| match m {
            Member::Field(field) => Some(field),
            Member::Gap(_) => None,
        })
    }
}

/// Something that takes bytes of a struct.
#[derive(Clone, Debug)]
#[allow(clippy::large_enum_variant)] // most members are fields
pub enum Member {
    /// A field.
    Field(Field),
    /// Reserved bytes, always zero.
    Gap(Gap),
}

/// A field.
#[derive(Clone, Debug)]
pub struct Field {
    /// Its name.
    pub name: String,
    /// Its type.
    pub ty: Type,
    /// Bytes from the start of the struct.
    pub offset: u64,
    /// Bytes it takes.
    pub size: u64,
    /// Its alignment in bytes: its type's, or the greater one it asks for.
    pub align: u64,
    /// Its unit; empty for none.
    pub unit: String,
    /// The numbers that it, or what it is made of, may hold: the elements
    /// of arrays and lists, the value of an optional.
    pub range: Option<Range>,
    /// What a new value has in it, if not zero; fits the type.
    pub default: Option<FieldDefault>,
    /// What is said about it.
    pub meta: Meta,
}

/// What a new value has in a field.
#[derive(Clone, Debug, PartialEq)]
pub enum FieldDefault {
    /// A number, `true` or `false`.
    Value(Value),
    /// Text, which has room in the field and no NUL in it.
    Text(String),
    /// A named value of the field's enum.
    Enum(String),
    /// Named flags of the field's set, in the order written, and their bits.
    Flags(Vec<String>, u64),
}

/// Reserved bytes.
#[derive(Clone, Debug)]
pub struct Gap {
    /// `_reserved0`, `_reserved1` ..
    pub name: String,
    /// Bytes from the start of the struct.
    pub offset: u64,
    /// How many.
    pub size: u64,
    /// How many of them, at the end, are there for the alignment of what
    /// follows; the schema reserves the others.
    pub padding: u64,
    /// How many of them, at the end, the extent of the struct keeps free for
    /// later versions; then none is padding.
    pub kept: u64,
    /// What lay in some of them in earlier versions, in order.
    pub was: Vec<Was>,
}

/// Reserved bytes in which fields lay in earlier versions.
#[derive(Clone, Debug)]
pub struct Was {
    /// Bytes from the start of the struct.
    pub offset: u64,
    /// How many.
    pub size: u64,
    /// The names of the fields, in the order written.
    pub names: Vec<String>,
}
