//! Constants, and what expressions over them come to.
//!
//! A constant may be computed from others that stand anywhere in the file. They
//! are looked at parts before wholes, without recursion, since a schema may
//! chain as many as it likes.

use super::imports::Imported;
use super::types::{Declared, Names};
use crate::diagnostics::{Code, Diagnostic, Diagnostics, Span, Spanned, nearest};
use crate::model::{Constant, Meta, Value};
use crate::syntax::{self, Expression, Number, Operator, Step, ValueText};
use shm_runtime::contract::Primitive;
use std::collections::BTreeMap;

/// Resolves the constants of a schema, and tells `names` their values, by which
/// lengths and other expressions find them.
pub(super) fn resolve<'s>(
    schema: &'s syntax::Schema,
    names: &mut Names<'s>,
    diagnostics: &mut Diagnostics,
) -> Vec<Constant> {
    let mut found: BTreeMap<&str, Constant> = BTreeMap::new();
    for constant in order(schema, names, diagnostics) {
        let resolved = constant_of(constant, names, diagnostics);
        let name = constant.name.value.as_str();
        names.constants.insert(name, resolved.as_ref().map(|c| c.value));
        found.extend(resolved.map(|c| (name, c)));
    }
    schema.constants.iter().filter_map(|c| found.remove(c.name.value.as_str())).collect()
}

fn constant_of(
    constant: &syntax::Constant,
    names: &Names<'_>,
    diagnostics: &mut Diagnostics,
) -> Option<Constant> {
    let Some(ty) = Primitive::from_name(&constant.ty.value) else {
        let message = format!("`{}` cannot be the type of a constant", constant.ty.value);
        diagnostics
            .error(Code::E044, &names.source, constant.ty.span.clone(), message)
            .help("a constant is a number or a bool: u8 .. u64, i8 .. i64, f32, f64, bool");
        return None;
    };
    let value = names.value(&constant.value, ty, Code::E040, diagnostics)?;
    let name = constant.name.value.clone();
    let syntax::Meta { doc, deprecated, .. } = &constant.meta;
    let meta = Meta { doc: doc.clone(), since: None, deprecated: deprecated.clone() };
    Some(Constant { name, ty, value, meta })
}

/// The constants, each after those that it is computed from. Circles are
/// reported and left out.
fn order<'s>(
    schema: &'s syntax::Schema,
    names: &Names<'s>,
    diagnostics: &mut Diagnostics,
) -> Vec<&'s syntax::Constant> {
    // Of a name that is declared twice, which was reported, only the first.
    let declared = |name: &str| match names.by_name.get(name) {
        Some(Declared::Constant(constant)) => Some(*constant),
        _ => None,
    };
    let parts = |constant: &'s syntax::Constant| {
        let names: Vec<Spanned<&str>> = match &constant.value.value {
            ValueText::Expression(expression) => expression.names().collect(),
            ValueText::Number(_) => Vec::new(),
        };
        names.into_iter()
    };
    let mut order = Vec::with_capacity(schema.constants.len());
    let mut open: BTreeMap<&str, bool> = BTreeMap::new(); // or done
    for start in &schema.constants {
        let name = start.name.value.as_str();
        let Some(start) = declared(name).filter(|_| !open.contains_key(name)) else { continue };
        open.insert(name, true);
        let mut stack = vec![(start, parts(start))];
        while let Some((constant, parts_left)) = stack.last_mut() {
            let constant = *constant;
            let Some(part) = parts_left.next() else {
                open.insert(constant.name.value.as_str(), false);
                order.push(constant);
                stack.pop();
                continue;
            };
            let Some(next) = declared(part.value) else { continue };
            let name = next.name.value.as_str();
            match open.get(name) {
                None => {
                    open.insert(name, true);
                    stack.push((next, parts(next)));
                }
                Some(true) => {
                    let begin = stack.iter().position(|(c, _)| c.name.value == name).unwrap_or(0);
                    let way: Vec<&str> = stack[begin..]
                        .iter()
                        .map(|(c, _)| c.name.value.as_str())
                        .chain([name])
                        .collect();
                    let message = format!("the constant `{name}` is computed from itself");
                    diagnostics
                        .error(Code::E047, &names.source, part.span, message)
                        .label(way.join(" → "));
                }
                Some(false) => {}
            }
        }
    }
    order
}

