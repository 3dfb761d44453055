//! Lints: what is right, and yet not as one would want it. Each is silenced
//! where it stands by `lint = { allow = ["L002"], reason = ".." }`; that of a
//! table holds for all that is in it, that of `[schema]` for the whole file.

use crate::bytemap::{Kind, Map};
use crate::diagnostics::{Code, Diagnostic, Diagnostics, Spanned};
use crate::model::{self, Struct, TypeDecl, Value};
use crate::syntax::{self, Length, Member, Suffix, TypeText};
use heck::{ToShoutySnakeCase, ToSnakeCase, ToUpperCamelCase};
use std::collections::BTreeMap;

/// Holes are reported if a struct loses at least this many bytes ..
const HOLES_BYTES: u64 = 8;
/// .. and more than this part of its size: an eighth.
const HOLES_PART: u64 = 8;
/// Items of more bytes are reported.
const LARGE: u64 = 64 << 10;

/// Looks at a schema in which nothing is wrong.
pub(crate) fn lint(written: &syntax::Schema, schema: &model::Schema) -> Diagnostics {
    let structs = schema.types.iter().filter_map(|t| match t {
        TypeDecl::Struct(s) => Some((s.name.as_str(), s)),
        _ => None,
    });
    let mut linter = Linter {
        written,
        schema,
        structs: structs.collect(),
        allowed: vec![&written.lint],
        found: Diagnostics::default(),
    };
    linter.schema();
    linter.found
}

/// How names of a sort are written.
#[derive(Clone, Copy)]
enum Style {
    /// `BookLevel`
    Type,
    /// `best_bid`
    Snake,
    /// `MAX_LEVELS`
    Capitals,
}

struct Linter<'s> {
    written: &'s syntax::Schema,
    schema: &'s model::Schema,
    structs: BTreeMap<&'s str, &'s Struct>,
    /// What the tables around this place allow.
    allowed: Vec<&'s [Code]>,
    found: Diagnostics,
}

impl<'s> Linter<'s> {
    /// Does something inside a table that allows some codes.
    fn within(&mut self, allowed: &'s [Code], look: impl FnOnce(&mut Self)) {
        self.allowed.push(allowed);
        look(self);
        self.allowed.pop();
    }

    /// Adds a warning, unless it is allowed here.
    fn warn(
        &mut self,
        code: Code,
        span: &std::ops::Range<usize>,
        message: String,
        say: impl FnOnce(&mut Diagnostic),
    ) {
        if !self.allowed.iter().any(|codes| codes.contains(&code)) {
            say(self.found.error(code, &self.written.source, span.clone(), message));
        }
    }

    fn schema(&mut self) {
        let written = self.written;
        self.name(&written.name, "a schema's name", Style::Snake);
        for c in &written.constants {
            self.within(&c.meta.lint, |l| l.name(&c.name, "a constant", Style::Capitals));
        }
        for a in &written.aliases {
            self.within(&a.meta.lint, |l| {
                l.name(&a.name, "an alias", Style::Type);
                l.room(&a.ty);
            });
        }
        for e in &written.enums {
            self.within(&e.meta.lint, |l| l.enumeration(e));
        }
        for f in &written.flags {
            self.within(&f.meta.lint, |l| {
                l.name(&f.name, "a set of flags", Style::Type);
                for bit in &f.bits {
                    l.within(&bit.meta.lint, |l| l.name(&bit.name, "a flag", Style::Capitals));
                }
            });
        }
        for s in &written.structs {
            self.within(&s.meta.lint, |l| l.structure(s));
        }
        for u in &written.unions {
            self.within(&u.meta.lint, |l| l.union(u));
        }
        for (s, resolved) in written.segments.iter().zip(&self.schema.segments) {
            self.within(&s.lint, |l| {
                l.name(&s.name, "a segment", Style::Snake);
                l.mode(s);
                for (o, resolved) in s.objects.iter().zip(&resolved.objects) {
                    l.within(&o.lint, |l| l.object(o, resolved.item.as_ref()));
                }
            });
        }
    }

    /// Whom the mode lets in who cannot read the id file.
    fn mode(&mut self, s: &'s syntax::Segment) {
        let (Some(mode), Some(_)) = (&s.mode, &s.id_file) else { return };
        if mode.value & 0o077 != 0 {
            let message = format!(
                "mode {:#o} admits other users, but the id file always has mode 0600",
                mode.value
            );
            self.warn(Code::L007, &mode.span, message, |d| {
                d.help("find the segment by a `key`, or say mode = 0o600");
            });
        }
    }

    fn object(&mut self, o: &'s syntax::Object, item: Option<&model::Item>) {
        self.name(&o.name, "an object", Style::Snake);
        if let Some(ty) = o.body.item() {
            self.large(ty, item.map_or(0, |item| item.size));
        }
        for counter in o.body.counters() {
            self.within(&counter.lint, |l| l.name(&counter.name, "a counter", Style::Snake));
        }
    }

