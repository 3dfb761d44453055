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
    fn type_of(&self, member: usize) -> Option<&Range<usize>> {
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
/// each. Circles are reported and left out, and so is what nests too deep. Without
/// recursion, since that is not known before.
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
    let mut depths = vec![1; all.len()];
    for &i in &order {
        for (member, part) in found[i].iter().enumerate() {
            let Some(name) = part.as_ref().and_then(|p| p.ty.element.named()) else { continue };
            let own = Some(name).filter(|n| n.schema.is_empty());
            let own = own.and_then(|n| index.get(n.name.as_str()));
            let depth = own.map_or(1, |part| depths[*part]) + 1;
            if depth == DEPTH_MAX + 1 && depths[i] < depth {
                let Some(span) = all[i].type_of(member) else { continue };
                let message = format!("types lie in one another more than {DEPTH_MAX} deep");
                diagnostics.error(Code::E051, source, span.clone(), message);
            }
            depths[i] = depths[i].max(depth);
        }
    }
    order
}

/// What a reader of contracts takes.
const DEPTH_MAX: usize = 64;

#[cfg(test)]
#[allow(clippy::pedantic)]
mod tests {
    use super::DEPTH_MAX;
    use crate::diagnostics::{Code, Source};
    use std::fmt::Write as _;

    /// A schema of structs that lie in one another.
    fn nested(depth: usize) -> String {
        let mut text = "shmgen = 1\n[schema]\nname = \"a.b\"\nversion = \"1.0\"\n".to_owned();
        for n in 0..depth {
            let part = if n == 0 { "u8".to_owned() } else { format!("T{}", n - 1) };
            let _ =
                write!(text, "[struct.T{n}]\nfield = [ {{ name = \"a\", type = \"{part}\" }} ]\n");
        }
        text
    }

    #[test]
    fn types_nest_as_deep_as_a_reader_of_contracts_takes() {
        let errors = |depth| {
            let source = Source::new("a.toml", nested(depth));
            let found = crate::check(&source, crate::model::Limits::default()).diagnostics;
            found.sorted().iter().filter(|d| d.code == Code::E051).count()
        };
        assert_eq!((errors(DEPTH_MAX), errors(DEPTH_MAX + 1), errors(200)), (0, 1, 1));
    }
}
