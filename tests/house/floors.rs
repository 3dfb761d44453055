//! The order of the floors, read from the sources: a file uses only what lies
//! on its own floor or below, and no two modules use each other, a module and
//! those inside it apart. `docs/architecture.md` says what each floor is for.
//!
//! What counts is each path in code that is not a test's, in `use` lines and
//! elsewhere. Names that a module only passes on are followed to where they
//! are from.

use proc_macro2::{Delimiter, TokenStream, TokenTree};
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::path::Path;

/// The modules of a floor, with all that is inside them, and what they are for.
struct Floor(&'static [&'static str], #[allow(dead_code)] &'static str);

/// From the ground up.
const RUNTIME: &[Floor] = &[
    Floor(
        &["error", "events", "text", "version"],
        "What every file may say: errors, events, text for people.",
    ),
    Floor(&["memory"], "Mappings, and the words and slots in them."),
    Floor(&["types"], "Types as data, and the Rust types that may lie in shared memory."),
    Floor(&["object"], "What lies in a segment: a room for each kind of object."),
    Floor(&["contract"], "What gives the bytes of a segment a meaning: types and objects."),
    Floor(&["segment::format"], "The bytes of a segment: header, directory, records, places."),
    Floor(&["segment::os"], "Segments and processes as the operating system has them."),
    Floor(&["segment::attach"], "Taking part: create, attach, and what is held meanwhile."),
    Floor(&["segment::look"], "Looking without taking part: stat, list, dump."),
    Floor(&["segment::collect"], "Finding and removing what nobody uses."),
    Floor(&["handle"], "What programs hold of the objects."),
    Floor(&["json", "macros"], "The same in other forms: JSON, macros for generated code."),
];

/// The same of the generator. What reads the model lies below what makes it, so
/// that no backend can ask a schema as it is written, or report a mistake.
const GENERATOR: &[Floor] = &[
    Floor(&["model", "width"], "A schema, resolved: plain data. How wide text is."),
    Floor(
        &["captured", "contract", "bytemap", "kind", "sizes"],
        "What a model says of contracts, bytes, kinds and sizes. Names that C and C++ take away.",
    ),
    Floor(&["backend"], "The model in each language."),
    Floor(&["output"], "Files on a disk."),
    Floor(&["diagnostics"], "What is wrong with a schema, and how that is shown."),
    Floor(&["syntax"], "A schema as it is written."),
    Floor(&["resolve"], "From the schema as it is written to the model."),
    Floor(&["lint", "notes"], "What is right, and could be better or comes later."),
    Floor(&["read", "load"], "A schema's file, and those that it imports."),
    Floor(&["builder"], "All of it in a build script."),
];

#[test]
fn the_generator_stands_on_its_floors() {
    let problems = check(&sources("shmgen/src"), GENERATOR);
    assert!(problems.is_empty(), "{}", problems.join("\n"));
}

#[test]
fn model_and_backends_hold_nothing_whose_order_changes_from_run_to_run() {
    for (module, text) in sources("shmgen/src") {
        if module.first().is_some_and(|first| first == "model" || first == "backend") {
            for unordered in ["HashMap", "HashSet", "DefaultHasher"] {
                assert!(!text.contains(unordered), "{} has a {unordered}", name(&module));
            }
        }
    }
}

#[test]
fn the_runtime_stands_on_its_floors() {
    let problems = check(&sources("shm-runtime/src"), RUNTIME);
    assert!(problems.is_empty(), "{}", problems.join("\n"));
}

#[test]
fn what_breaks_the_order_is_found() {
    const FLOORS: &[Floor] = &[Floor(&["low"], ""), Floor(&["high"], "")];
    let found = |files: &[(&str, &str)]| {
        let files = files.iter().map(|(path, text)| (module(path), (*text).to_owned())).collect();
        check(&files, FLOORS).join("\n")
    };
    let root = ("lib.rs", "mod low; mod high;");
    let up = found(&[root, ("low.rs", "use crate::high::X;"), ("high.rs", "")]);
    assert_eq!(up, "low uses high, which is on a higher floor");
    let inline = found(&[root, ("low.rs", "fn f() { g!(super::high::X) }"), ("high.rs", "")]);
    assert_eq!(inline, up);
    let passed_on = ("lib.rs", "mod low; mod high; use high::X as Y;");
    assert_eq!(found(&[passed_on, ("low.rs", "use crate::Y;"), ("high.rs", "")]), up);

    let fine = found(&[root, ("low.rs", ""), ("high.rs", "use crate::low::{self, A as B};")]);
    assert_eq!(fine, "");
    let of_a_test = "#[cfg(test)] mod tests { use crate::high::X; } struct A;";
    assert_eq!(found(&[root, ("low.rs", of_a_test), ("high.rs", "")]), "");

    let inside = ("low/mod.rs", "mod a; mod b; mod c; use a::A; struct M;");
    let circle = found(&[
        root,
        inside,
        ("low/a.rs", "use super::b; use crate::low::M;"),
        ("low/b.rs", "fn f() { super::c::g() }"),
        ("low/c.rs", "use crate::low::{A};"),
        ("high.rs", ""),
    ]);
    assert_eq!(circle, "a circle: low::a uses low::b, low::b uses low::c, low::c uses low::a");
    let homeless = found(&[root, ("low.rs", ""), ("high.rs", ""), ("new.rs", "")]);
    assert_eq!(homeless, "new is on no floor: say in tests/house/floors.rs on which");
}

