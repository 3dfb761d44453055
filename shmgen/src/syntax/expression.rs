//! The text of a whole number that is computed: `LEVELS * 2 + 1`. Here it is
//! taken apart, with the place of each part; what it comes to is the model's
//! business.
//!
//! Operators are those of C with its precedence: unary `-`, then `* / %`,
//! `+ -`, `<< >>`, `&`, `|`. An expression is kept in the order in which it is
//! computed, operands before operators, so that neither reading nor computing
//! recurses, however deep its parentheses are.

use super::walk::{Context, parse_integer};
use super::{Number, ValueText};
use crate::diagnostics::{Code, Span, Spanned};

/// An expression that is well formed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Expression {
    /// Operands before their operators. Never empty; computed on a stack, it
    /// leaves one number.
    pub steps: Vec<Spanned<Step>>,
}

/// A part of an expression.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// A number.
    Number(i128),
    /// The name of a constant.
    Constant(String),
    /// The number before it, negated.
    Negate,
    /// The two numbers before it, taken together.
    Binary(Operator),
}

/// What takes two numbers together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operator {
    /// `+`
    Add,
    /// `-`
    Subtract,
    /// `*`
    Multiply,
    /// `/`, towards zero
    Divide,
    /// `%`, with the sign of the first number
    Remainder,
    /// `<<`
    ShiftLeft,
    /// `>>`, which keeps the sign
    ShiftRight,
    /// `&`
    And,
    /// `|`
    Or,
}

impl Operator {
    const ALL: [(&'static str, Self); 9] = [
        ("<<", Self::ShiftLeft),
        (">>", Self::ShiftRight),
        ("+", Self::Add),
        ("-", Self::Subtract),
        ("*", Self::Multiply),
        ("/", Self::Divide),
        ("%", Self::Remainder),
        ("&", Self::And),
        ("|", Self::Or),
    ];

    /// What binds more tightly is greater.
    fn precedence(self) -> u8 {
        match self {
            Self::Or => 0,
            Self::And => 1,
            Self::ShiftLeft | Self::ShiftRight => 2,
            Self::Add | Self::Subtract => 3,
            Self::Multiply | Self::Divide | Self::Remainder => 4,
        }
    }
}

impl Expression {
    /// Takes an expression apart. `text` is a TOML string at `text.span`,
    /// quotes included.
    pub(crate) fn parse(context: &mut Context<'_>, text: &Spanned<String>) -> Option<Self> {
        match Self::of(&text.value, context.inside(text)) {
            Ok(expression) => Some(expression),
            Err((at, message)) => {
                context.error(Code::E046, at, message).help(Self::HELP);
                None
            }
        }
    }

    /// What may stand in one.
    pub(super) const HELP: &str = "an expression has whole numbers, names of constants, \
                                   + - * / % << >> & | and parentheses";

    /// Takes text apart of which `place` tells where a part stands; what is
    /// wrong with it, and where.
    pub(super) fn of(text: &str, place: impl Fn(Span) -> Span) -> Result<Self, (Span, String)> {
        let mut parser = Parser { text, at: 0, steps: Vec::new(), open: Vec::new() };
        parser.parse().map_err(|Fault { at, message }| (place(at), message))?;
        let steps = parser.steps.into_iter();
        Ok(Self { steps: steps.map(|s| Spanned::new(s.value, place(s.span))).collect() })
    }

    /// Whether text has anything of one that is neither a name nor a number.
    pub(super) fn is_meant(text: &str) -> bool {
        text.contains(['+', '-', '*', '/', '%', '<', '>', '&', '|', '(', ')'])
    }

    /// The name of the constant, if it is nothing else.
    pub fn name(&self) -> Option<&str> {
        match self.steps.as_slice() {
            [Spanned { value: Step::Constant(name), .. }] => Some(name),
            _ => None,
        }
    }

    /// The names of constants in it.
    pub fn names(&self) -> impl Iterator<Item = Spanned<&str>> {
        self.steps.iter().filter_map(|step| match &step.value {
            Step::Constant(name) => Some(Spanned::new(name.as_str(), step.span.clone())),
            _ => None,
        })
    }
}

impl ValueText {
    /// A whole number as text, or an expression.
    pub(crate) fn of_text(
        context: &mut Context<'_>,
        text: &Spanned<String>,
        key: &str,
    ) -> Option<Self> {
        if parse_integer(&text.value).is_none() {
            return Expression::parse(context, text).map(Self::Expression);
        }
        let number = context.in_64_bits(parse_integer(&text.value), &text.span, key);
        number.map(|number| Self::Number(Number::Integer(number)))
    }
}

/// What waits for its right side, or for its closing.
enum Open {
    Parenthesis,
    Negate,
    Binary(Operator),
}

struct Fault {
    at: Span,
    message: String,
}

/// Dijkstra's shunting yard: operands go straight to `steps`, operators wait in
/// `open` until what binds less tightly comes.
struct Parser<'t> {
    text: &'t str,
    at: usize,
    steps: Vec<Spanned<Step>>,
    open: Vec<Spanned<Open>>,
}

