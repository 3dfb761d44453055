//! Names that C and C++ take away from a schema: the macros of system headers,
//! which know no namespaces, and what those headers declare at global scope.
//!
//! The lists beside this file are those of gcc and clang with the GNU C library,
//! in every dialect. A name stands by itself on a line; that of a macro with
//! parameters has `()` behind it. `tests/generator/names.rs` compares them with
//! the compilers that are there, and with `SHMGEN_BLESS=1` adds what is missing.

use crate::model::{Schema, TypeDecl};
use std::collections::{BTreeSet, HashMap};
use std::sync::LazyLock;

/// The lines of a file, which is sorted.
type List = LazyLock<Vec<&'static str>>;

/// Of the headers that generated code includes before C++20.
static OURS: List = LazyLock::new(|| include_str!("macros_of_ours.txt").lines().collect());

/// Of the other headers of C, C++, POSIX and Linux.
static OTHERS: List = LazyLock::new(|| include_str!("macros_of_others.txt").lines().collect());

/// Functions, types, variables and enumerators of any of these headers.
static GLOBALS: List = LazyLock::new(|| include_str!("globals.txt").lines().collect());

/// Modules of Python's standard library, of which one of ours takes the place where its
/// folder comes first in the path.
static MODULES: List = LazyLock::new(|| include_str!("modules.txt").lines().collect());

/// Headers of C, POSIX and glibc, without their `.h`, likewise.
static HEADERS: List = LazyLock::new(|| include_str!("headers.txt").lines().collect());

/// What of the system the file that is generated for a module hides where its folder
/// comes first: the header `<time.h>`, the module `time` of Python.
pub(crate) fn hidden_by(module: &str) -> Vec<String> {
    let has = |list: &List| list.binary_search(&module).is_ok();
    let header = has(&HEADERS).then(|| format!("the header <{module}.h> of C"));
    let python = has(&MODULES).then(|| format!("the module `{module}` of Python"));
    header.into_iter().chain(python).collect()
}

/// Functions that generated C++ itself has there.
const OWN_GLOBALS: [&str; 5] =
    ["shm_default_of", "shm_is_value", "to_string", "visit", "within_ranges"];

/// What a macro takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Takes {
    /// The name wherever it stands.
    Name,
    /// The name where parentheses follow it.
    Call,
}

/// What the macro of each name takes, and whether generated code includes its
/// header: of every name of a schema this is asked several times.
static MACROS: LazyLock<HashMap<&str, (Takes, bool)>> = LazyLock::new(|| {
    let of = |list: &'static List, is_ours| {
        list.iter().map(move |line| match line.strip_suffix("()") {
            Some(name) => (name, (Takes::Call, is_ours)),
            None => (*line, (Takes::Name, is_ours)),
        })
    };
    of(&OTHERS, false).chain(of(&OURS, true)).collect()
});

/// What the macro of that name takes, if any header has one.
fn macro_of(name: &str) -> Option<Takes> {
    MACROS.get(name).map(|(takes, _)| *takes)
}

/// The same of the headers that generated code includes.
fn macro_of_ours(name: &str) -> Option<Takes> {
    MACROS.get(name).filter(|(_, is_ours)| *is_ours).map(|(takes, _)| *takes)
}

/// Whether a member of a struct cannot have that name in C, because it is a
/// macro of a header that generated code includes.
pub(crate) fn takes_members(name: &str) -> bool {
    macro_of_ours(name) == Some(Takes::Name)
}

/// Whether a function without a prefix cannot have that name in C++.
pub(crate) fn takes_functions(name: &str) -> bool {
    macro_of_ours(name).is_some()
}

/// Whether a header of the system declares a name at global scope, or defines it.
pub(crate) fn is_global(name: &str) -> bool {
    is_declared(name) || macro_of(name).is_some()
}

fn is_declared(name: &str) -> bool {
    GLOBALS.binary_search(&name).is_ok()
}

/// Whether a name of such a header may begin so; if not, none need be looked up.
pub(crate) fn may_begin(prefix: &str) -> bool {
    [&GLOBALS, &OURS, &OTHERS].iter().any(|list| {
        let first = list.partition_point(|line| *line < prefix);
        list.get(first).is_some_and(|line| line.starts_with(prefix))
    })
}

/// The namespace of a schema in C++: its dotted name. A first part that a header
/// declares something else by, of the system or one that `is_ours` tells of, has a
/// `_` behind it, as no name of a schema has.
pub(crate) fn namespace(schema: &str, is_ours: impl Fn(&str) -> bool) -> String {
    let path = schema.replace('.', "::");
    let first = schema.split('.').next().unwrap_or_default();
    if is_declared(first) || OWN_GLOBALS.contains(&first) || is_ours(first) {
        return format!("{first}_{}", &path[first.len()..]);
    }
    path
}

/// The names that stand by themselves in the headers of a schema and are macros
/// of some header of the system, sorted: while these headers are read, they are
/// put aside.
pub(crate) fn put_aside(schema: &Schema) -> Vec<&str> {
    let mut out = BTreeSet::new();
    let mut add = |name| {
        if macro_of(name) == Some(Takes::Name) {
            out.insert(name);
        }
    };
    schema.name.split('.').for_each(&mut add);
    schema.constants.iter().for_each(|c| add(c.name.as_str()));
    schema.aliases.iter().for_each(|a| add(a.name.as_str()));
    for decl in &schema.types {
        match decl {
            TypeDecl::Enum(e) => e.values.iter().for_each(|v| add(&v.name)),
            TypeDecl::Flags(f) => f.bits.iter().for_each(|b| add(&b.name)),
            TypeDecl::Struct(s) => s.fields().for_each(|f| add(&f.name)),
            TypeDecl::Union(u) => u.variants.iter().for_each(|v| add(&v.name)),
            TypeDecl::Wrapped(_) => continue,
        }
        add(decl.name());
    }
    for segment in &schema.segments {
        add(&segment.type_name);
    }
    // Whose names stand before parentheses.
    for object in schema.segments.iter().flat_map(|s| &s.objects) {
        if macro_of(&object.name).is_some() {
            out.insert(&object.name);
        }
    }
    out.into_iter().collect()
}

#[cfg(test)]
#[allow(clippy::pedantic)]
mod tests {
    use super::*;

    #[test]
    fn the_lists_are_sorted_and_say_what_takes_what() {
        for list in [&OURS, &OTHERS, &GLOBALS] {
            let names: Vec<&str> =
                list.iter().map(|line| line.strip_suffix("()").unwrap_or(line)).collect();
            assert!(names.windows(2).all(|two| two[0] < two[1]));
        }
        assert!(takes_members("EPERM"));
        assert!(!takes_members("INT8_C") && takes_functions("INT8_C"));
        assert!(!takes_members("SIGKILL"));
        assert!(is_global("clock") && is_global("pthread_mutex_t"));
        assert!(!is_global("acme_market_Trade") && !may_begin("acme_") && may_begin("pthread_"));
        assert_eq!(namespace("clock.sync", |_| false), "clock_::sync");
        assert_eq!(namespace("acme.clock", |_| false), "acme::clock");
    }
}
