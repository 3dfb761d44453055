//! What tables and their keys are made of, and the keys that most tables have.

use Shape::{Integer, Lints, Table, Text};

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
    /// Keys that must be there; `a|b` is one of both, and `a|b+c` the one or the two.
    pub(crate) needs: &'static [&'static str],
    /// Keys that may be there. What other rules need or take must not.
    pub(crate) takes: &'static [&'static str],
}

impl TableKind {
    /// Keys that must not be there with a rule's choice: they go with others.
    pub(crate) fn excluded(&self, rule: &Rule) -> impl Iterator<Item = &'static str> {
        let with_a_choice = |key: &&str| self.rules.iter().any(|rule| rule.has(key));
        self.keys.iter().map(|key| key.name).filter(with_a_choice).filter(|key| !rule.has(key))
    }
}

impl Rule {
    /// Whether a key goes with the choice.
    pub(crate) fn has(&self, key: &str) -> bool {
        let needs = |keys: &&str| keys.split(['|', '+']).any(|k| k == key);
        self.takes.contains(&key) || self.needs.iter().any(needs)
    }
}

pub(crate) const fn table(what: &'static str, keys: &'static [Key]) -> TableKind {
    TableKind { what, keys, rules: &[], instead: None }
}

pub(crate) const fn key(name: &'static str, shape: Shape, doc: &'static str) -> Key {
    Key { name, required: false, shape, doc }
}

pub(crate) const fn required(name: &'static str, shape: Shape, doc: &'static str) -> Key {
    Key { name, required: true, shape, doc }
}

pub(crate) const DOC: Key = key("doc", Text, "Documentation, which goes into the generated code.");
pub(crate) const LINTS: Key =
    key("lint", Table(&LINT), "Lints that are allowed here and inside, and why.");

/// Of an alignment.
pub(crate) const ALIGN: Shape = Integer(1, 4096);

pub(crate) const LINT: TableKind = table(
    "an allowance",
    &[
        required("allow", Lints, "The codes of the lints."),
        required("reason", Text, "Why what they tell of is meant so."),
    ],
);
