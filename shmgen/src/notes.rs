//! Notes: what is right, and yet not all of it works in this version.

use crate::diagnostics::{Code, Diagnostics};
use crate::resolve::segments::kinds;
use crate::syntax;

/// Looks at a schema in which nothing is wrong.
pub(crate) fn notes(written: &syntax::Schema) -> Diagnostics {
    let mut found = Diagnostics::default();
    for object in written.segments.iter().flat_map(|segment| &segment.objects) {
        let Some((span, what)) = kinds::of(&object.body).missing(object) else { continue };
        let name = &object.name.value;
        let message = format!("this version creates and shows {what}, and cannot use them yet");
        found
            .error(Code::N001, &written.source, span, message)
            .label(format!("generated code has no functions for `{name}`"));
    }
    found
}
