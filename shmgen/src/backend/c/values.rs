//! How functions of C and of C++ take and give what a list, an optional or a
//! union holds.

use super::spelling::{brackets, declaration, parts};
use crate::model::{Element, Type};

/// A type that functions take and give.
pub(super) struct Held {
    /// What a pointer to it points to in C: the first element of an array.
    pub(super) element: String,
    pub(super) is_array: bool,
    /// A `str[N]`: functions take text with a NUL behind it.
    pub(super) is_text: bool,
    /// In C++: `float value_type[2][3]`
    pub(super) typedef: String,
    /// In C++: `const float (&held)[2][3]`
    pub(super) reference: String,
    /// In C++: `float (*)[2][3]`
    pub(super) pointer: String,
    /// What is to be said of a pointer that is taken.
    pub(super) note: String,
    /// What is to be said of a pointer to where it is copied.
    pub(super) room: String,
    /// What is to be said of a pointer that is given.
    pub(super) got: String,
}

pub(super) fn held(ty: &Type, prefix: &str) -> Held {
    let (element, dims) = parts(ty, prefix);
    let is_array = !dims.is_empty();
    let text = match ty.element {
        Element::Str(n) if ty.dims.is_empty() => Some(n),
        _ => None,
    };
    let array = brackets(&dims);
    let around = |sign: &str| match is_array {
        true => format!("({sign}){array}"),
        false => sign.to_owned(),
    };
    let count: u64 = dims.iter().product();
    let note =
        if is_array { format!(", of which `held` is the first of {count}") } else { String::new() };
    Held {
        is_array,
        is_text: text.is_some(),
        typedef: declaration(ty, "value_type", prefix),
        reference: format!("const {element} {}", around("&held")),
        pointer: format!("{element} {}", around("*")),
        room: match text {
            Some(n) => format!(" and a NUL behind it: `held` has room for {} bytes", n + 1),
            None => note.clone(),
        },
        got: match text {
            Some(n) => format!(", {n} bytes, without a NUL if it takes all of them"),
            None => String::new(),
        },
        note,
        element: element.into_owned(),
    }
}
