//! Names: which can be written in every language, and which are taken.

use super::words::{Role, is_taken, language_of};
use crate::backend::runtime;
use crate::captured;
use crate::diagnostics::{Code, Diagnostics, Source, Spanned};
use crate::syntax::NAME_MAX as MAX;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// Reports a name that cannot be written in every language, and says whether
/// it can be used all the same for looking further.
pub(super) fn check(
    diagnostics: &mut Diagnostics,
    source: &Arc<Source>,
    name: &Spanned<String>,
    role: Role,
) -> bool {
    let text = name.value.as_str();
    let mut chars = text.chars();
    let well_formed = chars.next().is_some_and(|c| c.is_ascii_alphabetic())
        && chars.all(|c| c.is_ascii_alphanumeric() || c == '_')
        && !text.contains("__")
        && !text.ends_with('_')
        && text.len() <= MAX;
    if !well_formed {
        let message = format!("`{text}` cannot be the name of {}", role.what());
        let error = diagnostics.error(Code::E020, source, name.span.clone(), message);
        error.help(if text.len() > MAX {
            format!("a name has at most {MAX} characters; this one has {}", text.len())
        } else {
            format!(
                "a name begins with a letter and goes on with letters, digits and single \
                 underscores{}",
                proposal(name, role, source).map_or(String::new(), |s| format!(": `{s}`"))
            )
        });
        return false;
    }
    let Some(why) = reserved(text, role) else {
        return true;
    };
    let error = diagnostics
        .error(Code::E022, source, name.span.clone(), why)
        .label(format!("cannot be the name of {}", role.what()))
        .help(format!("choose another name, such as `{}`", renamed(text)));
    // Other languages do not know macros.
    error.of_c = language_of(text).is_none() && !is_taken(text, role);
    true
}

/// Why a well-formed name is not free.
fn reserved(text: &str, role: Role) -> Option<String> {
    match language_of(text) {
        Some(language) => Some(format!("`{text}` is a reserved word in {language}")),
        None if is_taken(text, role) => {
            Some(format!("`{text}` is a name that generated code uses itself, or will"))
        }
        None if is_macro(text, role) => {
            Some(format!("`{text}` is a macro of a header that generated C includes"))
        }
        None => None,
    }
}

/// Whether a header has a macro of that name where one of that role stands by
/// itself in C or C++. Elsewhere C has the schema's name before it, or macros
/// are put aside.
fn is_macro(text: &str, role: Role) -> bool {
    let of_the_system = match role {
        Role::Field | Role::Variant => captured::takes_members(text),
        Role::Object => captured::takes_functions(text),
        Role::Top | Role::Member | Role::Namespace => false,
        Role::Segment | Role::Counter => return false,
    };
    of_the_system || runtime::is_macro(text, role == Role::Object)
}

/// Another name for one that is not free.
pub(super) fn renamed(text: &str) -> String {
    let is_capitals = text.len() > 1 && !text.contains(|c: char| c.is_ascii_lowercase());
    if is_capitals {
        return format!("{text}_VALUE");
    }
    match text.starts_with(|c: char| c.is_ascii_uppercase()) {
        true => format!("{text}Value"),
        false => format!("{text}_value"),
    }
}

/// What to write instead of a malformed name; nothing that would be refused
/// next, or that is there already.
fn proposal(name: &Spanned<String>, role: Role, source: &Source) -> Option<String> {
    let proposed = suggestion(&name.value)?;
    let proposed = match reserved(&proposed, role) {
        Some(_) => renamed(&proposed),
        None => proposed,
    };
    let text = source.text();
    // Types and segments have one space; fields and values one for each table.
    let near = match role {
        Role::Top | Role::Segment => text,
        _ => {
            let (before, after) = (text.get(..name.span.start)?, text.get(name.span.end..)?);
            let start = before.rfind("\n[").unwrap_or(0);
            let end = after.find("\n[").map_or(text.len(), |n| name.span.end + n);
            text.get(start..end)?
        }
    };
    let is_part = |c: char| c.is_alphanumeric() || c == '_';
    let used = near.split(|c| !is_part(c)).any(|word| word == proposed);
    let free = !used && proposed.len() <= MAX && reserved(&proposed, role).is_none();
    free.then_some(proposed)
}

/// What the writer may have meant.
fn suggestion(text: &str) -> Option<String> {
    let mut out = String::new();
    for c in text.chars() {
        let c = if c.is_ascii_alphanumeric() { c } else { '_' };
        if !(c == '_' && (out.is_empty() || out.ends_with('_'))) {
            out.push(c);
        }
    }
    let out = out.trim_end_matches('_').trim_start_matches(|c: char| c.is_ascii_digit());
    let out = out.trim_start_matches('_');
    (!out.is_empty() && out != text).then(|| out.to_owned())
}

