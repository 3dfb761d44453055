//! Notes: what is right, and yet not all of it works in this version.

use crate::captured;
use crate::diagnostics::{Code, Diagnostics};
use crate::model;
use crate::resolve::segments::kinds;
use crate::syntax;

/// Looks at a schema in which nothing is wrong.
pub(crate) fn notes(written: &syntax::Schema, schema: &model::Schema) -> Diagnostics {
    let mut found = Diagnostics::default();
    for object in written.segments.iter().flat_map(|segment| &segment.objects) {
        let room = kinds::of(&object.body);
        let Some((span, what)) = room.missing(object) else { continue };
        let message = format!("this version creates and shows {what}, and cannot use them yet");
        found
            .error(Code::N001, &written.source, span, message)
            .label(format!("generated code has no functions for `{}`", object.name.value));
    }
    standard_names(written, schema, &mut found);
    found
}

/// Files that would hide one of the system's, of the schema and of those it imports.
fn standard_names(written: &syntax::Schema, schema: &model::Schema, found: &mut Diagnostics) {
    for one in schema.with_imports() {
        let hidden = captured::hidden_by(&one.module);
        if hidden.is_empty() {
            continue;
        }
        let message = format!(
            "what is generated from {}.toml hides {} where its folder comes first in the path",
            one.stem,
            hidden.join(" and ")
        );
        found.error(Code::N002, &written.source, written.name.span.clone(), message).help(format!(
            "rename the file, such as to {}_schema.toml; the schema keeps its name",
            one.stem
        ));
    }
}
