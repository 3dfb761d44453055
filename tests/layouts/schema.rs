//! Random schemas, as the test sees them, and their text.

#![allow(dead_code, unreachable_pub)] // each test uses what it needs

use super::dice::Dice;
use std::fmt::Write as _;

pub struct Schema {
    pub index: usize,
    pub numbers: Vec<Number>,
    pub compounds: Vec<Compound>,
}

/// An enum or a set of flags.
pub struct Number {
    pub is_flags: bool,
    pub repr: &'static str,
}

/// A struct, or a union with the type of its tag.
pub struct Compound {
    pub tag: Option<&'static str>,
    pub align: Option<u64>,
    pub members: Vec<Member>,
}

impl Compound {
    /// Its fields, or its variants.
    pub fn fields(&self) -> impl Iterator<Item = (usize, &Type)> + '_ {
        self.members.iter().enumerate().filter_map(|(f, member)| match member {
            Member::Field { ty, .. } => Some((f, ty)),
            Member::Reserved(_) => None,
        })
    }
}

pub enum Member {
    Reserved(u64),
    Field { ty: Type, align: Option<u64> },
}

/// An element, and the dimensions of an array of it.
#[derive(Clone)]
pub struct Type {
    pub element: Element,
    pub dims: Vec<u64>,
}

#[derive(Clone)]
pub enum Element {
    Primitive(&'static str),
    Str(u64),
    Bytes(u64),
    Number(usize),
    Compound(usize),
    List(Box<Type>, u64),
    Optional(Box<Type>),
}

/// Names in a schema, in C and in Rust, and sizes.
pub const PRIMITIVES: [(&str, &str, &str, u64); 11] = [
    ("u8", "uint8_t", "u8", 1),
    ("u16", "uint16_t", "u16", 2),
    ("u32", "uint32_t", "u32", 4),
    ("u64", "uint64_t", "u64", 8),
    ("i8", "int8_t", "i8", 1),
    ("i16", "int16_t", "i16", 2),
    ("i32", "int32_t", "i32", 4),
    ("i64", "int64_t", "i64", 8),
    ("f32", "float", "f32", 4),
    ("f64", "double", "f64", 8),
    ("bool", "uint8_t", "u8", 1),
];

pub fn primitive(name: &str) -> &'static (&'static str, &'static str, &'static str, u64) {
    PRIMITIVES.iter().find(|p| p.0 == name).unwrap()
}

/// No type is larger, roughly: types within types would grow without end.
const LARGEST: u64 = 1 << 16;

pub fn random(index: usize, dice: &mut Dice) -> Schema {
    let reprs = ["u8", "u16", "u32", "u64", "i8", "i16", "i32", "i64"];
    let numbers: Vec<Number> = (0..dice.roll(3))
        .map(|_| {
            let is_flags = dice.roll(2) == 0;
            Number { is_flags, repr: reprs[dice.roll(if is_flags { 4 } else { 8 }) as usize] }
        })
        .collect();
    let mut schema = Schema { index, numbers, compounds: vec![] };
    for _ in 0..1 + dice.roll(5) {
        let compound =
            if dice.roll(4) == 0 { union(dice, &schema) } else { structure(dice, &schema) };
        schema.compounds.push(compound);
    }
    schema
}

fn structure(dice: &mut Dice, schema: &Schema) -> Compound {
    let mut members: Vec<Member> = Vec::new();
    for _ in 0..1 + dice.roll(8) {
        if dice.roll(8) == 0 {
            members.push(Member::Reserved(1 + dice.roll(20)));
            continue;
        }
        members.push(field(dice, schema));
    }
    if !members.iter().any(|m| matches!(m, Member::Field { .. })) {
        members.push(field(dice, schema));
    }
    // Only more than the fields need anyway.
    let align = (dice.roll(5) == 0).then(|| [16, 32, 64, 128][dice.roll(4) as usize]);
    let needed = members.iter().map(|m| schema.member_align(m)).max().unwrap();
    Compound { tag: None, align: align.filter(|a| *a >= needed), members }
}

fn union(dice: &mut Dice, schema: &Schema) -> Compound {
    let variant = |dice: &mut Dice| Member::Field { ty: ty(dice, schema, 0), align: None };
    let members = (0..1 + dice.roll(5)).map(|_| variant(dice)).collect();
    let tag = Some(["u8", "u16", "u32", "u64"][dice.roll(4) as usize]);
    Compound { tag, align: None, members }
}

fn field(dice: &mut Dice, schema: &Schema) -> Member {
    let ty = ty(dice, schema, 0);
    let natural = schema.align(&ty.element);
    let align = (dice.roll(12) == 0).then(|| [2, 4, 8, 16, 32, 64][dice.roll(6) as usize]);
    Member::Field { ty, align: align.filter(|a| *a >= natural) }
}

