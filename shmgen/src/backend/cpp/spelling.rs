//! How C++ spells what C spells otherwise.

use crate::backend::c;
use crate::backend::text::lines;
use shm_runtime::contract::Primitive;

/// Documentation for Doxygen. A line comment must not end in a backslash, which
/// would make the next line a part of it.
pub(super) fn doc(text: &str, indent: &str) -> String {
    lines(text, &format!("{indent}/// ")).replace("\\\n", "\\ .\n")
}

/// The type of a number in the namespace of a schema, which may have that name
/// itself.
pub(super) fn ctype(p: Primitive) -> String {
    match p {
        Primitive::F32 | Primitive::F64 => c::ctype(p).to_owned(),
        _ => format!("::{}", c::ctype(p)),
    }
}