impl Names<'_> {
    /// The value of a type that is written so. `code` is for one that does not
    /// fit; whatever else is wrong has codes of its own.
    pub(super) fn value(
        &self,
        written: &Spanned<ValueText>,
        ty: Primitive,
        code: Code,
        diagnostics: &mut Diagnostics,
    ) -> Option<Value> {
        let value = match &written.value {
            ValueText::Number(Number::Integer(n)) => Value::Integer(*n),
            ValueText::Number(Number::Float(f)) => Value::Float(*f),
            ValueText::Number(Number::Bool(b)) => Value::Bool(*b),
            ValueText::Expression(expression) => self.computed(expression, ty, diagnostics)?,
        };
        let fitting = fit(value, ty);
        if let Err((message, label)) = &fitting {
            diagnostics
                .error(code, &self.source, written.span.clone(), message.as_str())
                .label(label.as_str());
        }
        fitting.ok()
    }

    /// What an expression of whole numbers comes to.
    pub(super) fn whole(
        &self,
        expression: &Expression,
        diagnostics: &mut Diagnostics,
    ) -> Option<i128> {
        match self.computed(expression, Primitive::I64, diagnostics)? {
            Value::Integer(number) => Some(number),
            Value::Float(_) | Value::Bool(_) => None, // told
        }
    }

    /// What an expression comes to. The bare name of a constant may stand for a
    /// value of any type; what is computed is a whole number.
    fn computed(
        &self,
        expression: &Expression,
        ty: Primitive,
        diagnostics: &mut Diagnostics,
    ) -> Option<Value> {
        let what = match ty {
            Primitive::Bool => "true or false",
            Primitive::F32 | Primitive::F64 => "a number",
            _ => "a whole number",
        };
        let mut constants = BTreeMap::new();
        let mut all_there = true;
        for name in expression.names() {
            let Some(value) = self.constant(name.value, &name.span, diagnostics) else {
                all_there = false;
                continue;
            };
            if expression.name().is_some() {
                let fits = match value {
                    Value::Integer(_) => ty != Primitive::Bool,
                    Value::Float(_) => matches!(ty, Primitive::F32 | Primitive::F64),
                    Value::Bool(_) => ty == Primitive::Bool,
                };
                if !fits {
                    self.not_a_value(&name, what, diagnostics);
                }
                return fits.then_some(value);
            }
            match value {
                Value::Integer(n) => {
                    constants.insert(name.value, n);
                }
                Value::Float(_) | Value::Bool(_) => {
                    self.not_a_value(&name, "a whole number", diagnostics)
                        .help("an expression has whole numbers only");
                    all_there = false;
                }
            }
        }
        if !all_there {
            return None;
        }
        match compute(expression, &constants) {
            Ok(number) => Some(Value::Integer(number)),
            Err((span, message)) => {
                diagnostics.error(Code::E048, &self.source, span, message);
                None
            }
        }
    }

    fn not_a_value<'d>(
        &self,
        name: &Spanned<&str>,
        what: &str,
        diagnostics: &'d mut Diagnostics,
    ) -> &'d mut Diagnostic {
        let message = format!("the constant `{}` is not {what}", name.value);
        let error = diagnostics.error(Code::E048, &self.source, name.span.clone(), message);
        if let Some(Declared::Constant(constant)) = self.by_name.get(name.value) {
            error.related(constant.value.span.clone(), "its value");
        }
        error
    }

    /// The value of a constant; `None`, and reported, if there is none.
    pub(super) fn constant(
        &self,
        name: &str,
        span: &Span,
        diagnostics: &mut Diagnostics,
    ) -> Option<Value> {
        if let Some(Declared::Constant(_) | Declared::LeftOut) = self.by_name.get(name) {
            // What is wrong with it was reported where it stands.
            return self.constants.get(name).copied().flatten();
        }
        let spelt = Spanned::new(name.to_owned(), span.clone());
        if let Some((_, Imported::Constant(value))) =
            self.imports.find(&spelt, &self.source, diagnostics).ok()?
        {
            return Some(*value);
        }
        let constants = self
            .by_name
            .iter()
            .filter(|(_, d)| matches!(d, Declared::Constant(_)))
            .map(|(name, _)| (*name).to_owned());
        let constants: Vec<String> = constants.chain(self.imports.constants()).collect();
        let near = nearest(name, constants.iter().map(String::as_str));
        let message = format!("there is no constant `{name}`");
        let error = diagnostics.error(Code::E032, &self.source, span.clone(), message);
        if let Some(near) = near {
            error.label(format!("did you mean `{near}`?"));
        } else if self.by_name.contains_key(name) {
            error.label("this is a type");
        }
        None
    }
}