type Module = Vec<String>;

/// The files of a crate, as modules with their text.
fn sources(folder: &str) -> BTreeMap<Module, String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
    let mut files = BTreeMap::new();
    let mut open = vec![root.clone()];
    while let Some(folder) = open.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                open.push(path);
            } else if path.extension().is_some_and(|e| e == "rs") {
                let name = path.strip_prefix(&root).unwrap().to_str().unwrap();
                files.insert(module(name), std::fs::read_to_string(&path).unwrap());
            }
        }
    }
    files
}

/// `a/mod.rs` and `a.rs` are module `a`; `lib.rs` is the root.
fn module(path: &str) -> Module {
    let mut parts: Module =
        path.trim_end_matches(".rs").split('/').map(ToOwned::to_owned).collect();
    if parts.last().is_some_and(|last| last == "mod" || last == "lib") {
        parts.pop();
    }
    parts
}

/// All that stands against the order of the floors.
fn check(files: &BTreeMap<Module, String>, floors: &[Floor]) -> Vec<String> {
    let mut code = Code::default();
    for (module, text) in files {
        let tokens = text.parse().unwrap_or_else(|e| panic!("{}: {e}", name(module)));
        code.read(tokens, module, module);
    }
    let floor = |module: &Module| {
        floors.iter().position(|Floor(roots, _)| {
            roots.iter().any(|root| module.starts_with(&path(root)) || path(root) == *module)
        })
    };
    let leads_to_floors = |m: &Module| {
        floors.iter().any(|Floor(roots, _)| roots.iter().any(|r| path(r).starts_with(m)))
    };
    let mut problems = Vec::new();
    let mut uses: BTreeMap<Module, BTreeSet<Module>> = BTreeMap::new();
    for (user, paths) in &code.paths {
        if code.only_tests.iter().any(|t| user.starts_with(t)) {
            continue;
        }
        for (scope, path) in paths {
            let used = code.resolve(scope, path, files);
            let apart = !user.starts_with(&used) && !used.starts_with(user);
            let Some(used) = Some(used).filter(|_| apart) else { continue };
            if floor(user).zip(floor(&used)).is_some_and(|(user, used)| user < used) {
                let (user, higher) = (name(user), name(&used));
                problems.push(format!("{user} uses {higher}, which is on a higher floor"));
            }
            uses.entry(user.clone()).or_default().insert(used);
        }
    }
    for module in files.keys() {
        if floor(module).is_none() && !leads_to_floors(module) {
            let name = name(module);
            problems.push(format!("{name} is on no floor: say in tests/house/floors.rs on which"));
        }
    }
    problems.extend(circle(&uses));
    problems.sort();
    problems.dedup();
    problems
}

fn path(text: &str) -> Module {
    text.split("::").map(ToOwned::to_owned).collect()
}

fn name(module: &[String]) -> String {
    if module.is_empty() { "the crate's root".to_owned() } else { module.join("::") }
}

/// A shortest way from a module to itself, if there is one.
fn circle(uses: &BTreeMap<Module, BTreeSet<Module>>) -> Option<String> {
    let way_back = |start: &Module| {
        let mut ways = VecDeque::from([vec![start.clone()]]);
        let mut seen = BTreeSet::new();
        while let Some(way) = ways.pop_front() {
            for next in uses.get(way.last()?).into_iter().flatten() {
                let further = [way.as_slice(), std::slice::from_ref(next)].concat();
                if next == start {
                    return Some(further);
                }
                if seen.insert(next) {
                    ways.push_back(further);
                }
            }
        }
        None
    };
    let shortest = uses.keys().filter_map(way_back).min_by_key(Vec::len)?;
    let steps = shortest.windows(2).map(|w| format!("{} uses {}", name(&w[0]), name(&w[1])));
    Some(format!("a circle: {}", steps.collect::<Vec<_>>().join(", ")))
}

/// What the files say.
#[derive(Default)]
struct Code {
    /// Of each file, the paths in it, and the module that each stands in.
    paths: BTreeMap<Module, Vec<(Module, Module)>>,
    /// The names that `use` brings into a module.
    names: BTreeMap<(Module, String), Module>,
    /// Modules that are there for tests only.
    only_tests: BTreeSet<Module>,
}

