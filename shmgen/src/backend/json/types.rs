//! The types of a model as JSON: enums, flags, structs, unions, and a type as a
//! field uses it.

use super::scalars::{Each, Number, RangeView, version};
use crate::model::{
    Bit, Element, Enum, EnumValue, Field, FieldDefault, Flags, Gap, Member, Struct, Type, Union,
    Variant, Was,
};
use serde::Serialize;
use shm_runtime::contract::TypeName;

/// An enum. Any other number is a value too.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema), schemars(rename = "Enum"))]
pub(super) struct EnumView<'a> {
    /// Its name.
    name: &'a str,
    /// The integer type that it is stored as.
    repr: &'static str,
    /// Bytes.
    size: u64,
    /// Its named numbers, in the order of the file.
    values: Each<'a, EnumValue, EnumValueView<'a>>,
    /// What to use instead; null for what is not deprecated.
    deprecated: Option<&'a str>,
    /// Documentation, in Markdown; empty for none.
    doc: &'a str,
}

impl<'a> From<&'a Enum> for EnumView<'a> {
    fn from(e: &'a Enum) -> Self {
        Self {
            name: &e.name,
            repr: e.repr.name(),
            size: e.repr.size(),
            values: Each::new(&e.values, |v| Some(EnumValueView::from(v))),
            deprecated: e.meta.deprecated.as_deref(),
            doc: &e.meta.doc,
        }
    }
}

/// A named number of an enum.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema), schemars(rename = "EnumValue"))]
struct EnumValueView<'a> {
    /// Its name.
    name: &'a str,
    /// The number.
    number: i128,
    /// The version of the schema that added it; null if it does not say.
    since: Option<String>,
    /// What to use instead; null for what is not deprecated.
    deprecated: Option<&'a str>,
    /// Documentation, in Markdown; empty for none.
    doc: &'a str,
}

impl<'a> From<&'a EnumValue> for EnumValueView<'a> {
    fn from(v: &'a EnumValue) -> Self {
        Self {
            name: &v.name,
            number: v.number,
            since: v.meta.since.map(version),
            deprecated: v.meta.deprecated.as_deref(),
            doc: &v.meta.doc,
        }
    }
}

/// A set of flags. Any other bit may be set too.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema), schemars(rename = "Flags"))]
pub(super) struct FlagsView<'a> {
    /// Its name.
    name: &'a str,
    /// The unsigned integer type that it is stored as.
    repr: &'static str,
    /// Bytes.
    size: u64,
    /// Its named bits, in the order of the file.
    bits: Each<'a, Bit, BitView<'a>>,
    /// What to use instead; null for what is not deprecated.
    deprecated: Option<&'a str>,
    /// Documentation, in Markdown; empty for none.
    doc: &'a str,
}

impl<'a> From<&'a Flags> for FlagsView<'a> {
    fn from(f: &'a Flags) -> Self {
        Self {
            name: &f.name,
            repr: f.repr.name(),
            size: f.repr.size(),
            bits: Each::new(&f.bits, |b| Some(BitView::from(b))),
            deprecated: f.meta.deprecated.as_deref(),
            doc: &f.meta.doc,
        }
    }
}

/// A named bit.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema), schemars(rename = "Bit"))]
struct BitView<'a> {
    /// Its name.
    name: &'a str,
    /// Its position; 0 is the least significant.
    bit: u8,
    /// The version of the schema that added it; null if it does not say.
    since: Option<String>,
    /// What to use instead; null for what is not deprecated.
    deprecated: Option<&'a str>,
    /// Documentation, in Markdown; empty for none.
    doc: &'a str,
}

impl<'a> From<&'a Bit> for BitView<'a> {
    fn from(b: &'a Bit) -> Self {
        Self {
            name: &b.name,
            bit: b.bit,
            since: b.meta.since.map(version),
            deprecated: b.meta.deprecated.as_deref(),
            doc: &b.meta.doc,
        }
    }
}

/// A struct.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema), schemars(rename = "Struct"))]
pub(super) struct StructView<'a> {
    /// Its name.
    name: &'a str,
    /// Bytes.
    size: u64,
    /// It begins at a multiple of this.
    align: u64,
    /// Whether its size is an extent, whose end is kept free for later fields.
    extent: bool,
    /// Fields and gaps, without a byte between them.
    members: Each<'a, Member, MemberView<'a>>,
    /// What to use instead; null for what is not deprecated.
    deprecated: Option<&'a str>,
    /// Documentation, in Markdown; empty for none.
    doc: &'a str,
}

impl<'a> From<&'a Struct> for StructView<'a> {
    fn from(s: &'a Struct) -> Self {
        Self {
            name: &s.name,
            size: s.size,
            align: s.align,
            extent: s.extent,
            members: Each::new(&s.members, |m| {
                Some(match m {
                    Member::Field(f) => MemberView::Field(FieldView::from(f)),
                    Member::Gap(g) => MemberView::Gap(GapView::from(g)),
                })
            }),
            deprecated: s.meta.deprecated.as_deref(),
            doc: &s.meta.doc,
        }
    }
}

