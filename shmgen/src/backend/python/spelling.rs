//! How Python writes names, documentation, values and types; a type for ctypes,
//! for the field that checks it, for a type checker, and for NumPy.

use crate::backend::text::{bound_text, value_text};
use crate::model::{Element, Schema, Type, Value};
use shm_runtime::contract::{Bound, Primitive, Range, TypeName};
use std::collections::{BTreeMap, BTreeSet};

/// The names of types as one schema's module writes them, and all that is made
/// of them.
pub(super) struct Names<'s> {
    /// The modules of the schemas that this one sees, by the schemas' names.
    modules: BTreeMap<&'s str, &'s str>,
}

impl<'s> Names<'s> {
    pub(super) fn new(schema: &'s Schema) -> Self {
        let others = schema.with_imports().into_iter().filter(|s| s.name != schema.name);
        Self { modules: others.map(|s| (s.name.as_str(), s.module.as_str())).collect() }
    }

    /// The modules that some of the names are in, besides this one.
    pub(super) fn modules_of<'n>(&self, names: impl Iterator<Item = &'n TypeName>) -> Vec<String> {
        let found = names.filter_map(|n| self.modules.get(n.schema.as_str()));
        found.collect::<BTreeSet<_>>().into_iter().map(|&module| module.to_owned()).collect()
    }

    /// A declared type's name in this module.
    pub(super) fn name(&self, name: &TypeName) -> String {
        match self.modules.get(name.schema.as_str()) {
            Some(module) => format!("{}.{}", module_name(module), name.name),
            None => name.name.clone(),
        }
    }

    /// What ctypes is given.
    pub(super) fn ctype(&self, ty: &Type) -> String {
        let element = match &ty.element {
            Element::Primitive(p) | Element::Enum(_, p) | Element::Flags(_, p) => {
                scalar(*p).to_owned()
            }
            Element::Str(n) => format!("_ctypes.c_char * {n}"),
            Element::Bytes(n) => format!("_ctypes.c_uint8 * {n}"),
            Element::Char | Element::Byte => "_ctypes.c_uint8".to_owned(),
            Element::Struct(name) => self.name(name),
            Element::Union(name) => format!("{}._raw", self.name(name)),
            wrapped @ (Element::List(..) | Element::Optional(_)) => wrapped_name(wrapped),
        };
        // ctypes multiplies from the inside out: rows first in C is rows last here.
        ty.dims.iter().rev().fold(element, |inner, n| array(&inner, *n))
    }

    /// The checked field of `_raw` and `_name`. `unit` is the rest of its
    /// arguments, `range` that of what checks an element.
    pub(super) fn descriptor(&self, ty: &Type, unit: &str, range: &str) -> String {
        if ty.dims.is_empty() {
            return self.element_field(&ty.element, unit, range);
        }
        let dims: Vec<String> = ty.dims.iter().map(u64::to_string).collect();
        let comma = if dims.len() == 1 { "," } else { "" };
        format!(
            "_t.ArrayField(_raw, _name, ({}{comma}), lambda _raw, _name: {}, {}{unit})",
            dims.join(", "),
            self.element_field(&ty.element, "", range),
            self.ctype(ty),
        )
    }

    fn element_field(&self, element: &Element, unit: &str, range: &str) -> String {
        let wrapper = |kind: &str, inner: &Type| {
            format!(
                "_t.{kind}(_raw, _name, {}, lambda _raw, _name: {}{unit})",
                wrapped_name(element),
                self.descriptor(inner, "", range)
            )
        };
        let bounded =
            |kind: &str| format!("_t.{kind}(_raw, _name, {}{unit})", wrapped_name(element));
        match element {
            Element::Primitive(Primitive::Bool) => "_t.BoolField(_raw, _name)".to_owned(),
            Element::Primitive(Primitive::F32) => {
                // The greatest number that rounds to a finite f32.
                format!("_t.FloatField(_raw, _name, 3.4028235677973364e+38{unit}{range})")
            }
            Element::Primitive(Primitive::F64) => {
                format!("_t.FloatField(_raw, _name, 1.7976931348623157e+308{unit}{range})")
            }
            Element::Primitive(p) => {
                ["_t.IntField(_raw, _name, ", limits(*p), unit, range, ")"].concat()
            }
            Element::Str(_) => format!("_t.StrField(_raw, _name{unit})"),
            Element::Bytes(_) | Element::Char | Element::Byte => {
                format!("_t.BytesField(_raw, _name{unit})")
            }
            Element::Enum(name, p) | Element::Flags(name, p) => {
                format!("_t.NumberField(_raw, _name, {}, {})", self.name(name), limits(*p))
            }
            Element::Struct(name) => format!("_t.StructField(_raw, _name, {})", self.name(name)),
            Element::Union(name) => format!("_t.UnionField(_raw, _name, {})", self.name(name)),
            Element::List(inner, _) => match inner.element {
                Element::Char => bounded("BoundedStrField"),
                Element::Byte => bounded("BoundedBytesField"),
                _ => wrapper("ListField", inner),
            },
            Element::Optional(inner) => wrapper("OptionalField", inner),
        }
    }

    /// What a type checker is given that reading gives and assignment takes, in
    /// a class whose own names hide those around it.
    pub(super) fn hints(&self, ty: &Type, hidden: &BTreeSet<&str>) -> (String, String) {
        let name = |name: &TypeName| {
            let written = self.name(name);
            if hidden.contains(written.as_str()) {
                format!("\"{}\"", own(&written))
            } else {
                written
            }
        };
        let (mut get, mut set) = match &ty.element {
            Element::Primitive(Primitive::Bool) => both("_builtins.bool"),
            Element::Primitive(Primitive::F32 | Primitive::F64) => both("_builtins.float"),
            Element::Primitive(_) => both("_builtins.int"),
            Element::Str(_) | Element::Char => both("_builtins.str"),
            Element::Bytes(_) | Element::Byte => both("_builtins.bytes"),
            Element::Enum(declared, _) | Element::Flags(declared, _) => {
                (name(declared), "_builtins.int".to_owned())
            }
            Element::Struct(declared) | Element::Union(declared) => {
                (name(declared), name(declared))
            }
            Element::List(inner, _) if ty.element.bounded().is_some() => self.hints(inner, hidden),
            Element::List(inner, _) => sequence("_List", self.hints(inner, hidden)),
            Element::Optional(inner) => {
                let (get, set) = self.hints(inner, hidden);
                (format!("_typing.Optional[{get}]"), format!("_typing.Optional[{set}]"))
            }
        };
        for _ in &ty.dims {
            (get, set) = sequence("_Array", (get, set));
        }
        (get, set)
    }

    /// What NumPy is given: a format, or one with a shape.
    pub(super) fn format(&self, ty: &Type) -> String {
        let mut shape: Vec<String> = ty.dims.iter().map(u64::to_string).collect();
        let element = match &ty.element {
            Element::Primitive(p) | Element::Enum(_, p) | Element::Flags(_, p) => number(*p),
            Element::Str(n) => format!("\"S{n}\""),
            Element::Bytes(n) => {
                shape.push(n.to_string());
                "\"u1\"".to_owned()
            }
            Element::Char | Element::Byte => "\"u1\"".to_owned(),
            Element::Struct(name) | Element::Union(name) => format!("{}._layout", self.name(name)),
            wrapped @ (Element::List(..) | Element::Optional(_)) => {
                format!("{}._layout", wrapped_name(wrapped))
            }
        };
        match shape.len() {
            0 => element,
            1 => format!("({element}, ({},))", shape[0]),
            _ => format!("({element}, ({}))", shape.join(", ")),
        }
    }
}

