//! All whole numbers of a schema that may be written as expressions.

use super::{Member, Schema, Segment, Struct};
use crate::diagnostics::Spanned;

type Numbers<'s> = Vec<&'s mut Spanned<i128>>;

impl Schema {
    /// Every number of declarations and segments but constants, ranges and
    /// defaults, whose types say what they can be, and modes, which are octal.
    pub(crate) fn numbers(&mut self) -> Numbers<'_> {
        let mut out = Vec::new();
        out.extend(self.enums.iter_mut().flat_map(|e| &mut e.values).map(|v| &mut v.number));
        out.extend(self.flags.iter_mut().flat_map(|f| &mut f.bits).map(|b| &mut b.bit));
        out.extend(self.unions.iter_mut().flat_map(|u| &mut u.variants).map(|v| &mut v.number));
        self.structs.iter_mut().for_each(|s| structure(s, &mut out));
        self.segments.iter_mut().for_each(|s| segment(s, &mut out));
        out
    }
}

fn structure<'s>(s: &'s mut Struct, out: &mut Numbers<'s>) {
    out.extend(&mut s.align);
    out.extend(&mut s.extent);
    if let Some(assert) = &mut s.assert {
        out.extend(&mut assert.size);
        out.extend(&mut assert.align);
        out.extend(assert.offsets.iter_mut().map(|(_, offset)| offset));
    }
    for member in &mut s.members {
        match member {
            Member::Field(field) => out.extend(&mut field.align),
            Member::Reserved(reserved) => out.push(&mut reserved.bytes),
        }
    }
}

fn segment<'s>(s: &'s mut Segment, out: &mut Numbers<'s>) {
    out.extend(&mut s.key);
    out.extend(&mut s.participants);
    out.extend(s.objects.iter_mut().flat_map(|o| o.body.numbers()));
}
