//! A schema as it is written: names and texts with their places, nothing
//! resolved yet.
//!
//! The TOML tree is walked with its spans, so that every complaint points at
//! the exact token. What is wrong is reported and left out; the walk goes on.

mod expression;
mod foreign;
mod json_schema;
mod keys;
pub mod kinds;
mod meta;
mod numbers;
mod objects;
mod parse;
mod type_text;
mod values;
mod walk;

pub use expression::{Expression, Operator, Step};
pub(crate) use foreign::{advice_on_name, advice_on_type};
pub use json_schema::json_schema;
pub use kinds::{Body, Counter};
pub(crate) use meta::is_invisible;
pub use objects::Object;
pub use parse::parse;
pub use type_text::{Length, Suffix, TypeText};
pub(crate) use walk::Context;

use crate::diagnostics::{Code, Source, Span, Spanned};
use std::collections::BTreeMap;
use std::sync::Arc;

/// The longest name, in characters.
pub(crate) const NAME_MAX: usize = 63;

/// A schema file.
#[derive(Debug)]
pub struct Schema {
    /// The file.
    pub source: Arc<Source>,
    /// The schema's dotted name.
    pub name: Spanned<String>,
    /// Major and minor version.
    pub version: Spanned<(u32, u32)>,
    /// Documentation of the whole.
    pub doc: String,
    /// Lints that are allowed in the whole file.
    pub lint: Vec<Code>,
    /// Schema files whose types are used, as they are written.
    pub imports: Vec<Spanned<String>>,
    /// Constants, in the order of the file, as are the others.
    pub constants: Vec<Constant>,
    /// Aliases.
    pub aliases: Vec<Alias>,
    /// Enums.
    pub enums: Vec<Enum>,
    /// Sets of flags.
    pub flags: Vec<Flags>,
    /// Structs.
    pub structs: Vec<Struct>,
    /// Unions.
    pub unions: Vec<Union>,
    /// Segments.
    pub segments: Vec<Segment>,
    /// The names of constants and types of which nothing could be made: what is
    /// wrong with them was reported, and is not said again of each use.
    pub left_out: Vec<Spanned<String>>,
    /// Numbers that are written as expressions, by where they stand: each is some
    /// other number until constants are known. `None` for what is no expression.
    pub computed: BTreeMap<usize, Option<Expression>>,
}

/// A number as it is written.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Number {
    /// A whole number.
    Integer(i128),
    /// Any other.
    Float(f64),
    /// `true` or `false`.
    Bool(bool),
}

/// A value as it is written where a number, `true` or `false` is asked for.
#[derive(Clone, Debug, PartialEq)]
pub enum ValueText {
    /// The value itself.
    Number(Number),
    /// How it is computed from constants.
    Expression(Expression),
}

/// A range as it is written.
#[derive(Clone, Debug, PartialEq)]
pub struct RangeText {
    /// The least number.
    pub min: Option<Spanned<ValueText>>,
    /// The greatest number.
    pub max: Option<Spanned<ValueText>>,
    /// The whole of it.
    pub span: Span,
}

/// A default as it is written; what text means depends on the field's type.
#[derive(Clone, Debug, PartialEq)]
pub enum DefaultText {
    /// A number, `true` or `false`.
    Number(Number),
    /// Text, the name of a value or a flag, or an expression.
    Text(String),
    /// Names of flags.
    Names(Vec<Spanned<String>>),
}

/// What a declaration, a field, a value, a flag or a variant has besides its
/// name and its meaning.
#[derive(Debug, Default)]
pub struct Meta {
    /// Documentation.
    pub doc: String,
    /// The version that brought it. Only members can say so.
    pub since: Option<Spanned<(u32, u32)>>,
    /// Why it is not to be used any more, and what instead, in one line.
    pub deprecated: Option<String>,
    /// Lints that are allowed here and inside.
    pub lint: Vec<Code>,
}

/// `[const.NAME]`
#[derive(Debug)]
pub struct Constant {
    /// Its name.
    pub name: Spanned<String>,
    /// Its type.
    pub ty: Spanned<String>,
    /// Its value.
    pub value: Spanned<ValueText>,
    /// What is said about it.
    pub meta: Meta,
}

/// `[alias.NAME]`
#[derive(Debug)]
pub struct Alias {
    /// Its name.
    pub name: Spanned<String>,
    /// The type it stands for.
    pub ty: TypeText,
    /// The unit that fields of it have unless they say otherwise.
    pub unit: String,
    /// The numbers it may hold.
    pub range: Option<RangeText>,
    /// What is said about it.
    pub meta: Meta,
}

/// `[enum.NAME]`
#[derive(Debug)]
pub struct Enum {
    /// Its name.
    pub name: Spanned<String>,
    /// The integer type it is stored as.
    pub repr: Spanned<String>,
    /// Its named numbers, in the order of the file.
    pub values: Vec<EnumValue>,
    /// Whether all of it could be read; what could not was reported.
    pub is_whole: bool,
    /// What is said about it.
    pub meta: Meta,
}