impl Code {
    fn read(&mut self, tokens: TokenStream, file: &Module, scope: &Module) {
        self.paths.entry(file.clone()).or_default();
        let tokens: Vec<TokenTree> = tokens.into_iter().collect();
        let word = |at: usize| match tokens.get(at) {
            Some(TokenTree::Ident(word)) => Some(word.to_string()),
            _ => None,
        };
        let punct = |at: usize, c: char| matches!(tokens.get(at), Some(TokenTree::Punct(p)) if p.as_char() == c);
        let mut at = 0;
        let mut of_test = false;
        while let Some(token) = tokens.get(at) {
            match token {
                TokenTree::Group(group) => {
                    if at > 0 && punct(at - 1, '#') {
                        let text = group.to_string();
                        of_test |=
                            text.contains("cfg") && text.contains("test") && !text.contains("not");
                    } else if of_test {
                        of_test = group.delimiter() != Delimiter::Brace;
                    } else {
                        self.read(group.stream(), file, scope);
                    }
                }
                TokenTree::Ident(ident) if ident == "mod" && word(at + 1).is_some() => {
                    let inner = [scope.as_slice(), &[word(at + 1).unwrap()]].concat();
                    match tokens.get(at + 2) {
                        Some(TokenTree::Group(group)) if !of_test => {
                            self.read(group.stream(), file, &inner);
                        }
                        _ if of_test => drop(self.only_tests.insert(inner)),
                        _ => {}
                    }
                    of_test = false;
                    at += 2;
                }
                TokenTree::Ident(ident) if ident == "use" => {
                    let end = (at..tokens.len()).find(|i| punct(*i, ';')).unwrap_or(tokens.len());
                    if !of_test {
                        self.read_use(&tokens[at + 1..end], &[], file, scope);
                    }
                    of_test = false;
                    at = end;
                }
                TokenTree::Punct(p) if p.as_char() == ';' => of_test = false,
                TokenTree::Ident(_) if !of_test => {
                    let mut path = vec![word(at).unwrap()];
                    let of_macro = at > 0 && punct(at - 1, '$');
                    while punct(at + 1, ':') && punct(at + 2, ':') && word(at + 3).is_some() {
                        path.push(word(at + 3).unwrap());
                        at += 3;
                    }
                    if path.len() > 1 && !of_macro {
                        self.paths.get_mut(file).unwrap().push((scope.clone(), path));
                    }
                }
                _ => {}
            }
            at += 1;
        }
    }

    /// A part of a `use`, behind the path `before`.
    fn read_use(&mut self, tree: &[TokenTree], before: &[String], file: &Module, scope: &Module) {
        let mut path = before.to_vec();
        let mut alias = None;
        let mut tokens = tree.iter();
        while let Some(token) = tokens.next() {
            match token {
                TokenTree::Group(group) => {
                    let inner: Vec<TokenTree> = group.stream().into_iter().collect();
                    let is_comma =
                        |t: &TokenTree| matches!(t, TokenTree::Punct(p) if p.as_char() == ',');
                    for part in inner.split(is_comma).filter(|part| !part.is_empty()) {
                        self.read_use(part, &path, file, scope);
                    }
                    return;
                }
                TokenTree::Ident(word) if word == "as" => {
                    alias = tokens.next().map(|t| t.to_string())
                }
                TokenTree::Ident(word) if word == "self" && !path.is_empty() => {}
                TokenTree::Ident(word) => path.push(word.to_string()),
                _ => {}
            }
        }
        let Some(last) = path.last() else { return };
        let key = (scope.clone(), alias.unwrap_or_else(|| last.clone()));
        self.names.insert(key, path.clone());
        self.paths.get_mut(file).unwrap().push((scope.clone(), path));
    }

    /// The file that a path leads to; the root for what is not of this crate.
    fn resolve(&self, scope: &Module, path: &Module, files: &BTreeMap<Module, String>) -> Module {
        let (mut scope, mut path) = (scope.clone(), path.clone());
        for _ in 0..20 {
            let whole = match path[0].as_str() {
                "crate" => path[1..].to_vec(),
                "self" => [&scope, &path[1..]].concat(),
                "super" => {
                    let up = path.iter().take_while(|p| *p == "super").count();
                    [&scope[..scope.len().saturating_sub(up)], &path[up..]].concat()
                }
                first => {
                    let inside = [scope.as_slice(), &[first.to_owned()]].concat();
                    if files.contains_key(&inside) {
                        [&scope, path.as_slice()].concat()
                    } else {
                        match self.names.get(&(scope.clone(), first.to_owned())) {
                            Some(named) if *named != path && named[0] != first => {
                                path = [named.as_slice(), &path[1..]].concat();
                                continue;
                            }
                            _ => return Vec::new(),
                        }
                    }
                }
            };
            let depth = (0..=whole.len()).rev().find(|n| files.contains_key(&whole[..*n])).unwrap();
            let (module, rest) = whole.split_at(depth);
            let Some(next) = rest.first() else { return whole };
            let Some(named) = self.names.get(&(module.to_vec(), next.clone())) else {
                return module.to_vec();
            };
            path = [named.as_slice(), &rest[1..]].concat();
            scope = module.to_vec();
        }
        Vec::new()
    }
}
