//! Numbers that are computed from constants, wherever a whole number is asked
//! for: `capacity = "DEPTH"`. They are put in their places before anything else
//! is looked at.

use super::constants;
use super::imports::Imports;
use super::types::Names;
use crate::diagnostics::{Code, Diagnostics, Span};
use crate::model::Schema;
use crate::syntax;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Puts the numbers into a schema. What is wrong goes to `diagnostics`; the
/// places of the numbers that stay unknown are returned.
pub(crate) fn compute(
    schema: &mut syntax::Schema,
    imports: &[Arc<Schema>],
    diagnostics: &mut Diagnostics,
) -> Vec<Span> {
    if schema.computed.is_empty() {
        return Vec::new();
    }
    let mut found: BTreeMap<usize, Option<i128>> = BTreeMap::new();
    {
        // What is wrong with names and constants is reported when their turn comes.
        let mut told = Diagnostics::default();
        let mut names = Names::new(schema, Imports::new(imports), &mut told);
        constants::resolve(schema, &mut names, &mut told);
        for (at, expression) in &schema.computed {
            let number = expression.as_ref().and_then(|e| names.whole(e, diagnostics));
            found.insert(*at, number);
        }
    }
    let source = Arc::clone(&schema.source);
    let mut unknown = Vec::new();
    for number in schema.numbers() {
        let span = number.span.clone();
        match found.get(&span.start) {
            None => {}
            Some(Some(value)) if is_of_64_bits(*value) => number.value = *value,
            Some(Some(value)) => {
                let message = format!("{value} is no whole number of 64 bits");
                diagnostics.error(Code::E013, &source, span.clone(), message);
                unknown.push(span);
            }
            Some(None) => unknown.push(span),
        }
    }
    unknown
}

fn is_of_64_bits(number: i128) -> bool {
    (i128::from(i64::MIN)..=i128::from(u64::MAX)).contains(&number)
}
