//! Ranges in Rust: their constants, and what tells whether a value is within
//! its own.

use super::spelling::value;
use crate::backend::text::bound_value;
use crate::model::{Element, Type};
use shm_runtime::contract::{Bound, Range, TypeName};
use std::collections::BTreeSet;

/// The constant of a range: its type, and its value `1..=10` or `0.5..`.
pub(super) struct Bounds {
    pub(super) ty: String,
    pub(super) value: String,
}

pub(super) fn bounds(range: Range) -> Bounds {
    let kind = match (range.min(), range.max()) {
        (Some(_), Some(_)) => "RangeInclusive",
        (Some(_), None) => "RangeFrom",
        (None, _) => "RangeToInclusive",
    };
    let end = |end: Option<Bound>| {
        end.map_or(String::new(), |bound| value(range.ty(), bound_value(bound)))
    };
    let dots = if range.max().is_some() { "..=" } else { ".." };
    Bounds {
        ty: format!("::core::ops::{kind}<{}>", range.ty().name()),
        value: format!("{}{dots}{}", end(range.min()), end(range.max())),
    }
}

/// What is true of `place` if it is within its ranges: that of its field or
/// variant `name`, or those of the type inside.
pub(super) fn within(
    name: &str,
    place: &str,
    ty: &Type,
    range: Option<Range>,
    with_ranges: &BTreeSet<TypeName>,
) -> Option<String> {
    let inside = ty.innermost().named().is_some_and(|t| with_ranges.contains(t));
    let range = range.map(|_| format!("Self::{}_RANGE", name.to_uppercase()));
    if !inside && range.is_none() {
        return None;
    }
    Some(of(ty, place, "&", range.as_deref()))
}

/// The same of any type. `borrow` makes a reference of the place.
fn of(ty: &Type, place: &str, borrow: &str, range: Option<&str>) -> String {
    if ty.dims.is_empty() {
        return one(&ty.element, place, borrow, range);
    }
    let elements = format!("{place}.iter(){}", ".flatten()".repeat(ty.dims.len() - 1));
    format!("{elements}.all(|element_| {})", one(&ty.element, "element_", "", range))
}

/// The same of one element. A count or a `has` that cannot be is within nothing.
fn one(element: &Element, place: &str, borrow: &str, range: Option<&str>) -> String {
    match (element, range) {
        (Element::List(inner, _), _) => {
            let all = of(inner, "item_", "", range);
            format!("{place}.get().is_ok_and(|items_| items_.iter().all(|item_| {all}))")
        }
        (Element::Optional(inner), _) => {
            let one = of(inner, "value_", "&", range);
            format!("{place}.get().is_ok_and(|value_| value_.map_or(true, |value_| {one}))")
        }
        (_, Some(range)) => format!("{range}.contains({borrow}{place})"),
        (_, None) => format!("{place}.within_ranges()"),
    }
}
