//! How generated code and the derive describe their types; called by the
//! macros only.

use crate::contract::{
    BitDef, Field, Primitive, TypeBody, TypeDef, TypeExpr, TypeName, TypeSet, ValueDef, VariantDef,
};
use crate::layout::SharedLayout;

/// Size, alignment and body of a type.
pub(crate) type Body = (u64, u64, TypeBody);

/// Adds the type to the set unless it is there, and says how it is written.
pub fn describe(
    types: &mut TypeSet,
    name: &str,
    body: impl FnOnce(&mut TypeSet) -> Body,
) -> TypeExpr {
    // A raw identifier is the language's business, not the layout's.
    let name = name.strip_prefix("r#").unwrap_or(name);
    if !types.contains("", name) {
        let (size, align, body) = body(types);
        types.insert(TypeDef { schema: String::new(), name: name.to_owned(), size, align, body });
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

/// Collects the fields of a struct.
#[derive(Debug)]
pub struct StructBuilder {
    size: u64,
    align: u64,
    fields: Vec<Field>,
}

impl StructBuilder {
    /// A struct of that size and alignment, without fields yet.
    pub fn new(size: u64, align: u64) -> Self {
        Self { size, align, fields: Vec::new() }
    }

    /// A field of a generated struct, whose type is written out.
    pub fn field(&mut self, name: &str, offset: u64, size: u64, ty: &str, unit: &str) {
        // The generator wrote the text from a type, so it is one.
        let ty = TypeExpr::parse(ty).unwrap_or(TypeExpr::Bytes(size));
        self.push(name, offset, size, ty, unit);
    }

    /// A field of a struct with the derive.
    pub fn derived_field(
        &mut self,
        name: &str,
        offset: u64,
        size: u64,
        ty: TypeExpr,
        kind: FieldKind,
        unit: &str,
    ) {
        match kind {
            FieldKind::Plain => self.push(name, offset, size, ty, unit),
            FieldKind::Bytes => self.push(name, offset, size, TypeExpr::Bytes(size), unit),
            FieldKind::Reserved => {}
        }
    }

    fn push(&mut self, name: &str, offset: u64, size: u64, ty: TypeExpr, unit: &str) {
        let name = name.strip_prefix("r#").unwrap_or(name).to_owned();
        self.fields.push(Field { name, offset, size, ty, unit: unit.to_owned() });
    }

    /// The struct.
    pub fn finish(self) -> Body {
        (self.size, self.align, TypeBody::Struct(self.fields))
    }
}

/// An enum of named numbers.
pub fn enumeration(repr: &str, values: &[(&str, i128)]) -> Body {
    let repr = Primitive::from_name(repr).unwrap_or(Primitive::U8);
    let mut values: Vec<ValueDef> = values
        .iter()
        .map(|(name, number)| ValueDef { name: (*name).to_owned(), number: *number })
        .collect();
    values.sort_by_key(|v| v.number);
    (repr.size(), repr.size(), TypeBody::Enum(repr, values))
}

/// A set of named bits.
pub fn flags(repr: &str, bits: &[(&str, u8)]) -> Body {
    let repr = Primitive::from_name(repr).unwrap_or(Primitive::U8);
    let mut bits: Vec<BitDef> =
        bits.iter().map(|(name, bit)| BitDef { name: (*name).to_owned(), bit: *bit }).collect();
    bits.sort_by_key(|b| b.bit);
    (repr.size(), repr.size(), TypeBody::Flags(repr, bits))
}

/// One of several types; their text is empty for none.
pub fn union(tag: &str, size: u64, align: u64, variants: &[(&str, u64, &str)]) -> Body {
    let tag = Primitive::from_name(tag).unwrap_or(Primitive::U8);
    let mut variants: Vec<VariantDef> = variants
        .iter()
        .map(|(name, number, ty)| VariantDef {
            name: (*name).to_owned(),
            number: *number,
            // The generator wrote the text from a type, so it is one.
            ty: TypeExpr::parse(ty).ok(),
        })
        .collect();
    variants.sort_by_key(|v| v.number);
    (size, align, TypeBody::Union(tag, variants))
}
