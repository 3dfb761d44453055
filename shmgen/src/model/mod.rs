//! A schema resolved: every name looked up, every size and offset computed and
//! checked. This is all that backends see.
//!
//! Layout is computed here and nowhere else. Everything stands in vectors in
//! the order in which it is to be written, so that the same schema gives the
//! same bytes on every run.

mod layout;
pub mod names;
mod resolve;
mod segments;
mod setup;
mod types;

pub use resolve::resolve;
pub use setup::Setup;

use shm_runtime::Fingerprint;
use shm_runtime::contract::{Contract, Primitive, TypeExpr, TypeName};
use shm_runtime::queue::layout::QueueLayout;

/// Limits on what a schema may ask for.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// The largest segment in bytes.
    pub segment: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self { segment: 64 << 30 }
    }
}

/// A resolved schema.
#[derive(Clone, Debug)]
pub struct Schema {
    /// Its dotted name.
    pub name: String,
    /// Major and minor version.
    pub version: (u32, u32),
    /// Documentation of the whole.
    pub doc: String,
    /// The name of the schema's file without its extension.
    pub stem: String,
    /// The same, as the name of a module in every language.
    pub module: String,
    /// Constants, in the order of the file.
    pub constants: Vec<Constant>,
    /// Aliases, in the order of the file.
    pub aliases: Vec<Alias>,
    /// Enums, flags and structs; each after those that it contains, and
    /// otherwise in the order of the file.
    pub types: Vec<TypeDecl>,
    /// Segments, in the order of the file.
    pub segments: Vec<Segment>,
}

impl Schema {
    /// The version as it is written: `2.1`.
    pub fn version_text(&self) -> String {
        format!("{}.{}", self.version.0, self.version.1)
    }
}

/// A constant.
#[derive(Clone, Debug)]
pub struct Constant {
    /// Its name.
    pub name: String,
    /// Its type.
    pub ty: Primitive,
    /// Its value, within the range of the type.
    pub value: Value,
    /// Documentation.
    pub doc: String,
}

/// The value of a constant.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Value {
    /// Of an integer type.
    Integer(i128),
    /// Of a float type; always finite.
    Float(f64),
    /// Of type bool.
    Bool(bool),
}

/// An alias: another name for a type.
#[derive(Clone, Debug)]
pub struct Alias {
    /// Its name.
    pub name: String,
    /// The type it stands for.
    pub ty: Type,
    /// The unit of fields that do not say otherwise; empty for none.
    pub unit: String,
    /// Documentation.
    pub doc: String,
}

/// A declared type.
#[derive(Clone, Debug)]
pub enum TypeDecl {
    /// An enum.
    Enum(Enum),
    /// A set of flags.
    Flags(Flags),
    /// A struct.
    Struct(Struct),
}

impl TypeDecl {
    /// Its name.
    pub fn name(&self) -> &str {
        match self {
            Self::Enum(e) => &e.name,
            Self::Flags(f) => &f.name,
            Self::Struct(s) => &s.name,
        }
    }
}

/// An enum: named numbers, and any other.
#[derive(Clone, Debug)]
pub struct Enum {
    /// Its name.
    pub name: String,
    /// The integer type it is stored as.
    pub repr: Primitive,
    /// Its named numbers, in the order of the file.
    pub values: Vec<EnumValue>,
    /// Documentation.
    pub doc: String,
}

/// A named number of an enum.
#[derive(Clone, Debug)]
pub struct EnumValue {
    /// Its name.
    pub name: String,
    /// Its number, within the range of the representation.
    pub number: i128,
    /// Documentation.
    pub doc: String,
}

/// A set of flags: named bits, and any other.
#[derive(Clone, Debug)]
pub struct Flags {
    /// Its name.
    pub name: String,
    /// The unsigned integer type it is stored as.
    pub repr: Primitive,
    /// Its named bits, in the order of the file.
    pub bits: Vec<Bit>,
    /// Documentation.
    pub doc: String,
}

