//! Ranges in C: their constants, and the statements of a function that tells
//! whether a value is within its own.

use super::c::{c_name, constant, loops};
use super::text::bound_value;
use crate::model::{Element, Field};
use shm_runtime::contract::{Bound, TypeName};
use std::collections::BTreeSet;

/// `MIN` and `MAX`, as far as they are given, with their values.
pub(super) fn bounds(f: &Field) -> Vec<(&'static str, String)> {
    let Some(range) = f.range else { return Vec::new() };
    let ends = [("MIN", range.min()), ("MAX", range.max())];
    let value = |bound: Bound| constant(range.ty(), bound_value(bound));
    ends.into_iter().filter_map(|(name, end)| Some((name, value(end?)))).collect()
}

/// Statements that return false if a field of `value` is outside of its ranges;
/// empty if it has none.
pub(super) fn statements(
    f: &Field,
    owner: &str,
    with_ranges: &BTreeSet<TypeName>,
    prefix: &str,
) -> String {
    let name = format!("{prefix}{owner}_{}", f.name);
    let outside = |element: &str| match (&f.ty.element, f.range) {
        (Element::Struct(t), _) if with_ranges.contains(t) => {
            format!("!{}_within_ranges(&value->{element})", c_name(t, prefix))
        }
        (_, Some(range)) => {
            let (low, high) = range.ty().integer_range().unzip();
            // Compilers warn of a comparison that is always true.
            let tells = |end: Option<Bound>, limit: Option<i128>| match end {
                Some(Bound::Integer(n)) => Some(n) != limit,
                Some(Bound::Float(_)) => true,
                None => false,
            };
            let mut tests = Vec::new();
            if tells(range.min(), low) {
                tests.push(format!("value->{element} >= {name}_MIN"));
            }
            if tells(range.max(), high) {
                tests.push(format!("value->{element} <= {name}_MAX"));
            }
            // NaN is outside: no comparison is true of it.
            let all = tests.join(" && ");
            if all.is_empty() { all } else { format!("!({all})") }
        }
        (_, None) => String::new(),
    };
    if outside(&f.name).is_empty() {
        return String::new();
    }
    let leave = |e: &str| format!("if ({}) {{\n  return false;\n}}", outside(e));
    loops(&f.name, &f.ty.dims, |_, _, _| {}, leave)
}
