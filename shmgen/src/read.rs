//! From the bytes of a file to a source that diagnostics can point into.

use crate::diagnostics::{Code, Diagnostics, Source};
use std::path::Path;
use std::sync::Arc;

/// The text of a file; `None` if it is not UTF-8, which is told.
pub(crate) fn source(
    path: &Path,
    bytes: Vec<u8>,
    diagnostics: &mut Diagnostics,
) -> Option<Arc<Source>> {
    match String::from_utf8(bytes) {
        Ok(text) => Some(Source::new(path, text)),
        Err(error) => {
            let at = error.utf8_error().valid_up_to();
            let text = String::from_utf8_lossy(error.as_bytes()).into_owned();
            let source = Source::new(path, text);
            diagnostics
                .error(Code::E002, &source, at..at + 1, "the file is not UTF-8")
                .label("the first byte that is not");
            None
        }
    }
}
