//! Random schemas, as this test sees them: it never looks at the model.

#![allow(unreachable_pub)]

use crate::dice::Dice;

pub struct Schema {
    pub index: usize,
    pub numbers: Vec<Number>,
    /// Structs and unions; each uses only what stands before it.
    pub compounds: Vec<Compound>,
}

/// An enum or a set of flags.
pub struct Number {
    pub is_flags: bool,
    pub repr: &'static str,
}

pub enum Compound {
    Struct(Struct),
    Union(Union),
}

pub struct Struct {
    pub align: Option<u64>,
    pub members: Vec<Member>,
}

pub enum Member {
    Reserved(u64),
    Field { ty: Ty, align: Option<u64> },
}

pub struct Union {
    pub tag: &'static str,
    pub variants: Vec<Option<Ty>>,
}

#[derive(Clone)]
pub enum Ty {
    Primitive(&'static str),
    Str(u64),
    Bytes(u64),
    Number(usize),
    Compound(usize),
    /// Never of an array.
    Array(Box<Ty>, Vec<u64>),
    List(Box<Ty>, u64),
    /// Never of an optional.
    Optional(Box<Ty>),
}

impl Schema {
    /// `S0`, `U1`
    pub fn name(&self, compound: usize) -> String {
        match self.compounds[compound] {
            Compound::Struct(_) => format!("S{compound}"),
            Compound::Union(_) => format!("U{compound}"),
        }
    }