    /// Names that compilers and linters of a language complain about.
    fn name(&mut self, name: &Spanned<String>, what: &str, style: Style) {
        let text = name.value.as_str();
        let (is_good, style, better) = match style {
            Style::Type => (
                text.starts_with(|c: char| c.is_ascii_uppercase()) && !text.contains('_'),
                "UpperCamelCase",
                text.to_upper_camel_case(),
            ),
            Style::Snake => {
                let parts = text.split('.').map(ToSnakeCase::to_snake_case);
                let better = parts.collect::<Vec<_>>().join(".");
                (!text.contains(|c: char| c.is_ascii_uppercase()), "snake_case", better)
            }
            Style::Capitals => (
                !text.contains(|c: char| c.is_ascii_lowercase()),
                "UPPER_SNAKE_CASE",
                text.to_shouty_snake_case(),
            ),
        };
        if !is_good {
            let message = format!("`{text}` is {what}, which is written in {style}");
            self.warn(Code::L001, &name.span, message, |d| {
                d.label(format!("`{better}`, for example"));
            });
        }
    }

    fn enumeration(&mut self, e: &'s syntax::Enum) {
        self.name(&e.name, "an enum", Style::Type);
        for value in &e.values {
            self.within(&value.meta.lint, |l| l.name(&value.name, "a value", Style::Capitals));
        }
        if e.values.iter().all(|v| v.number.value != 0) {
            let message = format!("the enum `{}` has no value 0", e.name.value);
            self.warn(Code::L005, &e.name.span, message, |d| {
                d.help("a field that nobody has set is 0: { name = \"NONE\", number = 0 }");
            });
        }
    }

    fn union(&mut self, u: &'s syntax::Union) {
        self.name(&u.name, "a union", Style::Type);
        for variant in &u.variants {
            self.within(&variant.meta.lint, |l| {
                l.name(&variant.name, "a variant", Style::Snake);
                if let Some(ty) = &variant.ty {
                    l.room(ty);
                }
            });
        }
        if u.variants.iter().all(|v| v.number.value != 0) {
            let message = format!("the union `{}` has no variant 0", u.name.value);
            self.warn(Code::L005, &u.name.span, message, |d| {
                d.help(
                    "a field that nobody has set has the tag 0: { name = \"none\", number = 0 }",
                );
            });
        }
    }

    fn structure(&mut self, s: &'s syntax::Struct) {
        self.name(&s.name, "a struct", Style::Type);
        for member in &s.members {
            let Member::Field(field) = member else { continue };
            self.within(&field.meta.lint, |l| {
                l.name(&field.name, "a field", Style::Snake);
                l.room(&field.ty);
            });
        }
        if let Some(resolved) = self.structs.get(s.name.value.as_str()) {
            self.layout(s, resolved);
        }
    }

    fn layout(&mut self, s: &syntax::Struct, resolved: &Struct) {
        // An order that an assertion fixes is meant.
        if s.assert.as_ref().is_some_and(|assert| !assert.offsets.is_empty()) {
            return;
        }
        let map = Map::of(resolved);
        let name = &s.name.value;
        let lost = avoidable(&map);
        if lost >= HOLES_BYTES && lost > map.size / HOLES_PART {
            let message = format!("`{name}` loses {lost} of its {} bytes to alignment", map.size);
            self.warn(Code::L002, &s.name.span, message, |d| {
                d.help(match &map.reorder {
                    Some(better) => format!(
                        "{} bytes fewer in this order: {}",
                        better.saves,
                        better.fields.join(", ")
                    ),
                    None => "give them a purpose: `{ reserved = N }`, or a wider field".to_owned(),
                });
            });
        }
        if let Some(order) = map.order_without_straddling() {
            let fields: Vec<&str> = map.straddling().map(|p| p.name.as_str()).collect();
            let (verb, each) = if fields.len() == 1 { ("lies", "") } else { ("lie", " each") };
            let message =
                format!("`{}` of `{name}` {verb} in two cache lines{each}", fields.join("`, `"));
            self.warn(Code::L003, &s.name.span, message, |d| {
                d.help(format!("in this order no field does: {}", order.join(", ")));
            });
        }
    }

    /// An item that had better not lie on a stack.
    fn large(&mut self, ty: &TypeText, size: u64) {
        if size <= LARGE {
            return;
        }
        let message = format!("items of {size} bytes are large for a stack");
        self.warn(Code::L006, &ty.span, message, |d| {
            d.help(
                "fill and read them in place: reserve, peek; in Rust with set_slice and get_slice, \
                 or in a box: shm_runtime::boxed, try_pop_into",
            );
        });
    }

    /// A text that holds one byte.
    fn room(&mut self, ty: &TypeText) {
        let Some(Suffix::Array(first)) = ty.suffixes.first().filter(|_| ty.name.value == "str")
        else {
            return;
        };
        let length = match &first.value {
            Length::Number(n) => Some(*n),
            Length::Constant(name) => {
                let constant = self.schema.constants.iter().find(|c| c.name == *name);
                constant.and_then(|c| match c.value {
                    Value::Integer(n) => Some(n),
                    Value::Float(_) | Value::Bool(_) => None,
                })
            }
            Length::Computed(_) => None,
        };
        if length == Some(1) {
            let message = "a text with room for one byte".to_owned();
            self.warn(Code::L004, &ty.span, message, |d| {
                d.help("give it more room, or use u8 or an enum for a code of one letter");
            });
        }
    }
}

/// What a struct loses to alignment, without what its own `align` adds behind
/// its last field.
fn avoidable(map: &Map) -> u64 {
    let natural = map.parts.iter().map(|p| p.align).max().unwrap_or(1);
    let Some(last) = map.parts.last().filter(|p| p.kind == Kind::Hole) else { return map.lost() };
    let needed = last.offset.next_multiple_of(natural) - last.offset;
    map.lost() - last.size + needed
}
