//! Extents: structs of a given size, whose end is kept free for fields of later
//! versions.

use super::layout::MAX_SIZE;
use crate::diagnostics::{Code, Diagnostics, Source, Span, Spanned};
use crate::syntax;
use std::sync::Arc;

/// The extent that a struct is to have, and what lies beyond it.
pub(super) struct Extent<'s> {
    written: &'s Spanned<i128>,
    /// Whether a member beyond it was reported; the others only follow.
    told: bool,
}

impl<'s> Extent<'s> {
    /// The extent of a struct, if it has one.
    pub(super) fn of(s: &'s syntax::Struct) -> Option<Self> {
        s.extent.as_ref().map(|written| Self { written, told: false })
    }

    /// Looks whether a member ends beyond it, of which the first is reported.
    pub(super) fn look(
        &mut self,
        member: &syntax::Member,
        end: u64,
        source: &Arc<Source>,
        diagnostics: &mut Diagnostics,
    ) {
        let extent = self.written.value;
        if self.told || i128::from(end) <= extent || extent <= 0 {
            return;
        }
        self.told = true;
        let (span, what): (&Span, String) = match member {
            syntax::Member::Field(field) => {
                (&field.name.span, format!("the field `{}`", field.name.value))
            }
            syntax::Member::Reserved(reserved) => {
                (&reserved.bytes.span, "what is reserved here".to_owned())
            }
        };
        let message = format!("{what} ends at {end}, beyond the extent of {extent} bytes");
        diagnostics
            .error(Code::E085, source, span.clone(), message)
            .related(self.written.span.clone(), "its extent")
            .help("an extent is kept by later versions; a larger one is another struct");
    }

    /// The extent, if a struct of that alignment can have it.
    pub(super) fn checked(
        &self,
        align: u64,
        end: u64,
        source: &Arc<Source>,
        diagnostics: &mut Diagnostics,
    ) -> Option<u64> {
        let extent = u64::try_from(self.written.value).ok().filter(|n| (1..=MAX_SIZE).contains(n));
        let mut error = |message: String| {
            diagnostics.error(Code::E084, source, self.written.span.clone(), message).help(format!(
                "it is the size of the struct in bytes: a multiple of its alignment up to {MAX_SIZE}"
            ));
        };
        match extent {
            None => error(format!("{} is no extent", self.written.value)),
            Some(extent) if extent % align != 0 => {
                let next = extent.max(end).next_multiple_of(align);
                error(format!(
                    "the struct is aligned to {align}, and {extent} is no multiple of that; the next \
                     one is {next}"
                ));
            }
            Some(_) => return extent.filter(|_| !self.told),
        }
        None
    }
}
