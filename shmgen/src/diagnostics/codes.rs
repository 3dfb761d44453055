//! The codes of diagnostics. A code, once out, keeps its meaning for ever.

use std::fmt;

macro_rules! codes {
    ($( $code:ident $title:literal $explanation:literal )*) => {
        /// The kind of a diagnostic.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        #[allow(missing_docs)] // each has its title and its explanation
        pub enum Code { $( $code ),* }

        impl Code {
            /// Every code.
            pub const ALL: &[Self] = &[ $( Self::$code ),* ];

            /// `E010`.
            pub const fn name(self) -> &'static str {
                match self { $( Self::$code => stringify!($code) ),* }
            }

            /// What it is about, in a few words.
            pub const fn title(self) -> &'static str {
                match self { $( Self::$code => $title ),* }
            }

            /// Why it is an error and what to do, in a few sentences.
            pub const fn explanation(self) -> &'static str {
                match self { $( Self::$code => $explanation ),* }
            }
        }
    };
}

codes! {
    E001 "the file cannot be read"
        "The schema file does not exist, or may not be read by this user."
    E002 "the file is not UTF-8"
        "A schema is TOML, and TOML is UTF-8. Save the file with that encoding."
    E003 "the file is not TOML"
        "The text does not follow the syntax of TOML. See https://toml.io."
    E004 "the schema's edition is missing or not known"
        "The first line of a schema is `shmgen = 1`: the edition of the schema language. A later edition needs a later version of shmgen."

    E010 "unknown key"
        "The table has no such key. A misspelt one would otherwise be ignored without a word."
    E011 "a value of the wrong kind"
        "The key takes another kind of value: text, a number, true or false, a list or a table."
    E012 "a key is missing"
        "The table needs this key."
    E013 "a value that is out of range"
        "The number or text is not among those that the key takes."
    E014 "a character that the text cannot have"
        "Text of a schema goes into comments, documentation and strings of every language. Documentation has lines and tabs; a carriage return by itself, which ends a line in some languages only, and other control characters mean nothing in it. Units, names and accounts have no control characters at all. Bidirectional control characters (U+202A to U+202E, U+2066 to U+2069) are refused, since editors would show code in another order than compilers read it. Defaults of str[N] fields are data and may have any."

    E020 "a name that cannot be one"
        "Names begin with a letter and go on with letters, digits and underscores, without two underscores in a row or one at the end, and have at most 63 characters. So they can be written in every language."
    E021 "the same name twice"
        "Constants, aliases, enums, flags, structs and the types of segments share one space of names; the fields of a struct, the values of an enum, the objects of a segment and the counters of an object have one each."
    E022 "a name that a language keeps for itself"
        "The name is a keyword of Rust, C, C++ or Python, one that the generated code uses itself, in this version or in a later one, or one that C or C++ cannot use: a macro of a system header for a field, or a name that together with the prefix is a function of the C library. Choose another one; the generated code would not compile otherwise. What C or C++ alone cannot use is free where neither is generated."
    E023 "two names that become the same"
        "The names differ in the schema, but generated code would write both in the same way."

    E030 "unknown type"
        "No type of that name is declared, and the language has none."
    E031 "not a type"
        "A type is a name and what stands behind it: `u64`, `f32[4][8]`, `str[16]`, `bytes[8]`, `Level[<=LEVELS]`, `u64?`."
    E032 "unknown constant"
        "No constant of that name is declared."
    E033 "a constant that cannot be a length"
        "A length is a whole number, at least 1."
    E034 "a type that contains itself"
        "A type that contains itself, directly or by way of others, would be infinitely large. Shared memory has no pointers; use an index into an array instead."
    E035 "nothing in it"
        "A length is 0, a struct has no fields, an enum no values, an object no counters, or no variant of a union holds anything. Every type has at least one byte."
    E036 "too large"
        "The type or the segment is larger than the limit."

    E040 "a constant that does not fit its type"
        "The value of the constant is outside the range of its type."
    E041 "a number that does not fit the representation"
        "The number of a value is outside the range of the enum's `repr`, or that of a variant outside the range of the union's `tag`."
    E042 "the same number twice"
        "Two values of an enum, or two variants of a union, have the same number."
    E043 "a bit twice, or outside the representation"
        "Two flags share a bit, or the bit does not exist in the `repr`."
    E044 "not a type for that"
        "The `repr` of an enum is an integer type, that of flags and the `tag` of a union an unsigned one; a constant's type is a number or bool, that of a counter u64 or i64."
    E045 "an alignment that cannot be one"
        "An alignment is a power of two from 1 to 4096, and not less than what the type needs anyway."

    E046 "not an expression"
        "An expression has whole numbers, names of constants, parentheses, and the operators of C for arithmetic, shifts, bitwise and, bitwise or. They bind as in C."
    E047 "a constant that is computed from itself"
        "The constants are computed from one another in a circle, so that none of them has a value."
    E048 "an expression without a value"
        "Numbers of an expression are whole and have up to 128 bits; nothing is divided by zero. Only the bare name of a constant can stand for a float or a bool."
    E049 "since a version that is still to come"
        "`since` is a version up to the schema's own. Raise `version` in `[schema]` with what is new."

    E050 "an optional of an optional"
        "`T??` says the same thing twice: whether there is a value. One `?` is enough. An alias may have the other one."
    E051 "types nested too deeply"
        "Lists and optionals can be nested at most 16 deep in a type, structs and unions at most 64 deep. Give the inner ones a struct of their own."

    E060 "not the name of a segment"
        "A POSIX segment's name begins with a slash and has no other; it has at most 255 bytes."
    E061 "not a key"
        "A System V key is a whole number from 1 to 0xFFFFFFFF, or a negative one from -2147483648 on, which is the same 32 bits; 0 is IPC_PRIVATE."
    E062 "a key of another backend"
        "`name` is for POSIX segments, `key` and `id_file` for System V ones, each of which has one of both. A memfd has none of them."
    E063 "not permissions"
        "A mode is written as an octal number from 0o000 to 0o777, such as 0o640."
    E064 "a capacity that cannot be one"
        "A queue and a topic have room for at least one item, and not for more than memory can hold."
    E065 "not a type for an item"
        "The items of queues and topics are structs, and so is what a cell or a state holds."
    E066 "a segment without objects"
        "Every byte of a segment belongs to an object; one without any has no use."
    E067 "two segments in one place"
        "Two segments of the schema have the same name, key or id file, so that only one of them could exist."

    E068 "a key of another kind of object"
        "Objects of this kind have no such key. A queue and a topic have `item` and `capacity`, a ring and raw bytes `bytes`, a stream either, a cell and a state `type`, counters `counter`. Only a cell has `count`."
    E069 "a key that means nothing here"
        "`order` and `lanes` are for many producers and one consumer, where `order = \"total\"` does without lanes. `redeliver` is for many consumers, and for `order = \"total\"`. A stream has `bytes`, or `item` and `capacity`."
    E070 "an import that cannot be read"
        "`imports` names schema files, relative to the file that imports them. Each must be there, be readable, and be right itself."
    E071 "schemas that import each other"
        "A schema cannot import itself, directly or by way of others: the types of one would have to be laid out before those of the other, and after them. Put what both use into a third one."
    E072 "two schemas of one name"
        "Two different files among all imports have the same schema name, or the same file name, so that what is generated of one would overwrite or hide the other."
    E073 "a name in more than one import"
        "Two imported schemas have this name. Write which one is meant: `common.Level`."
    E074 "a file named as one of the runtime's"
        "Files are generated under the name of the schema's file, and `shm_runtime` and `shm_types` are those of files that are generated beside them, or of the runtime's package. Rename the file."

    E080 "a default where there can be none"
        "Fields that are single numbers, bools, texts, enums or flags have defaults. Arrays and bytes[N] are zero in a new value; a struct has the defaults of its own fields."
    E081 "a default that does not fit"
        "The default is not of the field's type, or outside of its range: a number too large, a text longer than its room, the name of no value."
    E082 "a range where there can be none"
        "Integers and floats have a range, and arrays, lists and optionals of them, where it is for each number inside."
    E083 "a range that cannot be one"
        "A range has a `min`, a `max` or both, which the type holds, and some number between them. A field's range lies within that of its alias."
    E084 "an extent that cannot be one"
        "An extent is the size of the struct in bytes: a multiple of its alignment, at most 2^30."
    E085 "a field beyond the extent"
        "The fields of a struct lie within its extent. Those that wrote the old version have no more room; a larger extent is another contract."
    E086 "an assertion that does not hold"
        "`assert` says what the size, the alignment or the offsets of a struct are. The layout is another one; the message has the real number."
    E087 "a former field that is one"
        "`was` names fields that lay in reserved bytes in earlier versions. The struct has a field of that name now; a field that moved needs no `was`, and a name that comes back has another meaning."

    E090 "not supported yet"
        "This could be in a schema, and this version of shmgen does not do it yet: huge pages of other sizes than 2M and 1G. It is refused rather than ignored."

    E091 "a number of bytes that cannot be one"
        "A ring has at least 64 bytes and a multiple of 8, a stream and a raw object at least one, and none more than a segment may have."
    E092 "a number of lanes that cannot be one"
        "Many producers share from 1 to 1024 lanes, each as large as a queue or ring of its own."
    E093 "many where there is one"
        "A ring has one consumer, a stream one producer and one consumer."
    E094 "a number of cells that cannot be one"
        "An array of cells has from 1 to 4294967295 of them, and none more than a segment may have. Each has eight slots of its own."
    E100 "not the path of an id file"
        "An id file holds the id of a private System V segment. Its path has at most 4095 bytes; one that does not begin with a slash counts from the folder in which the program runs."
    E101 "not a user or a group"
        "A user or a group is a number from 0 to 4294967294, or a name without colons, slashes and control characters. Names are looked up on the machine that creates the segment, not on the one that generates the code."

    N001 "laid out, and not in use yet"
        "This version of shmgen lays out objects of this kind, creates them and shows them by stat, in every language alike. Generated code has no functions for them yet. What is complete is queues from one producer to one consumer, streams, cells and states."

    N002 "a file named as one of the system's"
        "Files are generated under the name of the schema's file. A header of C that is called as one of the system's, or a module as one of Python's standard library, takes its place in every program that has the folder first in its path, and breaks what needs the other. Rename the file; or generate into a folder that is no search path of its own: a Python package, headers that are included as \"gen/time.h\"."

    L001 "a name in another style"
        "Types are written in UpperCamelCase, constants, values of enums and flags in UPPER_SNAKE_CASE, everything else in snake_case. So the generated code looks like other code in each language, and its linters are content."
    L002 "holes"
        "The struct loses 8 bytes or more, and more than an eighth of its size, to the alignment of its fields. What its own `align` adds behind the last field is not counted, and an order that an `assert` fixes is left alone. `shmgen layout` shows the holes."
    L003 "a field in two cache lines"
        "The field has at most 64 bytes and lies in two cache lines of the struct, so that reading it may cost two misses. Another order of the fields, in which the struct is not larger, avoids that. One that an `assert` fixes is left alone."
    L004 "a text without room"
        "A `str[1]` holds one byte: a single ASCII character, and no other one."
    L005 "an enum or a union without a zero"
        "Fresh memory is zero, and so is a field that nobody has set. A value, or a variant, with the number 0 gives that state a name."
    L006 "a large item"
        "The struct that an object passes or holds has more than 64 KiB. Rust, C and C++ put values on the stack, which has 8 MiB in the first thread of a program and 2 MiB in another thread of Rust. In Rust, `shm_runtime::boxed` makes a value on the heap, `reserve` with `set_slice` fills one in place, `peek` with `get_slice` reads one in place, and `try_pop_into` pops into one that is there."
    L007 "a mode wider than that of the id file"
        "The mode of the segment admits other users. Its id file, by which they would find it, always has mode 0600: only its owner and root can read it. Others can attach by the id only."
}

