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
