//! Names that are taken somewhere: by compilers, interpreters, headers, and by
//! what the templates write.

use shmgen_test_support::dice::Dice;
use shmgen_test_support::tools::{self, compilers, root, run, scratch};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

/// Names that were reported, and the like of them: they are always tried.
const KNOWN: &str = "error EPERM POLLIN SCHED_FIFO st_mtime sched_priority PATH_MAX SIGKILL AF_INET I complex \
    clock time access log socket value name tag base whole attachment f a b bits number other rest owner \
    types variants item items element separator storage def SCHEMA SCHEMA_VERSION abs format std shm trade \
    bytes str cls self_ty raw property builtins ctypes enum_member typing uint8_t int64_t SHM_OK SHM_ZERO \
    SHM_CAST SHM_INLINE Error Ok Some None_ String Result Option Default Vec u_int open status options how \
    fd main errno_value NULLS string to_string_value Feed Trade size data begin end get set_it has count \
    index round remove_it x major minor makedev";

/// Names by what they were found in.
pub(crate) struct Words {
    sources: BTreeMap<&'static str, BTreeSet<String>>,
}

/// Whether a schema can have the name anywhere; and `z` is what the tests have.
fn is_name(word: &str) -> bool {
    word.starts_with(|c: char| c.is_ascii_alphabetic())
        && !word.starts_with(['z', 'Z'])
        && word.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
        && !word.contains("__")
        && !word.ends_with('_')
        && word.len() <= 40
}

fn words(text: &str) -> BTreeSet<String> {
    let is_part = |c: char| c.is_ascii_alphanumeric() || c == '_';
    text.split(|c| !is_part(c)).filter(|w| is_name(w)).map(str::to_owned).collect()
}

fn texts(folder: &Path, out: &mut String) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            texts(&path, out);
        } else {
            *out += &std::fs::read_to_string(&path).unwrap_or_default();
        }
    }
}

/// The headers that generated code includes, as a program has them.
fn headers() -> String {
    let folder = scratch("names-headers");
    tools::generate(&root().join("tests/schemas/everything.toml"), &folder);
    folder.display().to_string()
}

/// What a preprocessor says of them, with more arguments.
fn preprocessed(compiler: &str, dialect: &str, folder: &str, more: &[&str]) -> String {
    let (language, header) =
        if dialect.contains("++") { ("c++", "everything.hpp") } else { ("c", "everything.h") };
    let mut child = Command::new(compiler)
        .args(["-E", "-x", language, "-I", folder, &format!("-std={dialect}")])
        .args(more)
        .arg("-")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    writeln!(child.stdin.take().unwrap(), "#include \"{header}\"").unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success());
    String::from_utf8_lossy(&output.stdout).into_owned()
}

/// The macros, as the lists have them.
fn macros(text: &str) -> BTreeSet<String> {
    let defined = text.lines().filter_map(|line| line.strip_prefix("#define "));
    let names = defined.map(|line| {
        let end = line.find([' ', '(']).unwrap_or(line.len());
        let call = if line[end..].starts_with('(') { "()" } else { "" };
        (line[..end].to_owned(), call)
    });
    let kept = names.filter(|(name, _)| {
        is_name(name) && !["SHM_", "test_everything_"].iter().any(|p| name.starts_with(p))
    });
    kept.map(|(name, call)| name + call).collect()
}

fn python(script: &str) -> BTreeSet<String> {
    let output = run(Command::new(tools::python()).args(["-c", script]));
    words(&String::from_utf8_lossy(&output.stdout))
}

impl Words {
    /// All that this machine has.
    pub(crate) fn found() -> Self {
        let folder = headers();
        let mut sources = BTreeMap::new();
        let c = compilers();
        let of = |compiler: &str, dialect: &str| {
            let all = macros(&preprocessed(compiler, dialect, &folder, &["-dM"]));
            all.into_iter().map(|name| name.trim_end_matches("()").to_owned()).collect()
        };
        sources.insert("macros of gcc", of(c[0].c, "gnu11"));
        sources.insert("macros of g++", of(c[0].cpp, "gnu++17"));
        let declared = preprocessed(c[0].cpp, "gnu++17", &folder, &[]);
        sources.insert("words of headers", words(&declared));
        let mut templates = String::new();
        texts(&root().join("templates"), &mut templates);
        texts(&root().join("shmgen/src/backend"), &mut templates);
        templates += &std::fs::read_to_string(root().join("shm-runtime/src/macros.rs")).unwrap();
        sources.insert("templates", words(&templates));
        let builtins = "import builtins, ctypes, enum, keyword; print(*keyword.kwlist, *dir(builtins), \
             *dir(int), *dir(enum.Enum), *dir(enum.Flag), *dir(ctypes.Structure), *dir(ctypes))";
        sources.insert("Python", python(builtins));
        sources.insert("Rust", words(RUST));
        sources.insert("C and C++", words(C_AND_CPP));
        Self { sources }
    }

