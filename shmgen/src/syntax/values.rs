//! Values of keys that can be written in more than one way: numbers and
//! expressions, ranges, defaults, accounts.

use super::keys::RANGE;
use super::walk::{Context, Node, Table};
use super::{Account, DefaultText, Number, RangeText, ValueText};
use crate::diagnostics::{Code, Spanned};
use toml::de::DeValue;

/// A number, `true`, `false`, or text: a whole number too large for TOML, or an
/// expression.
pub(super) fn value(
    context: &mut Context<'_>,
    node: &Node<'_>,
    key: &str,
) -> Option<Spanned<ValueText>> {
    if let DeValue::String(text) = node.get_ref() {
        let text = Spanned::new(text.to_string(), node.span());
        let value = ValueText::of_text(context, &text, key)?;
        return Some(Spanned::new(value, text.span));
    }
    let expected = match key {
        "value" => "a number, true or false, or an expression as text",
        _ => "a number, or an expression as text",
    };
    let value = ValueText::Number(number(context, node, key, expected)?);
    Some(Spanned::new(value, node.span()))
}

/// A number, `true` or `false`; what is `expected` instead of anything else.
fn number(context: &mut Context<'_>, node: &Node<'_>, key: &str, expected: &str) -> Option<Number> {
    match node.get_ref() {
        DeValue::Boolean(b) => Some(Number::Bool(*b)),
        DeValue::Integer(_) => Some(Number::Integer(context.integer(node, key)?.value)),
        DeValue::Float(f) => {
            let number = f.as_str().replace('_', "").parse().ok();
            if number.is_none() {
                context.error(Code::E013, node.span(), "this is no number");
            }
            number.map(Number::Float)
        }
        _ => {
            context.wrong_kind(node, key, expected);
            None
        }
    }
}

pub(super) fn range(context: &mut Context<'_>, table: &Table<'_, '_>) -> Option<RangeText> {
    let node = table.get("range")?;
    let (before, span) = (context.diagnostics.len(), node.span());
    let Some(table) = node.get_ref().as_table() else {
        context.wrong_kind(node, "range", "a table: { min = 1, max = 10 }");
        return None;
    };
    let table = Table::new(context, table, &RANGE, &span);
    let mut end = |key| table.get(key).and_then(|node| value(context, node, key));
    let (min, max) = (end("min"), end("max"));
    // What is wrong was reported; without it this is another range.
    let is_whole = context.diagnostics.len() == before;
    is_whole.then_some(RangeText { min, max, span })
}

pub(super) fn default(context: &mut Context<'_>, node: &Node<'_>) -> Option<Spanned<DefaultText>> {
    let expected = "a number, true or false, text, or a list of flags";
    let value = match node.get_ref() {
        DeValue::String(text) => DefaultText::Text(text.to_string()),
        DeValue::Array(list) => {
            let names = list.iter().filter_map(|item| context.text(item, "default"));
            DefaultText::Names(names.collect())
        }
        _ => DefaultText::Number(number(context, node, "default", expected)?),
    };
    Some(Spanned::new(value, node.span()))
}

/// A user or a group: a number or a name.
pub(super) fn account(
    context: &mut Context<'_>,
    table: &Table<'_, '_>,
    key: &str,
) -> Option<Spanned<Account>> {
    let node = table.get(key)?;
    let account = match node.get_ref() {
        DeValue::Integer(_) => Account::Number(context.integer(node, key)?.value),
        DeValue::String(_) => Account::Name(table.line(context, key)?.value),
        _ => {
            let message = format!("`{key}` is a number or a name");
            context.error(Code::E011, node.span(), message);
            return None;
        }
    };
    Some(Spanned::new(account, node.span()))
}
