//! What objects of several kinds may ask for: structs, capacities, lanes, bytes.
//! What each kind may is in its room.

use super::Resolver;
use crate::diagnostics::{Code, Spanned};
use crate::model::{Element, Item, Struct, TypeDecl};
use crate::syntax::TypeText;
use shm_runtime::contract::{Side, TypeExpr, TypeName};
use shm_runtime::lanes::layout as lanes;

impl Resolver<'_, '_> {
    /// The struct that an object passes or holds; `what` says that it is one.
    pub(super) fn item(&mut self, text: &TypeText, what: &str) -> Option<(Item, TypeExpr)> {
        let found = self.names.find(text, self.diagnostics)?;
        let name = match found.ty.element {
            Element::Struct(name) if found.ty.dims.is_empty() => name,
            _ => {
                self.diagnostics
                    .error(Code::E065, &self.source, text.span.clone(), what)
                    .help("wrap it: a struct with one field has the same size");
                return None;
            }
        };
        // Without a layout, the struct was reported.
        let Struct { size, align, .. } = *self.declared(&name)?;
        let ty = TypeExpr::Named(name.clone());
        Some((Item { name, size, align }, ty))
    }

    fn declared(&self, name: &TypeName) -> Option<&Struct> {
        self.model.home_of(name)?.types.iter().find_map(|t| match t {
            TypeDecl::Struct(s) if s.name == name.name => Some(s),
            _ => None,
        })
    }

    pub(super) fn capacity(&mut self, capacity: &Spanned<i128>) -> Option<u64> {
        let found = u64::try_from(capacity.value).ok().filter(|c| *c > 0);
        if found.is_none() {
            let message = format!("{} cannot be a capacity", capacity.value);
            self.error(Code::E064, capacity, message).help("it is at least 1");
        }
        found
    }

    /// How many lanes there are, of an object that has some.
    pub(super) fn lanes(&mut self, asked: Option<&Spanned<i128>>) -> Option<u32> {
        let Some(asked) = asked else { return Some(lanes::DEFAULT) };
        let found = u32::try_from(asked.value).ok().filter(|n| (1..=lanes::MAX).contains(n));
        if found.is_none() {
            let message = format!("{} is not a number of lanes", asked.value);
            self.error(Code::E092, asked, message).help(format!(
                "it is from 1 to {}: the number of producers at once; each lane takes as much as a \
                 queue or ring of its own",
                lanes::MAX
            ));
        }
        found
    }

    /// Reports lanes where there are none.
    pub(super) fn no_lanes(&mut self, asked: Option<&Spanned<i128>>, needs: &str) {
        if let Some(asked) = asked {
            self.error(Code::E069, asked, "there are no lanes here")
                .label(format!("lanes go with {needs}"))
                .help("leave it out");
        }
    }

    /// Reports a side that is many where there can be one only.
    pub(super) fn one_side(
        &mut self,
        what: &str,
        one: &str,
        side: Option<&Spanned<Side>>,
        instead: &str,
    ) {
        if let Some(side) = side.filter(|side| side.value == Side::Many) {
            self.error(Code::E093, side, format!("{what} has one {one}"))
                .help(format!("for many {one}s, take {instead}"));
        }
    }

    pub(super) fn bytes(&mut self, bytes: &Spanned<i128>, what: &str) -> Option<u64> {
        let found = u64::try_from(bytes.value).ok().filter(|n| *n > 0);
        if found.is_none() {
            let message = format!("{} is not a number of bytes", bytes.value);
            self.error(Code::E091, bytes, message).help(what);
        }
        found
    }
}

pub(super) fn is_many(side: Option<&Spanned<Side>>) -> bool {
    side.is_some_and(|side| side.value == Side::Many)
}

/// ` in each of 8 lanes`
pub(super) fn in_lanes(lanes: Option<u32>) -> String {
    lanes.map_or(String::new(), |n| format!(" in each of {n} lanes"))
}
