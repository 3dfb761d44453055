//! Types as fields use them: an element and the array dimensions around it.

use shm_runtime::contract::{Primitive, TypeExpr, TypeName};

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
    /// A byte of text, only as the item of a list: `str[<=N]`.
    Char,
    /// A byte, only as the item of a list: `bytes[<=N]`.
    Byte,
    /// An enum of that name, stored so.
    Enum(TypeName, Primitive),
    /// A set of flags of that name, stored so.
    Flags(TypeName, Primitive),
    /// A struct of that name.
    Struct(TypeName),
    /// A union of that name.
    Union(TypeName),
    /// `T[<=N]`; of [`Char`](Self::Char) or [`Byte`](Self::Byte) it is `str[<=N]` or
    /// `bytes[<=N]`.
    List(Box<Type>, u64),
    /// `T?`
    Optional(Box<Type>),
}

/// A `str[<=N]` or a `bytes[<=N]`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bounded {
    /// Whether it is text.
    pub is_text: bool,
    /// How many bytes there is room for.
    pub room: u64,
}

impl Element {
    /// The declared type that it is or is made of.
    pub fn named(&self) -> Option<&TypeName> {
        match self {
            Self::Enum(name, _) | Self::Flags(name, _) | Self::Struct(name) | Self::Union(name) => {
                Some(name)
            }
            Self::List(inner, _) | Self::Optional(inner) => inner.element.named(),
            Self::Primitive(_) | Self::Str(_) | Self::Bytes(_) | Self::Char | Self::Byte => None,
        }
    }

    /// Whether it is a `str[<=N]` or a `bytes[<=N]`: text or bytes as a whole, and a
    /// list only by how they lie.
    pub fn bounded(&self) -> Option<Bounded> {
        match self {
            Self::List(inner, room) => match inner.element {
                Self::Char => Some(Bounded { is_text: true, room: *room }),
                Self::Byte => Some(Bounded { is_text: false, room: *room }),
                _ => None,
            },
            _ => None,
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
    pub(crate) fn expr(&self) -> TypeExpr {
        match self {
            Self::Primitive(p) => TypeExpr::Primitive(*p),
            Self::Str(n) => TypeExpr::Str(*n),
            Self::Bytes(n) => TypeExpr::Bytes(*n),
            Self::Char => TypeExpr::Char,
            Self::Byte => TypeExpr::Byte,
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
            Self::Primitive(_) | Self::Str(_) | Self::Bytes(_) | Self::Char | Self::Byte => {
                self.clone()
            }
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
            Element::Char => "str".to_owned(),
            Element::Byte => "bytes".to_owned(),
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