/// A member of a struct.
#[derive(Debug, Serialize)]
#[serde(untagged)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema), schemars(rename = "Member"))]
#[expect(clippy::large_enum_variant, reason = "one at a time is made, and written at once")]
enum MemberView<'a> {
    /// A field.
    Field(FieldView<'a>),
    /// Reserved bytes.
    Gap(GapView<'a>),
}

/// That a member is a field.
#[derive(Debug, Serialize)]
#[serde(rename_all = "lowercase")]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema), schemars(inline))]
enum IsField {
    Field,
}

/// A field.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema), schemars(rename = "Field"))]
struct FieldView<'a> {
    /// Its name.
    name: &'a str,
    /// Always `field`.
    kind: IsField,
    /// Bytes from the start of the struct.
    offset: u64,
    /// Bytes.
    size: u64,
    /// It lies at a multiple of this.
    align: u64,
    #[serde(flatten)]
    ty: TypeView<'a>,
    /// Unit of measure; empty for none.
    unit: &'a str,
    /// The valid numbers; null for all.
    range: Option<RangeView>,
    /// What a new value has in it; null for zero.
    default: Option<DefaultView<'a>>,
    /// The version of the schema that added it; null if it does not say.
    since: Option<String>,
    /// What to use instead; null for what is not deprecated.
    deprecated: Option<&'a str>,
    /// Documentation, in Markdown; empty for none.
    doc: &'a str,
}

impl<'a> From<&'a Field> for FieldView<'a> {
    fn from(f: &'a Field) -> Self {
        Self {
            name: &f.name,
            kind: IsField::Field,
            offset: f.offset,
            size: f.size,
            align: f.align,
            ty: TypeView::from(&f.ty),
            unit: &f.unit,
            range: f.range.map(RangeView::from),
            default: DefaultView::of(f),
            since: f.meta.since.map(version),
            deprecated: f.meta.deprecated.as_deref(),
            doc: &f.meta.doc,
        }
    }
}

/// What a new value has in a field.
#[derive(Debug, Serialize)]
#[serde(untagged)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema), schemars(rename = "Default"))]
enum DefaultView<'a> {
    /// A number or a boolean.
    Number(Number),
    /// Text; of an enum the name of a value.
    Text(&'a str),
    /// Of flags, a list of names.
    Flags(&'a [String]),
}

impl<'a> DefaultView<'a> {
    fn of(f: &'a Field) -> Option<Self> {
        Some(match (f.default.as_ref()?, &f.ty.element) {
            (FieldDefault::Value(value), Element::Primitive(p)) => {
                Self::Number(Number::of(*p, *value))
            }
            (FieldDefault::Value(_), _) => return None,
            (FieldDefault::Text(text) | FieldDefault::Enum(text), _) => Self::Text(text),
            (FieldDefault::Flags(names, _), _) => Self::Flags(names),
        })
    }
}

/// That a member is a gap.
#[derive(Debug, Serialize)]
#[serde(rename_all = "lowercase")]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema), schemars(inline))]
enum IsGap {
    Gap,
}

/// Reserved bytes, always zero.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema), schemars(rename = "Gap"))]
struct GapView<'a> {
    /// `_reserved0`, `_reserved1` ..
    name: &'a str,
    /// Always `gap`.
    kind: IsGap,
    /// Bytes from the start of the struct.
    offset: u64,
    /// Bytes.
    size: u64,
    /// How many of them, at the end, alignment takes.
    padding: u64,
    /// How many of them an extent keeps free.
    kept: u64,
    /// Fields that lay there in earlier versions.
    was: Each<'a, Was, WasView<'a>>,
}

impl<'a> From<&'a Gap> for GapView<'a> {
    fn from(g: &'a Gap) -> Self {
        Self {
            name: &g.name,
            kind: IsGap::Gap,
            offset: g.offset,
            size: g.size,
            padding: g.padding,
            kept: g.kept,
            was: Each::new(&g.was, |was| {
                Some(WasView { offset: was.offset, size: was.size, names: &was.names })
            }),
        }
    }
}

/// Fields that lay in reserved bytes in earlier versions.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema), schemars(rename = "Was"))]
struct WasView<'a> {
    /// Bytes from the start of the struct.
    offset: u64,
    /// Bytes.
    size: u64,
    /// Their names.
    names: &'a [String],
}

/// A union. Any other tag is a value too.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema), schemars(rename = "Union"))]
pub(super) struct UnionView<'a> {
    /// Its name.
    name: &'a str,
    /// The unsigned integer type of its tag.
    tag: &'static str,
    /// Bytes.
    size: u64,
    /// It begins at a multiple of this.
    align: u64,
    /// Where the variants begin.
    payload_offset: u64,
    /// Bytes of the largest variant, rounded up to the alignment of all.
    payload_size: u64,
    /// Its variants, in the order of the file.
    variants: Each<'a, Variant, VariantView<'a>>,
    /// What to use instead; null for what is not deprecated.
    deprecated: Option<&'a str>,
    /// Documentation, in Markdown; empty for none.
    doc: &'a str,
}