    /// Whether it has lists, optionals or unions.
    pub fn has_shapes(&self) -> bool {
        fn is_one(ty: &Ty) -> bool {
            match ty {
                Ty::Array(inner, _) => is_one(inner),
                other => matches!(other, Ty::List(..) | Ty::Optional(_)),
            }
        }
        self.compounds.iter().any(|c| match c {
            Compound::Struct(s) => s.fields().any(|(_, ty)| is_one(ty)),
            Compound::Union(_) => true,
        })
    }
}

impl Struct {
    pub fn fields(&self) -> impl Iterator<Item = (usize, &Ty)> {
        self.members.iter().enumerate().filter_map(|(f, m)| match m {
            Member::Field { ty, .. } => Some((f, ty)),
            Member::Reserved(_) => None,
        })
    }
}

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

/// The largest type: arrays of lists of arrays of structs grow fast.
const LARGEST: u64 = 1 << 16;

/// Every other schema has lists, optionals and unions.
pub fn random(index: usize, dice: &mut Dice) -> Schema {
    let reprs = ["u8", "u16", "u32", "u64", "i8", "i16", "i32", "i64"];
    let numbers: Vec<Number> = (0..dice.roll(3))
        .map(|_| {
            let is_flags = dice.roll(2) == 0;
            Number { is_flags, repr: reprs[dice.roll(if is_flags { 4 } else { 8 }) as usize] }
        })
        .collect();
    let mut schema = Schema { index, numbers, compounds: vec![] };
    let shapes = index % 2 == 1;
    for _ in 0..1 + dice.roll(if shapes { 6 } else { 4 }) {
        let compound = if shapes && dice.roll(3) == 0 {
            Compound::Union(union(dice, &schema))
        } else {
            Compound::Struct(structure(dice, &schema, shapes))
        };
        schema.compounds.push(compound);
    }
    schema
}

fn structure(dice: &mut Dice, schema: &Schema, shapes: bool) -> Struct {
    let mut members: Vec<Member> = Vec::new();
    for _ in 0..1 + dice.roll(8) {
        if dice.roll(8) == 0 {
            members.push(Member::Reserved(1 + dice.roll(20)));
            continue;
        }
        members.push(field(dice, schema, shapes));
    }
    if !members.iter().any(|m| matches!(m, Member::Field { .. })) {
        members.push(field(dice, schema, shapes));
    }
    // Only more than the fields need anyway.
    let align = (dice.roll(5) == 0).then(|| [16, 32, 64, 128][dice.roll(4) as usize]);
    let needed = members.iter().map(|m| member_align(m, schema)).max().unwrap();
    Struct { align: align.filter(|a| *a >= needed), members }
}

fn union(dice: &mut Dice, schema: &Schema) -> Union {
    let mut variants: Vec<Option<Ty>> =
        (0..dice.roll(5)).map(|_| (dice.roll(5) > 0).then(|| ty(dice, schema, 2))).collect();
    variants.push(Some(ty(dice, schema, 2)));
    Union { tag: ["u8", "u16", "u32", "u64"][dice.roll(4) as usize], variants }
}

fn field(dice: &mut Dice, schema: &Schema, shapes: bool) -> Member {
    let ty = ty(dice, schema, if shapes { 3 } else { 0 });
    let natural = size_and_align(&ty, schema).1;
    let align = (dice.roll(12) == 0).then(|| [2, 4, 8, 16, 32, 64][dice.roll(6) as usize]);
    Member::Field { ty, align: align.filter(|a| *a >= natural) }
}

/// A type with so many lists and optionals in one another at most.
fn ty(dice: &mut Dice, schema: &Schema, depth: u64) -> Ty {
    loop {
        let mut ty = match dice.roll(10) {
            0 => Ty::Str(1 + dice.roll(40)),
            1 => Ty::Bytes(1 + dice.roll(40)),
            2 if !schema.numbers.is_empty() => {
                Ty::Number(dice.roll(schema.numbers.len() as u64) as usize)
            }
            3 | 4 if !schema.compounds.is_empty() => {
                Ty::Compound(dice.roll(schema.compounds.len() as u64) as usize)
            }
            _ => Ty::Primitive(PRIMITIVES[dice.roll(11) as usize].0),
        };
        ty = array(dice, ty);
        for _ in 0..dice.roll(depth + 1) {
            ty = match ty {
                Ty::Optional(_) => Ty::List(Box::new(ty), 1 + dice.roll(4)),
                _ if dice.roll(2) == 0 => Ty::Optional(Box::new(ty)),
                _ => Ty::List(Box::new(ty), 1 + dice.roll(4)),
            };
            if dice.roll(3) == 0 {
                ty = array(dice, ty);
            }
        }
        if size_and_align(&ty, schema).0 <= LARGEST {
            return ty;
        }
    }
}

fn array(dice: &mut Dice, ty: Ty) -> Ty {
    let count = [0, 0, 0, 1, 2, 3][dice.roll(6) as usize];
    let dims: Vec<u64> = (0..count).map(|_| 1 + dice.roll(5)).collect();
    if dims.is_empty() { ty } else { Ty::Array(Box::new(ty), dims) }
}

/// How C aligns the type, and no less than what it takes: enough to keep random
/// types within limits.
fn size_and_align(ty: &Ty, schema: &Schema) -> (u64, u64) {
    let primitive = |name: &str| {
        let size = PRIMITIVES.iter().find(|p| p.0 == name).unwrap().3;
        (size, size)
    };
    let wrapped = |head: u64, (size, align): (u64, u64)| {
        let align = align.max(head);
        (head.next_multiple_of(align) + size.next_multiple_of(align), align)
    };
    match ty {
        Ty::Primitive(name) => primitive(name),
        Ty::Str(n) | Ty::Bytes(n) => (*n, 1),
        Ty::Number(n) => primitive(schema.numbers[*n].repr),
        Ty::Array(inner, dims) => {
            let (size, align) = size_and_align(inner, schema);
            (size * dims.iter().product::<u64>(), align)
        }
        Ty::List(inner, n) => {
            let (size, align) = size_and_align(inner, schema);
            wrapped(4, (size * n, align))
        }
        Ty::Optional(inner) => wrapped(1, size_and_align(inner, schema)),
        Ty::Compound(c) => match &schema.compounds[*c] {
            Compound::Struct(s) => {
                let align = s.members.iter().map(|m| member_align(m, schema)).max().unwrap();
                let align = align.max(s.align.unwrap_or(1));
                let size = s.members.iter().map(|m| match m {
                    Member::Reserved(n) => *n,
                    Member::Field { ty, .. } => {
                        size_and_align(ty, schema).0.next_multiple_of(align)
                    }
                });
                (size.sum::<u64>().next_multiple_of(align), align)
            }
            Compound::Union(u) => {
                let variants = u.variants.iter().flatten().map(|ty| size_and_align(ty, schema));
                let most =
                    variants.fold((1, 1), |most, one| (most.0.max(one.0), most.1.max(one.1)));
                wrapped(primitive(u.tag).0, most)
            }
        },
    }
}

fn member_align(member: &Member, schema: &Schema) -> u64 {
    match member {
        Member::Reserved(_) => 1,
        Member::Field { ty, align } => size_and_align(ty, schema).1.max(align.unwrap_or(1)),
    }
}