impl Parser<'_> {
    fn parse(&mut self) -> Result<(), Fault> {
        loop {
            self.operand()?;
            loop {
                self.skip_space();
                if !self.rest().starts_with(')') {
                    break;
                }
                self.close()?;
            }
            if self.rest().is_empty() {
                break;
            }
            let operator = self.operator()?;
            self.settle(operator.value.precedence());
            self.open.push(Spanned::new(Open::Binary(operator.value), operator.span));
        }
        self.settle(0);
        match self.open.pop() {
            Some(open) => fault(open.span, "this parenthesis is not closed"),
            None => Ok(()),
        }
    }

    /// A number or a name, with what stands before it.
    fn operand(&mut self) -> Result<(), Fault> {
        loop {
            self.skip_space();
            let start = self.at;
            let Some(first) = self.rest().chars().next() else {
                return fault(start..start, "a number or the name of a constant is missing");
            };
            let open = match first {
                '(' => Open::Parenthesis,
                '-' => Open::Negate,
                c if c.is_ascii_digit() => return self.number(),
                c if c.is_alphabetic() || c == '_' => {
                    let name = self.word(|c| c.is_alphanumeric() || c == '_' || c == '.');
                    self.steps.push(Spanned::new(Step::Constant(name), start..self.at));
                    return Ok(());
                }
                c => {
                    let end = start + c.len_utf8();
                    return fault(
                        start..end,
                        "a number or the name of a constant is expected here",
                    );
                }
            };
            self.at += 1;
            self.open.push(Spanned::new(open, start..self.at));
        }
    }

    fn number(&mut self) -> Result<(), Fault> {
        let start = self.at;
        let digits = self.word(|c| c.is_alphanumeric() || c == '_' || c == '.');
        match parse_integer(&digits) {
            Some(number) => {
                self.steps.push(Spanned::new(Step::Number(number), start..self.at));
                Ok(())
            }
            None => fault(start..self.at, &format!("`{digits}` is no whole number")),
        }
    }

    fn operator(&mut self) -> Result<Spanned<Operator>, Fault> {
        let start = self.at;
        let found = Operator::ALL.into_iter().find(|(text, _)| self.rest().starts_with(text));
        let Some((text, operator)) = found else {
            let len = self.rest().chars().next().map_or(0, char::len_utf8);
            return fault(start..start + len, "an operator is expected here");
        };
        self.at += text.len();
        Ok(Spanned::new(operator, start..self.at))
    }

    /// Closes the innermost parenthesis.
    fn close(&mut self) -> Result<(), Fault> {
        self.settle(0);
        let start = self.at;
        self.at += 1;
        match self.open.pop() {
            Some(_) => Ok(()),
            None => fault(start..self.at, "no parenthesis is open here"),
        }
    }

    /// Ends the operators that bind at least so tightly, up to a parenthesis.
    fn settle(&mut self, precedence: u8) {
        while let Some(open) = self.open.pop() {
            let step = match open.value {
                Open::Negate => Step::Negate,
                Open::Binary(operator) if operator.precedence() >= precedence => {
                    Step::Binary(operator)
                }
                Open::Binary(_) | Open::Parenthesis => {
                    self.open.push(open);
                    return;
                }
            };
            self.steps.push(Spanned::new(step, open.span));
        }
    }

    fn rest(&self) -> &str {
        &self.text[self.at..]
    }

    fn skip_space(&mut self) {
        self.at += self.rest().len() - self.rest().trim_start().len();
    }

    fn word(&mut self, belongs: impl Fn(char) -> bool) -> String {
        let len = self.rest().find(|c| !belongs(c)).unwrap_or(self.rest().len());
        let word = self.rest()[..len].to_owned();
        self.at += len;
        word
    }
}

fn fault<T>(at: Span, message: &str) -> Result<T, Fault> {
    Err(Fault { at, message: message.to_owned() })
}
