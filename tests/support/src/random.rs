//! Random schemas, as the test sees them, and their text.

use crate::dice::Dice;
use std::fmt::Write as _;
use std::sync::Arc;

pub struct Schema {
    pub index: usize,
    /// A schema that it imports.
    pub import: Option<Arc<Schema>>,
    /// Constants, each with the expression it is computed from.
    pub constants: Vec<(u64, String)>,
    pub numbers: Vec<Number>,
    pub aliases: Vec<Type>,
    pub compounds: Vec<Compound>,
}

/// An enum or a set of flags.
pub struct Number {
    pub is_flags: bool,
    pub repr: &'static str,
    /// Its values or bits, as they are written.
    members: Vec<String>,
    /// What it says besides.
    said: String,
}

/// A struct, or a union with the type of its tag.
pub struct Compound {
    pub tag: Option<&'static str>,
    pub align: Option<u64>,
    pub extent: Option<u64>,
    pub members: Vec<Member>,
    /// How many aliases there were when it was drawn: those it may be made of.
    pub aliases_before: usize,
    /// A variant that holds nothing, by its number.
    bare: Option<u64>,
    /// What it says besides.
    said: String,
}

impl Compound {
    /// Its fields, or its variants.
    pub fn fields(&self) -> impl Iterator<Item = (usize, &Type)> + '_ {
        self.members.iter().enumerate().filter_map(|(f, member)| match member {
            Member::Field { ty, .. } => Some((f, ty)),
            Member::Reserved(..) => None,
        })
    }
}