    pub(crate) fn every(&self) -> BTreeSet<String> {
        let known = words(KNOWN);
        self.sources.values().flatten().cloned().chain(known).collect()
    }

    /// This many of each source, and those that are always tried.
    pub(crate) fn draw(&self, each: usize, dice: &mut Dice) -> BTreeSet<String> {
        let mut out = words(KNOWN);
        for names in self.sources.values() {
            let names: Vec<&String> = names.iter().collect();
            for _ in 0..each {
                out.insert(names[dice.roll(names.len() as u64) as usize].clone());
            }
        }
        out
    }
}

impl fmt::Display for Words {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (source, names) in &self.sources {
            write!(f, "{source}: {}, ", names.len())?;
        }
        write!(f, "all together {}", self.every().len())
    }
}

/// Macros of the headers that generated code includes and the generator's lists
/// have not.
pub(crate) fn missing_macros() -> BTreeSet<String> {
    let folder = headers();
    let lists = root().join("shmgen/src/captured");
    let read = |name: &str| std::fs::read_to_string(lists.join(name)).unwrap();
    let known = |list: &str| list.lines().map(str::to_owned).collect::<BTreeSet<_>>();
    let (ours, others) = (known(&read("macros_of_ours.txt")), known(&read("macros_of_others.txt")));
    let (mut missing, mut later) = (BTreeSet::new(), BTreeSet::new());
    for c in compilers() {
        for (compiler, dialect) in
            [(c.c, "c11"), (c.c, "gnu11"), (c.cpp, "c++17"), (c.cpp, "gnu++17")]
        {
            missing.extend(macros(&preprocessed(compiler, dialect, &folder, &["-dM"])));
        }
        later.extend(macros(&preprocessed(c.cpp, "gnu++20", &folder, &["-dM"])));
    }
    missing.retain(|name| !ours.contains(name));
    later.retain(|name| !ours.contains(name) && !others.contains(name) && !missing.contains(name));
    if std::env::var_os("SHMGEN_BLESS").is_some() {
        for (file, list, more) in
            [("macros_of_ours.txt", ours, &missing), ("macros_of_others.txt", others, &later)]
        {
            let mut all: Vec<String> = list.union(more).cloned().collect();
            all.sort_by(|a, b| a.trim_end_matches("()").cmp(b.trim_end_matches("()")));
            all.dedup_by(|a, b| a.trim_end_matches("()") == b.trim_end_matches("()"));
            std::fs::write(lists.join(file), all.join("\n") + "\n").unwrap();
        }
        return BTreeSet::new();
    }
    missing.into_iter().chain(later).collect()
}

/// Keywords of all editions, what the prelude has, and names of the standard
/// library that a method or a type of ours could meet.
const RUST: &str = "Self abstract as async await become box break const continue crate do dyn else enum extern \
    false final fn for gen if impl in let loop macro match mod move mut override priv pub ref return self static \
    struct super trait true try type typeof unsafe unsized use virtual where while yield union raw safe auto \
    macro_rules default Copy Send Sized Sync Unpin Drop Fn FnMut FnOnce drop Box String ToString Clone \
    PartialEq Eq PartialOrd Ord AsRef AsMut Into From Default Iterator Extend IntoIterator \
    DoubleEndedIterator ExactSizeIterator Option Some None Result Ok Err Vec ToOwned TryFrom TryInto Debug Hash \
    FromIterator char usize isize bool core alloc std i128 u128 f16 f128 clone eq ne cmp partial_cmp max min clamp \
    hash fmt from into try_from try_into borrow to_owned to_string type_id as_ref deref index next map iter \
    Output Error Target Item Args Formatter Queue Attachment Spec Owner Bool Str List Optional Reserved FieldRef \
    UnknownTag SharedLayout SegmentType Align WITHOUT_PADDING describe spec state f other ALL SPEC ZERO";

const C_AND_CPP: &str = "alignas alignof and and_eq asm auto bitand bitor bool break case catch char char8_t \
    char16_t char32_t class compl concept const consteval constexpr constinit const_cast continue co_await \
    co_return co_yield decltype default delete do double dynamic_cast else enum explicit export extern false \
    float for friend goto if inline int long mutable namespace new noexcept not not_eq nullptr operator or or_eq \
    private protected public register reinterpret_cast requires restrict return short signed sizeof static \
    static_assert static_cast struct switch template this thread_local throw true try typedef typeid typename \
    typeof typeof_unqual union unsigned using virtual void volatile wchar_t while xor xor_eq final override import \
    module linux unix i386 fortran entry far near huge interrupt size_t ptrdiff_t intptr_t max_align_t \
    std string string_view ostream optional nullopt move memcpy memset memcmp strlen printf exit abort \
    is_x get_x set_x value_type iterator const_iterator as result producer consumer queue make view assign detail";
