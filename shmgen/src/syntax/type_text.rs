//! The text of a type, taken apart with the place of each part:
//! `Level[<=LEVELS]`, `f32[4][8]`, `str[16]`, `u8[DEPTH * 2]`, `u64?`.

use super::Expression;
use super::foreign::advice_on_type;
use super::walk::{Context, Table, parse_integer};
use crate::diagnostics::{Code, Span, Spanned};

/// A type as it is written.
#[derive(Clone, Debug)]
pub struct TypeText {
    /// The name before the first bracket.
    pub name: Spanned<String>,
    /// What stands behind it; applied from left to right.
    pub suffixes: Vec<Suffix>,
    /// The whole text without its quotes.
    pub span: Span,
}

/// What makes another type of a type.
#[derive(Clone, Debug)]
pub enum Suffix {
    /// `[N]`: an array. Those that follow one another are rows first, as in C.
    Array(Spanned<Length>),
    /// `[<=N]`: a list of up to N.
    List(Spanned<Length>),
    /// `?`: one or none. Its place.
    Optional(Span),
}

/// What stands between brackets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Length {
    /// A number.
    Number(i128),
    /// The name of a constant.
    Constant(String),
    /// A number that is computed from constants.
    Computed(Expression),
}

impl TypeText {
    /// Takes a type apart. `text` is a TOML string at `text.span`, quotes
    /// included.
    pub(crate) fn parse(context: &mut Context<'_>, text: &Spanned<String>) -> Option<Self> {
        let written = context.source.text().get(text.span.clone()).unwrap_or("");
        // Places inside the string are exact unless it has escapes.
        let start = written.find(text.value.as_str()).map(|i| text.span.start + i);
        let mut parser = Parser {
            text: &text.value,
            at: 0,
            place: |range: Span| match start {
                Some(start) => start + range.start..start + range.end,
                None => text.span.clone(),
            },
        };
        match parser.parse() {
            Ok(parsed) => Some(parsed),
            Err(Fault { code, at, message, help }) => {
                let help = advice_on_type(&text.value).or(help);
                let span = (parser.place)(at);
                let error = context.error(code, span, message);
                if let Some(help) = help {
                    error.help(help);
                }
                None
            }
        }
    }
}

/// The type that a table names under a key.
pub(super) fn type_text(
    context: &mut Context<'_>,
    table: &Table<'_, '_>,
    key: &str,
) -> Option<TypeText> {
    let text = table.text(context, key)?;
    TypeText::parse(context, &text)
}

struct Parser<'t, P: Fn(Span) -> Span> {
    text: &'t str,
    at: usize,
    place: P,
}

struct Fault {
    code: Code,
    at: Span,
    message: String,
    help: Option<String>,
}

impl<P: Fn(Span) -> Span> Parser<'_, P> {
    fn parse(&mut self) -> Result<TypeText, Fault> {
        self.skip_space();
        let name = self.word(|c| c.is_alphanumeric() || c == '_' || c == '.');
        if name.value.is_empty() {
            return Err(self.malformed("a type begins with a name"));
        }
        let mut suffixes = Vec::new();
        loop {
            self.skip_space();
            match self.text[self.at..].chars().next() {
                None => break,
                Some('[') => suffixes.push(self.brackets()?),
                Some('?') => {
                    suffixes.push(Suffix::Optional((self.place)(self.at..self.at + 1)));
                    self.at += 1;
                }
                Some(c) => {
                    let mut fault = self.malformed("behind a type come `[N]`, `[<=N]` or `?`");
                    if c == '<' {
                        let help = "a list of up to 8 is written u8[<=8], an optional u8?";
                        fault.help = Some(help.to_owned());
                    }
                    return Err(fault);
                }
            }
        }
        let end = self.text.trim_end().len();
        let begin = self.text.len() - self.text.trim_start().len();
        Ok(TypeText { name, suffixes, span: (self.place)(begin..end) })
    }

    fn brackets(&mut self) -> Result<Suffix, Fault> {
        self.at += 1; // the bracket
        self.skip_space();
        let is_list = self.text[self.at..].starts_with("<=");
        if is_list {
            self.at += 2;
            self.skip_space();
        }
        if self.text[self.at..].starts_with(['<', '>', '=']) {
            let mut fault = self.malformed("only `<=` can stand before a length");
            fault.help = Some("a list of up to 8 is written u8[<=8], an array of 8 u8[8]".into());
            return Err(fault);
        }
        if let Some(length) = self.computed()? {
            return Ok(if is_list { Suffix::List(length) } else { Suffix::Array(length) });
        }
        let length = self.word(|c| c.is_alphanumeric() || matches!(c, '_' | '+' | '-' | '.'));
        if length.value.is_empty() {
            return Err(self.malformed("a length is missing: a number or the name of a constant"));
        }
        self.skip_space();
        if !self.text[self.at..].starts_with(']') {
            return Err(self.malformed("the bracket is not closed"));
        }
        self.at += 1;
        let parsed = match parse_integer(&length.value) {
            Some(number) => Length::Number(number),
            None if length.value.starts_with(|c: char| c.is_alphabetic() || c == '_') => {
                Length::Constant(length.value)
            }
            None => {
                return Err(Fault {
                    code: Code::E031,
                    at: 0..self.text.len(),
                    message: format!("`{}` is no length", length.value),
                    help: None,
                });
            }
        };
        let length = Spanned::new(parsed, length.span);
        Ok(if is_list { Suffix::List(length) } else { Suffix::Array(length) })
    }

    /// An expression up to the closing bracket, and past it.
    fn computed(&mut self) -> Result<Option<Spanned<Length>>, Fault> {
        let begin = self.at;
        let Some((text, _)) = self.text[begin..].split_once(']') else { return Ok(None) };
        if parse_integer(text.trim()).is_some() || !Expression::is_meant(text) {
            return Ok(None);
        }
        let inside = |part: Span| begin + part.start..begin + part.end;
        let mut expression = Expression::of(text, inside).map_err(|(at, message)| Fault {
            code: Code::E046,
            at,
            message,
            help: Some(Expression::HELP.to_owned()),
        })?;
        for step in &mut expression.steps {
            step.span = (self.place)(step.span.clone());
        }
        let span = (self.place)(inside(0..text.trim_end().len()));
        self.at += text.len() + 1;
        Ok(Some(Spanned::new(Length::Computed(expression), span)))
    }

    fn word(&mut self, belongs: impl Fn(char) -> bool) -> Spanned<String> {
        let rest = &self.text[self.at..];
        let len = rest.find(|c| !belongs(c)).unwrap_or(rest.len());
        let span = (self.place)(self.at..self.at + len);
        self.at += len;
        Spanned::new(rest[..len].to_owned(), span)
    }

    fn skip_space(&mut self) {
        let rest = &self.text[self.at..];
        self.at += rest.len() - rest.trim_start().len();
    }

    fn malformed(&self, message: &str) -> Fault {
        let rest = &self.text[self.at..];
        let len = rest.chars().next().map_or(0, char::len_utf8);
        Fault {
            code: Code::E031,
            at: self.at..self.at + len,
            message: message.to_owned(),
            help: Some(
                "a type is written like u64, f32[4][8], str[16], Level[<=LEVELS] or u64?".into(),
            ),
        }
    }
}
