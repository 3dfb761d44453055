//! What tells the versions of a schema apart in C and C++.

use crate::model::{Element, Field, Member, Schema, Type, TypeDecl};
use shm_runtime::Fingerprint;
use shm_runtime::contract::TypeName;
use std::collections::BTreeSet;
use std::fmt::Debug;

/// What generated code of a schema depends on, as a number: whatever its types,
/// those that they contain, its constants, its defaults and its segments are.
/// Documentation is not in it. Another version of the tool may have another one.
pub(super) fn number(schema: &Schema) -> u32 {
    let mut parts = Parts::default();
    let mut open: Vec<(&Schema, &TypeDecl)> = schema.declared().map(|d| (schema, d)).collect();
    let mut reached = BTreeSet::new();
    let mut next = 0;
    while let Some(&(home, decl)) = open.get(next) {
        next += 1;
        parts.text(&home.name);
        parts.declaration(decl);
        for name in types_in(decl).filter_map(|ty| ty.element.named()) {
            let Some(other) = home.home_of(name).filter(|other| other.name != schema.name) else {
                continue;
            };
            if reached.insert((other.name.as_str(), name.name.as_str())) {
                let found = other.declared().find(|decl| decl.name() == name.name);
                open.extend(found.map(|decl| (other, decl)));
            }
        }
    }
    for c in &schema.constants {
        parts.text(&c.name);
        parts.shown(&(c.ty, c.value));
    }
    for a in &schema.aliases {
        parts.text(&a.name);
        parts.ty(&a.ty);
    }
    for s in &schema.segments {
        parts.text(&s.name);
        parts.shown(&(&s.setup, s.fingerprint));
    }
    let [a, b, c, d, ..] = Fingerprint::of_bytes(&parts.0).0;
    u32::from_be_bytes([a, b, c, d])
}

/// The types that fields and variants have.
fn types_in(decl: &TypeDecl) -> Box<dyn Iterator<Item = &Type> + '_> {
    match decl {
        TypeDecl::Struct(s) => Box::new(s.fields().map(|f| &f.ty)),
        TypeDecl::Union(u) => Box::new(u.variants.iter().filter_map(|v| v.ty.as_ref())),
        TypeDecl::Enum(_) | TypeDecl::Flags(_) | TypeDecl::Wrapped(_) => {
            Box::new(std::iter::empty())
        }
    }
}

/// Bytes that differ where anything that was put into them does.
#[derive(Default)]
struct Parts(Vec<u8>);

impl Parts {
    fn integer(&mut self, number: impl Into<i128>) {
        self.0.extend(number.into().to_le_bytes());
    }

    fn integers<const N: usize>(&mut self, numbers: [u64; N]) {
        numbers.into_iter().for_each(|number| self.integer(number));
    }

    fn text(&mut self, text: &str) {
        self.0.extend_from_slice(text.as_bytes());
        self.0.push(0); // no name has one
    }

    /// What is rare.
    fn shown(&mut self, what: &impl Debug) {
        self.text(&format!("{what:?}"));
    }

    fn declaration(&mut self, decl: &TypeDecl) {
        self.text(decl.name());
        match decl {
            TypeDecl::Struct(s) => {
                self.integers([s.size, s.align, u64::from(s.extent)]);
                for member in &s.members {
                    match member {
                        Member::Field(field) => self.field(field),
                        Member::Gap(gap) => self.shown(&gap.was),
                    }
                }
            }
            TypeDecl::Enum(e) => {
                self.text(e.repr.name());
                let mut values: Vec<_> = e.values.iter().collect();
                values.sort_by_key(|v| v.number);
                for v in values {
                    self.text(&v.name);
                    self.integer(v.number);
                }
            }
            TypeDecl::Flags(f) => {
                self.text(f.repr.name());
                let mut bits: Vec<_> = f.bits.iter().collect();
                bits.sort_by_key(|b| b.bit);
                for b in bits {
                    self.text(&b.name);
                    self.integer(b.bit);
                }
            }
            TypeDecl::Union(u) => {
                self.text(u.tag.name());
                self.integers([u.layout.size, u.layout.align]);
                let mut variants: Vec<_> = u.variants.iter().collect();
                variants.sort_by_key(|v| v.number);
                for v in variants {
                    self.text(&v.name);
                    self.integer(v.number);
                    v.ty.iter().for_each(|ty| self.ty(ty));
                    v.range.iter().for_each(|range| self.shown(range));
                }
            }
            // They are what uses them.
            TypeDecl::Wrapped(_) => {}
        }
    }