/// What a module that is imported is called. No other name ends so.
pub(super) fn module_name(module: &str) -> String {
    format!("_{module}_module")
}

/// A type of the module, for a type checker, where something else has its name; to
/// be quoted, since it comes later.
pub(super) fn own(name: &str) -> String {
    format!("_Types.{name}")
}

/// What a list or an optional is called.
fn wrapped_name(element: &Element) -> String {
    format!("_{}", element.wrapped_name().unwrap_or_default())
}

/// An array of this many.
pub(super) fn array(ctype: &str, n: u64) -> String {
    if ctype.contains('*') { format!("({ctype}) * {n}") } else { format!("{ctype} * {n}") }
}

fn both(name: &str) -> (String, String) {
    (name.to_owned(), name.to_owned())
}

/// Elements where they lie, for a type checker; any sequence can be assigned.
fn sequence(kind: &str, (get, set): (String, String)) -> (String, String) {
    (format!("{kind}[{get}, {set}]"), format!("_typing.Sequence[{set}]"))
}

/// A number, for NumPy.
pub(super) fn number(p: Primitive) -> String {
    let kind = match p {
        Primitive::F32 | Primitive::F64 => 'f',
        Primitive::I8 | Primitive::I16 | Primitive::I32 | Primitive::I64 => 'i',
        _ => 'u',
    };
    format!("\"<{kind}{}\"", p.size())
}

