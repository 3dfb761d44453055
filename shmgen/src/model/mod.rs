//! A schema resolved: every name looked up, every size and offset computed and
//! checked. This is all that backends see.
//!
//! Layout is computed here and nowhere else. Everything stands in vectors in
//! the order in which it is to be written, so that the same schema gives the
//! same bytes on every run.

mod assertions;
mod checked;
mod clashes;
mod constants;
mod defaults;
mod extent;
mod functions;
mod imports;
mod layout;
pub mod names;
mod numbers;
mod order;
mod ranges;
mod resolve;
mod segments;
mod setup;
mod sizes;
mod structs;
mod types;
mod unions;
mod words;
mod written;

pub use resolve::resolve;
pub use setup::Setup;
pub(crate) use unions::rust_variant;
pub(crate) use written::meet;

use shm_runtime::contract::{Contract, ObjectKind, Primitive, Range, TypeExpr, TypeName, Wrapper};
use shm_runtime::queue::layout::QueueLayout;
use shm_runtime::{Fingerprint, ObjectLayout};
use std::collections::BTreeSet;
use std::sync::Arc;

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
    /// The schemas whose types it uses, in the order of the file.
    pub imports: Vec<Arc<Schema>>,
    /// Constants, in the order of the file.
    pub constants: Vec<Constant>,
    /// Aliases, in the order of the file.
    pub aliases: Vec<Alias>,
    /// Enums, flags, structs, unions, and the lists and optionals that are used
    /// in them; each after those that it contains, and otherwise in the order
    /// of the file.
    pub types: Vec<TypeDecl>,
    /// Segments, in the order of the file.
    pub segments: Vec<Segment>,
}

impl Schema {
    /// The version as it is written: `2.1`.
    pub fn version_text(&self) -> String {
        format!("{}.{}", self.version.0, self.version.1)
    }

    /// The types that the schema declares.
    pub fn declared(&self) -> impl Iterator<Item = &TypeDecl> {
        self.types.iter().filter(|t| !matches!(t, TypeDecl::Wrapped(_)))
    }

    /// This schema and all that it imports, directly or not; each once, and
    /// after those that it imports itself.
    pub fn with_imports(&self) -> Vec<&Self> {
        let mut out: Vec<&Self> = Vec::new();
        // Without recursion: schemas may import each other in long chains.
        let mut open = vec![(self, 0)];
        while let Some((schema, next)) = open.pop() {
            match schema.imports.get(next) {
                Some(import) => {
                    open.push((schema, next + 1));
                    if !out.iter().any(|s| s.name == import.name) {
                        open.push((import, 0));
                    }
                }
                None if out.iter().any(|s| s.name == schema.name) => {}
                None => out.push(schema),
            }
        }
        out
    }

    /// The schema that a name of this one comes from: itself, or an import.
    pub fn home_of(&self, name: &TypeName) -> Option<&Self> {
        if name.schema.is_empty() || name.schema == self.name {
            return Some(self);
        }
        self.with_imports().into_iter().find(|s| s.name == name.schema)
    }

    /// The structs, each after those that it contains.
    pub fn structs(&self) -> impl Iterator<Item = &Struct> {
        self.types.iter().filter_map(|t| match t {
            TypeDecl::Struct(s) => Some(s),
            _ => None,
        })
    }

    /// The types of which something is true, here and in what is imported; the
    /// names of this schema's own as seen from `home`, which is empty for itself.
    pub fn types_where(
        &self,
        home: &str,
        wanted: impl Fn(&TypeDecl) -> bool,
    ) -> BTreeSet<TypeName> {
        let mut out = BTreeSet::new();
        for schema in self.with_imports() {
            let of = if schema.name == self.name { home } else { schema.name.as_str() };
            let names = schema
                .declared()
                .filter(|decl| wanted(decl))
                .map(|decl| TypeName { schema: of.to_owned(), name: decl.name().to_owned() });
            out.extend(names);
        }
        out
    }