/// A named bit.
#[derive(Clone, Debug)]
pub struct Bit {
    /// Its name.
    pub name: String,
    /// Its position; 0 is the least significant.
    pub bit: u8,
    /// Documentation.
    pub doc: String,
}

/// A struct, laid out.
#[derive(Clone, Debug)]
pub struct Struct {
    /// Its name.
    pub name: String,
    /// Bytes in memory, a multiple of the alignment.
    pub size: u64,
    /// Alignment in bytes.
    pub align: u64,
    /// Fields and gaps, without a byte between them.
    pub members: Vec<Member>,
    /// Documentation.
    pub doc: String,
}

impl Struct {
    /// Whether it is aligned to more than a compiler would see to by itself.
    /// (Of a struct inside, the compiler knows.)
    pub fn over_aligned(&self) -> bool {
        let natural = |f: &Field| match &f.ty.element {
            Element::Primitive(p) | Element::Enum(_, p) | Element::Flags(_, p) => p.size(),
            Element::Str(_) | Element::Bytes(_) | Element::Struct(_) => 1,
        };
        self.align > self.fields().map(natural).max().unwrap_or(1)
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
    /// Documentation.
    pub doc: String,
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
}

/// A type as a field uses it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Type {
    /// What one element is.
    pub element: Element,
    /// Array dimensions, outermost first; empty for a single value.
    pub dims: Vec<u64>,
}

/// One element of a type.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Element {
    /// A number or a bool.
    Primitive(Primitive),
    /// `str[N]`
    Str(u64),
    /// `bytes[N]`
    Bytes(u64),
    /// An enum of that name, stored so.
    Enum(String, Primitive),
    /// A set of flags of that name, stored so.
    Flags(String, Primitive),
    /// A struct of that name.
    Struct(String),
}

impl Element {
    /// The declared type it refers to.
    pub fn named(&self) -> Option<&str> {
        match self {
            Self::Enum(name, _) | Self::Flags(name, _) | Self::Struct(name) => Some(name),
            Self::Primitive(_) | Self::Str(_) | Self::Bytes(_) => None,
        }
    }
}

impl Type {
    /// The type as a contract writes it.
    pub fn expr(&self) -> TypeExpr {
        let element = match &self.element {
            Element::Primitive(p) => TypeExpr::Primitive(*p),
            Element::Str(n) => TypeExpr::Str(*n),
            Element::Bytes(n) => TypeExpr::Bytes(*n),
            Element::Enum(name, _) | Element::Flags(name, _) | Element::Struct(name) => {
                TypeExpr::Named(TypeName::own(name))
            }
        };
        if self.dims.is_empty() {
            element
        } else {
            TypeExpr::Array(Box::new(element), self.dims.clone())
        }
    }
}

/// A segment.
#[derive(Clone, Debug)]
pub struct Segment {
    /// Its name in the schema.
    pub name: String,
    /// The name of its type in generated code.
    pub type_name: String,
    /// Where it is and how it is made, unless the program says otherwise.
    pub setup: Setup,
    /// Its objects, in order.
    pub objects: Vec<Object>,
    /// The contract that lies in it.
    pub contract: Contract,
    /// Its canonical bytes.
    pub contract_bytes: Vec<u8>,
    /// Their fingerprint.
    pub fingerprint: Fingerprint,
    /// Where the contract lies in the segment.
    pub contract_offset: u64,
    /// Bytes of the whole segment.
    pub size: u64,
    /// Documentation.
    pub doc: String,
}

/// An object of a segment: a queue.
#[derive(Clone, Debug)]
pub struct Object {
    /// Its name.
    pub name: String,
    /// The struct that is its item.
    pub item: String,
    /// Alignment of the item in bytes.
    pub item_align: u64,
    /// Its geometry.
    pub layout: QueueLayout,
    /// Where it lies in the segment.
    pub offset: u64,
    /// Documentation.
    pub doc: String,
}
