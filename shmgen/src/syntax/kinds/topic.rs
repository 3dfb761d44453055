//! Topics as they are written.

use super::{Body, Kind, Written};
use crate::diagnostics::Spanned;
use crate::syntax::type_text::{TypeText, type_text};
use crate::syntax::walk::{Context, Table};

/// A topic.
#[derive(Debug)]
#[allow(missing_docs)] // the fields are the keys of those names
pub struct Topic {
    pub item: TypeText,
    pub capacity: Spanned<i128>,
}

pub(super) const KIND: Kind = Kind {
    name: "topic",
    called: ("a topic", "needs"),
    needs: &["item", "capacity"],
    takes: &[],
    keys: &[],
    why_not,
    read,
};

fn why_not(key: &str) -> Option<&'static str> {
    match key {
        "producers" => Some("a topic has one publisher at a time"),
        "consumers" => Some("a topic has any number of readers"),
        _ => None,
    }
}

impl Written for Topic {
    fn numbers(&mut self) -> Vec<&mut Spanned<i128>> {
        vec![&mut self.capacity]
    }

    fn item(&self) -> Option<&TypeText> {
        Some(&self.item)
    }
}

fn read(c: &mut Context<'_>, table: &Table<'_, '_>) -> Option<Body> {
    let (item, capacity) = (type_text(c, table, "item"), table.number(c, "capacity"));
    Some(Body::Topic(Topic { item: item?, capacity: capacity? }))
}