/// The value in its type, or what is wrong with it: a sentence, and what to say
/// under it.
fn fit(value: Value, ty: Primitive) -> Result<Value, (String, String)> {
    match (value, ty.integer_range()) {
        (Value::Integer(n), Some((low, high))) if n < low || n > high => {
            Err((format!("{n} does not fit {ty}"), format!("{ty} holds {low} to {high}")))
        }
        (Value::Integer(_), Some(_)) => Ok(value),
        #[allow(clippy::cast_precision_loss)] // as written, in the nearest float
        (Value::Integer(n), None) if ty != Primitive::Bool => fit(Value::Float(n as f64), ty),
        (Value::Float(f), None) if ty != Primitive::Bool => {
            #[allow(clippy::cast_possible_truncation)] // to what the type holds
            let f = if ty == Primitive::F32 { f64::from(f as f32) } else { f };
            let misfit = || (format!("the value does not fit {ty}"), "it is not finite".to_owned());
            if f.is_finite() { Ok(Value::Float(f)) } else { Err(misfit()) }
        }
        (Value::Bool(_), None) if ty == Primitive::Bool => Ok(value),
        _ => Err((format!("the value is not of type {ty}"), String::new())),
    }
}

/// What an expression comes to, all of whose constants are known; else where it
/// has no value, and why.
fn compute(
    expression: &Expression,
    constants: &BTreeMap<&str, i128>,
) -> Result<i128, (Span, String)> {
    let mut stack: Vec<i128> = Vec::new();
    for step in &expression.steps {
        let result = match &step.value {
            Step::Number(number) => Ok(*number),
            Step::Constant(name) => Ok(constants.get(name.as_str()).copied().unwrap_or(0)),
            Step::Negate => {
                let number = stack.pop().unwrap_or(0);
                number.checked_neg().ok_or_else(|| format!("-({number}) has more than 128 bits"))
            }
            Step::Binary(operator) => {
                let right = stack.pop().unwrap_or(0);
                let left = stack.pop().unwrap_or(0);
                apply(*operator, left, right)
            }
        };
        stack.push(result.map_err(|message| (step.span.clone(), message))?);
    }
    Ok(stack.pop().unwrap_or(0))
}

fn apply(operator: Operator, left: i128, right: i128) -> Result<i128, String> {
    let shift = || {
        let bits = u32::try_from(right).ok().filter(|bits| *bits < i128::BITS);
        bits.ok_or_else(|| format!("a shift by {right}: it is by 0 to {}", i128::BITS - 1))
    };
    let (sign, result) = match operator {
        Operator::Divide | Operator::Remainder if right == 0 => {
            return Err(format!("{left} is divided by zero"));
        }
        Operator::Add => ("+", left.checked_add(right)),
        Operator::Subtract => ("-", left.checked_sub(right)),
        Operator::Multiply => ("*", left.checked_mul(right)),
        Operator::Divide => ("/", left.checked_div(right)),
        Operator::Remainder => ("%", left.checked_rem(right)),
        Operator::ShiftLeft => {
            let shifted = left << shift()?;
            ("<<", (shifted >> shift()? == left).then_some(shifted))
        }
        Operator::ShiftRight => (">>", Some(left >> shift()?)),
        Operator::And => ("&", Some(left & right)),
        Operator::Or => ("|", Some(left | right)),
    };
    result.ok_or_else(|| format!("{left} {sign} {right} has more than 128 bits"))
}
