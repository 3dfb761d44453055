//! Words that are no names: what languages reserve, and what generated code
//! uses itself.

use std::collections::HashMap;
use std::sync::LazyLock;

/// What a name is for; what is taken depends on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Role {
    /// A constant or a type: stands at the top of generated modules.
    Top,
    /// A field of a struct.
    Field,
    /// A value of an enum or a flag.
    Member,
    /// A variant of a union.
    Variant,
    /// A segment.
    Segment,
    /// An object of a segment: a method of its handle.
    Object,
    /// A counter of an object.
    Counter,
    /// A part of a schema's dotted name: a namespace in C++.
    Namespace,
}

impl Role {
    pub(super) fn what(self) -> &'static str {
        match self {
            Self::Top => "a constant or a type",
            Self::Field => "a field",
            Self::Member => "a value or a flag",
            Self::Variant => "a variant",
            Self::Segment => "a segment",
            Self::Object => "an object",
            Self::Counter => "a counter",
            Self::Namespace => "a part of a schema's name",
        }
    }
}

/// The language that does not let a word be a name anywhere.
pub(super) fn language_of(word: &str) -> Option<&'static str> {
    // Every name of a schema is looked up.
    static ALL: LazyLock<HashMap<&str, &str>> = LazyLock::new(|| {
        let each = |(language, words): &(&'static str, &'static [&str])| {
            let language = *language;
            words.iter().map(move |word| (*word, language)).collect::<Vec<_>>()
        };
        // Of the first language that has it.
        KEYWORDS.iter().rev().flat_map(each).collect()
    });
    ALL.get(word).copied()
}

/// Whether generated code uses a name itself where one of that role would stand.
pub(super) fn is_taken(word: &str, role: Role) -> bool {
    TAKEN.iter().any(|(r, words)| *r == role && words.contains(&word))
}

/// Words that a language does not let be names anywhere.
pub(super) const KEYWORDS: [(&str, &[&str]); 4] = [
    (
        "Rust",
        &[
            "Self", "abstract", "as", "async", "await", "become", "box", "break", "const",
            "continue", "crate", "do", "dyn", "else", "enum", "extern", "false", "final", "fn",
            "for", "gen", "if", "impl", "in", "let", "loop", "macro", "match", "mod", "move",
            "mut", "override", "priv", "pub", "ref", "return", "self", "static", "struct", "super",
            "trait", "true", "try", "type", "typeof", "unsafe", "unsized", "use", "virtual",
            "where", "while", "yield",
        ],
    ),
    (
        "C",
        &[
            "alignas",
            "alignof",
            "asm",
            "auto",
            "bool",
            "case",
            "char",
            "constexpr",
            "default",
            "double",
            "float",
            "goto",
            "inline",
            "int",
            "linux",
            "long",
            "nullptr",
            "register",
            "restrict",
            "short",
            "signed",
            "sizeof",
            "static_assert",
            "switch",
            "thread_local",
            "typedef",
            "typeof_unqual",
            "union",
            "unix",
            "unsigned",
            "void",
            "volatile",
            // Macros of headers that are included everywhere.
            "EOF",
            "NULL",
            "errno",
            "stderr",
            "stdin",
            "stdout",
            "assert",
            "offsetof",
            "i386",
        ],
    ),
    (
        "C++",
        &[
            "and",
            "and_eq",
            "atomic_cancel",
            "atomic_commit",
            "atomic_noexcept",
            "bitand",
            "bitor",
            "catch",
            "char16_t",
            "char32_t",
            "char8_t",
            "class",
            "co_await",
            "co_return",
            "co_yield",
            "compl",
            "concept",
            "const_cast",
            "consteval",
            "constinit",
            "decltype",
            "delete",
            "dynamic_cast",
            "explicit",
            "export",
            "friend",
            "mutable",
            "namespace",
            "new",
            "noexcept",
            "not",
            "not_eq",
            "operator",
            "or",
            "or_eq",
            "private",
            "protected",
            "public",
            "reflexpr",
            "reinterpret_cast",
            "requires",
            "static_cast",
            "synchronized",
            "template",
            "this",
            "throw",
            "typeid",
            "typename",
            "using",
            "wchar_t",
            "xor",
            "xor_eq",
        ],
    ),
    (
        "Python",
        &[
            "False", "None", "True", "assert", "def", "del", "elif", "except", "finally", "from",
            "global", "import", "is", "lambda", "nonlocal", "pass", "raise", "with",
        ],
    ),
];

