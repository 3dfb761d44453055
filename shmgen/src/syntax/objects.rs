//! Objects of a segment as they are written: each kind with its own keys.

use super::keys::{COUNTER, OBJECT};
use super::type_text::{TypeText, type_text};
use super::walk::{Context, Node, Table};
use crate::diagnostics::{Code, Span, Spanned, nearest};
use shm_runtime::contract::Side;
use toml::de::{DeTable, DeValue};

/// An object of a segment.
#[derive(Debug)]
pub struct Object {
    /// Its name.
    pub name: Spanned<String>,
    /// Its kind, one that the language has.
    pub kind: Spanned<String>,
    /// What the kind is told by its own keys.
    pub body: Body,
    /// Documentation.
    pub doc: String,
    /// Lints that are allowed here and inside.
    pub lint: Vec<Code>,
}

/// The keys of an object that depend on its kind.
#[derive(Debug)]
#[allow(missing_docs)] // the fields are the keys of those names
#[allow(clippy::large_enum_variant)] // there are few objects
pub enum Body {
    Queue {
        item: TypeText,
        capacity: Spanned<i128>,
        producers: Option<Spanned<Side>>,
        consumers: Option<Spanned<Side>>,
        order: Option<Spanned<String>>,
        lanes: Option<Spanned<i128>>,
        redeliver: Option<Spanned<bool>>,
    },
    Ring {
        bytes: Spanned<i128>,
        producers: Option<Spanned<Side>>,
        consumers: Option<Spanned<Side>>,
        lanes: Option<Spanned<i128>>,
    },
    Stream {
        bytes: Spanned<i128>,
        producers: Option<Spanned<Side>>,
        consumers: Option<Spanned<Side>>,
    },
    Topic {
        item: TypeText,
        capacity: Spanned<i128>,
    },
    Cell {
        ty: TypeText,
    },
    State {
        ty: TypeText,
    },
    Event,
    Counters {
        ty: Option<TypeText>,
        counters: Vec<Counter>,
    },
    Raw {
        bytes: Spanned<i128>,
        align: Option<Spanned<i128>>,
    },
}

/// An element of `counter`.
#[derive(Debug)]
pub struct Counter {
    /// Its name.
    pub name: Spanned<String>,
    /// Its type, if it has one of its own.
    pub ty: Option<TypeText>,
    /// Documentation.
    pub doc: String,
    /// Lints that are allowed here.
    pub lint: Vec<Code>,
}

pub(super) fn object(
    context: &mut Context<'_>,
    table: &DeTable<'_>,
    span: &Span,
) -> Option<Object> {
    let table = Table::new(context, table, &OBJECT, span);
    let doc = table.doc(context);
    let lint = table.lint(context);
    let name = table.text(context, "name");
    let kind = table.text(context, "kind")?;
    if !OBJECT.rules.iter().any(|rule| rule.choice == kind.value) {
        unknown_kind(context, &kind);
        return None;
    }
    rules(context, &table, &kind.value, span);
    let body = body(context, &table, &kind.value)?;
    Some(Object { name: name?, kind, body, doc, lint })
}

/// Keys that the kind needs, and keys of other kinds.
fn rules(context: &mut Context<'_>, table: &Table<'_, '_>, kind: &str, span: &Span) {
    let (what, verb) = called(kind);
    for rule in OBJECT.rules.iter().filter(|rule| rule.choice == kind) {
        // Needed, and said in the words of another kind.
        let mut meant = Vec::new();
        for key in rule.excludes {
            let Some(at) = table.key_span(key) else { continue };
            let message = format!("`{key}` is not a key of {what}");
            let error = context.error(Code::E068, at, message);
            let instead =
                |needed: &&&str| says_the_same(key, needed) && table.get(needed).is_none();
            match rule.needs.iter().find(instead) {
                Some(needed) => {
                    error.label(format!("did you mean `{needed}`?"));
                    meant.push(*needed);
                }
                None => {
                    error.help(help(kind, key, rule.excludes));
                }
            }
        }
        for key in rule.needs.iter().filter(|key| table.get(key).is_none() && !meant.contains(key))
        {
            context
                .error(Code::E012, span.clone(), format!("{what} {verb} `{key}`"))
                .label(format!("`{key}` is missing here"));
        }
    }
}

/// What objects of a kind are called, and how one needs something.
fn called(kind: &str) -> (&'static str, &'static str) {
    match kind {
        "queue" => ("a queue", "needs"),
        "ring" => ("a ring", "needs"),
        "stream" => ("a stream", "needs"),
        "topic" => ("a topic", "needs"),
        "cell" => ("a cell", "needs"),
        "state" => ("a state", "needs"),
        "event" => ("an event", "needs"),
        "counters" => ("counters", "need"),
        _ => ("raw bytes", "need"),
    }
}

/// Whether two keys say the same of different kinds.
fn says_the_same(key: &str, other: &str) -> bool {
    let pairs = [("item", "type"), ("capacity", "bytes")];
    pairs.iter().any(|(a, b)| [(*a, *b), (*b, *a)].contains(&(key, other)))
}

fn help(kind: &str, key: &str, excludes: &[&str]) -> String {
    match (kind, key) {
        ("topic", "producers") => "a topic has one publisher at a time".to_owned(),
        ("topic", "consumers") => "a topic has any number of readers".to_owned(),
        ("cell", "producers") => "a cell has one writer at a time".to_owned(),
        ("cell", "consumers") => "a cell has any number of readers".to_owned(),
        ("state" | "event" | "counters" | "raw", "producers" | "consumers") => {
            "any number of programs use it at once".to_owned()
        }
        _ => {
            let common = ["doc", "lint"];
            let has = |name: &&str| !excludes.contains(name) && !common.contains(name);
            let keys: Vec<String> = OBJECT
                .keys
                .iter()
                .map(|key| key.name)
                .filter(has)
                .map(|name| format!("`{name}`"))
                .collect();
            format!("it has {}", keys.join(", "))
        }
    }
}