/// The name of a module made of a file's stem: what no language takes becomes
/// `_`, a keyword gets one behind it.
pub(super) fn module(stem: &str) -> String {
    let mut out: String =
        stem.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '_' }).collect();
    if out.is_empty() || out.starts_with(|c: char| c.is_ascii_digit()) {
        out.insert(0, '_');
    }
    if language_of(&out).is_some() {
        out.push('_');
    }
    out
}

/// Names that are written out in one space, such as all C identifiers of a
/// schema; tells when two become the same.
#[derive(Default)]
pub(super) struct Space {
    names: BTreeMap<String, (std::ops::Range<usize>, String)>,
    /// Pairs of names that were reported already: one clash may show in many
    /// places.
    told: BTreeSet<(usize, usize)>,
}

impl Space {
    /// Adds a written name that came of `from`, whose name stands at `span`.
    pub(super) fn add(
        &mut self,
        diagnostics: &mut Diagnostics,
        source: &Arc<Source>,
        written: String,
        span: &std::ops::Range<usize>,
        from: &str,
    ) {
        if let Some((other, other_from)) = self.names.get(&written) {
            // The same name twice is another error, and was reported.
            if other_from == from || !self.told.insert((other.start, span.start)) {
                return;
            }
            let message = format!("{from} and {other_from} both become `{written}`");
            diagnostics
                .error(Code::E023, source, span.clone(), message)
                .label("rename this one")
                .related(other.clone(), "or this one");
            return;
        }
        self.names.insert(written, (span.clone(), from.to_owned()));
    }

    /// Whether a name is in it.
    #[cfg(test)]
    pub(super) fn contains(&self, written: &str) -> bool {
        self.names.contains_key(written)
    }
}

#[cfg(test)]
#[allow(clippy::pedantic)]
mod tests {
    use super::super::words::{KEYWORDS, TAKEN};
    use super::*;

    #[test]
    fn a_stem_becomes_a_module_that_every_language_takes() {
        assert_eq!(module("market"), "market");
        assert_eq!(module("market-v2.feed"), "market_v2_feed");
        assert_eq!(module("7up"), "_7up");
        assert_eq!(module("import"), "import_");
        assert_eq!(module("é"), "_");
    }

    #[test]
    fn what_a_malformed_name_may_have_meant() {
        assert_eq!(suggestion("my-field").as_deref(), Some("my_field"));
        assert_eq!(suggestion("__x__").as_deref(), Some("x"));
        assert_eq!(suggestion("9lives").as_deref(), Some("lives"));
        assert_eq!(suggestion("--"), None);
    }

    #[test]
    fn a_proposal_is_not_refused_in_its_turn() {
        let written = "[struct.A]\nfield = { name = \"a_b\" }\n[struct.taken_one]\nname = \"\"\n";
        let source = Source::new("a.toml", written);
        let at = written.len() - 2;
        let proposal =
            |text: &str, role| proposal(&Spanned::new(text.to_owned(), at..at), role, &source);
        assert_eq!(proposal("my-field", Role::Field).as_deref(), Some("my_field"));
        assert_eq!(proposal("class!", Role::Field).as_deref(), Some("class_value"));
        assert_eq!(proposal("9Self", Role::Top).as_deref(), Some("SelfValue"));
        assert_eq!(proposal("_stat", Role::Object).as_deref(), Some("stat_value"));
        assert_eq!(proposal("taken-one", Role::Top), None, "it is there already");
        assert_eq!(proposal("a-b", Role::Top), None);
        assert_eq!(proposal("taken-one", Role::Field), None, "in the same table");
        assert_eq!(proposal("a-b", Role::Field).as_deref(), Some("a_b"), "of another struct");
        let long = format!("_{}", "x".repeat(MAX + 1));
        assert_eq!(proposal(&long, Role::Field), None);
        // Whatever is taken, what is proposed for it is not.
        for (role, words) in TAKEN {
            for word in words.iter().chain(KEYWORDS.iter().flat_map(|(_, words)| *words)) {
                let proposed = proposal(&format!("{word}-"), role);
                assert!(proposed.is_none_or(|p| reserved(&p, role).is_none()), "{word}");
                assert_eq!(reserved(&renamed(word), role), None, "{word}");
            }
        }
    }
}
