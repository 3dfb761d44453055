//! The keys of each table of a schema, in one place: what the parser accepts,
//! and what `shmgen schema` tells editors.

mod objects;

pub(crate) use objects::{COUNTER, OBJECT};

use Shape::{
    Account, Bits, Choice, Constant, Default, Dotted, Edition, Flag, Integer, Lints, List, Name,
    Named, Names, Number, Numbers, Permissions, Scalar, Side, Table, Text, Texts, Type, Version,
};

/// A key of a table.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Key {
    /// Its name.
    pub(crate) name: &'static str,
    /// Whether the table is incomplete without it.
    pub(crate) required: bool,
    /// What its value looks like.
    pub(crate) shape: Shape,
    /// What it is for.
    pub(crate) doc: &'static str,
}

/// What the value of a key looks like.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Shape {
    /// Any text.
    Text,
    /// A name that every language takes.
    Name,
    /// Names with dots between them.
    Dotted,
    /// `2.1`
    Version,
    /// A type: `u64`, `f32[4][8]`.
    Type,
    /// A type of constants.
    Scalar,
    /// An integer type; an unsigned one if not `signed`.
    Bits { signed: bool },
    /// One of these texts.
    Choice(&'static [&'static str]),
    /// The edition of the language.
    Edition,
    /// A whole number within these bounds.
    Integer(i128, i128),
    /// A list of names.
    Names,
    /// A table of whole numbers by name.
    Numbers,
    /// A list of codes of lints.
    Lints,
    /// A list of texts.
    Texts,
    /// A whole number of up to 0o777.
    Permissions,
    /// A user or a group, by number or by name.
    Account,
    /// The value of a constant.
    Constant,
    /// A number, or an expression.
    Number,
    /// The value of a field.
    Default,
    /// The number 1, or "many".
    Side,
    /// `true` or `false`.
    Flag,
    /// A table.
    Table(&'static TableKind),
    /// A table of such tables by name.
    Named(&'static TableKind),
    /// A list of such tables.
    List(&'static TableKind),
}

/// A kind of table.
#[derive(Clone, Copy, Debug)]
pub(crate) struct TableKind {
    /// What it is called in messages.
    pub(crate) what: &'static str,
    /// Its keys.
    pub(crate) keys: &'static [Key],
    /// Keys that go with a choice.
    pub(crate) rules: &'static [Rule],
    /// Another kind of table, if this key of it is there.
    pub(crate) instead: Option<(&'static str, &'static TableKind)>,
}

/// What goes with a choice of the key `of`.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Rule {
    pub(crate) of: &'static str,
    pub(crate) choice: &'static str,
    /// Whether it is the choice if nothing is written.
    pub(crate) by_default: bool,
    /// Keys that must be there; `a|b` is one of both.
    pub(crate) needs: &'static [&'static str],
    /// Keys that must not be there.
    pub(crate) excludes: &'static [&'static str],
}

const fn table(what: &'static str, keys: &'static [Key]) -> TableKind {
    TableKind { what, keys, rules: &[], instead: None }
}

const fn key(name: &'static str, shape: Shape, doc: &'static str) -> Key {
    Key { name, required: false, shape, doc }
}

const fn required(name: &'static str, shape: Shape, doc: &'static str) -> Key {
    Key { name, required: true, shape, doc }
}

const ANY: Shape = Integer(i64::MIN as i128, u64::MAX as i128);
const DOC: Key = key("doc", Text, "Documentation, which goes into the generated code.");
const SINCE: Key = key("since", Version, "The version of the schema that brought it.");
const DEPRECATED: Key =
    key("deprecated", Text, "Why it is not to be used any more: \"use x instead\".");
const RANGED: Key =
    key("range", Table(&RANGE), "The numbers that belong into it: { min = 1, max = 10 }.");
const LINTS: Key = key("lint", Table(&LINT), "Lints that are allowed here and inside, and why.");

pub(crate) const ROOT: TableKind = table(
    "a schema",
    &[
        key("shmgen", Edition, "The edition of the schema language."),
        required("schema", Table(&SCHEMA), "What the schema is."),
        key("const", Named(&CONST), "Constants, which can stand for lengths."),
        key("alias", Named(&ALIAS), "Other names for types."),
        key("enum", Named(&ENUM), "Named numbers."),
        key("flags", Named(&FLAGS), "Sets of named bits."),
        key("struct", Named(&STRUCT), "Structs, whose fields lie in the order written."),
        key("union", Named(&UNION), "One of several types, told apart by a tag."),
        key("segment", Named(&SEGMENT), "Shared memory with the objects that lie in it."),
    ],
);

pub(crate) const SCHEMA: TableKind = table(
    "[schema]",
    &[
        required("name", Dotted, "The schema's name with dots: a prefix in C, a namespace in C++."),
        required("version", Version, "major.minor, as a label."),
        DOC,
        LINTS,
        key("imports", Texts, "Schema files whose types are used here, relative to this file."),
    ],
);

pub(crate) const LINT: TableKind = table(
    "an allowance",
    &[
        required("allow", Lints, "The codes of the lints."),
        required("reason", Text, "Why what they tell of is meant so."),
    ],
);

pub(crate) const RANGE: TableKind = table(
    "a range",
    &[
        key("min", Number, "The least number; an expression as text."),
        key("max", Number, "The greatest number; an expression as text."),
    ],
);

pub(crate) const CONST: TableKind = table(
    "a constant",
    &[
        required("type", Scalar, "A number's type, or bool."),
        required("value", Constant, "A value of that type, or an expression: \"LEVELS * 2 + 1\"."),
        DOC,
        LINTS,
        DEPRECATED,
    ],
);