/// The least and the greatest number of a type, as arguments.
fn limits(p: Primitive) -> &'static str {
    match p {
        Primitive::U8 => "0, 255",
        Primitive::U16 => "0, 65535",
        Primitive::U32 => "0, 4294967295",
        Primitive::U64 => "0, 18446744073709551615",
        Primitive::I8 => "-128, 127",
        Primitive::I16 => "-32768, 32767",
        Primitive::I32 => "-2147483648, 2147483647",
        Primitive::I64 => "-9223372036854775808, 9223372036854775807",
        Primitive::F32 | Primitive::F64 | Primitive::Bool => "0, 0",
    }
}

/// A number, for ctypes.
pub(super) fn scalar(p: Primitive) -> &'static str {
    match p {
        Primitive::U8 | Primitive::Bool => "_ctypes.c_uint8",
        Primitive::U16 => "_ctypes.c_uint16",
        Primitive::U32 => "_ctypes.c_uint32",
        Primitive::U64 => "_ctypes.c_uint64",
        Primitive::I8 => "_ctypes.c_int8",
        Primitive::I16 => "_ctypes.c_int16",
        Primitive::I32 => "_ctypes.c_int32",
        Primitive::I64 => "_ctypes.c_int64",
        Primitive::F32 => "_ctypes.c_float",
        Primitive::F64 => "_ctypes.c_double",
    }
}

/// Text for between triple quotes, its later lines indented.
pub(super) fn docstring(text: &str, indent: &str) -> String {
    if !text.contains(['\\', '"', '\n', '\r']) {
        return text.to_owned();
    }
    let safe = text.replace('\\', "\\\\").replace('"', "\\\"");
    let lines: Vec<String> = safe
        .lines()
        .enumerate()
        .map(
            |(i, line)| {
                if i == 0 || line.is_empty() { line.into() } else { format!("{indent}{line}") }
            },
        )
        .collect();
    lines.join("\n")
}

/// A docstring of a class, or what stands for a missing one.
pub(super) fn class_doc(text: &str, otherwise: &str) -> String {
    let mut out = docstring(if text.is_empty() { otherwise } else { text }, "    ");
    if out.contains('\n') {
        out.push_str("\n    ");
    }
    out
}

/// A docstring behind an attribute of a class that only a type checker sees,
/// with a line end before it; nothing if there is none.
pub(super) fn attribute_doc(text: &str) -> String {
    if text.is_empty() {
        return String::new();
    }
    let indent = "        ";
    let mut out = docstring(text, indent);
    if out.contains('\n') {
        out.push('\n');
        out.push_str(indent);
    }
    ["\n", indent, "\"\"\"", &out, "\"\"\""].concat()
}

/// A number, True or False.
pub(super) fn value(ty: Primitive, value: Value) -> String {
    match value {
        Value::Bool(true) => "True".to_owned(),
        Value::Bool(false) => "False".to_owned(),
        number => value_text(ty, number),
    }
}

/// A range as a keyword argument.
pub(super) fn range(range: Range) -> String {
    let end =
        |end: Option<Bound>| end.map_or("None".to_owned(), |bound| bound_text(range.ty(), bound));
    format!(", range=({}, {})", end(range.min()), end(range.max()))
}
