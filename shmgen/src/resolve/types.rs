//! Looking up types: names, aliases, constants as lengths.

use super::imports::{self, Imported, Imports};
use crate::diagnostics::{Code, Diagnostics, Source, Spanned, nearest};
use crate::model::{Element, Type, Value};
use crate::syntax::{self, Length, RangeText, Suffix, TypeText};
use shm_runtime::contract::{MAX_NESTING, Primitive, Range, TypeName};
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
    Union(&'s syntax::Union),
    /// Something of which nothing could be made, which was reported.
    LeftOut,
}

/// All names at the top of a schema, and those of the schemas it imports.
pub(super) struct Names<'s> {
    pub(super) source: Arc<Source>,
    pub(super) by_name: BTreeMap<&'s str, Declared<'s>>,
    pub(super) imports: Imports,
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
    pub(super) fn new(
        schema: &'s syntax::Schema,
        imports: Imports,
        diagnostics: &mut Diagnostics,
    ) -> Self {
        let mut all: Vec<(&Spanned<String>, Declared<'s>)> = Vec::new();
        all.extend(schema.constants.iter().map(|c| (&c.name, Declared::Constant(c))));
        all.extend(schema.aliases.iter().map(|a| (&a.name, Declared::Alias(a))));
        all.extend(schema.enums.iter().map(|e| (&e.name, Declared::Enum(e))));
        all.extend(schema.flags.iter().map(|f| (&f.name, Declared::Flags(f))));
        all.extend(schema.structs.iter().map(|s| (&s.name, Declared::Struct(s))));
        all.extend(schema.unions.iter().map(|u| (&u.name, Declared::Union(u))));
        all.extend(schema.left_out.iter().map(|name| (name, Declared::LeftOut)));
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
        Self { source: Arc::clone(&schema.source), by_name, imports, constants: BTreeMap::new() }
    }

    /// Looks a type up, through aliases down to what it is made of.
    pub(super) fn find(&self, text: &TypeText, diagnostics: &mut Diagnostics) -> Option<Found> {
        let mut unit = String::new();
        // The text, those of the aliases it goes through, and how many suffixes
        // of the last one belong to its name.
        let mut texts = vec![text];
        let mut passed: Vec<&str> = Vec::new();
        let mut ranges: Vec<&RangeText> = Vec::new();
        let mut range = None;
        let (mut ty, taken) = loop {
            let text = *texts.last()?;
            let name = text.name.value.as_str();
            let own = TypeName::own(name);
            let element = match self.by_name.get(name) {
                Some(Declared::Alias(alias)) => {
                    if passed.contains(&name) {
                        self.circle(texts[0], &passed, name, diagnostics);
                        return None;
                    }
                    passed.push(name);
                    if unit.is_empty() {
                        unit.clone_from(&alias.unit);
                    }
                    ranges.extend(&alias.range);
                    texts.push(&alias.ty);
                    continue;
                }
                Some(Declared::Enum(e)) => Element::Enum(own, integer(&e.repr.value)),
                Some(Declared::Flags(f)) => Element::Flags(own, integer(&f.repr.value)),
                Some(Declared::Struct(_)) => Element::Struct(own),
                Some(Declared::Union(_)) => Element::Union(own),
                Some(Declared::LeftOut) => return None,
                Some(Declared::Constant(_)) => {
                    self.constant_as_type(text, diagnostics);
                    return None;
                }
                None => match self.builtin(text, diagnostics) {
                    Builtin::Is(element, taken) => break (Type { element, dims: vec![] }, taken),
                    Builtin::Wrong => return None,
                    Builtin::Other => {
                        let found = self.imported(text, diagnostics)?;
                        if unit.is_empty() {
                            unit = found.unit;
                        }
                        range = found.range;
                        break (found.ty, 0);
                    }
                },
            };
            break (Type { element, dims: vec![] }, 0);
        };
        let mut nesting = ty.wrapped().len();
        for (i, text) in texts.iter().enumerate().rev() {
            let taken = if i + 1 == texts.len() { taken } else { 0 };
            ty = self.with_suffixes(ty, text, taken, &mut nesting, diagnostics)?;
        }
        // What is wrong with one is reported where the alias is declared.
        let mut told = Diagnostics::default();
        for text in ranges.iter().rev() {
            range = self.range(Some(text), range, &ty, &mut told);
        }
        Some(Found { ty, unit, range })
    }

    fn constant_as_type(&self, text: &TypeText, diagnostics: &mut Diagnostics) {
        let name = &text.name.value;
        let message = format!("`{name}` is a constant, not a type");
        diagnostics
            .error(Code::E030, &self.source, text.name.span.clone(), message)
            .help(format!("a constant is used as a length: u8[{name}]"));
    }

    /// A type that another schema declares.
    fn imported(&self, text: &TypeText, diagnostics: &mut Diagnostics) -> Option<Found> {
        match self.imports.find(&text.name, &self.source, diagnostics).ok()? {
            Some((_, Imported::Constant(_))) => {
                self.constant_as_type(text, diagnostics);
                None
            }
            Some((schema, Imported::Type(ty, unit, range))) => {
                let ty = ty.map_names(&|name| imports::absolute(schema, name));
                Some(Found { ty, unit: unit.clone(), range: *range })
            }
            None => {
                self.unknown(text, diagnostics);
                None
            }
        }
    }

    /// Applies what stands behind a type, from left to right; but dimensions
    /// that follow one another are rows first, and come before those that the
    /// type has: of `Row[4]` with `Row = f32[8]`, the 4 rows come first.
    fn with_suffixes(
        &self,
        mut ty: Type,
        text: &TypeText,
        taken: usize,
        nesting: &mut usize,
        diagnostics: &mut Diagnostics,
    ) -> Option<Type> {
        let mut rows = Vec::new();
        for suffix in &text.suffixes[taken..] {
            if let Suffix::Array(length) = suffix {
                rows.push(self.length(length, diagnostics)?);
                continue;
            }
            rows.append(&mut ty.dims);
            ty.dims = std::mem::take(&mut rows);
            *nesting += 1;
            let (element, place) = match suffix {
                Suffix::List(length) => {
                    let room = self.length(length, diagnostics)?;
                    if u32::try_from(room).is_err() {
                        let message = format!("a list of up to {room}");
                        diagnostics
                            .error(Code::E036, &self.source, length.span.clone(), message)
                            .help("its count has 32 bits: up to 4,294,967,295");
                        return None;
                    }
                    (Element::List(Box::new(ty), room), &length.span)
                }
                Suffix::Optional(place) => {
                    if matches!(ty.element, Element::Optional(_)) && ty.dims.is_empty() {
                        diagnostics
                            .error(
                                Code::E050,
                                &self.source,
                                place.clone(),
                                "an optional of an optional",
                            )
                            .help("one `?` says all there is to say");
                        return None;
                    }
                    (Element::Optional(Box::new(ty)), place)
                }
                Suffix::Array(_) => return None, // seen to above
            };
            if *nesting > MAX_NESTING {
                let message = format!("more than {MAX_NESTING} lists and optionals in one another");
                diagnostics
                    .error(Code::E051, &self.source, place.clone(), message)
                    .help("give the inner ones a struct of their own");
                return None;
            }
            ty = Type { element, dims: vec![] };
        }
        rows.append(&mut ty.dims);
        ty.dims = rows;
        Some(ty)
    }

    /// A type of the language itself. `str` and `bytes` take the first length.
    fn builtin(&self, text: &TypeText, diagnostics: &mut Diagnostics) -> Builtin {
        let name = text.name.value.as_str();
        if let Some(primitive) = Primitive::from_name(name) {
            return Builtin::Is(Element::Primitive(primitive), 0);
        }
        if !matches!(name, "str" | "bytes") {
            return Builtin::Other;
        }
        let length = match text.suffixes.first() {
            Some(Suffix::Array(length)) => Some(length),
            Some(Suffix::List(_)) => {
                let item = if name == "str" { Element::Char } else { Element::Byte };
                return Builtin::Is(item, 0);
            }
            _ => None,
        };
        let Some(length) = length else {
            diagnostics
                .error(
                    Code::E031,
                    &self.source,
                    text.name.span.clone(),
                    format!("`{name}` needs its length in bytes"),
                )
                .help(format!("write {name}[16], or {name}[<=16] for up to 16, for example"));
            return Builtin::Wrong;
        };
        match self.length(length, diagnostics) {
            Some(n) if name == "str" => Builtin::Is(Element::Str(n), 1),
            Some(n) => Builtin::Is(Element::Bytes(n), 1),
            None => Builtin::Wrong,
        }
    }

    fn unknown(&self, text: &TypeText, diagnostics: &mut Diagnostics) {
        let name = text.name.value.as_str();
        let error = diagnostics.error(
            Code::E030,
            &self.source,
            text.name.span.clone(),
            format!("there is no type `{name}`"),
        );
        let whole = self.source.text().get(text.span.clone()).unwrap_or(name);
        let suffix = whole.strip_prefix(name).unwrap_or("").trim();
        let advice = syntax::advice_on_type(whole).or_else(|| syntax::advice_on_name(name, suffix));
        if let Some(advice) = advice {
            error.help(advice);
            return;
        }
        let types = self
            .by_name
            .iter()
            .filter(|(_, d)| !matches!(d, Declared::Constant(_)))
            .map(|(name, _)| (*name).to_owned())
            .chain(self.imports.types());
        let builtin = Primitive::ALL.iter().map(|p| p.name()).chain(["str", "bytes"]);
        let all: Vec<String> = types.chain(builtin.map(str::to_owned)).collect();
        if let Some(near) = nearest(name, all.iter().map(String::as_str)) {
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

    fn length(&self, length: &Spanned<Length>, diagnostics: &mut Diagnostics) -> Option<u64> {
        let number = match &length.value {
            Length::Number(number) => *number,
            Length::Constant(name) => self.whole_number(name, length, diagnostics)?,
            Length::Computed(expression) => self.whole(expression, diagnostics)?,
        };
        match u64::try_from(number) {
            Ok(0) => {
                diagnostics
                    .error(Code::E035, &self.source, length.span.clone(), "a length of 0")
                    .help("every type has at least one byte; leave the field out");
                None
            }
            Ok(number) => Some(number),
            Err(_) => {
                diagnostics.error(
                    Code::E033,
                    &self.source,
                    length.span.clone(),
                    format!("{number} cannot be a length"),
                );
                None
            }
        }
    }

    /// The value of a constant that stands for a length.
    fn whole_number(
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

/// What a name is in the language itself.
enum Builtin {
    /// A type, which takes this many of the suffixes behind its name.
    Is(Element, usize),
    /// Nothing.
    Other,
    /// A type that is not written right, which was reported.
    Wrong,
}

/// The integer type that a `repr` names; a wrong one was reported already.
fn integer(repr: &str) -> Primitive {
    Primitive::from_name(repr).filter(|p| p.integer_range().is_some()).unwrap_or(Primitive::U8)
}
