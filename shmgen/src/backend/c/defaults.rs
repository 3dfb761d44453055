//! Defaults in C: the statements of a function that makes a new value.

use super::Context;
use super::spelling::{c_name, constant, literal};
use super::statements::loops;
use crate::model::{Element, Field, FieldDefault};

/// A C string of exactly these bytes.
fn bytes(text: &str) -> String {
    let escaped = text.bytes().map(|b| match b {
        b'"' | b'\\' | b'?' => format!("\\{}", char::from(b)),
        b' '..=b'~' => char::from(b).to_string(),
        _ => format!("\\{b:03o}"),
    });
    format!("\"{}\"", escaped.collect::<String>())
}

/// Statements that put what is not zero in a new value into a field.
pub(super) fn statements(f: &Field, context: &Context) -> Option<String> {
    let (name, prefix) = (&f.name, &context.prefix);
    if let Some(FieldDefault::Text(text)) = &f.default {
        let (name, count) = match f.ty.element.bounded() {
            Some(_) => {
                (format!("{name}.items"), format!("\n  value.{name}.count = {};", text.len()))
            }
            None => (name.clone(), String::new()),
        };
        let copy = format!("  memcpy(value.{name}, {}, {});{count}", bytes(text), text.len());
        return (!text.is_empty()).then_some(copy);
    }
    match &f.ty.element {
        Element::Struct(t) if context.with_defaults.contains(t) => {
            let one = |element: &str| format!("value.{element} = {}_default();", c_name(t, prefix));
            Some(loops(name, &f.ty.dims, |_, _, _| {}, one))
        }
        element => default_number(f.default.as_ref(), element, prefix)
            .map(|value| format!("  value.{name} = {value};")),
    }
}

/// A default other than text.
fn default_number(
    default: Option<&FieldDefault>,
    element: &Element,
    prefix: &str,
) -> Option<String> {
    Some(match (default?, element) {
        (FieldDefault::Value(value), Element::Primitive(p)) => constant(*p, *value),
        (FieldDefault::Enum(value), Element::Enum(t, _)) => {
            format!("{}_{value}", c_name(t, prefix))
        }
        (FieldDefault::Flags(_, bits), Element::Flags(t, p)) => {
            format!("SHM_CAST({}, {})", c_name(t, prefix), literal(*p, i128::from(*bits)))
        }
        // The model gives a field no default of another type.
        _ => return None,
    })
}
