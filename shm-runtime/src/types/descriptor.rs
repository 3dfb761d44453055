//! Declared types as data. No bytes, no rules: see [`write`](super::write) and
//! [`check`](super::check).

use super::expr::{Primitive, TypeExpr, TypeName};
use super::range::Range;
use std::collections::{BTreeMap, HashMap};

/// Definitions that refer to each other, sorted by schema and name.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Types<'a>(pub(crate) &'a [TypeDef]);

impl<'a> Types<'a> {
    /// The definition of a type among them.
    pub(crate) fn type_def(self, name: &TypeName) -> Option<&'a TypeDef> {
        find_type(self.0, name).map(|i| &self.0[i])
    }

    /// Size and alignment in bytes of a type as it is written; `None` where
    /// a name is unknown or the size overflows.
    pub(crate) fn size_and_align(self, expr: &TypeExpr) -> Option<(u64, u64)> {
        expr.size_and_align(&|name| self.type_def(name))
    }
}

impl TypeExpr {
    /// Size and alignment in bytes, with a definition for each name; `None` where there
    /// is none or the size overflows.
    pub(crate) fn size_and_align<'a>(
        &self,
        defs: &impl Fn(&TypeName) -> Option<&'a TypeDef>,
    ) -> Option<(u64, u64)> {
        Some(match self {
            Self::Primitive(p) => (p.size(), p.size()),
            Self::Str(n) | Self::Bytes(n) => (*n, 1),
            Self::Char | Self::Byte => (1, 1),
            Self::Named(name) => {
                let def = defs(name)?;
                (def.size, def.align)
            }
            Self::Array(element, dims) => {
                let (size, align) = element.size_and_align(defs)?;
                let count = dims.iter().try_fold(1u64, |n, d| n.checked_mul(*d))?;
                (size.checked_mul(count)?, align)
            }
            Self::List(element, n) => {
                let (size, align) = element.size_and_align(defs)?;
                Wrapper::list(size, align, *n).map(|w| (w.size, w.align))?
            }
            Self::Optional(value) => {
                let (size, align) = value.size_and_align(defs)?;
                Wrapper::optional(size, align).map(|w| (w.size, w.align))?
            }
        })
    }
}

/// The layout of a list, an optional or a union: something that tells, and
/// behind it what it tells of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Wrapper {
    /// Where the items, the value or the variants begin.
    pub offset: u64,
    /// Bytes of the whole.
    pub size: u64,
    /// Alignment of the whole.
    pub align: u64,
}

impl Wrapper {
    /// `struct { uint32_t count; T items[N]; }`; `None` if it overflows.
    pub const fn list(item: u64, align: u64, n: u64) -> Option<Self> {
        match item.checked_mul(n) {
            Some(items) => Self::new(4, items, align),
            None => None,
        }
    }

    /// `struct { uint8_t has; T value; }`; `None` if it overflows.
    pub const fn optional(value: u64, align: u64) -> Option<Self> {
        Self::new(1, value, align)
    }

    /// `struct { uR tag; union { .. } as; }` of the largest size and the
    /// largest alignment among its variants; `None` if it overflows.
    pub const fn union(tag: u64, largest: u64, align: u64) -> Option<Self> {
        // The C union is as large as its largest member, rounded up.
        match round_up(largest, align) {
            Some(payload) => Self::new(tag, payload, align),
            None => None,
        }
    }

    /// As C lays `struct { head; payload }`; alignments are powers of two.
    const fn new(head: u64, payload: u64, payload_align: u64) -> Option<Self> {
        let align = if head > payload_align { head } else { payload_align };
        let Some(offset) = round_up(head, payload_align) else { return None };
        let Some(end) = offset.checked_add(payload) else { return None };
        match round_up(end, align) {
            Some(size) => Some(Self { offset, size, align }),
            None => None,
        }
    }
}

const fn round_up(n: u64, align: u64) -> Option<u64> {
    match n.checked_add(align - 1) {
        Some(n) => Some(n & !(align - 1)),
        None => None,
    }
}

/// Definitions by their names, for who looks up many: a search among sorted ones touches
/// twenty of a million for each name.
pub(crate) struct ByName<'a>(HashMap<(&'a str, &'a str), usize>);

impl<'a> Types<'a> {
    pub(crate) fn by_name(self) -> ByName<'a> {
        let names = self.0.iter().map(|def| (def.schema.as_str(), def.name.as_str()));
        ByName(names.zip(0..).collect())
    }
}

impl ByName<'_> {
    /// Where a definition stands.
    pub(crate) fn find(&self, name: &TypeName) -> Option<usize> {
        self.0.get(&(name.schema.as_str(), name.name.as_str())).copied()
    }
}

/// Where a name stands among definitions sorted by schema and name.
pub(crate) fn find_type(types: &[TypeDef], name: &TypeName) -> Option<usize> {
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
    /// One of several types, told apart by a tag; variants sorted by number.
    /// Any other tag is valid too, and says nothing of the bytes behind it.
    Union(Primitive, Vec<VariantDef>),
}

impl TypeBody {
    /// The types that it is made of.
    pub fn parts(&self) -> impl Iterator<Item = &TypeExpr> {
        let fields = match self {
            Self::Struct(fields) => fields.as_slice(),
            _ => &[],
        };
        let variants = match self {
            Self::Union(_, variants) => variants.as_slice(),
            _ => &[],
        };
        fields.iter().map(|f| &f.ty).chain(variants.iter().filter_map(|v| v.ty.as_ref()))
    }

    /// The same with another name for each type that it refers to.
    pub(crate) fn map_names(&mut self, map: &impl Fn(&TypeName) -> TypeName) {
        match self {
            Self::Struct(fields) => fields.iter_mut().for_each(|f| f.ty = f.ty.map_names(map)),
            Self::Union(_, variants) => {
                for ty in variants.iter_mut().filter_map(|v| v.ty.as_mut()) {
                    *ty = ty.map_names(map);
                }
            }
            Self::Enum(..) | Self::Flags(..) => {}
        }
    }
}

/// A variant of a union.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VariantDef {
    /// Its name.
    pub name: String,
    /// The tag that says it is there.
    pub number: u64,
    /// What it holds, if anything.
    pub ty: Option<TypeExpr>,
    /// The numbers it may hold; of numeric types only.
    pub range: Option<Range>,
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
    /// The numbers that it, or each element of an array, may hold; of
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
