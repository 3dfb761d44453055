//! Defaults of fields: what a new value of a struct has in them.

use super::types::{Declared, Names};
use crate::diagnostics::{Code, Diagnostics, Span, Spanned, nearest};
use crate::model::{Element, FieldDefault, Type, TypeDecl};
use crate::syntax::{Context, DefaultText, ValueText};
use shm_runtime::contract::TypeName;
use std::collections::BTreeSet;
use std::sync::Arc;

impl Names<'_> {
    /// The default of a field of a type.
    pub(super) fn default(
        &self,
        written: &Spanned<DefaultText>,
        ty: &Type,
        diagnostics: &mut Diagnostics,
    ) -> Option<FieldDefault> {
        let mut look = Look { names: self, written, diagnostics };
        if !ty.dims.is_empty() {
            return look.impossible("an array", "its elements are zero in a new value");
        }
        if let Some(bounded) = ty.element.bounded() {
            return match bounded.is_text {
                true => look.bounded_text(bounded.room),
                false => look.impossible("bytes[<=N]", "there are none in a new value"),
            };
        }
        match &ty.element {
            Element::Primitive(primitive) => {
                let value = look.value()?;
                let value = self.value(&value, *primitive, Code::E081, look.diagnostics)?;
                Some(FieldDefault::Value(value))
            }
            Element::Str(room) => look.text(*room),
            Element::Enum(name, _) => look.value_of_enum(name),
            Element::Flags(name, _) => look.flags(name),
            Element::Bytes(_) | Element::Char | Element::Byte => {
                look.impossible("bytes[N]", "they are zero in a new value")
            }
            Element::Struct(_) => look.impossible("a struct", "give one to its own fields"),
            Element::Union(_) => look.impossible("a union", "it has the tag 0 in a new value"),
            Element::List(..) => look.impossible("a list", "it is empty in a new value"),
            Element::Optional(_) => look.impossible("an optional", "a new value has none"),
        }
    }
}

/// Says which structs have defaults in them. They come parts before wholes.
/// `with` are those of other schemas that have some.
pub(super) fn mark(types: &mut [TypeDecl], mut with: BTreeSet<TypeName>) {
    for decl in types {
        let TypeDecl::Struct(s) = decl else { continue };
        let has_defaults = s.fields().any(|f| {
            let inside = matches!(&f.ty.element, Element::Struct(name) if with.contains(name));
            inside || f.default.is_some()
        });
        if has_defaults {
            with.insert(TypeName::own(&s.name));
            s.has_defaults = true;
        }
    }
}

/// A look at one default.
struct Look<'n, 's, 'd> {
    names: &'n Names<'s>,
    written: &'n Spanned<DefaultText>,
    diagnostics: &'d mut Diagnostics,
}

