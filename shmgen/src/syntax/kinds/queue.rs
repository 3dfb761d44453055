//! Queues as they are written.

use super::{Body, Kind, Written, no_more, side};
use crate::diagnostics::{Code, Spanned};
use crate::syntax::keys::shape::Shape::{Choice, Flag, Integer};
use crate::syntax::keys::shape::key;
use crate::syntax::type_text::{TypeText, type_text};
use crate::syntax::walk::{Context, Table};
use shm_runtime::contract::Side;
use shm_runtime::lanes::layout as lanes;

/// A queue.
#[derive(Debug)]
#[allow(missing_docs)] // the fields are the keys of those names
pub struct Queue {
    pub item: TypeText,
    pub capacity: Spanned<i128>,
    pub producers: Option<Spanned<Side>>,
    pub consumers: Option<Spanned<Side>>,
    pub order: Option<Spanned<String>>,
    pub lanes: Option<Spanned<i128>>,
    pub redeliver: Option<Spanned<bool>>,
}

pub(super) const KIND: Kind = Kind {
    name: "queue",
    called: ("a queue", "needs"),
    needs: &["item", "capacity"],
    takes: &["producers", "consumers", "order", "lanes", "redeliver"],
    keys: &[
        key(
            "order",
            Choice(&["total"]),
            "Many producers to one consumer: one order for all, instead of one for each producer.",
        ),
        key(
            "lanes",
            Integer(1, lanes::MAX as i128),
            "Many producers to one consumer: how many there can be at once; 8 by default.",
        ),
        key(
            "redeliver",
            Flag,
            "Whether what a dead consumer had begun to read comes again (the default) or is \
             dropped.",
        ),
    ],
    why_not: no_more,
    read,
};

impl Written for Queue {
    fn numbers(&mut self) -> Vec<&mut Spanned<i128>> {
        [&mut self.capacity].into_iter().chain(&mut self.lanes).collect()
    }

    fn item(&self) -> Option<&TypeText> {
        Some(&self.item)
    }
}

fn read(c: &mut Context<'_>, table: &Table<'_, '_>) -> Option<Body> {
    let (item, capacity) = (type_text(c, table, "item"), table.number(c, "capacity"));
    let (producers, consumers) = (side(c, table, "producers"), side(c, table, "consumers"));
    let (order, lanes) = (order(c, table), table.number(c, "lanes"));
    let redeliver = redeliver(c, table);
    // All of them are looked at before one that is missing ends it.
    let (item, capacity) = (item?, capacity?);
    Some(Body::Queue(Queue { item, capacity, producers, consumers, order, lanes, redeliver }))
}

fn order(context: &mut Context<'_>, table: &Table<'_, '_>) -> Option<Spanned<String>> {
    let order = table.text(context, "order")?;
    if order.value != "total" {
        let message = format!("`{}` is no order", order.value);
        context
            .error(Code::E013, order.span, message)
            .help("`order` is \"total\"; without it each producer's order is kept");
        return None;
    }
    Some(order)
}

fn redeliver(context: &mut Context<'_>, table: &Table<'_, '_>) -> Option<Spanned<bool>> {
    let node = table.get("redeliver")?;
    context.flag(node, "redeliver").map(|flag| Spanned::new(flag, node.span()))
}
