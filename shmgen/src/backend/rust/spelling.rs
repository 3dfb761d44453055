//! How Rust writes things: documentation, numbers, types and defaults.

use crate::backend::text::{lines, quoted, value_text};
use crate::model::{Element, Field, FieldDefault, Meta, Schema, Type, TypeDecl, Value};
use shm_runtime::contract::{Primitive, TypeName};
use std::collections::{BTreeMap, BTreeSet};

/// Documentation in lines.
pub(super) fn doc(text: &str, indent: &str) -> String {
    lines(text, &format!("{indent}/// "))
}

/// Documentation that is followed by a paragraph of ours.
pub(super) fn doc_before(text: &str, indent: &str) -> String {
    match text {
        "" => String::new(),
        _ => format!("{}{indent}///\n", doc(text, indent)),
    }
}

/// The attribute of what is deprecated, with a line end; nothing of what is not.
pub(super) fn deprecated(meta: &Meta, indent: &str) -> String {
    meta.deprecated
        .as_deref()
        .map_or(String::new(), |why| format!("{indent}#[deprecated(note = \"{}\")]\n", quoted(why)))
}

/// The value of a constant.
pub(super) fn value(ty: Primitive, value: Value) -> String {
    match value {
        Value::Integer(n) => literal(n),
        Value::Float(_) | Value::Bool(_) => value_text(ty, value),
    }
}

/// `0x0001_8000`, in groups of four.
pub(super) fn hexadecimal(number: u64) -> String {
    let digits = format!("{number:x}");
    let width = if digits.len() > 4 { digits.len().next_multiple_of(4) } else { digits.len() };
    let digits = format!("{number:0width$x}");
    let groups: Vec<&str> =
        (0..digits.len()).step_by(4).map(|i| &digits[i..(i + 4).min(digits.len())]).collect();
    format!("0x{}", groups.join("_"))
}

/// A whole number as Rust programmers write it: `1_040_384`.
pub(super) fn literal(number: i128) -> String {
    let digits = number.unsigned_abs().to_string();
    let mut out = String::from(if number < 0 { "-" } else { "" });
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && digits.len() > 4 && (digits.len() - i).is_multiple_of(3) {
            out.push('_');
        }
        out.push(digit);
    }
    out
}

/// A type of another schema.
pub(super) struct Import<'a> {
    pub(super) path: String,
    pub(super) schema: &'a str,
}

/// How types are written in the module of a schema.
pub(super) struct Names<'a> {
    /// The modules of the schemas that it imports.
    modules: BTreeMap<&'a str, &'a str>,
    /// What lists leave free behind their last item, by their names.
    tails: BTreeMap<&'a str, u64>,
}

impl<'a> Names<'a> {
    pub(super) fn new(schema: &'a Schema) -> Self {
        let modules = schema.with_imports();
        let tails = schema.types.iter().filter_map(|decl| match decl {
            TypeDecl::Wrapped(w) => Some((w.name.as_str(), w.tail_gap())),
            _ => None,
        });
        Self {
            modules: modules.iter().map(|s| (s.name.as_str(), s.module.as_str())).collect(),
            tails: tails.collect(),
        }
    }

    /// A declared type: the modules of two schemas lie side by side.
    pub(super) fn path(&self, name: &TypeName) -> String {
        match self.modules.get(name.schema.as_str()) {
            Some(module) => format!("super::{module}::{}", name.name),
            None => name.name.clone(),
        }
    }

