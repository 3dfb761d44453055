//! Byte maps: what lies where in a struct, where it has holes, which cache
//! lines its fields touch, and which order of fields would take fewer bytes.
//!
//! How a map is shown is in [`text`] and [`svg`]. Nothing here decides where a
//! field lies; that is the model's business.

mod order;
mod rows;
pub mod svg;
pub mod text;

pub use order::Reorder;

use crate::model::{Member, Struct, Was};

/// Bytes of a cache line.
pub const CACHE_LINE: u64 = 64;

/// The byte map of a struct.
#[derive(Clone, Debug)]
pub struct Map {
    /// The struct's name.
    pub name: String,
    /// Bytes in memory.
    pub size: u64,
    /// Alignment in bytes.
    pub align: u64,
    /// What lies in it, without a byte between the parts.
    pub parts: Vec<Part>,
    /// An order of its fields in which it would be smaller, if there is one.
    pub reorder: Option<Reorder>,
}

/// Some bytes of a struct.
#[derive(Clone, Debug)]
pub struct Part {
    /// What they are.
    pub kind: Kind,
    /// The field's name; of reserved bytes what they were, if that is said;
    /// empty for the others.
    pub name: String,
    /// The field's type; empty for the others.
    pub ty: String,
    /// Bytes from the start of the struct.
    pub offset: u64,
    /// How many, at least 1.
    pub size: u64,
    /// Its alignment in bytes; 1 for the others.
    pub align: u64,
    /// The fields that lay in reserved bytes in earlier versions.
    pub was: Vec<String>,
}

/// What some bytes of a struct are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A field.
    Field,
    /// Bytes that the schema reserves.
    Reserved,
    /// Bytes that are lost to alignment.
    Hole,
    /// Bytes that an extent keeps free for later versions.
    Kept,
}

impl Map {
    /// The map of a struct.
    pub fn of(s: &Struct) -> Self {
        let mut parts = Vec::with_capacity(s.members.len());
        for member in &s.members {
            match member {
                Member::Field(f) => parts.push(Part {
                    kind: Kind::Field,
                    name: f.name.clone(),
                    ty: f.ty.expr().to_string(),
                    offset: f.offset,
                    size: f.size,
                    align: f.align,
                    was: Vec::new(),
                }),
                Member::Gap(gap) => {
                    let behind = gap.offset + gap.size - gap.padding - gap.kept;
                    let mut next = gap.offset;
                    for was in &gap.was {
                        parts.extend(Part::free(Kind::Reserved, next, was.offset - next));
                        parts.push(Part::was(was));
                        next = was.offset + was.size;
                    }
                    parts.extend(Part::free(Kind::Reserved, next, behind - next));
                    parts.extend(Part::free(Kind::Hole, behind, gap.padding));
                    parts.extend(Part::free(Kind::Kept, behind, gap.kept));
                }
            }
        }
        // With an extent it has its size in any order.
        let reorder = if s.extent { None } else { order::better(&parts, s.size, s.align) };
        Self { name: s.name.clone(), size: s.size, align: s.align, parts, reorder }
    }

    /// How many cache lines it touches if it begins with one.
    pub fn cache_lines(&self) -> u64 {
        self.size.div_ceil(CACHE_LINE)
    }

    /// The bytes that are lost to alignment.
    pub fn holes(&self) -> impl Iterator<Item = &Part> {
        self.parts.iter().filter(|p| p.kind == Kind::Hole)
    }

    /// How many bytes are lost to alignment.
    pub fn lost(&self) -> u64 {
        self.holes().map(|p| p.size).sum()
    }

    /// How many bytes an extent keeps free.
    pub fn kept(&self) -> u64 {
        self.parts.iter().filter(|p| p.kind == Kind::Kept).map(|p| p.size).sum()
    }

    /// The fields that lie in two cache lines and would fit into one.
    pub fn straddling(&self) -> impl Iterator<Item = &Part> {
        self.parts.iter().filter(|p| p.kind == Kind::Field && p.straddles())
    }

    /// If a field lies in two cache lines and would fit into one: an order of
    /// the fields, of no greater size, where none does.
    pub fn order_without_straddling(&self) -> Option<Vec<String>> {
        self.straddling().next()?;
        order::without_straddling(&self.parts, self.size, self.align)
    }
}

impl Part {
    fn free(kind: Kind, offset: u64, size: u64) -> Option<Self> {
        let (name, ty, was) = (String::new(), String::new(), Vec::new());
        (size > 0).then_some(Self { kind, name, ty, offset, size, align: 1, was })
    }

    fn was(was: &Was) -> Self {
        let name = format!("reserved, was {}", was.names.join(", "));
        let (kind, ty, offset, size) = (Kind::Reserved, String::new(), was.offset, was.size);
        Self { kind, name, ty, offset, size, align: 1, was: was.names.clone() }
    }

    /// Where it ends.
    pub fn end(&self) -> u64 {
        self.offset + self.size
    }

    /// The first and the last cache line that it touches.
    pub fn cache_lines(&self) -> (u64, u64) {
        (self.offset / CACHE_LINE, (self.end() - 1) / CACHE_LINE)
    }

    /// Whether it lies in two cache lines and would fit into one.
    pub fn straddles(&self) -> bool {
        let (first, last) = self.cache_lines();
        self.size <= CACHE_LINE && first != last
    }

    /// What to call it: `price`, `reserved`, `hole`, `kept free`.
    pub fn title(&self) -> &str {
        match self.kind {
            Kind::Field => &self.name,
            Kind::Reserved if !self.name.is_empty() => &self.name,
            Kind::Reserved => "reserved",
            Kind::Hole => "hole",
            Kind::Kept => "kept free",
        }
    }
}

/// `1 byte`, `2 bytes`.
fn bytes(n: u64) -> String {
    if n == 1 { "1 byte".to_owned() } else { format!("{n} bytes") }
}
