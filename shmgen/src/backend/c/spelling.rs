//! How C spells names, types, values and comments.

use crate::backend::text::{float_text, lines, quoted};
use crate::model::{Element, Type, Value};
use shm_runtime::contract::{Primitive, TypeName};
use std::borrow::Cow;
use std::fmt::Write as _;

/// Text that can stand in a comment.
pub(super) fn safe(doc: &str) -> Cow<'_, str> {
    if !doc.contains('/') {
        return Cow::Borrowed(doc);
    }
    Cow::Owned(doc.replace("*/", "* /").replace("/*", "/ *"))
}

/// A comment of one line or of several, with a line end; nothing for no text.
pub(in super::super) fn comment(doc: &str, indent: &str) -> String {
    let doc = safe(doc);
    match doc.lines().count() {
        0 => String::new(),
        1 => [indent, "/* ", doc.trim(), " */\n"].concat(),
        _ => {
            let inner = lines(&doc, &format!("{indent} * "));
            format!("{indent}/*\n{inner}{indent} */\n")
        }
    }
}

/// A C string. No trigraph comes of it, which old dialects would read.
pub(super) fn string(text: &str) -> String {
    format!("\"{}\"", quoted(text).replace("??", "?\\?"))
}

/// What stands behind a declaration that is deprecated, with a space before it.
pub(in super::super) fn mark(deprecated: Option<&str>) -> String {
    deprecated.map_or(String::new(), |why| format!(" SHM_DEPRECATED({})", string(why)))
}

/// A constant zero of that name, in a form that goes with a type.
pub(super) fn zero(ty: Primitive, name: &str) -> String {
    match ty {
        // Compilers warn of arithmetic between a float and an enumerator.
        Primitive::F32 | Primitive::F64 => format!("SHM_CAST({}, {name})", ctype(ty)),
        _ => name.to_owned(),
    }
}

pub(in super::super) fn ctype(p: Primitive) -> &'static str {
    match p {
        Primitive::U8 | Primitive::Bool => "uint8_t",
        Primitive::U16 => "uint16_t",
        Primitive::U32 => "uint32_t",
        Primitive::U64 => "uint64_t",
        Primitive::I8 => "int8_t",
        Primitive::I16 => "int16_t",
        Primitive::I32 => "int32_t",
        Primitive::I64 => "int64_t",
        Primitive::F32 => "float",
        Primitive::F64 => "double",
    }
}

/// A whole number of a type, in a form that has that type in C and C++.
pub(in super::super) fn literal(p: Primitive, number: i128) -> String {
    let bits = p.size() * 8;
    if !p.is_signed() {
        return format!("UINT{bits}_C({number})");
    }
    // The least number of a type cannot be written as minus the greatest one.
    match p.integer_range() {
        Some((low, _)) if low == number => format!("(-INT{bits}_C({}) - 1)", -(number + 1)),
        _ if number < 0 => format!("(-INT{bits}_C({}))", -number),
        _ => format!("INT{bits}_C({number})"),
    }
}

pub(in super::super) fn constant(ty: Primitive, value: Value) -> String {
    match value {
        Value::Integer(n) => literal(ty, n),
        Value::Float(f) => float(ty, f),
        Value::Bool(b) => u8::from(b).to_string(),
    }
}

/// A float with all its digits; C takes Rust's form.
pub(super) fn float(ty: Primitive, f: f64) -> String {
    let suffix = if ty == Primitive::F32 { "f" } else { "" };
    let text = float_text(ty, f) + suffix;
    if f.is_sign_negative() { format!("({text})") } else { text }
}

/// The C name of a declared type: of this schema, or of the one it comes from.
pub(in super::super) fn c_name(name: &TypeName, prefix: &str) -> String {
    match name.schema.as_str() {
        "" => [prefix, name.name.as_str()].concat(),
        schema => format!("{}_{}", schema.replace('.', "_"), name.name),
    }
}

/// The type of one element in C, and the dimensions that text and bytes have of
/// their own.
pub(super) fn element(ty: &Type, prefix: &str) -> (Cow<'static, str>, Option<u64>) {
    match &ty.element {
        Element::Primitive(p) => (ctype(*p).into(), None),
        Element::Str(n) => ("char".into(), Some(*n)),
        Element::Bytes(n) => ("uint8_t".into(), Some(*n)),
        Element::Char => ("char".into(), None),
        Element::Byte => ("uint8_t".into(), None),
        Element::Enum(t, _) | Element::Flags(t, _) | Element::Struct(t) | Element::Union(t) => {
            (c_name(t, prefix).into(), None)
        }
        Element::List(..) | Element::Optional(_) => {
            (wrapped_name(&ty.element, prefix).into(), None)
        }
    }
}

/// The C name of a list or an optional, which is of the schema that uses it.
pub(in super::super) fn wrapped_name(element: &Element, prefix: &str) -> String {
    format!("{prefix}{}", element.wrapped_name().unwrap_or_default())
}

/// `float` and its dimensions, the outermost first.
pub(in super::super) fn parts(ty: &Type, prefix: &str) -> (Cow<'static, str>, Vec<u64>) {
    let (element, own) = element(ty, prefix);
    (element, ty.dims.iter().copied().chain(own).collect())
}

/// `[4][8]`
pub(in super::super) fn brackets(dims: &[u64]) -> String {
    dims.iter().fold(String::new(), |mut out, n| {
        let _ = write!(out, "[{n}]");
        out
    })
}

/// `float curve[4][8]`
pub(in super::super) fn declaration(ty: &Type, name: &str, prefix: &str) -> String {
    let (element, dims) = parts(ty, prefix);
    [&element, " ", name, &brackets(&dims)].concat()
}
