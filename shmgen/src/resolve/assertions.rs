//! Assertions: what a schema says that the layout of a struct has to be, held
//! against what it is.

use crate::diagnostics::{Code, Diagnostics, Source, Spanned, nearest};
use crate::model::Struct;
use crate::syntax::Assertion;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Holds the assertions of a struct against its layout.
pub(super) fn check(
    asserted: &Assertion,
    s: &Struct,
    source: &Arc<Source>,
    diagnostics: &mut Diagnostics,
) {
    let mut missing = Vec::new();
    let mut told = false;
    let mut hold = |asserted: &Spanned<i128>, real: u64, what: String| {
        if asserted.value != i128::from(real) {
            let message = format!("{what} is {real}, not {}", asserted.value);
            let error = diagnostics.error(Code::E086, source, asserted.span.clone(), message);
            error.label(format!("it is {real}"));
            if !std::mem::replace(&mut told, true) {
                error.help(
                    "`shmgen layout` shows where each field lies; for the layout of another program, \
                     also a packed one, see the page \"Foreign layouts\" of the documentation",
                );
            }
        }
    };
    if let Some(size) = &asserted.size {
        hold(size, s.size, format!("the size of `{}`", s.name));
    }
    if let Some(align) = &asserted.align {
        hold(align, s.align, format!("the alignment of `{}`", s.name));
    }
    if asserted.offsets.is_empty() {
        return;
    }
    let offsets: BTreeMap<&str, u64> = s.fields().map(|f| (f.name.as_str(), f.offset)).collect();
    for (name, offset) in &asserted.offsets {
        match offsets.get(name.value.as_str()) {
            Some(real) => hold(offset, *real, format!("the offset of `{}.{}`", s.name, name.value)),
            None => missing.push(name),
        }
    }
    for name in missing {
        let message = format!("`{}` has no field `{}`", s.name, name.value);
        let error = diagnostics.error(Code::E086, source, name.span.clone(), message);
        if let Some(near) = nearest(&name.value, offsets.keys().copied()) {
            error.label(format!("did you mean `{near}`?"));
        }
    }
}