impl<'a> From<&'a Union> for UnionView<'a> {
    fn from(u: &'a Union) -> Self {
        Self {
            name: &u.name,
            tag: u.tag.name(),
            size: u.layout.size,
            align: u.layout.align,
            payload_offset: u.layout.offset,
            payload_size: u.payload,
            variants: Each::new(&u.variants, |v| Some(VariantView::from(v))),
            deprecated: u.meta.deprecated.as_deref(),
            doc: &u.meta.doc,
        }
    }
}

/// A variant of a union.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema), schemars(rename = "Variant"))]
struct VariantView<'a> {
    /// Its name.
    name: &'a str,
    /// The tag that says it is there.
    number: u64,
    /// Bytes of what it holds; 0 for nothing.
    size: u64,
    /// The valid numbers; null for all.
    range: Option<RangeView>,
    /// The version of the schema that added it; null if it does not say.
    since: Option<String>,
    /// What to use instead; null for what is not deprecated.
    deprecated: Option<&'a str>,
    /// What it holds, if anything.
    #[serde(flatten)]
    ty: Option<TypeView<'a>>,
    /// Documentation, in Markdown; empty for none.
    doc: &'a str,
}

impl<'a> From<&'a Variant> for VariantView<'a> {
    fn from(v: &'a Variant) -> Self {
        Self {
            name: &v.name,
            number: v.number,
            size: v.size,
            range: v.range.map(RangeView::from),
            since: v.meta.since.map(version),
            deprecated: v.meta.deprecated.as_deref(),
            ty: v.ty.as_ref().map(TypeView::from),
            doc: &v.meta.doc,
        }
    }
}

/// A type as it is written, and taken apart.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema), schemars(rename = "Type"))]
pub(super) struct TypeView<'a> {
    /// As the contract writes it, with constants and aliases resolved.
    #[serde(rename = "type")]
    ty: String,
    /// What one element is.
    element: ElementView<'a>,
    /// Of an array, outermost first; empty for one value.
    dimensions: &'a [u64],
}

impl<'a> From<&'a Type> for TypeView<'a> {
    fn from(ty: &'a Type) -> Self {
        Self {
            ty: ty.expr().to_string(),
            element: ElementView::from(&ty.element),
            dimensions: &ty.dims,
        }
    }
}

/// What one element of a type is.
#[derive(Debug, Serialize)]
#[serde(tag = "kind", rename_all = "lowercase")]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema), schemars(rename = "Element"))]
enum ElementView<'a> {
    /// A number or a boolean.
    Primitive {
        /// Such as `u64`.
        name: &'static str,
    },
    /// Text.
    Str {
        /// Bytes that it has room for.
        bytes: u64,
    },
    /// Bytes.
    Bytes {
        /// How many.
        bytes: u64,
    },
    /// Text of bounded length.
    BoundedStr {
        /// Bytes that it has room for.
        room: u64,
    },
    /// Bytes, as many as there are.
    BoundedBytes {
        /// How many it has room for.
        room: u64,
    },
    /// An enum.
    Enum(DeclaredView<'a>),
    /// A set of flags.
    Flags(DeclaredView<'a>),
    /// A struct.
    Struct(DeclaredView<'a>),
    /// A union.
    Union(DeclaredView<'a>),
    /// A list of bounded length.
    List {
        /// How many items it has room for.
        room: u64,
        /// The type of an item.
        of: Box<TypeView<'a>>,
    },
    /// A value or none.
    Optional {
        /// The type of the value.
        of: Box<TypeView<'a>>,
    },
}

impl<'a> From<&'a Element> for ElementView<'a> {
    fn from(element: &'a Element) -> Self {
        match element {
            Element::Primitive(p) => Self::Primitive { name: p.name() },
            Element::Str(bytes) => Self::Str { bytes: *bytes },
            Element::Bytes(bytes) => Self::Bytes { bytes: *bytes },
            Element::Enum(name, _) => Self::Enum(name.into()),
            Element::Flags(name, _) => Self::Flags(name.into()),
            Element::Struct(name) => Self::Struct(name.into()),
            Element::Union(name) => Self::Union(name.into()),
            Element::Char => Self::Str { bytes: 1 },
            Element::Byte => Self::Bytes { bytes: 1 },
            Element::List(inner, room) => match inner.element {
                Element::Char => Self::BoundedStr { room: *room },
                Element::Byte => Self::BoundedBytes { room: *room },
                _ => Self::List { room: *room, of: Box::new(inner.as_ref().into()) },
            },
            Element::Optional(inner) => Self::Optional { of: Box::new(inner.as_ref().into()) },
        }
    }
}

/// A type that a schema declares.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema), schemars(inline))]
struct DeclaredView<'a> {
    /// Its name.
    name: &'a str,
    /// The dotted name of the schema that it comes from, if it is not this one.
    #[serde(skip_serializing_if = "str::is_empty")]
    schema: &'a str,
}

impl<'a> From<&'a TypeName> for DeclaredView<'a> {
    fn from(name: &'a TypeName) -> Self {
        Self { name: &name.name, schema: &name.schema }
    }
}