/// `None` if a key is missing or wrong, which was reported.
fn body(c: &mut Context<'_>, table: &Table<'_, '_>, kind: &str) -> Option<Body> {
    // All of them are looked at before one that is missing ends it.
    Some(match kind {
        "queue" => {
            let (item, capacity) = (type_text(c, table, "item"), table.number(c, "capacity"));
            let (producers, consumers) = (side(c, table, "producers"), side(c, table, "consumers"));
            let (order, lanes) = (order(c, table), table.number(c, "lanes"));
            let redeliver = flag(c, table, "redeliver");
            Body::Queue {
                item: item?,
                capacity: capacity?,
                producers,
                consumers,
                order,
                lanes,
                redeliver,
            }
        }
        "ring" => {
            let (bytes, lanes) = (table.number(c, "bytes"), table.number(c, "lanes"));
            let (producers, consumers) = (side(c, table, "producers"), side(c, table, "consumers"));
            Body::Ring { bytes: bytes?, producers, consumers, lanes }
        }
        "stream" => {
            let bytes = table.number(c, "bytes");
            let (producers, consumers) = (side(c, table, "producers"), side(c, table, "consumers"));
            Body::Stream { bytes: bytes?, producers, consumers }
        }
        "topic" => {
            let (item, capacity) = (type_text(c, table, "item"), table.number(c, "capacity"));
            Body::Topic { item: item?, capacity: capacity? }
        }
        "cell" => Body::Cell { ty: type_text(c, table, "type")? },
        "state" => Body::State { ty: type_text(c, table, "type")? },
        "event" => Body::Event,
        "counters" => {
            let ty = type_text(c, table, "type");
            Body::Counters { ty, counters: counters(c, table.get("counter")?) }
        }
        _ => {
            let (bytes, align) = (table.number(c, "bytes"), table.number(c, "align"));
            Body::Raw { bytes: bytes?, align }
        }
    })
}

fn counters(context: &mut Context<'_>, node: &Node<'_>) -> Vec<Counter> {
    let mut out = Vec::new();
    for (counter, span) in context.tables(node, "counter") {
        let table = Table::new(context, counter, &COUNTER, &span);
        let doc = table.doc(context);
        let lint = table.lint(context);
        let ty = type_text(context, &table, "type");
        if let Some(name) = table.text(context, "name") {
            out.push(Counter { name, ty, doc, lint });
        }
    }
    out
}

fn unknown_kind(context: &mut Context<'_>, kind: &Spanned<String>) {
    let kinds = || OBJECT.rules.iter().map(|rule| rule.choice);
    let near = nearest(&kind.value, kinds());
    let message = format!("`{}` is no kind of object", kind.value);
    let error = context.error(Code::E013, kind.span.clone(), message);
    match near {
        Some(near) => error.label(format!("did you mean `{near}`?")),
        None => error.help(format!("the kinds are {}", kinds().collect::<Vec<_>>().join(", "))),
    };
}

/// `producers` and `consumers`: 1 or "many".
fn side(context: &mut Context<'_>, table: &Table<'_, '_>, key: &str) -> Option<Spanned<Side>> {
    let node = table.get(key)?;
    let side = match node.get_ref() {
        DeValue::Integer(n) if n.as_str() == "1" => Side::One,
        DeValue::String(text) if text == "many" => Side::Many,
        _ => {
            context.error(Code::E013, node.span(), format!("`{key}` is 1 or \"many\""));
            return None;
        }
    };
    Some(Spanned::new(side, node.span()))
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

fn flag(context: &mut Context<'_>, table: &Table<'_, '_>, key: &str) -> Option<Spanned<bool>> {
    let node = table.get(key)?;
    context.flag(node, key).map(|flag| Spanned::new(flag, node.span()))
}

#[cfg(test)]
#[allow(clippy::pedantic)]
mod tests {
    use super::OBJECT;

    /// A key that no rule speaks of would be taken and ignored.
    #[test]
    fn every_kind_has_a_rule_and_says_of_every_key_whether_it_has_it() {
        let of_all = ["name", "kind", "doc", "lint"];
        let optional = |kind: &str| -> &[&str] {
            match kind {
                "queue" => &["producers", "consumers", "order", "lanes", "redeliver"],
                "ring" => &["producers", "consumers", "lanes"],
                "stream" => &["producers", "consumers"],
                "counters" => &["type"],
                "raw" => &["align"],
                _ => &[],
            }
        };
        let kinds: Vec<&str> = OBJECT.rules.iter().map(|r| r.choice).collect();
        assert_eq!(kinds.len(), 9);
        let kind = OBJECT.keys.iter().find(|k| k.name == "kind").unwrap();
        assert!(matches!(kind.shape, super::super::keys::Shape::Choice(all) if all == kinds));
        for rule in OBJECT.rules {
            for key in OBJECT.keys.iter().map(|k| k.name).filter(|k| !of_all.contains(k)) {
                let times = [rule.needs, rule.excludes, optional(rule.choice)]
                    .iter()
                    .filter(|list| list.contains(&key))
                    .count();
                assert_eq!(times, 1, "{key} of {}", rule.choice);
            }
        }
    }
}
