//! The keys of each table of a schema, in one place: what the parser accepts,
//! and what `shmgen schema` tells editors. Those of the kinds of object are in
//! the rooms of the kinds.

mod objects;
pub(super) mod shape;

pub(crate) use objects::OBJECT;
pub(crate) use shape::{
    ALIGN, DOC, Key, LINT, LINTS, Rule, Shape, TableKind, key, required, table,
};

use Shape::{
    Account, Bits, Choice, Constant, Default, Dotted, Edition, Integer, List, Name, Named, Names,
    Number, Numbers, Permissions, Scalar, Table, Text, Texts, Type, Version,
};

const ANY: Shape = Integer(i64::MIN as i128, u64::MAX as i128);
const SINCE: Key = key("since", Version, "The version of the schema that brought it.");
const DEPRECATED: Key =
    key("deprecated", Text, "Why it is not to be used any more: \"use x instead\".");
const RANGED: Key = key("range", Table(&RANGE), "The numbers it may hold: { min = 1, max = 10 }.");

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
        required("reserved", Integer(1, 1 << 30), "A number of bytes, always zero."),
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
        Rule { of: "backend", choice: "posix", by_default: true, needs: &[], takes: &["name"] },
        Rule {
            of: "backend",
            choice: "sysv",
            by_default: false,
            needs: &["key|id_file"],
            takes: &[],
        },
        Rule { of: "backend", choice: "memfd", by_default: false, needs: &[], takes: &[] },
    ],
    instead: None,
};
