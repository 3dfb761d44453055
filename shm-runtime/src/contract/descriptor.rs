//! The contract as data. No bytes, no rules: see [`encode`](super::encode)
//! and [`explain`](super::explain).

use super::range::Range;
use super::type_expr::{Primitive, TypeExpr, TypeName};
use std::collections::BTreeMap;

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
        self.type_index(name).map(|i| &self.types[i])
    }

    pub(super) fn type_index(&self, name: &TypeName) -> Option<usize> {
        find_type(&self.types, name)
    }

    /// Size and alignment in bytes of a type as it is written; `None` where
    /// a name is unknown or the size overflows.
    pub fn size_and_align(&self, expr: &TypeExpr) -> Option<(u64, u64)> {
        Some(match expr {
            TypeExpr::Primitive(p) => (p.size(), p.size()),
            TypeExpr::Str(n) | TypeExpr::Bytes(n) => (*n, 1),
            TypeExpr::Named(name) => {
                let def = self.type_def(name)?;
                (def.size, def.align)
            }
            TypeExpr::Array(element, dims) => {
                let (size, align) = self.size_and_align(element)?;
                let count = dims.iter().try_fold(1u64, |n, d| n.checked_mul(*d))?;
                (size.checked_mul(count)?, align)
            }
        })
    }
}

/// Where a name stands among definitions sorted by schema and name.
pub(super) fn find_type(types: &[TypeDef], name: &TypeName) -> Option<usize> {
    types.binary_search_by(|t| (&t.schema, &t.name).cmp(&(&name.schema, &name.name))).ok()
}

/// A declared type.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TypeDef {
    /// The schema it comes from; empty for the contract's own.
    pub schema: String,
    /// Its name.
    pub name: String,
    /// Bytes in memory.
    pub size: u64,
    /// Alignment in bytes.
    pub align: u64,
    /// What it is made of.
    pub body: TypeBody,
    /// Whether the size of a struct is an extent: what lies behind its last
    /// field is kept free for fields of later versions.
    pub extent: bool,
    /// Fields that a struct had in earlier versions, by offset and name. Their
    /// bytes are reserved.
    pub was: Vec<Was>,
}

/// A field that is no more.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Was {
    /// Bytes from the start of the struct to the reserved ones that it lay in.
    pub offset: u64,
    /// Its name.
    pub name: String,
    /// How many bytes are reserved there.
    pub size: u64,
}

impl TypeDef {
    /// The name as fields refer to it.
    pub fn type_name(&self) -> TypeName {
        TypeName { schema: self.schema.clone(), name: self.name.clone() }
    }
}

/// What a declared type is made of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TypeBody {
    /// Fields, sorted by offset. Bytes of the struct that no field covers are
    /// reserved: always zero, without a meaning.
    Struct(Vec<Field>),
    /// Named numbers, sorted by number. Any other number is valid too.
    Enum(Primitive, Vec<ValueDef>),
    /// Named bits, sorted by bit. Any other bit is valid too.
    Flags(Primitive, Vec<BitDef>),
}

/// A field of a struct.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Field {
    /// Its name.
    pub name: String,
    /// Bytes from the start of the struct.
    pub offset: u64,
    /// Bytes it takes.
    pub size: u64,
    /// Its type, with aliases and constants resolved.
    pub ty: TypeExpr,
    /// Its unit of measure; empty if none is given.
    pub unit: String,
    /// The numbers that belong into it, or into each element of an array; of
    /// the type of its element.
    pub range: Option<Range>,
}

/// A named number of an enum.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ValueDef {
    /// Its name.
    pub name: String,
    /// Its number, within the range of the enum's representation.
    pub number: i128,
}

/// A named bit of a set of flags.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BitDef {
    /// Its name.
    pub name: String,
    /// Its position; 0 is the least significant bit.
    pub bit: u8,
}

/// An object of a segment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ObjectDef {
    /// Its name within the segment.
    pub name: String,
    /// What it is, with its geometry and discipline.
    pub kind: ObjectKind,
}

/// The kinds of object.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ObjectKind {
    /// Fixed-size typed slots, first in, first out.
    Queue(QueueDef),
}

impl ObjectKind {
    /// The kind's name in schemas.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Queue(_) => "queue",
        }
    }
}

/// A queue from one producer to one consumer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct QueueDef {
    /// The type of its items.
    pub item: TypeExpr,
    /// The number of items that always fit; at least 1.
    pub capacity: u64,
}

/// A collection of type definitions that grows while types describe
/// themselves.
#[derive(Clone, Debug, Default)]
pub struct TypeSet {
    types: BTreeMap<(String, String), TypeDef>,
}

impl TypeSet {
    /// Whether the type is there already, in which case it need not describe
    /// its own parts again.
    pub fn contains(&self, schema: &str, name: &str) -> bool {
        self.types.contains_key(&(schema.to_owned(), name.to_owned()))
    }

    /// Adds a definition; one of the same name stays as it was.
    pub fn insert(&mut self, def: TypeDef) {
        self.types.entry((def.schema.clone(), def.name.clone())).or_insert(def);
    }

    /// The definitions, sorted by schema and name.
    pub fn into_types(self) -> Vec<TypeDef> {
        self.types.into_values().collect()
    }
}
