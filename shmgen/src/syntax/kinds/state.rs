//! States as they are written.

use super::{Body, Kind, Written, has_no_sides};
use crate::syntax::type_text::{TypeText, type_text};
use crate::syntax::walk::{Context, Table};

/// A state.
#[derive(Debug)]
pub struct State {
    /// The key `type`.
    pub ty: TypeText,
}

pub(super) const KIND: Kind = Kind {
    name: "state",
    called: ("a state", "needs"),
    needs: &["type"],
    takes: &[],
    keys: &[],
    why_not: has_no_sides,
    read,
};

impl Written for State {
    fn item(&self) -> Option<&TypeText> {
        Some(&self.ty)
    }
}

fn read(c: &mut Context<'_>, table: &Table<'_, '_>) -> Option<Body> {
    Some(Body::State(State { ty: type_text(c, table, "type")? }))
}
