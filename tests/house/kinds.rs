//! A kind of object is a room: outside the rooms and the registry, no file asks
//! of which kind an object is. `docs/architecture.md`, "How to add a kind", says
//! which files a kind has.
//!
//! Asking is to name a kind in code: a variant of the enums that the registry
//! makes, or the kind's name as a text of its own. The files that still do stand in
//! a list, which may only become shorter.

use proc_macro2::{Delimiter, TokenStream, TokenTree};
use std::collections::BTreeSet;
use std::path::Path;

/// Where the kinds are listed.
const REGISTRY: &str = "shm-runtime/src/object/kind.rs";

/// The sources in which no file asks.
const SOURCES: &[&str] = &["shm-runtime/src", "shm-capi/src", "shmgen-cli/src", "shmgen/src"];

/// Folders in which each kind has a room: a file, or a folder.
const ROOMS: &[&str] = &[
    "shm-runtime/src/object",
    "shm-runtime/src/handle",
    "shm-capi/src/kinds",
    "shmgen/src/kind",
    "shmgen/src/syntax/kinds",
    "shmgen/src/resolve/segments/kinds",
    "shmgen/src/backend/c/kinds",
];

/// The registries: the kinds, a line for each.
const REGISTRIES: &[&str] = &[
    REGISTRY,
    "shm-capi/src/kinds/mod.rs",
    "shmgen/src/kind/mod.rs",
    "shmgen/src/syntax/kinds/mod.rs",
    "shmgen/src/resolve/segments/kinds/mod.rs",
    "shmgen/src/backend/c/kinds/mod.rs",
];

/// The enums whose variants are kinds.
const ENUMS: &[&str] = &["ObjectKind", "ObjectLayout", "Body"];

/// The files that still ask, and why they may.
const LEFT: &[(&str, &str)] = &[
    ("shmgen-cli/src/verbs/stat.rs", "the state of a segment, which is no kind"),
    ("shmgen/src/backend/c/offsets.rs", "the layout files of the rooms, by their names"),
];

#[test]
fn only_rooms_and_the_registry_ask_of_which_kind_an_object_is() {
    let kinds = kinds(&read(REGISTRY));
    assert!(kinds.len() >= 9, "{kinds:?}");
    let mut problems = Vec::new();
    let mut left: BTreeSet<&str> = LEFT.iter().map(|(file, _)| *file).collect();
    for file in SOURCES.iter().flat_map(|folder| sources(folder)) {
        if is_room(&file, &kinds) || REGISTRIES.contains(&file.as_str()) {
            continue;
        }
        let found = named(&read(&file), &kinds);
        if !found.is_empty() && !left.remove(file.as_str()) {
            problems.push(format!("{file} names {}: ask the object's room", found.join(", ")));
        }
    }
    let done =
        left.iter().map(|file| format!("{file} names no kind any more: take it off the list"));
    problems.extend(done);
    assert!(problems.is_empty(), "{}", problems.join("\n"));
}

