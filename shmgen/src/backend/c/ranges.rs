//! Ranges in C: their constants, and the statements of a function that tells
//! whether a value is within its own.

use super::Context;
use super::spelling::{c_name, constant, wrapped_name};
use crate::backend::text::bound_value;
use crate::model::{Element, Type};
use shm_runtime::contract::{Bound, Range};
use std::fmt::Write as _;

/// `MIN` and `MAX`, as far as they are given, with their values.
pub(in super::super) fn bounds(range: Option<Range>) -> Vec<(&'static str, String)> {
    let Some(range) = range else { return Vec::new() };
    let ends = [("MIN", range.min()), ("MAX", range.max())];
    let value = |bound: Bound| constant(range.ty(), bound_value(bound));
    ends.into_iter().filter_map(|(name, end)| Some((name, value(end?)))).collect()
}

/// What there is to check of a field or a variant.
struct Check<'a> {
    /// What the constants of its range begin with.
    constants: String,
    range: Option<Range>,
    context: &'a Context,
}

/// Statements that return false if `place` of `value` is outside of its ranges:
/// that of `name` of `owner`, or those of the type inside. None if it has none.
pub(super) fn statements(
    (owner, name): (&str, &str),
    place: &str,
    ty: &Type,
    range: Option<Range>,
    context: &Context,
) -> Option<String> {
    let inside = ty.innermost().named().is_some_and(|t| context.with_ranges.contains(t));
    if !inside && range.is_none() {
        return None;
    }
    let constants = format!("{}{owner}_{name}", context.prefix);
    let check = Check { constants, range, context };
    let text = check.of(ty, place, 1, &mut 0);
    (!text.is_empty()).then(|| text.trim_end().to_owned())
}

impl Check<'_> {
    /// Statements so far in. `counters` is how many loops there were.
    fn of(&self, ty: &Type, place: &str, depth: usize, counters: &mut usize) -> String {
        let mut place = place.to_owned();
        let mut ends = Vec::new();
        for n in &ty.dims {
            ends.push((*counters, n));
            let _ = write!(place, "[i{counters}]");
            *counters += 1;
        }
        let inner = self.one(&ty.element, &place, depth + ends.len(), counters);
        ends.iter().enumerate().rev().fold(inner, |inner, (level, (i, n))| {
            around(depth + level, &format!("for (size_t i{i} = 0; i{i} < {n}; i{i}++)"), &inner)
        })
    }

    /// The same of one element. A count or a `has` that cannot be is within nothing.
    fn one(&self, element: &Element, place: &str, depth: usize, counters: &mut usize) -> String {
        let leave = |test: String| match test.is_empty() {
            true => String::new(),
            false => around(depth, &format!("if ({test})"), &line(depth + 1, "return false;")),
        };
        let name = || wrapped_name(element, &self.context.prefix);
        match element {
            Element::List(inner, _) => {
                let name = name();
                let i = *counters;
                *counters += 1;
                let items = format!("{place}.items[i{i}]");
                let inner = self.of(inner, &items, depth + 1, counters);
                let size = format!("{name}_size(&value->{place})");
                let all = format!("for (size_t i{i} = 0; i{i} < {size}; i{i}++)");
                leave(format!("!{name}_valid(&value->{place})")) + &around(depth, &all, &inner)
            }
            Element::Optional(inner) => {
                let inner = self.of(inner, &format!("{place}.value"), depth + 1, counters);
                let has = format!("if (shm_look8(&value->{place}.has) == 1)");
                leave(format!("!{}_valid(&value->{place})", name())) + &around(depth, &has, &inner)
            }
            Element::Struct(t) | Element::Union(t) if self.context.with_ranges.contains(t) => {
                leave(format!(
                    "!{}_within_ranges(&value->{place})",
                    c_name(t, &self.context.prefix)
                ))
            }
            _ => leave(self.outside(place)),
        }
    }

    /// What is true of a number that is outside; empty if none is.
    fn outside(&self, place: &str) -> String {
        let Some(range) = self.range else { return String::new() };
        let (low, high) = range.ty().integer_range().unzip();
        // Compilers warn of a comparison that is always true.
        let tells = |end: Option<Bound>, limit: Option<i128>| match end {
            Some(Bound::Integer(n)) => Some(n) != limit,
            Some(Bound::Float(_)) => true,
            None => false,
        };
        let mut tests = Vec::new();
        if tells(range.min(), low) {
            tests.push(format!("value->{place} >= {}_MIN", self.constants));
        }
        if tells(range.max(), high) {
            tests.push(format!("value->{place} <= {}_MAX", self.constants));
        }
        // NaN is outside: no comparison is true of it.
        let all = tests.join(" && ");
        if all.is_empty() { all } else { format!("!({all})") }
    }
}

fn line(depth: usize, text: &str) -> String {
    format!("{}{text}\n", "  ".repeat(depth))
}

/// Statements within braces; nothing if there are none.
fn around(depth: usize, head: &str, inner: &str) -> String {
    if inner.is_empty() {
        return String::new();
    }
    line(depth, &format!("{head} {{")) + inner + &line(depth, "}")
}