impl Look<'_, '_, '_> {
    fn error(
        &mut self,
        code: Code,
        span: &Span,
        message: impl Into<String>,
    ) -> &mut crate::diagnostics::Diagnostic {
        self.diagnostics.error(code, &self.names.source, span.clone(), message)
    }

    fn impossible<T>(&mut self, what: &str, instead: &str) -> Option<T> {
        let span = self.written.span.clone();
        self.error(Code::E080, &span, format!("a field that is {what} has no default"))
            .help(instead);
        None
    }

    fn misfit<T>(&mut self, message: impl Into<String>) -> Option<T> {
        let span = self.written.span.clone();
        self.error(Code::E081, &span, message);
        None
    }

    /// A number, `true` or `false`, or an expression.
    fn value(&mut self) -> Option<Spanned<ValueText>> {
        let value = match &self.written.value {
            DefaultText::Number(number) => ValueText::Number(*number),
            DefaultText::Text(text) => {
                let source = Arc::clone(&self.names.source);
                let mut context = Context::new(source, &mut *self.diagnostics);
                let text = Spanned::new(text.clone(), self.written.span.clone());
                ValueText::of_text(&mut context, &text, "default")?
            }
            DefaultText::Names(_) => return self.misfit("a list is the default of flags only"),
        };
        Some(Spanned::new(value, self.written.span.clone()))
    }

    fn text(&mut self, room: u64) -> Option<FieldDefault> {
        match self.bounded_text(room)? {
            FieldDefault::Text(text) if text.contains('\0') => {
                self.misfit("the text has a NUL, where it would end")
            }
            default => Some(default),
        }
    }

    /// Of a `str[<=N]`, which may have NULs in it.
    fn bounded_text(&mut self, room: u64) -> Option<FieldDefault> {
        let DefaultText::Text(text) = &self.written.value else {
            return self.misfit("the default of a text is text");
        };
        if text.len() as u64 > room {
            let bytes = text.len();
            return self.misfit(format!(
                "the text has {bytes} bytes in UTF-8, the field has room for {room}"
            ));
        }
        Some(FieldDefault::Text(text.clone()))
    }

    /// The names of an enum's values or of flags, and their numbers or bits.
    fn members(&self, name: &TypeName) -> Option<Vec<(String, i128)>> {
        if name.schema.is_empty() {
            return match self.names.by_name.get(name.name.as_str())? {
                Declared::Enum(e) => {
                    let values = e.values.iter();
                    Some(values.map(|v| (v.name.value.clone(), v.number.value)).collect())
                }
                Declared::Flags(f) => {
                    let bits = f.bits.iter();
                    Some(bits.map(|b| (b.name.value.clone(), b.bit.value)).collect())
                }
                _ => None,
            };
        }
        let schema = self.names.imports.schema(&name.schema)?;
        match schema.types.iter().find(|t| t.name() == name.name)? {
            TypeDecl::Enum(e) => {
                Some(e.values.iter().map(|v| (v.name.clone(), v.number)).collect())
            }
            TypeDecl::Flags(f) => {
                Some(f.bits.iter().map(|b| (b.name.clone(), i128::from(b.bit))).collect())
            }
            _ => None,
        }
    }

    fn value_of_enum(&mut self, name: &TypeName) -> Option<FieldDefault> {
        let DefaultText::Text(value) = &self.written.value else {
            return self
                .misfit(format!("the default of an enum is the name of a value of `{name}`"));
        };
        let values = self.members(name)?;
        let written = Spanned::new(value.clone(), self.written.span.clone());
        self.named(&written, &format!("the enum `{name}` has no value"), &values)?;
        Some(FieldDefault::Enum(value.clone()))
    }

    fn flags(&mut self, name: &TypeName) -> Option<FieldDefault> {
        let written = match &self.written.value {
            DefaultText::Text(flag) => {
                vec![Spanned::new(flag.clone(), self.written.span.clone())]
            }
            DefaultText::Names(flags) => flags.clone(),
            DefaultText::Number(_) => {
                return self.misfit(format!(
                    "the default of a set of flags is a list of flags of `{name}`, or one of them"
                ));
            }
        };
        let declared = self.members(name)?;
        let mut bits = 0;
        let mut whole = true;
        for flag in &written {
            let what = format!("the set of flags `{name}` has no flag");
            if self.named(flag, &what, &declared).is_none() {
                whole = false;
                continue;
            }
            let (_, position) = declared.iter().find(|(name, _)| *name == flag.value)?;
            // One that is outside of the representation was reported.
            let bit = u32::try_from(*position).ok().and_then(|b| 1u64.checked_shl(b))?;
            if bits & bit != 0 {
                let message = format!("`{}` is there twice", flag.value);
                self.error(Code::E081, &flag.span, message);
                whole = false;
            }
            bits |= bit;
        }
        let names = written.into_iter().map(|flag| flag.value).collect();
        whole.then_some(FieldDefault::Flags(names, bits))
    }

    /// Whether a name is one of those that are declared.
    fn named(
        &mut self,
        name: &Spanned<String>,
        message: &str,
        all: &[(String, i128)],
    ) -> Option<()> {
        if all.iter().any(|(known, _)| *known == name.value) {
            return Some(());
        }
        let near = nearest(&name.value, all.iter().map(|(known, _)| known.as_str()));
        let known: Vec<&str> = all.iter().map(|(known, _)| known.as_str()).take(8).collect();
        let error = self.error(Code::E081, &name.span, format!("{message} `{}`", name.value));
        match near {
            Some(near) => error.label(format!("did you mean `{near}`?")),
            None => error.help(format!("there is {}", known.join(", "))),
        };
        None
    }
}
