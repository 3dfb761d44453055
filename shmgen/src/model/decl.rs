//! Declared types: what can stand in the list of a schema's types.

use super::{Enum, Flags, Meta, Struct, Union, Wrapped};

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

    /// What is said about it; nothing is of a list or an optional.
    pub fn meta(&self) -> Option<&Meta> {
        match self {
            Self::Enum(e) => Some(&e.meta),
            Self::Flags(f) => Some(&f.meta),
            Self::Struct(s) => Some(&s.meta),
            Self::Union(u) => Some(&u.meta),
            Self::Wrapped(_) => None,
        }
    }

    /// Whether it or anything in it is deprecated.
    pub fn deprecates(&self) -> bool {
        let inner = match self {
            Self::Enum(e) => e.values.iter().any(|v| v.meta.deprecated.is_some()),
            Self::Flags(f) => f.bits.iter().any(|b| b.meta.deprecated.is_some()),
            Self::Struct(s) => s.fields().any(|f| f.meta.deprecated.is_some()),
            Self::Union(u) => u.variants.iter().any(|v| v.meta.deprecated.is_some()),
            Self::Wrapped(_) => false,
        };
        inner || self.meta().is_some_and(|meta| meta.deprecated.is_some())
    }
}
