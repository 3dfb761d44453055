//! Structs: their fields one by one, what is asked of them, and their layout.

use super::Resolver;
use super::extent::Extent;
use super::layout::{Layout, MAX_SIZE, TooLarge};
use super::ranges;
use super::sizes::Sizes;
use super::types::Found;
use crate::diagnostics::{Code, Spanned};
use crate::model::{Field, FieldDefault, Struct, Type};
use crate::syntax::{self, Member};
use shm_runtime::contract::Range;
use std::collections::BTreeMap;

impl Resolver<'_, '_> {
    pub(super) fn lay_out(
        &mut self,
        s: &syntax::Struct,
        found: &[Option<Found>],
        sizes: &Sizes,
    ) -> Option<Struct> {
        let name = &s.name.value;
        self.unique(
            "the field",
            s.members.iter().filter_map(|m| match m {
                Member::Field(f) => Some(&f.name),
                Member::Reserved(_) => None,
            }),
        );
        if !s.members.iter().any(|m| matches!(m, Member::Field(_))) {
            if s.is_whole {
                self.error(Code::E035, &s.name.span, format!("the struct `{name}` has no fields"));
            }
            return None;
        }
        self.was(s);
        let mut layout = Layout::default();
        let mut extent = Extent::of(s);
        let mut whole = true;
        for (member, found) in s.members.iter().zip(found) {
            let (result, span) = match member {
                Member::Reserved(reserved) => {
                    let n = &reserved.bytes;
                    let Some(bytes) = u64::try_from(n.value).ok().filter(|b| *b > 0) else {
                        self.error(Code::E035, &n.span, format!("{} reserved bytes", n.value))
                            .help("reserve at least one byte, or leave it out");
                        whole = false;
                        continue;
                    };
                    let was = reserved.was.iter().map(|name| name.value.clone()).collect();
                    (layout.reserve(bytes, was), &n.span)
                }
                Member::Field(field) => {
                    // What it contains was reported already.
                    let Some(found) = found else {
                        whole = false;
                        continue;
                    };
                    let Some((size, natural)) = sizes.of(&found.ty) else {
                        whole = false;
                        if sizes.knows(&found.ty) {
                            self.too_large(&field.ty.span);
                        }
                        continue;
                    };
                    let align = self.align(field.align.as_ref(), natural).unwrap_or(natural);
                    let placed = self.field(field, found, size, align);
                    (layout.field(placed, align), &field.ty.span)
                }
            };
            if let Err(TooLarge) = result {
                self.too_large(span);
                return None;
            }
            if let Some(extent) = &mut extent {
                extent.look(member, layout.end(), &self.source, self.diagnostics);
            }
        }
        let natural = layout.natural_align();
        let align = self.align(s.align.as_ref(), natural).unwrap_or(natural);
        if !whole {
            return None;
        }
        let has_extent = extent.is_some();
        let extent = match extent {
            Some(extent) => {
                let end = layout.end();
                Some(extent.checked(align, end, &self.source, self.diagnostics)?)
            }
            None => None,
        };
        match layout.finish(align, extent) {
            Ok((size, align, members)) => {
                let (name, meta) = (name.clone(), self.meta(&s.meta));
                // Until all are laid out.
                let (has_ranges, has_defaults) = (false, false);
                Some(Struct {
                    name,
                    size,
                    align,
                    extent: has_extent,
                    members,
                    has_ranges,
                    has_defaults,
                    meta,
                })
            }
            Err(TooLarge) => {
                self.too_large(&s.name.span);
                None
            }
        }
    }

    /// A field without a place yet.
    fn field(&mut self, field: &syntax::Field, found: &Found, size: u64, align: u64) -> Field {
        let default = self.default(field, &found.ty, found.range);
        Field {
            name: field.name.value.clone(),
            ty: found.ty.clone(),
            offset: 0,
            size,
            align,
            unit: found.unit.clone(),
            range: found.range,
            default,
            meta: self.meta(&field.meta),
        }
    }

    /// Fields that are no more are none that are.
    fn was(&mut self, s: &syntax::Struct) {
        let fields: BTreeMap<&str, &Spanned<String>> = s
            .members
            .iter()
            .filter_map(Member::field)
            .map(|f| (f.name.value.as_str(), &f.name))
            .collect();
        for member in &s.members {
            let Member::Reserved(reserved) = member else { continue };
            self.unique("the former field", reserved.was.iter());
            for name in &reserved.was {
                if let Some(field) = fields.get(name.value.as_str()) {
                    let message = format!("`{}` is a field of `{}` now", name.value, s.name.value);
                    self.error(Code::E087, &name.span, message)
                        .related(field.span.clone(), "it is here")
                        .help("`was` names fields that lay there and are no more");
                }
            }
        }
    }

    fn too_large(&mut self, span: &std::ops::Range<usize>) {
        let message = format!("the struct is larger than {MAX_SIZE} bytes");
        self.error(Code::E036, span, message).label("with this");
    }

    /// The default of a field, which is within its range.
    fn default(
        &mut self,
        field: &syntax::Field,
        ty: &Type,
        range: Option<Range>,
    ) -> Option<FieldDefault> {
        let written = field.default.as_ref()?;
        let default = self.names.default(written, ty, self.diagnostics)?;
        if let Some(message) = ranges::outside(&default, range) {
            self.error(Code::E081, &written.span, message);
            return None;
        }
        Some(default)
    }

    /// An alignment that is asked for, if it can be had.
    fn align(&mut self, asked: Option<&Spanned<i128>>, natural: u64) -> Option<u64> {
        let asked = asked?;
        let align = u64::try_from(asked.value).ok().filter(|a| a.is_power_of_two() && *a <= 4096);
        match align {
            Some(align) if align >= natural => Some(align),
            Some(align) => {
                self.error(Code::E045, &asked.span, format!("the type needs {natural} anyway"))
                    .label(format!("{align} is less"))
                    .help(
                        "an alignment can be raised, not lowered; of a packed struct see the page \
                         \"Foreign layouts\" of the documentation",
                    );
                None
            }
            None => {
                let message = format!("{} is no alignment", asked.value);
                self.error(Code::E045, &asked.span, message)
                    .help("an alignment is a power of two from 1 to 4096");
                None
            }
        }
    }
}
