//! Unions: their tags, and where their variants lie.

use super::layout::MAX_SIZE;
use super::sizes::Sizes;
use super::types::Found;
use crate::diagnostics::{Code, Diagnostics, Source};
use crate::model::{Meta, Union, Variant};
use crate::syntax;
use heck::ToUpperCamelCase;
use shm_runtime::contract::{Primitive, Wrapper};
use std::collections::BTreeMap;
use std::sync::Arc;

/// What a variant is called where it has the name of a type.
pub(super) fn type_name(name: &str) -> String {
    name.to_upper_camel_case()
}

/// Lays a union out. `found` are the types of its variants; what has none where
/// one is written is wrong, which was reported. `metas` is what is said about it
/// and about each of its variants.
pub(super) fn resolve(
    u: &syntax::Union,
    tag: Primitive,
    found: &[Option<Found>],
    (meta, metas): (Meta, Vec<Meta>),
    sizes: &Sizes,
    source: &Arc<Source>,
    diagnostics: &mut Diagnostics,
) -> Option<Union> {
    let numbers_are_right = check_numbers(u, tag, source, diagnostics);
    if u.variants.iter().all(|v| v.ty.is_none()) {
        if u.is_whole {
            let message = format!("no variant of the union `{}` holds anything", u.name.value);
            diagnostics
                .error(Code::E035, source, u.name.span.clone(), message)
                .help("for names without values there are enums");
        }
        return None;
    }
    let (mut largest, mut strictest) = (0, 1);
    let mut variants = Vec::with_capacity(u.variants.len());
    for ((variant, found), meta) in u.variants.iter().zip(found).zip(metas) {
        let size = match (&variant.ty, found) {
            (None, _) => 0,
            (Some(_), None) => return None,
            (Some(text), Some(Found { ty, .. })) => match sizes.of(ty) {
                Some((size, align)) => {
                    largest = size.max(largest);
                    strictest = align.max(strictest);
                    size
                }
                None => {
                    if sizes.knows(ty) {
                        let message = format!("the union is larger than {MAX_SIZE} bytes");
                        diagnostics
                            .error(Code::E036, source, text.span.clone(), message)
                            .label("with this");
                    }
                    return None;
                }
            },
        };
        variants.push(Variant {
            name: variant.name.value.clone(),
            type_name: type_name(&variant.name.value),
            number: u64::try_from(variant.number.value).unwrap_or(0), // checked above
            ty: found.as_ref().map(|found| found.ty.clone()),
            size,
            range: found.as_ref().and_then(|found| found.range),
            meta,
        });
    }
    let layout = Wrapper::union(tag.size(), largest, strictest)?;
    numbers_are_right.then(|| Union {
        name: u.name.value.clone(),
        tag,
        variants,
        layout,
        payload: largest.next_multiple_of(strictest),
        payload_align: strictest,
        has_ranges: false, // until all are laid out
        meta,
    })
}

fn check_numbers(
    u: &syntax::Union,
    tag: Primitive,
    source: &Arc<Source>,
    diagnostics: &mut Diagnostics,
) -> bool {
    let mut all_right = true;
    let mut seen: BTreeMap<i128, &syntax::Variant> = BTreeMap::new();
    let (_, high) = tag.integer_range().unwrap_or_default();
    for variant in &u.variants {
        let number = variant.number.value;
        if let Some(other) = seen.insert(number, variant) {
            all_right = false;
            let message =
                format!("{} and {} are both {number}", other.name.value, variant.name.value);
            diagnostics
                .error(Code::E042, source, variant.number.span.clone(), message)
                .related(other.number.span.clone(), "first here");
        }
        if number < 0 || number > high {
            all_right = false;
            let message = format!("{number} does not fit {tag}");
            diagnostics
                .error(Code::E041, source, variant.number.span.clone(), message)
                .label(format!("{tag} holds 0 to {high}"));
        }
    }
    all_right
}
