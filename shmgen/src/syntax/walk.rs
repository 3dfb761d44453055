//! Walking the spanned TOML tree: tables whose keys are checked against their
//! kind, and values that must be of one kind.

use super::foreign::advice_on_key;
use super::keys::TableKind;
use crate::diagnostics::{Code, Diagnostics, Source, Span, Spanned, nearest};
use std::sync::Arc;
use toml::de::{DeTable, DeValue};

/// A TOML value with its place, as the toml crate gives it.
pub(crate) type Node<'a> = toml::Spanned<DeValue<'a>>;

/// What stands for a number that is not known: most keys take it.
pub(super) const UNKNOWN: i128 = 64;

/// Where complaints go.
pub(crate) struct Context<'d> {
    pub(crate) source: Arc<Source>,
    pub(crate) diagnostics: &'d mut Diagnostics,
    /// Texts that stand in the places of numbers.
    pub(super) computed: Vec<Spanned<String>>,
}

impl<'d> Context<'d> {
    pub(crate) fn new(source: Arc<Source>, diagnostics: &'d mut Diagnostics) -> Self {
        Self { source, diagnostics, computed: Vec::new() }
    }
}

impl Context<'_> {
    pub(crate) fn error(
        &mut self,
        code: Code,
        span: Span,
        message: impl Into<String>,
    ) -> &mut crate::diagnostics::Diagnostic {
        self.diagnostics.error(code, &self.source, span, message)
    }

    /// Places inside a TOML string, whose span includes the quotes. They are
    /// exact unless the string has escapes; then they are all of it.
    pub(crate) fn inside(&self, text: &Spanned<String>) -> impl Fn(Span) -> Span + use<> {
        let written = self.source.text().get(text.span.clone()).unwrap_or("");
        let start = written.find(text.value.as_str()).map(|at| text.span.start + at);
        let whole = text.span.clone();
        move |part| match start {
            Some(start) => start + part.start..start + part.end,
            None => whole.clone(),
        }
    }

    pub(super) fn wrong_kind(
        &mut self,
        node: &Node<'_>,
        key: &str,
        expected: &str,
    ) -> &mut crate::diagnostics::Diagnostic {
        let found = node.get_ref().type_str();
        self.error(Code::E011, node.span(), format!("`{key}` is {expected}"))
            .label(format!("this is {}", with_article(found)))
    }

    /// The value as a table.
    pub(crate) fn table<'t, 'a>(
        &mut self,
        node: &'t Node<'a>,
        key: &str,
    ) -> Option<&'t DeTable<'a>> {
        let table = node.get_ref().as_table();
        if table.is_none() {
            self.wrong_kind(node, key, "a table");
        }
        table
    }

    /// The value as a list of tables, each with its place.
    pub(crate) fn tables<'t, 'a>(
        &mut self,
        node: &'t Node<'a>,
        key: &str,
    ) -> Vec<(&'t DeTable<'a>, Span)> {
        let Some(array) = node.get_ref().as_array() else {
            self.wrong_kind(node, key, "a list of tables: [ { .. }, { .. } ]");
            return Vec::new();
        };
        // Where one is none, the others are none of them either.
        let mut told = false;
        let mut tables = Vec::new();
        for item in array {
            match item.get_ref().as_table() {
                Some(table) => tables.push((table, item.span())),
                None if told => {}
                None => {
                    told = true;
                    self.no_table_in_list(item, key);
                }
            }
        }
        tables
    }

    /// An element of a list of tables that is none.
    fn no_table_in_list(&mut self, item: &Node<'_>, key: &str) {
        let name = |otherwise| item.get_ref().as_str().unwrap_or(otherwise);
        self.wrong_kind(item, key, "a list of tables").help(match key {
            "value" | "variant" => format!("write {{ name = \"{}\", number = 0 }}", name("NAME")),
            "bit" => format!("write {{ name = \"{}\", bit = 0 }}", name("NAME")),
            "field" => format!("write {{ name = \"{}\", type = \"u32\" }}", name("name")),
            _ => "write { name = \"..\", .. } for each".to_owned(),
        });
    }

    /// The value as text.
    pub(crate) fn text(&mut self, node: &Node<'_>, key: &str) -> Option<Spanned<String>> {
        match node.get_ref() {
            DeValue::String(text) => Some(Spanned::new(text.to_string(), node.span())),
            _ => {
                self.wrong_kind(node, key, "text");
                None
            }
        }
    }

    /// The value as `true` or `false`.
    pub(crate) fn flag(&mut self, node: &Node<'_>, key: &str) -> Option<bool> {
        match node.get_ref() {
            DeValue::Boolean(flag) => Some(*flag),
            _ => {
                self.wrong_kind(node, key, "true or false");
                None
            }
        }
    }

    /// The value as a whole number. What TOML cannot write as a number may
    /// stand as text: "`0xFFFF_FFFF_FFFF_FFFF`".
    pub(crate) fn integer(&mut self, node: &Node<'_>, key: &str) -> Option<Spanned<i128>> {
        let number = match node.get_ref() {
            DeValue::Integer(n) => i128::from_str_radix(n.as_str(), n.radix()).ok(),
            DeValue::String(text) => parse_integer(text),
            _ => {
                self.wrong_kind(node, key, "a whole number");
                return None;
            }
        };
        let number = self.in_64_bits(number, &node.span(), key)?;
        Some(Spanned::new(number, node.span()))
    }

    /// The same, or text that is to be computed: then a number in its place, until
    /// constants are known.
    pub(crate) fn number(&mut self, node: &Node<'_>, key: &str) -> Option<Spanned<i128>> {
        match node.get_ref() {
            DeValue::String(text) if parse_integer(text).is_none() => {
                self.computed.push(Spanned::new(text.to_string(), node.span()));
                Some(Spanned::new(UNKNOWN, node.span()))
            }
            _ => self.integer(node, key),
        }
    }

    /// A number, if it has no more than 64 bits.
    pub(super) fn in_64_bits(
        &mut self,
        number: Option<i128>,
        span: &Span,
        key: &str,
    ) -> Option<i128> {
        // Whatever TOML or an editor can hold fits; so these are nonsense.
        let number = number.filter(|n| (i128::from(i64::MIN)..=i128::from(u64::MAX)).contains(n));
        if number.is_none() {
            let message = format!("`{key}` is a whole number of 64 bits");
            self.error(Code::E013, span.clone(), message).label("this is none");
        }
        number
    }
}

