//! How generated code and the derive describe their types; called by the
//! macros only.

use crate::types::descriptor::{
    BitDef, Field, TypeBody, TypeDef, TypeSet, ValueDef, VariantDef, Was,
};
use crate::types::expr::{Primitive, TypeExpr, TypeName};
use crate::types::layout::SharedLayout;
use crate::types::range::{Bound, Range};

/// Adds the type to the set unless it is there, and says how it is written.
pub fn describe(
    types: &mut TypeSet,
    name: &str,
    body: impl FnOnce(&mut TypeSet) -> TypeDef,
) -> TypeExpr {
    // A raw identifier is the language's business, not the layout's.
    let name = name.strip_prefix("r#").unwrap_or(name);
    if !types.contains("", name) {
        let def = TypeDef { name: name.to_owned(), ..body(types) };
        types.insert(def);
    }
    TypeExpr::Named(TypeName::own(name))
}

/// Adds a type of another schema, and all that it contains, under the name of
/// that schema.
pub fn describe_imported<T: SharedLayout>(types: &mut TypeSet, schema: &str) {
    let mut theirs = TypeSet::default();
    T::describe(&mut theirs);
    let home = |of: &str| if of.is_empty() { schema } else { of }.to_owned();
    for mut def in theirs.into_types() {
        def.schema = home(&def.schema);
        def.body
            .map_names(&|name| TypeName { schema: home(&name.schema), name: name.name.clone() });
        types.insert(def);
    }
}

/// What the derive found marked on a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FieldKind {
    /// Nothing.
    Plain,
    /// `#[shm(bytes)]`: an array of u8 that is `bytes[N]`.
    Bytes,
    /// `#[shm(reserved)]`: no field at all.
    Reserved,
}

/// A type without a name yet.
fn nameless(size: u64, align: u64, body: TypeBody) -> TypeDef {
    let (schema, name) = (String::new(), String::new());
    TypeDef { schema, name, size, align, body, extent: false, was: Vec::new() }
}

/// Collects what there is in a struct.
#[derive(Debug)]
pub struct StructBuilder {
    size: u64,
    align: u64,
    fields: Vec<Field>,
    was: Vec<Was>,
    extent: bool,
}

impl StructBuilder {
    /// A struct of that size and alignment, without fields yet.
    pub fn new(size: u64, align: u64) -> Self {
        Self { size, align, fields: Vec::new(), was: Vec::new(), extent: false }
    }

    /// A field of a generated struct, whose type and range are written out.
    pub fn field(&mut self, name: &str, place: (u64, u64), ty: &str, unit: &str, range: &str) {
        // The generator wrote the texts from a type and a range, so they are some.
        let ty = TypeExpr::parse(ty).unwrap_or(TypeExpr::Bytes(place.1));
        let range = ty.primitive().and_then(|primitive| Range::parse(range, primitive));
        self.push(name, place, ty, unit, range);
    }

    /// A field of a struct with the derive.
    pub fn derived_field(
        &mut self,
        name: &str,
        place: (u64, u64),
        ty: TypeExpr,
        kind: FieldKind,
        unit: &str,
        range: (Option<Bound>, Option<Bound>),
    ) {
        // The compiler checked that the ends are numbers of the field's type.
        let range = ty.primitive().and_then(|p| Range::new(p, range.0, range.1));
        match kind {
            FieldKind::Plain => self.push(name, place, ty, unit, range),
            FieldKind::Bytes => self.push(name, place, TypeExpr::Bytes(place.1), unit, None),
            FieldKind::Reserved => {}
        }
    }

    /// A field at an offset and of a size, which are its place.
    fn push(
        &mut self,
        name: &str,
        (offset, size): (u64, u64),
        ty: TypeExpr,
        unit: &str,
        range: Option<Range>,
    ) {
        let name = name.strip_prefix("r#").unwrap_or(name).to_owned();
        self.fields.push(Field { name, offset, size, ty, unit: unit.to_owned(), range });
    }

    /// A field that lay in reserved bytes, which are its place.
    pub fn was(&mut self, name: &str, (offset, size): (u64, u64)) {
        self.was.push(Was { offset, name: name.to_owned(), size });
    }

    /// Its size is an extent, if so.
    pub fn extent(&mut self, extent: bool) {
        self.extent = extent;
    }

    /// The struct.
    pub fn finish(mut self) -> TypeDef {
        self.was.sort();
        self.was.dedup();
        let def = nameless(self.size, self.align, TypeBody::Struct(self.fields));
        TypeDef { extent: self.extent, was: self.was, ..def }
    }
}

/// An enum of named numbers.
pub fn enumeration(repr: &str, values: &[(&str, i128)]) -> TypeDef {
    let repr = Primitive::from_name(repr).unwrap_or(Primitive::U8);
    let mut values: Vec<ValueDef> = values
        .iter()
        .map(|(name, number)| ValueDef { name: (*name).to_owned(), number: *number })
        .collect();
    values.sort_by_key(|v| v.number);
    nameless(repr.size(), repr.size(), TypeBody::Enum(repr, values))
}

/// A set of named bits.
pub fn flags(repr: &str, bits: &[(&str, u8)]) -> TypeDef {
    let repr = Primitive::from_name(repr).unwrap_or(Primitive::U8);
    let mut bits: Vec<BitDef> =
        bits.iter().map(|(name, bit)| BitDef { name: (*name).to_owned(), bit: *bit }).collect();
    bits.sort_by_key(|b| b.bit);
    nameless(repr.size(), repr.size(), TypeBody::Flags(repr, bits))
}

/// A variant of a union: its name, its tag, and its type and its range, empty
/// for none.
type Variant<'a> = (&'a str, u64, &'a str, &'a str);

/// One of several types.
pub fn union(tag: &str, size: u64, align: u64, variants: &[Variant<'_>]) -> TypeDef {
    let tag = Primitive::from_name(tag).unwrap_or(Primitive::U8);
    let mut variants: Vec<VariantDef> = variants
        .iter()
        .map(|(name, number, ty, range)| {
            // The generator wrote the texts from a type and a range, so they are such.
            let ty = TypeExpr::parse(ty).ok();
            let primitive = ty.as_ref().and_then(TypeExpr::primitive);
            let range = primitive.and_then(|primitive| Range::parse(range, primitive));
            VariantDef { name: (*name).to_owned(), number: *number, ty, range }
        })
        .collect();
    variants.sort_by_key(|v| v.number);
    nameless(size, align, TypeBody::Union(tag, variants))
}