/// What it says of a member besides stands behind it.
pub enum Member {
    Reserved(u64, String),
    Field { ty: Type, align: Option<u64>, said: String },
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
    BoundedStr(u64),
    BoundedBytes(u64),
    Number(usize),
    Alias(usize),
    Compound(usize),
    /// A type of the schema that is imported.
    Imported(usize),
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

/// A schema; it may import the one that is given, if it is.
pub fn random(index: usize, dice: &mut Dice, before: Option<&Arc<Schema>>) -> Schema {
    let numbers = (0..dice.roll(3)).map(|_| number(dice)).collect();
    let mut schema = Schema {
        index,
        import: before.filter(|_| dice.roll(2) == 0).map(Arc::clone),
        constants: vec![],
        numbers,
        aliases: vec![],
        compounds: vec![],
    };
    for n in 0..dice.roll(4) {
        let value = 1 + dice.roll(5);
        let mut ways = vec![
            format!("0x{value:x}"),
            format!("({value} + 1) * 2 / 2 - 1"),
            format!("({value} << 3 | 1) >> 3"),
            format!("{} % 7", value + 14),
        ];
        if n > 0 {
            let (other, _) = schema.constants[0];
            ways.push(format!("C0 * {value} - C0 * ({value} - 1) + {value} - {other}"));
        }
        let way = ways.swap_remove(dice.roll(ways.len() as u64) as usize);
        schema.constants.push((value, way));
    }
    for _ in 0..1 + dice.roll(5) {
        if dice.roll(4) == 0 {
            let ty = ty(dice, &schema, 1);
            schema.aliases.push(ty);
        }
        let compound =
            if dice.roll(4) == 0 { union(dice, &schema) } else { structure(dice, &schema) };
        schema.compounds.push(compound);
    }
    schema
}

/// What can be said of a declaration that changes no layout.
fn said(dice: &mut Dice, keys: &[&str]) -> String {
    let mut out = String::new();
    for key in keys {
        if dice.roll(8) == 0 {
            let value = match *key {
                "doc" => "\"Said with \\\"quotes\\\" */ and\\nlines.\"",
                "deprecated" => "\"use another one\"",
                "unit" => "\"1e-8 USD\"",
                _ => "\"0.9\"",
            };
            let _ = write!(out, ", {key} = {value}");
        }
    }
    out
}

fn number(dice: &mut Dice) -> Number {
    let reprs = ["u8", "u16", "u32", "u64", "i8", "i16", "i32", "i64"];
    let is_flags = dice.roll(2) == 0;
    let members = (0..1 + dice.roll(4)).map(|n| {
        let more = said(dice, &["doc", "since", "deprecated"]);
        let what = if is_flags { "bit" } else { "number" };
        format!("{{ name = \"V{n}\", {what} = {}{more} }}", n * 2 + 1)
    });
    Number {
        is_flags,
        members: members.collect(),
        repr: reprs[dice.roll(if is_flags { 4 } else { 8 }) as usize],
        said: said(dice, &["doc", "deprecated"]),
    }
}

fn structure(dice: &mut Dice, schema: &Schema) -> Compound {
    let mut members: Vec<Member> = Vec::new();
    for _ in 0..1 + dice.roll(8) {
        if dice.roll(8) == 0 {
            let was = ["", ", was = [\"old\"]", ", was = [\"older\", \"oldest\"]"];
            let was = was[dice.roll(3) as usize].replace("old", &format!("old{}", members.len()));
            members.push(Member::Reserved(1 + dice.roll(20), was));
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
    let said = said(dice, &["doc", "deprecated"]);
    let align = align.filter(|a| *a >= needed);
    let mut made = Compound {
        tag: None,
        align,
        extent: None,
        members,
        aliases_before: schema.aliases.len(),
        bare: None,
        said,
    };
    if dice.roll(4) == 0 {
        let align = needed.max(made.align.unwrap_or(1));
        let room = schema.compound_at_most(&made).next_multiple_of(align);
        made.extent = Some(room + align * dice.roll(4));
    }
    made
}

fn union(dice: &mut Dice, schema: &Schema) -> Compound {
    let members = (0..1 + dice.roll(5)).map(|_| Member::Field {
        ty: ty(dice, schema, 0),
        align: None,
        said: said(dice, &["doc", "since", "deprecated"]),
    });
    Compound {
        members: members.collect(),
        tag: Some(["u8", "u16", "u32", "u64"][dice.roll(4) as usize]),
        align: None,
        extent: None,
        aliases_before: schema.aliases.len(),
        bare: (dice.roll(2) == 0).then(|| 100 + dice.roll(100)),
        said: said(dice, &["doc", "deprecated"]),
    }
}

fn field(dice: &mut Dice, schema: &Schema) -> Member {
    let ty = ty(dice, schema, 0);
    let natural = schema.align(&ty.element);
    let align = (dice.roll(12) == 0).then(|| [2, 4, 8, 16, 32, 64][dice.roll(6) as usize]);
    let mut said = said(dice, &["doc", "since", "unit", "deprecated"]);
    if dice.roll(4) == 0 {
        let _ = match (&ty.element, ty.dims.is_empty()) {
            (Element::Primitive("bool"), true) => write!(said, ", default = true"),
            (Element::Primitive(_), true) => write!(said, ", default = 7"),
            (Element::Str(n), true) => {
                write!(said, ", default = \"{}\"", "xyz".repeat(*n as usize / 3))
            }
            (Element::BoundedStr(n), true) => {
                write!(said, ", default = \"{}\"", "aé".repeat(*n as usize / 3))
            }
            (Element::Number(_), true) => write!(said, ", default = \"V0\""),
            _ => Ok(()),
        };
    }
    // Ranges that every number is in: random values are as random as ever.
    if dice.roll(4) == 0 {
        let mut inner = &ty;
        while let Element::List(next, _) | Element::Optional(next) = &inner.element {
            inner = next;
        }
        if let Element::Primitive(name @ ("u8" | "u16" | "u32" | "u64")) = inner.element {
            let _ = write!(
                said,
                ", range = {{ min = 0, max = \"(1 << {}) - 1\" }}",
                primitive(name).3 * 8
            );
        }
    }
    Member::Field { ty, align: align.filter(|a| *a >= natural), said }
}

fn ty(dice: &mut Dice, schema: &Schema, depth: usize) -> Type {
    let imported = schema.import.as_ref().map_or(0, |import| import.compounds.len());
    let element = match dice.roll(18) {
        0 => Element::Str(1 + dice.roll(40)),
        1 => Element::Bytes(1 + dice.roll(40)),
        16 => Element::BoundedStr(1 + dice.roll(40)),
        17 => Element::BoundedBytes(1 + dice.roll(40)),
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
            if schema.is_optional(&inner) {
                return inner;
            }
            Element::Optional(inner.into())
        }
        9 if !schema.aliases.is_empty() && depth == 0 => {
            Element::Alias(dice.roll(schema.aliases.len() as u64) as usize)
        }
        9..=11 if imported > 0 => Element::Imported(dice.roll(imported as u64) as usize),
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
    fn is_optional(&self, ty: &Type) -> bool {
        ty.dims.is_empty()
            && match &ty.element {
                Element::Optional(_) => true,
                Element::Alias(a) => self.is_optional(&self.aliases[*a]),
                _ => false,
            }
    }

    /// What an alignment must be at least: how C aligns the type.
    fn align(&self, element: &Element) -> u64 {
        match element {
            Element::Primitive(name) => primitive(name).3,
            Element::Str(_) | Element::Bytes(_) => 1,
            Element::BoundedStr(_) | Element::BoundedBytes(_) => 4,
            Element::Number(n) => primitive(self.numbers[*n].repr).3,
            Element::Alias(a) => self.align(&self.aliases[*a].element),
            Element::Compound(c) => {
                let compound = &self.compounds[*c];
                let inner = compound.members.iter().map(|m| self.member_align(m)).max();
                let tag = compound.tag.map_or(1, |tag| primitive(tag).3);
                inner.unwrap().max(compound.align.unwrap_or(1)).max(tag)
            }
            Element::Imported(c) => self.import.as_ref().unwrap().align(&Element::Compound(*c)),
            Element::List(inner, _) => self.align(&inner.element).max(4),
            Element::Optional(inner) => self.align(&inner.element),
        }
    }

    fn member_align(&self, member: &Member) -> u64 {
        match member {
            Member::Reserved(..) => 1,
            Member::Field { ty, align, .. } => self.align(&ty.element).max(align.unwrap_or(1)),
        }
    }

    /// Not less than the bytes of a type.
    fn size_at_most(&self, ty: &Type) -> u64 {
        let gap = 2 * self.align(&ty.element);
        let one = match &ty.element {
            Element::Primitive(_) | Element::Number(_) => 8,
            Element::Str(n) | Element::Bytes(n) => *n,
            Element::BoundedStr(n) | Element::BoundedBytes(n) => 4 + *n,
            Element::Alias(a) => self.size_at_most(&self.aliases[*a]),
            Element::Compound(c) => self.compound_at_most(&self.compounds[*c]),
            Element::Imported(c) => {
                let import = self.import.as_ref().unwrap();
                import.compound_at_most(&import.compounds[*c])
            }
            Element::List(inner, n) => 4 + n * self.size_at_most(inner),
            Element::Optional(inner) => 1 + self.size_at_most(inner),
        };
        (one + gap) * ty.dims.iter().product::<u64>()
    }

    fn compound_at_most(&self, compound: &Compound) -> u64 {
        let members = compound.members.iter().map(|member| match member {
            Member::Reserved(n, _) => *n,
            Member::Field { ty, align, .. } => self.size_at_most(ty) + align.unwrap_or(0),
        });
        let all = 8 + members.sum::<u64>() + compound.align.unwrap_or(0);
        all.max(compound.extent.unwrap_or(0))
    }

    /// A length, by the name of a constant if there is one.
    fn length(&self, n: u64) -> String {
        match self.constants.iter().rposition(|(value, _)| *value == n) {
            Some(c) => format!("C{c}"),
            None => n.to_string(),
        }
    }

    /// A type, as a schema writes it.
    fn text(&self, ty: &Type) -> String {
        let mut text = match &ty.element {
            Element::Primitive(name) => (*name).to_owned(),
            Element::Str(n) => format!("str[{}]", self.length(*n)),
            Element::Bytes(n) => format!("bytes[{}]", self.length(*n)),
            Element::BoundedStr(n) => format!("str[<={}]", self.length(*n)),
            Element::BoundedBytes(n) => format!("bytes[<={}]", self.length(*n)),
            Element::Number(n) => format!("N{n}"),
            Element::Alias(a) => format!("A{a}"),
            Element::Compound(c) => format!("S{c}"),
            Element::Imported(c) => format!("s{}.S{c}", self.import.as_ref().unwrap().index),
            Element::List(inner, n) => format!("{}[<={}]", self.text(inner), self.length(*n)),
            Element::Optional(inner) => format!("{}?", self.text(inner)),
        };
        ty.dims.iter().for_each(|d| text.push_str(&format!("[{}]", self.length(*d))));
        text
    }
}

/// What is said besides, as keys of a table.
fn lines(said: &str) -> String {
    said.replace(", ", "\n").trim_start().to_owned() + "\n"
}

pub fn toml(schema: &Schema) -> String {
    let mut out =
        format!("shmgen = 1\n[schema]\nname = \"r.s{}\"\nversion = \"1.0\"\n", schema.index);
    if let Some(import) = &schema.import {
        let _ = writeln!(out, "imports = [\"s{}.toml\"]", import.index);
    }
    for (c, (_, expression)) in schema.constants.iter().enumerate() {
        let _ = write!(out, "[const.C{c}]\ntype = \"u16\"\nvalue = \"{expression}\"\n");
    }
    for (a, alias) in schema.aliases.iter().enumerate() {
        let _ = write!(out, "[alias.A{a}]\ntype = \"{}\"\n", schema.text(alias));
    }
    for (n, number) in schema.numbers.iter().enumerate() {
        let (kind, key) = if number.is_flags { ("flags", "bit") } else { ("enum", "value") };
        let (repr, members) = (number.repr, number.members.join(", "));
        let _ = write!(out, "[{kind}.N{n}]\nrepr = \"{repr}\"\n{key} = [ {members} ]\n");
        out.push_str(&lines(&number.said));
    }
    for (c, compound) in schema.compounds.iter().enumerate() {
        let (table, key) = match compound.tag {
            Some(tag) => (format!("[union.S{c}]\ntag = \"{tag}\""), "variant"),
            None => (format!("[struct.S{c}]"), "field"),
        };
        let _ = writeln!(out, "{table}");
        out.push_str(&lines(&compound.said));
        if let Some(align) = compound.align {
            let _ = writeln!(out, "align = {align}");
        }
        if let Some(extent) = compound.extent {
            let _ = writeln!(out, "extent = {extent}");
        }
        let _ = writeln!(out, "{key} = [");
        for (f, member) in compound.members.iter().enumerate() {
            let _ = match member {
                Member::Reserved(n, was) => writeln!(out, "  {{ reserved = {n}{was} }},"),
                Member::Field { ty, align, said } => {
                    let tag = f * 3 + c % 2;
                    let number =
                        compound.tag.map_or(String::new(), |_| format!(", number = {tag}"));
                    let align = align.map_or(String::new(), |a| format!(", align = {a}"));
                    let ty = schema.text(ty);
                    writeln!(out, "  {{ name = \"f{f}\"{number}, type = \"{ty}\"{align}{said} }},")
                }
            };
        }
        if let Some(bare) = compound.bare {
            let _ = writeln!(out, "  {{ name = \"bare\", number = {bare} }},");
        }
        out.push_str("]\n");
    }
    out
}