/// A whole number in text, as TOML writes them: decimal, 0x, 0o or 0b, with
/// underscores between digits.
pub(crate) fn parse_integer(text: &str) -> Option<i128> {
    let (negative, digits) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    };
    let (radix, digits) = match digits.get(..2) {
        Some("0x") => (16, &digits[2..]),
        Some("0o") => (8, &digits[2..]),
        Some("0b") => (2, &digits[2..]),
        _ => (10, digits),
    };
    let underscores_stand_between =
        !digits.starts_with('_') && !digits.ends_with('_') && !digits.contains("__");
    let plain: String = digits.chars().filter(|c| *c != '_').collect();
    if !underscores_stand_between || !plain.chars().all(|c| c.is_ascii_alphanumeric()) {
        return None;
    }
    let number = i128::from_str_radix(&plain, radix).ok()?;
    Some(if negative { -number } else { number })
}

fn with_article(kind: &str) -> String {
    match kind {
        "integer" | "array" => format!("an {kind}"),
        "string" => "text".to_owned(),
        _ => format!("a {kind}"),
    }
}

/// A table whose keys were checked against its kind.
pub(crate) struct Table<'t, 'a> {
    table: &'t DeTable<'a>,
    kind: &'static TableKind,
}

impl<'t, 'a> Table<'t, 'a> {
    /// Checks the keys: unknown ones, and required ones that are missing. `span` is where the table begins.
    pub(crate) fn new(
        context: &mut Context<'_>,
        table: &'t DeTable<'a>,
        kind: &'static TableKind,
        span: &Span,
    ) -> Self {
        for key in table.keys() {
            let name = key.get_ref().as_ref();
            if !kind.keys.iter().any(|k| k.name == name) {
                let names = kind.keys.iter().map(|k| k.name);
                let near = nearest(name, names.clone());
                let all: Vec<String> = names.map(|n| format!("`{n}`")).collect();
                let error = context.error(
                    Code::E010,
                    key.span(),
                    format!("{} has no key `{name}`", kind.what),
                );
                let advice = advice_on_key(kind.what, name);
                match (advice, near) {
                    (Some(advice), _) => error.help(advice),
                    (None, Some(near)) => error.label(format!("did you mean `{near}`?")),
                    (None, None) => error.help(format!("its keys are {}", all.join(", "))),
                };
            }
        }
        // A misspelt key is not missing, too.
        let misspelt = |name: &str| {
            let unknown = table.keys().map(|key| key.get_ref().as_ref());
            let mut unknown = unknown.filter(|n| !kind.keys.iter().any(|k| k.name == *n));
            unknown.any(|n| nearest(n, kind.keys.iter().map(|k| k.name)) == Some(name))
        };
        for key in kind.keys.iter().filter(|k| k.required && table.get(k.name).is_none()) {
            if misspelt(key.name) {
                continue;
            }
            context
                .error(
                    Code::E012,
                    head(&context.source, span),
                    format!("{} needs a `{}`", kind.what, key.name),
                )
                .label(format!("`{}` is missing here", key.name));
        }
        Self { table, kind }
    }

