//! Ranges of numeric fields: the numbers they may hold.

use super::types::Names;
use crate::diagnostics::{Code, Diagnostics, Spanned};
use crate::model::{Element, FieldDefault, Type, TypeDecl, Value};
use crate::syntax::{RangeText, ValueText};
use shm_runtime::contract::{Bound, Primitive, Range, TypeName};
use std::collections::BTreeSet;

impl Names<'_> {
    /// The range of a field, a variant or an alias: its own within that of the aliases it
    /// is of, which it narrows.
    pub(super) fn range(
        &self,
        own: Option<&RangeText>,
        inherited: Option<Range>,
        ty: &Type,
        diagnostics: &mut Diagnostics,
    ) -> Option<Range> {
        let Some(own) = own else { return inherited };
        let primitive = match ty.innermost() {
            Element::Primitive(primitive) if *primitive != Primitive::Bool => *primitive,
            _ => {
                let message = format!("what is of type `{}` has no range", ty.expr());
                diagnostics
                    .error(Code::E082, &self.source, own.span.clone(), message)
                    .help("integers and floats have one, and arrays, lists and optionals of them");
                return inherited;
            }
        };
        let mut bound = |end: Option<&Spanned<ValueText>>| match end {
            None => Some(None),
            Some(end) => {
                let value = self.value(end, primitive, Code::E083, diagnostics)?;
                let bound = bound_of(value)?;
                if inherited.is_some_and(|range| !range.contains(bound)) {
                    let range = inherited.map_or(String::new(), |range| range.to_string());
                    let message = format!("the range of the type is {range}");
                    diagnostics
                        .error(Code::E083, &self.source, end.span.clone(), message)
                        .label("this lies outside of it")
                        .help("a range narrows that of the alias; a bound left out stays as it is");
                    return None;
                }
                Some(Some(bound))
            }
        };
        let (Some(min), Some(max)) = (bound(own.min.as_ref()), bound(own.max.as_ref())) else {
            return inherited;
        };
        let min = min.or(inherited.and_then(|range| range.min()));
        let max = max.or(inherited.and_then(|range| range.max()));
        let range = Range::new(primitive, min, max);
        if range.is_none() {
            let message = if min.is_none() && max.is_none() {
                "a range has a `min`, a `max` or both"
            } else {
                "no number is within this range: its `min` is greater than its `max`"
            };
            diagnostics.error(Code::E083, &self.source, own.span.clone(), message);
        }
        range.or(inherited)
    }
}

fn bound_of(value: Value) -> Option<Bound> {
    match value {
        Value::Integer(n) => Some(Bound::Integer(n)),
        Value::Float(f) => Some(Bound::Float(f)),
        Value::Bool(_) => None,
    }
}

/// What to say of a default that is outside of the range of its field.
pub(super) fn outside(default: &FieldDefault, range: Option<Range>) -> Option<String> {
    let (FieldDefault::Value(value), Some(range)) = (default, range) else { return None };
    let bound = bound_of(*value)?;
    (!range.contains(bound)).then(|| format!("the default is not within the range {range}"))
}

/// Says which structs and unions have ranges in them. They come parts before
/// wholes. `with` are those of other schemas that have some.
pub(super) fn mark(types: &mut [TypeDecl], mut with: BTreeSet<TypeName>) {
    for decl in types {
        let has = |ty: &Type, range: Option<Range>| {
            range.is_some() || ty.innermost().named().is_some_and(|name| with.contains(name))
        };
        let has_ranges = match decl {
            TypeDecl::Struct(s) => s.fields().any(|f| has(&f.ty, f.range)),
            TypeDecl::Union(u) => {
                u.variants.iter().any(|v| v.ty.as_ref().is_some_and(|ty| has(ty, v.range)))
            }
            _ => false,
        };
        if has_ranges {
            with.insert(TypeName::own(decl.name()));
        }
        match decl {
            TypeDecl::Struct(s) => s.has_ranges = has_ranges,
            TypeDecl::Union(u) => u.has_ranges = has_ranges,
            _ => {}
        }
    }
}
