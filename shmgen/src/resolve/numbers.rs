//! Enums and sets of flags: named numbers, and named bits.

use super::Resolver;
use crate::diagnostics::{Code, Spanned};
use crate::model::{Bit, Enum, EnumValue, Flags};
use crate::syntax;
use shm_runtime::contract::Primitive;
use std::collections::BTreeMap;

impl Resolver<'_, '_> {
    /// The integer type of a `repr`.
    pub(super) fn repr(
        &mut self,
        repr: &Spanned<String>,
        what: &str,
        signed_too: bool,
    ) -> Option<Primitive> {
        let found = Primitive::from_name(&repr.value)
            .filter(|p| p.integer_range().is_some() && (signed_too || !p.is_signed()));
        if found.is_none() {
            let types = if signed_too {
                "u8, u16, u32, u64, i8, i16, i32 or i64"
            } else {
                "u8, u16, u32 or u64"
            };
            let message = format!("`{}` cannot be {what}", repr.value);
            self.error(Code::E044, &repr.span, message).help(format!("it is {types}"));
        }
        found
    }

    pub(super) fn enums(&mut self, schema: &syntax::Schema) -> Vec<Enum> {
        schema.enums.iter().filter_map(|e| self.enumeration(e)).collect()
    }

    fn enumeration(&mut self, e: &syntax::Enum) -> Option<Enum> {
        let repr = self.repr(&e.repr, "the repr of an enum", true);
        self.unique("the value", e.values.iter().map(|v| &v.name));
        let mut numbers: BTreeMap<i128, &syntax::EnumValue> = BTreeMap::new();
        let mut values = Vec::with_capacity(e.values.len());
        for value in &e.values {
            let number = value.number.value;
            if let Some(other) = numbers.insert(number, value) {
                let message =
                    format!("{} and {} are both {number}", other.name.value, value.name.value);
                let span = other.number.span.clone();
                self.error(Code::E042, &value.number.span, message).related(span, "first here");
            }
            if let Some((low, high)) = repr.and_then(Primitive::integer_range)
                && (number < low || number > high)
            {
                let message = format!("{number} does not fit {}", e.repr.value);
                self.error(Code::E041, &value.number.span, message)
                    .label(format!("{} holds {low} to {high}", e.repr.value));
            }
            let name = value.name.value.clone();
            values.push(EnumValue { name, number, meta: self.meta(&value.meta) });
        }
        if values.is_empty() && e.is_whole {
            self.error(
                Code::E035,
                &e.name.span,
                format!("the enum `{}` has no values", e.name.value),
            );
        }
        let meta = self.meta(&e.meta);
        Some(Enum { name: e.name.value.clone(), repr: repr?, values, meta })
    }

    pub(super) fn flags(&mut self, schema: &syntax::Schema) -> Vec<Flags> {
        schema.flags.iter().filter_map(|f| self.flag_set(f)).collect()
    }

    fn flag_set(&mut self, f: &syntax::Flags) -> Option<Flags> {
        let repr = self.repr(&f.repr, "the repr of a set of flags", false);
        self.unique("the flag", f.bits.iter().map(|b| &b.name));
        let mut seen: BTreeMap<i128, &syntax::Bit> = BTreeMap::new();
        let mut bits = Vec::with_capacity(f.bits.len());
        for bit in &f.bits {
            let position = bit.bit.value;
            if let Some(other) = seen.insert(position, bit) {
                let message =
                    format!("{} and {} are both bit {position}", other.name.value, bit.name.value);
                let span = other.bit.span.clone();
                self.error(Code::E043, &bit.bit.span, message).related(span, "first here");
            }
            let width = repr.map_or(64, |r| r.size() * 8);
            match u8::try_from(position).ok().filter(|b| u64::from(*b) < width) {
                Some(position) => {
                    let name = bit.name.value.clone();
                    bits.push(Bit { name, bit: position, meta: self.meta(&bit.meta) });
                }
                None => {
                    let message = format!("there is no bit {position} in {}", f.repr.value);
                    self.error(Code::E043, &bit.bit.span, message)
                        .label(format!("its bits are 0 to {}", width - 1));
                }
            }
        }
        if f.bits.is_empty() && f.is_whole {
            let message = format!("the set of flags `{}` has no flags", f.name.value);
            self.error(Code::E035, &f.name.span, message);
        }
        let meta = self.meta(&f.meta);
        Some(Flags { name: f.name.value.clone(), repr: repr?, bits, meta })
    }
}
