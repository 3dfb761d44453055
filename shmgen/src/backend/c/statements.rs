//! The statements about one value of any type: loops over it, comparing it,
//! writing it out.

use super::spelling::{c_name, wrapped_name};
use crate::model::{Element, Type};
use shm_runtime::contract::Primitive;
use std::fmt::Write as _;

/// Each line further in.
pub(in super::super) fn indented(text: &str, by: usize) -> String {
    let mut out = String::with_capacity(text.len() + 4 * by);
    for (i, line) in text.lines().enumerate() {
        if i > 0 {
            out.push('\n');
        }
        out.extend(std::iter::repeat_n(' ', by));
        out.push_str(line);
    }
    out
}

/// Loops over the dimensions of a field around a statement about one element,
/// which is the field's name with this many indices.
pub(in super::super) fn loops(
    name: &str,
    dims: &[u64],
    around: impl Fn(&mut String, usize, bool),
    body: impl Fn(&str) -> String,
) -> String {
    if dims.is_empty() {
        return indented(&body(name), 2);
    }
    let mut out = String::new();
    let mut element = name.to_owned();
    for (depth, n) in dims.iter().enumerate() {
        around(&mut out, depth, true);
        let indent = "  ".repeat(depth + 1);
        let _ = writeln!(out, "{indent}for (size_t i{depth} = 0; i{depth} < {n}; i{depth}++) {{");
        let _ = write!(element, "[i{depth}]");
    }
    let indent = "  ".repeat(dims.len() + 1);
    for line in body(&element).lines() {
        let _ = writeln!(out, "{indent}{line}");
    }
    for depth in (0..dims.len()).rev() {
        let indent = "  ".repeat(depth + 1);
        let _ = writeln!(out, "{indent}}}");
        around(&mut out, depth, false);
    }
    out.truncate(out.trim_end().len());
    out
}

/// Statements that return false if `name` differs in `a` and `b`.
pub(in super::super) fn equal(name: &str, ty: &Type, prefix: &str) -> String {
    let differ = |element: &str| match &ty.element {
        Element::Primitive(_)
        | Element::Enum(..)
        | Element::Flags(..)
        | Element::Char
        | Element::Byte => ["a->", element, " != b->", element].concat(),
        Element::Str(n) => format!("!shm_text_equal(a->{element}, b->{element}, {n})"),
        Element::Bytes(n) => format!("memcmp(a->{element}, b->{element}, {n}) != 0"),
        Element::Struct(t) | Element::Union(t) => {
            format!("!{}_equal(&a->{element}, &b->{element})", c_name(t, prefix))
        }
        wrapped @ (Element::List(..) | Element::Optional(_)) => {
            format!("!{}_equal(&a->{element}, &b->{element})", wrapped_name(wrapped, prefix))
        }
    };
    if ty.dims.is_empty() {
        return ["  if (", &differ(name), ") {\n    return false;\n  }"].concat();
    }
    loops(name, &ty.dims, |_, _, _| {}, |e| format!("if ({}) {{\n  return false;\n}}", differ(e)))
}

/// Statements that add `name` of `value` to `text`.
pub(in super::super) fn add(name: &str, ty: &Type, prefix: &str) -> String {
    let one = |element: &str| match &ty.element {
        Element::Primitive(Primitive::F32 | Primitive::F64) => {
            let digits = if ty.element == Element::Primitive(Primitive::F32) { 9 } else { 17 };
            format!(
                "{{\n  char number[32];\n  snprintf(number, sizeof number, \"%.{digits}g\", \
                 SHM_CAST(double, value->{element}));\n  shm_add(text, number);\n}}"
            )
        }
        Element::Primitive(p) if p.is_signed() => {
            ["shm_add_signed(text, value->", element, ");"].concat()
        }
        Element::Primitive(_) | Element::Char | Element::Byte => {
            ["shm_add_number(text, value->", element, ");"].concat()
        }
        Element::Str(n) => {
            format!(
                "shm_add(text, \"\\\"\");\nshm_add_outside(text, value->{element}, {n});\n\
                 shm_add(text, \"\\\"\");"
            )
        }
        Element::Bytes(n) => format!("shm_add_hex(text, value->{element}, {n});"),
        Element::Enum(t, _) | Element::Flags(t, _) => {
            format!("{}_add(text, value->{element});", c_name(t, prefix))
        }
        Element::Struct(t) | Element::Union(t) => {
            format!("{}_add(text, &value->{element});", c_name(t, prefix))
        }
        wrapped @ (Element::List(..) | Element::Optional(_)) => {
            format!("{}_add(text, &value->{element});", wrapped_name(wrapped, prefix))
        }
    };
    let around = |out: &mut String, depth: usize, begin: bool| {
        let indent = "  ".repeat(depth + 1);
        if begin && depth > 0 {
            let _ = writeln!(out, "{indent}shm_add(text, i{} == 0 ? \"\" : \", \");", depth - 1);
        }
        let bracket = if begin { "[" } else { "]" };
        let _ = writeln!(out, "{indent}shm_add(text, \"{bracket}\");");
    };
    let depth = ty.dims.len();
    loops(name, &ty.dims, around, |e| {
        if depth == 0 {
            return one(e);
        }
        format!("shm_add(text, i{} == 0 ? \"\" : \", \");\n{}", depth - 1, one(e))
    })
}
