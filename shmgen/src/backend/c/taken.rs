//! Names that the runtime's header in C takes away, as it is generated.

use super::runtime::header;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

/// What the runtime's header in C has: all that begins with `shm_` or `SHM_`; of
/// that the macros, and whether they have parameters.
static RUNTIME: LazyLock<(BTreeSet<String>, BTreeMap<String, bool>)> = LazyLock::new(|| {
    let text = header();
    let is_part = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let words = text.split(|c| !is_part(c));
    let names = words.filter(|w| w.starts_with("shm_") || w.starts_with("SHM_"));
    let defined = text.lines().filter_map(|line| line.strip_prefix("#define "));
    let macros = defined.filter_map(|line| {
        let name = line.split(|c| !is_part(c)).next()?;
        Some((name.to_owned(), line[name.len()..].starts_with('(')))
    });
    (names.map(str::to_owned).collect(), macros.collect())
});

/// Whether a name is a macro of the runtime's header, which is needed where the
/// name would stand, as that of a function or of something else.
pub(crate) fn is_macro(name: &str, as_function: bool) -> bool {
    name.starts_with("SHM_") && RUNTIME.1.get(name).is_some_and(|calls| as_function || !calls)
}

/// Whether the runtime's header has a name.
pub(crate) fn has(name: &str) -> bool {
    (name.starts_with("shm_") || name.starts_with("SHM_")) && RUNTIME.0.contains(name)
}