    /// Whether anything in it is deprecated.
    pub fn deprecates(&self) -> bool {
        self.constants.iter().any(|c| c.deprecated.is_some())
            || self.aliases.iter().any(|a| a.deprecated.is_some())
            || self.types.iter().any(TypeDecl::deprecates)
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
    /// Why it is not to be used any more, in one line, if it is not.
    pub deprecated: Option<String>,
    /// Documentation.
    pub doc: String,
}

/// The value of a constant.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Value {
    /// Of an integer type.
    Integer(i128),
    /// Of a float type; always finite, and for f32 one that it holds exactly.
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
    /// The numbers that belong into it, or into what it is made of.
    pub range: Option<Range>,
    /// Why it is not to be used any more, in one line, if it is not.
    pub deprecated: Option<String>,
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
    /// A union.
    Union(Union),
    /// A list or an optional that some field uses: no name of the schema, but
    /// languages without generic types have to give it one.
    Wrapped(Wrapped),
}

impl TypeDecl {
    /// Its name.
    pub fn name(&self) -> &str {
        match self {
            Self::Enum(e) => &e.name,
            Self::Flags(f) => &f.name,
            Self::Struct(s) => &s.name,
            Self::Union(u) => &u.name,
            Self::Wrapped(w) => &w.name,
        }
    }

    /// Whether it has ranges in it.
    pub fn has_ranges(&self) -> bool {
        match self {
            Self::Struct(s) => s.has_ranges,
            Self::Union(u) => u.has_ranges,
            Self::Enum(_) | Self::Flags(_) | Self::Wrapped(_) => false,
        }
    }

    /// Whether a new value has something else than zero in it.
    pub fn has_defaults(&self) -> bool {
        matches!(self, Self::Struct(s) if s.has_defaults)
    }

    /// Whether it or anything in it is deprecated.
    fn deprecates(&self) -> bool {
        let (own, inner) = match self {
            Self::Enum(e) => (&e.deprecated, e.values.iter().any(|v| v.deprecated.is_some())),
            Self::Flags(f) => (&f.deprecated, f.bits.iter().any(|b| b.deprecated.is_some())),
            Self::Struct(s) => (&s.deprecated, s.fields().any(|f| f.deprecated.is_some())),
            Self::Union(u) => (&u.deprecated, u.variants.iter().any(|v| v.deprecated.is_some())),
            Self::Wrapped(_) => return false,
        };
        inner || own.is_some()
    }
}

/// A union, laid out: a tag, and behind it one of its variants.
#[derive(Clone, Debug)]
pub struct Union {
    /// Its name.
    pub name: String,
    /// The unsigned integer type of its tag.
    pub tag: Primitive,
    /// Its variants, in the order of the file.
    pub variants: Vec<Variant>,
    /// Where the variants begin, size and alignment of the whole.
    pub layout: Wrapper,
    /// Bytes of the largest variant, rounded up to their alignment.
    pub payload: u64,
    /// The strictest alignment of a variant.
    pub payload_align: u64,
    /// Whether a variant has a range, or is of a type that has one in it.
    pub has_ranges: bool,
    /// Why it is not to be used any more, and what instead.
    pub deprecated: Option<String>,
    /// Documentation.
    pub doc: String,
}

/// A variant of a union.
#[derive(Clone, Debug)]
pub struct Variant {
    /// Its name.
    pub name: String,
    /// The tag that says it is there.
    pub number: u64,
    /// What it holds, if anything.
    pub ty: Option<Type>,
    /// Bytes of what it holds.
    pub size: u64,
    /// The numbers that belong into it, or into what it is made of.
    pub range: Option<Range>,
    /// The version of the schema that brought it.
    pub since: Option<(u32, u32)>,
    /// Why it is not to be used any more, and what instead.
    pub deprecated: Option<String>,
    /// Documentation.
    pub doc: String,
}

/// A list or an optional, laid out.
#[derive(Clone, Debug)]
pub struct Wrapped {
    /// What it is called where it needs a name: `Level_list10`.
    pub name: String,
    /// What it is a list or an optional of.
    pub inner: Type,
    /// How many items a list has room for; `None` for an optional.
    pub room: Option<u64>,
    /// Where the items or the value begin, size and alignment of the whole.
    pub layout: Wrapper,
    /// Bytes of one item, or of the value.
    pub item: u64,
}