#[test]
fn who_asks_is_found() {
    let kinds = ["Queue".to_owned(), "Event".to_owned()].into_iter().collect();
    let found = |text: &str| named(text, &kinds);
    assert_eq!(found("fn f() { match x { ObjectKind::Queue(q) => 1, _ => 2 } }"), ["Queue"]);
    assert_eq!(found("if let shm::ObjectLayout::Event(_) = x {}"), ["Event"]);
    assert_eq!(found(r#"fn f(s: &str) -> bool { s == "queue" }"#), ["\"queue\""]);
    assert_eq!(found("fn f(x: ObjectKind) { x.name(); ObjectKind::read(1) }"), [""; 0]);
    assert_eq!(found(r#"/** "queue" */ fn f() { g("a queue is full") }"#), [""; 0]);
    assert_eq!(found("#[cfg(test)] mod tests { fn f() { ObjectKind::Queue(1); } }"), [""; 0]);
    assert_eq!(found("#[cfg(test)] use a; fn f() { ObjectKind::Queue(1); }"), ["Queue"]);
    let kinds =
        super::kinds::kinds("kinds! {\n    /// One (of two).\n    Queue(A, B),\n    X(C),\n}");
    assert_eq!(kinds, ["Queue".to_owned(), "X".to_owned()].into_iter().collect());
    assert!(is_room("shm-runtime/src/object/queue/kind.rs", &kinds));
    assert!(is_room("shmgen/src/kind/queue.rs", &kinds));
    assert!(!is_room("shm-runtime/src/object/facts.rs", &kinds));
}

fn read(file: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(file);
    std::fs::read_to_string(&path).unwrap_or_else(|e| panic!("{file}: {e}"))
}

/// The kinds that the registry lists.
fn kinds(registry: &str) -> BTreeSet<String> {
    let list = registry.split("\nkinds! {").nth(1).or(registry.strip_prefix("kinds! {"));
    let lines = list.expect("a list of kinds").lines().take_while(|line| *line != "}");
    lines
        .filter_map(|line| Some(line.trim().split_once('(')?.0.to_owned()))
        .filter(|name| is_name(name))
        .collect()
}

fn is_name(text: &str) -> bool {
    text.chars().all(char::is_alphanumeric)
}

/// Whether a file lies in the room of a kind, or is it.
fn is_room(file: &str, kinds: &BTreeSet<String>) -> bool {
    let inside = |folder: &&str| {
        let rest = file.strip_prefix(*folder)?.strip_prefix('/')?;
        Some(rest.split('/').next()?.trim_end_matches(".rs").to_owned())
    };
    ROOMS.iter().filter_map(inside).any(|room| kinds.iter().any(|k| k.to_lowercase() == room))
}

/// The files of a folder, from the root of the repository.
fn sources(folder: &str) -> Vec<String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let (mut files, mut open) = (Vec::new(), vec![root.join(folder)]);
    while let Some(folder) = open.pop() {
        for entry in std::fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                open.push(path);
            } else if path.extension().is_some_and(|e| e == "rs") {
                files.push(path.strip_prefix(root).unwrap().to_str().unwrap().to_owned());
            }
        }
    }
    files.sort();
    files
}

/// The kinds that code names, that of tests apart.
fn named(text: &str, kinds: &BTreeSet<String>) -> Vec<String> {
    let mut found = Vec::new();
    look(text.parse().unwrap(), kinds, &mut found);
    found
}

fn look(tokens: TokenStream, kinds: &BTreeSet<String>, found: &mut Vec<String>) {
    let tokens: Vec<TokenTree> = tokens.into_iter().collect();
    let is_punct =
        |at: usize, c| matches!(tokens.get(at), Some(TokenTree::Punct(p)) if p.as_char() == c);
    let mut at = 0;
    let mut of_test = false;
    while let Some(token) = tokens.get(at) {
        match token {
            TokenTree::Group(group) if at > 0 && is_punct(at - 1, '#') => {
                let text = group.to_string();
                of_test |= text.contains("cfg") && text.contains("test") && !text.contains("not");
            }
            TokenTree::Group(group) if of_test => of_test = group.delimiter() != Delimiter::Brace,
            TokenTree::Group(group) => look(group.stream(), kinds, found),
            TokenTree::Punct(p) if p.as_char() == ';' => of_test = false,
            TokenTree::Ident(word) if !of_test && ENUMS.iter().any(|name| word == name) => {
                if is_punct(at + 1, ':')
                    && let Some(TokenTree::Ident(variant)) = tokens.get(at + 3)
                    && kinds.contains(&variant.to_string())
                {
                    found.push(variant.to_string());
                }
            }
            TokenTree::Literal(text) if !of_test => {
                let text = text.to_string();
                let name = text.strip_prefix('"').and_then(|t| t.strip_suffix('"'));
                if name.is_some_and(|name| kinds.iter().any(|k| k.to_lowercase() == name)) {
                    found.push(text);
                }
            }
            _ => {}
        }
        at += 1;
    }
}
