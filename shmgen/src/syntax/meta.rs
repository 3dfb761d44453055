//! What may be said about any declaration: its documentation, the version that
//! brought it, what to use instead, and the lints that are allowed in it.

use super::Meta;
use super::keys::LINT;
use super::walk::{Context, Node, Table};
use crate::diagnostics::{Code, Spanned, nearest};

/// `2.1`
pub(super) fn version(text: &str) -> Option<(u32, u32)> {
    let number = |part: &str| {
        let digits = !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
        if digits { part.parse::<u32>().ok().filter(|n| *n < 1_000_000) } else { None }
    };
    let (major, minor) = text.split_once('.')?;
    Some((number(major)?, number(minor)?))
}

/// Whether a character controls a terminal, or turns the direction of writing.
pub(crate) fn is_invisible(c: char) -> bool {
    c.is_control() || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

impl Context<'_> {
    /// The text. What is wrong in it is reported and left out, so that what needs the
    /// text has no complaint of its own.
    pub(super) fn without(
        &mut self,
        key: &str,
        wrong: Option<char>,
        text: Spanned<String>,
    ) -> Spanned<String> {
        let Some(c) = wrong else { return text };
        let (what, why) = match c {
            '\r' => ("a carriage return".to_owned(), "lines end in `\\n`"),
            '\t' => ("a tab".to_owned(), "write a space"),
            '\n' => ("a line end".to_owned(), "it is one line"),
            c if c.is_control() => {
                (format!("the control character U+{:04X}", u32::from(c)), "leave it out")
            }
            c => {
                let what = format!("the bidirectional control character U+{:04X}", u32::from(c));
                (what, "leave it out: editors find the direction of text themselves")
            }
        };
        self.error(Code::E014, text.span.clone(), format!("`{key}` has {what} in it")).help(why);
        Spanned::new(text.value.replace(is_invisible, ""), text.span)
    }

    /// The value as the code of a lint.
    fn lint_code(&mut self, node: &Node<'_>) -> Option<Code> {
        let text = self.text(node, "allow")?;
        let lints = || Code::ALL.iter().copied().filter(|code| code.is_lint());
        let found = lints().find(|code| code.name() == text.value);
        if found.is_none() {
            let near = nearest(&text.value, lints().map(Code::name));
            let message = format!("`{}` is not the code of a lint", text.value);
            let error = self.error(Code::E013, text.span, message);
            match near {
                Some(near) => error.label(format!("did you mean `{near}`?")),
                None => error.help("`shmgen explain` lists them; errors cannot be allowed"),
            };
        }
        found
    }
}

impl Table<'_, '_> {
    /// All of it. A table that takes no `since` has none.
    pub(super) fn meta(&self, context: &mut Context<'_>) -> Meta {
        let (doc, lint) = (self.doc(context), self.lint(context));
        let deprecated = self.deprecated(context);
        let since = if self.takes("since") { self.since(context) } else { None };
        Meta { doc, since, deprecated, lint }
    }

    /// `since`; the resolver compares it with the schema's version.
    fn since(&self, context: &mut Context<'_>) -> Option<Spanned<(u32, u32)>> {
        let text = self.text(context, "since")?;
        let version = version(&text.value);
        if version.is_none() {
            context
                .error(Code::E013, text.span.clone(), format!("`{}` is no version", text.value))
                .help("`since` is the version that brought it, such as \"2.1\"");
        }
        Some(Spanned::new(version?, text.span))
    }

    /// Lints that are allowed here: `{ allow = [..], reason = ".." }`.
    pub(super) fn lint(&self, context: &mut Context<'_>) -> Vec<Code> {
        let Some(node) = self.get("lint") else { return Vec::new() };
        let Some(table) = context.table(node, "lint") else { return Vec::new() };
        let table = Table::new(context, table, &LINT, &node.span());
        if let Some(reason) = table.text(context, "reason")
            && reason.value.trim().is_empty()
        {
            context
                .error(Code::E013, reason.span, "the reason is empty")
                .help("say why it is meant so; whoever reads the schema next will ask");
        }
        let Some(node) = table.get("allow") else { return Vec::new() };
        let Some(list) = node.get_ref().as_array() else {
            context.wrong_kind(node, "allow", "a list of codes: [\"L001\"]");
            return Vec::new();
        };
        list.iter().filter_map(|item| context.lint_code(item)).collect()
    }

    /// Why it is not to be used any more, in one line.
    fn deprecated(&self, context: &mut Context<'_>) -> Option<String> {
        let text = self.text(context, "deprecated")?;
        // White space of any kind becomes one space.
        let wrong = text.value.chars().find(|&c| !c.is_whitespace() && is_invisible(c));
        let text = context.without("deprecated", wrong, text);
        let line = text.value.split_whitespace().collect::<Vec<_>>().join(" ");
        if line.is_empty() {
            context
                .error(Code::E013, text.span, "the text is empty")
                .help("say what to use instead; whoever gets the warning will ask");
            return None;
        }
        Some(line)
    }

    /// Documentation, without the white space around it.
    pub(super) fn doc(&self, context: &mut Context<'_>) -> String {
        self.words(context, "doc").map(|t| t.value.trim().to_owned()).unwrap_or_default()
    }

    /// Text for people, in lines.
    fn words(&self, context: &mut Context<'_>, key: &str) -> Option<Spanned<String>> {
        let text = self.text(context, key)?;
        // A line may end as Windows ends it.
        let shown = text.value.replace("\r\n", "\n");
        let wrong = shown.chars().find(|&c| !matches!(c, '\n' | '\t') && is_invisible(c));
        Some(context.without(key, wrong, text))
    }

    /// Text in one line.
    pub(super) fn line(&self, context: &mut Context<'_>, key: &str) -> Option<Spanned<String>> {
        let text = self.text(context, key)?;
        let wrong = text.value.chars().find(|&c| is_invisible(c));
        Some(context.without(key, wrong, text))
    }
}