impl Wrapped {
    /// Bytes between what tells and what it tells of.
    pub fn head_gap(&self) -> u64 {
        self.layout.offset - if self.room.is_some() { 4 } else { 1 }
    }

    /// The type as a contract writes it.
    pub fn expr(&self) -> TypeExpr {
        let inner = Box::new(self.inner.expr());
        match self.room {
            Some(room) => TypeExpr::List(inner, room),
            None => TypeExpr::Optional(inner),
        }
    }

    /// Bytes behind the last item.
    pub fn tail_gap(&self) -> u64 {
        self.layout.size - self.layout.offset - self.item * self.room.unwrap_or(1)
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
    /// Why it is not to be used any more, in one line, if it is not.
    pub deprecated: Option<String>,
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
    /// The version that brought it, if that is said; not later than the schema's.
    pub since: Option<(u32, u32)>,
    /// Why it is not to be used any more, in one line, if it is not.
    pub deprecated: Option<String>,
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
    /// Why it is not to be used any more, in one line, if it is not.
    pub deprecated: Option<String>,
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
    /// The version that brought it, if that is said; not later than the schema's.
    pub since: Option<(u32, u32)>,
    /// Why it is not to be used any more, in one line, if it is not.
    pub deprecated: Option<String>,
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
    /// Whether its size is an extent, whose end is kept free for later versions.
    pub extent: bool,
    /// Fields and gaps, without a byte between them.
    pub members: Vec<Member>,
    /// Whether a field has a range, or is of a type that has one in it.
    pub has_ranges: bool,
    /// Whether a new value has something else than zero in it: a field with a
    /// default, or one of a struct that has one.
    pub has_defaults: bool,
    /// Why it is not to be used any more, in one line, if it is not.
    pub deprecated: Option<String>,
    /// Documentation.
    pub doc: String,
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
    /// The numbers that belong into it, or into what it is made of: the elements
    /// of arrays and lists, the value of an optional.
    pub range: Option<Range>,
    /// What a new value has in it, if not zero; fits the type.
    pub default: Option<FieldDefault>,
    /// The version that brought it, if that is said; not later than the schema's.
    pub since: Option<(u32, u32)>,
    /// Why it is not to be used any more, in one line, if it is not.
    pub deprecated: Option<String>,
    /// Documentation.
    pub doc: String,
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
    Enum(TypeName, Primitive),
    /// A set of flags of that name, stored so.
    Flags(TypeName, Primitive),
    /// A struct of that name.
    Struct(TypeName),
    /// A union of that name.
    Union(TypeName),
    /// `T[<=N]`
    List(Box<Type>, u64),
    /// `T?`
    Optional(Box<Type>),
}

impl Element {
    /// The declared type that it is or is made of.
    pub fn named(&self) -> Option<&TypeName> {
        match self {
            Self::Enum(name, _) | Self::Flags(name, _) | Self::Struct(name) | Self::Union(name) => {
                Some(name)
            }
            Self::List(inner, _) | Self::Optional(inner) => inner.element.named(),
            Self::Primitive(_) | Self::Str(_) | Self::Bytes(_) => None,
        }
    }

    /// The name of a list or an optional where a language needs one:
    /// `Level_list10`, `u8_x4_list3_optional`.
    pub fn wrapped_name(&self) -> Option<String> {
        match self {
            Self::List(inner, n) => Some(format!("{}_list{n}", inner.mangled())),
            Self::Optional(inner) => Some(format!("{}_optional", inner.mangled())),
            _ => None,
        }
    }

    /// The type as a contract writes it.
    fn expr(&self) -> TypeExpr {
        match self {
            Self::Primitive(p) => TypeExpr::Primitive(*p),
            Self::Str(n) => TypeExpr::Str(*n),
            Self::Bytes(n) => TypeExpr::Bytes(*n),
            Self::Enum(name, _) | Self::Flags(name, _) | Self::Struct(name) | Self::Union(name) => {
                TypeExpr::Named(name.clone())
            }
            Self::List(inner, n) => TypeExpr::List(Box::new(inner.expr()), *n),
            Self::Optional(inner) => TypeExpr::Optional(Box::new(inner.expr())),
        }
    }

