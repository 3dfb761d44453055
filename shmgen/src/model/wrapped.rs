//! Lists and optionals, laid out.

use super::{Bounded, Element, Type};
use shm_runtime::contract::{TypeExpr, Wrapper};

/// A list or an optional, laid out.
#[derive(Clone, Debug)]
pub struct Wrapped {
    /// What it is called where it needs a name: `Level_list10`.
    pub name: String,
    /// What it is a list or an optional of.
    pub inner: Type,
    /// How many items a list has room for; `None` for an optional.
    pub room: Option<u64>,
    /// Where the items or the value begin, size and alignment of the whole.
    pub layout: Wrapper,
    /// Bytes of one item, or of the value.
    pub item: u64,
}

impl Wrapped {
    /// Bytes between what tells and what it tells of.
    pub fn head_gap(&self) -> u64 {
        self.layout.offset - if self.room.is_some() { 4 } else { 1 }
    }

    /// The type as a contract writes it.
    pub fn expr(&self) -> TypeExpr {
        let inner = Box::new(self.inner.expr());
        match self.room {
            Some(room) => TypeExpr::List(inner, room),
            None => TypeExpr::Optional(inner),
        }
    }

    /// Whether it is a `str[<=N]` or a `bytes[<=N]`.
    pub fn bounded(&self) -> Option<Bounded> {
        let is_text = match self.inner.element {
            Element::Char => true,
            Element::Byte => false,
            _ => return None,
        };
        self.room.map(|room| Bounded { is_text, room })
    }

    /// Bytes behind the last item.
    pub fn tail_gap(&self) -> u64 {
        self.layout.size - self.layout.offset - self.item * self.room.unwrap_or(1)
    }
}
