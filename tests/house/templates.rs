//! Templates say what generated code looks like, and decide nothing: what they
//! ask for is a bool or an Option, and never what a text is.

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

#[test]
fn no_template_decides_by_a_text() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("templates");
    let mut open: Vec<PathBuf> = vec![root];
    let (mut seen, mut wrong) = (0, Vec::new());
    while let Some(path) = open.pop() {
        if path.is_dir() {
            open.extend(std::fs::read_dir(&path).unwrap().map(|entry| entry.unwrap().path()));
        } else if path.extension().is_some_and(|e| e == "jinja") {
            seen += 1;
            let text = std::fs::read_to_string(&path).unwrap();
            wrong.extend(comparisons(&text).iter().map(|t| format!("{}: {t}", path.display())));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(seen > 0, "no templates were found");
}

#[test]
fn a_template_that_looks_into_a_text_is_seen() {
    for wrong in ["{%- if a != \"\" %}", "{% if a.is_empty() -%}", "{% when \"u8\" %}"] {
        assert_eq!(comparisons(wrong).len(), 1, "{wrong}");
    }
    let right = "{% if a %}\"{{ b }}\"{% endif %}{% if let Some(c) = d %}{% for e in f.iter() %}";
    assert_eq!(comparisons(right), Vec::<&str>::new());
}