/// Modules and headers that generated files have beside them, and what is
/// installed with them.
pub(crate) const TAKEN_MODULES: [&str; 2] = ["shm_runtime", "shm_types"];

/// Types of members in C++, where a member before them may not have their name.
const INTEGERS: &[&str] =
    &["int8_t", "int16_t", "int32_t", "int64_t", "uint8_t", "uint16_t", "uint32_t", "uint64_t"];

/// Names that generated code uses itself, by what they would collide with.
pub(super) const TAKEN: [(Role, &[&str]); 10] = [
    (
        Role::Top,
        &[
            // What every generated module of Python has.
            "SCHEMA",
            "SCHEMA_VERSION",
            // Functions of generated C++.
            "to_string",
            "visit",
            "within_ranges",
            // Types of the schema language.
            "u8",
            "u16",
            "u32",
            "u64",
            "i8",
            "i16",
            "i32",
            "i64",
            "f32",
            "f64",
            "str",
            "bytes",
            "usize",
            "isize",
            "u128",
            "i128",
            // Builtins that generated Python calls.
            "all",
            "any",
            "classmethod",
            "dict",
            "enumerate",
            "filter",
            "getattr",
            "hasattr",
            "id",
            "isinstance",
            "iter",
            "len",
            "list",
            "map",
            "max",
            "memoryview",
            "min",
            "next",
            "object",
            "property",
            "range",
            "repr",
            "reversed",
            "round",
            "set",
            "setattr",
            "slice",
            "sorted",
            "staticmethod",
            "sum",
            "tuple",
            "vars",
            "zip",
            "Exception",
            "IndexError",
            "KeyError",
            "OverflowError",
            "RuntimeError",
            "TypeError",
            "ValueError",
        ],
    ),
    (
        Role::Field,
        &[
            "SIZE",
            "DTYPE",
            "asdict",
            "from_address",
            "from_buffer",
            "from_buffer_copy",
            "from_dict",
            "from_param",
            "in_dll",
            "within_ranges",
        ],
    ),
    (
        Role::Member,
        &[
            "name",
            "known",
            "value",
            "bits",
            "mro",
            "contains",
            "is_empty",
            "names",
            "insert",
            "remove",
            "as_integer_ratio",
            "bit_length",
            "conjugate",
            "denominator",
            "imag",
            "numerator",
            "real",
            "to_bytes",
            "from_bytes",
            "bit_count",
            "is_integer",
        ],
    ),
    (
        Role::Variant,
        &[
            "tag",
            "unknown",
            "value",
            "mro",
            "size",
            "within_ranges",
            "asdict",
            "from_dict",
            "SIZE",
            "DTYPE",
        ],
    ),
    (Role::Field, INTEGERS),
    (Role::Variant, INTEGERS),
    (Role::Segment, &["shm", "std"]),
    (
        Role::Object,
        &[
            "address",
            "attach",
            "attach_read_only",
            "attachment",
            "close",
            "create",
            "descriptor",
            "detach",
            "drop",
            "is_read_only",
            "lock",
            "open_or_create",
            "options",
            "remove",
            "spec",
            "stat",
            "unlink",
            "unlock",
            "set",
            "clone",
            "valid",
            // Of later versions.
            "is_removed",
            "lock_memory",
            "participants",
            "unlock_memory",
            "SIZE",
            "CONTRACT",
            "FINGERPRINT",
        ],
    ),
    (Role::Counter, &["add", "counts", "get", "names", "set", "snapshot", "stat", "values"]),
    (Role::Namespace, &["std", "shm"]),
];
