//! Ranges in Rust: their constants, and what tells whether a value is within
//! its own.

use super::rust::value;
use super::text::bound_value;
use crate::model::{Element, Field};
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

/// What is true of `self` if a field is within its ranges; empty if it has none.
pub(super) fn within(f: &Field, with_ranges: &BTreeSet<TypeName>) -> String {
    let inside = matches!(&f.ty.element, Element::Struct(t) if with_ranges.contains(t));
    if !inside && f.range.is_none() {
        return String::new();
    }
    let constant = format!("Self::{}_RANGE", f.name.to_uppercase());
    let place = format!("self.{}", f.name);
    if f.ty.dims.is_empty() {
        return match inside {
            true => format!("{place}.within_ranges()"),
            false => format!("{constant}.contains(&{place})"),
        };
    }
    let elements = format!("{place}.iter(){}", ".flatten()".repeat(f.ty.dims.len() - 1));
    let one = match inside {
        true => "element.within_ranges()".to_owned(),
        false => format!("{constant}.contains(element)"),
    };
    format!("{elements}.all(|element| {one})")
}
