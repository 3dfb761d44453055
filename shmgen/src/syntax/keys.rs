//! The keys of each table of a schema, in one place: what the parser accepts.

/// A key of a table.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Key {
    /// Its name.
    pub(crate) name: &'static str,
    /// Whether this version does what it asks for.
    pub(crate) supported: bool,
    /// Whether the table is incomplete without it.
    pub(crate) required: bool,
}

/// A kind of table.
#[derive(Clone, Copy, Debug)]
pub(crate) struct TableKind {
    /// What it is called in messages.
    pub(crate) what: &'static str,
    /// Its keys.
    pub(crate) keys: &'static [Key],
}

const fn key(name: &'static str) -> Key {
    Key { name, supported: true, required: false }
}

const fn required(name: &'static str) -> Key {
    Key { name, supported: true, required: true }
}

/// The language has it, this version does not.
const fn later(name: &'static str) -> Key {
    Key { name, supported: false, required: false }
}

pub(crate) const ROOT: TableKind = TableKind {
    what: "a schema",
    keys: &[
        key("shmgen"),
        required("schema"),
        key("const"),
        key("alias"),
        key("enum"),
        key("flags"),
        key("struct"),
        later("union"),
        key("segment"),
    ],
};

pub(crate) const SCHEMA: TableKind = TableKind {
    what: "[schema]",
    keys: &[required("name"), required("version"), key("doc"), later("imports")],
};

pub(crate) const CONST: TableKind = TableKind {
    what: "a constant",
    keys: &[required("type"), required("value"), key("doc"), later("deprecated")],
};

pub(crate) const ALIAS: TableKind = TableKind {
    what: "an alias",
    keys: &[required("type"), key("unit"), key("doc"), later("deprecated"), later("range")],
};

pub(crate) const ENUM: TableKind = TableKind {
    what: "an enum",
    keys: &[required("repr"), required("value"), key("doc"), later("deprecated")],
};

pub(crate) const VALUE: TableKind = TableKind {
    what: "a value of an enum",
    keys: &[required("name"), required("number"), key("doc"), key("since"), later("deprecated")],
};

pub(crate) const FLAGS: TableKind = TableKind {
    what: "a set of flags",
    keys: &[required("repr"), required("bit"), key("doc"), later("deprecated")],
};

pub(crate) const BIT: TableKind = TableKind {
    what: "a flag",
    keys: &[required("name"), required("bit"), key("doc"), key("since"), later("deprecated")],
};

pub(crate) const STRUCT: TableKind = TableKind {
    what: "a struct",
    keys: &[
        required("field"),
        key("align"),
        key("doc"),
        later("extent"),
        later("assert"),
        later("deprecated"),
    ],
};

pub(crate) const FIELD: TableKind = TableKind {
    what: "a field",
    keys: &[
        required("name"),
        required("type"),
        key("unit"),
        key("align"),
        key("doc"),
        key("since"),
        later("default"),
        later("range"),
        later("deprecated"),
    ],
};

pub(crate) const RESERVED: TableKind =
    TableKind { what: "reserved bytes", keys: &[required("reserved"), key("doc"), later("was")] };

pub(crate) const SEGMENT: TableKind = TableKind {
    what: "a segment",
    keys: &[
        key("backend"),
        key("name"),
        key("key"),
        key("mode"),
        key("participants"),
        required("object"),
        key("doc"),
        later("id_file"),
        later("owner"),
        later("group"),
        later("pages"),
    ],
};

pub(crate) const OBJECT: TableKind = TableKind {
    what: "an object",
    keys: &[
        required("name"),
        required("kind"),
        key("item"),
        key("capacity"),
        key("producers"),
        key("consumers"),
        key("doc"),
        later("type"),
        later("bytes"),
        later("order"),
        later("lanes"),
        later("redeliver"),
        later("counter"),
    ],
};