    /// The declared types that some types are made of: of this schema, and of
    /// others.
    pub(super) fn uses<'t>(
        &self,
        types: impl Iterator<Item = &'t Type>,
    ) -> (String, Vec<Import<'t>>) {
        let all: BTreeSet<&'t TypeName> = types.filter_map(|ty| ty.element.named()).collect();
        let (own, others): (Vec<&TypeName>, Vec<&TypeName>) =
            all.into_iter().partition(|name| name.schema.is_empty());
        let own: Vec<&str> = own.iter().map(|name| name.name.as_str()).collect();
        let others =
            others.iter().map(|name| Import { path: self.path(name), schema: &name.schema });
        (own.join(", "), others.collect())
    }

    pub(super) fn type_of(&self, ty: &Type) -> String {
        let element = match &ty.element {
            Element::Primitive(Primitive::Bool) => "::shm_runtime::Bool".to_owned(),
            Element::Primitive(p) => p.name().to_owned(),
            Element::Str(n) => format!("::shm_runtime::Str<{n}>"),
            Element::Bytes(n) => format!("[u8; {n}]"),
            Element::Char | Element::Byte => "u8".to_owned(),
            Element::Enum(name, _)
            | Element::Flags(name, _)
            | Element::Struct(name)
            | Element::Union(name) => self.path(name),
            Element::List(inner, n) => {
                let tail = ty.element.wrapped_name().and_then(|name| self.tails.get(name.as_str()));
                let of = match inner.element {
                    Element::Char => "BoundedStr<".to_owned(),
                    Element::Byte => "BoundedBytes<".to_owned(),
                    _ => format!("List<{}, ", self.type_of(inner)),
                };
                match tail {
                    Some(tail) if *tail > 0 => format!("::shm_runtime::{of}{n}, {tail}>"),
                    _ => format!("::shm_runtime::{of}{n}>"),
                }
            }
            Element::Optional(inner) => {
                format!("::shm_runtime::Optional<{}>", self.type_of(inner))
            }
        };
        ty.dims.iter().rev().fold(element, |inner, n| format!("[{inner}; {n}]"))
    }

    pub(super) fn default_of(&self, f: &Field) -> String {
        let ty = &f.ty;
        if let Some(default) = &f.default {
            return self.given_default(&ty.element, default);
        }
        let element = match &ty.element {
            Element::Primitive(Primitive::Bool) => "::shm_runtime::Bool::FALSE".to_owned(),
            Element::Primitive(Primitive::F32 | Primitive::F64) => "0.0".to_owned(),
            Element::Primitive(_) | Element::Char | Element::Byte => "0".to_owned(),
            Element::Str(_) => "::shm_runtime::Str::EMPTY".to_owned(),
            Element::Bytes(n) => format!("[0; {n}]"),
            Element::Enum(name, _) | Element::Flags(name, _) => {
                format!("{}(0)", self.path(name))
            }
            Element::Struct(name) | Element::Union(name) => {
                format!("<{} as ::core::default::Default>::default()", self.path(name))
            }
            Element::List(inner, _) => match inner.element {
                Element::Char => "::shm_runtime::BoundedStr::EMPTY".to_owned(),
                Element::Byte => "::shm_runtime::BoundedBytes::EMPTY".to_owned(),
                _ => "::shm_runtime::List::new()".to_owned(),
            },
            Element::Optional(_) => "::shm_runtime::Optional::none()".to_owned(),
        };
        ty.dims.iter().rev().fold(element, |inner, n| format!("[{inner}; {n}]"))
    }

    /// A default that the schema gives.
    fn given_default(&self, element: &Element, default: &FieldDefault) -> String {
        let ty = element.named().map(|name| self.path(name)).unwrap_or_default();
        match default {
            FieldDefault::Value(Value::Bool(true)) => "::shm_runtime::Bool::TRUE".to_owned(),
            FieldDefault::Value(Value::Bool(false)) => "::shm_runtime::Bool::FALSE".to_owned(),
            FieldDefault::Value(number) => match element {
                Element::Primitive(p) => value(*p, *number),
                _ => String::new(), // the model gives numbers to primitives only
            },
            FieldDefault::Text(text) => {
                let mut escaped = String::new();
                text.chars().for_each(|c| escaped.extend(c.escape_debug()));
                let ty = if element.bounded().is_some() { "BoundedStr" } else { "Str" };
                format!("::shm_runtime::{ty}::new(\"{escaped}\")")
            }
            FieldDefault::Enum(name) => format!("{ty}::{name}"),
            FieldDefault::Flags(_, bits) => format!("{ty}({})", hexadecimal(*bits)),
        }
    }
}
