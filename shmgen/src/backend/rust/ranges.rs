//! Ranges in Rust: their constants, and what tells whether a value is within
//! its own.

use super::value;
use crate::backend::text::bound_value;
use crate::model::{Element, Type};
use shm_runtime::contract::{Bound, Range, TypeName};
use std::collections::BTreeSet;

/// The type of a range's constant.
pub(super) fn type_of(range: Range) -> String {
    let kind = match (range.min(), range.max()) {
        (Some(_), Some(_)) => "RangeInclusive",
        (Some(_), None) => "RangeFrom",
        (None, _) => "RangeToInclusive",
    };
    format!("::core::ops::{kind}<{}>", range.ty().name())
}

/// `1..=10`, `0.5..`
pub(super) fn value_of(range: Range) -> String {
    let end = |end: Option<Bound>| {
        end.map_or(String::new(), |bound| value(range.ty(), bound_value(bound)))
    };
    let dots = if range.max().is_some() { "..=" } else { ".." };
    format!("{}{dots}{}", end(range.min()), end(range.max()))
}

/// What is true of `place` if it is within its ranges: that of its field or
/// variant `name`, or those of the type inside. Empty if it has none.
pub(super) fn within(
    name: &str,
    place: &str,
    ty: &Type,
    range: Option<Range>,
    with_ranges: &BTreeSet<TypeName>,
) -> String {
    let inside = ty.innermost().named().is_some_and(|t| with_ranges.contains(t));
    let range = range.map(|_| format!("Self::{}_RANGE", name.to_uppercase()));
    if !inside && range.is_none() {
        return String::new();
    }
    of(ty, place, "&", range.as_deref())
}

/// The same of any type. `borrow` makes a reference of the place.
fn of(ty: &Type, place: &str, borrow: &str, range: Option<&str>) -> String {
    if ty.dims.is_empty() {
        return one(&ty.element, place, borrow, range);
    }
    let elements = format!("{place}.iter(){}", ".flatten()".repeat(ty.dims.len() - 1));
    format!("{elements}.all(|element| {})", one(&ty.element, "element", "", range))
}

/// The same of one element. A count or a `has` that cannot be is within nothing.
fn one(element: &Element, place: &str, borrow: &str, range: Option<&str>) -> String {
    match (element, range) {
        (Element::List(inner, _), _) => {
            let all = of(inner, "item", "", range);
            format!("{place}.get().is_ok_and(|items| items.iter().all(|item| {all}))")
        }
        (Element::Optional(inner), _) => {
            let one = of(inner, "value", "&", range);
            format!("{place}.get().is_ok_and(|value| value.map_or(true, |value| {one}))")
        }
        (_, Some(range)) => format!("{range}.contains({borrow}{place})"),
        (_, None) => format!("{place}.within_ranges()"),
    }
}
