//! Templates say what generated code looks like, and decide nothing: what they
//! ask for is a bool or an Option, and never what a text is.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// The tags of a template in which it compares a text.
fn comparisons(text: &str) -> Vec<&str> {
    let tags = text.split("{%").skip(1).map(|rest| rest.split("%}").next().unwrap_or(rest));
    let compares = |tag: &&str| {
        let word = tag.trim_start_matches('-').split_whitespace().next();
        let decides = matches!(word, Some("if" | "elif" | "match" | "when" | "else"));
        let looks_into = ["\"", ".is_empty(", ".starts_with(", ".contains(", ".len("];
        decides && looks_into.iter().any(|what| tag.contains(what))
    };
    tags.filter(compares).collect()
}

/// The files below a folder whose names end so, by their paths below it.
fn files(root: &str, extension: &str) -> Vec<(String, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join(root);
    let mut open: Vec<PathBuf> = vec![root.clone()];
    let mut found = Vec::new();
    while let Some(path) = open.pop() {
        if path.is_dir() {
            open.extend(std::fs::read_dir(&path).unwrap().map(|entry| entry.unwrap().path()));
        } else if path.extension().is_some_and(|e| e == extension) {
            let name = path.strip_prefix(&root).unwrap().to_str().unwrap().to_owned();
            found.push((name, std::fs::read_to_string(&path).unwrap()));
        }
    }
    assert!(!found.is_empty(), "no files in {}", root.display());
    found
}

#[test]
fn no_template_decides_by_a_text() {
    let templates = files("templates", "jinja");
    let wrong: Vec<String> = templates
        .iter()
        .flat_map(|(name, text)| comparisons(text).into_iter().map(move |t| format!("{name}: {t}")))
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// What stands between the quotes behind each of those words.
fn quoted_behind<'a>(text: &'a str, word: &str) -> Vec<&'a str> {
    text.split(word).skip(1).filter_map(|rest| rest.split('"').next()).collect()
}

/// A template of another name would not be looked at, and one that nothing fills
/// is dead.
#[test]
fn what_backends_fill_are_the_templates() {
    let (backends, templates) = (files("shmgen/src/backend", "rs"), files("templates", "jinja"));
    let filled = backends.iter().flat_map(|(_, text)| quoted_behind(text, "template(path = \""));
    let included = templates.iter().flat_map(|(_, text)| quoted_behind(text, "{% include \""));
    let used: BTreeSet<&str> = filled.chain(included).collect();
    assert_eq!(used, templates.iter().map(|(name, _)| name.as_str()).collect());
}

#[test]
fn a_template_that_looks_into_a_text_is_seen() {
    for wrong in ["{%- if a != \"\" %}", "{% if a.is_empty() -%}", "{% when \"u8\" %}"] {
        assert_eq!(comparisons(wrong).len(), 1, "{wrong}");
    }
    let right = "{% if a %}\"{{ b }}\"{% endif %}{% if let Some(c) = d %}{% for e in f.iter() %}";
    assert_eq!(comparisons(right), Vec::<&str>::new());
}

/// The kinds that the list in the C header has, and what lanes and owned slots bring.
fn kinds_of_c(list: &str) -> BTreeSet<String> {
    let forms = list.split("FORM(SHM_KIND_").skip(1);
    let names = forms.map(|rest| rest.split('_').next().unwrap().split(',').next().unwrap());
    names.map(str::to_lowercase).chain(["lanes", "owned"].map(str::to_owned)).collect()
}

/// Names of one kind in a text, such as `shm_cell_load` and `SHM_KIND_CELL`.
fn of_kinds<'a>(text: &'a str, kinds: &BTreeSet<String>) -> Vec<&'a str> {
    let words = text.split(|c: char| !c.is_ascii_alphanumeric() && c != '_');
    let is_of_kind = |word: &&str| {
        let mut parts = word.split('_');
        matches!(parts.next(), Some("shm" | "SHM"))
            && parts.next().is_some_and(|kind| {
                kind == "KIND" || kinds.contains(&kind.to_lowercase()) && parts.next().is_some()
            })
    };
    words.filter(is_of_kind).collect()
}

/// In the C header, what is of one kind is in the kind's chapters; the list of kinds
/// is the only other place.
#[test]
fn the_c_header_has_one_list_of_kinds() {
    let chapters = files("templates/c/runtime", "h");
    let list = chapters.iter().find(|(name, _)| name == "object/kinds.h").unwrap();
    let kinds = kinds_of_c(&list.1);
    assert!(kinds.len() > 9, "{kinds:?}");
    for (name, text) in &chapters {
        let file = name.strip_prefix("object/").unwrap_or_default();
        let is_room = kinds.iter().any(|kind| file.starts_with(kind.as_str()));
        if !is_room && name != "object/kinds.h" && name != "base/prelude.h" {
            assert_eq!(of_kinds(text, &kinds), [""; 0], "{name}");
        }
    }
    let wrong =
        "if (kind == SHM_KIND_CELL) shm_queue_sweep(object); shm_state x; shm_segment_attach();";
    assert_eq!(of_kinds(wrong, &kinds), ["SHM_KIND_CELL", "shm_queue_sweep"]);
}