    /// The same with another name for the declared type in it.
    fn map_names(&self, map: &impl Fn(&TypeName) -> TypeName) -> Self {
        match self {
            Self::Enum(name, p) => Self::Enum(map(name), *p),
            Self::Flags(name, p) => Self::Flags(map(name), *p),
            Self::Struct(name) => Self::Struct(map(name)),
            Self::Union(name) => Self::Union(map(name)),
            Self::List(inner, n) => Self::List(Box::new(inner.map_names(map)), *n),
            Self::Optional(inner) => Self::Optional(Box::new(inner.map_names(map))),
            Self::Primitive(_) | Self::Str(_) | Self::Bytes(_) => self.clone(),
        }
    }
}

impl Type {
    /// The type as a contract writes it.
    pub fn expr(&self) -> TypeExpr {
        self.element.expr().array_of_dims(self.dims.clone())
    }

    /// What it is made of, without arrays, lists and optionals around it.
    pub fn innermost(&self) -> &Element {
        let mut element = &self.element;
        while let Element::List(inner, _) | Element::Optional(inner) = element {
            element = &inner.element;
        }
        element
    }

    /// The lists and optionals in it, those inside before those outside.
    pub fn wrapped(&self) -> Vec<&Element> {
        let mut out = Vec::new();
        let mut element = &self.element;
        while let Element::List(inner, _) | Element::Optional(inner) = element {
            out.push(element);
            element = &inner.element;
        }
        out.reverse();
        out
    }

    /// The type as a part of a name.
    fn mangled(&self) -> String {
        let mut out = match &self.element {
            Element::Primitive(p) => p.name().to_owned(),
            Element::Str(n) => format!("str{n}"),
            Element::Bytes(n) => format!("bytes{n}"),
            Element::Enum(name, _)
            | Element::Flags(name, _)
            | Element::Struct(name)
            | Element::Union(name) => name.to_string().replace('.', "_"),
            wrapped => wrapped.wrapped_name().unwrap_or_default(),
        };
        for n in &self.dims {
            out += &format!("_x{n}");
        }
        out
    }

    /// The same with another name for the declared type in it.
    pub(crate) fn map_names(&self, map: &impl Fn(&TypeName) -> TypeName) -> Self {
        Self { element: self.element.map_names(map), dims: self.dims.clone() }
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

/// An object of a segment.
#[derive(Clone, Debug)]
pub struct Object {
    /// Its name.
    pub name: String,
    /// What it is, and who may do what with it; as in the contract.
    pub kind: ObjectKind,
    /// The struct that it passes or holds.
    pub item: Option<Item>,
    /// Documentation of each of its counters.
    pub counter_docs: Vec<String>,
    /// Its geometry.
    pub layout: ObjectLayout,
    /// Where it lies in the segment.
    pub offset: u64,
    /// Documentation.
    pub doc: String,
}

/// The struct that an object passes or holds.
#[derive(Clone, Debug)]
pub struct Item {
    /// Its name, with its schema's if that is another one.
    pub name: TypeName,
    /// Its alignment in bytes.
    pub align: u64,
}

impl Object {
    /// Item and geometry of a queue that generated code can use. The other
    /// objects it can create and show, and no more.
    pub fn handle(&self) -> Option<(&Item, &QueueLayout)> {
        match (&self.item, &self.layout) {
            (Some(item), ObjectLayout::Queue(layout)) => Some((item, layout)),
            _ => None,
        }
    }
}

impl Segment {
    /// The objects that generated code can use, each with its place among all,
    /// its item and its geometry.
    pub fn handles(&self) -> impl Iterator<Item = (usize, &Object, &Item, &QueueLayout)> {
        let all = self.objects.iter().enumerate();
        all.filter_map(|(index, o)| o.handle().map(|(item, layout)| (index, o, item, layout)))
    }

    /// The others: this version creates and shows them, and has no functions
    /// for them.
    pub fn without_handles(&self) -> impl Iterator<Item = &Object> {
        self.objects.iter().filter(|o| o.handle().is_none())
    }
}