    fn field(&mut self, field: &Field) {
        self.text(&field.name);
        self.integers([field.offset, field.size]);
        self.ty(&field.ty);
        self.text(&field.unit);
        field.range.iter().for_each(|range| self.shown(range));
        field.default.iter().for_each(|default| self.shown(default));
    }

    fn ty(&mut self, ty: &Type) {
        match &ty.element {
            Element::Primitive(p) => self.text(p.name()),
            Element::Str(n) => self.sized("str", *n),
            Element::Bytes(n) => self.sized("bytes", *n),
            Element::Char => self.text("char"),
            Element::Byte => self.text("byte"),
            Element::Enum(name, _)
            | Element::Flags(name, _)
            | Element::Struct(name)
            | Element::Union(name) => self.named(name),
            Element::List(inner, n) => {
                self.sized("list", *n);
                self.ty(inner);
            }
            Element::Optional(inner) => {
                self.text("optional");
                self.ty(inner);
            }
        }
        ty.dims.iter().for_each(|n| self.integer(*n));
    }

    fn sized(&mut self, what: &str, size: u64) {
        self.text(what);
        self.integer(size);
    }

    fn named(&mut self, name: &TypeName) {
        self.text(&name.schema);
        self.text(&name.name);
    }
}

#[cfg(test)]
#[allow(clippy::pedantic)]
mod tests {
    use super::number;
    use crate::diagnostics::Source;
    use crate::model::Limits;

    const SCHEMA: &str = r#"
shmgen = 1
[schema]
name = "acme.feed"
version = "1.0"
[const.DEPTH]
type = "u32"
value = 4
[alias.Price]
type = "i64"
[enum.Side]
repr = "u8"
value = [ { name = "BUY", number = 1 }, { name = "SELL", number = 2 } ]
[flags.Bits]
repr = "u16"
bit = [ { name = "OPEN", bit = 3 } ]
[struct.Trade]
doc = "One."
field = [
  { name = "price", type = "Price", unit = "cent", range = { min = 0 } },
  { name = "side", type = "Side", default = "BUY" },
  { name = "levels", type = "u8[<=3]" },
  { reserved = 8, was = ["old"] },
]
[union.Reply]
tag = "u8"
variant = [ { name = "trade", number = 1, type = "Trade" }, { name = "code", number = 2, type = "u16" } ]
[segment.feed]
object = [ { name = "trades", kind = "queue", item = "Trade", capacity = 16 } ]
"#;

    fn of(text: &str) -> u32 {
        let checked = crate::check(&Source::new("feed.toml", text), Limits::default());
        number(&checked.into_result().unwrap())
    }

    #[test]
    fn whatever_code_depends_on_is_another_identity() {
        for (from, to) in [
            ("acme.feed", "acme.food"),
            ("value = 4", "value = 5"),
            ("type = \"i64\"", "type = \"u64\""),
            ("\"SELL\", number = 2", "\"SELL\", number = 3"),
            ("\"SELL\"", "\"ASK\""),
            ("repr = \"u8\"", "repr = \"i8\""),
            ("bit = 3", "bit = 4"),
            ("name = \"price\"", "name = \"cost\""),
            ("cent", "euro"),
            ("min = 0", "min = 1"),
            (", default = \"BUY\"", ", default = \"SELL\""),
            (", default = \"BUY\"", ""),
            ("<=3", "<=2"),
            ("\"old\"", "\"older\""),
            ("reserved = 8", "reserved = 16"),
            ("number = 2, type = \"u16\"", "number = 2, type = \"i16\""),
            ("number = 2, type = \"u16\"", "number = 2"),
            ("tag = \"u8\"", "tag = \"u16\""),
            ("capacity = 16", "capacity = 32"),
        ] {
            assert!(SCHEMA.contains(from), "{from}");
            assert_ne!(of(SCHEMA), of(&SCHEMA.replacen(from, to, 1)), "{from} to {to}");
        }
    }

    #[test]
    fn documentation_and_the_order_of_values_are_not_in_it() {
        let sides = "{ name = \"BUY\", number = 1 }, { name = \"SELL\", number = 2 }";
        let turned = "{ name = \"SELL\", number = 2 }, { name = \"BUY\", number = 1 }";
        for (from, to) in [("One.", "Another."), (sides, turned)] {
            assert_eq!(of(SCHEMA), of(&SCHEMA.replacen(from, to, 1)), "{from} to {to}");
        }
    }
}