/// A named number of an enum.
#[derive(Debug)]
pub struct EnumValue {
    /// Its name.
    pub name: Spanned<String>,
    /// Its number.
    pub number: Spanned<i128>,
    /// What is said about it.
    pub meta: Meta,
}

/// `[flags.NAME]`
#[derive(Debug)]
pub struct Flags {
    /// Its name.
    pub name: Spanned<String>,
    /// The unsigned integer type it is stored as.
    pub repr: Spanned<String>,
    /// Its named bits, in the order of the file.
    pub bits: Vec<Bit>,
    /// Whether all of it could be read; what could not was reported.
    pub is_whole: bool,
    /// What is said about it.
    pub meta: Meta,
}

/// A named bit of a set of flags.
#[derive(Debug)]
pub struct Bit {
    /// Its name.
    pub name: Spanned<String>,
    /// Its position.
    pub bit: Spanned<i128>,
    /// What is said about it.
    pub meta: Meta,
}

/// `[struct.NAME]`
#[derive(Debug)]
pub struct Struct {
    /// Its name.
    pub name: Spanned<String>,
    /// The alignment that is asked for.
    pub align: Option<Spanned<i128>>,
    /// The size that it is to have.
    pub extent: Option<Spanned<i128>>,
    /// What its layout has to be.
    pub assert: Option<Assertion>,
    /// Fields and reserved bytes, in the order in which they lie.
    pub members: Vec<Member>,
    /// Whether all of it could be read; what could not was reported.
    pub is_whole: bool,
    /// What is said about it.
    pub meta: Meta,
}

/// What the layout of a struct has to be.
#[derive(Debug, Default)]
pub struct Assertion {
    /// Its size in bytes.
    pub size: Option<Spanned<i128>>,
    /// Its alignment in bytes.
    pub align: Option<Spanned<i128>>,
    /// Bytes from its start to fields, by their names.
    pub offsets: Vec<(Spanned<String>, Spanned<i128>)>,
}

/// Something that takes bytes of a struct.
#[derive(Debug)]
#[allow(clippy::large_enum_variant)] // most members are fields
pub enum Member {
    /// A field.
    Field(Field),
    /// `{ reserved = N }`
    Reserved(Reserved),
}

/// Bytes without a meaning.
#[derive(Debug)]
pub struct Reserved {
    /// How many.
    pub bytes: Spanned<i128>,
    /// The fields that lay there in earlier versions.
    pub was: Vec<Spanned<String>>,
}

impl Member {
    /// The field, if it is one.
    pub fn field(&self) -> Option<&Field> {
        match self {
            Self::Field(field) => Some(field),
            Self::Reserved(_) => None,
        }
    }
}

/// A field of a struct.
#[derive(Debug)]
pub struct Field {
    /// Its name.
    pub name: Spanned<String>,
    /// Its type.
    pub ty: TypeText,
    /// Its unit, if it has one of its own.
    pub unit: Option<String>,
    /// The alignment that is asked for.
    pub align: Option<Spanned<i128>>,
    /// The numbers it may hold.
    pub range: Option<RangeText>,
    /// What a new value has in it.
    pub default: Option<Spanned<DefaultText>>,
    /// What is said about it.
    pub meta: Meta,
}

/// A user or a group, as it is written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Account {
    /// By number.
    Number(i128),
    /// By name.
    Name(String),
}

/// `[union.NAME]`
#[derive(Debug)]
pub struct Union {
    /// Its name.
    pub name: Spanned<String>,
    /// The unsigned integer type of its tag.
    pub tag: Spanned<String>,
    /// Its variants, in the order of the file.
    pub variants: Vec<Variant>,
    /// Whether all of it could be read; what could not was reported.
    pub is_whole: bool,
    /// What is said about it.
    pub meta: Meta,
}

/// A variant of a union.
#[derive(Debug)]
pub struct Variant {
    /// Its name.
    pub name: Spanned<String>,
    /// The tag that says it is there.
    pub number: Spanned<i128>,
    /// What it holds, if anything.
    pub ty: Option<TypeText>,
    /// The numbers it may hold, if it says so.
    pub range: Option<RangeText>,
    /// What is said about it.
    pub meta: Meta,
}

/// `[segment.NAME]`
#[derive(Debug)]
pub struct Segment {
    /// Its name.
    pub name: Spanned<String>,
    /// Where it lives.
    pub backend: Option<Spanned<String>>,
    /// The name of a POSIX segment.
    pub posix_name: Option<Spanned<String>>,
    /// The key of a System V segment.
    pub key: Option<Spanned<i128>>,
    /// The path of the id file of a private System V segment.
    pub id_file: Option<Spanned<String>>,
    /// Its permissions.
    pub mode: Option<Spanned<i128>>,
    /// The user it belongs to.
    pub owner: Option<Spanned<Account>>,
    /// The group it belongs to.
    pub group: Option<Spanned<Account>>,
    /// How many participants it has records for.
    pub participants: Option<Spanned<i128>>,
    /// The huge pages that it asks for.
    pub pages: Option<Spanned<String>>,
    /// Its objects, in the order in which they lie.
    pub objects: Vec<Object>,
    /// Documentation.
    pub doc: String,
    /// Lints that are allowed here and inside.
    pub lint: Vec<Code>,
}
