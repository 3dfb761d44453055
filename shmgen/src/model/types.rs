//! Looking up types: names, aliases, constants as lengths.

use super::{Element, Type, Value};
use crate::diagnostics::{Code, Diagnostics, Source, Spanned, nearest};
use crate::syntax::{self, Length, RangeText, TypeText};
use shm_runtime::contract::{Primitive, Range};
use std::collections::BTreeMap;
use std::sync::Arc;

/// What a name at the top of a schema stands for.
#[derive(Clone, Copy, Debug)]
pub(super) enum Declared<'s> {
    Constant(&'s syntax::Constant),
    Alias(&'s syntax::Alias),
    Enum(&'s syntax::Enum),
    Flags(&'s syntax::Flags),
    Struct(&'s syntax::Struct),
}

/// All names at the top of a schema.
pub(super) struct Names<'s> {
    pub(super) source: Arc<Source>,
    pub(super) by_name: BTreeMap<&'s str, Declared<'s>>,
    /// The values of constants, as soon as they are known; `None` for one in
    /// which something is wrong.
    pub(super) constants: BTreeMap<&'s str, Option<Value>>,
}

/// A type found, with the unit and the range that its aliases give it.
pub(super) struct Found {
    pub(super) ty: Type,
    pub(super) unit: String,
    pub(super) range: Option<Range>,
}

impl<'s> Names<'s> {
    /// Collects the names of a schema; each once.
    pub(super) fn new(schema: &'s syntax::Schema, diagnostics: &mut Diagnostics) -> Self {
        let mut all: Vec<(&Spanned<String>, Declared<'s>)> = Vec::new();
        all.extend(schema.constants.iter().map(|c| (&c.name, Declared::Constant(c))));
        all.extend(schema.aliases.iter().map(|a| (&a.name, Declared::Alias(a))));
        all.extend(schema.enums.iter().map(|e| (&e.name, Declared::Enum(e))));
        all.extend(schema.flags.iter().map(|f| (&f.name, Declared::Flags(f))));
        all.extend(schema.structs.iter().map(|s| (&s.name, Declared::Struct(s))));
        all.sort_by_key(|(name, _)| name.span.start);
        let mut by_name = BTreeMap::new();
        let mut first: BTreeMap<&str, &Spanned<String>> = BTreeMap::new();
        for (name, declared) in all {
            if let Some(other) = first.get(name.value.as_str()) {
                diagnostics
                    .error(
                        Code::E021,
                        &schema.source,
                        name.span.clone(),
                        format!("`{}` is declared twice", name.value),
                    )
                    .label("here again")
                    .related(other.span.clone(), "declared here");
                continue;
            }
            first.insert(&name.value, name);
            by_name.insert(name.value.as_str(), declared);
        }
        Self { source: Arc::clone(&schema.source), by_name, constants: BTreeMap::new() }
    }

    /// Looks a type up, through aliases down to what it is made of.
    pub(super) fn find(&self, text: &TypeText, diagnostics: &mut Diagnostics) -> Option<Found> {
        let mut unit = String::new();
        let mut dims = Vec::new();
        let mut text = text;
        let first = text;
        let mut passed: Vec<&str> = Vec::new();
        let mut ranges: Vec<&RangeText> = Vec::new();
        loop {
            let name = text.name.value.as_str();
            // Lengths before the element: of `Row[4]` with `Row = f32[8]`, the
            // 4 rows come first.
            let mut lengths = self.lengths(text, diagnostics)?;
            let element = match self.by_name.get(name) {
                Some(Declared::Alias(alias)) => {
                    if passed.contains(&name) {
                        self.circle(first, &passed, name, diagnostics);
                        return None;
                    }
                    passed.push(name);
                    if unit.is_empty() {
                        unit.clone_from(&alias.unit);
                    }
                    ranges.extend(&alias.range);
                    dims.append(&mut lengths);
                    text = &alias.ty;
                    continue;
                }
                Some(Declared::Enum(e)) => Element::Enum(name.to_owned(), integer(&e.repr.value)),
                Some(Declared::Flags(f)) => Element::Flags(name.to_owned(), integer(&f.repr.value)),
                Some(Declared::Struct(_)) => Element::Struct(name.to_owned()),
                Some(Declared::Constant(_)) => {
                    diagnostics
                        .error(
                            Code::E030,
                            &self.source,
                            text.name.span.clone(),
                            format!("`{name}` is a constant, not a type"),
                        )
                        .help(format!("a constant is used as a length: u8[{name}]"));
                    return None;
                }
                None => self.builtin(text, &mut lengths, diagnostics)?,
            };
            dims.append(&mut lengths);
            let ty = Type { element, dims };
            // What is wrong with one is reported where the alias is declared.
            let mut told = Diagnostics::default();
            let narrowed = |range, text: &&RangeText| self.range(Some(text), range, &ty, &mut told);
            let range = ranges.iter().rev().fold(None, narrowed);
            return Some(Found { ty, unit, range });
        }
    }

    /// A type of the language itself. `str` and `bytes` take the first length.
    fn builtin(
        &self,
        text: &TypeText,
        lengths: &mut Vec<u64>,
        diagnostics: &mut Diagnostics,
    ) -> Option<Element> {
        let name = text.name.value.as_str();
        if let Some(primitive) = Primitive::from_name(name) {
            return Some(Element::Primitive(primitive));
        }
        if matches!(name, "str" | "bytes") {
            if lengths.is_empty() {
                diagnostics
                    .error(
                        Code::E031,
                        &self.source,
                        text.name.span.clone(),
                        format!("`{name}` needs its length in bytes"),
                    )
                    .help(format!("write {name}[16], for example"));
                return None;
            }
            let n = lengths.remove(0);
            return Some(if name == "str" { Element::Str(n) } else { Element::Bytes(n) });
        }
        self.unknown(text, diagnostics);
        None
    }

    fn unknown(&self, text: &TypeText, diagnostics: &mut Diagnostics) {
        let name = text.name.value.as_str();
        let error = diagnostics.error(
            Code::E030,
            &self.source,
            text.name.span.clone(),
            format!("there is no type `{name}`"),
        );
        let advice = match name {
            "usize" | "size_t" | "uintptr_t" => Some("its size depends on the target; use u64"),
            "isize" | "ssize_t" | "intptr_t" => Some("its size depends on the target; use i64"),
            "int" => Some("use i32"),
            "unsigned" | "uint" => Some("use u32"),
            "long" => Some("use i64"),
            "short" => Some("use i16"),
            "char" => Some("use u8 for a byte, str[N] for text"),
            "float" => Some("use f32"),
            "double" => Some("use f64"),
            "string" | "String" => Some("text has a fixed room in shared memory: str[N]"),
            "byte" => Some("use u8"),
            _ => None,
        };
        if let Some(advice) = advice {
            error.help(advice);
            return;
        }
        if name.contains('.') {
            error.help("types of other schemas (`imports`) are not supported yet");
            return;
        }
        let types = self
            .by_name
            .iter()
            .filter(|(_, d)| !matches!(d, Declared::Constant(_)))
            .map(|(name, _)| *name);
        let builtin = Primitive::ALL.iter().map(|p| p.name()).chain(["str", "bytes"]);
        if let Some(near) = nearest(name, types.chain(builtin)) {
            error.label(format!("did you mean `{near}`?"));
        }
    }

    fn circle(&self, first: &TypeText, passed: &[&str], name: &str, diagnostics: &mut Diagnostics) {
        let way = passed.iter().copied().chain([name]).collect::<Vec<_>>().join(" → ");
        diagnostics
            .error(
                Code::E034,
                &self.source,
                first.name.span.clone(),
                format!("the alias `{name}` stands for itself"),
            )
            .label(way);
    }

    fn lengths(&self, text: &TypeText, diagnostics: &mut Diagnostics) -> Option<Vec<u64>> {
        let mut out = Vec::with_capacity(text.dims.len());
        for dim in &text.dims {
            let number = match &dim.value {
                Length::Number(number) => *number,
                Length::Constant(name) => self.length(name, dim, diagnostics)?,
            };
            match u64::try_from(number) {
                Ok(0) => {
                    diagnostics
                        .error(Code::E035, &self.source, dim.span.clone(), "a length of 0")
                        .help("every type has at least one byte; leave the field out");
                    return None;
                }
                Ok(number) => out.push(number),
                Err(_) => {
                    diagnostics.error(
                        Code::E033,
                        &self.source,
                        dim.span.clone(),
                        format!("{number} cannot be a length"),
                    );
                    return None;
                }
            }
        }
        Some(out)
    }

    /// The value of a constant that stands for a length.
    fn length(
        &self,
        name: &str,
        at: &Spanned<Length>,
        diagnostics: &mut Diagnostics,
    ) -> Option<i128> {
        match self.constant(name, &at.span, diagnostics)? {
            Value::Integer(number) => Some(number),
            Value::Float(_) | Value::Bool(_) => {
                let message = format!("the constant `{name}` is not a whole number");
                let error = diagnostics.error(Code::E033, &self.source, at.span.clone(), message);
                if let Some(Declared::Constant(constant)) = self.by_name.get(name) {
                    error.related(constant.value.span.clone(), "its value");
                }
                None
            }
        }
    }
}

/// The integer type that a `repr` names; a wrong one was reported already.
fn integer(repr: &str) -> Primitive {
    Primitive::from_name(repr).filter(|p| p.integer_range().is_some()).unwrap_or(Primitive::U8)
}