pub(crate) const ALIAS: TableKind = table(
    "an alias",
    &[
        required("type", Type, "The type it stands for."),
        key("unit", Text, "The unit of fields of this type that have none of their own."),
        DOC,
        LINTS,
        DEPRECATED,
        RANGED,
    ],
);

pub(crate) const ENUM: TableKind = table(
    "an enum",
    &[
        required("repr", Bits { signed: true }, "The integer type it is stored as."),
        required("value", List(&VALUE), "Its named numbers; any other number is a value too."),
        DOC,
        LINTS,
        DEPRECATED,
    ],
);

pub(crate) const VALUE: TableKind = table(
    "a value of an enum",
    &[
        required("name", Name, "Its name."),
        required("number", ANY, "Its number, within the range of the repr."),
        DOC,
        LINTS,
        SINCE,
        DEPRECATED,
    ],
);

pub(crate) const FLAGS: TableKind = table(
    "a set of flags",
    &[
        required("repr", Bits { signed: false }, "The unsigned integer type it is stored as."),
        required("bit", List(&BIT), "Its named bits."),
        DOC,
        LINTS,
        DEPRECATED,
    ],
);

pub(crate) const BIT: TableKind = table(
    "a flag",
    &[
        required("name", Name, "Its name."),
        required("bit", Integer(0, 63), "Its position; 0 is the least significant."),
        DOC,
        LINTS,
        SINCE,
        DEPRECATED,
    ],
);

const ALIGN: Shape = Integer(1, 4096);

pub(crate) const STRUCT: TableKind = table(
    "a struct",
    &[
        required("field", List(&FIELD), "Its fields, in the order in which they lie."),
        key(
            "align",
            ALIGN,
            "Its alignment in bytes, a power of two, if more than its fields need.",
        ),
        DOC,
        LINTS,
        key(
            "extent",
            Integer(1, 1 << 30),
            "Its size in bytes, of which the end is kept free for fields of later versions.",
        ),
        key("assert", Table(&ASSERT), "What its layout has to be: an error if it is not."),
        DEPRECATED,
    ],
);

pub(crate) const ASSERT: TableKind = table(
    "an assertion",
    &[
        key("size", ANY, "Its size in bytes."),
        key("align", ANY, "Its alignment in bytes."),
        key("offset", Numbers, "Bytes from its start to fields: { price = 8 }."),
    ],
);

pub(crate) const FIELD: TableKind = TableKind {
    what: "a field",
    keys: &[
        required("name", Name, "Its name."),
        required("type", Type, "Its type."),
        key("unit", Text, "Its unit, such as ns or 1e-8 USD."),
        key("align", ALIGN, "Its alignment in bytes, a power of two, if more than its type needs."),
        DOC,
        LINTS,
        SINCE,
        key("default", Default, "What a new value has in it; the form is that of the type."),
        RANGED,
        DEPRECATED,
    ],
    rules: &[],
    instead: Some(("reserved", &RESERVED)),
};

pub(crate) const UNION: TableKind = table(
    "a union",
    &[
        required("tag", Bits { signed: false }, "The unsigned integer type of its tag."),
        required("variant", List(&VARIANT), "Its variants; any other tag is a value too."),
        DOC,
        LINTS,
        DEPRECATED,
    ],
);

pub(crate) const VARIANT: TableKind = table(
    "a variant",
    &[
        required("name", Name, "Its name."),
        required("number", Integer(0, u64::MAX as i128), "The tag that says it is there."),
        key("type", Type, "What it holds; nothing if it is left out."),
        RANGED,
        DOC,
        LINTS,
        SINCE,
        DEPRECATED,
    ],
);

pub(crate) const RESERVED: TableKind = table(
    "reserved bytes",
    &[
        required("reserved", Integer(1, 1 << 30), "So many bytes, always zero."),
        key("was", Names, "The fields that lay there in earlier versions."),
        DOC,
    ],
);

pub(crate) const SEGMENT: TableKind = TableKind {
    what: "a segment",
    keys: &[
        key(
            "backend",
            Choice(&["posix", "sysv", "memfd"]),
            "What kind of shared memory; posix by default.",
        ),
        key("name", Text, "The name of a POSIX segment; /SCHEMA.SEGMENT by default."),
        key(
            "key",
            Integer(i32::MIN as i128, u32::MAX as i128),
            "The key of a System V segment: any 32 bits but 0, also as a negative number.",
        ),
        key(
            "id_file",
            Text,
            "Instead of a key: the path of the file that holds a private System V segment's id.",
        ),
        key("mode", Permissions, "Its permissions, octal: exactly these; 0o600 by default."),
        key("participants", Integer(1, 4096), "How many programs can attach; 64 by default."),
        required("object", List(&OBJECT), "Its objects, in the order in which they lie."),
        DOC,
        LINTS,
        key("owner", Account, "The user it is given to on create, and who is trusted on attach."),
        key("group", Account, "The group it is given to on create."),
        key(
            "pages",
            Choice(&["2M", "1G"]),
            "The huge pages that it asks for; its size is a multiple of them. Ordinary ones where there \
             are none, and by default.",
        ),
    ],
    rules: &[
        Rule {
            of: "backend",
            choice: "posix",
            by_default: true,
            needs: &[],
            excludes: &["key", "id_file"],
        },
        Rule {
            of: "backend",
            choice: "sysv",
            by_default: false,
            needs: &["key|id_file"],
            excludes: &["name"],
        },
        Rule {
            of: "backend",
            choice: "memfd",
            by_default: false,
            needs: &[],
            excludes: &["name", "key", "id_file"],
        },
    ],
    instead: None,
};