/// How bad a diagnostic is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "lowercase")]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
pub enum Severity {
    /// Nothing is generated.
    Error,
    /// It could be better; told on demand.
    Warning,
    /// Good to know.
    Note,
}

impl Severity {
    /// `error`, `warning` or `note`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warning => "warning",
            Self::Note => "note",
        }
    }
}

impl Code {
    /// How bad it is, which its letter says.
    pub fn severity(self) -> Severity {
        match self.name().as_bytes().first() {
            Some(b'L') => Severity::Warning,
            Some(b'N') => Severity::Note,
            _ => Severity::Error,
        }
    }

    /// Whether it is a lint: a warning, not an error.
    pub fn is_lint(self) -> bool {
        self.severity() == Severity::Warning
    }

    /// The code of that name, in whatever case it is written.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|code| code.name().eq_ignore_ascii_case(name))
    }

    /// The code that is nearest to a name that is none: by its number, or else
    /// by its spelling.
    pub fn nearest(name: &str) -> Option<Self> {
        let number = |name: &str| {
            let letter = name.chars().next()?.to_ascii_uppercase();
            name.get(letter.len_utf8()..)?.parse::<u32>().ok().map(|number| (letter, number))
        };
        let by_number = number(name).and_then(|(letter, wanted)| {
            let same_letter = Self::ALL.iter().filter_map(|code| match number(code.name()) {
                Some((l, number)) if l == letter => Some((number.abs_diff(wanted), *code)),
                _ => None,
            });
            same_letter.min().map(|(_, code)| code)
        });
        by_number.or_else(|| {
            super::nearest(name, Self::ALL.iter().map(|c| c.name())).and_then(Self::from_name)
        })
    }
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
