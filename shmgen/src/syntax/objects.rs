//! Objects of a segment as they are written: what every kind has, and which keys
//! go with which.

use super::keys::OBJECT;
use super::kinds::{Body, KINDS, Kind};
use super::walk::{Context, Table};
use crate::diagnostics::{Code, Span, Spanned, nearest};
use toml::de::DeTable;

/// An object of a segment.
#[derive(Debug)]
pub struct Object {
    /// Its name.
    pub name: Spanned<String>,
    /// Its kind, one that the language has.
    pub kind: Spanned<String>,
    /// What its own keys say.
    pub body: Body,
    /// Documentation.
    pub doc: String,
    /// Lints that are allowed here and inside.
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
    let Some(found) = KINDS.iter().find(|known| known.name == kind.value) else {
        unknown_kind(context, &kind);
        return None;
    };
    rules(context, &table, found, span);
    let body = (found.read)(context, &table)?;
    Some(Object { name: name?, kind, body, doc, lint })
}

/// Keys that the kind needs, and keys of other kinds.
fn rules(context: &mut Context<'_>, table: &Table<'_, '_>, kind: &Kind, span: &Span) {
    let (what, verb) = kind.called;
    // Needed, and said in the words of another kind.
    let mut meant = Vec::new();
    for key in OBJECT.excluded(&kind.rule()) {
        let Some(at) = table.key_span(key) else { continue };
        let message = format!("`{key}` is not a key of {what}");
        let error = context.error(Code::E068, at, message);
        let instead = |needed: &&&str| says_the_same(key, needed) && table.get(needed).is_none();
        match kind.needs.iter().find(instead) {
            Some(needed) => {
                error.label(format!("did you mean `{needed}`?"));
                meant.push(*needed);
            }
            None => {
                error.help(help(kind, key));
            }
        }
    }
    // Which of several is missing, the kind says itself.
    let needs = kind.needs.iter().filter(|key| !key.contains('|'));
    for key in needs.filter(|key| table.get(key).is_none() && !meant.contains(key)) {
        context
            .error(Code::E012, span.clone(), format!("{what} {verb} `{key}`"))
            .label(format!("`{key}` is missing here"));
    }
}

/// Whether two keys say the same of different kinds.
fn says_the_same(key: &str, other: &str) -> bool {
    let pairs = [("item", "type"), ("capacity", "bytes")];
    pairs.iter().any(|(a, b)| [(*a, *b), (*b, *a)].contains(&(key, other)))
}

/// Why a key is not one of a kind.
fn help(kind: &Kind, key: &str) -> String {
    if let Some(why) = (kind.why_not)(key) {
        return why.to_owned();
    }
    let has = |name: &&str| kind.rule().has(name);
    let names = OBJECT.keys.iter().map(|key| key.name);
    let keys = names.filter(|name| has(name) || ["name", "kind"].contains(name));
    let keys: Vec<String> = keys.map(|name| format!("`{name}`")).collect();
    format!("it has {}", keys.join(", "))
}

fn unknown_kind(context: &mut Context<'_>, kind: &Spanned<String>) {
    let kinds = || KINDS.iter().map(|kind| kind.name);
    let near = nearest(&kind.value, kinds());
    let message = format!("`{}` is no kind of object", kind.value);
    let error = context.error(Code::E013, kind.span.clone(), message);
    match near {
        Some(near) => error.label(format!("did you mean `{near}`?")),
        None => error.help(format!("the kinds are {}", kinds().collect::<Vec<_>>().join(", "))),
    };
}

#[cfg(test)]
#[allow(clippy::pedantic)]
mod tests {
    use super::{KINDS, OBJECT};
    use std::collections::BTreeSet;

    /// One that is misspelt would be taken and ignored.
    #[test]
    fn the_keys_of_each_kind_are_keys_of_objects_and_each_of_those_is_of_a_kind() {
        let common = ["name", "kind", "doc", "lint"];
        let all: Vec<&str> = OBJECT.keys.iter().map(|k| k.name).collect();
        assert_eq!(all.iter().collect::<BTreeSet<_>>().len(), all.len(), "a key is there twice");
        let mut used = BTreeSet::from(common);
        for kind in KINDS {
            let needs = kind.needs.iter().flat_map(|keys| keys.split(['|', '+']));
            let keys: Vec<&str> = needs.chain(kind.takes.iter().copied()).collect();
            for key in &keys {
                assert!(all.contains(key) && !common.contains(key), "{key} of {}", kind.name);
            }
            for own in kind.keys {
                assert!(keys.contains(&own.name), "{} of {}", own.name, kind.name);
            }
            used.extend(keys);
        }
        assert_eq!(used, all.into_iter().collect(), "a key of no kind");
    }
}
