//! The order of structs and unions: parts before wholes.

use super::types::Found;
use crate::diagnostics::{Code, Diagnostics, Source, Spanned};
use crate::syntax::{self, Member};
use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;

/// A type that is made of others.
pub(super) enum Compound<'s> {
    Struct(&'s syntax::Struct),
    Union(&'s syntax::Union),
}

impl Compound<'_> {
    pub(super) fn name(&self) -> &Spanned<String> {
        match self {
            Self::Struct(s) => &s.name,
            Self::Union(u) => &u.name,
        }
    }

    /// Where the type of a member is named.
    pub(super) fn type_of(&self, member: usize) -> Option<&Range<usize>> {
        let ty = match self {
            Self::Struct(s) => match s.members.get(member)? {
                Member::Field(field) => &field.ty,
                Member::Reserved(_) => return None,
            },
            Self::Union(u) => u.variants.get(member)?.ty.as_ref()?,
        };
        Some(&ty.name.span)
    }
}

/// The types, by their places in `all`. `found` are the types of the members of
/// each. Circles are reported and left out. Without recursion, since a schema may
/// nest as deep as it likes up to here.
pub(super) fn order(
    all: &[Compound<'_>],
    found: &[Vec<Option<Found>>],
    source: &Arc<Source>,
    diagnostics: &mut Diagnostics,
) -> Vec<usize> {
    let index: BTreeMap<&str, usize> =
        all.iter().enumerate().rev().map(|(i, c)| (c.name().value.as_str(), i)).collect();
    let parts = |i: usize, from: usize| {
        found[i].iter().enumerate().skip(from).find_map(|(m, member)| {
            let name = member.as_ref()?.ty.element.named().filter(|n| n.schema.is_empty())?;
            Some((m, *index.get(name.name.as_str())?))
        })
    };
    let mut order = Vec::with_capacity(all.len());
    let mut state = vec![0u8; all.len()]; // 1 open, 2 done
    for start in 0..all.len() {
        let mut stack = vec![(start, 0)];
        while let Some((i, from)) = stack.pop() {
            if from == 0 {
                if state[i] != 0 {
                    continue;
                }
                state[i] = 1;
            }
            let Some((member, part)) = parts(i, from) else {
                state[i] = 2;
                order.push(i);
                continue;
            };
            stack.push((i, member + 1));
            match state[part] {
                0 => stack.push((part, 0)),
                1 => {
                    let begin = stack.iter().position(|(i, _)| *i == part).unwrap_or(0);
                    let way: Vec<&str> = stack[begin..]
                        .iter()
                        .map(|(i, _)| *i)
                        .chain([part])
                        .map(|i| all[i].name().value.as_str())
                        .collect();
                    let Some(span) = all[i].type_of(member) else { continue };
                    let name = &all[part].name().value;
                    let message = format!("the type `{name}` contains itself");
                    diagnostics
                        .error(Code::E034, source, span.clone(), message)
                        .label(way.join(" → "))
                        .help("shared memory has no pointers; use an index into an array");
                }
                _ => {}
            }
        }
    }
    order
}