fn ty(dice: &mut Dice, schema: &Schema, depth: usize) -> Type {
    let element = match dice.roll(14) {
        0 => Element::Str(1 + dice.roll(40)),
        1 => Element::Bytes(1 + dice.roll(40)),
        2 if !schema.numbers.is_empty() => {
            Element::Number(dice.roll(schema.numbers.len() as u64) as usize)
        }
        3 | 4 if !schema.compounds.is_empty() => {
            Element::Compound(dice.roll(schema.compounds.len() as u64) as usize)
        }
        5 | 6 if depth < 4 => Element::List(ty(dice, schema, depth + 1).into(), 1 + dice.roll(5)),
        7 | 8 if depth < 4 => {
            let inner = ty(dice, schema, depth + 1);
            // There is no optional of an optional.
            if matches!(inner.element, Element::Optional(_)) && inner.dims.is_empty() {
                return inner;
            }
            Element::Optional(inner.into())
        }
        _ => Element::Primitive(PRIMITIVES[dice.roll(11) as usize].0),
    };
    let dims = (0..[0, 0, 0, 1, 2, 3][dice.roll(6) as usize]).map(|_| 1 + dice.roll(5)).collect();
    let made = Type { element, dims };
    if schema.size_at_most(&made) > LARGEST {
        return Type { element: Element::Primitive("u8"), dims: vec![] };
    }
    made
}

impl Schema {
    /// What an alignment must be at least: how C aligns the type.
    fn align(&self, element: &Element) -> u64 {
        match element {
            Element::Primitive(name) => primitive(name).3,
            Element::Str(_) | Element::Bytes(_) => 1,
            Element::Number(n) => primitive(self.numbers[*n].repr).3,
            Element::Compound(c) => {
                let compound = &self.compounds[*c];
                let inner = compound.members.iter().map(|m| self.member_align(m)).max();
                let tag = compound.tag.map_or(1, |tag| primitive(tag).3);
                inner.unwrap().max(compound.align.unwrap_or(1)).max(tag)
            }
            Element::List(inner, _) => self.align(&inner.element).max(4),
            Element::Optional(inner) => self.align(&inner.element),
        }
    }

    fn member_align(&self, member: &Member) -> u64 {
        match member {
            Member::Reserved(_) => 1,
            Member::Field { ty, align } => self.align(&ty.element).max(align.unwrap_or(1)),
        }
    }

    /// Not less than the bytes of a type.
    fn size_at_most(&self, ty: &Type) -> u64 {
        let gap = 2 * self.align(&ty.element);
        let one = match &ty.element {
            Element::Primitive(_) | Element::Number(_) => 8,
            Element::Str(n) | Element::Bytes(n) => *n,
            Element::Compound(c) => {
                let compound = &self.compounds[*c];
                let members = compound.members.iter().map(|member| match member {
                    Member::Reserved(n) => *n,
                    Member::Field { ty, align } => self.size_at_most(ty) + align.unwrap_or(0),
                });
                8 + members.sum::<u64>() + compound.align.unwrap_or(0)
            }
            Element::List(inner, n) => 4 + n * self.size_at_most(inner),
            Element::Optional(inner) => 1 + self.size_at_most(inner),
        };
        (one + gap) * ty.dims.iter().product::<u64>()
    }
}

// --- written out as TOML

impl Type {
    fn text(&self) -> String {
        let mut text = match &self.element {
            Element::Primitive(name) => (*name).to_owned(),
            Element::Str(n) => format!("str[{n}]"),
            Element::Bytes(n) => format!("bytes[{n}]"),
            Element::Number(n) => format!("N{n}"),
            Element::Compound(c) => format!("S{c}"),
            Element::List(inner, n) => format!("{}[<={n}]", inner.text()),
            Element::Optional(inner) => format!("{}?", inner.text()),
        };
        self.dims.iter().for_each(|d| text.push_str(&format!("[{d}]")));
        text
    }
}

pub fn toml(schema: &Schema) -> String {
    let mut out =
        format!("shmgen = 1\n[schema]\nname = \"r.s{}\"\nversion = \"1.0\"\n", schema.index);
    for (n, number) in schema.numbers.iter().enumerate() {
        let repr = number.repr;
        if number.is_flags {
            let _ = write!(
                out,
                "[flags.N{n}]\nrepr = \"{repr}\"\nbit = [ {{ name = \"A\", bit = 0 }} ]\n"
            );
        } else {
            let _ = write!(
                out,
                "[enum.N{n}]\nrepr = \"{repr}\"\nvalue = [ {{ name = \"A\", number = 1 }} ]\n"
            );
        }
    }
    for (c, compound) in schema.compounds.iter().enumerate() {
        let (table, key) = match compound.tag {
            Some(tag) => (format!("[union.S{c}]\ntag = \"{tag}\""), "variant"),
            None => (format!("[struct.S{c}]"), "field"),
        };
        let _ = writeln!(out, "{table}");
        if let Some(align) = compound.align {
            let _ = writeln!(out, "align = {align}");
        }
        let _ = writeln!(out, "{key} = [");
        for (f, member) in compound.members.iter().enumerate() {
            match member {
                Member::Reserved(n) => {
                    let _ = writeln!(out, "  {{ reserved = {n} }},");
                }
                Member::Field { ty, align } => {
                    let number = compound.tag.map_or(String::new(), |_| format!(", number = {f}"));
                    let align = align.map_or(String::new(), |a| format!(", align = {a}"));
                    let ty = ty.text();
                    let _ =
                        writeln!(out, "  {{ name = \"f{f}\"{number}, type = \"{ty}\"{align} }},");
                }
            }
        }
        out.push_str("]\n");
    }
    out
}