    pub(crate) fn get(&self, key: &str) -> Option<&'t Node<'a>> {
        self.table.get(key)
    }

    /// Whether tables of its kind may have a key.
    pub(crate) fn takes(&self, key: &str) -> bool {
        self.kind.keys.iter().any(|k| k.name == key)
    }

    /// Where a key itself stands.
    pub(crate) fn key_span(&self, key: &str) -> Option<Span> {
        self.table.keys().find(|k| k.get_ref() == key).map(toml::Spanned::span)
    }

    /// The entries of a table of named things, in the order of the file.
    /// The names of those that are no tables, which is reported, go to `left_out`.
    pub(crate) fn named(
        &self,
        context: &mut Context<'_>,
        key: &str,
        left_out: &mut Vec<Spanned<String>>,
    ) -> Vec<Named<'t, 'a>> {
        let Some(node) = self.get(key) else { return Vec::new() };
        let Some(table) = node.get_ref().as_table() else {
            context.wrong_kind(node, key, "a table of tables").help(format!("write [{key}.NAME]"));
            // `[[struct]]` with a name in each: they are not unknown as well.
            for item in node.get_ref().as_array().into_iter().flatten() {
                let name = item.get_ref().as_table().and_then(|table| table.get("name"));
                left_out.extend(name.and_then(|name| {
                    Some(Spanned::new(name.get_ref().as_str()?.to_owned(), name.span()))
                }));
            }
            return Vec::new();
        };
        let mut entries = Vec::new();
        for (name, node) in table {
            let spanned = Spanned::new(name.get_ref().to_string(), name.span());
            if let Some(table) = node.get_ref().as_table() {
                entries.push(Named { name: spanned, table, span: name.span() });
                continue;
            }
            let what = format!("{key}.{}", name.get_ref());
            let how = if node.get_ref().is_array() {
                "with single brackets, once"
            } else {
                "and its keys below"
            };
            context.wrong_kind(node, &what, "a table").help(format!("write [{what}] {how}"));
            left_out.push(spanned);
        }
        entries.sort_by_key(|e| e.name.span.start);
        entries
    }

    pub(crate) fn text(&self, context: &mut Context<'_>, key: &str) -> Option<Spanned<String>> {
        self.get(key).and_then(|node| context.text(node, key))
    }

    /// A whole number, or an expression that comes to one.
    pub(crate) fn number(&self, context: &mut Context<'_>, key: &str) -> Option<Spanned<i128>> {
        self.get(key).and_then(|node| context.number(node, key))
    }

    /// A whole number that is written as one.
    pub(crate) fn integer(&self, context: &mut Context<'_>, key: &str) -> Option<Spanned<i128>> {
        self.get(key).and_then(|node| context.integer(node, key))
    }

    /// A list of texts; empty if the key is not there.
    pub(crate) fn texts(&self, context: &mut Context<'_>, key: &str) -> Vec<Spanned<String>> {
        let Some(node) = self.get(key) else { return Vec::new() };
        let Some(list) = node.get_ref().as_array() else {
            context.wrong_kind(node, key, "a list of texts: [\"..\"]");
            return Vec::new();
        };
        list.iter().filter_map(|item| context.text(item, key)).collect()
    }
}

/// A named entry such as `[struct.Book]`.
pub(crate) struct Named<'t, 'a> {
    pub(crate) name: Spanned<String>,
    pub(crate) table: &'t DeTable<'a>,
    /// Where to point at when something is missing.
    pub(crate) span: Span,
}

/// The first line of a span, so that a missing key does not underline a page.
fn head(source: &Arc<Source>, span: &Span) -> Span {
    let text = source.text().get(span.clone()).unwrap_or("");
    let line = text.find('\n').unwrap_or(text.len());
    span.start..span.start + line
}

#[cfg(test)]
#[allow(clippy::pedantic)]
mod tests {
    use super::parse_integer;

    #[test]
    fn numbers_in_text_are_written_as_in_toml() {
        assert_eq!(parse_integer("0xFFFF_FFFF_FFFF_FFFF"), Some(i128::from(u64::MAX)));
        assert_eq!(parse_integer("-12"), Some(-12));
        assert_eq!(parse_integer("0o17"), Some(15));
        for bad in ["", "_1", "1_", "1__0", "0x", "1.5", "abc", "--1", "0x-1"] {
            assert_eq!(parse_integer(bad), None, "{bad}");
        }
    }
}
